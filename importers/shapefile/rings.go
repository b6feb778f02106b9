package shapefile

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// maxRingWork bounds the points looked at while the rings of one shape are
// sorted: about a second's work.
const maxRingWork = 200_000_000

// ringInfo is a ring with what grouping needs to know of it.
type ringInfo struct {
	ring  orb.Ring
	bound orb.Bound
	area  float64 // signed: counterclockwise is above 0
	order int     // in the file
}

// groupRings makes polygons of the rings of one shape. In a shapefile outer
// rings run clockwise and holes counterclockwise; a hole belongs to the
// smallest outer ring around it. A hole with none around it is an outer ring
// drawn the wrong way. When no ring runs clockwise, directions mean nothing,
// and a ring is a hole when it lies in an odd number of others.
func groupRings(rings []orb.Ring) (orb.MultiPolygon, *problem) {
	infos := make([]ringInfo, len(rings))
	clockwise := 0
	for i, r := range rings {
		infos[i] = ringInfo{ring: r, bound: r.Bound(), area: signedArea(r), order: i}
		if infos[i].area < 0 {
			clockwise++
		}
	}
	g := grouping{budget: maxRingWork}
	if clockwise == 0 {
		return g.byNesting(infos)
	}
	return g.byDirection(infos)
}

type grouping struct{ budget int }

var errTangled = &problem{"the polygon has too many rings to be sorted", "split it into its parts in a GIS"}

func (g *grouping) byDirection(infos []ringInfo) (orb.MultiPolygon, *problem) {
	var outers, holes []ringInfo
	for _, r := range infos {
		if r.area < 0 {
			outers = append(outers, r)
		} else {
			holes = append(holes, r)
		}
	}
	return g.assign(outers, holes)
}

// assign gives each hole to the smallest outer ring around it.
func (g *grouping) assign(outers, holes []ringInfo) (orb.MultiPolygon, *problem) {
	bySize := slices.Clone(outers)
	slices.SortStableFunc(bySize, func(a, b ringInfo) int { return cmp.Compare(math.Abs(a.area), math.Abs(b.area)) })
	polygons := make(map[int]orb.Polygon, len(outers)) // by the outer ring's place in the file
	for _, o := range outers {
		polygons[o.order] = orb.Polygon{o.ring}
	}
	// Of a forest with thousands of clearings nobody waits for the proof.
	surely := len(outers) == 1 && len(holes)*len(outers[0].ring) > maxRingWork/4
	for _, h := range holes {
		home := -1
		if surely && covers(outers[0].bound, h.bound) {
			home = outers[0].order
		}
		for i := 0; home < 0 && i < len(bySize); i++ {
			if g.budget--; g.budget < 0 {
				return nil, errTangled
			}
			if math.Abs(bySize[i].area) >= math.Abs(h.area) && g.inside(h, bySize[i]) {
				home = bySize[i].order
			}
		}
		if g.budget < 0 {
			return nil, errTangled
		}
		if home < 0 {
			polygons[h.order] = orb.Polygon{h.ring}
			continue
		}
		polygons[home] = append(polygons[home], h.ring)
	}
	keys := make([]int, 0, len(polygons))
	for k := range polygons {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	out := make(orb.MultiPolygon, len(keys))
	for i, k := range keys {
		out[i] = polygons[k]
	}
	return out, nil
}

func (g *grouping) byNesting(infos []ringInfo) (orb.MultiPolygon, *problem) {
	var outers, holes []ringInfo
	for i, r := range infos {
		depth := 0
		for j, o := range infos {
			if g.budget--; g.budget < 0 {
				return nil, errTangled
			}
			if i != j && math.Abs(o.area) > math.Abs(r.area) && g.inside(r, o) {
				depth++
			}
		}
		if depth%2 == 0 {
			outers = append(outers, r)
		} else {
			holes = append(holes, r)
		}
	}
	return g.assign(outers, holes)
}

func covers(outer, inner orb.Bound) bool {
	return outer.Contains(inner.Min) && outer.Contains(inner.Max)
}

// inside reports whether ring r lies in ring o: its first point that is not
// upon o decides; where all are, the middles of its sides do.
func (g *grouping) inside(r, o ringInfo) bool {
	if !covers(o.bound, r.bound) {
		return false
	}
	for i, p := range r.ring {
		if g.budget -= len(o.ring); g.budget < 0 {
			return false
		}
		if in := place(p, o.ring); in != 0 {
			return in > 0
		}
		if i > 0 {
			q := r.ring[i-1]
			if in := place(orb.Point{(p[0] + q[0]) / 2, (p[1] + q[1]) / 2}, o.ring); in != 0 {
				return in > 0
			}
		}
	}
	return true // the same ring
}

// place is 1 within the ring, -1 outside and 0 upon it.
func place(p orb.Point, ring orb.Ring) int {
	in := -1
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if (a[1] > p[1]) == (b[1] > p[1]) {
			if a[1] == p[1] && b[1] == p[1] && p[0] >= min(a[0], b[0]) && p[0] <= max(a[0], b[0]) || p == a {
				return 0
			}
			continue
		}
		cross := (b[0]-a[0])*(p[1]-a[1]) - (p[0]-a[0])*(b[1]-a[1])
		if cross == 0 {
			return 0
		}
		if (cross > 0) == (b[1] > a[1]) {
			in = -in
		}
	}
	return in
}

// signedArea is twice the area, relative to the first point so that large
// coordinates lose nothing.
func signedArea(r orb.Ring) float64 {
	sum := 0.0
	for i := 1; i+1 < len(r); i++ {
		sum += (r[i][0]-r[0][0])*(r[i+1][1]-r[0][1]) - (r[i+1][0]-r[0][0])*(r[i][1]-r[0][1])
	}
	return sum
}
