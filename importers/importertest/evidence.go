package importertest

import (
	"context"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"
	"github.com/paulmach/orb/planar"

	"hearthmap/household"
	"hearthmap/importers"
)

var _ importers.Evidence = (*Store)(nil)

// CityBoxes implements importers.Evidence.
func (s *Store) CityBoxes(context.Context) ([]orb.Bound, error) {
	var boxes []orb.Bound
	for _, e := range s.tables["area"] {
		if a := e.(household.Area); a.ParentCode == "" || a.Level == household.LevelCity || a.Level == household.LevelDistrict {
			boxes = append(boxes, a.Geom.Bound())
		}
	}
	return boxes, nil
}

// Places implements importers.Evidence, slowly.
func (s *Store) Places(ctx context.Context, asked []importers.PlaceQuestion) ([]importers.PlaceAnswer, error) {
	answers := make([]importers.PlaceAnswer, len(asked))
	for i, q := range asked {
		a := &answers[i]
		for _, table := range []string{"area", "grid"} {
			for code, e := range s.tables[table] {
				in := planar.MultiPolygonContains(e.(household.Area).Geom, q.At)
				a.InCity = a.InCity || in && table == "area"
				if code == q.AreaCode {
					a.AreaKnown, a.InArea = true, in
				}
			}
		}
		if e, ok := s.tables["compound"][q.CompoundCode]; ok {
			a.CompoundKnown = true
			a.InNamed = planar.MultiPolygonContains(e.(household.Compound).Geom, q.At)
		}
		for code, e := range s.tables["building"] {
			shape := e.(household.Building).Geom
			near := geo.Distance(shape.Bound().Center(), q.At)
			on := contains(shape, q.At)
			a.OnFootprint = a.OnFootprint || on
			a.NearBuilding = a.NearBuilding || on || near <= 100
			if code == q.BuildingCode {
				a.BuildingKnown, a.AtNamed = true, on || near <= 50
			}
		}
	}
	return answers, ctx.Err()
}

func contains(g orb.Geometry, p orb.Point) bool {
	switch g := g.(type) {
	case orb.Polygon:
		return planar.PolygonContains(g, p)
	case orb.MultiPolygon:
		return planar.MultiPolygonContains(g, p)
	}
	return false
}
