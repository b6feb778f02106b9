package cityindex

import (
	"cmp"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"hearthmap/household"
)

// Every building counts once in each area that it lies in, found by walking
// the names by hand.
func TestTotalsEqualBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawData(t)
		c := mustNew(t, d)
		for a := range d.Areas {
			var want Totals
			for b := range d.Buildings {
				if slices.Contains(slowAreas(d, &d.Buildings[b]), a) {
					want.addBuilding(&d.Buildings[b])
				}
			}
			got := c.AreaTotals(int32(a))
			got.Facilities = 0
			if got != want {
				t.Fatalf("area %d: %+v, want %+v", a, got, want)
			}
		}
		var city Totals
		for b := range d.Buildings {
			city.addBuilding(&d.Buildings[b])
		}
		city.Facilities = int32(len(d.Facilities))
		if c.Totals() != city {
			t.Fatalf("city: %+v, want %+v", c.Totals(), city)
		}
		if r := c.areas.root; r != None && c.AreaTotals(r) != city {
			t.Fatalf("the area of the city: %+v, want %+v", c.AreaTotals(r), city)
		}
		for k := range d.Compounds {
			var want Totals
			for b := range d.Buildings {
				if d.Buildings[b].CompoundID == d.Compounds[k].ID {
					want.addBuilding(&d.Buildings[b])
				}
			}
			if got := c.CompoundTotals(int32(k)); got != want {
				t.Fatalf("compound %d: %+v, want %+v", k, got, want)
			}
		}
	})
}

// slowAreas lists the areas of a building from the data alone.
func slowAreas(d *Data, b *Building) []int {
	byID := func(grid bool, id int64) int {
		return slices.IndexFunc(d.Areas, func(a Area) bool { return a.ID == id && (a.Level == household.LevelGrid) == grid })
	}
	var out []int
	next := byID(false, b.AreaID)
	if g := byID(true, b.GridID); g >= 0 {
		out = append(out, g)
		if next < 0 {
			next = byID(false, d.Areas[g].ParentID)
		}
	}
	for ; next >= 0; next = byID(false, d.Areas[next].ParentID) {
		out = append(out, next)
	}
	cities := 0
	root := -1
	for i := range d.Areas {
		if d.Areas[i].Level == household.LevelCity {
			cities++
			root = i
		}
	}
	if cities == 1 && !slices.Contains(out, root) {
		out = append(out, root)
	}
	return out
}

func TestHexTotalsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := mustNew(t, drawData(t))
		for _, res := range []int{6, 9} {
			var sum Totals
			for cell, h := range c.HexTotals(res) {
				if cell.Resolution() != res {
					t.Fatalf("cell %s in the totals of %d", cell, res)
				}
				sum.Counts.Add(h.Counts)
				sum.Buildings += h.Buildings
				sum.Residential += h.Residential
				sum.Facilities += h.Facilities
			}
			hexes := c.Hexes(res)
			if !slices.IsSortedFunc(hexes, func(a, b Hex) int { return cmp.Compare(a.Cell, b.Cell) }) {
				t.Fatal("hexagons out of order")
			}
			for _, h := range hexes {
				if h.Totals != c.HexTotals(res)[h.Cell] || h.Bound != h.Cell.Boundary().Bound() {
					t.Fatalf("hexagon %+v", h)
				}
			}
			if _, nowhere := c.HexTotals(res)[0]; len(hexes) != len(c.HexTotals(res)) && !nowhere {
				t.Fatalf("%d hexagons of %d", len(hexes), len(c.HexTotals(res)))
			}
			if sum != c.Totals() {
				t.Fatalf("the hexagons of %d hold %+v, the city %+v", res, sum, c.Totals())
			}
		}
	})
}

func TestBuildingOutsideCommunitiesCountsInTheCity(t *testing.T) {
	c := mustNew(t, &Data{
		Areas: []Area{
			{ID: 1, Code: "990000", Level: household.LevelCity},
			{ID: 2, Code: "990001", Level: household.LevelDistrict, ParentID: 1},
		},
		Buildings: []Building{
			{ID: 1, AreaID: 2, Counts: Counts{People: 10}, Geom: orb.Point{1, 1}},
			{ID: 2, Counts: Counts{People: 5}, Geom: orb.Point{1, 1}},
		},
	})
	if got := [...]int32{c.AreaTotals(0).People, c.AreaTotals(1).People, c.Totals().People}; got != [...]int32{15, 10, 15} {
		t.Errorf("city area, district, city: %v, want 15 10 15", got)
	}
}
