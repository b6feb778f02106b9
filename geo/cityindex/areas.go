package cityindex

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"hearthmap/household"
)

// areaTable looks up areas of all levels.
type areaTable struct {
	list     []Area
	byCode   map[string]int32
	areaByID map[int64]int32 // those above the grid
	gridByID map[int64]int32
	parent   []int32
	children [][]int32
	byLevel  map[household.AreaLevel][]int32
	trees    map[household.AreaLevel]*tree
	all      *tree
	root     int32 // the one area of the level city; None when there are none or several
}

func newAreaTable(list []Area) (*areaTable, error) {
	t := &areaTable{
		list:     list,
		byCode:   make(map[string]int32, len(list)),
		areaByID: map[int64]int32{},
		gridByID: map[int64]int32{},
		parent:   make([]int32, len(list)),
		children: make([][]int32, len(list)),
		byLevel:  map[household.AreaLevel][]int32{},
		trees:    map[household.AreaLevel]*tree{},
		root:     None,
	}
	for i := range list {
		if err := t.enter(int32(i)); err != nil {
			return nil, err
		}
	}
	for i := range list {
		t.parent[i] = None
		if p, ok := t.areaByID[list[i].ParentID]; ok && list[i].ParentID != 0 {
			t.parent[i] = p
			t.children[p] = append(t.children[p], int32(i))
		}
	}
	if err := t.noCycles(); err != nil {
		return nil, err
	}
	if cities := t.byLevel[household.LevelCity]; len(cities) == 1 {
		t.root = cities[0]
	}
	t.index()
	return t, nil
}

// enter puts one area into the look-ups.
func (t *areaTable) enter(i int32) error {
	a := &t.list[i]
	ids := t.areaByID
	if a.Level == household.LevelGrid {
		ids = t.gridByID
	}
	if _, ok := ids[a.ID]; ok {
		return household.Errorf(household.Invalid, "cityindex.New", "two areas of the level %s have the id %d", a.Level, a.ID).
			WithHint("load the city from the database again; if it happens twice, report it")
	}
	ids[a.ID] = i
	if a.Code != "" {
		if _, ok := t.byCode[a.Code]; ok {
			return twice("areas", a.Code)
		}
		t.byCode[a.Code] = i
	}
	t.byLevel[a.Level] = append(t.byLevel[a.Level], i)
	return nil
}

func (t *areaTable) noCycles() error {
	for i := range t.list {
		steps := 0
		for p := t.parent[i]; p != None; p = t.parent[p] {
			if steps++; steps > len(t.list) {
				return household.Errorf(household.Invalid, "cityindex.New", "the area %q is its own ancestor", t.list[i].Code).
					WithHint("mend parent_code in the areas file and import it again")
			}
		}
	}
	return nil
}

func (t *areaTable) index() {
	bound := func(i int) orb.Bound { return boundOf(t.list[i].Geom) }
	t.all = newTree(len(t.list), bound)
	for level, list := range t.byLevel {
		tr := &tree{}
		for _, i := range list {
			if b := bound(int(i)); !isEmpty(b) {
				tr.t.Insert([2]float64(b.Min), [2]float64(b.Max), i)
			}
		}
		t.trees[level] = tr
	}
}

// Area returns the index of the area or grid with the code.
func (c *City) Area(code string) (int32, bool) {
	i := find(c.areas.byCode, code)
	return i, i != None
}

// AreaByID returns the index of the area above the grid level with the id.
func (c *City) AreaByID(id int64) (int32, bool) {
	i, ok := c.areas.areaByID[id]
	if !ok {
		return None, false
	}
	return i, true
}

// GridByID returns the index of the grid with the id.
func (c *City) GridByID(id int64) (int32, bool) {
	i, ok := c.areas.gridByID[id]
	if !ok {
		return None, false
	}
	return i, true
}

// AreaAt returns the area with the index.
func (c *City) AreaAt(i int32) *Area { return &c.data.Areas[i] }

// AreasOfLevel returns the indices of the level's areas in their order.
func (c *City) AreasOfLevel(l household.AreaLevel) []int32 { return c.areas.byLevel[l] }

// Parent returns the index of the area's parent, None for one without.
func (c *City) Parent(area int32) int32 { return c.areas.parent[area] }

// Children returns the indices of the areas and grids directly below.
func (c *City) Children(area int32) []int32 { return c.areas.children[area] }

// Within reports whether the area is anc or lies below it.
func (c *City) Within(area, anc int32) bool {
	for ; area != None; area = c.areas.parent[area] {
		if area == anc {
			return true
		}
	}
	return false
}

// AreasIn yields the areas of a level whose bounds touch b, in no order.
func (c *City) AreasIn(l household.AreaLevel, b orb.Bound, yield func(area int32) bool) {
	if t := c.areas.trees[l]; t != nil {
		t.search(b, yield)
	}
}

// AreasAt returns the areas of all levels that hold the position, borders
// included, from the largest level to the grid, by index within a level.
func (c *City) AreasAt(p orb.Point) []int32 {
	var found []int32
	c.areas.all.search(orb.Bound{Min: p, Max: p}, func(i int32) bool {
		if planar.MultiPolygonContains(c.data.Areas[i].Geom, p) {
			found = append(found, i)
		}
		return true
	})
	slices.SortFunc(found, func(a, b int32) int {
		la, lb := levelRank(c.data.Areas[a].Level), levelRank(c.data.Areas[b].Level)
		return cmp.Or(cmp.Compare(la, lb), cmp.Compare(a, b))
	})
	return found
}

func levelRank(l household.AreaLevel) int { return slices.Index(household.AreaLevels, l) }
