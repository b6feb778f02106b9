package walk_test

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"

	"hearthmap/geo"
	"hearthmap/geo/walk"
	"hearthmap/household"
)

// TestWallsHold draws streets on a coarse grid and a walled compound whose
// wall often runs through their vertices and along them, without a gate:
// nobody may get from inside to outside.
func TestWallsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		net := drawNetwork(t)
		for i := range net.Streets {
			net.Streets[i].Steps, net.Streets[i].FootOneway = false, 0
		}
		whole := walk.Build(net, walk.Options{})
		wall := drawWall(t)
		net.Compounds = []walk.Compound{{Walled: true, Geom: wall}}
		if rapid.Bool().Draw(t, "closed gate") { // changes nothing for the worse
			net.Gates = []walk.Gate{{Geom: wall[0][0][0]}}
		}
		g := walk.Build(net, walk.Options{})
		sides := map[int32]int{}
		var length, before int64
		for e := range int32(g.NumEdges()) {
			edge := g.Edge(e)
			length += int64(edge.Weight)
			component := g.Component(walk.OnFoot, edge.From)
			for _, p := range along(g.Line(e)) {
				s := sideOf(wall, p)
				if s == 0 {
					continue
				}
				if sides[component] == -s {
					t.Fatalf("component %d is on both sides of the wall; edge %d %v", component, e, metres(g.Line(e)))
				}
				sides[component] = s
				if (edge.Inside == 0) != (s > 0) {
					t.Fatalf("edge %d says inside %d and has a point on side %d: %v, wall %v", e, edge.Inside, s, metres(g.Line(e)), metres(orb.LineString(wall[0][0])))
				}
			}
		}
		for e := range int32(whole.NumEdges()) {
			before += int64(whole.Edge(e).Weight)
		}
		if diff := length - before; diff < -int64(g.NumEdges()) || diff > int64(g.NumEdges()) {
			t.Fatalf("cutting changed the length of all streets from %d to %d dm", before, length)
		}
	})
}

// TestOpenWallsAreNoWalls gives the wall of TestWallsHold a gate wherever a
// street meets it: then the network is as without a wall.
func TestOpenWallsAreNoWalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		net := drawNetwork(t)
		whole := walk.Build(net, walk.Options{})
		wall := drawWall(t)
		net.Compounds = []walk.Compound{{Walled: true, Geom: wall}}
		for _, p := range along(orb.LineString(wall[0][0])) {
			net.Gates = append(net.Gates, walk.Gate{Open: true, Geom: p})
		}
		g := walk.Build(net, walk.Options{})
		if g.NumEdges() != whole.NumEdges() || g.NumNodes() != whole.NumNodes() {
			t.Fatalf("%d edges and %d nodes, want %d and %d", g.NumEdges(), g.NumNodes(), whole.NumEdges(), whole.NumNodes())
		}
		for e := range int32(g.NumEdges()) {
			a, b := g.Edge(e), whole.Edge(e)
			if a.From != b.From || a.To != b.To || a.Weight != b.Weight || a.Flags != b.Flags {
				t.Fatalf("edge %d is %+v, want %+v", e, a, b)
			}
		}
	})
}

func drawWall(t *rapid.T) orb.MultiPolygon {
	// Multiples of 25 m: on streets, on their vertices, and between them.
	from, size := rapid.IntRange(-2, 12), rapid.IntRange(1, 14)
	x, y := float64(25*from.Draw(t, "wx")), float64(25*from.Draw(t, "wy"))
	w, h := float64(25*size.Draw(t, "ww")), float64(25*size.Draw(t, "wh"))
	slant := rapid.SampledFrom([]float64{0, 0, 10, 25}).Draw(t, "slant")
	corners := []float64{x, y, x + w, y + slant, x + w + slant, y + h + slant, x, y + h}
	for i := range corners { // drawn by hand: off by up to 3 cm
		corners[i] += rapid.SampledFrom([]float64{0, 0, 0, 0.003, 0.009, -0.011, 0.02, -0.03}).Draw(t, "shake")
	}
	return orb.MultiPolygon{{orb.Ring(line(append(corners, corners[:2]...)...))}}
}

// along is points every 2 m of a line.
func along(l orb.LineString) []orb.Point {
	out := []orb.Point{l[0]}
	for i := 1; i < len(l); i++ {
		n := int(geo.Distance(l[i-1], l[i])/2) + 1
		for k := 1; k <= n; k++ {
			t := float64(k) / float64(n)
			out = append(out, orb.Point{l[i-1][0] + t*(l[i][0]-l[i-1][0]), l[i-1][1] + t*(l[i][1]-l[i-1][1])})
		}
	}
	return out
}

// sideOf is 1 inside, -1 outside, 0 within 5 cm of the wall.
func sideOf(wall orb.MultiPolygon, p orb.Point) int {
	xy := plan.XY(p)
	ring := make(orb.Ring, len(wall[0][0]))
	for i, q := range wall[0][0] {
		ring[i] = plan.XY(q)
	}
	for i := 1; i < len(ring); i++ {
		if planar.DistanceFromSegment(ring[i-1], ring[i], xy) < 0.05 {
			return 0
		}
	}
	if planar.RingContains(ring, xy) {
		return 1
	}
	return -1
}

func metres(l orb.LineString) (out orb.LineString) {
	for _, p := range l {
		out = append(out, plan.XY(p))
	}
	return out
}

// TestSnapAgainstAll compares Snap with looking at every segment of every
// edge, with barriers tested by another method of crossing.
func TestSnapAgainstAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		net := drawNetwork(t)
		coord := rapid.Float64Range(-200, 900)
		point := func() (float64, float64) { return coord.Draw(t, "px"), coord.Draw(t, "py") }
		var walls []orb.LineString
		for range rapid.IntRange(0, 6).Draw(t, "barriers") {
			x, y := point()
			x2, y2 := point()
			walls = append(walls, line(x, y, x2+1000, y2)) // of some length
		}
		for _, w := range walls {
			net.Barriers = append(net.Barriers, household.Barrier{Kind: household.BarrierRailway, Geom: orb.MultiLineString{w}})
		}
		g := walk.Build(net, walk.Options{})
		m := rapid.SampledFrom([]walk.Mode{walk.OnFoot, walk.OnWheel}).Draw(t, "mode")
		p := at(point())
		got, miss := g.Snap(p, walk.SnapOptions{Mode: m, MaxLeg: 120})

		plane := geo.NewPlane(p)
		nearest := map[bool]float64{true: math.Inf(1), false: math.Inf(1)} // by viability
		seen := false
		for _, e := range usable(g, m) {
			viable := g.ComponentInfo(m, g.Component(m, g.Edge(e).From)).Viable
			l := g.Line(e)
			for i := 1; i < len(l); i++ {
				a, b := plane.XY(l[i-1]), plane.XY(l[i])
				d := planar.DistanceFromSegment(a, b, orb.Point{})
				if d > 120 {
					continue
				}
				seen = true
				foot := nearestOn(a, b)
				blocked := false
				for _, w := range walls {
					// Barriers that touch an end of the leg have rules of
					// their own, which TestByHand has; whether one whose end
					// touches the leg crosses it is a matter of rounding.
					wa, wb := plane.XY(w[0]), plane.XY(w[1])
					if near(wa, wb, foot) || near(wa, wb, orb.Point{}) || near(orb.Point{}, foot, wa) || near(orb.Point{}, foot, wb) {
						return
					}
				}
				for _, w := range walls {
					blocked = blocked || straddle(orb.Point{}, foot, plane.XY(w[0]), plane.XY(w[1]))
				}
				if !blocked {
					nearest[viable] = min(nearest[viable], d)
				}
			}
		}
		want := nearest[true]
		if math.IsInf(want, 1) {
			want = nearest[false]
		}
		switch {
		case !seen:
			if miss != walk.NoStreet {
				t.Fatalf("%v, want no street", miss)
			}
		case math.IsInf(want, 1):
			if miss != walk.BehindBarrier {
				t.Fatalf("%v, want behind a barrier", miss)
			}
		default:
			if miss != walk.Joined {
				t.Fatalf("%v, want a leg of %.2f m", miss, want)
			}
			// the plane is a little off the ground.
			if d := float64(got.Leg) / 10; math.Abs(d-want) > 0.06+0.006*want {
				t.Fatalf("leg of %.1f m, want %.2f", d, want)
			}
			if at := pointAt(g, got); geo.Distance(at, got.Point) > 0.2 {
				t.Fatalf("offset %d of edge %d is %.2f m from the join's point", got.Offset, got.Edge, geo.Distance(at, got.Point))
			}
		}
	})
}

// near reports whether p is within a metre of a segment.
func near(a, b, p orb.Point) bool {
	a, b = orb.Point{a[0] - p[0], a[1] - p[1]}, orb.Point{b[0] - p[0], b[1] - p[1]}
	if a == b {
		return math.Hypot(a[0], a[1]) < 1
	}
	f := nearestOn(a, b)
	return math.Hypot(f[0], f[1]) < 1
}

// nearestOn is the point of the segment nearest to the origin.
func nearestOn(a, b orb.Point) orb.Point {
	dx, dy := b[0]-a[0], b[1]-a[1]
	t := -(a[0]*dx + a[1]*dy) / (dx*dx + dy*dy)
	t = math.Max(0, math.Min(1, t))
	return orb.Point{a[0] + t*dx, a[1] + t*dy}
}

// straddle reports whether the ends of each segment lie on different sides of
// the other's line.
func straddle(p, q, a, b orb.Point) bool {
	turn := func(o, u, v orb.Point) float64 { return (u[0]-o[0])*(v[1]-o[1]) - (u[1]-o[1])*(v[0]-o[0]) }
	return turn(p, q, a)*turn(p, q, b) < 0 && turn(a, b, p)*turn(a, b, q) < 0
}

// pointAt is the point of the edge at the join's offset.
func pointAt(g *walk.Graph, j walk.Join) orb.Point {
	rest := float64(j.Offset) / 10
	l := g.Line(j.Edge)
	if e := g.Edge(j.Edge); e.Flags&walk.Crossing != 0 { // the wait is spread along it
		rest *= 10 * geo.Length(l) / float64(e.Weight)
	}
	for i := 1; i < len(l); i++ {
		d := geo.Distance(l[i-1], l[i])
		if rest <= d || i == len(l)-1 {
			t := math.Min(1, rest/d)
			return orb.Point{l[i-1][0] + t*(l[i][0]-l[i-1][0]), l[i-1][1] + t*(l[i][1]-l[i-1][1])}
		}
		rest -= d
	}
	return l[0]
}
