package tiles

import (
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/tiles/mvt"
)

// pen turns geometries into the commands of one tile, and keeps its memory
// from feature to feature.
type pen struct {
	frame     frame
	tolerance float64 // of simplification, in tile units; 0 leaves all points
	out       mvt.Geometry

	points  []vec
	a, b    []vec
	snapped []mvt.Point
	thin    simplifier
}

// draw writes the geometry and reports whether any of it is in the tile.
func (p *pen) draw(g orb.Geometry) bool {
	p.out.Reset()
	switch g := g.(type) {
	case orb.Point:
		p.point(g)
	case orb.LineString:
		p.line(g)
	case orb.MultiLineString:
		for _, l := range g {
			p.line(l)
		}
	case orb.Polygon:
		p.polygon(g)
	case orb.MultiPolygon:
		for _, poly := range g {
			p.polygon(poly)
		}
	}
	return !p.out.Empty()
}

func (p *pen) point(at orb.Point) {
	v := p.frame.xy(at)
	if v.x >= windowMin && v.x <= windowMax && v.y >= windowMin && v.y <= windowMax {
		p.out.Points(v.snap())
	}
}

func (p *pen) line(l orb.LineString) {
	p.project(l)
	if len(p.points) < 2 || boxOf(p.points).outside() {
		return
	}
	points := p.thin.line(p.points, p.tolerance)
	if boxOf(points).inside() {
		p.writeLine(points)
		return
	}
	p.a = clipLine(points, p.a, p.writeLine)
}

func (p *pen) writeLine(points []vec) {
	p.snap(points)
	if len(p.snapped) > 1 {
		p.out.Line(p.snapped)
	}
}

func (p *pen) polygon(poly orb.Polygon) {
	for i, ring := range poly {
		if !p.ring(ring, i == 0) && i == 0 {
			return // nothing is left to hold the holes
		}
	}
}

// ring writes a ring as an exterior or a hole and reports whether it did.
func (p *pen) ring(r orb.Ring, exterior bool) bool {
	n := len(r)
	if n > 0 && r[0] == r[n-1] {
		n--
	}
	p.project(orb.LineString(r[:n]))
	if len(p.points) < 3 {
		return false
	}
	bounds := boxOf(p.points)
	if bounds.outside() {
		return false
	}
	points := p.thin.ring(p.points, p.tolerance)
	if !bounds.inside() {
		points, p.a, p.b = clipRing(points, p.a, p.b)
	}
	p.snap(points)
	p.snapped = straighten(p.snapped)
	if len(p.snapped) < 3 {
		return false
	}
	area := mvt.SignedArea2(p.snapped)
	if area == 0 {
		return false
	}
	if (area > 0) != exterior {
		slices.Reverse(p.snapped[1:])
	}
	p.out.Ring(p.snapped)
	return true
}

// project fills p.points, with room for one more.
func (p *pen) project(line orb.LineString) {
	p.points = slices.Grow(p.points[:0], len(line)+1)
	for _, at := range line {
		p.points = append(p.points, p.frame.xy(at))
	}
}

// snap fills p.snapped, leaving out points that fall together.
func (p *pen) snap(points []vec) {
	p.snapped = p.snapped[:0]
	for _, v := range points {
		s := v.snap()
		if n := len(p.snapped); n == 0 || p.snapped[n-1] != s {
			p.snapped = append(p.snapped, s)
		}
	}
}

// straighten removes, in place, the points of an open ring that lie on a line
// with their neighbours: they draw nothing, or a spike of no width.
func straighten(ring []mvt.Point) []mvt.Point {
	for changed := true; changed; {
		changed = false
		for len(ring) > 1 && ring[0] == ring[len(ring)-1] {
			ring = ring[:len(ring)-1]
		}
		n := 0
		for i, cur := range ring {
			if len(ring) < 3 {
				return nil
			}
			prev := ring[len(ring)-1]
			if n > 0 {
				prev = ring[n-1]
			}
			next := ring[(i+1)%len(ring)]
			if i == len(ring)-1 && n > 0 {
				next = ring[0]
			}
			if flat(prev, cur, next) {
				changed = true
				continue
			}
			ring[n] = cur
			n++
		}
		ring = ring[:n]
		if n < 3 {
			return nil
		}
	}
	return ring
}

func flat(a, b, c mvt.Point) bool {
	return int64(b[0]-a[0])*int64(c[1]-b[1]) == int64(b[1]-a[1])*int64(c[0]-b[0])
}
