package synthcity

import (
	"sort"

	"hearthmap/household"
)

// rate is how many places of a category a community or street office of a
// large city has, in the town and in the country. They are below what
// standards ask for, so that coverage has something to show everywhere.
type rate struct {
	category      household.Category
	town, country float64
}

var communityRates = []rate{
	{"service_station", 1, 1},
	{"outdoor_fitness", 1.5, 1.6},
	{"waste_station", 1.4, 1.2},
	{"kindergarten", 1.15, 0.5},
	{"clinic", 0.75, 1.2},
	{"culture_station", 0.6, 0.6},
	{"recycling_point", 0.6, 0.4},
	{"elderly_day_care", 0.5, 0.35},
	{"small_sports_ground", 0.5, 0.5},
	{"public_toilet", 0.5, 0.3},
	{"self_service_kiosk", 0.4, 0.3},
	{"nursery", 0.35, 0.05},
	{"food_market", 0.35, 0.12},
	{"post", 0.3, 0.5},
}

var officeRates = []rate{
	{"service_centre", 1, 1},
	{"police", 1, 1},
	{"health_centre", 1.1, 1},
	{"medium_sports_ground", 2.6, 1},
	{"bank", 2, 1},
	{"culture_centre", 0.8, 0.5},
	{"nursing_home", 0.9, 0.7},
	{"elderly_care_home", 0.6, 0.4},
	{"large_sports_ground", 0.5, 0.2},
	{"mall", 0.5, 0.1},
	{"supermarket", 1, 1},
	{"gym", 1, 0},
}

// assignByRate gives the communities and street offices of a large city their
// services.
func (c *city) assignByRate() {
	p := c.plan
	give := func(id int, rates []rate, homes []int, serial int) {
		if len(homes) == 0 {
			return
		}
		r := c.rng(id, serial)
		for _, x := range rates {
			want := x.town
			if p.faces[homes[0]].use == useVillage {
				want = x.country
			}
			n := int(want)
			if chance(r, want-float64(n)) {
				n++
			}
			for k := range n {
				f := &p.faces[homes[(r.IntN(min(3, len(homes)))+k)%len(homes)]]
				f.wants = append(f.wants, x.category)
			}
		}
	}
	for i := range p.comms {
		homes := c.homes(p.comms[i].faces)
		if len(homes) > 0 {
			p.comms[i].host = homes[0]
		}
		give(rngCommunity, communityRates, homes, i)
	}
	for o := range p.offs {
		var hosts []int
		for _, i := range p.offs[o].comms {
			if h := p.comms[i].host; h >= 0 {
				hosts = append(hosts, h)
			}
		}
		r := c.rng(rngOffice, o)
		r.Shuffle(len(hosts), func(i, k int) { hosts[i], hosts[k] = hosts[k], hosts[i] })
		give(rngOffice, officeRates, hosts, len(p.offs)+o)
	}
}

// homes are the blocks of the list that people live in, the most peopled first.
func (c *city) homes(faces []int) []int {
	var out []int
	for _, f := range faces {
		if fc := &c.plan.faces[f]; fc.kind == faceBlock && fc.use.home() && fc.people > 0 {
			out = append(out, f)
		}
	}
	sort.SliceStable(out, func(i, k int) bool { return c.plan.faces[out[i]].people > c.plan.faces[out[k]].people })
	return out
}

// writeMetro puts stations at crossings of every sixth street of the lattice.
func (c *city) writeMetro() {
	p, l := c.plan, c.plan.lat
	if c.pre.metro == nil {
		return
	}
	for i := l.west + 1; i < l.east; i++ {
		for j := l.south + 1; j < l.north; j++ {
			if a, b := (i-l.west)%6 == 3, (j-l.south)%6 == 3; (!a || (j-l.south)%3 != 0) && (!b || (i-l.west)%3 != 0) {
				continue
			}
			e := &p.edges[p.cells[[2]int{i, j}].south[0]]
			if e.road < 0 || e.class == classNone {
				continue
			}
			n := p.roads[e.road].name
			name := n.zh + c.mainName(true, i).zh + "站"
			c.putFacility(facility{name, "metro_station", 0, n.zh, snap(add(l.nodes[i][j], pt{16, 16}))})
		}
	}
}
