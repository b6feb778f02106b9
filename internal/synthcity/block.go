package synthcity

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"
)

// block is a block while it is being built. It keeps what stands in it, so
// that nothing overlaps; it is forgotten when the next one begins.
type block struct {
	c       *city
	f       *face
	r       *rand.Rand
	people  *peopleMaker
	outline []pt
	edges   []int // of the plan, for every side of outline
	yard    []pt  // the ground between the streets' pavements
	fr      frame
	room    []pt // buildings stay inside
	margin  float64
	solids  []solid
	ways    []way
	area    string // code of the community
	shops   []site // places for small services, one a shop
	rooms   []site // places in the block's public buildings
	open    []site // places under the sky
	gate    site   // just inside the main gate
	wants   []want // services this block must house
	lots    []lot  // houses of a village that may be built
	sheds   int    // small buildings so far
}

// solid is something that stands in the block.
type solid struct {
	ring []pt
	box  orb.Bound
}

// way is a path or wall that no building may touch.
type way struct {
	line []pt
	half float64 // metres kept free on either side
	box  orb.Bound
}

// site is a place where a facility can be.
type site struct {
	at      pt
	address string
}

func (c *city) writeBlock(f *face) {
	b := &block{c: c, f: f, r: c.rng(rngBlock, f.id), people: c.newPeople(f)}
	b.outline, b.edges = c.plan.outline(f)
	set := make([]float64, len(b.outline))
	for i, e := range b.edges {
		set[i] = classes[c.plan.edges[e].class].setback
	}
	b.yard = thinRing(inset(b.outline, set), 0.25)
	b.area = c.plan.comms[c.plan.grids[f.grid].comm].code
	b.fr = alignedFrame(b.yard)
	b.room, b.margin = b.yard, 0.2
	b.wants = c.wantsOf(f)
	switch f.use {
	case useOld:
		b.buildOld()
	case useVillage:
		b.buildVillage()
	case useFarm:
		b.buildFarm()
	case usePark:
		b.buildPark()
	case useMall:
		b.buildMall()
	default:
		b.buildEstate()
	}
	b.settle()
	c.crowd.move(b.people)
	if c.quota != nil {
		c.quota.expected -= c.unitsExpected(f)
	}
}

// alignedFrame stands at the middle of a yard, its x axis along the southern
// side, turned no more than 7° from the city's grid: buildings face south.
func alignedFrame(yard []pt) frame {
	best, at := pt{1, 0}, 0.0
	for i, p := range yard {
		d := sub(yard[(i+1)%len(yard)], p)
		if d[0] > at && math.Abs(d[1]) < 0.3*d[0] {
			at, best = d[0], d
		}
	}
	a := clamp(math.Atan2(best[1], best[0]), -0.12, 0.12)
	s, k := math.Sincos(a)
	return frame{o: snap(centroid(yard)), x: pt{k, s}}
}

// fits reports whether a building may stand on the ring, with a gap to its
// neighbours.
func (b *block) fits(ring []pt, gap float64) bool {
	for _, p := range ring {
		if !inside(b.room, p) {
			return false
		}
	}
	if outlineDistance(ring, b.room) < b.margin {
		return false
	}
	box := bounds(ring).Pad(gap)
	for i := range b.solids {
		if s := &b.solids[i]; box.Intersects(s.box) && ringDistance(ring, s.ring) < gap {
			return false
		}
	}
	for i := range b.ways {
		if w := &b.ways[i]; bounds(ring).Pad(w.half).Intersects(w.box) && ringLineDistance(ring, w.line) < w.half {
			return false
		}
	}
	return true
}

func (b *block) claim(ring []pt) {
	b.solids = append(b.solids, solid{ring, bounds(ring)})
}

func (b *block) keepFree(line []pt, half float64) {
	b.ways = append(b.ways, way{line, half, bounds(line)})
}

// path writes a way inside the block and keeps it free of buildings.
func (b *block) path(name streetName, class string, half float64, line []pt) {
	b.c.putStreet(street{name: name, class: class, line: line})
	b.keepFree(line, half)
}

// land writes the block's ground.
func (b *block) land(kind string, n areaName, rings ...[]pt) { b.c.putLand(kind, n, rings...) }

// addressAt is the street and number of a place.
func (b *block) addressAt(p pt) string {
	_, e, ok := b.c.nearestVertex(b.f, p)
	if !ok {
		return b.c.plan.comms[b.c.plan.grids[b.f.grid].comm].name.zh
	}
	return fmt.Sprintf("%s%d号", b.c.plan.roads[e.road].name.zh, e.houseNumber(p))
}

// put claims the ground and writes the building.
func (b *block) put(bd *building) {
	b.claim(bd.rings[0])
	bd.area = b.area
	b.c.putBuilding(bd, b.people)
}

// oval is an ellipse in a frame, counter-clockwise.
func (f frame) oval(x, y, rx, ry float64, n int) []pt {
	out := make([]pt, 0, n)
	for i := range n {
		s, k := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		out = append(out, f.at(x+rx*k, y+ry*s))
	}
	return out
}

// stadium is a running track: two straights and two half circles.
func (f frame) stadium(x, y, length, width float64) []pt {
	r := width / 2
	h := (length - width) / 2
	var out []pt
	for i := range 9 {
		s, k := math.Sincos(-math.Pi/2 + math.Pi*float64(i)/8)
		out = append(out, f.at(x+h+r*k, y+r*s))
	}
	for i := range 9 {
		s, k := math.Sincos(math.Pi/2 + math.Pi*float64(i)/8)
		out = append(out, f.at(x-h+r*k, y+r*s))
	}
	return out
}

// insertOn puts p between the two points of the ring whose side is nearest,
// unless it is a point of the ring already.
func insertOn(ring []pt, p pt) []pt {
	best, at := math.Inf(1), 0
	for i, a := range ring {
		if a == p {
			return ring
		}
		if d := dist(p, nearestOn(p, a, ring[(i+1)%len(ring)])); d < best {
			best, at = d, i
		}
	}
	out := append([]pt(nil), ring[:at+1]...)
	out = append(out, p)
	return append(out, ring[at+1:]...)
}

// nearestOnRing is the point of the outline nearest to p.
func nearestOnRing(ring []pt, p pt) pt {
	best := ring[0]
	for i, a := range ring {
		if q := nearestOn(p, a, ring[(i+1)%len(ring)]); dist(p, q) < dist(p, best) {
			best = q
		}
	}
	return snap(best)
}
