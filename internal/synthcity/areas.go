package synthcity

import (
	"fmt"

	"hearthmap/household"
)

// borderTolerance is how far, in metres, borders of areas may leave the
// middle of their street. Both sides of a border leave it alike.
const borderTolerance = 0.05

// writeAreas writes the levels from the city down to the grids.
func (c *city) writeAreas() {
	p := c.plan
	all := make([]int, len(p.faces))
	for i := range all {
		all[i] = i
	}
	put := func(code string, n areaName, level household.AreaLevel, parent string, faces []int) {
		c.out.area(c, code, n, level, parent, p.dissolve(faces))
		c.sum.Areas[level]++
	}
	put("990000000000", areaName{"和安市", "He'an City"}, household.LevelCity, "", all)
	facesOf := func(keep func(cm *commPlan) bool) (out []int) {
		for i := range p.comms {
			if keep(&p.comms[i]) {
				out = append(out, p.comms[i].faces...)
			}
		}
		return out
	}
	for d := range p.dists {
		put(p.dists[d].code, p.dists[d].name, household.LevelDistrict, "990000000000",
			facesOf(func(cm *commPlan) bool { return p.offs[cm.office].district == d }))
	}
	for o := range p.offs {
		put(p.offs[o].code, p.offs[o].name, household.LevelStreet, p.dists[p.offs[o].district].code,
			facesOf(func(cm *commPlan) bool { return cm.office == o }))
	}
	for i := range p.comms {
		put(p.comms[i].code, p.comms[i].name, household.LevelCommunity, p.offs[p.comms[i].office].code, p.comms[i].faces)
	}
	for i := range p.comms {
		cm := &p.comms[i]
		for k, g := range cm.grids {
			n := areaName{fmt.Sprintf("%s第%s网格", cm.name.zh, chineseNumber(k+1)), fmt.Sprintf("%s grid %d", cm.name.en, k+1)}
			put(p.grids[g].code, n, household.LevelGrid, cm.code, p.grids[g].faces)
		}
	}
}

// dissolve joins faces into polygons: an outer ring and its holes each. The
// sides that two of the faces share vanish, the rest is chained.
func (p *plan) dissolve(faces []int) [][][]pt {
	in := map[int]bool{}
	for _, f := range faces {
		in[f] = true
	}
	next := map[pt][]side{} // sides by their first point
	var order []side
	for _, f := range faces {
		for _, s := range p.faces[f].sides {
			e := &p.edges[s.edge]
			other := e.right
			if !s.forward {
				other = e.left
			}
			if other >= 0 && in[other] {
				continue
			}
			order = append(order, s)
			next[p.first(s)] = append(next[p.first(s)], s)
		}
	}
	var rings [][]pt
	used := map[side]bool{}
	for _, s := range order {
		if used[s] {
			continue
		}
		rings = append(rings, p.chain(s, next, used))
	}
	return assemble(rings)
}

func (p *plan) first(s side) pt {
	pts := p.edges[s.edge].pts
	if s.forward {
		return pts[0]
	}
	return pts[len(pts)-1]
}

func (p *plan) last(s side) pt { return p.first(side{s.edge, !s.forward}) }

// chain follows sides from s until it comes back. Where two ways go on, it
// turns left, so that rings touch at points but do not cross.
func (p *plan) chain(s side, next map[pt][]side, used map[side]bool) []pt {
	var ring []pt
	start := p.first(s)
	for {
		used[s] = true
		line := thin(p.edges[s.edge].pts, borderTolerance)
		for k := range len(line) - 1 {
			if s.forward {
				ring = append(ring, line[k])
			} else {
				ring = append(ring, line[len(line)-1-k])
			}
		}
		at := p.last(s)
		if at == start {
			return ring
		}
		found := false
		back := unit(sub(ring[len(ring)-1], at))
		best := 0.0
		for _, t := range next[at] {
			if used[t] {
				continue
			}
			out := unit(sub(p.second(t), at))
			// The angle from the way back, clockwise: the smallest turns most to the left.
			a := -pseudoAngle(back, out)
			if !found || a < best {
				found, best, s = true, a, t
			}
		}
		if !found {
			return ring
		}
	}
}

func (p *plan) second(s side) pt {
	pts := p.edges[s.edge].pts
	if s.forward {
		return pts[1]
	}
	return pts[len(pts)-2]
}

// pseudoAngle grows with the angle from a to b, from -2 to 2, as atan2 does.
func pseudoAngle(a, b pt) float64 {
	if cross(a, b) >= 0 {
		return 1 - dot(a, b)
	}
	return dot(a, b) - 1
}

// assemble sorts rings into polygons: counter-clockwise ones are outer rings,
// clockwise ones holes of the outer ring around them.
func assemble(rings [][]pt) [][][]pt {
	var out [][][]pt
	for _, r := range rings {
		if ringArea(r) > 0 {
			out = append(out, [][]pt{r})
		}
	}
	for _, r := range rings {
		if ringArea(r) > 0 {
			continue
		}
		for i := range out {
			if inside(out[i][0], lerp(r[0], r[1], 0.5)) {
				out[i] = append(out[i], r)
				break
			}
		}
	}
	return out
}
