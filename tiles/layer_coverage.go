package tiles

import (
	"context"

	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// CoverageSource answers for the layer coverage.
type CoverageSource interface {
	// Resolve checks a standard and a requirement, as a client writes them,
	// and returns their canonical names; empty ones stand for the defaults.
	// Unknown ones are Invalid or NotFound, with a hint that lists the known.
	Resolve(standard, requirement string) (std, req string, err error)
	// Coverage returns the numbers of a resolved requirement in the city. They
	// have to be those of that very snapshot.
	Coverage(ctx context.Context, city *cityindex.City, std, req string) (*CoverageData, error)
}

// CoverageData are the numbers that the layer draws.
type CoverageData struct {
	Reaches []coverage.Reach     // one for each of the city's buildings
	Totals  []coverage.AreaTotal // at least of the communities; AreaIndex is used
}

func coverageSpec() spec {
	return spec{
		about:   "coverage of one requirement: buildings from zoom 13, communities below",
		minZoom: 0, draw: drawCoverage,
		fields: []property{
			{"code", "String"},
			{"name", "String"},
			{"level", "String"},
			{"people", "Number"},
			{"covered", "Number"},
			{"share", "Number"},
			{"height", "Number"},
			{"floors", "Number"},
			{"use", "String"},
			{"status", "String"},
			{"metres", "Number"},
		},
	}
}

func drawCoverage(r *render) error {
	if r.coverage == nil {
		return nil
	}
	if r.z >= 13 {
		return drawReaches(r)
	}
	return drawShares(r)
}

// drawReaches draws the buildings by whether they reach a facility. Styles
// colour those that people may live in; see use.
func drawReaches(r *render) error {
	r.pen.tolerance = tolerance(r.z, 1)
	return r.each(r.city.BuildingsIn, func(i int32) {
		if int(i) >= len(r.coverage.Reaches) {
			return
		}
		b := r.city.BuildingAt(i)
		if !r.begin(b.ID, b.Geom) {
			return
		}
		reach := &r.coverage.Reaches[i]
		r.layer.String(0, b.Code)
		r.layer.Int(3, int64(b.Counts.People))
		r.layer.Double(6, height(b.Height, b.Floors, b.Use))
		r.layer.Int(7, int64(b.Floors))
		r.layer.String(8, string(b.Use))
		r.layer.String(9, reach.Status.String())
		if reach.Status != coverage.Unreachable && reach.Decimetres >= 0 {
			r.layer.Int(10, (int64(reach.Decimetres)+5)/10)
		}
		r.end()
	})
}

// drawShares draws the communities with the share of their people covered.
func drawShares(r *render) error {
	r.pen.tolerance = tolerance(r.z, 1)
	byArea := make(map[int32]*coverage.AreaTotal, len(r.coverage.Totals))
	for i := range r.coverage.Totals {
		byArea[r.coverage.Totals[i].AreaIndex] = &r.coverage.Totals[i]
	}
	level := household.LevelCommunity
	for _, l := range []household.AreaLevel{household.LevelStreet, household.LevelDistrict} {
		if !r.city.HasLevel(level) {
			level = l
		}
	}
	search := func(b orb.Bound, yield func(int32) bool) { r.city.AreasIn(level, b, yield) }
	return r.each(search, func(i int32) {
		a, t := r.city.AreaAt(i), byArea[i]
		if t == nil || !r.begin(a.ID, a.Geom) {
			return
		}
		r.layer.String(0, a.Code)
		r.text(1, a.Name)
		r.layer.String(2, string(a.Level))
		r.layer.Int(3, t.People)
		r.layer.Int(4, t.Covered)
		r.layer.Double(5, t.Share)
		r.end()
	})
}
