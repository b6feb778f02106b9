package synthcity

import (
	"fmt"
	"sort"
)

// gridPlan, commPlan, officePlan and districtPlan are the areas, each with
// its faces.
type gridPlan struct {
	faces []int
	comm  int
	code  string
}

type commPlan struct {
	name   areaName
	code   string
	office int
	grids  []int
	faces  []int
	host   int // the block its services are in; -1 none
	people int
}

type officePlan struct {
	name     areaName
	code     string
	district int
	comms    []int
}

type districtPlan struct {
	name areaName
	code string
}

// groupAreas deals the blocks out to grids, communities, street offices and
// districts: districts are rectangles of the lattice, street offices bands of
// a district, communities runs of neighbouring cells. Fields outside the ring
// road go with the nearest cell inside.
func (c *city) groupAreas() {
	p, l := c.plan, c.plan.lat
	var cols, rows []int // of the town
	for i := range l.nc {
		if c.pre.colBand[i] == bandTown {
			cols = append(cols, i)
		}
	}
	for j := range l.nr {
		if c.pre.rowBand[j] == bandTown {
			rows = append(rows, j)
		}
	}
	nx, ny := c.pre.districts[0], c.pre.districts[1]
	for dy := range ny {
		for dx := range nx {
			d := len(p.dists)
			p.dists = append(p.dists, districtPlan{name: c.districtName(d), code: fmt.Sprintf("9900%02d000000", d+1)})
			dc := cols[len(cols)*dx/nx : len(cols)*(dx+1)/nx]
			dr := rows[len(rows)*dy/ny : len(rows)*(dy+1)/ny]
			ns := min(c.pre.streets, len(dr))
			for s := range ns {
				c.groupOffice(d, s, dc, dr[len(dr)*s/ns:len(dr)*(s+1)/ns])
			}
		}
	}
	c.attachBands()
	for i := range p.comms {
		c.groupGrids(i)
	}
}

// groupOffice makes one street office of cells and cuts it into communities,
// walking row by row, every second one backwards.
func (c *city) groupOffice(district, serial int, cols, rows []int) {
	p := c.plan
	o := len(p.offs)
	p.offs = append(p.offs, officePlan{
		name: c.officeName(o), district: district,
		code: fmt.Sprintf("%s%03d000", p.dists[district].code[:6], serial+1),
	})
	total, open := 0, -1
	for a, j := range rows {
		for b := range cols {
			i := cols[b]
			if a%2 == 1 {
				i = cols[len(cols)-1-b]
			}
			faces := c.cellAndFringe(i, j)
			if open < 0 {
				open = len(p.comms)
				p.comms = append(p.comms, commPlan{office: o, host: -1})
				p.offs[o].comms = append(p.offs[o].comms, open)
			}
			cm := &p.comms[open]
			cm.faces = append(cm.faces, faces...)
			for _, f := range faces {
				cm.people += p.faces[f].people
			}
			if cm.people >= c.pre.communityPeople {
				total += cm.people
				open = -1
			}
		}
	}
	if list := p.offs[o].comms; open >= 0 && len(list) > 1 && p.comms[open].people < c.pre.communityPeople/3 {
		// Too few people are left over for a community of their own.
		prev := &p.comms[list[len(list)-2]]
		prev.faces = append(prev.faces, p.comms[open].faces...)
		prev.people += p.comms[open].people
		p.offs[o].comms = list[:len(list)-1]
		p.comms = p.comms[:open]
	}
	for k, id := range p.offs[o].comms {
		p.comms[id].code = fmt.Sprintf("%s%03d", p.offs[o].code[:9], k+1)
		p.comms[id].name = c.communityName(id)
	}
}

// cellAndFringe lists the blocks of a cell of the town and of the fields next
// to it, corners included.
func (c *city) cellAndFringe(i, j int) []int {
	p, l := c.plan, c.plan.lat
	is, js := []int{i}, []int{j}
	if i == 1 && c.pre.colBand[0] == bandFringe {
		is = append(is, 0)
	}
	if i == l.nc-2 && c.pre.colBand[l.nc-1] == bandFringe {
		is = append(is, l.nc-1)
	}
	if j == 1 && c.pre.rowBand[0] == bandFringe {
		js = append(js, 0)
	}
	if j == l.nr-2 && c.pre.rowBand[l.nr-1] == bandFringe {
		js = append(js, l.nr-1)
	}
	var out []int
	for _, jj := range js {
		for _, ii := range is {
			out = append(out, p.cells[[2]int{ii, jj}].faces...)
		}
	}
	return out
}

// attachBands gives the pieces of river and railway to the blocks beside
// them: a bank to its own side, the railway to the west.
func (c *city) attachBands() {
	p, l := c.plan, c.plan.lat
	owner := make([]int, len(p.faces))
	for i := range owner {
		owner[i] = -1
	}
	for ci := range p.comms {
		for _, f := range p.comms[ci].faces {
			owner[f] = ci
		}
	}
	take := func(f, from int) {
		if owner[f] < 0 && from >= 0 && owner[from] >= 0 {
			owner[f] = owner[from]
			p.comms[owner[f]].faces = append(p.comms[owner[f]].faces, f)
		}
	}
	for _, railways := range []bool{false, true} {
		for j := range l.nr {
			for i := range l.nc {
				cl := p.cells[[2]int{i, j}]
				switch {
				case !railways && j == l.river && i != l.rail:
					take(cl.faces[0], p.edges[cl.south[0]].right)
					take(cl.faces[1], p.edges[cl.north[0]].left)
				case railways && i == l.rail && j == l.river:
					take(cl.faces[0], p.edges[cl.west[0]].left)
					take(cl.faces[1], p.edges[cl.west[1]].left)
				case railways && i == l.rail:
					take(cl.faces[0], p.edges[cl.west[0]].left)
				}
			}
		}
	}
}

// groupGrids makes the grids of a community: a block each, the smallest
// joined to a neighbour until six are left.
func (c *city) groupGrids(id int) {
	p := c.plan
	cm := &p.comms[id]
	sort.Ints(cm.faces)
	group := map[int]int{} // face → its group's first face
	for _, f := range cm.faces {
		group[f] = f
	}
	weight := func(g int) (w, n int) {
		for _, f := range cm.faces {
			if group[f] == g {
				w += p.faces[f].people + 1
				if c.isTownBlock(f) {
					n++
				}
			}
		}
		return w, n
	}
	for {
		var groups []int
		for _, f := range cm.faces {
			if group[f] == f {
				groups = append(groups, f)
			}
		}
		// The group to give up: one without a block of the town, else the
		// least peopled when there are more than six.
		least, leastWeight := -1, 0
		for _, g := range groups {
			w, n := weight(g)
			if n == 0 {
				w = -1
			}
			if (n == 0 || len(groups) > 6) && (least < 0 || w < leastWeight) {
				least, leastWeight = g, w
			}
		}
		if least < 0 || len(groups) == 1 {
			break
		}
		to := c.neighbourGroup(cm, group, least)
		for _, f := range cm.faces {
			if group[f] == least {
				group[f] = to
			}
		}
		group[to] = to
	}
	for _, f := range cm.faces {
		if group[f] != f {
			continue
		}
		g := gridPlan{comm: id, code: fmt.Sprintf("%s%03d", cm.code, len(cm.grids)+1)}
		for _, k := range cm.faces {
			if group[k] == f {
				g.faces = append(g.faces, k)
				p.faces[k].grid = len(p.grids)
			}
		}
		cm.grids = append(cm.grids, len(p.grids))
		p.grids = append(p.grids, g)
	}
}

// isTownBlock reports whether the face is a block inside the ring road, or a
// village of a large city, and so may be a grid of its own.
func (c *city) isTownBlock(f int) bool {
	fc := &c.plan.faces[f]
	if c.pre.metro != nil && fc.use == useVillage {
		return true
	}
	return fc.kind == faceBlock && c.band(c.plan.cells[[2]int{fc.col, fc.row}]) == bandTown
}

// neighbourGroup is the group of the community that shares the longest border
// with g.
func (c *city) neighbourGroup(cm *commPlan, group map[int]int, g int) int {
	p := c.plan
	best, bestLength := -1, -1.0
	for _, h := range cm.faces {
		if group[h] != h || h == g {
			continue
		}
		length := 0.0
		for _, f := range cm.faces {
			if group[f] != g {
				continue
			}
			for _, s := range p.faces[f].sides {
				e := &p.edges[s.edge]
				other := e.right
				if !s.forward {
					other = e.left
				}
				if o, ok := group[other]; ok && o == h {
					length += lineLength(e.pts)
				}
			}
		}
		// A block of the town takes before a field does.
		if length > bestLength {
			best, bestLength = h, length
		}
	}
	return best
}
