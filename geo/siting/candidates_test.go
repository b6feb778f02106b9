package siting_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/geo/siting"
	"hearthmap/household"
)

func TestParseCandidates(t *testing.T) {
	want := []siting.Candidate{{Code: "A1", Name: "旧车棚", Point: orb.Point{123.4, 41.8}}, {Code: "2", Point: orb.Point{123.5, 41.9}}}
	for name, text := range map[string]string{
		"commas":     "code,name,lon,lat\nA1,旧车棚,123.4,41.8\n,,123.5,41.9\n",
		"Chinese":    "\uFEFF纬度;经度;名称;编码\r\n41.8;123.4;旧车棚;A1\r\n41.9;123.5;;\r\n",
		"tabs":       "x\ty\tID\tName\n123.4\t41.8\tA1\t旧车棚\n123.5\t41.9\t2\t\n",
		"GeoJSON":    `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"A1","name":"旧车棚"},"geometry":{"type":"Point","coordinates":[123.4,41.8]}},{"type":"Feature","properties":null,"geometry":{"type":"Point","coordinates":[123.5,41.9,7]}}]}`,
		"in numbers": `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"编号":"A1","名称":"旧车棚"},"geometry":{"type":"Point","coordinates":[123.4,41.8]}},{"type":"Feature","properties":{"id":2},"geometry":{"type":"Point","coordinates":[123.5,41.9]}}]}`,
	} {
		got, err := siting.ParseCandidates(text, nil)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	moved, err := siting.ParseCandidates("lon,lat\n1,2\n", func(p orb.Point) orb.Point { return orb.Point{p[0] + 1, p[1]} })
	if err != nil || moved[0].Point != (orb.Point{2, 2}) || moved[0].Code != "1" {
		t.Errorf("%+v, %v", moved, err)
	}
	for name, text := range map[string]string{
		"nothing":      "",
		"no rows":      "lon,lat\n",
		"no columns":   "code,lon\nA,1\n",
		"no number":    "lon,lat\n1,north\n",
		"infinite":     "lon,lat\n1,Inf\n",
		"not a number": "lon,lat\nNaN,1\n",
		"projected":    "lon,lat\n41500000,4600000\n",
		"twice":        "code,lon,lat\nA,1,1\nA,2,2\n",
		"ragged":       "lon,lat\n1,2,3\n",
		"a polygon":    `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}]}`,
		"no geometry":  `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":null}]}`,
		"null":         `{"type":"FeatureCollection","features":[null]}`,
		"not JSON":     `{"type":`,
		"other JSON":   `{"type":"Topology"}`,
		"too many":     "lon,lat\n" + strings.Repeat("1,2\n", siting.MaxCandidates+1),
	} {
		if got, err := siting.ParseCandidates(text, nil); household.CodeOf(err) != household.Invalid || household.HintOf(err) == "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func FuzzParseCandidates(f *testing.F) {
	f.Add("code,name,lon,lat\nA1,旧车棚,123.4,41.8\n")
	f.Add(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"A1"},"geometry":{"type":"Point","coordinates":[123.4,41.8]}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := siting.ParseCandidates(text, nil)
		if err != nil && household.CodeOf(err) != household.Invalid {
			t.Fatal(err)
		}
		for _, c := range got {
			if c.Code == "" || !(c.Point[0] >= -180 && c.Point[0] <= 180) {
				t.Fatalf("%+v", c)
			}
		}
	})
}
