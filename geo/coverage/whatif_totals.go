package coverage

import (
	"slices"

	"hearthmap/household"
)

// AreaDifference is what a scenario changes for an area.
type AreaDifference struct {
	AreaIndex int32               `json:"-"` // into the snapshot's Areas; -1 for places in no area
	Code      string              `json:"code"`
	Name      string              `json:"name"`
	NameEn    string              `json:"name_en"`
	Level     household.AreaLevel `json:"level"`
	People    int64               `json:"people"`
	Buildings int64               `json:"buildings" doc:"residential"`
	// AllRequired are those who reach a facility of every required category.
	AllRequired DifferenceOf[Everybody] `json:"all_required"`
	// Needs are pairs of a person and a required category that serves the
	// person's group; met where it is within its distance.
	Needs DifferenceOf[NeedsMet] `json:"needs"`
	// Totals are those of requirements that change.
	Totals []TotalDifference `json:"totals"`
}

// DifferenceOf is a figure before and after.
type DifferenceOf[T any] struct {
	Before T `json:"before"`
	After  T `json:"after"`
}

// Everybody counts people and buildings covered.
type Everybody struct {
	Covered          int64   `json:"covered"`
	Share            float64 `json:"share"`
	BuildingsCovered int64   `json:"buildings_covered"`
}

// NeedsMet counts needs; Share is Met / All, 0 with none.
type NeedsMet struct {
	All   int64   `json:"all"`
	Met   int64   `json:"met"`
	Share float64 `json:"share"`
}

// TotalDifference is what a scenario changes for an area and a requirement.
type TotalDifference struct {
	Requirement string            `json:"requirement"`
	People      int64             `json:"people" doc:"of the requirement's group"`
	Before      Figures           `json:"before"`
	After       Figures           `json:"after"`
	Groups      []GroupDifference `json:"groups,omitempty" doc:"every group of residents, everyone first"`
}

// Figures are an area's numbers for one requirement, as in AreaTotal.
type Figures struct {
	Covered          int64   `json:"covered"`
	Uncovered        int64   `json:"uncovered"`
	Unreachable      int64   `json:"unreachable"`
	Share            float64 `json:"share"`
	BuildingsCovered int64   `json:"buildings_covered"`
	MedianMetres     float64 `json:"median_metres"`
	P90Metres        float64 `json:"p90_metres"`
	Facilities       int     `json:"facilities"`
	Capacity         int64   `json:"capacity" doc:"of the facilities in the area"`
}

// GroupDifference is how many people of a group are covered.
type GroupDifference struct {
	Group  Group `json:"group" doc:"empty for everyone"`
	People int64 `json:"people"`
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

// Areas lists the areas of a level that the scenario changes anything in, by
// code, those in no area last; with all, every area and every requirement.
// Errors are those of Result.Totals. It is computed from the buildings that
// change, not from the city.
func (o *Outcome) Areas(level household.AreaLevel, under string, all bool) ([]AreaDifference, error) {
	p, err := o.w.engine.areas.at(level, under)
	if err != nil {
		return nil, err
	}
	d := &difference{o: o, p: o.w.places(), level: p.level, all: all, reports: map[int32]*AreaDifference{}}
	slots := slices.Clone(p.areas)
	outside := int32(len(o.w.engine.data.Areas) + p.level)
	if under == "" {
		slots = append(slots, outside)
	}
	d.wanted = map[int32]bool{}
	for _, s := range slots {
		d.wanted[s] = true
	}
	for i := range o.w.base.Requirements {
		d.requirement(i)
	}
	d.allRequired()
	out := []AreaDifference{}
	for _, s := range slots {
		a := d.reports[s]
		if a == nil && all {
			a = d.report(s)
		}
		if a == nil || s == outside && a.Buildings == 0 && !slices.ContainsFunc(a.Totals, func(t TotalDifference) bool { return t.Before.Facilities+t.After.Facilities > 0 }) {
			continue
		}
		d.needs(s, a)
		out = append(out, *a)
	}
	return out, nil
}

// difference adds up one call of Areas.
type difference struct {
	o       *Outcome
	p       *places
	level   int
	all     bool
	wanted  map[int32]bool
	reports map[int32]*AreaDifference
	met     map[int32]int64 // more needs met, by slot
}

func (d *difference) report(s int32) *AreaDifference {
	if a := d.reports[s]; a != nil {
		return a
	}
	a := &AreaDifference{
		AreaIndex: -1, Name: Outside, NameEn: "(in no area)", Level: household.AreaLevels[d.level],
		People: d.p.people[s][0], Buildings: int64(len(d.p.in(s))), Totals: []TotalDifference{},
	}
	if areas := d.o.w.engine.data.Areas; int(s) < len(areas) {
		a.AreaIndex, a.Code, a.Name, a.NameEn = s, areas[s].Code, areas[s].Name, areas[s].NameEn
	}
	d.reports[s] = a
	return a
}

// moved are the numbers by which a requirement changes in a slot.
type moved struct {
	covered   perGroup
	uncovered int64
	buildings int64
	changed   []int32 // buildings whose distance changes
}

// requirement finds the areas in which requirement i changes.
func (d *difference) requirement(i int) {
	o, w := d.o, d.o.w
	q := &w.base.Requirements[i]
	group := groupNumber(q.Group)
	slots := map[int32]*moved{}
	var order []int32
	of := func(s int32) *moved {
		m := slots[s]
		if m == nil {
			m = &moved{}
			slots[s] = m
			order = append(order, s)
		}
		return m
	}
	for _, b := range o.changed[i] {
		if !Residential(&w.engine.data.Buildings[b]) {
			continue
		}
		s := w.slot(&w.engine.areas.buildings[b], d.level)
		if !d.wanted[s] {
			continue
		}
		before, after := w.base.Reach(i, int(b)), o.Reach(i, int(b))
		m := of(s)
		if before.Decimetres != after.Decimetres {
			m.changed = append(m.changed, b)
		}
		m.count(before.Status, -1, &d.p.weight[b], group)
		m.count(after.Status, 1, &d.p.weight[b], group)
	}
	for s, x := range o.provided[q.Served()] {
		if d.wanted[s] && x != (provided{}) {
			of(s)
		}
	}
	if d.all {
		for s := range d.wanted {
			of(s)
		}
	}
	slices.Sort(order)
	for _, s := range order {
		t := d.total(i, s, slots[s])
		if d.all || t.Before != t.After || slices.ContainsFunc(t.Groups, func(g GroupDifference) bool { return g.Before != g.After }) {
			a := d.report(s)
			a.Totals = append(a.Totals, t)
		}
	}
}

func (m *moved) count(s Status, sign int64, weight *[len(everyGroup)]int32, group int) {
	switch s {
	case Covered:
		m.buildings += sign
		for g, n := range weight {
			m.covered[g] += sign * int64(n)
		}
	case Uncovered:
		m.uncovered += sign * int64(weight[group])
	}
}

// total is requirement i in a slot, before and after.
func (d *difference) total(i int, s int32, m *moved) TotalDifference {
	w := d.o.w
	q := &w.base.Requirements[i]
	group := groupNumber(q.Group)
	base := w.tallies[i]()
	people := d.p.people[s][group]
	t := TotalDifference{Requirement: q.ID, People: people}
	has := w.provision()[q.Served()][s]
	more := d.o.provided[q.Served()][s]
	t.Before = Figures{
		Covered: base.covered[s][group], Uncovered: base.uncovered[s], BuildingsCovered: base.buildings[s],
		Facilities: has.facilities, Capacity: has.capacity,
	}
	t.After = Figures{
		Covered: t.Before.Covered + m.covered[group], Uncovered: t.Before.Uncovered + m.uncovered,
		BuildingsCovered: t.Before.BuildingsCovered + m.buildings,
		Facilities:       has.facilities + more.facilities, Capacity: has.capacity + more.capacity,
	}
	for _, f := range []*Figures{&t.Before, &t.After} {
		f.Unreachable = people - f.Covered - f.Uncovered
		f.Share = share(f.Covered, people)
	}
	t.Before.MedianMetres, t.Before.P90Metres = w.quantilesOf(i, s)
	t.After.MedianMetres, t.After.P90Metres = t.Before.MedianMetres, t.Before.P90Metres
	if len(m.changed) > 0 {
		t.After.MedianMetres, t.After.P90Metres = d.o.quantilesAfter(i, s, m.changed)
	}
	for g, group := range everyGroup {
		c := base.covered[s][g]
		t.Groups = append(t.Groups, GroupDifference{Group: group, People: d.p.people[s][g], Before: c, After: c + m.covered[g]})
	}
	return t
}

// allRequired finds the areas in which other people have everything required.
func (d *difference) allRequired() {
	o, w := d.o, d.o.w
	d.met = map[int32]int64{}
	turn := map[int32]int{} // required categories more, by building
	any := false
	for i := range w.base.Requirements {
		q := &w.base.Requirements[i]
		if !q.Required {
			continue
		}
		any = true
		group := groupNumber(q.Group)
		for _, b := range o.changed[i] {
			if !Residential(&w.engine.data.Buildings[b]) {
				continue
			}
			sign := 0
			switch o.ChangeOf(i, int(b)) {
			case Gained:
				sign = 1
			case Lost:
				sign = -1
			default:
				continue
			}
			turn[b] += sign
			if s := w.slot(&w.engine.areas.buildings[b], d.level); d.wanted[s] {
				d.met[s] += int64(sign) * int64(d.p.weight[b][group])
			}
		}
	}
	if !any {
		return
	}
	base := w.everyone()
	gained := map[int32]Everybody{}
	missing := w.missing()
	for b, n := range turn {
		was, is := missing[b] == 0, int(missing[b])-n == 0
		s := w.slot(&w.engine.areas.buildings[b], d.level)
		if was == is || !d.wanted[s] {
			continue
		}
		sign := int64(1)
		if was {
			sign = -1
		}
		x := gained[s]
		x.Covered += sign * int64(d.p.weight[b][0])
		x.BuildingsCovered += sign
		gained[s] = x
		d.report(s)
	}
	for s := range d.wanted {
		a := d.reports[s]
		if a == nil {
			if !d.all {
				continue
			}
			a = d.report(s)
		}
		x := base[s]
		a.AllRequired.Before = Everybody{Covered: x.Covered, BuildingsCovered: x.BuildingsCovered, Share: share(x.Covered, a.People)}
		x.Covered += gained[s].Covered
		x.BuildingsCovered += gained[s].BuildingsCovered
		a.AllRequired.After = Everybody{Covered: x.Covered, BuildingsCovered: x.BuildingsCovered, Share: share(x.Covered, a.People)}
	}
}

// needs counts the needs of an area.
func (d *difference) needs(s int32, a *AreaDifference) {
	w := d.o.w
	for i := range w.base.Requirements {
		if q := &w.base.Requirements[i]; q.Required {
			group := groupNumber(q.Group)
			a.Needs.Before.All += d.p.people[s][group]
			a.Needs.Before.Met += w.tallies[i]().covered[s][group]
		}
	}
	a.Needs.After = NeedsMet{All: a.Needs.Before.All, Met: a.Needs.Before.Met + d.met[s]}
	a.Needs.Before.Share = share(a.Needs.Before.Met, a.Needs.Before.All)
	a.Needs.After.Share = share(a.Needs.After.Met, a.Needs.After.All)
}

// countEveryone counts those who have everything required, by slot.
func (w *WhatIf) countEveryone() []Everybody {
	out := make([]Everybody, w.slots())
	p, missing := w.places(), w.missing()
	for _, b := range w.engine.residential {
		if missing[b] > 0 {
			continue
		}
		for level := range household.AreaLevels {
			s := w.slot(&w.engine.areas.buildings[b], level)
			out[s].Covered += int64(p.weight[b][0])
			out[s].BuildingsCovered++
		}
	}
	return out
}

// quantileKey is a requirement in a slot.
type quantileKey struct{ requirement, slot int32 }

// quantilesOf are median and 90th percentile before, kept.
func (w *WhatIf) quantilesOf(i int, s int32) (median, p90 float64) {
	key := quantileKey{int32(i), s}
	w.mu.Lock()
	x, ok := w.quantiles[key]
	w.mu.Unlock()
	if !ok {
		f := w.base.fields[i]
		x[0], x[1] = w.quantilesIn(i, s, f.decimetres)
		w.mu.Lock()
		w.quantiles[key] = x
		w.mu.Unlock()
	}
	return x[0], x[1]
}

// quantilesAfter are those after, when the distances of some buildings of the
// slot changed.
func (o *Outcome) quantilesAfter(i int, s int32, changed []int32) (median, p90 float64) {
	w := o.w
	before, after, ch := w.base.fields[i], o.under.base.fields[i], o.changes[i]
	weight, group := w.places().weight, w.base.Requirements[i].Group.number()
	var l shifts
	for _, b := range changed {
		l.add(before.decimetres[b], ch.of(after, b).decimetres, weight[b][group])
	}
	l.sum()
	return w.spectrumOf(i, s).quantiles(l)
}

// quantilesIn are the least distances in metres within which half, or nine
// tenths, of the people who have a way live; of the buildings, when nobody
// does.
func (w *WhatIf) quantilesIn(i int, s int32, decimetres []int32) (median, p90 float64) {
	p, group := w.places(), groupNumber(w.base.Requirements[i].Group)
	ways, _ := w.ways.Get().(*[]walked)
	if ways == nil {
		ways = &[]walked{}
	}
	defer w.ways.Put(ways)
	list := (*ways)[:0]
	var people int64
	for _, b := range p.in(s) {
		if d := decimetres[b]; d >= 0 {
			n := p.weight[b][group]
			people += int64(n)
			list = append(list, walked{d, n})
		}
	}
	*ways = list
	if people == 0 {
		for k := range list {
			list[k].people = 1
		}
		people = int64(len(list))
	}
	if people == 0 {
		return 0, 0
	}
	mid := leastWithin(list, (people+1)/2)
	far := leastWithin(list, (9*people+9)/10)
	return float64(mid) / 10, float64(far) / 10
}

// leastWithin is the least distance within which at least need people live, of
// need or more in all: by counting, first in steps of 102.4 m, then within
// the step. It does not change ways.
func leastWithin(ways []walked, need int64) int32 {
	const step = 10
	var most int32
	for _, x := range ways {
		most = max(most, x.decimetres)
	}
	coarse := make([]int64, most>>step+1)
	for _, x := range ways {
		coarse[x.decimetres>>step] += int64(x.people)
	}
	k := 0
	for ; coarse[k] < need; k++ {
		need -= coarse[k]
	}
	var fine [1 << step]int64
	for _, x := range ways {
		if x.decimetres>>step == int32(k) {
			fine[x.decimetres&(1<<step-1)] += int64(x.people)
		}
	}
	d := 0
	for ; fine[d] < need; d++ {
		need -= fine[d]
	}
	return int32(k<<step | d)
}
