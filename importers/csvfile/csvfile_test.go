package csvfile_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/charset"
	"hearthmap/importers/csvfile"
	"hearthmap/importers/readertest"
	"hearthmap/internal/testdata"
)

func write(tb testing.TB, content []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "t.csv")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func open(tb testing.TB, content, encoding string) *csvfile.Reader {
	tb.Helper()
	r, err := csvfile.Open(write(tb, []byte(content)), encoding)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { r.Close() })
	return r
}

func TestConformance(t *testing.T) {
	readertest.Run(t, func(tb testing.TB) importers.Reader {
		return open(tb, "code,name\n1,a\n\n2,\"b\nb\"\n3\n4,\"x\"y\n5,e", "auto")
	})
}

// The files of csv-spectrum with their readings.
func TestCSVSpectrum(t *testing.T) {
	dir := testdata.Path(t, "malformed/csv")
	files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil || len(files) < 12 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".csv")
		t.Run(name, func(t *testing.T) {
			r, err := csvfile.Open(file, "auto")
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			rows, err := readertest.ReadAll(t, r)
			if err != nil {
				t.Fatal(err)
			}
			if name == "location_coordinates" { // its degree signs were lost before us
				if len(rows) != 1 || rows[0].Reject == nil || rows[0].Reject.Code != importers.RejectEncoding {
					t.Errorf("%+v, want a reject of the encoding", rows)
				}
				return
			}
			raw, err := os.ReadFile(filepath.Join(dir, "expected", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var want []map[string]string
			if err := json.Unmarshal(raw, &want); err != nil {
				t.Fatal(err)
			}
			if len(rows) != len(want) {
				t.Fatalf("%d rows, want %d", len(rows), len(want))
			}
			for i, row := range rows {
				got := map[string]string{}
				for j, n := range row.Record.Names {
					got[n] = row.Record.Values[j]
				}
				if !mapsEqual(got, want[i]) {
					t.Errorf("row %d: %q, want %q", i, got, want[i])
				}
			}
		})
	}
}

func mapsEqual(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if w, ok := b[k]; !ok || v != w {
			return false
		}
	}
	return true
}

// Rows carry the line they begin on, whatever came before.
func TestRowNumbers(t *testing.T) {
	r := open(t, "\n\na;b\r\n1;2\r\n\r\n\"x\r\ny\r\nz\";3\r\n4\r\n;;\r\n\"open;5\r\n6;7\r\n8;9;;\r\n", "auto")
	rows, err := readertest.ReadAll(t, r)
	if err != nil {
		t.Fatal(err)
	}
	type brief struct {
		row int64
		bad importers.RejectCode
	}
	var got []brief
	for _, x := range rows {
		if x.Reject != nil {
			got = append(got, brief{x.Reject.Row, x.Reject.Code})
		} else {
			got = append(got, brief{row: x.Record.Row})
		}
	}
	want := []brief{{row: 4}, {row: 6}, {9, importers.RejectSyntax}, {11, importers.RejectSyntax}, {row: 12}, {row: 13}}
	if !slices.Equal(got, want) {
		t.Errorf("rows %v, want %v", got, want)
	}
	if rows[1].Record.Values[0] != "x\r\ny\r\nz" {
		t.Errorf("quoted field %q", rows[1].Record.Values[0])
	}
}

func TestEncodings(t *testing.T) {
	const text = "编码,名称,地址\r\nF1,花园幼儿园,和平区文化路三段十一号\r\nF2,第一小学,青年大街二百二十号\r\n"
	const trad = "編碼,名稱,地址\r\nF1,花園幼兒園,中正區忠孝東路三段十一號\r\nF2,第一國小,青年大街二百二十號\r\n"
	for _, k := range []struct {
		name, text string
		enc        charset.Encoding
		prefix     string
	}{
		{"utf-8", text, charset.UTF8, ""},
		{"utf-8 with mark", text, charset.UTF8, "\xEF\xBB\xBF"},
		{"gb18030", text, charset.GB18030, ""},
		{"big5", trad, charset.Big5, ""},
	} {
		for _, named := range []string{"auto", string(k.enc)} {
			t.Run(k.name+"/"+named, func(t *testing.T) {
				r := open(t, k.prefix+string(charset.Encode(k.text, k.enc)), named)
				if got := r.Text().Encoding; got != string(k.enc) {
					t.Errorf("encoding %s", got)
				}
				want := strings.Split(strings.Split(k.text, "\r\n")[0], ",")
				if !slices.Equal(r.Header(), want) {
					t.Errorf("header %q", r.Header())
				}
				rows, err := readertest.ReadAll(t, r)
				if err != nil || len(rows) != 2 || rows[1].Record.Values[1] != strings.Split(k.text, ",")[5] {
					t.Errorf("%v %+v", err, rows)
				}
			})
		}
	}
}

// The wrong encoding spoils rows, never stores nonsense in silence.
func TestDamagedBytes(t *testing.T) {
	r := open(t, "code,name\n1,ok\n2,caf\xe9\n3,\uFFFD\n4,好\n", "utf-8")
	rows, err := readertest.ReadAll(t, r)
	if err != nil || len(rows) != 4 {
		t.Fatal(err, rows)
	}
	for i, bad := range []bool{false, true, true, false} {
		if (rows[i].Reject != nil) != bad {
			t.Errorf("row %d: %+v", i, rows[i])
		} else if bad && (rows[i].Reject.Code != importers.RejectEncoding || rows[i].Reject.Column != "name") {
			t.Errorf("row %d: %+v", i, rows[i].Reject)
		}
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	for name, content := range map[string]string{
		"empty":      "",
		"blank":      " \n\n \r\n",
		"mark only":  "\xEF\xBB\xBF",
		"NULs":       strings.Repeat("\x00", 100_000),
		"NUL inside": "a,b\n1,\x00\n",
		"UTF-16":     "\xFF\xFE",
		"workbook":   "PK\x03\x04xxxxxxxx",
		"noise":      "a,b\n\xFF\xFE\xFF\xFF\xFF,\xFF\n",
		"open quote": "\"a,b\n1,2\n",
		"columns":    strings.Repeat("a,", 5000) + "b\n",
	} {
		t.Run(name, func(t *testing.T) {
			r, err := csvfile.Open(write(t, []byte(content)), "auto")
			if err == nil {
				r.Close()
				t.Fatal("no error")
			}
			if household.CodeOf(err) != household.Invalid || household.HintOf(err) == "" {
				t.Errorf("%v (code %s, hint %q)", err, household.CodeOf(err), household.HintOf(err))
			}
		})
	}
	if _, err := csvfile.Open(filepath.Join(t.TempDir(), "none.csv"), "auto"); household.HintOf(err) == "" {
		t.Errorf("no file: %v", err)
	}
	if _, err := csvfile.Open(write(t, []byte("a\n1\n")), "latin1"); household.HintOf(err) == "" {
		t.Errorf("unknown encoding: %v", err)
	}
}

func TestHeaderOnly(t *testing.T) {
	rows, err := readertest.ReadAll(t, open(t, "code,name", "auto"))
	if err != nil || len(rows) != 0 {
		t.Errorf("%v %v", rows, err)
	}
}

// Fields and lines beyond the limits spoil their row; what follows is read.
func TestHugeFields(t *testing.T) {
	for name, huge := range map[string]string{
		"plain":      strings.Repeat("x", 2<<20),
		"quoted":     `"` + strings.Repeat("x", 2<<20) + `"`,
		"never ends": `"` + strings.Repeat("x", 2<<20),
		"long line":  strings.Repeat("x", 20<<20),
		"quotes":     strings.Repeat(`"`, 2<<20+1),
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := readertest.ReadAll(t, open(t, "a,b\n1,"+huge+"\n2,ok\n", "auto"))
			if err != nil {
				t.Fatal(err)
			}
			last := rows[len(rows)-1]
			if rows[0].Reject == nil || rows[0].Reject.Row != 2 || last.Reject != nil || last.Record.Values[1] != "ok" {
				t.Errorf("%d rows, first %+v", len(rows), rows[0].Reject)
			}
		})
	}
}

func TestOldLineEnds(t *testing.T) {
	rows, err := readertest.ReadAll(t, open(t, "a,b\r1,2\r3,\"4\"\r", "auto"))
	if err != nil || len(rows) != 2 || rows[1].Record.Values[1] != "4" || rows[1].Record.Row != 3 {
		t.Errorf("%+v %v", rows, err)
	}
}

// encoding/csv is the oracle for what it writes itself.
func TestAgainstEncodingCSV(t *testing.T) {
	field := rapid.StringOfN(rapid.RuneFrom([]rune("ab ,;\"\n\t号楼é#'")), 0, 8, -1)
	rapid.Check(t, func(rt *rapid.T) {
		width := rapid.IntRange(1, 4).Draw(rt, "width")
		table := rapid.SliceOfN(rapid.SliceOfN(field, width, width), 1, 20).Draw(rt, "rows")
		comma := rapid.SampledFrom([]rune{',', ';', '\t'}).Draw(rt, "comma")
		header := []string{"h1", "h2", "h3", "h4"}[:width]
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma, w.UseCRLF = comma, rapid.Bool().Draw(rt, "crlf")
		if err := w.WriteAll(append([][]string{header}, table...)); err != nil {
			rt.Fatal(err)
		}
		want, err := func() ([][]string, error) {
			r := csv.NewReader(bytes.NewReader(b.Bytes()))
			r.Comma = comma
			return r.ReadAll()
		}()
		if err != nil {
			rt.Fatal(err)
		}
		if width == 1 && comma != ',' {
			return // nothing tells the separator
		}
		var got [][]string
		r := open(t, b.String(), "utf-8")
		for {
			rec, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				rt.Fatalf("%v in %q", err, b.String())
			}
			got = append(got, slices.Clone(rec.Values))
		}
		want = slices.DeleteFunc(want[1:], func(row []string) bool { return blankRow(row) })
		for _, row := range want {
			for i := range row {
				row[i] = strings.ReplaceAll(row[i], "\r\n", "\n")
			}
		}
		for _, row := range got {
			for i := range row {
				row[i] = strings.ReplaceAll(row[i], "\r\n", "\n")
			}
		}
		got = slices.DeleteFunc(got, blankRow)
		if !slices.EqualFunc(got, want, slices.Equal[[]string]) {
			rt.Fatalf("%q gives %q, want %q", b.String(), got, want)
		}
	})
}

// blankRow reports whether a row holds nothing; readers may skip it.
func blankRow(row []string) bool {
	return strings.Trim(strings.Join(row, ""), " \t,;\"\r\n") == ""
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,2\n", "a;b\r\n\"1\n2\";3\r\n", "\xEF\xBB\xBFa\tb\n\"\"\"\t2\n", "a,b\n\"x\"y,2\n3\n", "\xB1\xE0\xC2\xEB,b\n\x81\x30\x81\x30,2\n",
		"a\r1\r", "a,b\n\"", "a|b\n1|2|\n\n,,\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		path := write(t, content)
		for _, enc := range []string{"auto", "utf-8", "gb18030", "big5"} {
			r, err := csvfile.Open(path, enc)
			if err != nil {
				var e *household.Error
				if !errors.As(err, &e) || e.Hint == "" {
					t.Errorf("an error without a hint: %v", err)
				}
				continue
			}
			rows, err := readertest.ReadAll(t, r)
			if err != nil {
				t.Errorf("%v", err)
			}
			if len(rows) > len(content) {
				t.Errorf("%d rows from %d bytes", len(rows), len(content))
			}
			r.Close()
		}
	})
}

func BenchmarkRead(b *testing.B) {
	var content bytes.Buffer
	content.WriteString("building_code,entrance,floor,room,use,area_m2\n")
	const rows = 100_000
	for range rows {
		content.WriteString("B0012345,2,17,1703,住宅,88.50\n")
	}
	path := write(b, content.Bytes())
	b.SetBytes(int64(content.Len()))
	for b.Loop() {
		r, err := csvfile.Open(path, "utf-8")
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for {
			if _, err := r.Next(); err == io.EOF {
				break
			}
			n++
		}
		r.Close()
		if n != rows {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
