package synthcity

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
)

// simple reports whether no two sides of a closed ring meet but neighbours at
// their common end.
func simple(r orb.Ring) bool {
	n := len(r) - 1
	for i := range n {
		if r[i] == r[i+1] {
			return false
		}
		for j := i + 1; j < n; j++ {
			if j == i+1 || i == 0 && j == n-1 {
				continue
			}
			if crossing(r[i], r[i+1], r[j], r[j+1]) {
				return false
			}
		}
	}
	return true
}

func TestPolygonsAreValid(t *testing.T) {
	cities(t, func(t *testing.T, m *made) {
		for _, fs := range [][]feature{m.areas, m.streets, m.compounds, m.buildings} {
			for _, f := range fs {
				p, ok := f.ll.(orb.Polygon)
				if !ok {
					if _, multi := f.ll.(orb.MultiPolygon); multi {
						t.Errorf("%s is in pieces", f.str("code"))
					}
					continue
				}
				for i, r := range p {
					if len(r) < 4 || r[0] != r[len(r)-1] {
						t.Errorf("%s: ring %d is not closed", f.str("code"), i)
					}
					want := orb.CCW
					if i > 0 {
						want = orb.CW
					}
					if r.Orientation() != want {
						t.Errorf("%s %s: ring %d runs the wrong way", f.str("code"), f.str("name"), i)
					}
					if !simple(f.xy.(orb.Polygon)[i]) {
						t.Errorf("%s %s: ring %d crosses itself", f.str("code"), f.str("name"), i)
					}
				}
			}
		}
	})
}

// Areas of a level are a partition of the city when every side of theirs is
// either walked once in each direction, or belongs to the city's border: then
// they neither overlap nor leave gaps.
func TestAreasTileTheGround(t *testing.T) {
	cities(t, func(t *testing.T, m *made) {
		type segment [2]orb.Point
		sides := map[string]map[segment]int{}
		sum := map[string]float64{}
		for _, f := range m.areas {
			l := f.str("level")
			if sides[l] == nil {
				sides[l] = map[segment]int{}
			}
			for i, r := range f.ll.(orb.Polygon) {
				for k := 1; k < len(r); k++ {
					sides[l][segment{r[k-1], r[k]}]++
				}
				x := f.xy.(orb.Polygon)[i]
				sum[l] += ringArea(x[:len(x)-1])
			}
		}
		for _, l := range []string{"district", "street", "community", "grid"} {
			if math.Abs(sum[l]-sum["city"]) > 1 {
				t.Errorf("%s: %.1f m², the city has %.1f", l, sum[l], sum["city"])
			}
			for s, n := range sides[l] {
				if n > 1 {
					t.Errorf("%s: a side is walked %d times in one direction", l, n)
				}
				if sides[l][segment{s[1], s[0]}] == 0 && sides["city"][s] == 0 {
					t.Errorf("%s: the side %v has nothing on its other side", l, s)
				}
			}
			for s := range sides["city"] {
				if sides[l][s] != 1 {
					t.Errorf("%s: the city's border %v is not covered", l, s)
				}
			}
		}
	})
}

// carriageway is half of the width that no building may touch, metres.
func carriageway(class string) float64 {
	for _, c := range classes {
		if c.osm == class {
			return c.half
		}
	}
	return map[string]float64{"service": 2.2, "footway": 0.7, "living_street": 1.7, "track": 1.5}[class]
}

func TestBuildingsKeepClear(t *testing.T) {
	cities(t, func(t *testing.T, m *made) {
		list := m.footprints()
		rings := make([][]pt, len(list))
		boxes := make([]orb.Bound, len(list))
		for i, f := range list {
			rings[i] = ringOf(f.xy)
			boxes[i] = bounds(rings[i]).Pad(15)
		}
		for i := range list {
			for j := range i {
				if boxes[i].Intersects(boxes[j]) && ringDistance(rings[i], rings[j]) < 0.3 {
					t.Errorf("%s and %s overlap", list[i].str("code"), list[j].str("code"))
				}
			}
		}
		near := func(line []pt, least float64, what string) {
			box := bounds(line)
			for i := range list {
				if box.Intersects(boxes[i]) && ringLineDistance(rings[i], line) < least-0.02 {
					t.Errorf("%s %s stands on %s", list[i].str("code"), list[i].str("name"), what)
				}
			}
		}
		for _, s := range m.streets {
			switch g := s.xy.(type) {
			case orb.LineString:
				if s.props.MustBool("tunnel", false) {
					continue
				}
				near(g, math.Max(0.5, carriageway(s.str("class"))), s.str("code")+" "+s.str("class"))
			case orb.Polygon:
				if s.str("kind") == "water" {
					near(pt3(g[0]), 1, "the water "+s.str("code"))
					for i := range list {
						if inside(ringOf(g), rings[i][0]) {
							t.Errorf("%s stands in the water", list[i].str("code"))
						}
					}
				}
			}
		}
		for _, c := range m.compounds {
			if g, ok := c.xy.(orb.Polygon); ok {
				near(pt3(g[0]), 0.4, "the wall of "+c.str("name"))
			}
		}
	})
}

func pt3(r orb.Ring) []pt { return r }

func TestDoorsLieOnOutlines(t *testing.T) {
	cities(t, func(t *testing.T, m *made) {
		on := map[string]map[orb.Point]bool{}
		for _, f := range m.footprints() {
			set := map[orb.Point]bool{}
			for _, p := range f.ll.(orb.Polygon)[0] {
				set[p] = true
			}
			on[f.str("code")] = set
		}
		for _, f := range m.buildings {
			if p, ok := f.ll.(orb.Point); ok && !on[f.str("building_code")][p] {
				t.Errorf("entrance %s of %s is off its outline", f.str("number"), f.str("building_code"))
			}
		}
	})
}

func TestSpan(t *testing.T) {
	ring := []pt{{0, 0}, {10, 0}, {12, 10}, {-2, 10}}
	x0, x1, ok := span(ring, 2, 4, 5)
	if !ok || math.Abs(x0+0.4) > 1e-9 || math.Abs(x1-10.4) > 1e-9 {
		t.Errorf("span = %v %v %v", x0, x1, ok)
	}
	if _, _, ok := span(ring, 9, 11, 5); ok {
		t.Error("a span beyond the ring")
	}
}

func TestInset(t *testing.T) {
	in := inset([]pt{{0, 0}, {50, 0}, {100, 0}, {100, 60}, {0, 60}}, []float64{5, 5, 10, 5, 20})
	if got := ringArea(in); math.Abs(got-70*50) > 1 {
		t.Errorf("area %v: %v", got, in)
	}
}
