package cityindex

import (
	"cmp"
	"slices"

	"hearthmap/household"
)

// TableSet is a set of the lists of Data.
type TableSet uint16

// The lists that an Update can replace. Gates go with the compounds.
const (
	Areas TableSet = 1 << iota
	Compounds
	Barriers
	LandUse
	Streets
	Buildings
	Entrances
	Facilities

	countsChanged
	allTables = countsChanged<<1 - 1
	totalled  = Areas | Compounds | Buildings | Facilities // what totals depend on, beside counts
)

// Update is what changed in a city.
type Update struct {
	Seq int64 // the last change that it holds
	// Replace says which lists of New take the place of the city's; the other
	// lists of New are ignored.
	Replace TableSet
	New     Data
	// Counts are new counts by building id, put in place after Replace.
	Counts map[int64]Counts
}

// Patch returns the city with the update made: equal to New on the data
// changed accordingly, sharing what did not change. It fails as New does, and
// with NotFound on counts of a building that the city does not have, upon
// which the caller has to load the buildings anew.
func (c *City) Patch(u Update) (*City, error) {
	d := *c.data
	d.Seq = u.Seq
	replace(&d, u.Replace, &u.New)
	if len(u.Counts) == 0 {
		return build(&d, u.Replace, c)
	}
	var err error
	if d.Buildings, err = withCounts(d.Buildings, u.Counts); err != nil {
		return nil, err
	}
	if u.Replace&totalled != 0 {
		return build(&d, u.Replace|countsChanged, c) // makes all totals anew
	}
	next, err := build(&d, u.Replace, c)
	if err != nil {
		return nil, err
	}
	next.totals = c.recount(next, u.Counts)
	return next, nil
}

// recount is the totals of next, which differs from c in some counts only.
func (c *City) recount(next *City, counts map[int64]Counts) *totals {
	t := &totals{areas: slices.Clone(c.totals.areas), compounds: slices.Clone(c.totals.compounds), city: c.totals.city}
	for id := range counts {
		i, _ := c.BuildingByID(id) // withCounts found it
		diff := next.data.Buildings[i].Counts
		diff.subtract(c.data.Buildings[i].Counts)
		t.city.Counts.Add(diff)
		c.AreasOf(i, func(a int32) bool {
			t.areas[a].Counts.Add(diff)
			return true
		})
		if k := c.relations.compound[i]; k != None {
			t.compounds[k].Counts.Add(diff)
		}
	}
	return t
}

func (c *Counts) subtract(o Counts) {
	c.People -= o.People
	c.Households -= o.Households
	c.Units -= o.Units
	c.Age0to2 -= o.Age0to2
	c.Age3to5 -= o.Age3to5
	c.Age6to14 -= o.Age6to14
	c.Age60up -= o.Age60up
	c.Age80up -= o.Age80up
}

func replace(d *Data, set TableSet, by *Data) {
	for table, copyOver := range map[TableSet]func(){
		Areas:      func() { d.Areas = by.Areas },
		Compounds:  func() { d.Compounds, d.Gates = by.Compounds, by.Gates },
		Barriers:   func() { d.Barriers = by.Barriers },
		LandUse:    func() { d.Land = by.Land },
		Streets:    func() { d.Streets = by.Streets },
		Buildings:  func() { d.Buildings = by.Buildings },
		Entrances:  func() { d.Entrances = by.Entrances },
		Facilities: func() { d.Facilities = by.Facilities },
	} {
		if set&table != 0 {
			copyOver()
		}
	}
}

// withCounts copies the list with other counts.
func withCounts(list []Building, counts map[int64]Counts) ([]Building, error) {
	out := make([]Building, len(list))
	copy(out, list)
	found := 0
	for id, k := range counts {
		i, ok := slices.BinarySearchFunc(out, id, func(b Building, id int64) int { return cmp.Compare(b.ID, id) })
		if ok {
			out[i].Counts = k
			found++
		}
	}
	if found < len(counts) {
		return nil, household.Errorf(household.NotFound, "cityindex.Patch",
			"%d of %d changed buildings are not in the snapshot", len(counts)-found, len(counts)).
			WithHint("load the buildings from the database again")
	}
	return out, nil
}
