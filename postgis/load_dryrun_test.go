package postgis

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"hearthmap/importers"
)

// TestDryRunCountsAreExact merges random files in each mode, takes that back
// as a dry run does, and loads them: counts and rejects must be the same, and
// the dry run must leave nothing.
func TestDryRunCountsAreExact(t *testing.T) {
	db := openTown(t)
	town(t, db)
	runs := 30
	if testing.Short() {
		runs = 6
	}
	for seed := range uint64(runs) {
		rnd := rand.New(rand.NewPCG(seed, 9))
		batch := importers.Batch{
			Kind: importers.Residents, FileName: "r.csv", Source: []string{"police", "welfare"}[rnd.IntN(2)],
			Mode: []importers.Mode{importers.Upsert, importers.Insert, importers.Replace}[rnd.IntN(3)],
		}
		db.bulkFrom = int64(1 + rnd.IntN(2)*1000)
		var items []importers.Item
		for i, r := range randomFile(t, rnd, []string{"B1-1-101", "B1-1-102", "B2-2-301"}) {
			items = append(items, importers.Item{Row: int64(i + 2), Entity: r})
		}
		run := func(dry bool) string {
			l, err := db.Begin(t.Context(), batch)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Rollback(t.Context()) }()
			if err := l.Stage(t.Context(), items); err != nil {
				t.Fatal(err)
			}
			m, err := l.Merge(t.Context())
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			c := m.Tables["resident"]
			c.Read = int64(len(items))
			if c.Created+c.Updated+c.Unchanged+c.Rejected != c.Read {
				t.Errorf("seed %d: %+v do not add up", seed, c)
			}
			if !dry {
				if _, err := l.Commit(t.Context(), c, m.Rejects); err != nil {
					t.Fatal(err)
				}
				list, err := db.Batches(t.Context())
				if err != nil || list[0].Counts != c {
					t.Errorf("seed %d: the history has %+v, want %+v: %v", seed, list[0].Counts, c, err)
				}
			}
			return fmt.Sprint(m.Tables, m.Rejects)
		}
		before := dump(t, db)
		planned := run(true)
		compareDumps(t, before, dump(t, db))
		if done := run(false); done != planned {
			t.Fatalf("seed %d, %s: planned %s, done %s", seed, batch.Mode, planned, done)
		}
	}
}
