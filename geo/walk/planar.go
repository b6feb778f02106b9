package walk

import (
	"math"

	"github.com/paulmach/orb"
)

// Planar geometry in metres. Positions come from geo.Plane.XY.

func sub(a, b orb.Point) orb.Point { return orb.Point{a[0] - b[0], a[1] - b[1]} }

func cross(a, b orb.Point) float64 { return a[0]*b[1] - a[1]*b[0] }

// lerp is the point at t between a and b.
func lerp(a, b orb.Point, t float64) orb.Point {
	switch t {
	case 0:
		return a
	case 1:
		return b
	}
	return orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
}

func dist(a, b orb.Point) float64 { return math.Hypot(a[0]-b[0], a[1]-b[1]) }

// project returns where on the segment ab, as t in [0,1], p is nearest to,
// and how near.
func project(p, a, b orb.Point) (t, d float64) {
	ab, ap := sub(b, a), sub(p, a)
	l2 := ab[0]*ab[0] + ab[1]*ab[1]
	if l2 > 0 {
		t = math.Max(0, math.Min(1, (ap[0]*ab[0]+ap[1]*ab[1])/l2))
	}
	return t, dist(p, lerp(a, b, t))
}

// meets calls at with every t in [0,1] where the segment pq meets the segment
// ab: where they cross, and where an end of one is within touch of the other.
func meets(p, q, a, b orb.Point, at func(t float64)) {
	if math.Max(p[0], q[0])+touch < math.Min(a[0], b[0]) || math.Max(a[0], b[0])+touch < math.Min(p[0], q[0]) ||
		math.Max(p[1], q[1])+touch < math.Min(a[1], b[1]) || math.Max(a[1], b[1])+touch < math.Min(p[1], q[1]) {
		return
	}
	pq, ab, pa := sub(q, p), sub(b, a), sub(a, p)
	if den := cross(pq, ab); den != 0 {
		t, u := cross(pa, ab)/den, cross(pa, pq)/den
		if t >= 0 && t <= 1 && u >= 0 && u <= 1 {
			at(t)
		}
	}
	if _, d := project(p, a, b); d <= touch {
		at(0)
	}
	if _, d := project(q, a, b); d <= touch {
		at(1)
	}
	for _, e := range [2]orb.Point{a, b} {
		if t, d := project(e, p, q); d <= touch {
			at(t)
		}
	}
}

// side is where p lies to the rings by the even-odd rule: 1 within, -1
// without, 0 within touch of a ring.
func side(p orb.Point, rings [][]orb.Point) int {
	in := -1
	for _, r := range rings {
		for i := 1; i < len(r); i++ {
			a, b := r[i-1], r[i]
			if _, d := project(p, a, b); d <= touch {
				return 0
			}
			if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0]+(p[1]-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
				in = -in
			}
		}
	}
	return in
}
