package coverage

import (
	"math"

	"hearthmap/geo/walk"
)

// Summary is what a scenario changes for the whole city.
type Summary struct {
	People      int64                   `json:"people"`
	AllRequired DifferenceOf[Everybody] `json:"all_required" doc:"who reaches every required category"`
	Needs       DifferenceOf[NeedsMet]  `json:"needs" doc:"pairs of a person and a required category"`
	Totals      []SummaryTotal          `json:"totals" doc:"of requirements for which any building fares otherwise"`
}

// SummaryTotal is what a scenario changes for a requirement. People are those
// of the requirement's group; Before and After are how many are covered.
type SummaryTotal struct {
	Requirement string            `json:"requirement"`
	People      int64             `json:"people"`
	Before      int64             `json:"before"`
	After       int64             `json:"after"`
	Gained      int64             `json:"gained" doc:"people newly covered"`
	Lost        int64             `json:"lost" doc:"people covered no longer"`
	Buildings   ChangedBuildings  `json:"buildings" doc:"residential buildings by how they fare"`
	Groups      []GroupDifference `json:"groups"`
}

// ChangedBuildings counts buildings by how they fare.
type ChangedBuildings struct {
	Gained  int `json:"gained"`
	Lost    int `json:"lost"`
	Nearer  int `json:"nearer"`
	Farther int `json:"farther"`
}

// Summary adds up the changes over the whole city.
func (o *Outcome) Summary() Summary {
	w := o.w
	p := w.places()
	level := 0
	whole := map[int32]bool{int32(len(w.engine.data.Areas) + level): true} // in no city
	for i := range w.engine.data.Areas {
		if levelIndex(w.engine.data.Areas[i].Level) == level {
			whole[int32(i)] = true
		}
	}
	d := &difference{o: o, p: p, level: level, wanted: whole, reports: map[int32]*AreaDifference{}}
	out := Summary{Totals: []SummaryTotal{}}
	for s := range whole {
		out.People += p.people[s][0]
		d.report(s)
	}
	d.allRequired()
	for s, a := range d.reports {
		d.needs(s, a)
		addEverybody(&out.AllRequired, &a.AllRequired)
		out.Needs.Before.All += a.Needs.Before.All
		out.Needs.Before.Met += a.Needs.Before.Met
		out.Needs.After.Met += a.Needs.After.Met
	}
	out.Needs.After.All = out.Needs.Before.All
	for _, x := range []*Everybody{&out.AllRequired.Before, &out.AllRequired.After} {
		x.Share = share(x.Covered, out.People)
	}
	for _, x := range []*NeedsMet{&out.Needs.Before, &out.Needs.After} {
		x.Share = share(x.Met, x.All)
	}
	for i := range w.base.Requirements {
		if t := o.summary(i, whole); t.Buildings != (ChangedBuildings{}) {
			out.Totals = append(out.Totals, t)
		}
	}
	return out
}

func addEverybody(to *DifferenceOf[Everybody], x *DifferenceOf[Everybody]) {
	to.Before.Covered += x.Before.Covered
	to.Before.BuildingsCovered += x.Before.BuildingsCovered
	to.After.Covered += x.After.Covered
	to.After.BuildingsCovered += x.After.BuildingsCovered
}

// summary counts requirement i over the slots of the whole city.
func (o *Outcome) summary(i int, whole map[int32]bool) SummaryTotal {
	w, p := o.w, o.w.places()
	group := groupNumber(w.base.Requirements[i].Group)
	t := SummaryTotal{Requirement: w.base.Requirements[i].ID}
	var turn perGroup
	for _, b := range o.changed[i] {
		if !Residential(&w.engine.data.Buildings[b]) {
			continue
		}
		sign := int64(0)
		switch o.ChangeOf(i, int(b)) {
		case Gained:
			t.Buildings.Gained++
			t.Gained += int64(p.weight[b][group])
			sign = 1
		case Lost:
			t.Buildings.Lost++
			t.Lost += int64(p.weight[b][group])
			sign = -1
		case Nearer:
			t.Buildings.Nearer++
		case Farther:
			t.Buildings.Farther++
		}
		for g, n := range p.weight[b] {
			turn[g] += sign * int64(n)
		}
	}
	if t.Buildings == (ChangedBuildings{}) {
		return t
	}
	for g, name := range everyGroup {
		x := GroupDifference{Group: name}
		for s := range whole {
			x.People += p.people[s][g]
			x.Before += w.tallies[i]().covered[s][g]
		}
		x.After = x.Before + turn[g]
		t.Groups = append(t.Groups, x)
	}
	t.People, t.Before, t.After = t.Groups[group].People, t.Groups[group].Before, t.Groups[group].After
	return t
}

// Placed is how a facility that a scenario adds or moves stands.
type Placed struct {
	Code   string  `json:"code"`
	Lon    float64 `json:"lon"`
	Lat    float64 `json:"lat"`
	Reason Reason  `json:"reason,omitempty" doc:"why it joins no street and serves nobody"`
	// LegMetres is the straight way to the street that it joins.
	LegMetres float64 `json:"leg_metres"`
}

// Placed tells of the facilities that move, then of those that are added.
func (o *Outcome) Placed() []Placed {
	e := o.under.engine
	snap := walk.SnapOptions{Mode: o.w.base.Profile.mode(), MaxLeg: e.options.maxLeg}
	list := []Placed{}
	see := func(code string, lon, lat float64) {
		at, miss := e.graph.Snap([2]float64{lon, lat}, snap)
		list = append(list, Placed{Code: code, Lon: lon, Lat: lat, Reason: missReason(miss), LegMetres: math.Round(float64(at.Leg)) / 10})
	}
	for _, m := range o.Scenario.Move {
		see(m.Code, m.Lon, m.Lat)
	}
	for i, a := range o.Scenario.Add {
		see(NewCode(i), a.Lon, a.Lat)
	}
	return list
}
