package synthcity

import (
	"fmt"
	"slices"

	"hearthmap/household"
)

// estate is how a block of buildings in rows is laid out: housing estates,
// schools, hospitals, factories, offices.
type estate struct {
	name     areaName
	compound bool // it is a compound of the register
	walled   bool
	gates    int
	shops    float64 // chance of shops along a side
	mixed    float64 // chance that they are flats above shops
	rows     rowKind
	year     int
	land     string
	south    float64 // share of the ground, from the south, left free for a field
	garden   bool
	style    lifeStyle
	specials []special
}

// special is a building that takes the place of one of the row.
type special struct {
	name   string
	length float64
	floors int
}

// ground is an estate's inner geometry.
type ground struct {
	wall, loop []pt
	code       string // of the compound
	address    string
	gates      []pt
}

// buildEstate lays out the block as its use asks.
func (b *block) buildEstate() {
	e := b.estateOf()
	if e.land != "" {
		b.land(e.land, e.name, b.yard)
	}
	g := b.encloseEstate(&e)
	b.buildShops(&e, g)
	b.buildRows(&e, g)
}

// encloseEstate draws the wall, the loop inside it, and the ways out through
// the gates.
func (b *block) encloseEstate(e *estate) *ground {
	shopSide := map[int]bool{} // by road
	d := make([]float64, len(b.outline))
	for k, id := range b.edges {
		ed := &b.c.plan.edges[id]
		on, seen := shopSide[ed.road]
		if !seen {
			on = ed.class != classNone && chance(b.r, e.shops*shopChance[ed.class])
			shopSide[ed.road] = on
		}
		d[k] = classes[ed.class].setback + 1.2
		if on {
			d[k] += shopDepth + 1.3
		}
	}
	g := &ground{wall: untwist(thinRing(inset(b.outline, d), 0.25))}
	g.loop = thinRing(insetAll(g.wall, 5.5), 0.25)
	g.address = b.addressAt(b.fr.o)
	type exit struct{ line []pt }
	var exits []exit
	for _, s := range b.gateSpots(e.gates) {
		gate := nearestOnRing(g.wall, s)
		g.wall = insertOn(g.wall, gate)
		in := nearestOnRing(g.loop, gate)
		g.loop = insertOn(g.loop, in)
		g.gates = append(g.gates, gate)
		exits = append(exits, exit{[]pt{in, gate, s}})
	}
	if e.compound {
		g.code = b.c.putCompound(e.name, e.walled, b.area, g.wall)
		for i, p := range g.gates {
			open := i == 0 || !chance(b.r, 0.3)
			b.c.putGate(e.name.zh+gateNames[i%len(gateNames)], g.code, open, p)
		}
	}
	if len(exits) > 0 { // the first gate is open
		x := exits[0].line
		b.gate = site{snap(lerp(x[1], x[0], 0.6)), g.address + e.name.zh + gateNames[0]}
	}
	for _, x := range exits {
		b.path(streetName{}, "service", 3.2, x.line)
	}
	b.keepFree(append(append([]pt(nil), g.wall...), g.wall[0]), 0.8)
	b.keepFree(append(append([]pt(nil), g.loop...), g.loop[0]), 2.9)
	b.buildGatehouses(e, g)
	return g
}

var gateNames = []string{"正门", "侧门", "北门", "便门"}

// shopDepth is the ground between pavement and wall that shops take, metres.
const shopDepth = 13.5

var shopChance = [...]float64{classPrimary: 1, classSecondary: 0.9, classTertiary: 0.5, classResidential: 0.55, classVillage: 0}

// gateSpots chooses vertices of the streets around, one on each of n sides.
func (b *block) gateSpots(n int) []pt {
	var roads []int
	mids := map[int]pt{}
	count := map[int]float64{}
	for _, s := range b.f.sides {
		e := &b.c.plan.edges[s.edge]
		if e.class == classNone || e.bridge || e.tunnel {
			continue
		}
		if count[e.road] == 0 {
			roads = append(roads, e.road)
		}
		// The middle of the longest stretch along this street.
		if l := lineLength(e.pts); l > count[e.road] {
			mids[e.road], count[e.road] = e.pts[len(e.pts)/2], l
		}
	}
	b.r.Shuffle(len(roads), func(i, j int) { roads[i], roads[j] = roads[j], roads[i] })
	var out []pt
	for _, rd := range roads {
		if len(out) < n {
			out = append(out, mids[rd])
		}
	}
	return out
}

// estateOf is the layout for the block's use.
func (b *block) estateOf() estate {
	c, r := b.c, b.r
	n := c.nextOf(b.f.use)
	k := n
	if b.f.use.compound() && b.f.use != useDorm {
		k = c.estates
		c.estates++
	}
	e := estate{name: c.estateName(b.f.use, k), compound: true, walled: true, gates: between(r, 1, 4), land: "residential"}
	switch b.f.use {
	case useSlab:
		e.rows, e.year, e.shops, e.mixed, e.style = rowSlab, between(r, 1986, 2004), 0.9, 0.45, styleSlab
		e.walled = !chance(r, 0.12)
	case useDorm:
		e.rows, e.year, e.shops, e.mixed, e.style = rowDorm, between(r, 1968, 1986), 0.5, 0.6, styleDorm
	case useMid:
		e.rows, e.year, e.shops, e.style, e.garden = rowMid, between(r, 2004, 2018), 0.8, styleMid, true
	case useTower:
		e.rows, e.year, e.shops, e.style, e.garden = rowTower, between(r, 2013, 2024), 0.55, styleTower, true
	case useSchool, useMiddle:
		e.name = areaName{fmt.Sprintf("和安市第%s小学", chineseNumber(n+1)), fmt.Sprintf("He'an Primary School No. %d", n+1)}
		if b.f.use == useMiddle {
			e.name = areaName{fmt.Sprintf("和安市第%s中学", chineseNumber(n+1)), fmt.Sprintf("He'an Middle School No. %d", n+1)}
		}
		e.rows, e.year, e.gates, e.land, e.south = rowSchool, between(r, 1980, 2015), 2, "public", 0.52
	case useHospital:
		e.name = numbered(areaName{"和安市人民医院", "He'an People's Hospital"}, n)
		e.rows, e.year, e.gates, e.land, e.shops = rowHospital, 2009, 3, "public", 0.3
	case useGov:
		e.name = numbered(areaName{"和安市行政中心", "He'an Civic Centre"}, n)
		e.rows, e.year, e.gates, e.land, e.south = rowGov, 2006, 2, "public", 0.3
	case useFactory:
		w := pick(dormStems, n)
		e.name = areaName{"和安" + w.zh, "He'an " + w.en}
		e.rows, e.year, e.gates, e.land = rowFactory, between(r, 1965, 2010), 2, "industrial"
	case useStation:
		e.name = areaName{"和安站", "He'an Station"}
		e.rows, e.year, e.gates, e.land, e.compound, e.south = rowGov, 2012, 3, "public", false, 0.35
	case useOffice:
		w := pick(estateStems, n*3+2)
		e.name = areaName{w.zh + "商务中心", w.en + " Business Centre"}
		e.rows, e.year, e.gates, e.land, e.compound, e.shops = rowOffice, between(r, 2005, 2022), 4, "commercial", false, 0.3
	case useCommerce:
		w := pick(innerStems, n*3+2)
		e.name = areaName{w.zh + "商业街", w.en + " Shopping Street"}
		e.rows, e.year, e.gates, e.land, e.compound, e.shops = rowMarket, between(r, 1995, 2015), 4, "commercial", false, 1
	}
	e.walled = e.walled && e.compound
	for _, w := range b.wants {
		if w.building != "" && !slices.ContainsFunc(e.specials, func(s special) bool { return s.name == w.building }) {
			e.specials = append(e.specials, special{w.building, w.length, w.floors})
		}
	}
	return e
}

// nextOf counts blocks by use, for their names.
func (c *city) nextOf(u use) int {
	if c.useCount == nil {
		c.useCount = map[use]int{}
	}
	n := c.useCount[u]
	c.useCount[u]++
	return n
}

// homeBuilding fills in a building of flats: doors as given, flats from the
// first floor up.
func (b *block) flats(doors []door, floors, from, perFloor int, area float64) []flat {
	var out []flat
	for _, d := range doors {
		for fl := from; fl <= floors; fl++ {
			for k := 1; k <= perFloor; k++ {
				// Flats at the ends of a landing are a little larger.
				a := area * (1 + 0.12*float64((k*7)%3-1))
				out = append(out, flat{d.number, fl, fmt.Sprintf("%d%02d", fl, k), household.UseResidential, a})
			}
		}
	}
	return out
}
