package synthcity

import (
	"fmt"
	"math"
)

// block of cells: columns col0 … col1-1 and rows row0 … row1-1 of the lattice.
type cellRect struct{ col0, row0, col1, row1 int }

// census sums people and inhabited cells of rectangles of the lattice.
type census struct {
	width         int
	people, homes []int // of all cells south and west of a crossing
}

// countryWeight is how many people of the town one of a village stands for
// when communities are made: villages lie apart, and their communities are smaller.
const countryWeight = 2.2

func (c *city) takeCensus() *census {
	l := c.plan.lat
	s := &census{width: l.nc + 1, people: make([]int, (l.nc+1)*(l.nr+1)), homes: make([]int, (l.nc+1)*(l.nr+1))}
	for j := range l.nr {
		for i := range l.nc {
			people, home := c.weightOf(i, j), 0
			if people > 0 {
				home = 1
			}
			at := (j+1)*s.width + i + 1
			s.people[at] = people + s.people[at-1] + s.people[at-s.width] - s.people[at-s.width-1]
			s.homes[at] = home + s.homes[at-1] + s.homes[at-s.width] - s.homes[at-s.width-1]
		}
	}
	return s
}

func (s *census) of(r cellRect) (people, homes int) {
	at := func(v []int, i, j int) int { return v[j*s.width+i] }
	sum := func(v []int) int {
		return at(v, r.col1, r.row1) - at(v, r.col0, r.row1) - at(v, r.col1, r.row0) + at(v, r.col0, r.row0)
	}
	return sum(s.people), sum(s.homes)
}

// weightOf is the people of a cell, those of villages weighted.
func (c *city) weightOf(i, j int) int {
	w := 0.0
	for _, f := range c.plan.cells[[2]int{i, j}].faces {
		if fc := &c.plan.faces[f]; fc.use == useVillage {
			w += countryWeight * float64(fc.people)
		} else {
			w += float64(fc.people)
		}
	}
	return int(w)
}

// groupRegions makes the areas of a large city: the regions of the preset are
// halved again and again, first to street offices, then to as many
// communities as the preset states, so that all have about the same people.
func (c *city) groupRegions() {
	p, m := c.plan, c.pre.metro
	s := c.takeCensus()
	total, _ := s.of(cellRect{0, 0, c.plan.lat.nc, c.plan.lat.nr})
	streets := map[int]int{} // offices so far, by district
	type office struct {
		rect          cellRect
		id            int
		people, homes int
	}
	var offices []office
	for _, g := range m.regions {
		for len(p.dists) <= g.district {
			d := len(p.dists)
			p.dists = append(p.dists, districtPlan{name: c.districtName(d), code: fmt.Sprintf("9900%02d000000", d+1)})
		}
		r := cellRect{g.col0, g.row0, g.col1, g.row1}
		people, homes := s.of(r)
		share := float64(people) / float64(total)
		n := int(math.Round(share * float64(m.residents) / float64(m.officePeople)))
		for _, part := range c.halve(s, r, clampInt(n, 1, max(1, homes))) {
			streets[g.district]++
			o := office{rect: part, id: len(p.offs)}
			o.people, o.homes = s.of(part)
			offices = append(offices, o)
			p.offs = append(p.offs, officePlan{
				name: c.officeName(o.id), district: g.district,
				code: fmt.Sprintf("%s%03d000", p.dists[g.district].code[:6], streets[g.district]),
			})
		}
	}
	people, homes := make([]int, len(offices)), make([]int, len(offices))
	for i, o := range offices {
		people[i], homes[i] = o.people, o.homes
	}
	for i, n := range apportion(m.communities, people, homes) {
		for _, part := range c.halve(s, offices[i].rect, n) {
			c.addCommunity(offices[i].id, part)
		}
	}
	c.attachBands()
	for i := range p.comms {
		c.groupGrids(i)
	}
}

func (c *city) addCommunity(office int, r cellRect) {
	p := c.plan
	id := len(p.comms)
	cm := commPlan{office: office, host: -1, name: c.communityName(id)}
	cm.code = fmt.Sprintf("%s%03d", p.offs[office].code[:9], len(p.offs[office].comms)+1)
	for j := r.row0; j < r.row1; j++ {
		for i := r.col0; i < r.col1; i++ {
			cl := p.cells[[2]int{i, j}]
			if b := c.band(cl); b == bandRiver || b == bandRail {
				continue
			}
			cm.faces = append(cm.faces, cl.faces...)
			for _, f := range cl.faces {
				cm.people += p.faces[f].people
			}
		}
	}
	p.offs[office].comms = append(p.offs[office].comms, id)
	p.comms = append(p.comms, cm)
}

// halve cuts a rectangle into n of about the same people, each with somebody
// in it. It must have n inhabited cells at least.
func (c *city) halve(s *census, r cellRect, n int) []cellRect {
	if n == 1 {
		return []cellRect{r}
	}
	l := c.plan.lat
	total, _ := s.of(r)
	var a, z cellRect
	first, best := 0, math.Inf(1)
	try := func(low, high cellRect, square float64) {
		lp, lh := s.of(low)
		_, hh := s.of(high)
		if lh == 0 || hh == 0 {
			return
		}
		k := int(math.Round(float64(n) * float64(lp) / float64(total)))
		k = clampInt(k, max(1, n-hh), min(n-1, lh))
		// How far the halves are from the same people a part, and from squares.
		off := math.Abs(float64(lp)/float64(k)-float64(total-lp)/float64(n-k)) * float64(n) / float64(total)
		uneven := math.Abs(float64(k)/float64(n) - 0.5)
		if cost := off + 0.5*uneven + 0.25*square; cost < best {
			best, first, a, z = cost, k, low, high
		}
	}
	wide, high := l.x[r.col1]-l.x[r.col0], l.y[r.row1]-l.y[r.row0]
	for i := r.col0 + 1; i < r.col1; i++ {
		if i != l.rail+1 { // the railway goes with the blocks west of it
			try(cellRect{r.col0, r.row0, i, r.row1}, cellRect{i, r.row0, r.col1, r.row1}, math.Max(0, math.Log(high/wide)))
		}
	}
	for j := r.row0 + 1; j < r.row1; j++ {
		try(cellRect{r.col0, r.row0, r.col1, j}, cellRect{r.col0, j, r.col1, r.row1}, math.Max(0, math.Log(wide/high)))
	}
	return append(c.halve(s, a, first), c.halve(s, z, n-first)...)
}

// apportion deals out n by weight, one at least and no more than most allows,
// the rest to those who have the least for their weight.
func apportion(n int, weight, most []int) []int {
	out := make([]int, len(weight))
	for i := range out {
		out[i] = 1
		n--
	}
	for ; n > 0; n-- {
		best := -1
		for i := range out {
			// Compare weight/(out+0.5), as Sainte-Laguë does.
			if out[i] < most[i] && (best < 0 || weight[i]*(2*out[best]+1) > weight[best]*(2*out[i]+1)) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		out[best]++
	}
	return out
}
