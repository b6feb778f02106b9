package walk

import (
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
