package cityindex

import (
	"sync"

	"github.com/paulmach/orb"

	"hearthmap/geo/hexgrid"
	"hearthmap/household"
)

// None is the index of nothing.
const None int32 = -1

// City is an immutable snapshot of a city: its data with look-ups by code, id
// and place, and totals by area. Things are named by their index in the lists
// of Data, an int32, None for nothing. A City may be read by any number of
// goroutines; nothing it returns may be changed.
type City struct {
	data       *Data
	areas      *areaTable
	compounds  *compoundTable
	buildings  *buildingTable
	entrances  *entranceTable
	streets    *streetTable
	land       *landTable
	facilities *facilityTable
	relations  *relations
	totals     *totals
	bounds     orb.Bound

	hexMu sync.Mutex
	hexes map[int]map[hexgrid.Cell]Totals
	drawn map[int][]Hex
}

// New indexes the data, which must not be changed afterwards. It fails with
// Invalid on lists out of order, codes that occur twice and areas that are
// their own ancestors. References to things that are not in the data count
// as none: the database keeps what has ended.
func New(d *Data) (*City, error) { return build(d, allTables, nil) }

// build makes the city of d, taking over from old every table not in changed.
func build(d *Data, changed TableSet, old *City) (*City, error) {
	c := &City{data: d}
	if old != nil {
		c.areas, c.compounds, c.buildings, c.entrances = old.areas, old.compounds, old.buildings, old.entrances
		c.streets, c.land, c.facilities = old.streets, old.land, old.facilities
		c.relations, c.totals = old.relations, old.totals
	}
	var err error
	step := func(t TableSet, make func() error) {
		if err == nil && changed&t != 0 {
			err = make()
		}
	}
	step(Areas, func() (e error) { c.areas, e = newAreaTable(d.Areas); return })
	step(Compounds, func() (e error) { c.compounds, e = newCompoundTable(d.Compounds, d.Gates); return })
	step(Buildings, func() (e error) { c.buildings, e = newBuildingTable(d.Buildings); return })
	step(Streets, func() (e error) { c.streets, e = newStreetTable(d.Streets); return })
	step(LandUse, func() (e error) { c.land, e = newLandTable(d.Land); return })
	step(Facilities, func() (e error) { c.facilities, e = newFacilityTable(d.Facilities); return })
	step(Entrances|Buildings, func() (e error) { c.entrances, e = newEntranceTable(d.Entrances, c.buildings); return })
	step(totalled, func() error { c.relations = newRelations(c); return nil })
	step(totalled|countsChanged, func() error { c.totals = newTotals(c); return nil })
	if err != nil {
		return nil, err
	}
	c.bounds = c.measure()
	return c, nil
}

// measure finds the bounds of all that people see.
func (c *City) measure() orb.Bound {
	b := emptyBound
	for _, t := range []*tree{c.areas.all, c.compounds.tree, c.buildings.tree, c.streets.tree, c.facilities.tree} {
		if t.t.Len() > 0 {
			lo, hi := t.t.Bounds()
			b = grow(b, orb.Bound{Min: lo, Max: hi})
		}
	}
	return b
}

var emptyBound = orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}}

// Data returns the data of the snapshot. It must not be changed.
func (c *City) Data() *Data { return c.data }

// Name returns the city's schema.
func (c *City) Name() string { return c.data.City }

// Seq returns the last change that the snapshot holds.
func (c *City) Seq() int64 { return c.data.Seq }

// Bounds returns the bounds of the areas, compounds, buildings, streets and
// facilities; of an empty city Min is greater than Max, see HasBounds.
func (c *City) Bounds() orb.Bound { return c.bounds }

// HasBounds reports whether the city has anything on the ground.
func (c *City) HasBounds() bool { return !isEmpty(c.bounds) }

// unordered is the error of a list that is not ordered by id.
func unordered(list string, id int64) error {
	return household.Errorf(household.Invalid, "cityindex.New", "the list of %s is not ordered by id at id %d", list, id).
		WithHint("load the city from the database again; if it happens twice, report it")
}

// twice is the error of a code that two things carry.
func twice(list, code string) error {
	return household.Errorf(household.Invalid, "cityindex.New", "two %s have the code %q", list, code).
		WithHint("load the city from the database again; if it happens twice, report it")
}

// keys builds the look-up by code of a list and checks its order.
func keys(list string, n int, key func(i int) (id int64, code string)) (map[string]int32, error) {
	byCode := make(map[string]int32, n)
	last := int64(0)
	for i := range n {
		id, code := key(i)
		if i > 0 && id <= last {
			return nil, unordered(list, id)
		}
		last = id
		if code == "" {
			continue
		}
		if _, ok := byCode[code]; ok {
			return nil, twice(list, code)
		}
		byCode[code] = int32(i)
	}
	return byCode, nil
}

func find(m map[string]int32, code string) int32 {
	if i, ok := m[code]; ok {
		return i
	}
	return None
}
