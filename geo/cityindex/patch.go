package cityindex

import "hearthmap/household"

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
	changed := u.Replace
	if len(u.Counts) > 0 {
		changed |= countsChanged
		var err error
		if d.Buildings, err = withCounts(d.Buildings, u.Counts); err != nil {
			return nil, err
		}
	}
	return build(&d, changed, c)
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
	for i := range out {
		if k, ok := counts[out[i].ID]; ok {
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
