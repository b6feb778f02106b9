package walk

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo"
)

// Join is where a place joins the network: a straight access leg to a point
// of an edge.
type Join struct {
	Edge   int32
	Offset int32 // decimetres from the edge's From; at most its weight
	Leg    int32 // decimetres of the access leg
	Point  orb.Point
}

// Miss is why a place does not join the network.
type Miss uint8

// The outcomes of Snap.
const (
	Joined        Miss = iota
	NoStreet           // no street that the mode can use within reach
	BehindBarrier      // every leg within reach crosses a wall, water, railway or road
)

// SnapOptions bound a join. The zero value is a walker on foot with a leg of
// DefaultMaxLeg.
type SnapOptions struct {
	Mode   Mode
	MaxLeg float64 // metres; 0 means DefaultMaxLeg
}

// snapRadii are tried one after the other: most places have a street near.
var snapRadii = [...]float64{25, 75, math.Inf(1)}

// Snap joins a place to the nearest street by perpendicular projection. Where
// the leg crosses a barrier, the next nearest street is tried, up to the
// maximum leg. Islands are used only when nothing viable can be reached.
// Among equally near places the edge with the smallest number wins.
func (g *Graph) Snap(p orb.Point, o SnapOptions) (Join, Miss) {
	reach := o.MaxLeg
	if reach == 0 {
		reach = DefaultMaxLeg
	}
	s := snapper{g: g, p: p, mode: o.Mode, plane: geo.NewPlane(p)}
	for _, r := range snapRadii {
		r = min(r, reach)
		s.collect(r)
		if j, ok := s.best(true); ok {
			return j, Joined
		}
		if r == reach {
			break
		}
	}
	if j, ok := s.best(false); ok {
		return j, Joined
	}
	if len(s.near) > 0 {
		return Join{}, BehindBarrier
	}
	return Join{}, NoStreet
}

type snapper struct {
	g     *Graph
	p     orb.Point
	mode  Mode
	plane geo.Plane
	near  []candidate
}

// candidate is a segment of an edge within reach.
type candidate struct {
	metres  float64
	edge    int32
	segment int32 // its end in the edge's line
	t       float64
}

// collect finds the segments within r metres, nearest first.
func (s *snapper) collect(r float64) {
	s.near = s.near[:0]
	s.g.boxes.search(geo.Pad(s.p.Bound(), r), func(e int32) bool {
		if !s.g.edges[e].Flags.allows(s.mode) {
			return true
		}
		line := s.g.Line(e)
		a := s.plane.XY(line[0])
		for k := 1; k < len(line); k++ {
			b := s.plane.XY(line[k])
			if t, d := project(orb.Point{}, a, b); d <= r {
				s.near = append(s.near, candidate{metres: d, edge: e, segment: int32(k), t: t})
			}
			a = b
		}
		return true
	})
	slices.SortFunc(s.near, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.metres, b.metres), cmp.Compare(a.edge, b.edge), cmp.Compare(a.segment, b.segment))
	})
}

// best is the nearest candidate whose leg is free, among viable components or
// among islands.
func (s *snapper) best(viable bool) (Join, bool) {
	parts := &s.g.parts[s.mode]
	for _, c := range s.near {
		e := &s.g.edges[c.edge]
		if parts.viable[parts.of[e.From]] != viable {
			continue
		}
		line := s.g.Line(c.edge)
		q := lerp(line[c.segment-1], line[c.segment], c.t)
		if s.g.blockers.stops(s.p, q, e) {
			continue
		}
		return Join{
			Edge: c.edge, Offset: s.g.offset(c.edge, c.segment, c.t),
			Leg: int32(math.Round(geo.Distance(s.p, q) * 10)), Point: q,
		}, true
	}
	return Join{}, false
}

// offset is the distance along the edge to the point t on its segment, in
// decimetres, between 0 and the weight. On a crossing the wait is part of it,
// spread along the edge.
func (g *Graph) offset(edge, segment int32, t float64) int32 {
	line := g.Line(edge)
	along := geo.Length(line[:segment]) + t*geo.Distance(line[segment-1], line[segment])
	weight := g.edges[edge].Weight
	if g.edges[edge].Flags&Crossing != 0 {
		along *= float64(weight) / (10 * geo.Length(line))
	}
	return max(0, min(int32(math.Round(along*10)), weight))
}
