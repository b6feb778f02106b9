package tiles

import (
	"cmp"
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

// CoverageData are the numbers that the layer draws. Its functions are called
// by one goroutine at a time.
type CoverageData struct {
	// Reach is that of the building with the index.
	Reach func(building int32) coverage.Reach
	// Total is that of the area with the index; ok is false where there is
	// none. People, Covered and Share are used. It is asked for areas of the
	// community level, or the next above that the city has.
	Total func(area int32) (t coverage.AreaTotal, ok bool, err error)
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
		b := r.city.BuildingAt(i)
		if !r.begin(b.ID, b.Geom) {
			return
		}
		reach := r.coverage.Reach(i)
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
	level := shareLevel(r.city)
	search := func(b orb.Bound, yield func(int32) bool) { r.city.AreasIn(level, b, yield) }
	var failed error
	err := r.each(search, func(i int32) {
		a := r.city.AreaAt(i)
		t, ok, err := r.coverage.Total(i)
		failed = cmp.Or(failed, err)
		if !ok || !r.begin(a.ID, a.Geom) {
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
	return cmp.Or(err, failed)
}

// shareLevel is the level whose shares are drawn: communities, or the next
// above where there are none.
func shareLevel(c *cityindex.City) household.AreaLevel {
	for _, l := range []household.AreaLevel{household.LevelCommunity, household.LevelStreet, household.LevelDistrict} {
		if c.HasLevel(l) {
			return l
		}
	}
	return household.LevelCommunity
}
