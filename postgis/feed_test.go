package postgis

import (
	"context"
	"reflect"
	"testing"
	"time"

	"hearthmap/geo/cityindex"
)

// follow loads the city and keeps it up to date for the rest of the test.
func follow(t *testing.T, db *DB) *cityindex.Live {
	t.Helper()
	data, err := db.LoadCity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	city, err := cityindex.New(data)
	if err != nil {
		t.Fatal(err)
	}
	live := cityindex.NewLive(city)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		db.Follow(ctx, live)
	}()
	t.Cleanup(func() { stop(); <-done })
	return live
}

// await waits until the snapshot shows what is wanted. The limit only keeps a
// failing test from hanging.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 600 {
		if ok() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the snapshot never showed %s", what)
}

func change(t *testing.T, db *DB, sql, entity string, notify bool) {
	t.Helper()
	ctx := t.Context()
	tx, err := db.Pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(ctx) }()
	for _, q := range []string{sql, `INSERT INTO change (entity, op) VALUES ('` + entity + `', 'load')`} {
		if _, err := tx.Exec(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	if notify {
		if _, err := tx.Exec(ctx, `SELECT pg_notify($1, '')`, ChangeChannel(db.City)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestFeedFollowsChanges(t *testing.T) {
	db := openTown(t)
	seedRegistry(t, db)
	live := follow(t, db)
	name := func(code string) string {
		if i, ok := live.City().Building(code); ok {
			return live.City().BuildingAt(i).Name
		}
		return ""
	}
	if got := live.City().Totals().People; got != 3 {
		t.Fatalf("%d people at first", got)
	}

	change(t, db, `UPDATE building SET name = '新楼' WHERE code = 'B1'`, "building", true)
	await(t, "a change with its NOTIFY", func() bool { return name("B1") == "新楼" })

	change(t, db, `UPDATE building SET name = '旧楼' WHERE code = 'B1'`, "building", false)
	await(t, "a change whose NOTIFY was lost", func() bool { return name("B1") == "旧楼" })

	change(t, db, `UPDATE residence SET valid_to = current_date WHERE relation = 'spouse'`, "residence", true)
	await(t, "that somebody moved out", func() bool { return live.City().Totals().People == 2 })

	// The database drops all connections, as at a restart.
	if _, err := db.Pool.Exec(t.Context(), `
		SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
		t.Fatal(err)
	}
	// The test's own statements must not meet a dead connection of the pool;
	// the feed has to cope with whatever it holds.
	db.Pool.Reset()
	change(t, db, `UPDATE building SET ended_on = current_date WHERE code = 'B2'`, "building", true)
	await(t, "a change after the connections were lost", func() bool { _, there := live.City().Building("B2"); return !there })

	// What was patched together equals what is loaded anew.
	fresh, err := db.LoadCity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	await(t, "the head of the log", func() bool { return live.City().Seq() == fresh.Seq })
	if !reflect.DeepEqual(live.City().Data(), fresh) {
		t.Error("the patched snapshot is not the city")
	}
}

func TestFeedReadsOnlyWhatChanged(t *testing.T) {
	db := openTown(t)
	seedRegistry(t, db)
	data, err := db.LoadCity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	city, err := cityindex.New(data)
	if err != nil {
		t.Fatal(err)
	}
	live := cityindex.NewLive(city)
	if err := db.Refresh(t.Context(), live); err != nil {
		t.Fatal(err)
	}
	if live.City() != city {
		t.Error("without a change there is a new snapshot")
	}
	change(t, db, `UPDATE resident SET name = name`, "tag", false)
	if err := db.Refresh(t.Context(), live); err != nil {
		t.Fatal(err)
	}
	if got := live.City(); got.Seq() == city.Seq() || &got.Data().Buildings[0] != &city.Data().Buildings[0] {
		t.Error("a change that the map does not show has to move the sequence and nothing else")
	}
}
