package postgis

import (
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// pointOn returns a point on the footprint: its centroid where that lies
// inside, else the middle of the widest stretch of the line of latitude
// through it. For several polygons the largest counts. It depends on the
// geometry only.
func pointOn(g orb.Geometry) orb.Point {
	switch g := g.(type) {
	case orb.Point:
		return g
	case orb.Polygon:
		return pointOnPolygon(g)
	case orb.MultiPolygon:
		best, area := 0, -1.0
		for i, p := range g {
			if a := planar.Area(p); a > area {
				best, area = i, a
			}
		}
		return pointOnPolygon(g[best])
	}
	return g.Bound().Center()
}

func pointOnPolygon(p orb.Polygon) orb.Point {
	c := centroid(p[0])
	if insideRings(p, c) {
		return c
	}
	lat := c[1]
	var cuts []float64
	for _, ring := range p {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if (a[1] <= lat) != (b[1] <= lat) {
				cuts = append(cuts, a[0]+(lat-a[1])/(b[1]-a[1])*(b[0]-a[0]))
			}
		}
	}
	slices.Sort(cuts)
	best, width := p[0][0], 0.0
	for i := 1; i < len(cuts); i += 2 {
		if w := cuts[i] - cuts[i-1]; w > width {
			best, width = orb.Point{(cuts[i] + cuts[i-1]) / 2, lat}, w
		}
	}
	return best
}

// centroid is taken relative to the ring's first point: the products of
// degrees would otherwise lose half the digits of a small building.
func centroid(ring orb.Ring) orb.Point {
	o := ring[0]
	var area, x, y float64
	for i := 1; i < len(ring); i++ {
		ax, ay := ring[i-1][0]-o[0], ring[i-1][1]-o[1]
		bx, by := ring[i][0]-o[0], ring[i][1]-o[1]
		cross := ax*by - bx*ay
		area += cross
		x += (ax + bx) * cross
		y += (ay + by) * cross
	}
	if area == 0 {
		return ring.Bound().Center()
	}
	return orb.Point{o[0] + x/(3*area), o[1] + y/(3*area)}
}

// insideRings counts crossings of all rings; a point in a hole is outside.
func insideRings(p orb.Polygon, c orb.Point) bool {
	in := false
	for _, ring := range p {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if (a[1] <= c[1]) != (b[1] <= c[1]) && c[0] < a[0]+(c[1]-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
				in = !in
			}
		}
	}
	return in
}
