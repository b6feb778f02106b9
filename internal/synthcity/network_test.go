package synthcity

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
)

// joints are the points where a walk graph joins the ways: equal coordinates
// where one of them ends, or where both are on one layer.
func joints(lines []feature, skip func(orb.Point) bool) (find func(orb.Point) int) {
	ids := map[orb.Point]int{}
	var parent []int
	root := func(i int) int {
		for parent[i] != i {
			i = parent[i]
		}
		return i
	}
	id := func(p orb.Point) int {
		k, ok := ids[p]
		if !ok {
			k = len(parent)
			ids[p] = k
			parent = append(parent, k)
		}
		return k
	}
	for _, l := range lines {
		g := l.ll.(orb.LineString)
		for i := 1; i < len(g); i++ {
			if skip(g[i-1]) || skip(g[i]) {
				continue
			}
			parent[root(id(g[i-1]))] = root(id(g[i]))
		}
	}
	return func(p orb.Point) int {
		k, ok := ids[p]
		if !ok {
			return -1
		}
		return root(k)
	}
}

func TestStreetsAreOneNetwork(t *testing.T) {
	cities(t, func(t *testing.T, m *made) {
		lines := m.lines()
		find := joints(lines, func(orb.Point) bool { return false })
		want := find(lines[0].ll.(orb.LineString)[0])
		for _, l := range lines {
			if find(l.ll.(orb.LineString)[0]) != want {
				t.Errorf("%s %s %s is cut off", l.str("code"), l.str("class"), l.str("name"))
			}
		}
	})
}

// Ways of different layers may share a point only where one of them ends.
func TestLayersMeetAtEnds(t *testing.T) {
	cities(t, func(t *testing.T, m *made) {
		type at struct{ layer int }
		middle := map[orb.Point]at{}
		for _, l := range m.lines() {
			g := l.ll.(orb.LineString)
			for _, p := range g[1 : len(g)-1] {
				k := at{l.props.MustInt("layer", 0)}
				if o, ok := middle[p]; ok && o != k {
					t.Errorf("%s crosses another layer at %v", l.str("code"), p)
				}
				middle[p] = k
			}
		}
	})
}

// Without its gates nothing inside a walled compound reaches the outside.
func TestWallsAreCrossedAtGatesOnly(t *testing.T) {
	cities(t, func(t *testing.T, m *made) {
		gates := map[orb.Point]string{}
		open := map[string]int{}
		for _, f := range m.compounds {
			if p, ok := f.ll.(orb.Point); ok {
				gates[p] = f.str("compound_code")
				if f.props.MustBool("open") {
					open[f.str("compound_code")]++
				}
			}
		}
		vertices := map[orb.Point]bool{}
		for _, l := range m.lines() {
			for _, p := range l.ll.(orb.LineString) {
				vertices[p] = true
			}
		}
		for p := range gates {
			if !vertices[p] {
				t.Errorf("a gate of %s is no vertex of a way", gates[p])
			}
		}
		find := joints(m.lines(), func(p orb.Point) bool { _, ok := gates[p]; return ok })
		outside := find(m.lines()[0].ll.(orb.LineString)[0])
		for _, c := range m.compounds {
			g, ok := c.xy.(orb.Polygon)
			if !ok || !c.props.MustBool("walled") {
				continue
			}
			if open[c.str("code")] == 0 {
				t.Errorf("%s has no open gate", c.str("name"))
			}
			ring, box := ringOf(g), g.Bound()
			wall := map[orb.Point]bool{}
			for _, p := range c.ll.(orb.Polygon)[0] {
				wall[p] = true
			}
			for p, code := range gates {
				if code == c.str("code") && !wall[p] {
					t.Errorf("a gate of %s is not on its wall", c.str("name"))
				}
			}
			for _, l := range m.lines() {
				ll := l.ll.(orb.LineString)
				for i, p := range l.xy.(orb.LineString) {
					if _, gate := gates[ll[i]]; gate || !box.Contains(p) || !inside(ring, p) {
						continue
					}
					if k := find(ll[i]); k >= 0 && k == outside {
						t.Fatalf("%s: a way gets in beside the gates", c.str("name"))
					}
				}
			}
		}
	})
}

// Every door of a home in a compound has a path of the compound within 15 m.
func TestPathsComeNearDoors(t *testing.T) {
	cities(t, func(t *testing.T, m *made) {
		compound := map[string]string{}
		ring := map[string][]pt{}
		for _, f := range m.compounds {
			if g, ok := f.xy.(orb.Polygon); ok {
				ring[f.str("code")] = ringOf(g)
			}
		}
		for _, f := range m.footprints() {
			if f.str("use") == "residential" {
				compound[f.str("code")] = f.str("compound")
			}
		}
		far := 0
		for _, f := range m.buildings {
			p, ok := f.xy.(orb.Point)
			c := compound[f.str("building_code")]
			if !ok || c == "" {
				continue
			}
			best := math.Inf(1)
			for _, l := range m.lines() {
				g := l.xy.(orb.LineString)
				if !g.Bound().Pad(20).Contains(p) || !inside(ring[c], g[len(g)/2]) {
					continue
				}
				for i := 1; i < len(g); i++ {
					best = math.Min(best, dist(p, nearestOn(p, g[i-1], g[i])))
				}
			}
			if best > 15 {
				far++
				t.Errorf("entrance %s of %s is %.1f m from the nearest path of %s", f.str("number"), f.str("building_code"), best, c)
			}
		}
	})
}
