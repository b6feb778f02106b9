package walk

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo"
)

// sideKey names a set of compounds, the side of the walls at a node.
func sideKey(in []int32) string {
	if len(in) == 0 {
		return ""
	}
	b := make([]byte, 0, 4*len(in))
	for _, i := range in {
		b = binary.BigEndian.AppendUint32(b, uint32(i))
	}
	return string(b)
}

// cutter cuts stretches at walls and closed gates.
type cutter struct {
	walls  *walls
	closed map[int32]bool // places of closed gates
	shut   gateSet        // closed gates that are no vertex of a street
	copies int32          // cuts made so far
}

// cut returns the pieces of the stretch that can be walked end to end. The
// keys of their ends say which side of a wall they are on.
func (c *cutter) cut(s stretch) []stretch {
	ps := c.walls.passages(s.line)
	if s.flags&Raised != 0 {
		if len(ps) > 0 {
			s.inside = c.holder(ps, 0, math.Inf(1))
		}
		return []stretch{s}
	}
	gates := c.gatesOn(s.line)
	if len(ps) == 0 && len(gates) == 0 {
		return []stretch{s}
	}
	plane := geo.NewPlane(s.line[0])
	xy := make([]orb.Point, len(s.line))
	along := make([]float64, len(s.line))
	for i, p := range s.line {
		xy[i] = plane.XY(p)
		if i > 0 {
			along[i] = along[i-1] + dist(xy[i-1], xy[i])
		}
	}
	total := along[len(along)-1]
	at := slices.Clone(gates)
	for i := range ps {
		p := &ps[i]
		scale := total / p.places[len(p.places)-1] // from the compound's plane to this one
		for k := range p.places {
			p.places[k] *= scale
		}
		for k := 1; k < len(p.inside); k++ {
			if p.inside[k] != p.inside[k-1] && !c.walls.openAt(plane.LL(pointAlong(xy, along, p.places[k]))) {
				at = append(at, p.places[k])
			}
		}
	}
	s.from.side = c.side(s.from.vertex, s.line[0], ps, true)
	s.to.side = c.side(s.to.vertex, s.line[len(s.line)-1], ps, false)
	slices.Sort(at)
	at = slices.CompactFunc(at, func(a, b float64) bool { return math.Abs(b-a) <= touch })
	return c.pieces(s, at, ps, plane, xy, along)
}

// side is the side of the walls that stand on an end of a stretch.
func (c *cutter) side(vertex int32, at orb.Point, ps []passage, start bool) string {
	var in []int32
	for _, p := range ps {
		on, inside := p.onEnd, p.inside[len(p.inside)-1]
		if start {
			on, inside = p.onStart, p.inside[0]
		}
		if on && inside && (c.closed[vertex] || !c.walls.openAt(at)) {
			in = append(in, p.compound)
		}
	}
	return sideKey(in)
}

// pieces parts the stretch at the places.
func (c *cutter) pieces(s stretch, at []float64, ps []passage, plane geo.Plane, xy []orb.Point, along []float64) []stretch {
	total := along[len(along)-1]
	ends := append(append([]float64{0}, at...), total)
	out := make([]stretch, 0, len(ends)-1)
	for k := 1; k < len(ends); k++ {
		a, b := ends[k-1], ends[k]
		if b <= a {
			continue
		}
		piece := s
		piece.line = nil
		piece.inside = c.holder(ps, a, b)
		if k > 1 {
			c.copies++
			piece.from = nodeKey{vertex: -1, copy: c.copies}
			piece.line = append(piece.line, plane.LL(pointAlong(xy, along, a)))
		}
		for i, d := range along {
			if (d > a || k == 1) && (d < b || k == len(ends)-1) {
				piece.line = append(piece.line, s.line[i])
			}
		}
		if k < len(ends)-1 {
			c.copies++
			piece.to = nodeKey{vertex: -1, copy: c.copies}
			piece.line = append(piece.line, plane.LL(pointAlong(xy, along, b)))
		}
		out = append(out, piece)
	}
	return out
}

// holder is the compound that the stretch between a and b wholly lies in, as
// an index into Network.Compounds; the first if there are several.
func (c *cutter) holder(ps []passage, a, b float64) int32 {
	for _, p := range ps {
		whole := true
		for k, in := range p.inside {
			if p.places[k] < b-touch && p.places[k+1] > a+touch && !in {
				whole = false
			}
		}
		if whole {
			return c.walls.compounds[p.compound].index
		}
	}
	return -1
}

// gatesOn finds the places along the line that closed gates without a node
// block. An open gate nearer to the place than the closed one leads around it.
func (c *cutter) gatesOn(line orb.LineString) []float64 {
	var at []float64
	c.shut.boxes.search(geo.Pad(line.Bound(), closedGateReach), func(i int32) bool {
		g := c.shut.at[i]
		plane := geo.NewPlane(g)
		best, place, sum := closedGateReach, -1.0, 0.0
		var p orb.Point
		for k := 1; k < len(line); k++ {
			a, b := plane.XY(line[k-1]), plane.XY(line[k])
			t, d := project(orb.Point{}, a, b)
			if d <= best {
				best, place, p = d, sum+t*dist(a, b), plane.LL(lerp(a, b, t))
			}
			sum += dist(a, b)
		}
		if place <= touch || place >= sum-touch {
			return true // none, or at a vertex, which is closed itself
		}
		if _, d, ok := c.walls.open.nearest(p, GateReach); ok && d < best {
			return true
		}
		at = append(at, place)
		return true
	})
	return at
}
