package reports

import (
	"slices"

	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// WhatIf is what a scenario changes. As JSON it is what POST
// /api/v1/coverage/whatif gives.
type WhatIf struct {
	Standard    string              `json:"standard"`
	Method      coverage.Method     `json:"method"`
	Profile     coverage.Profile    `json:"profile"`
	Level       household.AreaLevel `json:"level"`
	Area        string              `json:"area,omitempty"`
	InputSHA256 string              `json:"input_sha256" doc:"identifies the city, the standard and the scenario; without changes that of the coverage"`
	Scenario    coverage.Scenario   `json:"scenario"`
	// Requirements are those of the standard that change anything.
	Requirements []Requirement             `json:"requirements" doc:"those for which anything changes"`
	Placed       []coverage.Placed         `json:"placed" doc:"facilities that move, then those added, as they join the streets"`
	Summary      coverage.Summary          `json:"summary" doc:"the whole city"`
	Areas        []coverage.AreaDifference `json:"areas" doc:"areas of the level in which anything changes"`
	// Buildings is there when it was asked for.
	Buildings *WhatIfBuildings `json:"buildings,omitempty"`
}

// WhatIfBuildings lists the buildings that fare otherwise, by their id, which
// is that of the features in the tiles.
type WhatIfBuildings struct {
	Requirement string  `json:"requirement" doc:"empty for the best or worst of all requirements"`
	Gained      []int64 `json:"gained"`
	Lost        []int64 `json:"lost"`
	Nearer      []int64 `json:"nearer"`
	Farther     []int64 `json:"farther"`
}

// NewWhatIf describes an outcome by the areas of a level, all of them or those
// in the area of code under. Errors are those of coverage.Outcome.Areas.
func NewWhatIf(o *coverage.Outcome, level household.AreaLevel, under string) (*WhatIf, error) {
	areas, err := o.Areas(level, under, false)
	if err != nil {
		return nil, err
	}
	r := o.Before()
	out := &WhatIf{
		Standard: r.Standard.ID, Method: r.Method, Profile: r.Profile, Level: level, Area: under, InputSHA256: o.InputSHA256(),
		Scenario: *o.Scenario, Placed: o.Placed(), Summary: o.Summary(), Areas: areas, Requirements: []Requirement{},
	}
	named := map[string]bool{}
	for _, t := range out.Summary.Totals {
		named[t.Requirement] = true
	}
	for _, a := range areas {
		for _, t := range a.Totals {
			named[t.Requirement] = true
		}
	}
	for _, q := range Requirements(r.Standard, r.Requirements) {
		if named[q.ID] {
			out.Requirements = append(out.Requirements, q)
		}
	}
	return out, nil
}

// NewWhatIfBuildings lists the buildings that fare otherwise by a requirement.
// The empty one means all: gained for some and lost for none, lost for some,
// nearer for some and farther for none, farther. The error is that of Lookup.
func NewWhatIfBuildings(o *coverage.Outcome, requirement string) (*WhatIfBuildings, error) {
	r := o.Before()
	out := &WhatIfBuildings{Gained: []int64{}, Lost: []int64{}, Nearer: []int64{}, Farther: []int64{}}
	which := make([]int, len(r.Requirements))
	for i := range which {
		which[i] = i
	}
	if requirement != "" {
		i, err := r.Lookup(requirement)
		if err != nil {
			return nil, err
		}
		which, out.Requirement = []int{i}, r.Requirements[i].ID
	}
	fares := map[int32]coverage.Change{}
	for _, i := range which {
		for _, b := range o.Changed(i) {
			fares[b] = worse(fares[b], o.ChangeOf(i, int(b)))
		}
	}
	data := r.Engine().Data()
	order := make([]int32, 0, len(fares))
	for b := range fares {
		order = append(order, b)
	}
	slices.Sort(order)
	for _, b := range order {
		id := data.Buildings[b].ID
		switch fares[b] {
		case coverage.Gained:
			out.Gained = append(out.Gained, id)
		case coverage.Lost:
			out.Lost = append(out.Lost, id)
		case coverage.Nearer:
			out.Nearer = append(out.Nearer, id)
		case coverage.Farther:
			out.Farther = append(out.Farther, id)
		}
	}
	return out, nil
}

// worse is the graver of two changes.
func worse(a, b coverage.Change) coverage.Change {
	grave := [...]coverage.Change{coverage.Lost, coverage.Gained, coverage.Farther, coverage.Nearer}
	for _, c := range grave {
		if a == c || b == c {
			return c
		}
	}
	return coverage.Same
}
