package importers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/charset"
	"hearthmap/importers/formats"
	"hearthmap/importers/importertest"
	"hearthmap/internal/testdata"
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
	o := importers.Options{File: file, Kind: kind, Formats: formats.All(), RejectsPath: file + ".rejects.csv"}
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

func TestResidents(t *testing.T) {
	var s importertest.Store
	loadTown(t, &s)
	run(t, &s, importers.Units, write(t, "units.csv", unitsCSV))
	rep := run(t, &s, importers.Residents, write(t, "residents.csv", residentsCSV))
	for _, row := range s.Rejects[rep.Batch] {
		for _, secret := range []string{"9900011990", "张试一", "李试二", "王试三", "赵试四"} {
			if strings.Contains(row.Reason+row.Suggestion, secret) {
				t.Errorf("a reason holds a person's data: %+v", row)
			}
		}
	}
	if rep.Read != 4 || rep.Read != rep.Created+rep.Updated+rep.Unchanged+rep.Rejected {
		t.Errorf("%+v", rep)
	}
}

// One resident row after another with one thing wrong, and the code and
// column of its reject; "" for good rows.
func TestResidentRows(t *testing.T) {
	const header = "id_number,name,sex,birth_date,phone,building_code,address,entrance,room,relation,residency,tags\n"
	male := id(t, "1990-01-31", 101)
	for name, k := range map[string]struct {
		row    string
		code   importers.RejectCode
		column string
	}{
		"good":             {male + ",张试,男,1990/1/31,13800000000,B1,,1,401,户主,常住,低保、残疾", "", ""},
		"from the number":  {male + ",张试,,,,B1,,,401,,,", "", ""},
		"small x, spaces":  {" " + strings.ToLower(male) + " ,张试,,,,B1,,1单元,401室,,,无", "", ""},
		"no number":        {",张试,男,1990年1月31日,,B1,,1,401,,,", "", ""},
		"neither":          {",张试,男,,,B1,,1,401,,,", importers.RejectMissing, "id_number"},
		"check character":  {male[:17] + other(male[17]) + ",张试,男,,,B1,,1,401,,,", importers.RejectResidentID, "id_number"},
		"short number":     {male[:10] + ",张试,男,,,B1,,1,401,,,", importers.RejectResidentID, "id_number"},
		"other sex":        {male + ",张试,女,,,B1,,1,401,,,", importers.RejectResidentID, "sex"},
		"other birth date": {male + ",张试,男,1990-01-30,,B1,,1,401,,,", importers.RejectResidentID, "birth_date"},
		"bad date":         {male + ",张试,男,31.1.1990,,B1,,1,401,,,", importers.RejectValue, "birth_date"},
		"future":           {",张试,男,2999-01-01,,B1,,1,401,,,", importers.RejectValue, "birth_date"},
		"no name":          {male + ",,男,,,B1,,1,401,,,", importers.RejectMissing, "name"},
		"no room":          {male + ",张试,男,,,B1,,1,,,,", importers.RejectMissing, "room"},
		"no building":      {male + ",张试,男,,,,,1,401,,,", importers.RejectMissing, "building_code"},
		"address only":     {male + ",张试,男,,,,文化路1号,1,401,,,", importers.RejectAddress, "address"},
		"relation":         {male + ",张试,男,,,B1,,1,401,邻居,,", importers.RejectValue, "relation"},
		"residency":        {male + ",张试,男,,,B1,,1,401,,火星,", importers.RejectValue, "residency"},
		"tag":              {male + ",张试,男,,,B1,,1,401,,,低保;富豪", importers.RejectValue, "tags"},
		"phone":            {male + ",张试,男,,无号码,B1,,1,401,,,", importers.RejectValue, "phone"},
		"fields":           {male + ",张试,男", importers.RejectSyntax, ""},
		"NUL":              {male + ",张\x00试,男,,,B1,,1,401,,,", importers.RejectEncoding, "name"},
		"bytes":            {male + ",张\xff试,男,,,B1,,1,401,,,", importers.RejectEncoding, "name"},
	} {
		t.Run(name, func(t *testing.T) {
			var s importertest.Store
			loadTown(t, &s)
			run(t, &s, importers.Units, write(t, "units.csv", unitsCSV))
			rep := run(t, &s, importers.Residents, write(t, "r.csv", header+k.row+"\n"), func(o *importers.Options) { o.Encoding = "utf-8" })
			rejects := s.Rejects[rep.Batch]
			if k.code == "" {
				if rep.Created != 1 || len(rejects) > 0 {
					t.Errorf("%+v", rejects)
				}
				return
			}
			if len(rejects) != 1 || rejects[0].Code != k.code || rejects[0].Column != k.column || rejects[0].Row != 2 || rejects[0].Suggestion == "" {
				t.Errorf("%+v, want %s of %s", rejects, k.code, k.column)
			}
		})
	}
}

// id is a made-up man's identity number.
func id(tb testing.TB, birth string, sequence int) string {
	tb.Helper()
	day, err := time.Parse(time.DateOnly, birth)
	if err != nil {
		tb.Fatal(err)
	}
	n, err := household.MakeResidentID("990001", day, sequence)
	if err != nil {
		tb.Fatal(err)
	}
	return string(n)
}

func other(c byte) string {
	if c == '1' {
		return "2"
	}
	return "1"
}

func TestFacilities(t *testing.T) {
	const table = "编码,名称,类别,经度,纬度,容量\n" +
		"F1,花园幼儿园,幼儿园,123.4314787,41.8057023,120人\nF2,药房一,药房,123.43,41.8,\nF3,谜,谜,123.43,41.8,\nF4,换位,公园,41.8,123.43,\nF5,零,公园,0,0,\n"
	var s importertest.Store
	rep := run(t, &s, importers.Facilities, write(t, "f.csv", table), func(o *importers.Options) { o.CRS = "gcj02" })
	if rep.Created != 2 || rep.Codes[importers.RejectValue] != 1 || rep.Codes[importers.RejectCoordinates] != 2 {
		t.Errorf("%+v", rep)
	}
	f := s.Table("facility")["F1"].(household.Facility)
	if f.Category != "kindergarten" || f.Capacity != 120 || math.Abs(f.Geom[0]-123.4253306) > 1e-5 || math.Abs(f.Geom[1]-41.8032629) > 1e-5 {
		t.Errorf("%+v", f)
	}
}

func TestStreetsAndCompounds(t *testing.T) {
	feature := func(props, typ, coords string) string {
		return `{"type":"Feature","properties":` + props + `,"geometry":{"type":"` + typ + `","coordinates":` + coords + `}}`
	}
	collection := func(f ...string) string {
		return `{"type":"FeatureCollection","features":[` + strings.Join(f, ",") + `]}`
	}
	const square = `[[[123,41],[123.1,41],[123.1,41.1],[123,41.1],[123,41]]]`
	var s importertest.Store
	rep := run(t, &s, importers.Streets, write(t, "streets.geojson", collection(
		feature(`{"code":"S1","name":"青年大街","class":"primary","bridge":true,"layer":1}`, "LineString", `[[123,41],[123.1,41]]`),
		feature(`{"highway":"steps"}`, "LineString", `[[123,41],[123.1,41.2]]`),
		feature(`{"code":"S3","class":"motorway"}`, "MultiLineString", `[[[123,41],[123.1,41]],[[123,42],[123.1,42]]]`),
		feature(`{"kind":"river"}`, "LineString", `[[123,41],[123.1,41.3]]`),
		feature(`{"kind":"water","name":"南湖"}`, "Polygon", square),
		feature(`{"name":"无级别"}`, "LineString", `[[123,41],[123.1,41.4]]`),
		feature(`{"class":"footway"}`, "Polygon", square),
	)))
	if rep.Read != 7 || rep.Rejected != 2 || len(s.Table("street")) != 4 || len(s.Table("barrier")) != 1 || len(s.Table("land")) != 1 {
		t.Errorf("%+v", rep)
	}
	if st := s.Table("street")["S1"].(household.Street); !st.Bridge || st.Layer != 1 || !st.Foot {
		t.Errorf("%+v", st)
	}
	if st := s.Table("street")["S3-2"].(household.Street); st.Foot || st.Geom[0][1] != 42 {
		t.Errorf("%+v", st)
	}
	rep = run(t, &s, importers.Compounds, write(t, "compounds.geojson", collection(
		feature(`{"code":"C1","name":"花园小区","walled":true}`, "Polygon", square),
		feature(`{"code":"G1","kind":"gate","compound_code":"C1","open":"关"}`, "Point", `[123,41]`),
		feature(`{}`, "LineString", `[[123,41],[123.1,41.1]]`),
		feature(`{"code":"P"}`, "Point", `[123,41]`),
	)))
	if rep.Read != 4 || rep.Rejected != 1 || rep.Created != 3 {
		t.Errorf("%+v", rep)
	}
	if g := s.Table("gate")["G1"].(household.Gate); g.Open || g.CompoundCode != "C1" {
		t.Errorf("%+v", g)
	}
	if c := s.Table("compound")["C1"].(household.Compound); !c.Walled {
		t.Errorf("%+v", c)
	}
}

// The rejects of features keep their properties and shape, and can be
// handed in again once mended.
func TestRejectsOfFeatures(t *testing.T) {
	var s importertest.Store
	rep := run(t, &s, importers.Buildings, write(t, "b.geojson", `{"type":"FeatureCollection","features":[
	{"type":"Feature","properties":{"code":"B1","use":"???"},"geometry":{"type":"Point","coordinates":[123,41]}},
	{"type":"Feature","properties":{"code":"B2"},"geometry":{"type":"Point","coordinates":[123,41]}},
	{"type":"Feature","properties":{"code":"B2","name":"再"},"geometry":{"type":"Point","coordinates":[123,42]}},
	{"type":"Feature","properties":[],"geometry":null}]}`))
	if rep.Read != 4 || rep.Rejected != 3 || rep.Created != 1 {
		t.Errorf("%+v", rep)
	}
	raw, err := os.ReadFile(rep.RejectsFile)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimPrefix(string(raw), "\uFEFF"), "\r\n")
	if len(lines) != 5 || lines[0] != "code,use,name,wkt,_row,_code,_reason,_suggestion" ||
		!strings.HasPrefix(lines[1], `B1,???,,"POINT(123 41)",1,value,`) || !strings.HasPrefix(lines[2], `B2,,再,"POINT(123 42)",3,duplicate,`) ||
		!strings.HasPrefix(lines[3], ",,,,4,syntax,") {
		t.Errorf("%q", lines)
	}
	mended := strings.NewReplacer("???", "住宅", "B2", "B3").Replace(string(raw))
	again := run(t, &s, importers.Buildings, write(t, "b.csv", mended))
	if again.Created != 2 || again.Rejected != 1 {
		t.Errorf("%+v", again)
	}
}

func TestErrorsOfFiles(t *testing.T) {
	for name, k := range map[string]struct {
		kind    importers.Kind
		file    string
		content string
		change  func(*importers.Options)
	}{
		"missing columns": {importers.Units, "u.csv", "楼栋编码,单元\nB1,1\n", nil},
		"header only":     {importers.Units, "u.csv", "a,b\n", nil},
		"column twice":    {importers.Units, "u.csv", "room,ROOM,building_code\n1,2,3\n", nil},
		"empty":           {importers.Units, "u.csv", "", nil},
		"NULs":            {importers.Units, "u.csv", strings.Repeat("\x00", 5000), nil},
		"wrong format":    {importers.Units, "u.geojson", "{}", nil},
		"unknown format":  {importers.Units, "u.doc", "\xD0\xCF\x11\xE0", nil},
		"no GeoJSON":      {importers.Areas, "a.geojson", "[1,2]", nil},
		"kind":            {"people", "u.csv", "a\n1\n", nil},
		"mode":            {importers.Units, "u.csv", "a\n1\n", func(o *importers.Options) { o.Mode = "merge" }},
		"crs":             {importers.Units, "u.csv", "a\n1\n", func(o *importers.Options) { o.CRS = "nad27" }},
		"encoding":        {importers.Units, "u.csv", "a\n1\n", func(o *importers.Options) { o.Encoding = "latin1" }},
		"no file":         {importers.Units, "u.csv", "a\n1\n", func(o *importers.Options) { o.File += ".none" }},
		"directory":       {importers.Units, "u.csv", "a\n1\n", func(o *importers.Options) { o.File = filepath.Dir(o.File) }},
		"rejects path": {importers.Units, "u.csv", "building_code,room\nB1,\n", func(o *importers.Options) {
			o.RejectsPath = filepath.Join(filepath.Dir(o.File), "none", "r.csv")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var s importertest.Store
			o := importers.Options{Kind: k.kind, File: write(t, k.file, k.content), Formats: formats.All()}
			if k.change != nil {
				k.change(&o)
			}
			_, err := importers.Run(context.Background(), o, &s)
			if err == nil || household.HintOf(err) == "" || household.CodeOf(err) == household.Internal {
				t.Errorf("%v: code %s, hint %q", err, household.CodeOf(err), household.HintOf(err))
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(o.File), ".rejects*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if b, _ := s.Batches(context.Background()); len(b) > 0 {
				t.Errorf("a batch was recorded: %+v", b)
			}
		})
	}
}

// Every broken file ends in an error with a hint or in a report that counts
// every record.
func TestMalformedFilesThroughThePipeline(t *testing.T) {
	for _, k := range []struct {
		kind    importers.Kind
		pattern string
	}{
		{importers.Buildings, "malformed/geojson/*.geojson"},
		{importers.Streets, "malformed/geojson/*.geojson"},
		{importers.Areas, "malformed/geojson/*.geojson"},
		{importers.Residents, "malformed/csv/*.csv"},
		{importers.Facilities, "malformed/csv/*.csv"},
	} {
		dir := testdata.Path(t, filepath.Dir(k.pattern))
		files, err := filepath.Glob(filepath.Join(dir, filepath.Base(k.pattern)))
		if err != nil || len(files) < 12 {
			t.Fatal(files, err)
		}
		for _, file := range files {
			var s importertest.Store
			rep, err := importers.Run(context.Background(), importers.Options{
				Kind: k.kind, File: file, Formats: formats.All(), RejectsPath: filepath.Join(t.TempDir(), "rejects.csv"),
			}, &s)
			switch {
			case err != nil && (household.HintOf(err) == "" || household.CodeOf(err) != household.Invalid):
				t.Errorf("%s as %s: %v without a hint", filepath.Base(file), k.kind, err)
			case err == nil && rep.Read != rep.Created+rep.Rejected:
				t.Errorf("%s as %s: %+v", filepath.Base(file), k.kind, rep)
			case err == nil && (rep.Rejected > 0) != (rep.RejectsFile != ""):
				t.Errorf("%s as %s: %d rejected, file %q", filepath.Base(file), k.kind, rep.Rejected, rep.RejectsFile)
			}
		}
	}
}

func TestCancelled(t *testing.T) {
	var s importertest.Store
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := importers.Run(ctx, importers.Options{
		Kind: importers.Areas, File: write(t, "a.geojson", areasJSON), Formats: formats.All(),
	}, &s)
	if !errors.Is(err, context.Canceled) || len(s.Table("area")) > 0 {
		t.Errorf("%v", err)
	}
}

// Many rows go through several workers and come out in order, once each.
func TestOrder(t *testing.T) {
	var b strings.Builder
	b.WriteString("code,name,category,lon,lat\n")
	const n = 50_000
	for i := range n {
		if i%7 == 0 {
			fmt.Fprintf(&b, "F%d,n,nothing,123,41\n", i)
		} else {
			fmt.Fprintf(&b, "F%d,n,药店,123,41\n", i)
		}
	}
	var s importertest.Store
	var last importers.Progress
	rep := run(t, &s, importers.Facilities, write(t, "f.csv", b.String()), func(o *importers.Options) {
		o.Progress = func(p importers.Progress) {
			if p.Read < last.Read || p.Rows < last.Rows {
				t.Errorf("progress went back: %+v after %+v", p, last)
			}
			last = p
		}
	})
	const bad = (n + 6) / 7
	if rep.Read != n || rep.Created != n-bad || rep.Rejected != bad {
		t.Errorf("%+v", rep)
	}
	if last.Rows != n || last.Read != last.Total {
		t.Errorf("last progress %+v", last)
	}
	for i, r := range s.Rejects[rep.Batch] {
		if r.Row != int64(7*i+2) {
			t.Fatalf("reject %d is of row %d", i, r.Row)
		}
	}
}
