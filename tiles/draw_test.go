package tiles

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"hearthmap/tiles/mvt"
)

// drawn decodes what the pen made of a geometry; nil when it made nothing.
func drawn(t rapid.TB, p *pen, g orb.Geometry) *mvt.Feature {
	t.Helper()
	if !p.draw(g) {
		return nil
	}
	var l mvt.Layer
	l.Reset("one", nil)
	l.Begin(1)
	l.End(&p.out)
	tile, err := mvt.Decode(l.AppendTo(nil))
	if err != nil {
		t.Fatalf("%v of %v", err, g)
	}
	return &tile.Layers[0].Features[0]
}

// Whatever the winding of the source, exterior rings come out clockwise (y
// down) and holes the other way round, after snapping; the decoder insists.
func TestWinding(t *testing.T) {
	p := pen{frame: newFrame(14, 0, 0)}
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.Float64Range(-200, 4300)
		x, y := c.Draw(t, "x"), c.Draw(t, "y")
		outer := square(p.frame, x, y, rapid.Float64Range(20, 900).Draw(t, "size"))
		hole := square(p.frame, x+2, y+2, rapid.Float64Range(0.1, 15).Draw(t, "hole"))
		if rapid.Bool().Draw(t, "turn the outer") {
			outer.Reverse()
		}
		if rapid.Bool().Draw(t, "turn the hole") {
			hole.Reverse()
		}
		f := drawn(t, &p, orb.Polygon{outer, hole})
		if f == nil {
			return
		}
		for i, ring := range f.Geometry {
			if (mvt.SignedArea2(ring) > 0) != (i == 0) {
				t.Fatalf("ring %d has the area %d", i, mvt.SignedArea2(ring))
			}
		}
	})
}

func square(f frame, x, y, size float64) orb.Ring {
	var r orb.Ring
	for _, c := range [][2]float64{{0, 0}, {size, 0}, {size, size}, {0, size}, {0, 0}} {
		r = append(r, f.lonLat(vec{x + c[0], y + c[1]}))
	}
	return r
}

func TestDegenerateGeometriesAreDropped(t *testing.T) {
	p := pen{frame: newFrame(10, 800, 380)}
	in := func(x, y float64) orb.Point { return p.frame.lonLat(vec{x, y}) }
	for name, g := range map[string]orb.Geometry{
		"a point of a ring":  orb.Polygon{square(p.frame, 100, 100, 0.2)},
		"a sliver":           orb.Polygon{{in(5, 5), in(900, 5), in(900, 5.1), in(5, 5.1), in(5, 5)}},
		"there and back":     orb.Polygon{{in(5, 5), in(900, 90), in(5, 5)}},
		"no ring":            orb.Polygon{},
		"no points":          orb.Polygon{{}},
		"a short line":       orb.LineString{in(7, 7), in(7.1, 7.2)},
		"a line of a point":  orb.LineString{in(7, 7)},
		"an empty line":      orb.LineString{},
		"a line elsewhere":   orb.LineString{in(-900, 9000), in(-9000, 0)},
		"a point elsewhere":  in(5000, 0),
		"nothing":            nil,
		"not a number":       orb.Point{math.NaN(), 1},
		"a ring of no place": orb.Polygon{{{math.NaN(), 1}, {1, math.NaN()}, {2, 2}, {math.NaN(), 1}}},
	} {
		if f := drawn(t, &p, g); f != nil {
			t.Errorf("%s: %v", name, f.Geometry)
		}
	}
}

// A line that leaves the window and comes back is cut in two.
func TestLineIsSplit(t *testing.T) {
	p := pen{frame: newFrame(15, 100, 100)}
	in := func(x, y float64) orb.Point { return p.frame.lonLat(vec{x, y}) }
	f := drawn(t, &p, orb.LineString{in(4000, 10), in(5000, 10), in(5000, 500), in(4000, 500)})
	want := [][]mvt.Point{{{4000, 10}, {4160, 10}}, {{4160, 500}, {4000, 500}}}
	if f == nil || len(f.Geometry) != 2 || f.Geometry[0][1] != want[0][1] || f.Geometry[1][0] != want[1][0] {
		t.Errorf("%+v, want %v", f, want)
	}
}

// Projection and its inverse agree, and the corners of the world fall where
// they should.
func TestProjection(t *testing.T) {
	f := newFrame(0, 0, 0)
	for _, k := range []struct {
		p orb.Point
		v vec
	}{{orb.Point{0, 0}, vec{2048, 2048}}, {orb.Point{-180, maxLat}, vec{0, 0}}, {orb.Point{180, -maxLat}, vec{4096, 4096}}, {orb.Point{180, -90}, vec{4096, 4096}}} {
		if v := f.xy(k.p); math.Abs(v.x-k.v.x)+math.Abs(v.y-k.v.y) > 1e-6 {
			t.Errorf("%v falls on %v, want %v", k.p, v, k.v)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{rapid.Float64Range(-180, 180).Draw(t, "lon"), rapid.Float64Range(-85, 85).Draw(t, "lat")}
		z := rapid.IntRange(0, 22).Draw(t, "z")
		if q := newFrame(z, 3, 5).lonLat(newFrame(z, 3, 5).xy(p)); math.Abs(q[0]-p[0])+math.Abs(q[1]-p[1]) > 1e-9 {
			t.Fatalf("%v comes back as %v", p, q)
		}
	})
}

// What is left out lies within the tolerance of what remains, and a ring is
// thinned alike wherever it begins.
func TestSimplification(t *testing.T) {
	var s simplifier
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 40).Draw(t, "n")
		c := rapid.IntRange(0, 100)
		var ring []vec
		for range n {
			ring = append(ring, vec{float64(c.Draw(t, "x")), float64(c.Draw(t, "y"))})
		}
		tolerance := float64(rapid.IntRange(1, 20).Draw(t, "tolerance"))
		thin := func(points []vec) []vec { return s.ring(append(make([]vec, 0, n+1), points...), tolerance) }
		out := thin(ring)
		for _, p := range ring {
			best := math.Inf(1)
			for i := range out {
				best = min(best, segmentDist2(p, out[i], out[(i+1)%len(out)]))
			}
			if best > tolerance*tolerance+1e-9 {
				t.Fatalf("%v lies %.2f from %v", p, math.Sqrt(best), out)
			}
		}
		line := s.line(append([]vec(nil), ring...), tolerance)
		if line[0] != ring[0] || line[len(line)-1] != ring[n-1] {
			t.Fatalf("the ends of %v moved: %v", ring, line)
		}
	})
}

// FuzzDraw feeds the pen any numbers as coordinates: it must not panic, and
// what it writes must decode.
func FuzzDraw(f *testing.F) {
	seed := make([]byte, 0, 200)
	for _, v := range []float64{123.4, 41.8, 123.5, 41.8, 123.5, 41.9, 123.4, 41.9, math.NaN(), math.Inf(1), 1e300, -90} {
		seed = binary.LittleEndian.AppendUint64(seed, math.Float64bits(v))
	}
	f.Add(seed, uint8(14), uint8(3), uint8(1))
	f.Add(seed, uint8(0), uint8(2), uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, zoom, kind, tolerance uint8) {
		var points orb.LineString
		for ; len(data) >= 16; data = data[16:] {
			points = append(points, orb.Point{
				math.Float64frombits(binary.LittleEndian.Uint64(data)), math.Float64frombits(binary.LittleEndian.Uint64(data[8:])),
			})
		}
		z := int(zoom) % (MaxZoom + 1)
		tile := newFrame(z, 0, 0).xy(orb.Point{123.45, 41.85})
		p := pen{frame: newFrame(z, int(tile.x)/mvt.Extent, int(tile.y)/mvt.Extent), tolerance: float64(tolerance % 9)}
		half := orb.Ring(points[len(points)/2:])
		for _, g := range []orb.Geometry{points, orb.Polygon{orb.Ring(points), half}, orb.MultiPolygon{{orb.Ring(points)}, {half}}} {
			drawn(t, &p, g)
		}
		for _, at := range points {
			drawn(t, &p, at)
		}
	})
}
