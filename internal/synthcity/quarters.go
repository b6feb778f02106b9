package synthcity

import (
	"math"
	"math/rand/v2"
)

// quarter is a kind of cell and how much of it a part of the town has.
type quarter struct {
	menu  []use
	share float64
}

// The parts of a large city by their distance from the middle, as shares of
// the way to the ring road.
var (
	quartersCore = []quarter{
		{menuCore[0], 1.2},
		{menuCore[1], 1.4},
		{menuCore[2], 1.4},
		{menuHome[3], 3},
		{menuOld[1], 2.5},
		{menuHealth[0], 0.6},
		{menuHome[1], 1},
	}
	quartersInner = []quarter{
		{menuHome[0], 4},
		{menuHome[2], 4},
		{menuHome[3], 3},
		{menuHome[4], 3},
		{menuHome[5], 2},
		{menuOld[0], 2.4},
		{menuOld[1], 2.4},
		{menuNew[0], 1.4},
		{menuFactory[1], 1},
		{menuHealth[0], 0.5},
		{menuCore[0], 0.35},
		{menuSlabs, 3},
	}
	quartersOuter = []quarter{
		{menuHome[0], 2},
		{menuHome[1], 2},
		{menuHome[4], 3},
		{menuHome[5], 2},
		{menuNew[0], 2.5},
		{menuNew[1], 2.5},
		{menuNew[2], 2},
		{menuNew[3], 2},
		{menuFactory[0], 1.2},
		{menuFactory[1], 0.8},
		{menuHealth[0], 0.35},
		{menuCore[0], 0.3},
		{menuSlabs, 3},
	}
	menuSlabs = []use{useSlab, useSlab, useSlab, useSlab}
)

// dealer hands out quarters by their shares, in no order that one could see.
type dealer struct {
	list  []quarter
	total float64
	given []float64
	n     float64
}

func newDealer(list []quarter) *dealer {
	d := &dealer{list: list, given: make([]float64, len(list))}
	for _, q := range list {
		d.total += q.share
	}
	return d
}

// next is the quarter that is most behind its share, or one not far from it.
func (d *dealer) next(r *rand.Rand) []use {
	d.n++
	best, at := math.Inf(-1), 0
	for i, q := range d.list {
		if v := d.n*q.share/d.total - d.given[i] + uniform(r, 0, 0.8); v > best {
			best, at = v, i
		}
	}
	d.given[at]++
	return d.list[at].menu
}

// zoneMetro gives the blocks of a large city their uses.
func (c *city) zoneMetro() {
	l := c.plan.lat
	r := c.rng(rngZone, 0)
	core, inner, outer := newDealer(quartersCore), newDealer(quartersInner), newDealer(quartersOuter)
	mx, my := l.x[c.pre.centre[0]], l.y[c.pre.centre[1]]
	reach := math.Max(l.x[l.east]-l.x[l.west], l.y[l.north]-l.y[l.south]) / 2
	villages := 0.0
	for j := range l.nr {
		for i := range l.nc {
			cl := c.plan.cells[[2]int{i, j}]
			away := math.Hypot(l.x[i]-mx, l.y[j]-my)/reach + uniform(r, -0.06, 0.06)
			switch c.band(cl) {
			case bandFringe:
				villages += c.pre.metro.villages
				c.fill(cl, c.countryUse(r, &villages))
			case bandTown:
				switch {
				case i == c.pre.centre[0] && j == c.pre.centre[1]:
					c.fill(cl, menuCore[0])
				case i == l.rail-1 && j == c.pre.centre[1]:
					c.fill(cl, menuStation[0])
				case away < 0.22:
					c.fill(cl, core.next(r))
				case away < 0.6:
					c.fill(cl, inner.next(r))
				default:
					c.fill(cl, outer.next(r))
				}
			}
		}
	}
}

// countryUse is what a cell of the country is; villages are as many as due.
func (c *city) countryUse(r *rand.Rand, due *float64) []use {
	switch {
	case *due >= 0.5 && chance(r, 0.6) || *due > 1.5:
		*due--
		return []use{useVillage}
	case chance(r, 0.03):
		return []use{useFactory}
	}
	return []use{useFarm}
}
