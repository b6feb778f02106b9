package walk

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo"
)

// walls are the boundaries of the walled compounds, with the gates in them.
type walls struct {
	compounds []walledCompound
	boxes     *boxes // of compounds
	open      gateSet
}

// walledCompound is one boundary, in metres on its own plane.
type walledCompound struct {
	index int32 // into Network.Compounds
	plane geo.Plane
	bound orb.Bound // degrees
	rings [][]orb.Point
}

// gateSet finds gates by place.
type gateSet struct {
	at    []orb.Point
	boxes *boxes
}

func newGateSet(at []orb.Point) gateSet {
	bounds := make([]orb.Bound, len(at))
	for i, p := range at {
		bounds[i] = p.Bound()
	}
	return gateSet{at: at, boxes: newBoxes(bounds)}
}

// nearest is the distance in metres from p to the nearest gate within reach.
func (g gateSet) nearest(p orb.Point, reach float64) (gate int32, metres float64, ok bool) {
	g.boxes.search(geo.Pad(p.Bound(), reach+touch), func(i int32) bool {
		if d := geo.Distance(p, g.at[i]); d <= reach && (!ok || d < metres) {
			gate, metres, ok = i, d, true
		}
		return true
	})
	return gate, metres, ok
}

func newWalls(compounds []Compound, gates []Gate) *walls {
	w := &walls{}
	var bounds []orb.Bound
	for i, c := range compounds {
		if !c.Walled || len(c.Geom) == 0 {
			continue
		}
		bound := c.Geom.Bound()
		wc := walledCompound{index: int32(i), plane: geo.NewPlane(bound.Center()), bound: bound}
		for _, polygon := range c.Geom {
			for _, ring := range polygon {
				wc.rings = append(wc.rings, closedRing(ring, wc.plane))
			}
		}
		w.compounds = append(w.compounds, wc)
		bounds = append(bounds, geo.Pad(bound, touch))
	}
	w.boxes = newBoxes(bounds)
	var open []orb.Point
	for _, g := range gates {
		if g.Open {
			open = append(open, g.Geom)
		}
	}
	w.open = newGateSet(open)
	return w
}

func closedRing(ring orb.Ring, plane geo.Plane) []orb.Point {
	out := make([]orb.Point, 0, len(ring)+1)
	for _, p := range ring {
		out = append(out, plane.XY(p))
	}
	if len(out) > 0 && out[0] != out[len(out)-1] {
		out = append(out, out[0])
	}
	return out
}

// holding returns the walled compounds that p lies in, as indices into
// w.compounds.
func (w *walls) holding(p orb.Point) []int32 {
	var in []int32
	w.boxes.search(p.Bound(), func(i int32) bool {
		c := &w.compounds[i]
		if inside(c.plane.XY(p), c.rings) {
			in = append(in, i)
		}
		return true
	})
	slices.Sort(in)
	return in
}

// openAt reports whether an open gate leads through the wall at p.
func (w *walls) openAt(p orb.Point) bool {
	_, _, ok := w.open.nearest(p, GateReach)
	return ok
}

// passage is how a stretch lies to one compound: the places along it where it
// meets the wall, in metres from its start, and between each two of them
// whether it is inside.
type passage struct {
	compound int32 // into walls.compounds
	places   []float64
	inside   []bool // len(places)-1
	onStart  bool   // the wall stands on the stretch's start
	onEnd    bool
}

// passages finds every walled compound that the line meets or lies in.
func (w *walls) passages(line orb.LineString) []passage {
	var out []passage
	w.boxes.search(line.Bound(), func(i int32) bool {
		if p := w.compounds[i].passage(line); len(p.inside) > 0 {
			p.compound = i
			out = append(out, p)
		}
		return true
	})
	slices.SortFunc(out, func(a, b passage) int { return int(a.compound - b.compound) })
	return out
}

func (c *walledCompound) passage(line orb.LineString) passage {
	xy := make([]orb.Point, len(line))
	along := make([]float64, len(line))
	for i, p := range line {
		xy[i] = c.plane.XY(p)
		if i > 0 {
			along[i] = along[i-1] + dist(xy[i-1], xy[i])
		}
	}
	total := along[len(along)-1]
	places := []float64{0, total}
	p := passage{}
	for k := 1; k < len(xy); k++ {
		for _, ring := range c.rings {
			for j := 1; j < len(ring); j++ {
				meets(xy[k-1], xy[k], ring[j-1], ring[j], func(t float64) {
					s := along[k-1] + t*(along[k]-along[k-1])
					p.onStart = p.onStart || s <= touch
					p.onEnd = p.onEnd || s >= total-touch
					places = append(places, s)
				})
			}
		}
	}
	slices.Sort(places)
	p.places = []float64{0}
	for _, s := range places {
		if s > p.places[len(p.places)-1]+touch && s < total-touch {
			p.places = append(p.places, s)
		}
	}
	p.places = append(p.places, total)
	any := p.onStart || p.onEnd || len(p.places) > 2
	for k := 1; k < len(p.places); k++ {
		in := c.holds(xy, along, p.places[k-1], p.places[k])
		p.inside = append(p.inside, in)
		any = any || in
	}
	if !any {
		return passage{}
	}
	return p
}

// holds reports whether the line between a and b is inside. Between two
// places where it meets the wall it is on one side; where it grazes the wall
// one point may not tell, so others are asked.
func (c *walledCompound) holds(line []orb.Point, along []float64, a, b float64) bool {
	for _, t := range [...]float64{0.5, 0.25, 0.75, 0, 1} {
		if s := side(pointAlong(line, along, a+t*(b-a)), c.rings); s != 0 {
			return s > 0
		}
	}
	return false // along the wall: outside
}

// pointAlong is the point s along a line whose vertices lie at along.
func pointAlong(line []orb.Point, along []float64, s float64) orb.Point {
	k, _ := slices.BinarySearch(along, s)
	k = max(1, min(k, len(line)-1))
	step := along[k] - along[k-1]
	if step <= 0 {
		return line[k]
	}
	return lerp(line[k-1], line[k], max(0, min(1, (s-along[k-1])/step)))
}

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
