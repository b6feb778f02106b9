package shapefile

import (
	"errors"
	"io"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"hearthmap/household"
	"hearthmap/importers"
)

// memory is a set of files that are nowhere.
func memory(f files) *fileSet {
	s := &fileSet{archive: true}
	for ext, b := range f {
		s.set(ext, &part{name: "a" + ext, size: int64(len(b)), open: func() (io.ReadCloser, error) {
			return io.NopCloser(&sliceReader{b}), nil
		}})
	}
	return s
}

// sliceReader is a reader of bytes without ReadAt, as those of archives.
type sliceReader struct{ b []byte }

func (r *sliceReader) Read(p []byte) (int, error) {
	if len(r.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.b)
	r.b = r.b[n:]
	return n, nil
}

// drain reads to the end: rows, rejects, or an error for users.
func drain(t *testing.T, r importers.Reader, err error) {
	t.Helper()
	last := int64(0)
	for err == nil {
		var rec importers.Record
		rec, err = r.Next()
		var bad *importers.RowError
		if errors.As(err, &bad) {
			rec.Row, err = bad.Reject.Row, nil
		}
		if err == nil {
			if rec.Row <= last || len(rec.Values) != len(rec.Names) {
				t.Fatalf("row %d after %d, %d names and %d values", rec.Row, last, len(rec.Names), len(rec.Values))
			}
			last = rec.Row
			for _, v := range rec.Values {
				if damaged([]byte(v)) {
					t.Fatalf("row %d: %q", rec.Row, v)
				}
			}
		}
	}
	if !errors.Is(err, io.EOF) && household.HintOf(err) == "" {
		t.Fatalf("an error without a hint: %v", err)
	}
}

func FuzzDBF(f *testing.F) {
	f.Add(sample()[".dbf"], "")
	f.Add(oneText(0x4D, gbk("地址"), gbk("和平区文化路"), 20), "")
	f.Add(oneText(0, "a", "和平区文化路", 20), "UTF-8")
	f.Add(oneText(0, "a", "\x82\xd0\x82\xbd", 5), "shift-jis")
	f.Add(dbfFile(0x30, 0, []field{{"a", 'I', 4, 0}, {"b", 'B', 8, 0}, {"c", 'T', 8, 0}, {"d", 'Y', 8, 0}}, []string{"1234", "12345678", "12345678", "12345678"}), "big5")
	f.Add(dbfFile(4, 0, []field{{"a", 'O', 8, 0}, {"b", '+', 4, 0}}, []string{"12345678", "1234"}), "koi8r")
	f.Fuzz(func(t *testing.T, dbf []byte, cpg string) {
		g := files{".dbf": dbf}
		if cpg != "" {
			g[".cpg"] = []byte(cpg)
		}
		r, err := newTable(memory(g), importers.FileOptions{})
		if err != nil {
			drain(t, nil, err)
			return
		}
		for i, n := range r.Header() {
			if damaged([]byte(n)) || n == "" {
				t.Fatalf("column %d is called %q", i, n)
			}
		}
		drain(t, r, nil)
	})
}

func FuzzShape(f *testing.F) {
	shp, shx := shpFiles(partsRecord(5, square, moved(square, 1, 1, .5, true)), partsRecord(3, square), pointRecord(orb.Point{1, 2}), nullRecord())
	f.Add(shp, shx)
	f.Add(shp, []byte(nil))
	f.Add(sample()[".shp"], sample()[".shx"])
	dbf := dbfFile(3, 0, []field{{"a", 'C', 1, 0}}, []string{"1"}, []string{"2"}, []string{"3"})
	f.Fuzz(func(t *testing.T, shp, shx []byte) {
		g := files{".shp": shp, ".dbf": dbf}
		if len(shx) > 0 {
			g[".shx"] = shx
		}
		r, err := newReader(memory(g), importers.FileOptions{})
		if err != nil {
			drain(t, nil, err)
			return
		}
		drain(t, r, nil)
	})
}

// Polygons that are well made come back whole, in whatever order their rings
// are, and also when all their directions are turned.
func TestGroupRings(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var want orb.MultiPolygon
		var rings []orb.Ring
		for i := range rapid.IntRange(1, 6).Draw(rt, "polygons") {
			x := float64(i) * 20
			p := orb.Polygon{moved(square, x, 0, 1, false)}
			for j := range rapid.IntRange(0, 3).Draw(rt, "holes") {
				p = append(p, moved(square, x+1+3*float64(j), 1, 0.2, true))
			}
			want = append(want, p)
			if len(p) > 1 && rapid.Bool().Draw(rt, "island") {
				want = append(want, orb.Polygon{moved(square, x+1.5, 1.5, 0.05, false)})
			}
		}
		turned := rapid.Bool().Draw(rt, "turned")
		for _, p := range want {
			for _, r := range p {
				r = r.Clone()
				if turned {
					r.Reverse()
				}
				rings = append(rings, r)
			}
		}
		if turned { // without a clockwise ring only nesting tells
			for i := range rings {
				if rings[i].Orientation() == orb.CW {
					rings[i].Reverse()
				}
			}
		}
		rings = rapid.Permutation(rings).Draw(rt, "order")
		got, bad := groupRings(rings)
		if bad != nil || len(got) != len(want) {
			rt.Fatalf("%d polygons, want %d: %v", len(got), len(want), bad)
		}
		area := func(m orb.MultiPolygon) map[orb.Bound]int {
			out := map[orb.Bound]int{}
			for _, p := range m {
				out[p[0].Bound()] = len(p)
			}
			return out
		}
		a, b := area(got), area(want)
		for k, n := range b {
			if a[k] != n {
				rt.Fatalf("the polygon at %v has %d rings, want %d", k, a[k], n)
			}
		}
	})
	// A hole with nothing around it is ground.
	got, bad := groupRings([]orb.Ring{square, moved(square, 50, 0, 1, true)})
	if bad != nil || len(got) != 2 {
		t.Errorf("%v %v", got, bad)
	}
	// Ten thousand rings in one another do not take forever.
	var nest []orb.Ring
	for i := range 10_000 {
		nest = append(nest, moved(square, float64(i), float64(i), 1e4-float64(i)/5, i%2 == 1))
	}
	if _, bad := groupRings(nest); bad != nil && bad != errTangled {
		t.Error(bad)
	}
}
