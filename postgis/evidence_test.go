package postgis

import (
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/importertest"
)

// The database answers as the plain store in memory does.
func TestEvidence(t *testing.T) {
	db := openTown(t)
	if boxes, err := db.CityBoxes(t.Context()); err != nil || len(boxes) != 0 {
		t.Errorf("an empty city has boxes: %v %v", boxes, err)
	}
	square := func(x, y, w float64) orb.Polygon {
		return orb.Polygon{{{x, y}, {x + w, y}, {x + w, y + w}, {x, y + w}, {x, y}}}
	}
	areas := []importers.Entity{
		household.Area{Code: "990000", Name: "市", Level: household.LevelCity, Geom: orb.MultiPolygon{square(123, 41, 0.1)}},
		household.Area{Code: "990001", Name: "东", Level: household.LevelCommunity, ParentCode: "990000", Geom: orb.MultiPolygon{square(123, 41, 0.05)}},
		household.Area{Code: "990002", Name: "格", Level: household.LevelGrid, ParentCode: "990001", Geom: orb.MultiPolygon{square(123, 41, 0.01)}},
	}
	compound := household.Compound{Code: "C1", Name: "院", Geom: orb.MultiPolygon{square(123.01, 41.01, 0.01)}}
	buildings := []importers.Entity{
		household.Building{Code: "B1", Use: household.UseOther, Geom: square(123.012, 41.012, 0.0004)},
		household.Building{Code: "B2", Use: household.UseOther, Geom: square(123.03, 41.03, 0.0004)},
	}
	var plain importertest.Store
	for _, k := range []struct {
		kind     importers.Kind
		entities []importers.Entity
	}{{importers.Areas, areas}, {importers.Compounds, []importers.Entity{compound}}, {importers.Buildings, buildings}} {
		loadItems(t, db, importers.Batch{Kind: k.kind}, k.entities...)
		l, err := plain.Begin(t.Context(), importers.Batch{Kind: k.kind})
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range k.entities {
			if err := l.Stage(t.Context(), []importers.Item{{Row: int64(i), Entity: e}}); err != nil {
				t.Fatal(err)
			}
		}
		if m, err := l.Merge(t.Context()); err != nil || len(m.Rejects) > 0 {
			t.Fatal(err, m.Rejects)
		}
		if _, err := l.Commit(t.Context(), importers.Counts{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	boxes, err := db.CityBoxes(t.Context())
	if err != nil || len(boxes) != 1 || boxes[0] != square(123, 41, 0.1).Bound() {
		t.Errorf("boxes %v %v", boxes, err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(codes ...string) string { return codes[rng.IntN(len(codes))] }
	asked := []importers.PlaceQuestion{{At: orb.Point{123.0122, 41.0122}, BuildingCode: "B1", CompoundCode: "C1", AreaCode: "990001"}}
	for range 400 {
		width := []float64{0.15, 0.04, 0.002}[rng.IntN(3)]
		asked = append(asked, importers.PlaceQuestion{
			At:       orb.Point{123.0122 + (rng.Float64()-0.5)*width, 41.0122 + (rng.Float64()-0.5)*width},
			AreaCode: pick("", "990001", "990002", "nowhere"), CompoundCode: pick("", "C1", "C9"), BuildingCode: pick("", "B1", "B2", "B9"),
		})
	}
	got, err := db.Places(t.Context(), asked)
	if err != nil || len(got) != len(asked) {
		t.Fatal(err, len(got))
	}
	want, _ := plain.Places(t.Context(), asked)
	for i := range asked {
		// The plain store measures from the middle of buildings: only what is
		// clear of the limit is compared.
		g, w := got[i], want[i]
		if !g.OnFootprint {
			g.AtNamed, w.AtNamed, g.NearBuilding, w.NearBuilding = false, false, false, false
		}
		if g != w {
			t.Errorf("%+v: %+v, want %+v", asked[i], g, w)
		}
	}
	all := importers.PlaceAnswer{InCity: true, AreaKnown: true, InArea: true, CompoundKnown: true, InNamed: true, BuildingKnown: true, AtNamed: true, OnFootprint: true, NearBuilding: true}
	if got[0] != all {
		t.Errorf("%+v", got[0])
	}
	near, err := db.Places(t.Context(), []importers.PlaceQuestion{
		{At: orb.Point{123.0118, 41.0122}, BuildingCode: "B1"}, {At: orb.Point{123.0112, 41.0122}, BuildingCode: "B1"}, {At: orb.Point{123.0105, 41.0122}, BuildingCode: "B1"},
	})
	// 17, 67 and 126 metres west of it.
	if err != nil || !near[0].AtNamed || near[1].AtNamed || !near[1].NearBuilding || near[2].NearBuilding {
		t.Errorf("%+v %v", near, err)
	}
}
