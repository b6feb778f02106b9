package ogc

import (
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// touches reports whether a geometry and a box have a point in common,
// borders included.
func touches(g orb.Geometry, b orb.Bound) bool {
	if g == nil || !g.Bound().Intersects(b) {
		return false
	}
	if p, ok := g.(orb.Point); ok {
		return b.Contains(p)
	}
	in := g.Bound()
	if b.Contains(in.Min) && b.Contains(in.Max) {
		return true
	}
	return intersect(g, b.ToPolygon())
}

// intersect reports whether two geometries have a point in common. Either a
// vertex of one lies in the other, or two of their segments meet.
func intersect(a, b orb.Geometry) bool {
	if a == nil || b == nil || !a.Bound().Intersects(b.Bound()) {
		return false
	}
	return verticesIn(a, b) || verticesIn(b, a) || segmentsMeet(a, b)
}

// verticesIn reports whether a part of a begins inside b. One vertex of each
// ring or line is enough: where the others lie elsewhere, segments cross.
func verticesIn(a, b orb.Geometry) bool {
	inside := func(p orb.Point) bool {
		switch b := b.(type) {
		case orb.Point:
			return p == b
		case orb.Polygon:
			return planar.PolygonContains(b, p)
		case orb.MultiPolygon:
			return planar.MultiPolygonContains(b, p)
		default:
			return false
		}
	}
	if p, ok := a.(orb.Point); ok {
		return inside(p)
	}
	for _, line := range lines(a) {
		if len(line) > 0 && inside(line[0]) {
			return true
		}
	}
	return false
}

// lines are the rings of polygons.
func lines(g orb.Geometry) []orb.LineString {
	var out []orb.LineString
	switch g := g.(type) {
	case orb.Polygon:
		for _, r := range g {
			out = append(out, orb.LineString(r))
		}
	case orb.MultiPolygon:
		for _, p := range g {
			out = append(out, lines(p)...)
		}
	}
	return out
}

func segmentsMeet(a, b orb.Geometry) bool {
	within := b.Bound()
	others := lines(b)
	for _, la := range lines(a) {
		for i := 1; i < len(la); i++ {
			if !(orb.MultiPoint{la[i-1], la[i]}).Bound().Intersects(within) {
				continue
			}
			for _, lb := range others {
				for j := 1; j < len(lb); j++ {
					if meet(la[i-1], la[i], lb[j-1], lb[j]) {
						return true
					}
				}
			}
		}
	}
	return false
}

// meet reports whether the segments p–q and r–s have a point in common.
func meet(p, q, r, s orb.Point) bool {
	d1, d2, d3, d4 := side(r, s, p), side(r, s, q), side(p, q, r), side(p, q, s)
	if d1 != d2 && d3 != d4 && d1*d2 <= 0 && d3*d4 <= 0 {
		return true
	}
	on := func(a, b, c orb.Point, d int) bool {
		return d == 0 && min(a[0], b[0]) <= c[0] && c[0] <= max(a[0], b[0]) && min(a[1], b[1]) <= c[1] && c[1] <= max(a[1], b[1])
	}
	return on(r, s, p, d1) || on(r, s, q, d2) || on(p, q, r, d3) || on(p, q, s, d4)
}

// side is on which side of a–b c lies: 1, -1, or 0 on the line.
func side(a, b, c orb.Point) int {
	switch v := (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0]); {
	case v > 0:
		return 1
	case v < 0:
		return -1
	default:
		return 0
	}
}
