package xlsxfile

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"hearthmap/importers/readertest"
	"hearthmap/internal/testdata"
)

// sheetText is a sheet's header and, by row number, its texts.
type sheetText struct {
	header []string
	rows   map[int64][]string
}

// ours reads a workbook with the reader under test.
func ours(tb testing.TB, path string) map[string]sheetText {
	tb.Helper()
	rows, err := readertest.ReadAll(tb, mustOpen(tb, path))
	if err != nil {
		tb.Fatal(err)
	}
	out := map[string]sheetText{}
	for _, x := range rows {
		if x.Reject != nil {
			tb.Fatalf("%+v", x.Reject)
		}
		s, ok := out[x.Record.Sheet]
		if !ok {
			s = sheetText{header: x.Record.Names, rows: map[int64][]string{}}
			out[x.Record.Sheet] = s
		}
		s.rows[x.Record.Row] = x.Record.Values
	}
	return out
}

// manySheets makes a workbook with typed cells, dates, blank rows and merged
// cells. filled says which texts merged cells take from above.
func manySheets(tb testing.TB, rows int) (path string, filled map[string]map[int64]string) {
	tb.Helper()
	f := excelize.NewFile()
	style := func(code string) int {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		if err != nil {
			tb.Fatal(err)
		}
		return id
	}
	date, stamp := style("yyyy-mm-dd"), style("yyyy-mm-dd hh:mm:ss")
	filled = map[string]map[int64]string{}
	for n, sheet := range []string{"Sheet1", "花园 & 里", "三"} {
		if n > 0 {
			if _, err := f.NewSheet(sheet); err != nil {
				tb.Fatal(err)
			}
		}
		w, err := f.NewStreamWriter(sheet)
		if err != nil {
			tb.Fatal(err)
		}
		filled[sheet] = map[int64]string{}
		row := func(r int, values ...any) {
			if err := w.SetRow("A"+strconv.Itoa(r), values); err != nil {
				tb.Fatal(err)
			}
		}
		row(1, "楼栋", "code", "name", "date", "stamp", "count", "area", "open")
		start := time.Date(1949, 10, 1, 0, 0, 0, 0, time.UTC)
		block, until := "", 0 // of the merged cell
		for i := 2; i <= rows>>(2*n); i++ {
			if i%97 == 0 {
				continue // blank
			}
			if i%10 == 1 {
				block, until = fmt.Sprintf("%d栋", i), i+4
				if err := w.MergeCell(fmt.Sprintf("A%d", i), fmt.Sprintf("A%d", until)); err != nil {
					tb.Fatal(err)
				}
			}
			values := []any{
				nil, fmt.Sprintf("99%06d", i), fmt.Sprintf("张 <%d> & \"甲\"\n乙", i),
				excelize.Cell{StyleID: date, Value: start.AddDate(0, 0, i)},
				excelize.Cell{StyleID: stamp, Value: start.Add(time.Duration(i) * 10007 * time.Second)},
				i * 31, float64(i) / 64, i%3 == 0,
			}
			switch {
			case i%10 == 1:
				values[0] = block
			case i <= until:
				filled[sheet][int64(i)] = block
			default:
				values[0] = "own"
			}
			if i%5 == 0 {
				values[2], values[6] = nil, nil
			}
			row(i, values...)
		}
		if err := w.Flush(); err != nil {
			tb.Fatal(err)
		}
	}
	return save(tb, f), filled
}

// compareSheet holds a sheet of ours against a peer's rows, which are in
// order and may hold blank ones; the peer does not fill merged cells.
func compareSheet(t *testing.T, name string, got sheetText, filled map[int64]string, peer func(row int64) []string, last int64) {
	t.Helper()
	n := 0
	for r := int64(2); r <= last; r++ {
		want := peer(r)
		blank := len(strings.Join(want, "")) == 0
		have, ok := got.rows[r]
		if ok == blank {
			t.Fatalf("%s row %d: read %v, blank %v", name, r, ok, blank)
		}
		if blank {
			continue
		}
		n++
		for i, v := range have {
			w := ""
			if i < len(want) {
				w = want[i]
			}
			if i == 0 && w == "" {
				w = filled[r]
			}
			if v != w {
				t.Fatalf("%s row %d column %s: %q, want %q", name, r, got.header[i], v, w)
			}
		}
	}
	if n != len(got.rows) || n == 0 {
		t.Errorf("%s: %d rows, the peer has %d", name, len(got.rows), n)
	}
}

func rowsFor(t *testing.T) int {
	if testing.Short() {
		return 2_000
	}
	return 20_000 / slow
}

func TestAgainstExcelize(t *testing.T) {
	path, filled := manySheets(t, rowsFor(t))
	got := ours(t, path)
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if len(got) != len(f.GetSheetList()) {
		t.Errorf("%d sheets, want %d", len(got), len(f.GetSheetList()))
	}
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Join(rows[0], "|") != strings.Join(got[sheet].header, "|") {
			t.Errorf("%s: header %q, want %q", sheet, got[sheet].header, rows[0])
		}
		compareSheet(t, sheet, got[sheet], filled[sheet], func(r int64) []string { return rows[r-1] }, int64(len(rows)))
	}
}

// ogr2ogr reads a sheet as text and returns its rows; the test is skipped
// without it.
func ogr2ogr(tb testing.TB, path, sheet string) [][]string {
	tb.Helper()
	tool := testdata.Tool(tb, "ogr2ogr")
	cmd := exec.Command(tool, "-f", "CSV", "/vsistdout/", path, sheet, "-oo", "HEADERS=FORCE", "-oo", "FIELD_TYPES=STRING")
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		tb.Fatalf("ogr2ogr: %v: %.300s", err, problems.String())
	}
	r := csv.NewReader(&out)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	return rows
}

var slashDate = regexp.MustCompile(`^(\d{4})/(\d\d)/(\d\d)`)

func TestAgainstOGR(t *testing.T) {
	path, filled := manySheets(t, rowsFor(t))
	got := ours(t, path)
	for sheet, s := range got {
		rows := ogr2ogr(t, path, sheet)
		compareSheet(t, sheet, s, filled[sheet], func(r int64) []string {
			row := rows[r-1]
			for i := range row {
				if i == 7 { // booleans
					row[i] = map[string]string{"0": "FALSE", "1": "TRUE"}[row[i]]
				}
				row[i] = slashDate.ReplaceAllString(row[i], "$1-$2-$3")
			}
			return row
		}, int64(len(rows)))
	}
	big := writeBig(t, rowsFor(t))
	rows := ogr2ogr(t, big, "表")
	compareSheet(t, "big", ours(t, big)["表"], nil, func(r int64) []string {
		rows[r-1][5] = slashDate.ReplaceAllString(rows[r-1][5], "$1-$2-$3")
		return rows[r-1]
	}, int64(len(rows)))
}
