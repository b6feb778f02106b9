package cityindex

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo/hexgrid"
	"hearthmap/household"
)

// Totals are the sums over a part of the city.
type Totals struct {
	Counts
	Buildings   int32
	Residential int32 // buildings that people may live in
	Facilities  int32
}

func (t *Totals) addBuilding(b *Building) {
	t.Counts.Add(b.Counts)
	t.Buildings++
	if b.Use.Residential() {
		t.Residential++
	}
}

// relations says what lies in what.
type relations struct {
	area     []int32 // building → its community, or whatever area it names; None
	grid     []int32
	compound []int32
	facility []int32 // facility → its area
}

func newRelations(c *City) *relations {
	d := c.data
	r := &relations{
		area:     make([]int32, len(d.Buildings)),
		grid:     make([]int32, len(d.Buildings)),
		compound: make([]int32, len(d.Buildings)),
		facility: make([]int32, len(d.Facilities)),
	}
	for i := range d.Buildings {
		b := &d.Buildings[i]
		r.area[i], _ = c.AreaByID(b.AreaID)
		r.grid[i], _ = c.GridByID(b.GridID)
		r.compound[i], _ = c.CompoundByID(b.CompoundID)
		// A building of a grid lies in the grid's community.
		if r.area[i] == None && r.grid[i] != None {
			r.area[i] = c.areas.parent[r.grid[i]]
		}
	}
	for i := range d.Facilities {
		r.facility[i], _ = c.AreaByID(d.Facilities[i].AreaID)
	}
	return r
}

// totals are the sums by area, by compound and of the city.
type totals struct {
	areas     []Totals
	compounds []Totals
	city      Totals
}

func newTotals(c *City) *totals {
	d := c.data
	t := &totals{areas: make([]Totals, len(d.Areas)), compounds: make([]Totals, len(d.Compounds))}
	for i := range d.Buildings {
		b := &d.Buildings[i]
		t.city.addBuilding(b)
		c.AreasOf(int32(i), func(a int32) bool {
			t.areas[a].addBuilding(b)
			return true
		})
		if k := c.relations.compound[i]; k != None {
			t.compounds[k].addBuilding(b)
		}
	}
	t.city.Facilities = int32(len(d.Facilities))
	for i := range d.Facilities {
		c.chain(c.relations.facility[i], func(a int32) bool {
			t.areas[a].Facilities++
			return true
		})
	}
	return t
}

// chain yields the area, its ancestors and, where none of them is of the level
// city, the one city there is: what no district claims still counts there.
func (c *City) chain(area int32, yield func(area int32) bool) {
	root := c.areas.root
	for ; area != None; area = c.areas.parent[area] {
		if !yield(area) || area == root {
			return
		}
	}
	if root != None {
		yield(root)
	}
}

// AreasOf yields every area that the building counts in, once, from the grid
// up to the city. Anything that sums over areas has to go by it, so that all
// sums agree.
func (c *City) AreasOf(building int32, yield func(area int32) bool) {
	if g := c.relations.grid[building]; g != None && !yield(g) {
		return
	}
	c.chain(c.relations.area[building], yield)
}

// CommunityOf returns the area that the building names: its community; None
// when it lies in none.
func (c *City) CommunityOf(building int32) int32 { return c.relations.area[building] }

// GridOf returns the building's grid, None when it lies in none.
func (c *City) GridOf(building int32) int32 { return c.relations.grid[building] }

// CompoundOf returns the building's compound, None when it lies in none.
func (c *City) CompoundOf(building int32) int32 { return c.relations.compound[building] }

// AreaOfFacility returns the facility's area, None when it lies in none.
func (c *City) AreaOfFacility(facility int32) int32 { return c.relations.facility[facility] }

// AreaTotals returns the sums over the area's buildings.
func (c *City) AreaTotals(area int32) Totals { return c.totals.areas[area] }

// CompoundTotals returns the sums over the compound's buildings.
func (c *City) CompoundTotals(compound int32) Totals { return c.totals.compounds[compound] }

// Totals returns the sums over all buildings, in an area or not.
func (c *City) Totals() Totals { return c.totals.city }

// HexTotals returns the sums by H3 cell of the resolution (0–15); they add up
// to the city's. Buildings whose place is no position count in cell 0. The
// sums are made on first use and kept.
func (c *City) HexTotals(resolution int) map[hexgrid.Cell]Totals {
	c.hexMu.Lock()
	defer c.hexMu.Unlock()
	if t, ok := c.hexes[resolution]; ok {
		return t
	}
	sums := map[hexgrid.Cell]Totals{}
	add := func(p orb.Point, f func(*Totals)) {
		cell := hexgrid.At(p, resolution)
		t := sums[cell]
		f(&t)
		sums[cell] = t
	}
	for i := range c.data.Buildings {
		add(c.data.Buildings[i].Point, func(t *Totals) { t.addBuilding(&c.data.Buildings[i]) })
	}
	for i := range c.data.Facilities {
		add(c.data.Facilities[i].Geom, func(t *Totals) { t.Facilities++ })
	}
	if c.hexes == nil {
		c.hexes = map[int]map[hexgrid.Cell]Totals{}
	}
	c.hexes[resolution] = sums
	return sums
}

// Hex is an H3 cell with people or facilities in it.
type Hex struct {
	Cell     hexgrid.Cell
	Boundary orb.Ring
	Bound    orb.Bound // of the boundary
	Totals   Totals
}

// Hexes returns the cells of HexTotals with their boundaries, by cell; what
// lies nowhere, in cell 0, is left out. They are made on first use and kept:
// H3 takes far longer for a boundary than a tile may take for a cell.
func (c *City) Hexes(resolution int) []Hex {
	sums := c.HexTotals(resolution)
	c.hexMu.Lock()
	defer c.hexMu.Unlock()
	if list, ok := c.drawn[resolution]; ok {
		return list
	}
	list := make([]Hex, 0, len(sums))
	for cell, t := range sums {
		if cell == 0 {
			continue
		}
		ring := cell.Boundary()
		list = append(list, Hex{cell, ring, ring.Bound(), t})
	}
	slices.SortFunc(list, func(a, b Hex) int { return cmp.Compare(a.Cell, b.Cell) })
	if c.drawn == nil {
		c.drawn = map[int][]Hex{}
	}
	c.drawn[resolution] = list
	return list
}

// HasLevel reports whether the city has areas of the level.
func (c *City) HasLevel(l household.AreaLevel) bool { return len(c.areas.byLevel[l]) > 0 }
