package synthcity

import (
	"sort"
)

// quota is what is still to be built and peopled for a large city to have
// the buildings, units and residents that its preset states. All else is
// built as it comes; the villages come last and bring the sums about: by the
// number of their houses, of houses with two floors, and of empty ones.
type quota struct {
	villages int     // still to be built
	units    float64 // to be built in the town
	expected float64 // of the town's blocks that are left
}

// lot is a house of a village that may be built.
type lot struct {
	building building
	must     bool // a shop or a room of the village is in it
}

func (c *city) newQuota() *quota {
	q := &quota{villages: len(c.plan.villages), units: townUnits * float64(c.pre.metro.units)}
	for i := range c.plan.faces {
		q.expected += c.unitsExpected(&c.plan.faces[i])
	}
	return q
}

// townUnits is the share of the units that are in the town.
const townUnits = 0.956

// order lists the faces in the order in which they are written: the villages
// of a large city at the end.
func (c *city) order() []int {
	out := make([]int, len(c.plan.faces))
	for i := range out {
		out[i] = i
	}
	if c.quota != nil {
		late := func(f int) bool { return c.plan.faces[f].use == useVillage }
		sort.SliceStable(out, func(i, k int) bool { return !late(out[i]) && late(out[k]) })
	}
	return out
}

// share is what a village builds of what is left to n villages.
func share(left, n int) int { return max(0, (left+n-1)/n) }

// settleVillage builds the houses that are due.
func (b *block) settleVillage() {
	c, q := b.c, b.c.quota
	if q == nil {
		return
	}
	m := c.pre.metro
	want := min(len(b.lots), share(m.buildings-c.sum.Buildings, q.villages))
	chosen := b.choose(want)
	twice := share(m.units-c.sum.Units-(m.buildings-c.sum.Buildings), q.villages)
	if q.villages == 1 { // the last: no rounding
		twice = m.units - c.sum.Units - len(chosen)
	}
	b.raise(chosen, clampInt(twice, 0, len(chosen)))
	q.villages--
	b.people.last = true
	for i := range chosen {
		c.putBuilding(&chosen[i], b.people)
	}
}

// choose picks n of the lots, in their order.
func (b *block) choose(n int) []building {
	index := b.r.Perm(len(b.lots))
	sort.SliceStable(index, func(i, k int) bool { return b.lots[index[i]].must && !b.lots[index[k]].must })
	index = index[:n]
	sort.Ints(index)
	out := make([]building, n)
	for i, k := range index {
		out[i] = b.lots[k].building
	}
	return out
}

// raise gives n of the houses two floors and the others one.
func (b *block) raise(list []building, n int) {
	high := map[int]bool{}
	for _, i := range b.r.Perm(len(list))[:n] {
		high[i] = true
	}
	for i := range list {
		h := &list[i]
		area := h.flats[0].area
		h.floors, h.height = 1, 4.2
		h.flats = []flat{villageFlat(1, area)}
		if high[i] {
			h.floors, h.height = 2, 7.4
			h.flats = append(h.flats, villageFlat(2, area))
		}
	}
}

// unitsOf is about how many units a hectare of a use has in a large city.
var unitsOf = [...]float64{
	useSlab: 89.5, useDorm: 123, useMid: 79, useTower: 139, useOld: 93, useSchool: 11, useMiddle: 12, useHospital: 53, useGov: 35, useMall: 15,
	useOffice: 115, useCommerce: 21, useFactory: 19, useStation: 54,
}

func (c *city) unitsExpected(f *face) float64 {
	if int(f.use) >= len(unitsOf) || f.kind != faceBlock {
		return 0
	}
	ring, _ := c.plan.outline(f)
	return unitsOf[f.use] * ringArea(ring) / 1e4
}

// floorFactor makes houses with lifts higher when units are missing and lower
// when there are too many already.
func (q *quota) floorFactor(built int) float64 {
	if q == nil || q.expected < 1 {
		return 1
	}
	return clamp(1+3*((q.units-float64(built))/q.expected-1), 0.82, 1.15)
}
