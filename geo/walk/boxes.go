package walk

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// boxes is a packed R-tree: items sorted along a Hilbert curve, sixteen to a
// node. It is built once, at once, in a fraction of the time that insertion
// one by one takes, and searched without allocation.
type boxes struct {
	items  []int32       // in the order of the leaves
	levels [][]orb.Bound // levels[0] are the items' bounds; the last has one
}

const fanout = 16

// newBoxes packs the bounds; Search gives back their indices.
func newBoxes(bounds []orb.Bound) *boxes {
	b := &boxes{}
	if len(bounds) == 0 {
		return b
	}
	whole := bounds[0]
	for _, x := range bounds[1:] {
		whole = whole.Union(x)
	}
	curve := newHilbert(whole)
	keys := make([]uint64, len(bounds))
	for i, x := range bounds {
		keys[i] = uint64(curve.index(x.Center()))<<32 | uint64(uint32(i))
	}
	slices.Sort(keys)
	leaves := make([]orb.Bound, len(bounds))
	b.items = make([]int32, len(bounds))
	for i, k := range keys {
		b.items[i] = int32(uint32(k))
		leaves[i] = bounds[b.items[i]]
	}
	b.levels = [][]orb.Bound{leaves}
	for len(leaves) > 1 {
		up := make([]orb.Bound, (len(leaves)+fanout-1)/fanout)
		for i := range up {
			up[i] = leaves[i*fanout]
			for _, x := range leaves[i*fanout+1 : min((i+1)*fanout, len(leaves))] {
				up[i] = up[i].Union(x)
			}
		}
		b.levels = append(b.levels, up)
		leaves = up
	}
	return b
}

// search calls found with every item whose bound meets q, until it says no.
func (b *boxes) search(q orb.Bound, found func(i int32) bool) {
	if top := len(b.levels) - 1; top >= 0 {
		b.visit(top, 0, len(b.levels[top]), q, found)
	}
}

func (b *boxes) visit(level, from, to int, q orb.Bound, found func(i int32) bool) bool {
	bounds := b.levels[level]
	for i := from; i < min(to, len(bounds)); i++ {
		x := &bounds[i]
		if x.Min[0] > q.Max[0] || x.Max[0] < q.Min[0] || x.Min[1] > q.Max[1] || x.Max[1] < q.Min[1] {
			continue
		}
		if level == 0 {
			if !found(b.items[i]) {
				return false
			}
		} else if !b.visit(level-1, i*fanout, (i+1)*fanout, q, found) {
			return false
		}
	}
	return true
}

// hilbert maps positions within a bound to places on a curve that keeps
// neighbours together.
type hilbert struct {
	origin orb.Point
	scale  orb.Point
}

const hilbertOrder = 16

func newHilbert(b orb.Bound) hilbert {
	h := hilbert{origin: b.Min}
	for k := range 2 {
		if d := b.Max[k] - b.Min[k]; d > 0 {
			h.scale[k] = ((1 << hilbertOrder) - 1) / d
		}
	}
	return h
}

func (h hilbert) index(p orb.Point) uint32 {
	var c [2]uint32
	for k := range c {
		v := (p[k] - h.origin[k]) * h.scale[k]
		c[k] = uint32(math.Max(0, math.Min(v, 1<<hilbertOrder-1)))
	}
	x, y := c[0], c[1]
	var d uint32
	for s := uint32(1) << (hilbertOrder - 1); s > 0; s >>= 1 {
		var rx, ry uint32
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		d += s * s * ((3 * rx) ^ ry)
		if ry == 0 {
			if rx == 1 {
				x, y = (1<<hilbertOrder)-1-x, (1<<hilbertOrder)-1-y
			}
			x, y = y, x
		}
	}
	return d
}
