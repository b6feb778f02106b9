package cityindex

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"
)

// tree is an R-tree of indices into one table, in degrees.
type tree struct{ t rtree.RTreeGN[float64, int32] }

// newTree indexes n things by their bounds; empty bounds are left out.
func newTree(n int, bound func(i int) orb.Bound) *tree {
	t := &tree{}
	for i := range n {
		b := bound(i)
		if b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1] {
			t.t.Insert([2]float64(b.Min), [2]float64(b.Max), int32(i))
		}
	}
	return t
}

// search yields the indices whose bounds touch b until yield returns false.
func (t *tree) search(b orb.Bound, yield func(i int32) bool) {
	t.t.Search([2]float64(b.Min), [2]float64(b.Max), func(_, _ [2]float64, i int32) bool { return yield(i) })
}

// boundOf is the bounds of a geometry, empty for nil and for NaN.
func boundOf(g orb.Geometry) orb.Bound {
	empty := orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}}
	if g == nil {
		return empty
	}
	if m, ok := g.(orb.MultiPolygon); ok && len(m) == 0 {
		return empty
	}
	b := g.Bound()
	if math.IsNaN(b.Min[0]) || math.IsNaN(b.Max[1]) {
		return empty
	}
	return b
}

func isEmpty(b orb.Bound) bool { return b.Min[0] > b.Max[0] || b.Min[1] > b.Max[1] }

// grow extends b by o, either of which may be empty.
func grow(b, o orb.Bound) orb.Bound {
	switch {
	case isEmpty(o):
		return b
	case isEmpty(b):
		return o
	}
	return b.Union(o)
}
