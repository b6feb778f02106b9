package walk

import (
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo"
)

// narrowPiece is the length in metres of the piece of a street that a gate
// keeps wheels from.
const narrowPiece = 0.1

// narrow are the open gates that stop wheels: the vertices that they stand
// on, and the others by place.
type narrow struct {
	at    map[int32]bool
	loose gateSet
}

func narrowPlaces(n Network, top *topology, closed map[int32]bool) narrow {
	out := narrow{at: map[int32]bool{}}
	var loose []orb.Point
	for _, g := range n.Gates {
		if !g.Open || !g.NoWheels {
			continue
		}
		if v, ok := top.byNode[g.NodeID]; ok && g.NodeID != 0 {
			out.at[v] = !closed[v]
		} else {
			loose = append(loose, g.Geom)
		}
	}
	out.loose = newGateSet(loose)
	if len(loose) > 0 {
		closeVertices(n.Streets, top, out.loose, gateSet{boxes: newBoxes(nil)}, out.at)
	}
	return out
}

// part cuts a short piece that is not for wheels off a stretch wherever a gate
// that stops them stands on it, so that nobody gets past the gate on wheels.
// The way on foot is as long as before.
func (n narrow) part(s stretch, copies *int32) []stretch {
	places := n.loosely(&s)
	if !n.at[s.from.vertex] && !n.at[s.to.vertex] && len(places) == 0 {
		return []stretch{s}
	}
	plane := geo.NewPlane(s.line[0])
	xy, along := make([]orb.Point, len(s.line)), make([]float64, len(s.line))
	for i, p := range s.line {
		xy[i] = plane.XY(p)
		if i > 0 {
			along[i] = along[i-1] + dist(xy[i-1], xy[i])
		}
	}
	total := along[len(along)-1]
	if n.at[s.from.vertex] {
		places = append(places, 0)
	}
	if n.at[s.to.vertex] {
		places = append(places, total-narrowPiece)
	}
	if total <= narrowPiece*3 {
		s.flags |= NoWheels
		return []stretch{s}
	}
	slices.Sort(places)
	var out []stretch
	from, key := 0.0, s.from
	piece := func(to float64, flags Flags) {
		if to <= from+touch {
			return
		}
		p := s
		p.flags |= flags
		p.line = nil
		p.from = key
		if from > 0 {
			p.line = append(p.line, plane.LL(pointAlong(xy, along, from)))
		}
		last := to >= total-touch
		for i, d := range along {
			if (d > from || from == 0) && (d < to || last) {
				p.line = append(p.line, s.line[i])
			}
		}
		if !last {
			*copies++
			p.to = nodeKey{vertex: -1, copy: *copies}
			p.line = append(p.line, plane.LL(pointAlong(xy, along, to)))
		}
		out = append(out, p)
		from, key = to, p.to
	}
	for _, at := range places {
		at = max(0, min(at, total-narrowPiece))
		piece(at, 0)
		piece(at+narrowPiece, NoWheels)
	}
	piece(total, 0)
	return out
}

// loosely finds the places along a stretch on the ground, in metres, of gates
// without a node that stand beside it and on no vertex.
func (n narrow) loosely(s *stretch) (at []float64) {
	if s.flags&Raised != 0 || len(n.loose.at) == 0 {
		return nil
	}
	n.loose.boxes.search(geo.Pad(s.line.Bound(), closedGateReach), func(i int32) bool {
		plane := geo.NewPlane(n.loose.at[i])
		best, place, sum := closedGateReach, -1.0, 0.0
		for k := 1; k < len(s.line); k++ {
			a, b := plane.XY(s.line[k-1]), plane.XY(s.line[k])
			if t, d := project(orb.Point{}, a, b); d <= best {
				best, place = d, sum+t*dist(a, b)
			}
			sum += dist(a, b)
		}
		if place > touch && place < sum-touch {
			at = append(at, place)
		}
		return true
	})
	return at
}
