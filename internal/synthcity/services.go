package synthcity

import (
	"fmt"
	"slices"

	"hearthmap/household"
)

// want is a service that a block must house.
type want struct {
	category household.Category
	name     string
	building string // it has a building of its own, of this name
	length   float64
	floors   int
	outside  bool // under the sky
	at       site
}

// assignServices gives each community, street office and the city its
// services. Deliberate gaps: south of the river there is no clinic, health
// centre or food market; villages have no kindergarten near; some communities
// lack an elderly day care, a culture station, a nursery.
func (c *city) assignServices() {
	if c.pre.metro != nil {
		c.assignByRate()
		return
	}
	p := c.plan
	give := func(f int, cat ...household.Category) {
		if f >= 0 {
			p.faces[f].wants = append(p.faces[f].wants, cat...)
		}
	}
	for i := range p.comms {
		cm := &p.comms[i]
		cm.host = c.homeBlock(cm.faces)
		second := c.homeBlock(cm.faces, cm.host)
		south := cm.host >= 0 && c.southBank(&p.faces[cm.host])
		give(cm.host, "service_station", "outdoor_fitness", "waste_station")
		if !south && i%5 != 3 {
			give(cm.host, "clinic")
		}
		for _, x := range []struct {
			every, on int
			cat       household.Category
		}{
			{2, 0, "elderly_day_care"},
			{3, 1, "culture_station"},
			{3, 2, "culture_station"},
			{2, 1, "small_sports_ground"},
			{2, 0, "recycling_point"},
			{3, 0, "nursery"},
			{2, 1, "self_service_kiosk"},
			{3, 1, "public_toilet"},
		} {
			if i%x.every == x.on {
				give(cm.host, x.cat)
			}
		}
		if second >= 0 && !c.nearVillage(second) && i%6 != 4 {
			give(second, "kindergarten")
			if cm.people > 1100 && !c.nearVillage(cm.host) {
				give(cm.host, "kindergarten")
			}
		}
		if !south && i%3 != 1 && second >= 0 {
			give(second, "food_market")
		}
	}
	for o := range p.offs {
		var faces []int
		for _, i := range p.offs[o].comms {
			for _, f := range p.comms[i].faces {
				if !c.southBank(&p.faces[f]) {
					faces = append(faces, f)
				}
			}
		}
		host := c.homeBlock(faces)
		give(host, "service_centre", "police", "post", "bank", "health_centre", "medium_sports_ground")
		second := c.homeBlock(faces, host)
		if o%2 == 0 {
			give(second, "nursing_home", "culture_centre")
		} else {
			give(second, "elderly_care_home", "supermarket")
		}
	}
}

// homeBlock is the block of the list, other than those to skip, where most people
// live; -1 when nobody does.
func (c *city) homeBlock(faces []int, skip ...int) int {
	best := -1
	for _, f := range faces {
		fc := &c.plan.faces[f]
		if !slices.Contains(skip, f) && fc.kind == faceBlock && fc.use.home() && fc.use != useVillage &&
			(best < 0 || fc.people > c.plan.faces[best].people) {
			best = f
		}
	}
	return best
}

// southBank reports whether a small city lacks services there.
func (c *city) southBank(f *face) bool {
	return c.pre.metro == nil && c.plan.lat.river >= 0 && f.row < c.plan.lat.river
}

// nearVillage reports whether a village is within about 350 m of the block:
// it shall have no kindergarten.
func (c *city) nearVillage(f int) bool {
	p := c.plan
	ring, _ := p.outline(&p.faces[f])
	for _, v := range p.villages {
		other, _ := p.outline(&p.faces[v])
		if outlineDistance(ring, other) < 350 {
			return true
		}
	}
	return false
}

// wantsOf are the services of a block with their names and houses.
func (c *city) wantsOf(f *face) []want {
	g := &c.plan.grids[f.grid]
	cm := &c.plan.comms[g.comm]
	office := c.plan.offs[cm.office].name.zh
	var out []want
	for _, cat := range f.wants {
		zh := cat.Info().Zh
		w := want{category: cat, name: cm.name.zh + zh}
		switch cat {
		case "kindergarten":
			w.name = "和安" + cm.name.zh[:len(cm.name.zh)-len("社区")] + "幼儿园"
			w.building, w.length, w.floors = "幼儿园", 34, 3
		case "service_station", "clinic", "elderly_day_care", "culture_station", "nursery", "self_service_kiosk":
			w.building, w.length, w.floors = "社区服务楼", 26, 3
		case "service_centre", "police", "culture_centre", "health_centre", "post":
			w.name = office + zh
			if f.use.compound() && cat != "post" {
				w.building, w.length, w.floors = "街道综合楼", 36, 4
			}
		case "nursing_home", "elderly_care_home":
			w.name = office + zh
			w.building, w.length, w.floors = "养老服务楼", 40, 5
		case "outdoor_fitness", "small_sports_ground", "medium_sports_ground", "waste_station", "recycling_point", "public_toilet":
			w.outside = true
		}
		out = append(out, w)
	}
	return out
}

// settle gives every service of the block its place and writes it, adds what
// the block's use brings along, and lets the shops.
func (b *block) settle() {
	for k, w := range b.wants {
		s := w.at
		if s == (site{}) {
			s = b.placeFor(w, k)
		} else {
			s.at = snap(add(s.at, pt{float64(k%3) * 1.5, float64(k%2) * 1.5}))
		}
		b.c.putFacility(facility{w.name, w.category, b.capacity(w.category), s.address, s.at})
	}
	b.ownFacilities()
	b.letShops()
}

func (b *block) placeFor(w want, k int) site {
	switch {
	case w.outside && len(b.open) > 0:
		s := b.open[k%len(b.open)]
		s.at = b.fr.at(b.fr.local(s.at)[0]+float64(k*9%40)-20, b.fr.local(s.at)[1])
		return s
	case len(b.shops) > 0 && w.building == "":
		s := b.shops[0]
		b.shops = b.shops[1:]
		return s
	case len(b.rooms) > 0:
		return b.rooms[k%len(b.rooms)]
	case len(b.shops) > 0:
		s := b.shops[0]
		b.shops = b.shops[1:]
		return s
	}
	return site{nearestOnRing(b.yard, b.outline[k%len(b.outline)]), b.addressAt(b.outline[0])}
}

// ownFacilities are those that the use of the block is about.
func (b *block) ownFacilities() {
	if len(b.rooms) == 0 {
		return
	}
	put := func(k int, cat household.Category, name string) {
		s := b.rooms[k%len(b.rooms)]
		b.c.putFacility(facility{name, cat, b.capacity(cat), s.address, s.at})
	}
	// A school's place is its gate: that is where bureaus put it, and parents go.
	school := func(cat household.Category, name string) {
		b.c.putFacility(facility{name, cat, b.capacity(cat), b.gate.address, b.gate.at})
	}
	n := b.c.useCount[b.f.use]
	switch b.f.use {
	case useSchool:
		school("primary_school", fmt.Sprintf("和安市第%s小学", chineseNumber(n)))
		if len(b.open) > 0 {
			b.c.putFacility(facility{"小学操场应急避难场所", "emergency_shelter", 2000, b.open[0].address, b.open[0].at})
		}
	case useMiddle:
		school("middle_school", fmt.Sprintf("和安市第%s中学", chineseNumber(n)))
	case useHospital:
		put(0, "hospital", numbered(areaName{zh: "和安市人民医院"}, n-1).zh)
		put(1, "pharmacy", "人民医院便民药房")
	case useMall:
		put(0, "mall", numbered(areaName{zh: "万和广场"}, n-1).zh)
		put(0, "supermarket", "万和超市")
		put(0, "gym", "万和健身")
	case useGov:
		put(0, "self_service_kiosk", "市政务服务大厅自助服务区")
		put(1, "culture_centre", "和安市图书馆")
		s := b.rooms[0]
		if len(b.open) > 0 {
			s = b.open[0]
		}
		b.c.putFacility(facility{"市民体育场", "large_sports_ground", 3000, s.address, s.at})
	case useStation:
		put(0, "metro_station", "和安站")
		put(0, "public_toilet", "和安站公共厕所")
	case useCommerce:
		if !b.c.southBank(b.f) {
			put(0, "food_market", "中心菜市场")
		}
		put(1, "bank", "和安银行营业部")
	case useOld:
		put(0, "public_toilet", "胡同公共厕所")
	}
}
