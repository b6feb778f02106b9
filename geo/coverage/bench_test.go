package coverage_test

import (
	"context"
	"testing"
	"time"

	"hearthmap/geo/coverage"
	"hearthmap/geo/walk"
	"hearthmap/household"
	"hearthmap/internal/pgcluster/pgtest"
)

// BenchmarkAgainstPgRouting computes one category for every building of a
// real town to 1000 m, and lets pgRouting do the same from the same graph
// already in its database, in turns in one run.
func BenchmarkAgainstPgRouting(b *testing.B) {
	conn := pgtest.Connect(b, pgtest.Database(b, "pgrouting"))
	for _, name := range []string{"monaco.osm.pbf", "liechtenstein.osm.pbf"} {
		b.Run(name, func(b *testing.B) {
			e := coverage.New(extract(b, name))
			const category = household.Category("restaurant")
			q := coverage.Request{Requirements: []string{string(category)}, Bound: 1000}
			if _, err := e.Run(context.Background(), q); err != nil { // joins, once for a snapshot
				b.Fatal(err)
			}
			r := layOut(e, category, walk.OnFoot)
			r.load(b, conn)
			if _, err := conn.Exec(context.Background(), "analyze edge"); err != nil {
				b.Fatal(err)
			}
			var ours, theirs time.Duration
			for b.Loop() {
				e.Forget()
				start := time.Now()
				if _, err := e.Run(context.Background(), q); err != nil {
					b.Fatal(err)
				}
				ours += time.Since(start)
				start = time.Now()
				r.distances(b, conn, 10000)
				theirs += time.Since(start)
			}
			b.ReportMetric(float64(ours.Nanoseconds())/float64(b.N), "run-ns/op")
			b.ReportMetric(float64(theirs.Nanoseconds())/float64(b.N), "pgrouting-ns/op")
			b.ReportMetric(theirs.Seconds()/ours.Seconds(), "x-pgrouting")
		})
	}
}

// BenchmarkEngine makes the engine of a real town: graph and joins.
func BenchmarkEngine(b *testing.B) {
	data := extract(b, "monaco.osm.pbf")
	for b.Loop() {
		if _, err := coverage.New(data).Run(context.Background(), coverage.Request{Requirements: []string{"restaurant"}}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStandard computes all categories of the default standard and the
// totals of all communities, with joins and without earlier results.
func BenchmarkStandard(b *testing.B) {
	e := coverage.New(extract(b, "liechtenstein.osm.pbf"))
	for b.Loop() {
		e.Forget()
		r, err := e.Run(context.Background(), coverage.Request{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.Totals(household.LevelCommunity, ""); err != nil {
			b.Fatal(err)
		}
	}
}
