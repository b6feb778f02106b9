package cityindex

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/household"
)

// compoundTable looks up compounds and their gates.
type compoundTable struct {
	ids    []int64
	byCode map[string]int32
	tree   *tree
	gates  [][]int32 // by compound
}

func newCompoundTable(list []Compound, gates []Gate) (*compoundTable, error) {
	byCode, err := keys("compounds", len(list), func(i int) (int64, string) { return list[i].ID, list[i].Code })
	if err != nil {
		return nil, err
	}
	t := &compoundTable{byCode: byCode, ids: make([]int64, len(list)), gates: make([][]int32, len(list))}
	for i := range list {
		t.ids[i] = list[i].ID
	}
	for g := range gates {
		if i, ok := slices.BinarySearch(t.ids, gates[g].CompoundID); ok {
			t.gates[i] = append(t.gates[i], int32(g))
		}
	}
	t.tree = newTree(len(list), func(i int) orb.Bound { return boundOf(list[i].Geom) })
	return t, nil
}

// Compound returns the index of the compound with the code.
func (c *City) Compound(code string) (int32, bool) {
	i := find(c.compounds.byCode, code)
	return i, i != None
}

// CompoundByID returns the index of the compound with the id.
func (c *City) CompoundByID(id int64) (int32, bool) {
	i, ok := slices.BinarySearch(c.compounds.ids, id)
	if !ok {
		return None, false
	}
	return int32(i), true
}

// CompoundAt returns the compound with the index.
func (c *City) CompoundAt(i int32) *Compound { return &c.data.Compounds[i] }

// GatesOf returns the indices of the compound's gates in Data.Gates.
func (c *City) GatesOf(compound int32) []int32 { return c.compounds.gates[compound] }

// CompoundsIn yields the compounds whose bounds touch b, in no order.
func (c *City) CompoundsIn(b orb.Bound, yield func(compound int32) bool) {
	c.compounds.tree.search(b, yield)
}

// entranceTable looks up entrances.
type entranceTable struct {
	tree  *tree
	order []int32 // entrance indices by building, then by id
	first []int32 // where a building's begin in order; one more at the end
}

func newEntranceTable(list []Entrance, b *buildingTable) (*entranceTable, error) {
	t := &entranceTable{first: make([]int32, len(b.ids)+1)}
	owner := make([]int32, len(list))
	for i := range list {
		if i > 0 && list[i].ID <= list[i-1].ID {
			return nil, unordered("entrances", list[i].ID)
		}
		owner[i], _ = b.byID(list[i].BuildingID)
		if owner[i] != None {
			t.first[owner[i]+1]++
			t.order = append(t.order, int32(i))
		}
	}
	for i := range b.ids {
		t.first[i+1] += t.first[i]
	}
	slices.SortStableFunc(t.order, func(x, y int32) int { return cmp.Compare(owner[x], owner[y]) })
	t.tree = newTree(len(list), func(i int) orb.Bound { return boundOf(list[i].Geom) })
	return t, nil
}

// EntrancesOf returns the indices of the building's located entrances.
func (c *City) EntrancesOf(building int32) []int32 {
	return c.entrances.order[c.entrances.first[building]:c.entrances.first[building+1]]
}

// EntrancesIn yields the entrances in b, in no order.
func (c *City) EntrancesIn(b orb.Bound, yield func(entrance int32) bool) {
	c.entrances.tree.search(b, yield)
}

// streetTable finds streets by place.
type streetTable struct{ tree *tree }

func newStreetTable(list []Street) (*streetTable, error) {
	for i := 1; i < len(list); i++ {
		if list[i].ID <= list[i-1].ID {
			return nil, unordered("streets", list[i].ID)
		}
	}
	return &streetTable{newTree(len(list), func(i int) orb.Bound {
		if len(list[i].Geom) == 0 {
			return emptyBound
		}
		return boundOf(list[i].Geom)
	})}, nil
}

// StreetsIn yields the streets whose bounds touch b, in no order.
func (c *City) StreetsIn(b orb.Bound, yield func(street int32) bool) { c.streets.tree.search(b, yield) }

// landTable finds land by place.
type landTable struct{ tree *tree }

func newLandTable(list []Land) (*landTable, error) {
	for i := 1; i < len(list); i++ {
		if list[i].ID <= list[i-1].ID {
			return nil, unordered("land", list[i].ID)
		}
	}
	return &landTable{newTree(len(list), func(i int) orb.Bound { return boundOf(list[i].Geom) })}, nil
}

// LandIn yields the pieces of land whose bounds touch b, in no order.
func (c *City) LandIn(b orb.Bound, yield func(land int32) bool) { c.land.tree.search(b, yield) }

// facilityTable looks up facilities.
type facilityTable struct {
	ids        []int64
	byCode     map[string]int32
	byCategory map[household.Category][]int32
	tree       *tree
}

func newFacilityTable(list []Facility) (*facilityTable, error) {
	byCode, err := keys("facilities", len(list), func(i int) (int64, string) { return list[i].ID, list[i].Code })
	if err != nil {
		return nil, err
	}
	t := &facilityTable{byCode: byCode, byCategory: map[household.Category][]int32{}, ids: make([]int64, len(list))}
	for i := range list {
		t.ids[i] = list[i].ID
		t.byCategory[list[i].Category] = append(t.byCategory[list[i].Category], int32(i))
	}
	t.tree = newTree(len(list), func(i int) orb.Bound { return boundOf(list[i].Geom) })
	return t, nil
}

// Facility returns the index of the facility with the code.
func (c *City) Facility(code string) (int32, bool) {
	i := find(c.facilities.byCode, code)
	return i, i != None
}

// FacilityByID returns the index of the facility with the id.
func (c *City) FacilityByID(id int64) (int32, bool) {
	i, ok := slices.BinarySearch(c.facilities.ids, id)
	if !ok {
		return None, false
	}
	return int32(i), true
}

// FacilityAt returns the facility with the index.
func (c *City) FacilityAt(i int32) *Facility { return &c.data.Facilities[i] }

// Facilities returns the indices of the category's facilities by id.
func (c *City) Facilities(k household.Category) []int32 { return c.facilities.byCategory[k] }

// FacilitiesIn yields the facilities in b, in no order.
func (c *City) FacilitiesIn(b orb.Bound, yield func(facility int32) bool) {
	c.facilities.tree.search(b, yield)
}
