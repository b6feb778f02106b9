package reports_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"hearthmap/household"
	"hearthmap/reports"
)

func openBook(t *testing.T, raw []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// TestXLSX opens the workbook and compares every share with the totals.
func TestXLSX(t *testing.T) {
	c := run(t, tinyTown(), tinyStandard, household.LevelCommunity)
	f := openBook(t, write(t, c, reports.XLSX, reports.Options{}))
	if got, want := fmt.Sprint(f.GetSheetList()), "[说明 分项汇总 按社区 按街道 按区县 按市 缺口排名]"; got != want {
		t.Errorf("sheets %s, want %s", got, want)
	}
	rows, err := f.GetRows("按社区")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 3+len(c.Areas)+1 {
		t.Fatalf("%d rows", len(rows))
	}
	for n, a := range c.Areas {
		row := rows[3+n]
		if row[0] != a.Code || row[1] != a.Name || row[2] != fmt.Sprint(a.People) || row[3] != fmt.Sprint(a.Buildings) {
			t.Errorf("row %d: %v", n, row)
		}
		sameShare(t, row[4], a.AllRequired.Share, a.AllRequired.People)
		for i, x := range a.Totals {
			sameShare(t, row[6+i], x.Share, x.People)
		}
	}
	notes, err := f.GetRows("说明")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(fmt.Sprint(notes), c.InputSHA256) || !strings.Contains(fmt.Sprint(notes), "4项距离中3项尚未") {
		t.Errorf("the notes lack hash or verification: %v", notes)
	}
	sheetLooks(t, f, "按社区")
	if charts, err := f.GetPictures("分项汇总", "M3"); err != nil || len(charts) != 0 {
		t.Errorf("pictures %v %v", charts, err)
	}
	gapRows(t, f, c)
}

func sameShare(t *testing.T, got string, share float64, people int64) {
	t.Helper()
	if people == 0 {
		if got != "–" {
			t.Errorf("a share of nobody is %q", got)
		}
		return
	}
	v, err := strconv.ParseFloat(got, 64)
	if err != nil || math.Abs(v-share) > 5.01e-5 {
		t.Errorf("share %q, want %v", got, share)
	}
}

// sheetLooks checks what makes the sheet readable.
func sheetLooks(t *testing.T, f *excelize.File, sheet string) {
	t.Helper()
	panes, err := f.GetPanes(sheet)
	if err != nil || !panes.Freeze || panes.XSplit != 2 || panes.YSplit != 3 {
		t.Errorf("panes %+v %v", panes, err)
	}
	formats, err := f.GetConditionalFormats(sheet)
	if err != nil || len(formats["E4:J7"]) != 1 || formats["E4:J7"][0].Type != "3_color_scale" {
		t.Errorf("conditional formats %+v %v", formats, err)
	}
	props, err := f.GetSheetProps(sheet)
	if err != nil || props.FitToPage == nil || !*props.FitToPage {
		t.Errorf("the sheet does not fit its page: %v", err)
	}
	footer, err := f.GetHeaderFooter(sheet)
	if err != nil || !strings.Contains(footer.OddFooter, "SHA-256") {
		t.Errorf("footer %+v %v", footer, err)
	}
	style, err := f.GetCellStyle(sheet, "E4")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := f.GetStyle(style); err != nil || s.CustomNumFmt == nil || *s.CustomNumFmt != "0.0%" {
		t.Errorf("shares are not percentages: %+v %v", s, err)
	}
}

func gapRows(t *testing.T, f *excelize.File, c *reports.Coverage) {
	t.Helper()
	rows, err := f.GetRows("缺口排名")
	if err != nil {
		t.Fatal(err)
	}
	want, before := int64(0), int64(math.MaxInt64)
	for _, a := range c.Areas {
		for _, x := range a.Totals {
			want += x.Uncovered + x.Unreachable
		}
	}
	for _, row := range rows[3:] {
		n, err := strconv.ParseInt(row[5], 10, 64)
		if err != nil || n > before || n <= 0 {
			t.Errorf("gap %v after %d: %v", row, before, err)
		}
		want -= n
		before = n
	}
	if want != 0 {
		t.Errorf("%d missing people are in no gap", want)
	}
}

func TestXLSXSameBytes(t *testing.T) {
	first := write(t, run(t, tinyTown(), tinyStandard, household.LevelCommunity), reports.XLSX, reports.Options{})
	for range 5 {
		if !bytes.Equal(first, write(t, run(t, tinyTown(), tinyStandard, household.LevelCommunity), reports.XLSX, reports.Options{})) {
			t.Fatal("two runs gave different bytes")
		}
	}
	z, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	if err != nil {
		t.Fatal(err)
	}
	charts := 0
	for _, part := range z.File {
		if part.Modified.Year() > 1980 {
			t.Errorf("%s bears the time %v", part.Name, part.Modified)
		}
		if strings.HasPrefix(part.Name, "xl/charts/") {
			charts++
		}
	}
	if charts == 0 {
		t.Error("there is no chart")
	}
}

func TestEnglishXLSX(t *testing.T) {
	f := openBook(t, write(t, run(t, tinyTown(), tinyStandard, household.LevelStreet), reports.XLSX, reports.Options{Lang: reports.English}))
	if got := fmt.Sprint(f.GetSheetList()); got != "[Notes Requirements By street By district By city Gaps]" {
		t.Error(got)
	}
}

// BenchmarkXLSX writes 2,401 communities by 36 requirements.
func BenchmarkXLSX(b *testing.B) {
	c := run(b, checkered(49, 1), nil, household.LevelCommunity)
	for b.Loop() {
		write(b, c, reports.XLSX, reports.Options{})
	}
}
