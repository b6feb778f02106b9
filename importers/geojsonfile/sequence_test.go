package geojsonfile_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/geojsonfile"
	"hearthmap/importers/readertest"
)

const (
	one   = `{"type":"Feature","properties":{"code":"A"},"geometry":{"type":"Point","coordinates":[123.4,41.8]}}`
	two   = `{"type":"Feature","properties":{"code":"B","text":"a\nb{[\""},"geometry":null}`
	three = `{"type":"Feature","properties":{"code":"C"},"geometry":{"type":"LineString","coordinates":[[1,2],[3,4]]}}`
)

func openNamed(tb testing.TB, name, content string) *geojsonfile.Reader {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
	r, err := geojsonfile.Open(path, importers.FileOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func codes(rows []readertest.Row) (list []string) {
	for _, r := range rows {
		if r.Reject != nil {
			list = append(list, string(r.Reject.Code))
		} else if len(r.Record.Values) > 0 {
			list = append(list, r.Record.Values[0])
		} else {
			list = append(list, "-")
		}
	}
	return list
}

func TestSequences(t *testing.T) {
	for name, k := range map[string]struct {
		file, content string
		want          []string
	}{
		"separators":           {"t.geojsons", "\x1e" + one + "\n\x1e" + two + "\n\x1e" + three + "\n", []string{"A", "B", "C"}},
		"separators, pretty":   {"t.json", "\x1e" + strings.ReplaceAll(one, ",", ",\n ") + "\n\x1e" + two, []string{"A", "B"}},
		"lines":                {"t.geojsonl", one + "\n" + two + "\n\n" + three, []string{"A", "B", "C"}},
		"windows lines":        {"t.ndjson", "\uFEFF" + one + "\r\n" + two + "\r\n", []string{"A", "B"}},
		"by content":           {"t.geojson", one + "\n" + two + "\n" + three + "\n", []string{"A", "B", "C"}},
		"a broken line":        {"t.geojsonl", one + "\n{\"type\":\"Feature\",\"prop\n" + three + "\n", []string{"A", "syntax", "C"}},
		"a broken text":        {"t.geojsons", "\x1e" + one + "\x1e{\"type\":\x1e" + three, []string{"A", "syntax", "C"}},
		"first broken":         {"t.geojsonl", "nonsense\n" + three, []string{"syntax", "C"}},
		"bare geometry":        {"t.geojsonl", `{"type":"Point","coordinates":[1,2]}` + "\n", []string{"-"}},
		"a collection":         {"t.geojsonl", small0 + "\n" + one, []string{"syntax", "A"}},
		"too deep":             {"t.geojsonl", `{"type":"Feature","properties":{"a":` + strings.Repeat("[", 1000) + "\n" + one, []string{"syntax", "A"}},
		"too long":             {"t.geojsonl", `{"type":"Feature","properties":{"a":"` + strings.Repeat("x", 9<<20) + `"}}` + "\n" + one, []string{"syntax", "A"}},
		"one feature, no line": {"t.geojsonl", one, []string{"A"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := openNamed(t, k.file, k.content)
			defer r.Close()
			rows, err := readertest.ReadAll(t, r)
			if got := codes(rows); err != nil || !slices.Equal(got, k.want) {
				t.Errorf("%q %v, want %q", got, err, k.want)
			}
			for i, row := range rows {
				if row.Reject == nil && row.Record.Row != int64(i+1) {
					t.Errorf("row %d is numbered %d", i+1, row.Record.Row)
				}
			}
		})
	}
}

const small0 = `{"type":"FeatureCollection","features":[]}`

// Two features on one line are no sequence and no GeoJSON.
func TestNoSequence(t *testing.T) {
	r := openNamed(t, "t.geojson", one+two)
	defer r.Close()
	if _, err := readertest.ReadAll(t, r); household.HintOf(err) == "" {
		t.Errorf("%v", err)
	}
}

func TestSequenceConformance(t *testing.T) {
	content := "\x1e" + one + "\n\x1e" + two + "\n\x1e{\n\x1e" + three + "\n"
	readertest.Run(t, func(tb testing.TB) importers.Reader { return openNamed(tb, "t.geojsonseq", content) })
}

// Features read the same in a sequence as in a collection.
func TestSequenceEqualsCollection(t *testing.T) {
	features := []string{one, two, three}
	list, err := readertest.ReadAll(t, openNamed(t, "t.geojson", `{"type":"FeatureCollection","features":[`+strings.Join(features, ",")+`]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{strings.Join(features, "\n"), "\x1e" + strings.Join(features, "\n\x1e")} {
		rows, err := readertest.ReadAll(t, openNamed(t, "t.geojsonl", content))
		if err != nil || len(rows) != len(list) {
			t.Fatal(err, len(rows))
		}
		for i := range rows {
			a, b := rows[i].Record, list[i].Record
			same := a.Geometry == nil && b.Geometry == nil || a.Geometry != nil && b.Geometry != nil && orb.Equal(a.Geometry, b.Geometry)
			if !slices.Equal(a.Names, b.Names) || !slices.Equal(a.Values, b.Values) || !same {
				t.Errorf("%+v and %+v", a, b)
			}
		}
	}
}

func FuzzSequence(f *testing.F) {
	f.Add([]byte(one+"\n"+two), false)
	f.Add([]byte("\x1e"+one+"\n\x1e"+three), true)
	f.Fuzz(func(t *testing.T, content []byte, named bool) {
		name := "t.json"
		if named {
			name = "t.ndjson"
		}
		r := openNamed(t, name, string(content))
		defer r.Close()
		rows, err := readertest.ReadAll(t, r)
		if err != nil && household.HintOf(err) == "" {
			t.Errorf("an error without a hint: %v", err)
		}
		if len(rows) > len(content)+1 {
			t.Errorf("%d rows from %d bytes", len(rows), len(content))
		}
	})
}
