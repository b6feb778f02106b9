package coverage

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// lineage are the areas that hold a place, by level as in
// household.AreaLevels; -1 where there is none.
type lineage [5]int32

var nowhere = lineage{-1, -1, -1, -1, -1}

// areaTree knows the areas that hold each building and facility.
type areaTree struct {
	data      *cityindex.Data
	lines     []lineage // of each area, itself included
	byCode    map[string]int32
	buildings []lineage
	// facilities have no grid in the snapshot; it is found by place.
	facilities []lineage
}

func levelIndex(l household.AreaLevel) int { return slices.Index(household.AreaLevels, l) }

func newAreaTree(data *cityindex.Data) *areaTree {
	t := &areaTree{data: data, byCode: map[string]int32{}, lines: make([]lineage, len(data.Areas))}
	areas, grids := map[int64]int32{}, map[int64]int32{}
	for i := range data.Areas {
		a := &data.Areas[i]
		if a.Level == household.LevelGrid {
			grids[a.ID] = int32(i)
		} else {
			areas[a.ID] = int32(i)
		}
		t.byCode[a.Code] = int32(i)
	}
	children := map[int64][]int32{} // grids of each community
	for i := range data.Areas {
		t.lines[i] = t.climb(int32(i), areas)
		if a := &data.Areas[i]; a.Level == household.LevelGrid {
			children[a.ParentID] = append(children[a.ParentID], int32(i))
		}
	}
	of := func(areaID, gridID int64) lineage {
		l := nowhere
		if i, ok := areas[areaID]; ok {
			l = t.lines[i]
		}
		if i, ok := grids[gridID]; ok {
			if _, known := areas[areaID]; !known {
				l = t.lines[i]
			}
			l[levelIndex(household.LevelGrid)] = i
		}
		return l
	}
	t.buildings = make([]lineage, len(data.Buildings))
	for i := range data.Buildings {
		t.buildings[i] = of(data.Buildings[i].AreaID, data.Buildings[i].GridID)
	}
	t.facilities = make([]lineage, len(data.Facilities))
	for i := range data.Facilities {
		f := &data.Facilities[i]
		t.facilities[i] = of(f.AreaID, 0)
		for _, g := range children[f.AreaID] {
			if contains(data.Areas[g].Geom, f.Geom) {
				t.facilities[i][levelIndex(household.LevelGrid)] = g
				break
			}
		}
	}
	return t
}

// contains is planar.MultiPolygonContains without its panic on a polygon of
// no rings.
func contains(m orb.MultiPolygon, p orb.Point) bool {
	for _, polygon := range m {
		if len(polygon) > 0 && planar.PolygonContains(polygon, p) {
			return true
		}
	}
	return false
}

// climb follows an area's parents; a circle of parents ends it.
func (t *areaTree) climb(i int32, areas map[int64]int32) lineage {
	l := nowhere
	for range len(household.AreaLevels) + 1 {
		a := &t.data.Areas[i]
		if k := levelIndex(a.Level); k >= 0 && l[k] < 0 {
			l[k] = i
		}
		parent, ok := areas[a.ParentID]
		if !ok || a.ParentID == 0 {
			break
		}
		i = parent
	}
	return l
}

// within reports whether the lineage passes through the area; -1 is the whole
// city.
func (l lineage) within(area int32) bool { return area < 0 || slices.Contains(l[:], area) }

// partition numbers the areas of a level under an area, by code; the last
// number, not in the list, is for places in none of them.
type partition struct {
	areas  []int32
	number map[int32]int32
	level  int
	under  int32
}

// at makes the partition. The error is Invalid or NotFound.
func (t *areaTree) at(level household.AreaLevel, under string) (*partition, error) {
	const op = "coverage.Totals"
	p := &partition{level: levelIndex(level), under: -1, number: map[int32]int32{}}
	if p.level < 0 {
		return nil, household.Errorf(household.Invalid, op, "there is no area level %q", level).
			WithHint("one of: city, district, street, community, grid, hex8, hex9, hex10")
	}
	if under != "" {
		i, ok := t.byCode[under]
		if !ok {
			return nil, noArea(under)
		}
		if levelIndex(t.data.Areas[i].Level) > p.level {
			return nil, household.Errorf(household.Invalid, op, "area %s is a %s, which has no parts of level %s",
				under, t.data.Areas[i].Level, level).WithHint("ask for level %s or a smaller one", t.data.Areas[i].Level)
		}
		p.under = i
	}
	for i := range t.data.Areas {
		if t.data.Areas[i].Level == level && t.lines[i].within(p.under) {
			p.areas = append(p.areas, int32(i))
		}
	}
	slices.SortFunc(p.areas, func(a, b int32) int { return cmp.Compare(t.data.Areas[a].Code, t.data.Areas[b].Code) })
	for n, i := range p.areas {
		p.number[i] = int32(n)
	}
	return p, nil
}

// of is the number of the part that holds a place, or -1 when the place is
// not under the area asked for.
func (p *partition) of(l lineage) int32 {
	if !l.within(p.under) {
		return -1
	}
	if n, ok := p.number[l[p.level]]; ok {
		return n
	}
	return int32(len(p.areas))
}

func noArea(code string) error {
	return household.Errorf(household.NotFound, "coverage.Totals", "there is no area %q", code).
		WithHint("area codes are those of the imported areas file")
}
