package importers_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"hearthmap/geo/crs"
	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/formats"
	"hearthmap/importers/importertest"
)

// workbook writes sheets of rows; a name with a dash in front is hidden.
func workbook(t *testing.T, sheets ...[]string) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for _, s := range sheets {
		name := strings.TrimPrefix(s[0], "-")
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, line := range s[1:] {
			for j, v := range strings.Split(line, ",") {
				cell, _ := excelize.CoordinatesToCellName(j+1, i+1)
				if err := f.SetCellStr(name, cell, v); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := f.SetSheetVisible(name, name == s[0]); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	poiHead = "编码,名称,类别,经度,纬度"
	poi1    = "F1,一,药店,123.1,41.1"
	poi2    = "F2,二,药店,123.1,41.1"
)

func TestSheets(t *testing.T) {
	book := workbook(
		t, []string{"说明", "填表说明,请勿修改", "本表由街道填写,每季度一次"}, []string{"一", "设施表", "单位：街道,日期：三月", poiHead, poi1},
		[]string{"-内部", poiHead, poi2}, []string{"二", poiHead, "F3,三,药店,123.1,41.1"},
	)
	var s importertest.Store
	rep := run(t, &s, importers.Facilities, book)
	notes := strings.Join(rep.Notes, "\n")
	if rep.Created != 2 || rep.Rejected != 0 {
		t.Errorf("%+v", rep)
	}
	for _, want := range []string{`"说明" was skipped: it lacks`, `"内部" is hidden`, `"一": row 2 above the header`} {
		if strings.Count(notes, want) != 1 {
			t.Errorf("no note %q in\n%s", want, notes)
		}
	}
	rep = run(t, &s, importers.Facilities, book, func(o *importers.Options) { o.Layer = "内部" })
	if rep.Created != 1 || rep.Read != 1 {
		t.Errorf("a hidden sheet by name: %+v", rep)
	}
	fails(t, book, func(o *importers.Options) { o.Layer = "三" }, `"说明", "一", "内部" (hidden), "二"`)
	fails(t, book, func(o *importers.Options) { o.Layer, o.HeaderRow = "一", 2 }, "lacks")
	// A sheet like the others is not left out in silence.
	fails(t, workbook(t, []string{"一", poiHead, poi1}, []string{"二", "编码,名称,分类代号,经度,纬度,容量", poi2 + ",3"}), nil, `"二" lacks category`)
	survey, err := importers.NewSurvey(t.Context(), importers.Options{File: book, Formats: formats.All()}, nil)
	if err != nil || survey.Kind != importers.Facilities || len(survey.Layers) != 4 || survey.HeaderRow != 0 || survey.Good != 2 {
		t.Errorf("survey %+v, %v", survey, err)
	}
	read := slices.DeleteFunc(survey.Layers, func(l importers.Layer) bool { return !l.Read })
	if len(read) != 2 || read[0].Name != "一" || read[0].Header != 3 {
		t.Errorf("read %+v", read)
	}
}

func fails(t *testing.T, file string, change func(*importers.Options), says string) {
	t.Helper()
	o := importers.Options{File: file, Kind: importers.Facilities, Formats: formats.All(), RejectsPath: file + ".rejects.csv"}
	if change != nil {
		change(&o)
	}
	var s importertest.Store
	_, err := importers.Run(context.Background(), o, &s)
	if err == nil || household.HintOf(err) == "" || !strings.Contains(err.Error(), says) {
		t.Errorf("want an error that says %q: %v", says, err)
	}
}

func TestTitleRowsOfText(t *testing.T) {
	var s importertest.Store
	rep := run(t, &s, importers.Facilities, write(t, "a.csv", "设施表,,,,\n单位：街道,,,,\n"+poiHead+"\n"+poi1+"\n"))
	if rep.Created != 1 || !strings.Contains(strings.Join(rep.Notes, "\n"), "row 3") {
		t.Errorf("%+v", rep)
	}
	fails(t, write(t, "b.csv", "设施表,,,,\n编码,名称,分类代号,经度,纬度\n"+poi1+"\n"), nil, "--header-row")
	// No feature has what all need: one error, and no reject for each.
	fails(t, write(t, "c.geojson", `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"名称":"一"},"geometry":{"type":"Point","coordinates":[123,41]}}]}`), nil, "code; category")
}

// What a survey says is missing is what no record has, not what the last one
// lacks.
func TestSurveyOfMixedFeatures(t *testing.T) {
	file := write(t, "a.geojson", areasJSON)
	o := importers.Options{File: file, Kind: importers.Areas, Formats: formats.All()}
	s, err := importers.NewSurvey(t.Context(), o, nil)
	if err != nil || len(s.Missing) > 0 || s.Good != 2 {
		t.Errorf("%+v, %v", s, err)
	}
	o.File, o.Kind = write(t, "b.geojson", buildingsJSON), importers.Buildings
	if s, err = importers.NewSurvey(t.Context(), o, nil); err != nil || len(s.Missing) > 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

// The hash of a shapefile covers its parts, and not their names.
func TestHashOfAllParts(t *testing.T) {
	rows := []place{{code: "F1", name: "一", category: "药店"}}
	hash := func(dir string) [32]byte {
		var s importertest.Store
		return run(t, &s, importers.Facilities, filepath.Join(dir, "a.shp"), func(o *importers.Options) { o.DryRun = true }).SHA256
	}
	seen := map[[32]byte]string{}
	for _, change := range []string{"", ".dbf", ".prj", ".cpg"} {
		dir := t.TempDir()
		writePlacesShape(t, dir, crs.CRS{}, rows)
		if change != "" {
			path := filepath.Join(dir, "a"+change)
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if change == ".dbf" {
				raw[1] = 99 // the year of its last change
			} else {
				raw = append(raw, '\n')
			}
			if err := os.WriteFile(path, raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		sum := hash(dir)
		if other, ok := seen[sum]; ok || sum != hash(dir) {
			t.Errorf("%q changed: the hash is that of %q, or another each time", change, other)
		}
		seen[sum] = change
	}
}
