package coverage

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo/hexgrid"
)

// Gap is a stretch of ground whose people do not reach a requirement: cells
// of H3 that hold an uncovered home and touch one another.
type Gap struct {
	Rank        int     `json:"rank"` // from 1
	People      int64   `json:"people"`
	Unreachable int64   `json:"unreachable"` // of these, who have no way at all
	Buildings   int64   `json:"buildings"`
	Km2         float64 `json:"area_km2"` // of its cells
	Lon         float64 `json:"lon"`      // a home in it, the nearest to where its people's middle is
	Lat         float64 `json:"lat"`
	// West, south, east, north of its cells.
	Bounds [4]float64 `json:"bounds"`
	// The community that most of its people live in; empty without areas.
	AreaCode   string         `json:"area_code"`
	AreaName   string         `json:"area_name"`
	AreaNameEn string         `json:"area_name_en"`
	Areas      int            `json:"areas"` // communities it lies in
	Cells      []hexgrid.Cell `json:"-"`
	// Outline is the border of its cells, as lines of longitudes and latitudes.
	Outline orb.MultiLineString `json:"outline"`
}

// gapResolution makes cells some 130 m across.
const gapResolution = 10

// Gaps ranks the gaps of a requirement by people of its group, then by
// buildings, then by place; the largest n of them, 0 all. With parts only
// what lies in them counts.
func (r *Result) Gaps(i, n int, p *Parts) []Gap {
	e := r.engine
	homes := map[hexgrid.Cell][]int32{}
	for _, b := range e.residential {
		if p != nil && p.building[b] < 0 || r.Reach(i, int(b)).Status == Covered {
			continue
		}
		if c := hexgrid.At(e.data.Buildings[b].Point, gapResolution); c != 0 {
			homes[c] = append(homes[c], b)
		}
	}
	cells := make([]hexgrid.Cell, 0, len(homes))
	for c := range homes {
		cells = append(cells, c)
	}
	slices.Sort(cells)
	seen := make(map[hexgrid.Cell]bool, len(cells))
	var list []Gap
	for _, c := range cells {
		if seen[c] {
			continue
		}
		seen[c] = true
		g := Gap{Cells: []hexgrid.Cell{c}}
		for k := 0; k < len(g.Cells); k++ {
			for _, near := range g.Cells[k].Neighbours() {
				if homes[near] != nil && !seen[near] {
					seen[near] = true
					g.Cells = append(g.Cells, near)
				}
			}
		}
		slices.Sort(g.Cells)
		list = append(list, g)
	}
	for k := range list {
		r.describe(&list[k], i, homes)
	}
	slices.SortFunc(list, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(b.Buildings, a.Buildings), cmp.Compare(a.Cells[0], b.Cells[0]))
	})
	if n > 0 && len(list) > n {
		list = list[:n]
	}
	for k := range list {
		list[k].Rank = k + 1
		list[k].Outline = hexgrid.Outline(list[k].Cells)
	}
	return list
}

// describe counts a gap's people and says where it is.
func (r *Result) describe(g *Gap, i int, homes map[hexgrid.Cell][]int32) {
	e, group := r.engine, r.Requirements[i].Group
	var in []int32
	var bounds orb.Bound
	for k, c := range g.Cells {
		in = append(in, homes[c]...)
		g.Km2 += c.Km2()
		if b := c.Boundary().Bound(); k == 0 {
			bounds = b
		} else {
			bounds = bounds.Union(b)
		}
	}
	slices.Sort(in)
	g.Bounds = [4]float64{bounds.Min[0], bounds.Min[1], bounds.Max[0], bounds.Max[1]}
	var x, y, weight float64
	of := map[int32]int64{} // people by the smallest area that is not a grid
	for _, b := range in {
		d := &e.data.Buildings[b]
		people := int64(group.Of(d.Counts))
		g.People += people
		g.Buildings++
		if r.Reach(i, int(b)).Status == Unreachable {
			g.Unreachable += people
		}
		w := float64(people) + 1e-6 // so that homes without people have a middle too
		x, y, weight = x+w*d.Point[0], y+w*d.Point[1], weight+w
		if a := e.areas.buildings[b].smallest(); a >= 0 {
			of[a] += people
		}
	}
	g.Areas = len(of)
	g.Lon, g.Lat = e.nearestHome(in, orb.Point{x / weight, y / weight})
	best := int32(-1)
	for a, people := range of {
		if best < 0 || people > of[best] || people == of[best] && e.data.Areas[a].Code < e.data.Areas[best].Code {
			best = a
		}
	}
	if best >= 0 {
		a := &e.data.Areas[best]
		g.AreaCode, g.AreaName, g.AreaNameEn = a.Code, a.Name, a.NameEn
	}
}

// smallest is the smallest area above grids; -1 for none.
func (l lineage) smallest() int32 {
	for k := len(l) - 2; k >= 0; k-- {
		if l[k] >= 0 {
			return l[k]
		}
	}
	return -1
}

// nearestHome is the place of the building nearest to a point, in degrees
// alike in both directions, which is near enough to choose one.
func (e *Engine) nearestHome(buildings []int32, p orb.Point) (lon, lat float64) {
	best := -1.0
	for _, b := range buildings {
		q := e.data.Buildings[b].Point
		if d := (q[0]-p[0])*(q[0]-p[0]) + (q[1]-p[1])*(q[1]-p[1]); best < 0 || d < best {
			best, lon, lat = d, q[0], q[1]
		}
	}
	return lon, lat
}
