package coverage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// bigCity is n×n crossings 40 m apart, a building beside each, people, and
// communities of 200 buildings in 13 districts; a clinic for every 250
// crossings.
func bigCity(n int) *cityindex.Data {
	r := rand.New(rand.NewPCG(5, 6))
	d := &cityindex.Data{Areas: []cityindex.Area{{ID: 1, Code: "9900", Level: household.LevelCity}}}
	for k := range 13 {
		d.Areas = append(d.Areas, cityindex.Area{ID: int64(k + 2), ParentID: 1, Code: fmt.Sprintf("9900%02d", k), Level: household.LevelDistrict})
	}
	communities := n*n/200 + 1
	for k := range communities {
		d.Areas = append(d.Areas, cityindex.Area{ID: int64(k + 15), ParentID: int64(2 + k*13/communities), Code: fmt.Sprintf("9900%08d", k), Level: household.LevelCommunity})
	}
	for i := range n {
		var east, north []float64
		for k := range n {
			east, north = append(east, float64(40*k), float64(40*i)), append(north, float64(40*i), float64(40*k))
		}
		d.Streets = append(d.Streets, street(fmt.Sprintf("e%04d", i), east...), street(fmt.Sprintf("n%04d", i), north...))
	}
	for i := range n * n {
		b := home(int64(i+1), fmt.Sprintf("b%07d", i), r.Int32N(40), float64(40*(i%n))+8+24*r.Float64(), float64(40*(i/n))+6)
		b.Counts.Age60up = b.Counts.People / 5
		b.AreaID = int64(15 + i/200)
		d.Buildings = append(d.Buildings, b)
	}
	for i := range n * n / 250 {
		d.Facilities = append(d.Facilities, cityindex.Facility{
			ID: int64(i + 1), Code: fmt.Sprintf("f%05d", i), Category: "clinic", Geom: at(40*float64(n)*r.Float64(), 40*float64(n)*r.Float64()), AreaID: int64(15 + r.IntN(communities)),
		})
	}
	return d
}

// BenchmarkWhatIf opens and closes a clinic in a city of half a million
// buildings and crossings, with the totals of every level, and tells how many
// times faster than a search of the category on a prepared engine with its
// totals that is. BenchmarkIsochrone's figures are of the same city.
func BenchmarkWhatIf(b *testing.B) {
	ctx := context.Background()
	d := bigCity(707)
	e := coverage.New(d)
	q := coverage.Request{Requirements: []string{"clinic"}}
	w, err := e.NewWhatIf(ctx, q)
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	ask := func(b *testing.B, s *coverage.Scenario) {
		o, err := w.Run(ctx, s)
		if err != nil {
			b.Fatal(err)
		}
		for _, level := range household.AreaLevels {
			if _, err := o.Areas(level, "", false); err != nil {
				b.Fatal(err)
			}
		}
		o.Summary()
	}
	scenarios := map[string]func() *coverage.Scenario{
		"added": func() *coverage.Scenario {
			p := d.Buildings[r.IntN(len(d.Buildings))].Point
			return &coverage.Scenario{Add: []coverage.AddedFacility{{Category: "clinic", Lon: p[0], Lat: p[1]}}}
		},
		"removed": func() *coverage.Scenario {
			return &coverage.Scenario{Close: []string{d.Facilities[r.IntN(len(d.Facilities))].Code}}
		},
	}
	full := anew(b, e, q)
	for _, name := range []string{"added", "removed"} {
		b.Run(name, func(b *testing.B) {
			ask(b, scenarios[name]()) // what is kept is made
			var times []time.Duration
			for b.Loop() {
				s := scenarios[name]()
				start := time.Now()
				ask(b, s)
				times = append(times, time.Since(start))
			}
			report(b, times)
			b.ReportMetric(full.Seconds()*float64(len(times))/sum(times).Seconds(), "x-anew")
		})
	}
	b.Run("isochrone", func(b *testing.B) {
		var times []time.Duration
		for b.Loop() {
			p := d.Buildings[r.IntN(len(d.Buildings))].Point
			start := time.Now()
			if _, err := e.Isochrone(ctx, coverage.IsochroneRequest{At: p}); err != nil {
				b.Fatal(err)
			}
			times = append(times, time.Since(start))
		}
		report(b, times)
	})
}

// anew is the time of a new search with its totals.
func anew(b *testing.B, e *coverage.Engine, q coverage.Request) time.Duration {
	e.Forget()
	start := time.Now()
	r, err := e.Run(context.Background(), q)
	if err != nil {
		b.Fatal(err)
	}
	for _, level := range household.AreaLevels {
		if _, err := r.Totals(level, ""); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}

func sum(times []time.Duration) (s time.Duration) {
	for _, t := range times {
		s += t
	}
	return s
}

func report(b *testing.B, times []time.Duration) {
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
}
