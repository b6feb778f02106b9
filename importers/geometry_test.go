package importers

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"hearthmap/geo/crs"
)

func ring(xy ...float64) orb.Ring {
	var r orb.Ring
	for i := 0; i+1 < len(xy); i += 2 {
		r = append(r, orb.Point{xy[i], xy[i+1]})
	}
	return r
}

func TestJudgeGeometry(t *testing.T) {
	nan := math.NaN()
	for name, k := range map[string]struct {
		g    orb.Geometry
		want RejectCode // "" for a good one
	}{
		"point":              {orb.Point{123, 41}, ""},
		"zero point":         {orb.Point{0, 0}, RejectCoordinates},
		"not finite":         {orb.Point{nan, 41}, RejectCoordinates},
		"swapped":            {orb.Point{41, 123}, RejectCoordinates},
		"metres":             {orb.Point{4629511, 535737}, RejectCoordinates},
		"square":             {orb.Polygon{ring(1, 1, 2, 1, 2, 2, 1, 2, 1, 1)}, ""},
		"clockwise":          {orb.Polygon{ring(1, 1, 1, 2, 2, 2, 2, 1, 1, 1)}, ""},
		"repeated points":    {orb.Polygon{ring(1, 1, 2, 1, 2, 1, 2, 2, 1, 2, 1, 1)}, ""},
		"nearly closed":      {orb.Polygon{ring(1, 1, 2, 1, 2, 2, 1, 2, 1, 1.00000001)}, ""},
		"open":               {orb.Polygon{ring(1, 1, 2, 1, 2, 2, 1, 2)}, ""},
		"three points":       {orb.Polygon{ring(1, 1, 2, 1, 1, 1)}, RejectGeometry},
		"no ring":            {orb.Polygon{}, RejectGeometry},
		"empty ring":         {orb.Polygon{orb.Ring{}}, RejectGeometry},
		"one place":          {orb.Polygon{ring(1, 1, 1, 1, 1, 1, 1, 1)}, RejectGeometry},
		"flat":               {orb.Polygon{ring(1, 1, 2, 1, 3, 1, 1, 1)}, RejectGeometry},
		"bow tie":            {orb.Polygon{ring(1, 1, 2, 2, 2, 1, 1, 2, 1, 1)}, RejectGeometry},
		"spike":              {orb.Polygon{ring(1, 1, 2, 1, 3, 1, 2, 1, 2, 2, 1, 1)}, ""},
		"spike at the start": {orb.Polygon{ring(0, 1, 2, 1, 2, 2, 1, 2, 1, 1, 0, 1)}, ""},
		"touches itself":     {orb.Polygon{ring(1, 1, 5, 1, 5, 5, 3, 1, 1, 5, 1, 1)}, RejectGeometry},
		"hole":               {orb.Polygon{ring(0, 1, 4, 1, 4, 5, 0, 5, 0, 1), ring(1, 2, 2, 2, 2, 3, 1, 2)}, ""},
		"hole outside":       {orb.Polygon{ring(0, 1, 4, 1, 4, 5, 0, 5, 0, 1), ring(5, 2, 6, 2, 6, 3, 5, 2)}, RejectGeometry},
		"multi":              {orb.MultiPolygon{{ring(1, 1, 2, 1, 2, 2, 1, 1)}, {ring(3, 3, 4, 3, 4, 4, 3, 3)}}, ""},
		"empty multi":        {orb.MultiPolygon{}, RejectGeometry},
		"line":               {orb.LineString{{1, 1}, {1, 1}, {2, 2}}, ""},
		"short line":         {orb.LineString{{1, 1}, {1, 1}}, RejectGeometry},
		"two points":         {orb.MultiPoint{{1, 1}, {2, 2}}, RejectGeometry},
		"nested collection":  {orb.Collection{orb.Collection{orb.Point{1, 1}}, orb.Point{2, 2}}, RejectGeometry},
	} {
		g, bad := judgeGeometry(orb.Clone(k.g), crs.WGS84, &mends{})
		code := RejectCode("")
		if bad != nil {
			code = bad.code
		}
		if code != k.want {
			t.Errorf("%s: %q, want %q", name, code, k.want)
		}
		if p, ok := g.(orb.Polygon); ok && bad == nil {
			for i, r := range p {
				if want := map[bool]orb.Orientation{true: orb.CCW, false: orb.CW}[i == 0]; r.Orientation() != want || r[0] != r[len(r)-1] {
					t.Errorf("%s: ring %d is not closed or turns the wrong way", name, i)
				}
			}
		}
	}
}

// The sweep agrees with comparing every pair of segments.
func TestSelfIntersectsAgainstAllPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 40).Draw(t, "n")
		size := rapid.SampledFrom([]int{4, 30, 1000}).Draw(t, "size")
		var r orb.Ring
		if rapid.Bool().Draw(t, "star") { // often simple
			for i := range n {
				a := 2 * math.Pi * float64(i) / float64(n)
				d := float64(rapid.IntRange(1, size).Draw(t, "d"))
				r = append(r, orb.Point{d * math.Cos(a), 3 * d * math.Sin(a)})
			}
		} else {
			for range n {
				p := orb.Point{float64(rapid.IntRange(0, size).Draw(t, "x")), float64(rapid.IntRange(0, size).Draw(t, "y"))}
				if len(r) == 0 || r[len(r)-1] != p {
					r = append(r, p)
				}
			}
			if len(r) < 3 || r[0] == r[len(r)-1] {
				return
			}
		}
		r = append(r, r[0])
		n = len(r) - 1
		want := false
		for i := range n {
			for j := range i {
				want = want || segmentsMeet(r, i, j, n)
			}
		}
		if got, ok := selfIntersects(r); got != want || !ok {
			t.Fatalf("%v: %v, want %v", r, got, want)
		}
	})
}

// A ring that defeats the sweep is given up, not checked for hours.
func TestTangledRing(t *testing.T) {
	const n = 60_000
	var r orb.Ring
	for i := range n {
		r = append(r, orb.Point{float64(i % 2), float64(i) / n})
	}
	r = append(r, orb.Point{-1, 1}, orb.Point{-1, -1}, r[0])
	if crosses, ok := selfIntersects(r); ok {
		t.Errorf("a ring of %d long segments was checked to the end: %v", n, crosses)
	}
}

func TestParseWKT(t *testing.T) {
	for s, ok := range map[string]bool{
		"POINT(1 2)": true, "SRID=4326;POINT(1 2)": true, "srid=4490;point (1 2)": true, "POLYGON((0 1,1 0,1 1,0 1))": true,
		"": false, "POINT": false, "POINT(1)": false, "POINT(a b)": false, "POLYGON((": false, "SRID=": false, "(((": false, "POINT EMPTY": false,
	} {
		g, err := parseWKT(s)
		if err == nil && g != nil {
			_, bad := judgeGeometry(g, crs.WGS84, &mends{})
			err = nil
			if bad != nil {
				err = &RowError{Reject{Reason: bad.reason}, Record{}}
			}
		}
		if (err == nil) != ok {
			t.Errorf("%q: %v %v", s, g, err)
		}
	}
}

func TestGeometryCode(t *testing.T) {
	a := geometryCode("street", orb.LineString{{1, 2}, {3, 4}})
	if a != geometryCode("street", orb.LineString{{1, 2}, {3, 4}}) || a == geometryCode("street", orb.LineString{{3, 4}, {1, 2}}) || len(a) != len("street-")+16 {
		t.Error(a)
	}
}

func FuzzWKT(f *testing.F) {
	for _, s := range []string{"POINT(1 2)", "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))", "SRID=1;LINESTRING(1 2,3 4)", "GEOMETRYCOLLECTION(POINT(1 2))"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if g, err := parseWKT(s); err == nil && g != nil {
			judgeGeometry(g, crs.WGS84, &mends{})
		}
	})
}
