package tiles

import (
	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// gridIDs is added to the ids of grids in the layer areas, where they would
// meet those of areas.
const gridIDs = 1 << 40

func areasSpec() spec {
	return spec{
		about:   "districts, from zoom 9 streets, from 11 communities, from 14 grids",
		minZoom: 0, draw: drawAreas,
		fields: []property{
			{"code", "String"},
			{"name", "String"},
			{"name_en", "String"},
			{"level", "String"},
			{"people", "Number"},
			{"households", "Number"},
			{"buildings", "Number"},
		},
	}
}

// firstZoom is the first zoom at which a level of areas is drawn; levels
// above stay, as borders.
var firstZoom = map[household.AreaLevel]int{
	household.LevelDistrict: 0, household.LevelStreet: 9, household.LevelCommunity: 11, household.LevelGrid: 14,
}

// shownLevels lists the levels drawn at the zoom. A city that lacks those
// meant for the zoom shows the next level below.
func shownLevels(c *cityindex.City, z int) []household.AreaLevel {
	var shown []household.AreaLevel
	for _, l := range household.AreaLevels[1:] {
		if c.HasLevel(l) && (z >= firstZoom[l] || len(shown) == 0) {
			shown = append(shown, l)
		}
	}
	return shown
}

func drawAreas(r *render) error {
	// At most one unit, an eighth of a pixel: neighbours are thinned each for
	// themselves, and the gap between them must not show.
	r.pen.tolerance = tolerance(r.z, 1)
	for _, l := range shownLevels(r.city, r.z) {
		if err := drawLevel(r, l, gridIDs); err != nil {
			return err
		}
	}
	return nil
}

func drawLevel(r *render, l household.AreaLevel, gridOffset int64) error {
	search := func(b orb.Bound, yield func(int32) bool) { r.city.AreasIn(l, b, yield) }
	return r.each(search, func(i int32) {
		a := r.city.AreaAt(i)
		id := a.ID
		if l == household.LevelGrid {
			id += gridOffset
		}
		if !r.begin(id, a.Geom) {
			return
		}
		t := r.city.AreaTotals(i)
		r.layer.String(0, a.Code)
		r.text(1, a.Name)
		r.text(2, a.NameEn)
		r.layer.String(3, string(a.Level))
		r.layer.Int(4, int64(t.People))
		r.layer.Int(5, int64(t.Households))
		r.layer.Int(6, int64(t.Buildings))
		r.end()
	})
}

func gridsSpec() spec {
	s := areasSpec()
	s.about, s.minZoom, s.draw = "grids (网格)", 12, drawGrids
	return s
}

func drawGrids(r *render) error {
	r.pen.tolerance = tolerance(r.z, 1)
	return drawLevel(r, household.LevelGrid, 0)
}
