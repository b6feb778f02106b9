package xlsxfile_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/formats"
	"hearthmap/importers/importertest"
)

// From a workbook as a department hands it over to entities and rejects.
func TestImportWorkbook(t *testing.T) {
	f := excelize.NewFile()
	for i, row := range [][]any{
		{"设施一览表"},
		{"编码", "名称", "类别", "位置", nil, "建成"},
		{nil, nil, nil, "经度", "纬度"},
		{"F1", "花园幼儿园", "幼儿园", 123.4253306, 41.8032629},
		{"F2", "文化路幼儿园", nil, 123.43, 41.81},
		{},
		{990000123456789012, "被截断", "菜市场", 123.43, 41.81},
		{"F4", "第一菜场", "菜市场", 123.44, 41.82},
	} {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = f.SetSheetRow("Sheet1", cell, &row)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range []string{"A1:F1", "A2:A3", "B2:B3", "C2:C3", "F2:F3", "C4:C5"} {
		from, to, _ := strings.Cut(m, ":")
		if err := f.MergeCell("Sheet1", from, to); err != nil {
			t.Fatal(err)
		}
	}
	// The table's own names of the coordinates stand alone.
	if err := f.SetCellStr("Sheet1", "D2", ""); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "设施.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	var s importertest.Store
	rep, err := importers.Run(context.Background(), importers.Options{
		File: path, Kind: importers.Facilities, Formats: formats.All(), RejectsPath: rejects,
	}, &s)
	if err != nil {
		t.Fatal(err)
	}
	if rep.Read != 4 || rep.Created != 3 || rep.Rejected != 1 {
		t.Errorf("%+v", rep)
	}
	if x, ok := s.Table("facility")["F2"].(household.Facility); !ok || x.Category != "kindergarten" || x.Geom[0] != 123.43 {
		t.Errorf("F2 is %+v", x)
	}
	if notes := strings.Join(rep.Notes, "\n"); !strings.Contains(notes, "title") || !strings.Contains(notes, "merged") {
		t.Errorf("notes %q", notes)
	}
	raw, err := os.ReadFile(rejects)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xEF\xBB\xBF")))).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][1] != "被截断" || rows[1][6] != "Sheet1" || rows[1][7] != "7" || rows[1][8] != "value" {
		t.Errorf("%v, rejects %q", err, rows)
	}
}

// TestRejectsOfSeveralSheets: the same row numbers in two sheets, each with a
// bad row and one that repeats a key, have to keep their own reasons.
func TestRejectsOfSeveralSheets(t *testing.T) {
	f := excelize.NewFile()
	if _, err := f.NewSheet("Anbau"); err != nil { // sorts before Sheet1
		t.Fatal(err)
	}
	for sheet, rows := range map[string][][]any{
		"Sheet1": {{"编码", "名称", "类别", "经度", "纬度"}, {"F1", "一号", "幼儿园", 123.4, 41.8}, {"F2", "二号", "月球站", 123.4, 41.8}, {"F1", "再一号", "小学", 123.4, 41.8}},
		"Anbau":  {{"编码", "名称", "类别", "经度", "纬度"}, {"F3", "三号", "幼儿园", 123.4, 41.8}, {"F4", "四号", "小学", "东", 41.8}, {"F1", "又一号", "小学", 123.4, 41.8}},
	} {
		for i := range rows {
			cell, err := excelize.CoordinatesToCellName(1, i+1)
			if err == nil {
				err = f.SetSheetRow(sheet, cell, &rows[i])
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "two.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	var s importertest.Store
	rep, err := importers.Run(context.Background(), importers.Options{
		File: path, Kind: importers.Facilities, Formats: formats.All(), RejectsPath: rejects,
	}, &s)
	if err != nil || rep.Created != 2 || rep.Rejected != 4 {
		t.Fatalf("%+v, %v", rep, err)
	}
	raw, err := os.ReadFile(rejects)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xEF\xBB\xBF")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	head := map[string]int{}
	for i, name := range rows[0] {
		head[name] = i
	}
	for _, r := range rows[1:] {
		got = append(got, strings.Join([]string{r[head["编码"]], r[head["名称"]], r[head["_sheet"]], r[head["_row"]], r[head["_code"]]}, " "))
	}
	want := []string{"F2 二号 Sheet1 3 value", "F1 再一号 Sheet1 4 duplicate", "F4 四号 Anbau 3 value", "F1 又一号 Anbau 4 duplicate"}
	if !slices.Equal(got, want) {
		t.Errorf("rejects %q\nwant    %q", got, want)
	}
}
