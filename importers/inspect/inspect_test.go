package inspect_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/geo/crs"
	"hearthmap/importers"
	"hearthmap/importers/charset"
	"hearthmap/importers/formats"
	"hearthmap/importers/importertest"
	"hearthmap/importers/inspect"
)

var update = flag.Bool("update", false, "write the golden files anew")

// messy is what a department hands over: a title, its own words, other dates.
const messy = `花园街道人员花名册（2026年）,,,,,,,,,
证件号码,姓名,楼号,单元,房号,与户主关系,人员类别,标签,联系人电话,出生日期
990001199001310016,张试一,B1,1,401,户主,常住,党员,13800000001,31/01/1990
990001199001310024,李试二,B1,1,401,配偶,在册,低保；困难户,,31/01/1990
990001202002030010,赵试三,B1,2单元,0402室,之子,在册,困难户,,03/02/2020
99000119900131002X,王试四,B1,1,403,户主,流动,,,31/01/1990
`

func write(tb testing.TB, name string, content []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func survey(tb testing.TB, o importers.Options, ev importers.Evidence) *importers.Survey {
	tb.Helper()
	o.Formats = formats.All()
	s, err := importers.NewSurvey(tb.Context(), o, ev)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update writes it anew):\n%s", path, got)
	}
}

func text(tb testing.TB, s *importers.Survey) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := inspect.Text(&b, s, "en"); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func document(tb testing.TB, s *importers.Survey) []byte {
	tb.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// city is one district of nine communities.
func city(tb testing.TB) *importertest.Store {
	tb.Helper()
	var b strings.Builder
	b.WriteString("code,name,level,wkt\n")
	for i := range 9 {
		x, y := 123.40+float64(i%3)*0.01, 41.80+float64(i/3)*0.0075
		fmt.Fprintf(&b, "99000000100%[1]d,社区%[1]d,社区,\"POLYGON((%[2]f %[3]f,%[4]f %[3]f,%[4]f %[5]f,%[2]f %[5]f,%[2]f %[3]f))\"\n", i, x, y, x+0.01, y+0.0075)
	}
	var s importertest.Store
	o := importers.Options{File: write(tb, "areas.csv", []byte(b.String())), Kind: importers.Areas, Formats: formats.All()}
	if rep, err := importers.Run(tb.Context(), o, &s); err != nil || rep.Created != 9 {
		tb.Fatalf("%+v %v", rep, err)
	}
	return &s
}

// shifted are buildings of the city in GCJ-02, as a map service gives them.
func shifted() []byte {
	var b strings.Builder
	b.WriteString("楼栋编码,名称,经度,纬度,社区编码,用途,楼长\n")
	for i := range 90 {
		c := i % 9
		p := crs.GCJ02.FromWGS84(orb.Point{123.4005 + float64(c%3)*0.01 + float64(i/9)*0.0009, 41.8005 + float64(c/3)*0.0075 + float64(i/9)*0.0006})
		fmt.Fprintf(&b, "B%d,%d号楼,%.6f,%.6f,99000000100%d,%s,张试%d\n", i, i, p[0], p[1], c, []string{"住宅", "集体宿舍", "商业"}[i%3], i)
	}
	return []byte(b.String())
}

func TestGolden(t *testing.T) {
	for _, k := range []struct {
		name string
		file string
		raw  []byte
		kind importers.Kind
		ev   importers.Evidence
	}{
		{"residents", "residents.csv", charset.Encode(messy, charset.GB18030), "", nil},
		{"buildings", "buildings.csv", shifted(), "", city(t)},
		{"undecided", "table.csv", charset.Encode("code,name\n1,一\n", charset.GB18030), importers.Facilities, nil},
		{"sequence", "streets.geojsonl", []byte(`{"type":"Feature","properties":{"code":"S1","highway":"residential","负责人":"张试一"},"geometry":{"type":"LineString","coordinates":[[123.4,41.8],[123.5,41.8]]}}` + "\n{\n"), "", nil},
	} {
		t.Run(k.name, func(t *testing.T) {
			s := survey(t, importers.Options{File: write(t, k.file, k.raw), Kind: k.kind}, k.ev)
			golden(t, k.name+".txt", text(t, s))
			golden(t, k.name+".json", document(t, s))
			m, err := inspect.Mapping(s)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, k.name+".yaml", m)
		})
	}
}

// Nothing of a person is printed, whatever the column it stands in.
func TestNothingPersonal(t *testing.T) {
	s := survey(t, importers.Options{File: write(t, "r.csv", []byte(messy))}, nil)
	m, err := inspect.Mapping(s)
	if err != nil {
		t.Fatal(err)
	}
	all := string(text(t, s)) + string(document(t, s)) + string(m)
	for _, secret := range []string{"张试一", "李试二", "赵试三", "990001", "138000", "1990", "B1"} {
		if strings.Contains(strings.ReplaceAll(all, "1990-01-31, 1990/1/31, 19900131 or 1990年1月31日", ""), secret) {
			t.Errorf("%q is shown in\n%s", secret, all)
		}
	}
	b := survey(t, importers.Options{File: write(t, "b.csv", shifted())}, nil)
	if out := string(text(t, b)) + string(document(t, b)); strings.Contains(out, "张试") || !strings.Contains(out, "0号楼") {
		t.Errorf("%s", out)
	}
}

// The mapping that is written, with its open questions answered, imports the
// file; the rejects, mended, import by it as well.
func TestFromMessToCity(t *testing.T) {
	for _, e := range []charset.Encoding{charset.UTF8, charset.GB18030, charset.UTF16LE, charset.UTF16BE} {
		t.Run(string(e), func(t *testing.T) { fromMess(t, e) })
	}
}

func fromMess(t *testing.T, e charset.Encoding) {
	store := city(t)
	load := func(kind importers.Kind, name string, raw []byte, m *importers.Mapping) importers.Report {
		t.Helper()
		rep, err := importers.Run(t.Context(), importers.Options{
			File: write(t, name, raw), Kind: kind, Formats: formats.All(), Mapping: m, RejectsPath: filepath.Join(t.TempDir(), "rejects.csv"),
		}, store)
		if err != nil {
			t.Fatal(err)
		}
		return rep
	}
	load(importers.Buildings, "b.csv", []byte("code,lon,lat\nB1,123.405,41.805\n"), nil)
	load(importers.Units, "u.csv", []byte("building_code,entrance,room\nB1,1,401\nB1,2,402\nB1,1,403\n"), nil)
	file := write(t, "residents.csv", charset.Encode(messy, e))
	written, err := inspect.Mapping(survey(t, importers.Options{File: file}, nil))
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.NewReplacer(
		`楼号: "-"`, "楼号: building_code", `联系人电话: "-"`, "联系人电话: phone",
		"# 在册: ", "在册: registered", "# 困难户: ", "困难户: extreme_poverty", "# date_formats", "date_formats",
	).Replace(string(written))
	m, err := importers.ReadMapping([]byte(edited))
	if err != nil {
		t.Fatalf("%v\n%s", err, edited)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rep := load(importers.Residents, "residents.csv", raw, m)
	if rep.Read != 4 || rep.Created+rep.Rejected != 4 || rep.Created < 2 {
		t.Fatalf("%+v", rep)
	}
	rejects, err := os.ReadFile(rep.RejectsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(rejects, charset.Encode("证件号码,姓名,楼号", e)) {
		t.Fatalf("the rejects file is not written as the input is: %q", rejects)
	}
	mended := bytes.ReplaceAll(rejects, charset.Encode("99000119900131002X", e), charset.Encode("990001199001310032", e))
	again := load(importers.Residents, "mended.csv", mended, m)
	if again.Rejected != rep.Rejected-1 || again.Created != 1 {
		t.Errorf("mended: %+v, at first %+v\n%s", again, rep, rejects)
	}
}
