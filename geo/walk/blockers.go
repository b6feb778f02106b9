package walk

import (
	"math"

	"github.com/paulmach/orb"

	"hearthmap/geo"
	"hearthmap/household"
)

// blockers are the lines that a straight join may not cross.
type blockers struct {
	a, b     []orb.Point // ends of segments, degrees
	compound []int32     // into walls.compounds for the wall of one; lineWall, or lineOther
	boxes    *boxes
	walls    *walls
}

// What a blocker is when it is not the wall of a compound.
const (
	lineWall  int32 = -1 // a free-standing wall: gates lead through
	lineOther int32 = -2 // water, railway, road
)

const (
	onBarrier = 0.1 // metres within which a point stands on a barrier
	doorReach = 0.5 // metres around a point on a barrier within which that barrier does not stop it
)

func newBlockers(n Network, w *walls) *blockers {
	b := &blockers{walls: w}
	for i := range w.compounds {
		for _, polygon := range n.Compounds[w.compounds[i].index].Geom {
			b.addRings(polygon, int32(i))
		}
	}
	for _, barrier := range n.Barriers {
		what := lineOther
		if barrier.Kind == household.BarrierWall {
			what = lineWall
		}
		for _, line := range barrier.Geom {
			b.addLine(line, what)
		}
	}
	for _, water := range n.Water {
		for _, polygon := range water {
			b.addRings(polygon, lineOther)
		}
	}
	bounds := make([]orb.Bound, len(b.a))
	for i := range b.a {
		bounds[i] = orb.MultiPoint{b.a[i], b.b[i]}.Bound()
	}
	b.boxes = newBoxes(bounds)
	return b
}

func (b *blockers) addRings(p orb.Polygon, what int32) {
	for _, ring := range p {
		b.addLine(orb.LineString(ring), what)
		if len(ring) > 2 && ring[0] != ring[len(ring)-1] {
			b.addLine(orb.LineString{ring[len(ring)-1], ring[0]}, what)
		}
	}
}

func (b *blockers) addLine(line orb.LineString, what int32) {
	for i := 1; i < len(line); i++ {
		b.a = append(b.a, line[i-1])
		b.b = append(b.b, line[i])
		b.compound = append(b.compound, what)
	}
}

// stops reports whether the straight leg from p to q on the edge is blocked.
//
// A point that stands on a barrier, such as an entrance in a compound's wall,
// is not stopped by it. A leg through an open gate is free. A leg that ends
// on a barrier, because a street runs along it, is free, save that nobody
// reaches a street on a compound's wall from inside.
func (b *blockers) stops(p, q orb.Point, edge *Edge) bool {
	plane := geo.NewPlane(p)
	end := plane.XY(q)
	stopped := false
	b.boxes.search(geo.Pad(orb.MultiPoint{p, q}.Bound(), 2*onBarrier), func(i int32) bool {
		stopped = b.stopsAt(i, p, end, plane, edge)
		return !stopped
	})
	return stopped
}

func (b *blockers) stopsAt(i int32, p, end orb.Point, plane geo.Plane, edge *Edge) bool {
	start := orb.Point{}
	a, c := plane.XY(b.a[i]), plane.XY(b.b[i])
	x := end
	t, crosses := crossing(start, end, a, c)
	if crosses {
		x = lerp(start, end, t)
	}
	// A street that ends at a wall, cut there, ends on it but for rounding.
	_, gap := project(end, a, c)
	ends := gap <= onBarrier && dist(x, end) <= onBarrier
	if !crosses && !ends {
		return false
	}
	if dist(x, start) <= doorReach {
		if _, d := project(start, a, c); d <= onBarrier {
			return false
		}
	}
	what := b.compound[i]
	if what != lineOther && b.walls.openAt(plane.LL(x)) {
		return false
	}
	if !ends {
		return true
	}
	if what < 0 {
		return false
	}
	w := &b.walls.compounds[what]
	s := side(w.plane.XY(p), w.rings)
	return s != 0 && (s > 0) != (edge.Inside == w.index)
}

// crossing is where the segment pq first meets the segment ab, as t on pq.
func crossing(p, q, a, b orb.Point) (float64, bool) {
	pq, ab, pa := sub(q, p), sub(b, a), sub(a, p)
	den := cross(pq, ab)
	if den != 0 {
		t, u := cross(pa, ab)/den, cross(pa, pq)/den
		return t, t >= 0 && t <= 1 && u >= 0 && u <= 1
	}
	if cross(pa, pq) != 0 {
		return 0, false // parallel
	}
	// On one line: the nearer end of ab that lies on pq, or p if ab holds it.
	best, ok := math.Inf(1), false
	for _, e := range [2]orb.Point{a, b} {
		if t, d := project(e, p, q); d == 0 {
			best, ok = math.Min(best, t), true
		}
	}
	if _, d := project(p, a, b); d == 0 {
		best, ok = 0, true
	}
	return best, ok
}
