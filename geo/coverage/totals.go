package coverage

import (
	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// AreaReport is one area's coverage.
type AreaReport struct {
	AreaIndex   int32               `json:"-"` // into the snapshot's Areas; -1 for places in no area
	Code        string              `json:"code"`
	Name        string              `json:"name"`
	NameEn      string              `json:"name_en"`
	Level       household.AreaLevel `json:"level"`
	People      int64               `json:"people"`
	Buildings   int64               `json:"buildings"` // residential
	AllRequired AllRequired         `json:"all_required"`
	Totals      []AreaTotal         `json:"totals"` // one for each requirement of the result
}

// AllRequired counts those who reach a facility of every required category
// within its distance. With no required category in the result it is zero.
type AllRequired struct {
	People           int64   `json:"people"`
	Covered          int64   `json:"covered"`
	Share            float64 `json:"share"` // Covered / People; 0 with no people
	Buildings        int64   `json:"buildings"`
	BuildingsCovered int64   `json:"buildings_covered"`
}

// Outside is the name of the synthetic area, of empty code, that holds the
// buildings in no area of a level, so that everybody is counted exactly once.
const Outside = "（未划入）"

// Totals sums the result over the areas of a level, ordered by code, followed
// by the synthetic area Outside if anything lies there. With under, an area's
// code, only what lies in that area counts. Areas without people are listed
// too. The error is Invalid for an unknown level, NotFound for an unknown
// area.
func (r *Result) Totals(level household.AreaLevel, under string) ([]AreaReport, error) {
	p, err := r.engine.areas.at(level, under)
	if err != nil {
		return nil, err
	}
	t := &tally{r: r, parts: make([]int32, len(r.engine.data.Buildings)), reports: make([]AreaReport, len(p.areas)+1)}
	for n := range t.reports {
		a := &t.reports[n]
		*a = AreaReport{AreaIndex: -1, Name: Outside, NameEn: "(in no area)", Level: level, Totals: make([]AreaTotal, len(r.Requirements))}
		if n < len(p.areas) {
			area := &r.engine.data.Areas[p.areas[n]]
			a.AreaIndex, a.Code, a.Name, a.NameEn = p.areas[n], area.Code, area.Name, area.NameEn
		}
		for i := range a.Totals {
			a.Totals[i] = AreaTotal{AreaIndex: a.AreaIndex, Code: a.Code, Name: a.Name, Requirement: r.Requirements[i].ID}
		}
	}
	for b := range t.parts {
		t.parts[b] = p.of(r.engine.areas.buildings[b])
	}
	t.countPeople()
	inParallel(len(r.Requirements), func(i int) { t.countRequirement(i) })
	outsideFacilities := t.countFacilities(p)
	last := len(t.reports) - 1
	if t.reports[last].Buildings == 0 && !outsideFacilities {
		t.reports = t.reports[:last]
	}
	return t.reports, nil
}

// tally adds up one call of Totals.
type tally struct {
	r       *Result
	parts   []int32 // number of the report of each building; -1 none
	reports []AreaReport
}

// countPeople counts people, buildings and those who have everything
// required.
func (t *tally) countPeople() {
	var required []int
	for i := range t.r.Requirements {
		if t.r.Requirements[i].Required {
			required = append(required, i)
		}
	}
	for _, b := range t.r.engine.residential {
		if t.parts[b] < 0 {
			continue
		}
		a := &t.reports[t.parts[b]]
		people := int64(t.r.engine.data.Buildings[b].Counts.People)
		a.People += people
		a.Buildings++
		if len(required) == 0 {
			continue
		}
		a.AllRequired.People += people
		a.AllRequired.Buildings++
		if t.hasAll(required, int(b)) {
			a.AllRequired.Covered += people
			a.AllRequired.BuildingsCovered++
		}
	}
	for n := range t.reports {
		a := &t.reports[n].AllRequired
		a.Share = share(a.Covered, a.People)
	}
}

func (t *tally) hasAll(required []int, b int) bool {
	for _, i := range required {
		if t.r.Reach(i, b).Status != Covered {
			return false
		}
	}
	return true
}

func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// countRequirement fills requirement i of every report.
func (t *tally) countRequirement(i int) {
	group := t.r.Requirements[i].Group
	reach := make([]struct{ people, buildings int64 }, len(t.reports)) // of those with a distance
	for _, b := range t.r.engine.residential {
		n := t.parts[b]
		if n < 0 {
			continue
		}
		a := &t.reports[n].Totals[i]
		people := int64(group.Of(t.r.engine.data.Buildings[b].Counts))
		a.People += people
		a.Buildings++
		x := t.r.Reach(i, int(b))
		switch x.Status {
		case Covered:
			a.Covered += people
			a.BuildingsCovered++
		case Uncovered:
			a.Uncovered += people
		default:
			a.Unreachable += people
		}
		if x.Decimetres >= 0 {
			reach[n].people += people
			reach[n].buildings++
		}
	}
	t.quantiles(i, group, func(n int32) (int64, bool) {
		if reach[n].people > 0 {
			return reach[n].people, true
		}
		return reach[n].buildings, false
	})
	for n := range t.reports {
		a := &t.reports[n].Totals[i]
		a.Share = share(a.Covered, a.People)
	}
}

// quantiles finds median and 90th percentile of every report: the least
// distance within which half, or nine tenths, of the people who have one live
// (of the buildings, when nobody does).
func (t *tally) quantiles(i int, group Group, total func(n int32) (weight int64, people bool)) {
	f := t.r.fields[i]
	sum := make([]int64, len(t.reports))
	for _, b := range f.order() {
		n, d := t.parts[b], f.decimetres[b]
		if d < 0 {
			return // and so are all that follow
		}
		if n < 0 {
			continue
		}
		all, people := total(n)
		w := int64(1)
		if people {
			w = int64(group.Of(t.r.engine.data.Buildings[b].Counts))
		}
		before := sum[n]
		sum[n] += w
		a := &t.reports[n].Totals[i]
		if 2*before < all && 2*sum[n] >= all {
			a.MedianMetres = float64(d) / 10
		}
		if 10*before < 9*all && 10*sum[n] >= 9*all {
			a.P90Metres = float64(d) / 10
		}
	}
}

// countFacilities counts the facilities of each requirement's category, and
// reports whether any lies outside all areas.
func (t *tally) countFacilities(p *partition) (outside bool) {
	of := map[household.Category][]int{}
	for i := range t.r.Requirements {
		c := t.r.Requirements[i].Category
		of[c] = append(of[c], i)
	}
	for k := range t.r.engine.data.Facilities {
		var f *cityindex.Facility = &t.r.engine.data.Facilities[k]
		n := p.of(t.r.engine.areas.facilities[k])
		if n < 0 {
			continue
		}
		for _, i := range of[f.Category] {
			t.reports[n].Totals[i].Facilities++
			outside = outside || int(n) == len(t.reports)-1
		}
	}
	return outside
}
