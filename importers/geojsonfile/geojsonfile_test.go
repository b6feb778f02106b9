package geojsonfile_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"hearthmap/geo/crs"
	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/geojsonfile"
	"hearthmap/importers/readertest"
	"hearthmap/internal/testdata"
)

func write(tb testing.TB, content string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "t.geojson")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func read(tb testing.TB, content string, o importers.FileOptions) ([]readertest.Row, error) {
	tb.Helper()
	r, err := geojsonfile.Open(write(tb, content), o)
	if err != nil {
		tb.Fatal(err)
	}
	defer r.Close()
	return readertest.ReadAll(tb, r)
}

const small = `{"type":"FeatureCollection","name":"x","features":[
{"type":"Feature","id":7,"properties":{"code":"B1","floors":18,"ok":true,"none":null,"tags":["a",{"b":1}],"名称":"1\u53f7\ud83d\ude00楼"},"geometry":{"coordinates":[123.4,41.8,12.5],"type":"Point"}},
null,
{"type":"Feature","properties":{"code":"B2"},"geometry":null}
],"bbox":[1,2,3,4]}
`

func TestConformance(t *testing.T) {
	path := write(t, small)
	readertest.Run(t, func(tb testing.TB) importers.Reader {
		r, err := geojsonfile.Open(path, importers.FileOptions{})
		if err != nil {
			tb.Fatal(err)
		}
		return r
	})
}

func TestReading(t *testing.T) {
	rows, err := read(t, "\xEF\xBB\xBF"+small, importers.FileOptions{})
	if err != nil || len(rows) != 3 {
		t.Fatal(err, rows)
	}
	first := rows[0].Record
	if first.Row != 1 || !slices.Equal(first.Names, []string{"code", "floors", "ok", "none", "tags", "名称"}) ||
		!slices.Equal(first.Values, []string{"B1", "18", "true", "", `["a",{"b":1}]`, "1号😀楼"}) ||
		!orb.Equal(first.Geometry, orb.Point{123.4, 41.8}) {
		t.Errorf("%+v", first)
	}
	if rows[1].Reject == nil || rows[1].Reject.Row != 2 {
		t.Errorf("null feature: %+v", rows[1])
	}
	if rows[2].Record.Row != 3 || rows[2].Record.Geometry != nil {
		t.Errorf("%+v", rows[2])
	}
}

// Real files are read as paulmach/orb reads them.
func TestAgainstOrb(t *testing.T) {
	for _, name := range []string{"buildings", "roads", "landuse", "pois"} {
		path := testdata.Path(t, "cn/shanghai_lujiazui/shanghai_lujiazui_bund_"+name+".geojson")
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := geojson.UnmarshalFeatureCollection(raw)
		if err != nil {
			t.Fatal(err)
		}
		r, err := geojsonfile.Open(path, importers.FileOptions{})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := readertest.ReadAll(t, r)
		r.Close()
		if err != nil || len(rows) != len(want.Features) {
			t.Fatalf("%s: %d features, want %d (%v)", name, len(rows), len(want.Features), err)
		}
		for i, f := range want.Features {
			got := rows[i].Record
			if !orb.Equal(got.Geometry, f.Geometry) {
				t.Errorf("%s %d: %v, want %v", name, i, got.Geometry, f.Geometry)
			}
			if len(got.Names) != len(f.Properties) {
				t.Errorf("%s %d: %d properties, want %d", name, i, len(got.Names), len(f.Properties))
			}
			for j, n := range got.Names {
				if s, ok := f.Properties[n].(string); ok && s != got.Values[j] {
					t.Errorf("%s %d: %s = %q, want %q", name, i, n, got.Values[j], s)
				}
			}
		}
	}
}

// How the files of geojsonhint and friends end: "error" is an error of the
// file, "reject" a rejected feature, a number the features that are read.
var malformed = map[string]string{
	"bad-duplicate-properties":            "error",
	"bad-featurelist":                     "reject",
	"bad-json":                            "error",
	"bad-object-type":                     "error",
	"bad-polygon-interiorring-rhr":        "1", // winding is mended
	"bad-polygonloop":                     "reject",
	"bad-properties-as-array":             "reject",
	"badcoord":                            "reject",
	"badcoordtype":                        "reject",
	"badfeature":                          "reject",
	"badfeatureid":                        "reject",
	"bbox-4or6elements":                   "1", // bounding boxes are not used
	"bbox-contains-string":                "1",
	"bbox-string":                         "1",
	"different-first-last":                "1",
	"different-first-size":                "1",
	"excessive_precision_truncated":       "1",
	"expected_object":                     "reject",
	"false":                               "reject",
	"feature_changed_semantics":           "1", // foreign members
	"featurecollection":                   "error",
	"featurecollection-obj":               "error",
	"featurecollection-type-case":         "error",
	"featurecollection_changed_semantics": "3",
	"geometry_changed_semantics":          "1",
	"geometrycollection_nested":           "1",
	"geometrycollection_single":           "1",
	"multiple_problems":                   "reject",
	"multipoint-multidimension":           "reject",
	"multipoint-nondimension":             "reject",
	"nofeaturetype":                       "reject",
	"notype":                              "error",
	"point":                               "reject",
	"point-labeled-as-a-multipolygon":     "reject",
	"point-string":                        "reject",
	"point-toofew":                        "reject",
	"point-toomany":                       "1", // numbers beyond the second are dropped
	"polygon_winding_order":               "1",
	"rootstring":                          "error",
	"short-line":                          "1", // the validation rejects it
	"short-linearring":                    "1",
	"short-multilinestring":               "1",
	"stringcoord":                         "reject",
	"unknowntype":                         "error",
}

func TestMalformedFiles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testdata.Path(t, "malformed/geojson"), "*.geojson"))
	if err != nil || len(files) != len(malformed) {
		t.Fatalf("%d files, %d expectations, %v", len(files), len(malformed), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".geojson")
		t.Run(name, func(t *testing.T) {
			r, err := geojsonfile.Open(file, importers.FileOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			rows, err := readertest.ReadAll(t, r)
			got := fmt.Sprint(len(rows))
			for _, row := range rows {
				if row.Reject != nil {
					got = "reject"
				}
			}
			if err != nil {
				got = "error"
				if household.CodeOf(err) != household.Invalid || household.HintOf(err) == "" {
					t.Errorf("%v: code %s, hint %q", err, household.CodeOf(err), household.HintOf(err))
				}
			}
			if got != malformed[name] {
				t.Errorf("%s (%v %+v), want %s", got, err, rows, malformed[name])
			}
		})
	}
}

func TestHostileFiles(t *testing.T) {
	collection := func(s string) string { return `{"type":"FeatureCollection","features":[` + s + `]}` }
	feature := func(geometry string) string {
		return `{"type":"Feature","properties":{},"geometry":` + geometry + `}`
	}
	point := feature(`{"type":"Point","coordinates":[1,2]}`)
	for name, k := range map[string]struct{ content, want string }{
		"empty":             {"", "error"},
		"blank":             {" \n", "error"},
		"NULs":              {strings.Repeat("\x00", 1<<16), "error"},
		"array":             {"[]", "error"},
		"cut":               {collection(point)[:80], "error"},
		"cut in a string":   {`{"type":"FeatureColl`, "error"},
		"trailing text":     {collection(point) + "x", "error"},
		"two documents":     {collection(point) + collection(point), "error"},
		"no comma":          {collection(point + point), "error"},
		"comma too many":    {collection(point + ","), "error"},
		"deep":              {strings.Repeat(`{"a":`, 200_000), "error"},
		"deep coordinates":  {collection(feature(`{"type":"Polygon","coordinates":` + strings.Repeat("[", 200_000))), "error"},
		"deep collection":   {collection(feature(strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 40) + strings.Repeat("]}", 40))), "reject"},
		"wrong bracket":     {`{"type":"FeatureCollection","features":[}]}`, "error"},
		"features twice":    {`{"features":[],"features":[],"type":"FeatureCollection"}`, "error"},
		"type at the end":   {`{"features":[` + point + `],"type":"FeatureCollection"}`, "1"},
		"no features":       {collection(""), "0"},
		"huge number":       {collection(feature(`{"type":"Point","coordinates":[1e999,2]}`)), "reject"},
		"long number":       {collection(feature(`{"type":"Point","coordinates":[` + strings.Repeat("1", 200_000) + `,2]}`)), "reject"},
		"no number":         {collection(feature(`{"type":"Point","coordinates":[NaN,0x10]}`)), "reject"},
		"leading zero":      {collection(feature(`{"type":"Point","coordinates":[01,2]}`)), "reject"},
		"property twice":    {collection(`{"type":"Feature","properties":{"a":1,"a":2},"geometry":null}`), "reject"},
		"half surrogate":    {collection(`{"type":"Feature","properties":{"a":"\ud800"},"geometry":null}`), "reject"},
		"no UTF-8":          {collection("{\"type\":\"Feature\",\"properties\":{\"a\":\"\xB1\xE0\"},\"geometry\":null}"), "reject"},
		"control character": {collection("{\"type\":\"Feature\",\"properties\":{\"a\":\"\x01\"},\"geometry\":null}"), "reject"},
		"one too long":      {collection(feature(`{"type":"LineString","coordinates":[`+strings.Repeat("[1,2],", 3<<19)+`[1,2]]}`) + "," + point), "reject"},
		"long foreign":      {`{"type":"FeatureCollection","x":"` + strings.Repeat("y", 10<<20) + `","features":[` + point + `]}`, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := read(t, k.content, importers.FileOptions{})
			got := fmt.Sprint(len(rows))
			for _, row := range rows {
				if row.Reject != nil {
					got = "reject"
				}
			}
			if err != nil {
				got = "error"
			}
			if got != k.want {
				t.Errorf("%s: %d rows, %v, want %s", got, len(rows), err, k.want)
			}
		})
	}
}

func TestReferenceSystem(t *testing.T) {
	file := func(name string) string {
		return `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"` + name + `"}},"features":[]}`
	}
	for _, ok := range []string{"urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4490"} {
		if _, err := read(t, file(ok), importers.FileOptions{}); err != nil {
			t.Errorf("%s: %v", ok, err)
		}
	}
	gk, _ := crs.Parse("EPSG:4549")
	path := filepath.Join(t.TempDir(), "a.geojson")
	if err := os.WriteFile(path, []byte(file("urn:ogc:def:crs:EPSG::4549")), 0o600); err != nil {
		t.Fatal(err)
	}
	own, err := geojsonfile.Open(path, importers.FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	if c, ok := own.CRS(); !ok || !c.Same(gk) {
		t.Errorf("the file's own system is read as %v, %v", c, ok)
	}
	behind := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":null}],"crs":{"type":"name","properties":{"name":"EPSG:4549"}}}`
	for _, bad := range []string{file("urn:ogc:def:crs:EPSG::3857"), file("here"), behind} {
		if _, err := read(t, bad, importers.FileOptions{}); !strings.Contains(household.HintOf(err), "--crs") {
			t.Errorf("%s: no hint: %v", bad, err)
		}
	}
	if _, err := read(t, file("urn:ogc:def:crs:EPSG::4549"), importers.FileOptions{CRS: gk, CRSGiven: true}); err != nil {
		t.Errorf("with --crs: %v", err)
	}
}

// Memory does not grow with the number of features.
func TestBoundedMemory(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	const n = 50_000
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"type":"Feature","properties":{"code":"B%d"},"geometry":{"type":"Point","coordinates":[123.4,41.8]}}`, i)
	}
	b.WriteString("]}")
	r, err := geojsonfile.Open(write(t, b.String()), importers.FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var before, now runtime.MemStats
	rows := 0
	for ; ; rows++ {
		if _, err := r.Next(); err != nil {
			break
		}
		if rows == 1000 {
			runtime.GC()
			runtime.ReadMemStats(&before)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&now)
	if rows != n {
		t.Errorf("%d rows", rows)
	}
	if grown := int64(now.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

func FuzzGeoJSON(f *testing.F) {
	f.Add([]byte(small))
	for _, s := range []string{
		`{"type":"Feature","properties":{"a":"\u4e00"},"geometry":{"type":"Polygon","coordinates":[[[1,2],[3,4],[5,6],[1,2]]]}}`,
		`{"type":"MultiPolygon","coordinates":[[[[1,2]]]]}`, `{"features":[{}],"type":"FeatureCollection"}`, `{"type":"FeatureCollection","features":[]`,
		`{"crs":null,"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1e3,-0.5E-2]}]}`, `[[]]`, "\x1e{}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		r, err := geojsonfile.Open(write(t, string(content)), importers.FileOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		rows, err := readertest.ReadAll(t, r)
		var e *household.Error
		if err != nil && (!errors.As(err, &e) || e.Hint == "") {
			t.Errorf("an error without a hint: %v", err)
		}
		if len(rows) > len(content) {
			t.Errorf("%d rows from %d bytes", len(rows), len(content))
		}
	})
}
