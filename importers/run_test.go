package importers_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/charset"
	"hearthmap/importers/formats"
	"hearthmap/importers/importertest"
)

// write writes a file of the test's own and returns its path.
func write(tb testing.TB, name, content string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func run(tb testing.TB, s importers.Store, kind importers.Kind, file string, change ...func(*importers.Options)) importers.Report {
	tb.Helper()
	o := importers.Options{File: file, Kind: kind, Formats: formats.All()}
	for _, f := range change {
		f(&o)
	}
	rep, err := importers.Run(context.Background(), o, s)
	if err != nil {
		tb.Fatalf("%s: %v", kind, err)
	}
	return rep
}

const areasJSON = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"code":"990000000000","name":"试验市","level":"city"},
 "geometry":{"type":"Polygon","coordinates":[[[123,41],[124,41],[124,42],[123,42],[123,41]]]}},
{"type":"Feature","properties":{"编码":"990000001001","名称":"花园社区","级别":"社区","上级编码":"990000000000"},
 "geometry":{"type":"Polygon","coordinates":[[[123,41],[123,41.5],[123.5,41.5],[123.5,41],[123,41]]]}}]}`

const buildingsJSON = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"code":"B1","name":"1号楼","floors":18,"use":"住宅","built_year":1998,"area_code":"990000001001"},
 "geometry":{"type":"Polygon","coordinates":[[[123.1,41.1],[123.101,41.1],[123.101,41.101],[123.1,41.101],[123.1,41.1]]]}},
{"type":"Feature","properties":{"kind":"entrance","building_code":"B1","number":"1"},
 "geometry":{"type":"Point","coordinates":[123.1005,41.1]}},
{"type":"Feature","properties":{"code":"B2","use":"住宅"},
 "geometry":{"type":"Polygon","coordinates":[[[123.1,41.1],[123.2,41.2],[123.2,41.1],[123.1,41.2],[123.1,41.1]]]}}]}`

const unitsCSV = "楼栋编码,单元,房号,用途,面积\r\n" +
	"B1,1,401,住宅,88.5\r\nB1,1单元,1203室,,\r\nB1,1,401,住宅,90\r\nB9,1,101,住宅,\r\nB1,1,商铺,商业,\r\n"

const residentsCSV = `身份证号,姓名,性别,出生日期,楼栋编码,单元,房号,与户主关系,人口类型,标签
990001199001310014,张试一,男,1990年1月31日,B1,1,401,户主,常住,党员；退役军人
990001199001310022,李试二,男,1990-01-31,B1,1,401,配偶,常住,
99000119900131002X,王试三,,,B1,1,401,配偶,常住,
,赵试四,女,2020/2/3,B1,1,0401,子,流动,
`

// The city of this test: one community, one building, two good units.
func loadTown(tb testing.TB, s importers.Store) {
	tb.Helper()
	run(tb, s, importers.Areas, write(tb, "areas.geojson", areasJSON))
	run(tb, s, importers.Buildings, write(tb, "buildings.geojson", buildingsJSON))
}

func TestFromFilesToEntities(t *testing.T) {
	var s importertest.Store
	rep := run(t, &s, importers.Areas, write(t, "areas.geojson", areasJSON))
	if rep.Read != 2 || rep.Created != 2 || rep.Rejected != 0 || rep.RejectsFile != "" {
		t.Errorf("areas: %+v", rep)
	}
	a := s.Table("area")["990000001001"].(household.Area)
	if a.Level != household.LevelCommunity || a.ParentCode != "990000000000" || a.Geom[0][0].Orientation() != 1 {
		t.Errorf("area %+v", a)
	}
	rep = run(t, &s, importers.Buildings, write(t, "buildings.geojson", buildingsJSON))
	if rep.Read != 3 || rep.Created != 2 || rep.Rejected != 1 || rep.Codes[importers.RejectGeometry] != 1 {
		t.Errorf("buildings: %+v", rep)
	}
	gb := string(charset.Encode(unitsCSV, charset.GB18030))
	rep = run(t, &s, importers.Units, write(t, "units.csv", gb))
	if rep.Read != 5 || rep.Created != 2 || rep.Rejected != 3 {
		t.Errorf("units: %+v", rep)
	}
	for code, floor := range map[string]int16{"B1-1-401": 4, "B1-1-1203": 12} {
		if u, ok := s.Table("unit")[code].(household.Unit); !ok || u.Floor != floor {
			t.Errorf("unit %s: %+v", code, s.Table("unit")[code])
		}
	}
	raw, err := os.ReadFile(rep.RejectsFile)
	if err != nil {
		t.Fatal(err)
	}
	want := charset.Encode("楼栋编码,单元,房号,用途,面积,_row,_code,_reason,_suggestion\r\nB1,1,401,住宅,90,4,duplicate,", charset.GB18030)
	if !strings.HasPrefix(string(raw), string(want)) {
		t.Errorf("rejects file %q, want it to begin %q", raw, want)
	}
	if info, _ := os.Stat(rep.RejectsFile); info.Mode().Perm() != 0o600 {
		t.Errorf("rejects file has mode %v", info.Mode())
	}
}

func TestReimportChangesNothing(t *testing.T) {
	var s importertest.Store
	loadTown(t, &s)
	again := run(t, &s, importers.Areas, write(t, "areas.geojson", areasJSON))
	if again.Unchanged != 2 || again.Created+again.Updated+again.Rejected != 0 {
		t.Errorf("%+v", again)
	}
}

func TestReportJSON(t *testing.T) {
	var s importertest.Store
	rep := run(t, &s, importers.Areas, write(t, "areas.geojson", areasJSON))
	raw, err := json.Marshal(rep)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"batch", "kind", "read", "created", "updated", "unchanged", "rejected", "seconds", "rows_per_second", "rejects_file"} {
		if _, ok := doc[k]; !ok {
			t.Errorf("no %q in %s", k, raw)
		}
	}
	if doc["kind"] != "areas" || doc["created"] != 2.0 {
		t.Errorf("%s", raw)
	}
}

func TestDryRunLeavesNothing(t *testing.T) {
	var s importertest.Store
	rep := run(t, &s, importers.Areas, write(t, "areas.geojson", areasJSON), func(o *importers.Options) { o.DryRun = true })
	if rep.Created != 2 || rep.Batch != 0 || len(s.Table("area")) != 0 {
		t.Errorf("%+v, %d areas", rep, len(s.Table("area")))
	}
}

func TestModes(t *testing.T) {
	var s importertest.Store
	loadTown(t, &s)
	rep := run(t, &s, importers.Areas, write(t, "areas.geojson", areasJSON), func(o *importers.Options) { o.Mode = importers.Insert })
	if rep.Rejected != 2 || rep.Codes[importers.RejectExists] != 2 {
		t.Errorf("insert: %+v", rep)
	}
}
