package xlsxfile

import (
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"hearthmap/importers"
)

// grid makes a sheet of rows; | divides cells.
func grid(tb testing.TB, rows []string, merges ...string) string {
	tb.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		for j, v := range strings.Split(row, "|") {
			if v == "" {
				continue
			}
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err == nil {
				err = f.SetCellStr("Sheet1", cell, v)
			}
			if err != nil {
				tb.Fatal(err)
			}
		}
	}
	for _, m := range merges {
		from, to, _ := strings.Cut(m, ":")
		if err := f.MergeCell("Sheet1", from, to); err != nil {
			tb.Fatal(err)
		}
	}
	return save(tb, f)
}

func TestHeaders(t *testing.T) {
	for _, k := range []struct {
		name   string
		rows   []string
		merges []string
		header string
		want   []string
	}{
		{"plain", []string{"a|b", "1|2"}, nil, "a|b", []string{"2: 1|2"}},
		{"below blank rows", []string{"", "", "a|b", "", "1|2"}, nil, "a|b", []string{"5: 1|2"}},
		{"one column", []string{"a", "1", "2"}, nil, "a", []string{"2: 1", "3: 2"}},
		{"merged title", []string{"名册", "a|b", "1|2"}, []string{"A1:B1"}, "a|b", []string{"3: 1|2"}},
		{"tall title", []string{"名册", "", "a|b", "1|2"}, []string{"A1:B2"}, "a|b", []string{"4: 1|2"}},
		{"title not merged", []string{"附件一", "名册", "a|b", "1|2"}, nil, "a|b", []string{"4: 1|2"}},
		{"gap and trailing names", []string{"a||c| |", "1|2|3"}, nil, "a||c", []string{"2: 1|2|3"}},
		{
			"two rows",
			[]string{"姓名|住址|||电话", "|楼栋|单元|房号|", "张|1|2|301|5"},
			[]string{"A1:A2", "B1:D1", "E1:E2"},
			"姓名|住址/楼栋|住址/单元|住址/房号|电话",
			[]string{"3: 张|1|2|301|5"},
		},
		{
			"two rows, merged sideways only",
			[]string{"姓名|住址||电话", "|楼栋|单元|", "张|1|2|5"},
			[]string{"B1:C1"},
			"姓名|住址/楼栋|住址/单元|电话",
			[]string{"3: 张|1|2|5"},
		},
		{
			"merged sideways over data",
			[]string{"姓名|住址||", "张|1|2|", "李|3|4|"},
			[]string{"B1:C1"},
			"姓名|住址|住址/2",
			[]string{"2: 张|1|2", "3: 李|3|4"},
		},
		{"tall header", []string{"a|b", "", "1|2"}, []string{"A1:A2", "B1:B2"}, "a|b", []string{"3: 1|2"}},
		{"banner beside the table", []string{"横|b", "|2", "|3", "|4", "|5", "|6"}, []string{"A1:A6"}, "横|b", []string{"2: |2", "3: |3", "4: |4", "5: |5", "6: |6"}},
		{"lines in a name", []string{"身份\n证号|b", "1|2"}, nil, "身份 证号|b", []string{"2: 1|2"}},
		{"too wide", []string{"a|b", "1|2|3", "1|2| |", "1|2||4"}, nil, "a|b", []string{"2! column C syntax", "3: 1|2", "4! column D syntax"}},
	} {
		t.Run(k.name, func(t *testing.T) {
			r := mustOpen(t, grid(t, k.rows, k.merges...))
			if got := strings.Join(header(t, r), "|"); got != k.header {
				t.Errorf("header %q, want %q", got, k.header)
			}
			for i := range k.want {
				k.want[i] = "Sheet1 " + k.want[i]
			}
			wantLines(t, lines(t, r), k.want...)
		})
	}
}

func TestMergedData(t *testing.T) {
	r := mustOpen(t, grid(t, []string{
		"楼栋|单元|房号|备注",
		"1栋|1|101|空置",
		"||102|",
		"|2|201|leftover",
		"|||", // nothing of its own
		"2栋|1|101|",
		"合计|||3",
	}, "A2:A5", "B2:B3", "D2:D4", "B4:B5", "A7:C7"))
	wantLines(t, lines(t, r),
		"Sheet1 2: 1栋|1|101|空置", "Sheet1 3: 1栋|1|102|空置", "Sheet1 4: 1栋|2|201|空置",
		"Sheet1 6: 2栋|1|101|", "Sheet1 7: 合计|合计|合计|3")
	if notes := strings.Join(r.(importers.NotingReader).Notes(), "\n"); !strings.Contains(notes, "5 areas") {
		t.Errorf("notes %q", notes)
	}
}

// Values under no name do not vanish without a word.
func TestNamelessColumn(t *testing.T) {
	r := mustOpen(t, grid(t, []string{"a|||d", "1|||4", "1||x|4", "2||y|4"}))
	wantLines(t, lines(t, r), "Sheet1 2: 1|||4", "Sheet1 3: 1||x|4", "Sheet1 4: 2||y|4")
	notes := strings.Join(r.(importers.NotingReader).Notes(), "\n")
	if strings.Count(notes, "no name") != 1 || !strings.Contains(notes, "column C") {
		t.Errorf("notes %q", notes)
	}
}

// A cell that cannot be used spoils every row it is merged over.
func TestMergedProblem(t *testing.T) {
	r := mustOpen(t, minimal(`<sheetData><row r="1"><c t="str"><v>a</v></c><c t="str"><v>b</v></c></row>
<row r="2"><c><v>110105194912310021</v></c><c><v>1</v></c></row><row r="3"><c/><c><v>2</v></c></row><row r="4"><c><v>3</v></c></row>
</sheetData><mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>`).write(t))
	wantLines(t, lines(t, r), "表 2! a value", "表 3! a value", "表 4: 3|")
}
