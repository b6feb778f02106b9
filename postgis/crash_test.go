package postgis

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/internal/pgcluster/pgtest"
)

// The environment of a child process that dies in the middle of an import:
// the database, and after which step; "residents" is a whole load that is
// killed from outside.
const (
	crashURL  = "HEARTHMAP_TEST_CRASH_URL"
	crashStep = "HEARTHMAP_TEST_CRASH_STEP"
)

// crashChild begins an import of units and kills itself, as kill -9 would.
func crashChild() {
	if os.Getenv(crashStep) == "residents" {
		killedChild()
	}
	err := func() error {
		ctx := context.Background()
		db, err := Open(ctx, os.Getenv(crashURL), "town")
		if err != nil {
			return err
		}
		l, err := db.Begin(ctx, importers.Batch{Kind: importers.Units, FileName: "crash.csv"})
		if err != nil {
			return err
		}
		items := make([]importers.Item, 50_000)
		for i := range items {
			items[i] = importers.Item{Row: int64(i + 1), Entity: household.Unit{
				BuildingCode: "B1", Entrance: fmt.Sprint(i % 7), Floor: 1, Room: fmt.Sprint(i), Use: household.UseResidential,
			}}
		}
		if err := l.Stage(ctx, items); err != nil {
			return err
		}
		if os.Getenv(crashStep) == "merged" {
			if _, err := l.Merge(ctx); err != nil {
				return err
			}
		}
		return syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}()
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}

// TestKilledImportLeavesNothing kills an import after staging and after
// merging, and compares every table with what it was.
func TestKilledImportLeavesNothing(t *testing.T) {
	url := pgtest.Migrated(t, "town")
	db, err := Open(t.Context(), url, "town")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	loadItems(t, db, importers.Batch{Kind: importers.Buildings}, building("B1", 123.4, 41.8))
	before := dump(t, db)
	for _, step := range []string{"staged", "merged"} {
		child := exec.Command(os.Args[0], "-test.run=^$")
		child.Env = append(os.Environ(), crashURL+"="+url, crashStep+"="+step)
		out, err := child.CombinedOutput()
		if status, ok := child.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
			t.Fatalf("%s: the child ended with %v instead of dying: %s", step, err, out)
		}
		waitAlone(t, db)
		compareDumps(t, before, dump(t, db))
	}
	// The locks died with the process.
	m := loadItems(t, db, importers.Batch{Kind: importers.Units}, unit("B1", "1", 1, "101"))
	want(t, m, "unit", 1, 0, 0, 0)
}

// waitAlone waits until the server has noticed that the child is gone.
func waitAlone(tb testing.TB, db *DB) {
	tb.Helper()
	for one[int64](tb, db, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
		AND application_name LIKE 'hearthmap import%'`) > 0 {
		select {
		case <-tb.Context().Done():
			tb.Fatal(tb.Context().Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// TestStoppedImportLeavesNothing ends the context in the middle.
func TestStoppedImportLeavesNothing(t *testing.T) {
	db := openTown(t)
	town(t, db)
	before := dump(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	l, err := db.Begin(ctx, importers.Batch{Kind: importers.Units})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Stage(ctx, []importers.Item{{Row: 1, Entity: unit("B1", "1", 1, "107")}}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Merge(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := l.Commit(ctx, importers.Counts{}, nil); err == nil {
		t.Fatal("a stopped import was committed")
	}
	if err := l.Rollback(ctx); err != nil {
		t.Error(err)
	}
	compareDumps(t, before, dump(t, db))
}
