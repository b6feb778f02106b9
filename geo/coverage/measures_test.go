package coverage_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/geo/coverage/access"
	"hearthmap/geo/hexgrid"
	"hearthmap/household"
)

func wholeCity(t *rapid.T, r *coverage.Result) *coverage.Parts {
	p, err := r.Engine().Parts(household.LevelCommunity, "")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestCapacityAgainstSingleFacilities computes catchments by a city of one
// facility at a time, and checks that what people get is what is reached.
func TestCapacityAgainstSingleFacilities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawCity(t)
		for i := range d.Facilities {
			d.Facilities[i].Capacity = rapid.SampledFrom([]int32{0, 10, 90}).Draw(t, "capacity")
		}
		q := drawRequest(t)
		r := compute(t, d, q)
		i := rapid.IntRange(0, len(r.Requirements)-1).Draw(t, "requirement")
		c, err := r.Capacity(context.Background(), i)
		if err != nil {
			t.Fatal(err)
		}
		var homes []int
		for b := range d.Buildings {
			if coverage.Residential(&d.Buildings[b]) {
				homes = append(homes, b)
			}
		}
		want := byHand(t, d, q, r, i, homes, c.Supply)
		sum := 0.0
		for k, b := range homes {
			sum += float64(r.Requirements[i].Group.Of(d.Buildings[b].Counts)) * c.TwoStep[k]
			if math.Abs(c.TwoStep[k]-want[k]) > 1e-9 {
				t.Fatalf("%s: access %v, want %v", d.Buildings[b].Code, c.TwoStep[k], want[k])
			}
		}
		if math.Abs(sum-c.Reached) > 1e-6 || c.Reached > c.Offered {
			t.Fatalf("Σ people·access = %v, reached %v of %v", sum, c.Reached, c.Offered)
		}
		share := 0.0
		for _, a := range c.Of(wholeCity(t, r)) {
			share += a.Share
		}
		if math.Abs(share-c.Reached) > 1e-6 {
			t.Fatalf("areas get %v of %v", share, c.Reached)
		}
	})
}

// byHand is 2SFCA with the catchment of each facility found by running the
// engine of a city that has only this one.
func byHand(t *rapid.T, d *cityindex.Data, q coverage.Request, r *coverage.Result, i int, homes []int, supply coverage.Supply) []float64 {
	out := make([]float64, len(homes))
	for _, f := range d.Facilities {
		if f.Category != r.Requirements[i].Category {
			continue
		}
		one := *d
		one.Facilities = []cityindex.Facility{f}
		alone := compute(t, &one, q)
		people, offered := 0.0, 1.0
		if supply == coverage.SupplyPlaces {
			offered = float64(f.Capacity)
		}
		var in []int
		for k, b := range homes {
			if alone.Reach(i, b).Status == coverage.Covered {
				in = append(in, k)
				people += float64(r.Requirements[i].Group.Of(d.Buildings[b].Counts))
			}
		}
		for _, k := range in {
			if people > 0 {
				out[k] += offered / people
			}
		}
	}
	return out
}

// TestGapsHoldEveryoneOnce: gaps hold everybody who is not covered, once, and
// no two of them touch.
func TestGapsHoldEveryoneOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawCity(t)
		r := compute(t, d, drawRequest(t))
		p := wholeCity(t, r)
		for i := range r.Requirements {
			var people, buildings, unreachable, gapPeople, gapBuildings, gapUnreachable int64
			for _, a := range r.TotalsOf(p, coverage.TotalsOptions{}) {
				x := a.Totals[i]
				people += x.Uncovered + x.Unreachable
				unreachable += x.Unreachable
				buildings += x.Buildings - x.BuildingsCovered
			}
			gaps := r.Gaps(i, 0, p)
			of := map[hexgrid.Cell]int{}
			for n, g := range gaps {
				if g.Rank != n+1 || n > 0 && g.People > gaps[n-1].People || !(g.Km2 > 0) {
					t.Fatalf("%+v", g)
				}
				gapPeople, gapBuildings, gapUnreachable = gapPeople+g.People, gapBuildings+g.Buildings, gapUnreachable+g.Unreachable
				for _, c := range g.Cells {
					if of[c] != 0 {
						t.Fatalf("cell %s is in two gaps", c)
					}
					of[c] = n + 1
				}
			}
			for c, n := range of {
				for _, near := range c.Neighbours() {
					if of[near] != 0 && of[near] != n {
						t.Fatalf("gaps %d and %d touch", n, of[near])
					}
				}
			}
			if people != gapPeople || buildings != gapBuildings || unreachable != gapUnreachable {
				t.Fatalf("gaps hold %d people in %d buildings, want %d in %d", gapPeople, gapBuildings, people, buildings)
			}
		}
	})
}

// TestEquityAgainstLists compares with the pure measures over lists of people.
func TestEquityAgainstLists(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawCity(t)
		r := compute(t, d, drawRequest(t))
		c, err := r.Capacity(context.Background(), 0)
		if err != nil {
			t.Fatal(err)
		}
		for n, x := range c.Equity(wholeCity(t, r)) {
			var covered, all int64
			var have []access.Share
			k := 0
			for b := range d.Buildings {
				if !coverage.Residential(&d.Buildings[b]) {
					continue
				}
				people := int64(coverage.Groups[n].Of(d.Buildings[b].Counts))
				all += people
				if r.Reach(0, b).Status == coverage.Covered {
					covered += people
				}
				have = append(have, access.Share{Value: 1000 * c.TwoStep[k], People: float64(people)})
				k++
			}
			if x.People != all || all > 0 && math.Abs(x.Covered-float64(covered)/float64(all)) > 1e-9 {
				t.Fatalf("%+v, want %d of %d", x, covered, all)
			}
			g, ok := access.Gini(have)
			if (x.Gini != nil) != ok || ok && *x.Gini != g {
				t.Fatalf("Gini %v, want %v %v", x.Gini, g, ok)
			}
		}
	})
}

func TestTargets(t *testing.T) {
	all := coverage.Targets()
	if len(all) != 3 || !slices.IsSortedFunc(all, func(a, b coverage.Target) int { return int(1e6 * (a.Share - b.Share)) }) {
		t.Errorf("%+v", all)
	}
	if x, err := coverage.ParseTarget("85%"); err != nil || x.Share != 0.85 || x.Verified {
		t.Errorf("%+v %v", x, err)
	}
	for _, bad := range []string{"", "0", "101", "NaN", "paris"} {
		if _, err := coverage.ParseTarget(bad); household.CodeOf(err) != household.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	r, err := coverage.New(smallTown(true)).Run(context.Background(), coverage.Request{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Engine().Parts(household.LevelCommunity, "")
	if err != nil {
		t.Fatal(err)
	}
	reports := r.TotalsOf(p, coverage.TotalsOptions{})
	half, _ := coverage.ParseTarget("50")
	for i, a := range r.Against(half, p, reports) {
		var covered, people int64
		for _, x := range reports {
			covered, people = covered+x.Totals[i].Covered, people+x.Totals[i].People
		}
		if a.Met != (people > 0 && 2*covered >= people) || a.Missing != max(0, (people+1)/2-covered) || a.Unclaimed == r.HasData(i) {
			t.Errorf("%+v: %d of %d", a, covered, people)
		}
	}
}
