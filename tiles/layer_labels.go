package tiles

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"hearthmap/household"
)

// labelsSpec describes the points where names stand, each in one tile. A
// polygon cut by tiles would be named once in every tile.
func labelsSpec() spec {
	return spec{
		about:   "one point for each named area, compound and, from zoom 16, building, to write its name at",
		minZoom: 0, draw: drawLabels,
		fields: []property{
			{"code", "String"}, {"name", "String"}, {"name_en", "String"}, {"kind", "String"}, {"people", "Number"},
		},
	}
}

// Ids of the kinds of labels are kept apart by these offsets, and gridIDs.
const (
	compoundIDs = 2 << 40
	buildingIDs = 3 << 40
)

func drawLabels(r *render) error {
	for _, l := range shownLevels(r.city, r.z) {
		search := func(b orb.Bound, yield func(int32) bool) { r.city.AreasIn(l, b, yield) }
		err := r.each(search, func(i int32) {
			a := r.city.AreaAt(i)
			id := a.ID
			if l == household.LevelGrid {
				id += gridIDs
			}
			r.label(id, a.Geom, a.Code, a.Name, a.NameEn, string(l), r.city.AreaTotals(i).People)
		})
		if err != nil {
			return err
		}
	}
	if r.z < 13 {
		return nil
	}
	err := r.each(r.city.CompoundsIn, func(i int32) {
		k := r.city.CompoundAt(i)
		r.label(k.ID+compoundIDs, k.Geom, k.Code, k.Name, k.NameEn, "compound", r.city.CompoundTotals(i).People)
	})
	if err != nil || r.z < 16 {
		return err
	}
	return r.each(r.city.BuildingsIn, func(i int32) {
		b := r.city.BuildingAt(i)
		r.labelAt(b.ID+buildingIDs, b.Point, b.Code, b.Name, "", "building", b.Counts.People)
	})
}

func (r *render) label(id int64, g orb.MultiPolygon, code, name, nameEn, kind string, people int32) {
	if name == "" && nameEn == "" {
		return
	}
	if at, ok := labelPoint(g); ok {
		r.labelAt(id, at, code, name, nameEn, kind, people)
	}
}

func (r *render) labelAt(id int64, at orb.Point, code, name, nameEn, kind string, people int32) {
	if name == "" && nameEn == "" || !r.begin(id, at) {
		return
	}
	r.layer.String(0, code)
	r.text(1, name)
	r.text(2, nameEn)
	r.layer.String(3, kind)
	r.layer.Int(4, int64(people))
	r.end()
}

// labelPoint is a point in the largest polygon: its centroid where that lies
// inside, else the middle of the longest stretch of a line across it.
func labelPoint(g orb.MultiPolygon) (orb.Point, bool) {
	var best orb.Polygon
	most := 0.0
	for _, p := range g {
		if len(p) == 0 || len(p[0]) < 4 {
			continue
		}
		if _, area := planar.CentroidArea(p[0]); area > most || best == nil {
			best, most = p, area
		}
	}
	if best == nil {
		return orb.Point{}, false
	}
	if c, area := planar.CentroidArea(best); area != 0 && planar.PolygonContains(best, c) {
		return c, true
	}
	return stretch(best, best.Bound().Center()[1])
}

// stretch finds the middle of the longest part of a parallel inside p.
func stretch(p orb.Polygon, lat float64) (orb.Point, bool) {
	var xs []float64
	for _, ring := range p {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if (a[1] > lat) != (b[1] > lat) {
				xs = append(xs, a[0]+(b[0]-a[0])*(lat-a[1])/(b[1]-a[1]))
			}
		}
	}
	slices.SortFunc(xs, cmp.Compare[float64])
	best, at := -1.0, 0.0
	for i := 1; i < len(xs); i += 2 {
		if w := xs[i] - xs[i-1]; w > best {
			best, at = w, (xs[i]+xs[i-1])/2
		}
	}
	return orb.Point{at, lat}, best >= 0
}
