package postgis

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/internal/pgcluster/pgtest"
)

// killPeople is the size of the file whose load is killed.
const killPeople = 3_000

// killFile are people of whom some move, change and leave between versions 1
// and 2 of the file.
func killFile(version int) []importers.Item {
	var items []importers.Item
	for i := range killPeople {
		if version == 2 && i%13 == 0 {
			continue
		}
		unit := i / 3
		if version == 2 && i%7 == 0 {
			unit = (unit + 1) % (killPeople / 3)
		}
		birth := time.Date(1940+i%80, time.Month(1+i/80%12), 1+i/960%28, 0, 0, 0, 0, time.UTC)
		id, err := household.MakeResidentID("990001", birth, i%1000)
		if err != nil {
			panic(err)
		}
		p := household.Resident{
			ID: id, Name: fmt.Sprintf("赵试%d", i), Sex: id.Sex(), BirthDate: birth, Phone: fmt.Sprintf("199%08d", i+version*(i%5)),
			BuildingCode: "B1", Entrance: "1", Room: fmt.Sprint(100 + unit),
			Relation: []household.Relation{"head", "spouse", "child"}[i%3], Residency: household.ResidencyResident,
		}
		if i%11 == version {
			p.Tags = []household.TagKind{household.TagVeteran}
		}
		items = append(items, importers.Item{Row: int64(i + 2), Entity: p})
	}
	return items
}

func killLoad(ctx context.Context, db *DB, version int) error {
	l, err := db.Begin(ctx, importers.Batch{Kind: importers.Residents, FileName: "people.csv", Source: "police", Mode: importers.Replace})
	if err != nil {
		return err
	}
	defer func() { _ = l.Rollback(ctx) }()
	items := killFile(version)
	for from := 0; from < len(items); from += 500 {
		if err := l.Stage(ctx, items[from:min(from+500, len(items))]); err != nil {
			return err
		}
	}
	m, err := l.Merge(ctx)
	if err != nil {
		return err
	}
	_, err = l.Commit(ctx, m.Tables["resident"], m.Rejects)
	return err
}

// killedChild loads version 2 of the file for each line it reads, and says
// when it begins.
func killedChild() {
	err := func() error {
		ctx := context.Background()
		keys, err := NewKeys([]byte("0123456789abcdef0123456789abcdef"))
		if err != nil {
			return err
		}
		db, err := Open(ctx, os.Getenv(crashURL), "town", WithKeys(keys))
		if err != nil {
			return err
		}
		db.bulkFrom = 1
		killFile(2) // warm
		fmt.Println("begin")
		if err := killLoad(ctx, db, 2); err != nil {
			return err
		}
		fmt.Println("done")
		return nil
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	select {} // until it is killed
}

// natural dumps the register by natural keys: ids, ciphers and batches differ
// from load to load.
func natural(tb testing.TB, db *DB) string {
	tb.Helper()
	return one[string](tb, db, `SELECT concat_ws(' ',
		(SELECT concat(count(*), md5(string_agg(concat_ws('|', encode(match_hash, 'hex'), name, sex, birth_date, encode(phone_hash, 'hex'), grams, ended_on, updated_batch IS NULL), E'\n' ORDER BY match_hash))) FROM resident),
		(SELECT concat(count(*), md5(string_agg(x, E'\n' ORDER BY x))) FROM (
		   SELECT concat_ws('|', encode(p.match_hash, 'hex'), u.code, b.code, h.seq, hu.code, r.relation, r.residency, r.present, r.valid_from, r.valid_to, r.updated_batch IS NULL) AS x
		     FROM residence r JOIN resident p ON p.id = r.resident_id JOIN unit u ON u.id = r.unit_id JOIN building b ON b.id = r.building_id
		     JOIN household h ON h.id = r.household_id JOIN unit hu ON hu.id = h.unit_id) q),
		(SELECT concat(count(*), md5(string_agg(x, E'\n' ORDER BY x))) FROM (
		   SELECT concat_ws('|', encode(p.match_hash, 'hex'), t.kind, t.source, t.valid_from, t.valid_to) AS x FROM tag t JOIN resident p ON p.id = t.resident_id) q),
		(SELECT count(*) FROM household))`)
}

// killTown opens a city with the units of the file.
func killTown(tb testing.TB) (*DB, string) {
	tb.Helper()
	url := pgtest.Migrated(tb, "town")
	db, err := Open(tb.Context(), url, "town", WithKeys(testKeys(tb)))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(db.Close)
	db.bulkFrom = 1
	loadItems(tb, db, importers.Batch{Kind: importers.Buildings}, building("B1", 123.401, 41.801))
	flats := make([]importers.Entity, killPeople/3)
	for i := range flats {
		flats[i] = unit("B1", "1", 1, fmt.Sprint(100+i))
	}
	loadItems(tb, db, importers.Batch{Kind: importers.Units}, flats...)
	return db, url
}

// TestKilledAtRandomMoments kills loads at 50 random moments: first loads,
// and loads over an older version. After each, the database is as it was
// before, indexes included, or as after the load. Run again, the load gives
// what an undisturbed one gives.
func TestKilledAtRandomMoments(t *testing.T) {
	kills := 50
	if testing.Short() {
		kills = 6
	}
	indexes := `SELECT string_agg(indexdef, E'\n' ORDER BY indexdef) ||
		(SELECT string_agg(conrelid::regclass || conname || pg_get_constraintdef(oid), E'\n' ORDER BY conrelid, conname) FROM pg_constraint WHERE connamespace = current_schema()::regnamespace)
		FROM pg_indexes WHERE schemaname = current_schema()`
	rnd := rand.New(rand.NewPCG(20, 26))
	for _, older := range []bool{false, true} {
		db, url := killTown(t)
		calm, _ := killTown(t)
		schema := one[string](t, db, indexes)
		if older {
			for _, d := range []*DB{db, calm} {
				if err := killLoad(t.Context(), d, 1); err != nil {
					t.Fatal(err)
				}
			}
		}
		before := dump(t, db)
		began := time.Now()
		if err := killLoad(t.Context(), calm, 2); err != nil {
			t.Fatal(err)
		}
		whole := time.Since(began)
		wanted := natural(t, calm)
		died, ended := 0, 0
		limit := whole * 5 / 4 // of the delays; less when loads turn out to be faster
		for range kills / 2 {
			delay := time.Duration(rnd.Int64N(int64(limit)))
			if killAfter(t, url, delay) {
				ended++
				limit = limit * 3 / 4
			} else {
				died++
			}
			waitAlone(t, db)
			if now := dump(t, db); now["import_batch"] == before["import_batch"] {
				compareDumps(t, before, now)
			} else { // it had committed
				if got := natural(t, db); got != wanted {
					t.Fatalf("killed at its end after %v, the load left %s, want %s", delay, got, wanted)
				}
				undoBatch(t, db, lastBatch(t, db))
				now = dump(t, db)
				for _, table := range []string{"import_batch", "change"} {
					before[table] = now[table]
				}
				compareDumps(t, before, now)
			}
			if t.Failed() {
				t.Fatalf("killed after %v of %v, over an older file: %v", delay, whole, older)
			}
		}
		t.Logf("over an older file: %v: %d loads died, %d had ended", older, died, ended)
		if died == 0 {
			t.Error("no load was killed in time")
		}
		if err := killLoad(t.Context(), db, 2); err != nil {
			t.Fatal(err)
		}
		if got := natural(t, db); got != wanted {
			t.Errorf("after the kills the load gives %s, want %s", got, wanted)
		}
		for _, d := range []*DB{db, calm} {
			if got := one[string](t, d, indexes); got != schema {
				t.Errorf("indexes and keys are\n%s\nwant\n%s", got, schema)
			}
		}
		checkHouseholds(t, db, "after the kills")
	}
}

// killAfter starts a child that loads and kills it so long after it began.
// It tells whether the load had ended before.
func killAfter(t *testing.T, url string, delay time.Duration) (ended bool) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), crashURL+"="+url, crashStep+"=residents")
	var stderr strings.Builder
	child.Stderr = &stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "begin" {
		_ = child.Wait()
		t.Fatalf("the child did not begin: %s", stderr.String())
	}
	select {
	case <-t.Context().Done():
	case <-time.After(delay):
	}
	if err := child.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	ended = lines.Scan() && lines.Text() == "done"
	_ = child.Wait() // killed
	if status, ok := child.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("the child ended by itself: %s", stderr.String())
	}
	return ended
}

// TestParallelLoads: streets and units load side by side; of two loads of
// residents the second waits for the first.
func TestParallelLoads(t *testing.T) {
	db, _ := killTown(t)
	ctx := t.Context()
	begin := func(kind importers.Kind) importers.Load {
		t.Helper()
		l, err := db.Begin(ctx, importers.Batch{Kind: kind, FileName: string(kind)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Rollback(context.WithoutCancel(ctx)) })
		return l
	}
	end := func(l importers.Load, e importers.Entity) {
		t.Helper()
		if err := l.Stage(ctx, []importers.Item{{Row: 1, Entity: e}}); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Merge(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Commit(ctx, importers.Counts{Read: 1, Created: 1}, nil); err != nil {
			t.Fatal(err)
		}
	}
	units, streets := begin(importers.Units), begin(importers.Streets)
	end(streets, household.Street{Code: "S1", Class: "path", Foot: true, Geom: orb.LineString(square(123.4, 41.8, 0.01)[0])})
	end(units, unit("B1", "9", 1, "901"))

	first := begin(importers.Residents)
	second := make(chan error, 1)
	go func() { second <- killLoad(ctx, db, 1) }()
	for one[int64](t, db, `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`) == 0 {
		select {
		case err := <-second:
			t.Fatalf("the second load did not wait: %v", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
	end(first, livingAt(t, 1, "B1", "9", "901", household.RelationHead))
	if err := <-second; err != nil {
		t.Errorf("the second load, when the first had ended: %v", err)
	}
	if n := one[int64](t, db, "SELECT count(*) FROM resident"); n < killPeople {
		t.Errorf("%d residents", n)
	}
}
