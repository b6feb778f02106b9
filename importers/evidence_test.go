package importers_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/geo/crs"
	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/formats"
	"hearthmap/importers/importertest"
)

// communities loads a city of 5 × 5 communities, each about 800 m wide, and a
// building in the middle of each quarter of them.
func communities(tb testing.TB) *importertest.Store {
	tb.Helper()
	var s importertest.Store
	var areas, buildings strings.Builder
	const w, h = 0.01, 0.0075
	for i := range 5 {
		for j := range 5 {
			x, y := 123.40+float64(i)*w, 41.80+float64(j)*h
			code := 990000001000 + 5*i + j
			fmt.Fprintf(&areas, "%d,社区%d,社区,\"%s\"\n", code, code, square(x, y, w, h))
			for k, q := range [][2]float64{{1, 1}, {3, 1}, {1, 3}, {3, 3}} {
				fmt.Fprintf(&buildings, "B%d-%d,%d,\"%s\"\n", code, k, code, square(x+q[0]*w/4-0.0003, y+q[1]*h/4-0.0002, 0.0006, 0.0004))
			}
		}
	}
	run(tb, &s, importers.Areas, write(tb, "areas.csv", "code,name,level,wkt\n"+areas.String()))
	run(tb, &s, importers.Buildings, write(tb, "buildings.csv", "code,area_code,wkt\n"+buildings.String()))
	return &s
}

func square(x, y, w, h float64) string {
	return fmt.Sprintf("POLYGON((%[1]f %[2]f,%[3]f %[2]f,%[3]f %[4]f,%[1]f %[4]f,%[1]f %[2]f))", x, y, x+w, y+h)
}

// newBuildings is a table of buildings of the city in the reference system.
func newBuildings(system crs.CRS) string {
	var b strings.Builder
	b.WriteString("code,area_code,lon,lat\n")
	for i := range 5 {
		for j := range 5 {
			for k := range 8 {
				p := system.FromWGS84(orb.Point{123.401 + float64(i)*0.01 + float64(k)*0.001, 41.801 + float64(j)*0.0075 + float64(k)*0.0007})
				fmt.Fprintf(&b, "N%d-%d-%d,%d,%.7f,%.7f\n", i, j, k, 990000001000+5*i+j, p[0], p[1])
			}
		}
	}
	return b.String()
}

func tryRun(s importers.Store, kind importers.Kind, file, system string) (importers.Report, error) {
	return importers.Run(context.Background(), importers.Options{File: file, Kind: kind, Formats: formats.All(), CRS: system, DryRun: true, RejectsPath: file + ".rejects.csv"}, s)
}

// A file in another system than it is read in is not loaded in silence, and
// what the evidence names is right.
func TestCoordinatesAreJudged(t *testing.T) {
	s := communities(t)
	for name, right := range map[string]bool{
		"wgs84": false, "gcj02": true, "bd09": true, "wgs84:swapped": true, "gcj02:swapped": true,
		"EPSG:4529": true, "EPSG:4550": true, "EPSG:4499": true, "gk:123.5,500000": true, "gk:122.5,0": true,
	} {
		system, err := crs.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		file := write(t, "b.csv", newBuildings(system))
		_, err = tryRun(s, importers.Buildings, file, "")
		switch {
		case !right:
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		case household.CodeOf(err) != household.Invalid:
			// BD-09 and GCJ-02 shift by half a community: doubt is enough.
			rep, err := tryRun(s, importers.Buildings, file, "")
			if err != nil || !slices.ContainsFunc(rep.Notes, func(n string) bool { return strings.Contains(n, "as "+name) }) {
				t.Errorf("%s: loaded in silence: %v %q", name, err, rep.Notes)
			}
		case !strings.Contains(household.HintOf(err), "--crs "+name):
			t.Errorf("%s: %v", name, err)
		}
		rep, err := tryRun(s, importers.Buildings, file, name)
		if err != nil || rep.Created != 200 || slices.ContainsFunc(rep.Notes, func(n string) bool { return strings.Contains(n, "coordinates") }) {
			t.Errorf("%s as such: %v %+v", name, err, rep)
		}
		if _, err := tryRun(s, importers.Buildings, file, "wgs84"); err != nil {
			t.Errorf("%s named wgs84 is refused: %v", name, err)
		}
	}
}

// Facilities name no area: only the footprints under them tell.
func TestFootprintsRaiseDoubt(t *testing.T) {
	s := communities(t)
	table := func(system crs.CRS) string {
		var b strings.Builder
		b.WriteString("code,name,category,lon,lat\n")
		for i := range 5 {
			for j := range 5 {
				p := system.FromWGS84(orb.Point{123.4025 + float64(i)*0.01, 41.801875 + float64(j)*0.0075})
				fmt.Fprintf(&b, "F%d%d,药店,药店,%.7f,%.7f\n", i, j, p[0], p[1])
			}
		}
		return b.String()
	}
	rep, err := tryRun(s, importers.Facilities, write(t, "f.csv", table(crs.GCJ02)), "")
	if err != nil || len(rep.Notes) != 1 || !strings.Contains(rep.Notes[0], "as gcj02, 100 %") {
		t.Errorf("%v %q", err, rep.Notes)
	}
	if rep, err = tryRun(s, importers.Facilities, write(t, "f.csv", table(crs.WGS84)), ""); err != nil || len(rep.Notes) != 0 {
		t.Errorf("%v %q", err, rep.Notes)
	}
}

func TestPlacesOutsideTheCity(t *testing.T) {
	s := communities(t)
	rep := run(t, s, importers.Facilities, write(t, "f.csv", "code,name,category,lon,lat\n"+
		"1,in,药店,123.41,41.81\n2,near,药店,123.6,41.81\n3,far,药店,124,41.81\n4,swapped,药店,41.81,123.41\n5,elsewhere,药店,7.4,43.7\n"))
	if rep.Created != 2 || rep.Codes[importers.RejectCoordinates] != 3 {
		t.Errorf("%+v", rep)
	}
	raw, err := os.ReadFile(rep.RejectsFile)
	if err != nil || strings.Count(string(raw), "more than 20 km outside") != 2 || !strings.Contains(string(raw), "look swapped") {
		t.Errorf("%s %v", raw, err)
	}
}

func TestReplaceRefusesRejectedRows(t *testing.T) {
	s := communities(t)
	before := len(s.Table("facility"))
	for name, content := range map[string]string{
		"judged":    "code,name,category,lon,lat\n1,a,药店,123.41,41.81\n2,b,nonsense,123.42,41.81\n",
		"duplicate": "code,name,category,lon,lat\n1,a,药店,123.41,41.81\n1,b,药店,123.42,41.81\n",
	} {
		file := write(t, "f.csv", content)
		rep, err := importers.Run(t.Context(), importers.Options{File: file, Kind: importers.Facilities, Formats: formats.All(), Mode: importers.Replace, RejectsPath: file + ".rejects.csv"}, s)
		if household.CodeOf(err) != household.Conflict || !strings.Contains(household.HintOf(err), rep.RejectsFile) {
			t.Fatalf("%s: %v", name, err)
		}
		if raw, err := os.ReadFile(rep.RejectsFile); err != nil || strings.Count(string(raw), "\n") != 2 {
			t.Errorf("%s: rejects %q %v", name, raw, err)
		}
		if len(s.Table("facility")) != before {
			t.Errorf("%s: facilities changed", name)
		}
	}
}

func TestPolygonsAreMended(t *testing.T) {
	var s importertest.Store
	rep := run(t, &s, importers.Areas, write(t, "a.csv", "code,name,level,wkt\n"+
		"1,open,社区,\"POLYGON((1 1,2 1,2 2,1 2))\"\n"+
		"2,spike,社区,\"POLYGON((1 1,2 1,3 1,2 1,2 2,1 1))\"\n"+
		"3,repeated,社区,\"POLYGON((1 1,2 1,2 1,2 2,1 1))\"\n"+
		"4,clockwise,社区,\"POLYGON((1 1,1 2,2 2,1 1))\"\n"+
		"5,bow tie,社区,\"POLYGON((1 1,2 2,2 1,1 2,1 1))\"\n"))
	want := "polygons mended: closed 1, dropped repeated points from 1, cut spikes without area off 1, turned the direction of 1"
	if rep.Created != 4 || rep.Codes[importers.RejectGeometry] != 1 || !slices.Contains(rep.Notes, want) {
		t.Errorf("%+v", rep)
	}
	if g := s.Table("area")["2"].(household.Area).Geom; len(g[0][0]) != 4 {
		t.Errorf("the spike is left: %v", g)
	}
}

func TestCreditCodesAreWarnedOf(t *testing.T) {
	var s importertest.Store
	rep := run(t, &s, importers.Facilities, write(t, "f.csv", "编码,名称,类别,经度,纬度,统一社会信用代码\n"+
		"1,a,药店,123.41,41.81,91350100M000100Y43\n2,b,药店,123.41,41.81,91350100M000100Y44\n3,c,药店,123.41,41.81,\n"))
	if rep.Created != 3 || len(rep.Notes) != 1 || !strings.HasPrefix(rep.Notes[0], "1 unified social credit code") {
		t.Errorf("%+v", rep)
	}
}
