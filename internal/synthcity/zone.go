package synthcity

import (
	"math"
	"sort"
)

// use is what a block is used for.
type use uint8

const (
	useFarm  use = iota
	useSlab      // compound of six-floor slabs
	useDorm      // 家属院: the old compound of a factory
	useMid       // compound of slabs with lifts
	useTower     // compound of towers
	useOld       // old quarter
	useVillage
	usePark
	useSchool
	useMiddle
	useHospital
	useGov
	useMall
	useOffice
	useCommerce
	useFactory
	useStation
)

// peopleOf is about how many people live on a hectare of a use.
var peopleOf = [...]float64{
	useSlab: 330, useDorm: 330, useMid: 420, useTower: 480, useOld: 170, useVillage: 60,
	useFarm: 0, useStation: 0,
}

func (u use) home() bool {
	return u == useSlab || u == useDorm || u == useMid || u == useTower || u == useOld || u == useVillage
}

func (u use) compound() bool { return u == useSlab || u == useDorm || u == useMid || u == useTower }

// Menus are what stands in the blocks of a cell, in the order of its blocks;
// a cell with fewer blocks leaves out the last.
var (
	menuCore    = [][]use{{useMall, useCommerce, useOffice, useGov}, {useOffice, useSlab, useOffice, useMid}, {useCommerce, useMid, useOffice, useSlab}}
	menuOld     = [][]use{{useOld, useOld, useCommerce, useOld}, {useOld, useSlab, useOld, useSchool}}
	menuFactory = [][]use{{useFactory, useDorm, useFactory, useFactory}, {useDorm, useDorm, useFactory, useSchool}}
	menuStation = [][]use{{useSlab, useStation, useSlab, useCommerce}}
	menuHealth  = [][]use{{useSlab, useHospital, useMid, useSlab}}
	menuNew     = [][]use{{useTower, useSchool, useTower, usePark}, {useMid, useTower, useMid, useMiddle}, {useTower, useMid, usePark, useTower}, {useMid, useMid, useCommerce, useTower}}
	menuHome    = [][]use{
		{useSlab, useSlab, useSchool, useSlab},
		{useMid, usePark, useSlab, useMid},
		{useSlab, useMiddle, useSlab, useDorm},
		{useSlab, useCommerce, useMid, useSlab},
		{useMid, useSlab, useSchool, useMid},
		{usePark, useSlab, useSlab, useMid},
	}
)

// zone gives every block its use.
func (c *city) zone() {
	if c.pre.metro != nil {
		c.zoneMetro()
		return
	}
	if c.pre.menus != nil {
		k := 0
		for j := range c.plan.lat.nr {
			for i := range c.plan.lat.nc {
				cl := c.plan.cells[[2]int{i, j}]
				if c.band(cl) == bandTown {
					c.fill(cl, c.pre.menus[k%len(c.pre.menus)])
					k++
				}
			}
		}
		return
	}
	c.zoneTown()
	c.zoneFringe()
}

// band is the band that makes the cell what it is.
func (c *city) band(cl *cell) band {
	l := c.plan.lat
	switch {
	case cl.row == l.river:
		return bandRiver
	case cl.col == l.rail:
		return bandRail
	case c.fringe(cl):
		return bandFringe
	}
	return bandTown
}

func (c *city) fill(cl *cell, menu []use) {
	for k, f := range cl.faces {
		u := menu[k%len(menu)]
		c.plan.faces[f].use = u
		ring, _ := c.plan.outline(&c.plan.faces[f])
		c.plan.faces[f].people = int(peopleOf[min(int(u), len(peopleOf)-1)] * ringArea(ring) / 1e4)
		if !u.home() {
			c.plan.faces[f].people = 0
		}
	}
}

// zoneTown orders the cells by their distance from the middle of the town
// and deals out the menus.
func (c *city) zoneTown() {
	l := c.plan.lat
	var cells []*cell
	for j := range l.nr {
		for i := range l.nc {
			if cl := c.plan.cells[[2]int{i, j}]; c.band(cl) == bandTown {
				cells = append(cells, cl)
			}
		}
	}
	ctr := c.pre.centre
	away := func(cl *cell) float64 {
		dx := (l.x[cl.col] + l.x[cl.col+1] - l.x[ctr[0]] - l.x[ctr[0]+1]) / 2
		dy := (l.y[cl.row] + l.y[cl.row+1] - l.y[ctr[1]] - l.y[ctr[1]+1]) / 2
		return math.Hypot(dx, dy)
	}
	sort.SliceStable(cells, func(i, k int) bool { return away(cells[i]) < away(cells[k]) })
	n := len(cells)
	var cores, olds, factories, homes, news int
	station := l.rail < 0
	hospitals := 0
	for k, cl := range cells {
		switch {
		case l.river >= 0 && cl.row < l.river:
			c.fill(cl, menuNew[news%len(menuNew)])
			news++
		case k < max(1, n/16):
			c.fill(cl, menuCore[cores%len(menuCore)])
			cores++
		case olds < max(1, n/14) && cl.col < ctr[0]+1 && cl.row >= ctr[1]-1:
			c.fill(cl, menuOld[olds%len(menuOld)])
			olds++
		case !station && cl.col == l.rail-1 && cl.row == ctr[1]:
			c.fill(cl, menuStation[0])
			station = true
		case l.rail >= 0 && cl.col > l.rail && factories < max(1, n/9) && cl.row > ctr[1]-1:
			c.fill(cl, menuFactory[factories%len(menuFactory)])
			factories++
		case hospitals < max(1, n/24) && k > n/5:
			c.fill(cl, menuHealth[0])
			hospitals++
		default:
			c.fill(cl, menuHome[homes%len(menuHome)])
			homes++
		}
	}
}

// zoneFringe puts villages and a few works into the fields.
func (c *city) zoneFringe() {
	l := c.plan.lat
	k := 0
	for j := range l.nr {
		for i := range l.nc {
			cl := c.plan.cells[[2]int{i, j}]
			if c.band(cl) != bandFringe {
				continue
			}
			corner := (i == 0 || i == l.nc-1) && (j == 0 || j == l.nr-1)
			switch {
			case !corner && k%9 == 7:
				c.fill(cl, []use{useVillage})
			case !corner && k%9 == 4 && i > l.nc/2:
				c.fill(cl, []use{useFactory})
			default:
				c.fill(cl, []use{useFarm})
			}
			k++
		}
	}
}
