package reports_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"hearthmap/household"
	"hearthmap/reports"
)

var update = flag.Bool("update", false, "write the golden files")

func write(t testing.TB, c *reports.Coverage, f reports.Format, o reports.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := reports.WriteCoverage(context.Background(), &b, f, c, o); err != nil {
		t.Fatalf("%s: %v", f, err)
	}
	return b.Bytes()
}

// TestGolden compares whole files; run with -update and read the difference.
func TestGolden(t *testing.T) {
	c := run(t, tinyTown(), tinyStandard, household.LevelCommunity)
	for name, o := range map[string]reports.Options{
		"tiny.csv": {}, "tiny.json": {}, "tiny.geojson": {}, "tiny.html": {}, "tiny.en.html": {Lang: reports.English, Map: "bus_stop@5"},
	} {
		f, err := reports.FormatOf(name)
		if err != nil {
			t.Fatal(err)
		}
		got, path := write(t, c, f, o), filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from its golden file; run go test ./reports -update and look at the difference", name)
		}
	}
}

// TestCSV reads every number back.
func TestCSV(t *testing.T) {
	c := run(t, tinyTown(), tinyStandard, household.LevelCommunity)
	rows := readCSV(t, write(t, c, reports.CSV, reports.Options{}))
	if len(rows) != 1+len(c.Areas)*len(c.Requirements) {
		t.Fatalf("%d rows", len(rows))
	}
	for n, a := range c.Areas {
		for i, x := range a.Totals {
			row := rows[1+n*len(c.Requirements)+i]
			share, median, p90 := "", "", ""
			if x.People > 0 {
				share = fmt.Sprintf("%.4f", x.Share)
			}
			if x.MedianMetres > 0 {
				median, p90 = fmt.Sprintf("%.1f", x.MedianMetres), fmt.Sprintf("%.1f", x.P90Metres)
			}
			name := a.Name
			if strings.HasPrefix(name, "=") {
				name = "'" + name
			}
			q := c.Requirements[i]
			want := fmt.Sprint([]string{
				a.Code, name, "community", q.ID, string(q.Category), fmt.Sprint(q.Minutes), fmt.Sprintf("%.1f", q.Metres),
				fmt.Sprint(x.People), fmt.Sprint(x.Covered), fmt.Sprint(x.Uncovered), fmt.Sprint(x.Unreachable), share,
				fmt.Sprint(x.Buildings), fmt.Sprint(x.BuildingsCovered), median, p90, fmt.Sprint(x.Facilities),
			})
			if fmt.Sprint(row) != want {
				t.Errorf("row %d %d:\n got %v\nwant %s", n, i, row, want)
			}
		}
	}
}

// TestByHand compares with the answers on paper, distances within 0.3 %.
func TestByHand(t *testing.T) {
	c := run(t, tinyTown(), tinyStandard, household.LevelCommunity)
	rows := readCSV(t, write(t, c, reports.CSV, reports.Options{}))
	for _, want := range []string{
		// 甲: 120 children at 10+250+10 m, 34 at 920 m.
		"990001001001 kindergarten 154 120 34 0 0.7792 2 1 270 920 0",
		// Nobody lives in 空.
		"990001001003 bus_stop@15 0 0 0 0 – 0 0 – – 0",
		// 乙: 60 m from the stop, and a building without a street.
		"990001001002 bus_stop@5 65 60 0 5 0.9231 2 1 60 60 1",
		" kindergarten 2 2 0 0 1.0000 1 1 120 120 0",
	} {
		if !slices.ContainsFunc(rows, func(row []string) bool {
			got := append([]string{row[0], row[3]}, row[7:]...)
			return slices.EqualFunc(got, strings.Split(want, " "), func(a, b string) bool {
				x, err1 := strconv.ParseFloat(a, 64)
				y, err2 := strconv.ParseFloat(b, 64)
				return a == b || a == "" && b == "–" || err1 == nil && err2 == nil && y > 50 && math.Abs(x-y) < 0.003*y
			})
		}) {
			t.Errorf("no row %q", want)
		}
	}
}

func readCSV(t *testing.T, raw []byte) [][]string {
	t.Helper()
	body, ok := bytes.CutPrefix(raw, []byte("\xef\xbb\xbf"))
	if !ok {
		t.Fatal("no byte order mark")
	}
	rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestJSONIsTheBody(t *testing.T) {
	c := run(t, tinyTown(), tinyStandard, household.LevelCommunity)
	var got reports.Coverage
	d := json.NewDecoder(bytes.NewReader(write(t, c, reports.JSON, reports.Options{})))
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(c)
	if !bytes.Equal(a, b) {
		t.Error("what is read back differs")
	}
}

func TestGeoJSON(t *testing.T) {
	c := run(t, tinyTown(), tinyStandard, household.LevelCommunity)
	fc, err := geojson.UnmarshalFeatureCollection(write(t, c, reports.GeoJSON, reports.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if len(fc.Features) != len(c.Areas) || len(fc.BBox) != 4 || fc.BBox[0] >= fc.BBox[2] {
		t.Fatalf("%d features, bbox %v", len(fc.Features), fc.BBox)
	}
	for n, f := range fc.Features {
		a := c.Areas[n]
		if f.Properties["code"] != a.Code || f.Properties["name"] != a.Name || f.Properties["people"] != float64(a.People) {
			t.Errorf("feature %d: %v", n, f.Properties)
		}
		for i, x := range a.Totals {
			got := f.Properties["share_"+c.Requirements[i].ID]
			if x.People == 0 && got != nil || x.People > 0 && fmt.Sprintf("%.4f", got) != fmt.Sprintf("%.4f", x.Share) {
				t.Errorf("feature %d: share of %s is %v, want %v of %d", n, c.Requirements[i].ID, got, x.Share, x.People)
			}
		}
		if f.Geometry == nil {
			if a.Code != "" {
				t.Errorf("feature %d has no geometry", n)
			}
			continue
		}
		for _, p := range f.Geometry.(orb.MultiPolygon) {
			for j, r := range p {
				if want := map[bool]orb.Orientation{true: orb.CCW, false: orb.CW}[j == 0]; r.Orientation() != want || !r.Closed() {
					t.Errorf("feature %d ring %d turns the wrong way or is open", n, j)
				}
			}
		}
	}
}

// TestHTML looks for what must and must not stand in the page.
func TestHTML(t *testing.T) {
	c := run(t, tinyTown(), tinyStandard, household.LevelCommunity)
	page := string(write(t, c, reports.HTML, reports.Options{City: "试点市"}))
	for _, want := range []string{"试点市步行服务圈覆盖分析报告", c.InputSHA256, "甲社区 ", "幼儿园", "15分钟", "乙&lt;script&gt;", "122 / 162", "<td class=\"cell sn\">–</td>"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the page", want)
		}
	}
	for _, bad := range []string{"<script", "NaN", "ZgotmplZ", "http://", "https://", "Inf", "<no value>"} {
		if strings.Contains(page, bad) {
			t.Errorf("%q stands in the page", bad)
		}
	}
}

func TestWithoutPeople(t *testing.T) {
	d := tinyTown()
	for i := range d.Buildings {
		d.Buildings[i].Counts.People, d.Buildings[i].Counts.Age3to5, d.Buildings[i].Counts.Age60up = 0, 0, 0
	}
	c := run(t, d, tinyStandard, household.LevelCommunity)
	page := string(write(t, c, reports.HTML, reports.Options{}))
	for _, want := range []string{"按楼栋统计", "未覆盖（住宅楼栋）"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the page", want)
		}
	}
	for _, f := range []reports.Format{reports.CSV, reports.JSON, reports.GeoJSON, reports.XLSX} {
		write(t, c, f, reports.Options{})
	}
	// And without any areas at all.
	d.Areas = nil
	c = run(t, d, tinyStandard, household.LevelCommunity)
	for _, f := range []reports.Format{reports.CSV, reports.JSON, reports.GeoJSON, reports.XLSX, reports.HTML} {
		if out := write(t, c, f, reports.Options{}); bytes.Contains(out, []byte("NaN")) {
			t.Errorf("%s holds NaN", f)
		}
	}
}

func TestFormatOf(t *testing.T) {
	for path, want := range map[string]reports.Format{"a.xlsx": "xlsx", "/x/A.GeoJSON": "geojson", "a.b.pdf": "pdf", "json": "json"} {
		if got, err := reports.FormatOf(path); err != nil || got != want {
			t.Errorf("%s: %v %v", path, got, err)
		}
	}
	for _, path := range []string{"a.doc", "report", "", "dir.csv/x"} {
		_, err := reports.FormatOf(path)
		if household.CodeOf(err) != household.Invalid || !strings.Contains(household.HintOf(err), ".xlsx") {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestSave(t *testing.T) {
	c, ctx, dir := run(t, tinyTown(), tinyStandard, household.LevelCommunity), context.Background(), t.TempDir()
	path := filepath.Join(dir, "a.csv")
	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := reports.SaveCoverage(ctx, path, c, reports.Options{Map: "no such"}); household.CodeOf(err) != household.NotFound {
		t.Errorf("an unknown requirement: %v", err)
	}
	if old, _ := os.ReadFile(path); string(old) != "old" {
		t.Error("a failed report replaced the old one")
	}
	if err := reports.SaveCoverage(ctx, path, c, reports.Options{}); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); !bytes.Equal(got, write(t, c, reports.CSV, reports.Options{})) {
		t.Error("the file differs from what is written")
	}
	if list, _ := os.ReadDir(dir); len(list) != 1 {
		t.Errorf("%d files are left", len(list))
	}
	for _, bad := range []string{filepath.Join(dir, "none", "a.csv"), "/proc/a.csv"} {
		err := reports.SaveCoverage(ctx, bad, c, reports.Options{})
		if household.CodeOf(err) != household.Unavailable || household.HintOf(err) == "" {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "d.csv"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := reports.SaveCoverage(ctx, filepath.Join(dir, "d.csv"), c, reports.Options{}); household.CodeOf(err) != household.Invalid {
		t.Errorf("a directory: %v", err)
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if err := reports.SaveCoverage(stopped, path, c, reports.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// TestShow writes all formats of a larger city to $HEARTHMAP_REPORTS_OUT, for
// people to look at.
func TestShow(t *testing.T) {
	dir := os.Getenv("HEARTHMAP_REPORTS_OUT")
	if dir == "" {
		t.Skip("set HEARTHMAP_REPORTS_OUT to a directory")
	}
	c := run(t, checkered(6, 30), nil, household.LevelCommunity)
	for _, f := range reports.Formats {
		if err := reports.SaveCoverage(context.Background(), filepath.Join(dir, "city."+string(f)), c, reports.Options{}); err != nil {
			t.Error(err)
		}
	}
}

// TestHTMLMatrix reads the table of areas by requirements and compares it
// with the totals, and its last row with their sum.
func TestHTMLMatrix(t *testing.T) {
	c := run(t, checkered(4, 20), nil, household.LevelCommunity)
	page := string(write(t, c, reports.HTML, reports.Options{}))
	cells := regexp.MustCompile(`<td class="cell (\w+)">([^<]*|&lt;1)</td>`).FindAllStringSubmatch(page, -1)
	width := len(c.Requirements) + 2
	if len(cells) != width*(len(c.Areas)+1) {
		t.Fatalf("%d cells", len(cells))
	}
	covered, people := make([]int64, width), make([]int64, width)
	same := func(row, col int, part, whole int64) {
		cell := cells[row*width+col]
		got, err := strconv.ParseFloat(strings.Replace(cell[2], "&lt;1", "0.5", 1), 64)
		if whole == 0 && cell[2] != "–" || whole > 0 && (err != nil || math.Abs(got-100*float64(part)/float64(whole)) > 1) {
			t.Errorf("row %d column %d is %s, want %d of %d", row, col, cell[2], part, whole)
		}
	}
	add := func(row, col int, part, whole int64) {
		covered[col], people[col] = covered[col]+part, people[col]+whole
		same(row, col, part, whole)
	}
	for n := range c.Areas {
		a := &c.Areas[n]
		add(n, 0, a.AllRequired.Covered, a.AllRequired.People)
		var part, whole int64
		for i, x := range a.Totals {
			add(n, 2+i, x.Covered, x.People)
			if c.Requirements[i].Required {
				part, whole = part+x.Covered, whole+x.People
			}
		}
		add(n, 1, part, whole)
	}
	for col := range width {
		same(len(c.Areas), col, covered[col], people[col])
	}
}
