package coverage_test

import (
	"strings"
	"testing"

	"hearthmap/geo/coverage"
	"hearthmap/household"
)

func TestParsePolygons(t *testing.T) {
	const ring = `[[[110,31],[110.01,31],[110.01,31.01],[110,31]]]`
	one := `{"type":"Polygon","coordinates":` + ring + `}`
	feature := func(properties string) string {
		return `{"type":"Feature","properties":` + properties + `,"geometry":` + one + `}`
	}
	list, err := coverage.ParsePolygons([]byte("\xef\xbb\xbf" + `{"type":"FeatureCollection","features":[` +
		feature(`{"code":"K1","name":"甲片","name_en":"first"}`) + `,` + feature(`{"编码":7,"名称":"乙片"}`) + `,` + feature(`null`) + `]}`))
	if err != nil || len(list) != 3 {
		t.Fatalf("%v, %v", list, err)
	}
	for i, want := range [][3]string{{"K1", "甲片", "first"}, {"7", "乙片", "乙片"}, {"3", "3", "3"}} {
		if got := [3]string{list[i].Code, list[i].Name, list[i].NameEn}; got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
	for _, alone := range []string{one, feature(`{}`), `{"type":"MultiPolygon","coordinates":[` + ring + `]}`} {
		if list, err := coverage.ParsePolygons([]byte(alone)); err != nil || len(list) != 1 || len(list[0].Geom) != 1 {
			t.Errorf("%s: %v, %v", alone, list, err)
		}
	}
	for text, says := range map[string]string{
		`{`: "JSON",
		`{"type":"FeatureCollection","features":[]}`:                             "no polygon",
		`{"type":"Point","coordinates":[1,2]}`:                                   "no area",
		`{"type":"Cube"}`:                                                        "Cube",
		`{"type":"Polygon","coordinates":[]}`:                                    "empty",
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}`:           "ring",
		`{"type":"Polygon","coordinates":[[[500000,0],[1,0],[1,1],[500000,0]]]}`: "longitude",
		`{"type":"FeatureCollection","features":[` + feature(`{"code":1}`) + `,` + feature(`{"code":"1"}`) + `]}`: "same code",
	} {
		if _, err := coverage.ParsePolygons([]byte(text)); household.CodeOf(err) != household.Invalid || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
}
