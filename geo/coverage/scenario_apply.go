package coverage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// planned marks what a scenario adds: ids of the database are positive.
func planned(id int64) bool { return id < 0 }

// orderCode is the code by which things are put in order. What a scenario
// adds comes last, so that it wins no tie against what is there.
func orderCode(id int64, code string) string {
	if planned(id) {
		return "\U0010ffff" + code
	}
	return code
}

// NewCode is the code of the i-th facility, counted from 0, that a scenario
// adds.
func NewCode(i int) string { return fmt.Sprintf("new-%d", i+1) }

// Apply returns the city with the scenario's changes made; d stays as it is.
// What is added has negative ids.
//
// Facilities that are added or moved belong to the smallest area that holds
// their place. A path is on the ground, for both directions. It meets every
// street on the ground that it crosses; its ends meet the nearest street
// within PathReach. Where it leads through the wall of a compound it opens
// the wall, as a mapped path does on import: the path is the better witness.
//
// Errors are those of Check, and NotFound for codes that the city lacks.
func (s *Scenario) Apply(d *cityindex.Data) (*cityindex.Data, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	out := *d
	if err := s.applyFacilities(&out); err != nil {
		return nil, err
	}
	if err := s.applyGates(&out); err != nil {
		return nil, err
	}
	return &out, s.applyPaths(&out)
}

func missing(kind, code, hint string) error {
	return household.Errorf(household.NotFound, "coverage.Scenario", "there is no %s %q", kind, code).WithHint("%s", hint)
}

func (s *Scenario) applyFacilities(d *cityindex.Data) error {
	if len(s.Add)+len(s.Move)+len(s.Close)+len(s.Capacity) == 0 {
		return nil
	}
	at := make(map[string]int, len(d.Facilities))
	for i := range d.Facilities {
		at[d.Facilities[i].Code] = i
	}
	find := func(code string) (int, error) {
		if i, ok := at[code]; ok {
			return i, nil
		}
		return 0, missing("facility", code, "the codes of the imported facilities; hearthmap lookup finds them")
	}
	holder := holders(d)
	fs := slices.Clone(d.Facilities)
	for _, m := range s.Move {
		i, err := find(m.Code)
		if err != nil {
			return err
		}
		fs[i].Geom = orb.Point{m.Lon, m.Lat}
		fs[i].AreaID = holder(fs[i].Geom)
	}
	for _, c := range s.Capacity {
		i, err := find(c.Code)
		if err != nil {
			return err
		}
		fs[i].Capacity = c.Capacity
	}
	closed := map[int]bool{}
	for _, code := range s.Close {
		i, err := find(code)
		if err != nil {
			return err
		}
		closed[i] = true
	}
	d.Facilities = make([]cityindex.Facility, 0, len(fs)+len(s.Add))
	for i := range fs {
		if !closed[i] {
			d.Facilities = append(d.Facilities, fs[i])
		}
	}
	for i, a := range s.Add {
		if _, taken := at[NewCode(i)]; taken {
			return household.Errorf(household.Conflict, "coverage.Scenario", "the city has a facility %s, as scenarios call what they add", NewCode(i)).
				WithHint("import that facility under another code")
		}
		p := orb.Point{a.Lon, a.Lat}
		d.Facilities = append(d.Facilities, cityindex.Facility{
			ID: -int64(i + 1), Code: NewCode(i), Name: a.Name, Category: a.Category, Capacity: a.Capacity, Geom: p, AreaID: holder(p),
		})
	}
	return nil
}

// holders finds the smallest area above the grid that holds a place; 0 none.
func holders(d *cityindex.Data) func(orb.Point) int64 {
	type holder struct {
		bound orb.Bound
		area  *cityindex.Area
	}
	var all []holder
	for k := len(household.AreaLevels) - 1; k >= 0; k-- {
		level := household.AreaLevels[k]
		for _, i := range byCode(d.Areas, func(a *cityindex.Area) string { return a.Code }) {
			if a := &d.Areas[i]; a.Level == level && level != household.LevelGrid && len(a.Geom) > 0 {
				all = append(all, holder{a.Geom.Bound(), a})
			}
		}
	}
	return func(p orb.Point) int64 {
		for i := range all {
			if all[i].bound.Contains(p) && contains(all[i].area.Geom, p) {
				return all[i].area.ID
			}
		}
		return 0
	}
}

func (s *Scenario) applyGates(d *cityindex.Data) error {
	if len(s.OpenGates)+len(s.CloseGates) == 0 {
		return nil
	}
	d.Gates = slices.Clone(d.Gates)
	set := func(codes []string, open bool) error {
		for _, code := range codes {
			i := slices.IndexFunc(d.Gates, func(g cityindex.Gate) bool { return g.Code == code })
			if i < 0 {
				return missing("gate", code, "the codes of the imported gates; the map shows them near")
			}
			d.Gates[i].Open, d.Gates[i].Hours = open, "" // at all hours
		}
		return nil
	}
	if err := set(s.OpenGates, true); err != nil {
		return err
	}
	return set(s.CloseGates, false)
}

func (s *Scenario) applyPaths(d *cityindex.Data) error {
	if len(s.CutPaths)+len(s.AddPaths) == 0 {
		return nil
	}
	d.Streets = slices.Clone(d.Streets)
	for _, code := range s.CutPaths {
		i := slices.IndexFunc(d.Streets, func(s cityindex.Street) bool { return s.Code == code })
		if i < 0 {
			return missing("street", code, "the codes of the imported streets")
		}
		d.Streets[i].Foot = false
	}
	b := &pathBuilder{data: d}
	for i, p := range s.AddPaths {
		if err := b.build(i, p.line()); err != nil {
			return err
		}
	}
	return nil
}

// String says in a few words what changes, for terminals.
func (s *Scenario) String() string {
	var parts []string
	count := func(n int, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	count(len(s.Add), "opened")
	count(len(s.Move), "moved")
	count(len(s.Close), "closed")
	count(len(s.Capacity), "resized")
	count(len(s.OpenGates), "gates opened")
	count(len(s.CloseGates), "gates closed")
	count(len(s.AddPaths), "paths added")
	count(len(s.CutPaths), "paths cut")
	if len(parts) == 0 {
		return "no changes"
	}
	return strings.Join(parts, ", ")
}
