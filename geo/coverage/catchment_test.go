package coverage_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// TestCatchmentsAgainstAddedFacility compares the catchment of a place with
// what the engine finds in a city where the only facility of its category
// stands there.
func TestCatchmentsAgainstAddedFacility(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawCity(t)
		q := drawRequest(t)
		var places []orb.Point
		for range rapid.IntRange(1, 4).Draw(t, "places") {
			places = append(places, at(float64(rapid.IntRange(-50, 550).Draw(t, "px")), float64(rapid.IntRange(-50, 550).Draw(t, "py"))))
		}
		reach := rapid.Int32Range(0, 8000).Draw(t, "reach")
		shorter := household.Category("")
		if rapid.Bool().Draw(t, "shorter") {
			shorter = "bank"
		}
		e := coverage.New(d)
		before := compute(t, d, q)
		got, err := e.Catchments(context.Background(), coverage.CatchmentRequest{Places: places, Method: q.Method, Profile: q.Profile, Reach: reach, Shorter: shorter})
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range places {
			alone := *d
			alone.Facilities = []cityindex.Facility{{ID: 1, Code: fmt.Sprint("new", i), Category: "bank", Geom: p}}
			after := compute(t, &alone, q)
			want := coverage.Catchment{Reason: got[i].Reason}
			for b, x := range after.Reaches(1) {
				if !coverage.Residential(&d.Buildings[b]) || x.Decimetres < 0 || x.Decimetres > reach {
					continue
				}
				if y := before.Reach(1, b); shorter != "" && y.Decimetres >= 0 && y.Decimetres <= x.Decimetres {
					continue
				}
				want.Buildings, want.Decimetres = append(want.Buildings, int32(b)), append(want.Decimetres, x.Decimetres)
			}
			if !slices.Equal(got[i].Buildings, want.Buildings) || !slices.Equal(got[i].Decimetres, want.Decimetres) {
				t.Fatalf("place %d: %+v, want %+v", i, got[i], want)
			}
			if q.Method == coverage.MethodNetwork && got[i].Reason != coverage.New(&alone).FacilityReason(q.Profile, 0) {
				t.Fatalf("place %d: %q", i, got[i].Reason)
			}
		}
		if total := len(got[0].Buildings); total > 1 {
			if _, err := e.Catchments(context.Background(), coverage.CatchmentRequest{Places: places, Method: q.Method, Profile: q.Profile, Reach: reach, Shorter: shorter, MaxPairs: total - 1}); household.CodeOf(err) != household.Invalid {
				t.Fatalf("%v", err)
			}
		}
	})
}
