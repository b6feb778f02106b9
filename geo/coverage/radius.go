package coverage

import (
	"context"
	"math"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"hearthmap/geo"
	"hearthmap/household"
)

// radii fills the field with straight distances from a building's point to
// the nearest facility, joined to the network or not. Every building has one
// unless the city has no facility of the category.
func (e *Engine) radii(ctx context.Context, f *field, category household.Category) error {
	facilities := e.facilitiesOf(category)
	if len(facilities) == 0 {
		for i := range f.reason {
			f.reason[i] = reasonNumber(NoFacility)
		}
		return nil
	}
	var tree rtree.RTreeG[int32]
	for _, i := range facilities {
		p := e.data.Facilities[i].Geom
		tree.Insert(p, p, e.rank[i])
	}
	for i := range e.data.Buildings {
		if i&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		d, rank := e.nearestStraight(&tree, e.data.Buildings[i].Point)
		f.decimetres[i], f.facility[i] = d, e.byRank[rank]
	}
	return nil
}

// nearestStraight is the least distance in decimetres, and of those as near
// the first by code. The circle searched doubles until it holds one.
func (e *Engine) nearestStraight(tree *rtree.RTreeG[int32], p orb.Point) (d, rank int32) {
	for r := 300.0; ; r *= 2 {
		best, rank := int32(math.MaxInt32), int32(-1)
		see := func(_, _ [2]float64, k int32) bool {
			d := straightDecimetres(p, e.data.Facilities[e.byRank[k]].Geom)
			if d < best || d == best && k < rank {
				best, rank = d, k
			}
			return true
		}
		if r > 1e5 {
			tree.Scan(see) // beyond the plane's reach: look at all
			return best, rank
		}
		box := geo.Pad(p.Bound(), r*1.01+1) // the plane and the ground differ a little
		tree.Search(box.Min, box.Max, see)
		if float64(best) <= r*10 {
			return best, rank
		}
	}
}

func straightDecimetres(a, b orb.Point) int32 { return int32(math.Round(geo.Distance(a, b) * 10)) }
