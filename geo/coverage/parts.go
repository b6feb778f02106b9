package coverage

import (
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"hearthmap/geo/hexgrid"
	"hearthmap/household"
)

// Levels that are no areas of the administration. A hexagon's level is "hex"
// and its H3 resolution.
const (
	LevelHex8    household.AreaLevel = "hex8"
	LevelHex9    household.AreaLevel = "hex9"
	LevelHex10   household.AreaLevel = "hex10"
	LevelPolygon household.AreaLevel = "polygon"
)

// Levels are those that totals can be asked for by name.
var Levels = append(slices.Clone(household.AreaLevels), LevelHex8, LevelHex9, LevelHex10)

// hexResolution is the H3 resolution of a level, -1 for areas.
func hexResolution(l household.AreaLevel) int {
	switch l {
	case LevelHex8, LevelHex9, LevelHex10:
		n, _ := strconv.Atoi(strings.TrimPrefix(string(l), "hex"))
		return n
	}
	return -1
}

// Parts cuts the city into parts that do not overlap, so that every building
// counts exactly once: in a part, outside all parts, or, where only an area
// was asked for, not at all.
type Parts struct {
	Level household.AreaLevel
	Under string // code of the area that was asked for; empty for the city
	List  []Part
	// Overlaps counts residential buildings that lie in several polygons;
	// they count in the first.
	Overlaps int

	building, facility []int32 // number in List, len(List) outside, -1 not asked for
}

// Part is one area, hexagon or polygon.
type Part struct {
	AreaIndex int32 // into the snapshot's Areas; -1 for hexagons and polygons
	Code      string
	Name      string
	NameEn    string
	Geom      orb.MultiPolygon // of hexagons and polygons; areas have theirs in the snapshot
}

// Polygon is a piece of ground of one's own to sum over.
type Polygon struct {
	Code, Name, NameEn string
	Geom               orb.MultiPolygon
}

// Parts cuts the city by a level: areas by code, or the hexagons that hold a
// residential building or a facility, by index. With under, an area's code,
// only what lies in that area counts. The error is Invalid for an unknown
// level, NotFound for an unknown area.
func (e *Engine) Parts(level household.AreaLevel, under string) (*Parts, error) {
	if r := hexResolution(level); r >= 0 {
		return e.hexParts(level, r, under)
	}
	p, err := e.areas.at(level, under)
	if err != nil {
		return nil, err
	}
	parts := e.newParts(level, under)
	for _, i := range p.areas {
		a := &e.data.Areas[i]
		parts.List = append(parts.List, Part{AreaIndex: i, Code: a.Code, Name: a.Name, NameEn: a.NameEn})
	}
	for b := range parts.building {
		parts.building[b] = p.of(e.areas.buildings[b])
	}
	for f := range parts.facility {
		parts.facility[f] = p.of(e.areas.facilities[f])
	}
	return parts, nil
}

func (e *Engine) newParts(level household.AreaLevel, under string) *Parts {
	return &Parts{
		Level: level, Under: under,
		building: make([]int32, len(e.data.Buildings)), facility: make([]int32, len(e.data.Facilities)),
	}
}

// hexParts cuts by H3. Whatever has no position lies outside.
func (e *Engine) hexParts(level household.AreaLevel, resolution int, under string) (*Parts, error) {
	area := int32(-1)
	if under != "" {
		i, ok := e.areas.byCode[under]
		if !ok {
			return nil, noArea(under)
		}
		area = i
	}
	p := e.newParts(level, under)
	buildings, facilities := make([]hexgrid.Cell, len(p.building)), make([]hexgrid.Cell, len(p.facility))
	inParallel(len(buildings), func(b int) {
		if Residential(&e.data.Buildings[b]) && e.areas.buildings[b].within(area) {
			buildings[b] = hexgrid.At(e.data.Buildings[b].Point, resolution)
		}
	})
	inParallel(len(facilities), func(f int) {
		if e.areas.facilities[f].within(area) {
			facilities[f] = hexgrid.At(e.data.Facilities[f].Geom, resolution)
		}
	})
	number := map[hexgrid.Cell]int32{}
	for _, cells := range [][]hexgrid.Cell{buildings, facilities} {
		for _, c := range cells {
			if c != 0 {
				number[c] = 0
			}
		}
	}
	cells := make([]hexgrid.Cell, 0, len(number))
	for c := range number {
		cells = append(cells, c)
	}
	slices.Sort(cells)
	for n, c := range cells {
		number[c] = int32(n)
		p.List = append(p.List, Part{AreaIndex: -1, Code: c.String(), Name: c.String(), Geom: orb.MultiPolygon{{c.Boundary()}}})
	}
	of := func(c hexgrid.Cell, l lineage) int32 {
		switch {
		case !l.within(area):
			return -1
		case c == 0:
			return int32(len(cells))
		}
		return number[c]
	}
	for b := range p.building {
		p.building[b] = of(buildings[b], e.areas.buildings[b])
	}
	for f := range p.facility {
		p.facility[f] = of(facilities[f], e.areas.facilities[f])
	}
	return p, nil
}

// PolygonParts cuts the city by polygons of one's own. A building lies where
// its point does; in several polygons it counts in the first. The error is
// Invalid for a list without ground.
func (e *Engine) PolygonParts(list []Polygon) (*Parts, error) {
	if len(list) == 0 {
		return nil, household.Errorf(household.Invalid, "coverage.PolygonParts", "there is no polygon to count in").
			WithHint("give a GeoJSON Polygon, MultiPolygon, Feature or FeatureCollection")
	}
	p := e.newParts(LevelPolygon, "")
	var tree rtree.RTreeG[int32]
	for n := range list {
		g := &list[n]
		p.List = append(p.List, Part{AreaIndex: -1, Code: g.Code, Name: g.Name, NameEn: g.NameEn, Geom: g.Geom})
		for _, polygon := range g.Geom {
			if len(polygon) > 0 && len(polygon[0]) > 0 {
				b := polygon.Bound()
				tree.Insert(b.Min, b.Max, int32(n))
			}
		}
	}
	of := func(at orb.Point) (first int32, several bool) {
		var in []int32
		tree.Search(at, at, func(_, _ [2]float64, n int32) bool {
			if !slices.Contains(in, n) && contains(list[n].Geom, at) {
				in = append(in, n)
			}
			return true
		})
		if len(in) == 0 {
			return int32(len(list)), false
		}
		return slices.Min(in), len(in) > 1
	}
	for b := range p.building {
		var several bool
		p.building[b], several = of(e.data.Buildings[b].Point)
		if several && Residential(&e.data.Buildings[b]) {
			p.Overlaps++
		}
	}
	for f := range p.facility {
		p.facility[f], _ = of(e.data.Facilities[f].Geom)
	}
	return p, nil
}

// rows are the residential buildings of the parts, part by part; the last is
// what lies outside.
type rows struct {
	start    []int32 // of each part, and the end
	building []int32
	people   [][groupCount]int32 // parallel to building, as in Groups
}

func (e *Engine) rows(p *Parts) *rows {
	r := &rows{start: make([]int32, len(p.List)+2)}
	for _, b := range e.residential {
		if n := p.building[b]; n >= 0 {
			r.start[n+1]++
		}
	}
	for n := range len(p.List) + 1 {
		r.start[n+1] += r.start[n]
	}
	next := slices.Clone(r.start)
	total := r.start[len(r.start)-1]
	r.building, r.people = make([]int32, total), make([][groupCount]int32, total)
	for _, b := range e.residential {
		n := p.building[b]
		if n < 0 {
			continue
		}
		k := next[n]
		next[n]++
		r.building[k] = b
		for g, group := range Groups {
			r.people[k][g] = group.Of(e.data.Buildings[b].Counts)
		}
	}
	return r
}
