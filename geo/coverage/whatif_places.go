package coverage

import (
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// everyGroup lists the groups, everyone first.
var everyGroup = [...]Group{Everyone, Age0to2, Age3to5, Age6to14, Age60up, Age80up}

// perGroup is a number for each of everyGroup.
type perGroup [len(everyGroup)]int64

func groupNumber(g Group) int { return max(0, slices.Index(everyGroup[:], g)) }

// places are the parts of the city that what-if sums over. A slot is an area's
// index, or, for what lies in no area of a level, len(areas) + the level.
type places struct {
	facility  map[string]int32 // by code
	holder    func(orb.Point) int64
	areaByID  map[int64]int32   // above the grid level
	gridsOf   map[int64][]int32 // by the area's id
	first     []int32           // of each slot in buildings
	buildings []int32           // residential, by slot
	people    []perGroup        // by slot
	weight    [][len(everyGroup)]int32
}

func (w *WhatIf) slots() int { return len(w.engine.data.Areas) + len(household.AreaLevels) }

// slot is the slot of a lineage at a level.
func (w *WhatIf) slot(l *lineage, level int) int32 {
	if l[level] >= 0 {
		return l[level]
	}
	return int32(len(w.engine.data.Areas) + level)
}

func (w *WhatIf) locate() *places {
	e := w.engine
	p := &places{
		facility: map[string]int32{}, holder: holders(e.data), areaByID: map[int64]int32{}, gridsOf: map[int64][]int32{},
		first: make([]int32, w.slots()+1), people: make([]perGroup, w.slots()), weight: make([][len(everyGroup)]int32, len(e.data.Buildings)),
	}
	for i := range e.data.Facilities {
		p.facility[e.data.Facilities[i].Code] = int32(i)
	}
	for i := range e.data.Areas {
		if a := &e.data.Areas[i]; a.Level == household.LevelGrid {
			p.gridsOf[a.ParentID] = append(p.gridsOf[a.ParentID], int32(i))
		} else {
			p.areaByID[a.ID] = int32(i)
		}
	}
	each := func(f func(slot, b int32)) {
		for _, b := range e.residential {
			for level := range household.AreaLevels {
				f(w.slot(&e.areas.buildings[b], level), b)
			}
		}
	}
	each(func(slot, _ int32) { p.first[slot+1]++ })
	for s := range w.slots() {
		p.first[s+1] += p.first[s]
	}
	p.buildings = make([]int32, p.first[w.slots()])
	for _, b := range e.residential {
		for g, group := range everyGroup {
			p.weight[b][g] = group.Of(e.data.Buildings[b].Counts)
		}
	}
	next := slices.Clone(p.first)
	each(func(slot, b int32) {
		p.buildings[next[slot]] = b
		next[slot]++
		for g, n := range p.weight[b] {
			p.people[slot][g] += int64(n)
		}
	})
	return p
}

func (p *places) in(slot int32) []int32 { return p.buildings[p.first[slot]:p.first[slot+1]] }

// lineageOf finds the areas of a facility that is not in the snapshot, as
// newAreaTree does for one that is.
func (w *WhatIf) lineageOf(f *cityindex.Facility) lineage {
	p := w.places()
	l := nowhere
	if i, ok := p.areaByID[f.AreaID]; ok {
		l = w.engine.areas.lines[i]
	}
	for _, g := range p.gridsOf[f.AreaID] {
		if contains(w.engine.data.Areas[g].Geom, f.Geom) {
			l[levelIndex(household.LevelGrid)] = g
			break
		}
	}
	return l
}

// provided is what an area has of a category.
type provided struct {
	facilities int
	capacity   int64
}

func (w *WhatIf) provide() map[household.Category]map[int32]provided {
	out := map[household.Category]map[int32]provided{}
	for i := range w.engine.data.Facilities {
		f := &w.engine.data.Facilities[i]
		if out[f.Category] == nil {
			out[f.Category] = map[int32]provided{}
		}
		w.addProvided(out[f.Category], &w.engine.areas.facilities[i], 1, int64(f.Capacity))
	}
	for i := range w.base.Requirements {
		key := w.base.Requirements[i].Served()
		if out[key] != nil {
			continue
		}
		all := map[int32]provided{}
		for _, c := range among(key) {
			for s, x := range out[c] {
				y := all[s]
				all[s] = provided{facilities: x.facilities + y.facilities, capacity: x.capacity + y.capacity}
			}
		}
		out[key] = all
	}
	return out
}

func (w *WhatIf) addProvided(to map[int32]provided, l *lineage, facilities int, capacity int64) {
	for level := range household.AreaLevels {
		s := w.slot(l, level)
		x := to[s]
		x.facilities += facilities
		x.capacity += capacity
		to[s] = x
	}
}

// provision finds how the scenario changes what areas have of a category, or
// of those that serve a requirement together.
func (o *Outcome) provision(c household.Category) map[int32]provided {
	out := map[int32]provided{}
	data, served := o.w.engine.data, among(c)
	old := func(i, sign int32) {
		o.w.addProvided(out, &o.w.engine.areas.facilities[i], int(sign), int64(sign)*int64(data.Facilities[i].Capacity))
	}
	var closed []int32
	if ch := o.facilities[c]; ch != nil {
		closed = ch.closed
		for _, i := range ch.closed {
			old(i, -1)
		}
		for _, i := range ch.opened {
			l := o.w.lineageOf(&o.list[i])
			o.w.addProvided(out, &l, 1, int64(o.list[i].Capacity))
		}
	}
	for _, i := range o.resized {
		if slices.Contains(served, data.Facilities[i].Category) && !slices.Contains(closed, i) {
			o.w.addProvided(out, &o.w.engine.areas.facilities[i], 0, int64(o.list[i].Capacity)-int64(data.Facilities[i].Capacity))
		}
	}
	return out
}

// tallyOf is the baseline of one requirement by slot.
type tallyOf struct {
	covered   []perGroup
	uncovered []int64 // of the requirement's group
	buildings []int64 // covered
}

func (w *WhatIf) tally(i int) *tallyOf {
	t := &tallyOf{covered: make([]perGroup, w.slots()), uncovered: make([]int64, w.slots()), buildings: make([]int64, w.slots())}
	p, group := w.places(), groupNumber(w.base.Requirements[i].Group)
	for _, b := range w.engine.residential {
		status := w.base.Reach(i, int(b)).Status
		if status == Unreachable {
			continue
		}
		for level := range household.AreaLevels {
			s := w.slot(&w.engine.areas.buildings[b], level)
			if status == Uncovered {
				t.uncovered[s] += int64(p.weight[b][group])
				continue
			}
			t.buildings[s]++
			for g, n := range p.weight[b] {
				t.covered[s][g] += int64(n)
			}
		}
	}
	return t
}

func (w *WhatIf) countMissing() []uint8 {
	out := make([]uint8, len(w.engine.data.Buildings))
	for i := range w.base.Requirements {
		if !w.base.Requirements[i].Required {
			continue
		}
		for _, b := range w.engine.residential {
			if w.base.Reach(i, int(b)).Status != Covered {
				out[b]++
			}
		}
	}
	return out
}

// walked is how far the people of a building walk.
type walked struct{ decimetres, people int32 }
