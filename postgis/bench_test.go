package postgis

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/importers"
)

// benchPeople is the size of the benchmark's file; three to a unit.
const benchPeople = 90_000

// benchTown loads buildings and units for so many people.
func benchTown(b testing.TB, db *DB, people int) {
	b.Helper()
	units := people / 3
	var buildings, flats []importers.Entity
	for i := range units {
		code := fmt.Sprintf("B%05d", i/60)
		if i%60 == 0 {
			buildings = append(buildings, building(code, 123+float64(i/60%100)*0.001, 41+float64(i/6000)*0.001))
		}
		flats = append(flats, unit(code, fmt.Sprint(1+i%3), int16(1+i%60/6), fmt.Sprint(100+i%60)))
	}
	loadItems(b, db, importers.Batch{Kind: importers.Buildings}, buildings...)
	loadItems(b, db, importers.Batch{Kind: importers.Units}, flats...)
}

// benchFile makes up the people of the town.
func benchFile(b testing.TB, people int) []importers.Item {
	b.Helper()
	items := make([]importers.Item, people)
	for i := range items {
		u := i / 3
		birth := time.Date(1940+i%80, time.Month(1+i/80%12), 1+i/960%28, 0, 0, 0, 0, time.UTC)
		id, err := household.MakeResidentID(fmt.Sprintf("9900%02d", i/26880%100), birth, i%1000)
		if err != nil {
			b.Fatal(err)
		}
		items[i] = importers.Item{Row: int64(i + 2), Entity: household.Resident{
			ID: id, Name: fmt.Sprintf("赵%c%c", rune(0x4E00+i%3000), rune(0x4E00+i/7%3000)), Sex: id.Sex(), BirthDate: birth,
			Phone:        fmt.Sprintf("199%08d", i),
			BuildingCode: fmt.Sprintf("B%05d", u/60), Entrance: fmt.Sprint(1 + u%3), Room: fmt.Sprint(100 + u%60),
			Relation: []household.Relation{"head", "spouse", "child"}[i%3], Residency: household.ResidencyResident,
		}}
	}
	return items
}

// BenchmarkLoadResidents compares, in one run on one server, a load of
// residents (sealing, comparing, households, change log, statistics) with COPY
// of the very rows it made: into tables that have the same indexes (inplace),
// and building the indexes afterwards (then_index). Each is the best of the
// rounds; on a busy machine take several (-benchtime 5x).
func BenchmarkLoadResidents(b *testing.B) {
	best := map[string]time.Duration{}
	keep := func(what string, d time.Duration) {
		if old, ok := best[what]; !ok || d < old {
			best[what] = d
		}
	}
	for b.Loop() {
		b.StopTimer()
		db := openTown(b)
		benchTown(b, db, benchPeople)
		items := benchFile(b, benchPeople)
		b.StartTimer()
		began := time.Now()
		stage, merge := benchLoad(b, db, items)
		keep("load", time.Since(began))
		b.StopTimer()
		keep("stage", stage)
		keep("merge", merge)
		for range 2 {
			keep("then_index", rawCopy(b, db, true, "resident", "household", "residence"))
			keep("inplace", rawCopy(b, db, false, "resident", "household", "residence"))
			again := time.Now()
			benchLoad(b, db, items)
			keep("unchanged", time.Since(again))
		}
		b.StartTimer()
	}
	for what, d := range best {
		b.ReportMetric(benchPeople/d.Seconds(), what+"_rows/s")
	}
	percent := func(a, of string) float64 { return 100 * best[of].Seconds() / best[a].Seconds() }
	b.ReportMetric(percent("load", "inplace"), "%of_copy_inplace")
	b.ReportMetric(percent("load", "then_index"), "%of_copy_then_index")
	b.ReportMetric(percent("unchanged", "then_index"), "unchanged%of_copy_then_index")
}

func benchLoad(b testing.TB, db *DB, items []importers.Item) (stage, merge time.Duration) {
	b.Helper()
	ctx := b.Context()
	l, err := db.Begin(ctx, importers.Batch{Kind: importers.Residents, Source: "police"})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Rollback(ctx) }()
	began := time.Now()
	for from := 0; from < len(items); from += 8192 {
		if err := l.Stage(ctx, items[from:min(from+8192, len(items))]); err != nil {
			b.Fatal(err)
		}
	}
	stage = time.Since(began)
	m, err := l.Merge(ctx)
	if err != nil || len(m.Rejects) > 0 {
		b.Fatalf("%d rejects, %v", len(m.Rejects), err)
	}
	merge = time.Since(began) - stage
	if _, err := l.Commit(ctx, m.Tables["resident"], nil); err != nil {
		b.Fatal(err)
	}
	return stage, merge
}

// rawCopy times COPY of the tables' rows into copies of the tables with the
// same columns, checks and indexes; with after, the indexes are built when the
// rows are there.
func rawCopy(b testing.TB, db *DB, after bool, tables ...string) time.Duration {
	b.Helper()
	ctx := context.WithoutCancel(b.Context())
	conn, err := db.Pool.Acquire(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Release()
	exec := func(sql string) {
		if _, err := conn.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			b.Fatal(err)
		}
	}
	pg := conn.Conn().PgConn()
	var total time.Duration
	for _, table := range tables {
		cols := one[string](b, db, `SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
			WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`, table)
		var rows bytes.Buffer
		if _, err := pg.CopyTo(ctx, &rows, fmt.Sprintf("COPY %s (%s) TO STDOUT BINARY", table, cols)); err != nil {
			b.Fatal(err)
		}
		like, indexes := "INCLUDING ALL", ""
		if after {
			like += " EXCLUDING INDEXES"
			indexes = one[string](b, db, `SELECT string_agg(regexp_replace(indexdef, 'INDEX \S+ ON \S+', 'INDEX ON raw_' || tablename), '; ')
				FROM pg_indexes WHERE schemaname = current_schema() AND tablename = $1`, table)
		}
		exec(fmt.Sprintf("DROP TABLE IF EXISTS raw_%[1]s; CREATE TABLE raw_%[1]s (LIKE %[1]s %[2]s)", table, like))
		began := time.Now()
		if _, err := pg.CopyFrom(ctx, &rows, fmt.Sprintf("COPY raw_%s (%s) FROM STDIN BINARY", table, cols)); err != nil {
			b.Fatal(err)
		}
		exec(indexes)
		total += time.Since(began)
	}
	return total
}
