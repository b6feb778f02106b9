package migrations_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/internal/pgcluster/pgtest"
	"hearthmap/migrations"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// set makes steps out of pairs of up and down.
func set(t *testing.T, steps ...[2]string) migrations.Set {
	t.Helper()
	dir := fstest.MapFS{}
	for i, s := range steps {
		dir[fmt.Sprintf("%03d_step%d.up.sql", i+1, i+1)] = &fstest.MapFile{Data: []byte(s[0])}
		dir[fmt.Sprintf("%03d_step%d.down.sql", i+1, i+1)] = &fstest.MapFile{Data: []byte(s[1])}
	}
	loaded, err := migrations.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

var (
	houses = [2]string{"create table house (id int); insert into house values (1); -- 沈阳", "drop table house"}
	doors  = [2]string{"create table door (geom geometry)", "drop table door"}
)

func one(t *testing.T, conn *pgx.Conn, sql string) string {
	t.Helper()
	var text string
	if err := conn.QueryRow(t.Context(), sql).Scan(&text); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return text
}

// objects lists what a schema holds: relations, columns, constraints,
// functions, policies. Two schemas alike give equal lists.
func objects(t *testing.T, conn *pgx.Conn, city string) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), `
		select 'relation ' || relname || ' ' || relkind::text || ' ' || relrowsecurity from pg_class where relnamespace = to_regnamespace($1)
		union all select 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull
		  from pg_attribute a join pg_class c on c.oid = a.attrelid where c.relnamespace = to_regnamespace($1) and a.attnum > 0 and not a.attisdropped
		union all select 'constraint ' || conname || ' ' || replace(pg_get_constraintdef(oid), $1 || '.', '') from pg_constraint where connamespace = to_regnamespace($1)
		union all select 'function ' || proname || ' ' || pg_get_function_arguments(oid) from pg_proc where pronamespace = to_regnamespace($1)
		union all select 'policy ' || tablename || ' ' || policyname from pg_policies where schemaname = $1
		order by 1`, city)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// differences lists what only one of two schemas holds.
func differences(before, after []string) string {
	var lines []string
	for _, o := range before {
		if !slices.Contains(after, o) {
			lines = append(lines, "- "+o)
		}
	}
	for _, o := range after {
		if !slices.Contains(before, o) {
			lines = append(lines, "+ "+o)
		}
	}
	return strings.Join(lines, "\n")
}

func TestUpDownUp(t *testing.T) {
	conn := pgtest.Connect(t, pgtest.Database(t))
	all, err := migrations.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	up := func() []string {
		t.Helper()
		done, err := migrations.Apply(t.Context(), conn, "town")
		if err != nil || len(done) != len(all) {
			t.Fatalf("%d of %d steps done: %v", len(done), len(all), err)
		}
		return objects(t, conn, "town")
	}
	first := up()
	if done, err := migrations.Apply(t.Context(), conn, "town"); err != nil || len(done) != 0 {
		t.Errorf("a second Apply did %v, %v", done, err)
	}
	down, err := migrations.Down(t.Context(), conn, "town", 0)
	if err != nil || len(down) != len(all) {
		t.Fatalf("%d steps undone: %v", len(down), err)
	}
	for _, o := range objects(t, conn, "town") {
		if !strings.Contains(o, "schema_migration") {
			t.Errorf("left behind: %s", o)
		}
	}
	if d := differences(first, up()); d != "" {
		t.Errorf("the schema differs after down and up:\n%s", d)
	}
}

// Each step's down undoes its up, and nothing more.
func TestEachStepBack(t *testing.T) {
	conn := pgtest.Connect(t, pgtest.Database(t))
	all, err := migrations.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := migrations.Up(t.Context(), conn, "town", 1); err != nil {
		t.Fatal(err)
	}
	for version := 1; version < len(all); version++ {
		before := objects(t, conn, "town")
		if done, err := migrations.Up(t.Context(), conn, "town", 1); err != nil || len(done) != 1 {
			t.Fatalf("up: %v, %v", done, err)
		}
		if done, err := migrations.Down(t.Context(), conn, "town", version); err != nil || len(done) != 1 {
			t.Fatalf("down: %v, %v", done, err)
		}
		if d := differences(before, objects(t, conn, "town")); d != "" {
			t.Errorf("%s up and down leaves a difference:\n%s", all[version], d)
		}
		if _, err := migrations.Up(t.Context(), conn, "town", 1); err != nil {
			t.Fatal(err)
		}
	}
}

func TestConcurrentApply(t *testing.T) {
	database := pgtest.Database(t)
	all, err := migrations.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := map[string]int{}
	for i := range 6 {
		city, conn := []string{"one", "two"}[i%2], pgtest.Connect(t, database)
		wg.Go(func() {
			applied, err := migrations.Apply(t.Context(), conn, city)
			if err != nil {
				t.Errorf("%s: %v", city, err)
			}
			mu.Lock()
			defer mu.Unlock()
			done[city] += len(applied)
		})
	}
	wg.Wait()
	for _, city := range []string{"one", "two"} {
		if done[city] != len(all) {
			t.Errorf("%s: %d steps were done, want %d", city, done[city], len(all))
		}
	}
	conn := pgtest.Connect(t, database)
	if d := differences(objects(t, conn, "one"), objects(t, conn, "two")); d != "" {
		t.Errorf("the cities differ:\n%s", d)
	}
	if _, err := migrations.Down(t.Context(), conn, "one", 0); err != nil {
		t.Error(err)
	}
	if st, err := migrations.Status(t.Context(), conn, "two"); err != nil || st[len(st)-1].AppliedAt == nil {
		t.Errorf("one city's end touched the other: %+v, %v", st, err)
	}
}

func TestExtensionsAreMade(t *testing.T) {
	database := pgtest.Database(t)
	conn := pgtest.Connect(t, database)
	if _, err := conn.Exec(t.Context(), "drop extension postgis; drop extension pg_trgm"); err != nil {
		t.Fatal(err)
	}
	if _, err := set(t, doors).Up(t.Context(), conn, "town", 0); err != nil {
		t.Fatal(err)
	}
	if got := one(t, conn, "select string_agg(extname || ' ' || extnamespace::regnamespace, ', ' order by extname) from pg_extension where extname <> 'plpgsql'"); got != "pg_trgm public, postgis public" {
		t.Error(got)
	}
	if got := one(t, conn, "show search_path"); got != `"$user", public` {
		t.Errorf("search_path of the connection is now %s", got)
	}
}

func TestDrift(t *testing.T) {
	conn := pgtest.Connect(t, pgtest.Database(t))
	if _, err := set(t, houses).Up(t.Context(), conn, "town", 0); err != nil {
		t.Fatal(err)
	}
	changed := set(t, [2]string{houses[0] + " ", houses[1]}, doors)
	for name, do := range map[string]func() ([]migrations.Applied, error){
		"up":   func() ([]migrations.Applied, error) { return changed.Up(t.Context(), conn, "town", 0) },
		"down": func() ([]migrations.Applied, error) { return changed.Down(t.Context(), conn, "town", 0) },
	} {
		done, err := do()
		if household.CodeOf(err) != household.Conflict || household.HintOf(err) == "" || len(done) > 0 {
			t.Errorf("%s: %v, %v", name, done, err)
		}
	}
	if st, err := changed.Status(t.Context(), conn, "town"); err != nil || len(st) != 2 || !st[0].Changed || st[1].AppliedAt != nil {
		t.Errorf("status %+v, %v", st, err)
	}
}

func TestNewerDatabase(t *testing.T) {
	conn := pgtest.Connect(t, pgtest.Database(t))
	if _, err := set(t, houses, doors).Up(t.Context(), conn, "town", 0); err != nil {
		t.Fatal(err)
	}
	old := set(t, houses)
	_, err := old.Up(t.Context(), conn, "town", 0)
	if household.CodeOf(err) != household.Conflict || !strings.Contains(household.HintOf(err), "newer hearthmap") {
		t.Errorf("error %v", err)
	}
	if st, err := old.Status(t.Context(), conn, "town"); err != nil || len(st) != 2 || !st[1].Unknown {
		t.Errorf("status %+v, %v", st, err)
	}
}

// A step that fails leaves nothing, those before it stay, and the lock is free.
func TestFailedStep(t *testing.T) {
	database := pgtest.Database(t)
	conn := pgtest.Connect(t, database)
	bad := set(t, houses, [2]string{"create table half (id int);\n-- 沈阳\nselect nothing from nowhere;", "drop table half"})
	done, err := bad.Up(t.Context(), conn, "town", 0)
	if len(done) != 1 || err == nil || !strings.Contains(err.Error(), "002_step2") || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("done %v, error %v", done, err)
	}
	if got := one(t, conn, "select coalesce(to_regclass('town.half')::text, 'none') || ' ' || (select count(*) from town.house)"); got != "none 1" {
		t.Error(got)
	}
	if done, err := set(t, houses, doors).Up(t.Context(), pgtest.Connect(t, database), "town", 0); err != nil || len(done) != 1 {
		t.Errorf("after it: %v, %v", done, err)
	}
}

func TestWaitingForTheLockEndsWithTheContext(t *testing.T) {
	database := pgtest.Database(t)
	holder, waiter := pgtest.Connect(t, database), pgtest.Connect(t, database)
	steps := set(t, houses)
	if _, err := steps.Up(t.Context(), holder, "town", 0); err != nil {
		t.Fatal(err)
	}
	// The lock's number stays the engine's secret: hold the table instead.
	if _, err := holder.Exec(t.Context(), "begin; lock table town.schema_migration"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := steps.Down(ctx, waiter, "town", 0)
		ended <- err
	}()
	for one(t, holder, "select count(*)::text from pg_locks where not granted") == "0" {
	}
	cancel()
	if err := <-ended; household.CodeOf(err) != household.Unavailable {
		t.Errorf("error %v", err)
	}
	if _, err := holder.Exec(t.Context(), "commit"); err != nil {
		t.Fatal(err)
	}
	if done, err := steps.Down(t.Context(), holder, "town", 0); err != nil || len(done) != 1 {
		t.Errorf("afterwards: %v, %v", done, err)
	}
}

func TestWithoutRights(t *testing.T) {
	database := pgtest.Database(t)
	admin := pgtest.Connect(t, database)
	if _, err := admin.Exec(t.Context(), "create role migrations_guest login password 'secret'; drop extension pg_trgm"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(context.Background(), "drop role migrations_guest"); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("migrations_guest", "secret")
	guest := pgtest.Connect(t, u.String())
	steps := set(t, houses)
	want := func(hint string) {
		t.Helper()
		_, err := steps.Up(t.Context(), guest, "town", 0)
		if household.CodeOf(err) != household.Forbidden || !strings.Contains(household.HintOf(err), hint) {
			t.Errorf("error %v", err)
		}
	}
	want("create extension pg_trgm")
	if _, err := admin.Exec(t.Context(), "create extension pg_trgm"); err != nil {
		t.Fatal(err)
	}
	want("create schema town")
	if _, err := admin.Exec(t.Context(), "create schema town authorization migrations_guest"); err != nil {
		t.Fatal(err)
	}
	if _, err := steps.Up(t.Context(), guest, "town", 0); err != nil {
		t.Error(err)
	}
	if _, err := admin.Exec(t.Context(), "drop schema town cascade"); err != nil {
		t.Error(err)
	}
}

func TestValidCity(t *testing.T) {
	for _, good := range []string{"town", "shenyang_2", "a", strings.Repeat("a", 40)} {
		if err := migrations.ValidCity(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "Town", "2town", "a-b", `a"b`, "沈阳", "public", "pg_x", "information_schema", strings.Repeat("a", 41), "a;drop"} {
		if err := migrations.ValidCity(bad); household.CodeOf(err) != household.Invalid || household.HintOf(err) == "" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	file := &fstest.MapFile{Data: []byte("select 1")}
	for name, dir := range map[string]fstest.MapFS{
		"a gap":          {"001_a.up.sql": file, "001_a.down.sql": file, "003_c.up.sql": file, "003_c.down.sql": file},
		"no down":        {"001_a.up.sql": file},
		"no up":          {"001_a.down.sql": file},
		"two of a kind":  {"001_a.up.sql": file, "001_b.down.sql": file},
		"a strange name": {"1_a.up.sql": file},
	} {
		if s, err := migrations.Load(dir); err == nil {
			t.Errorf("%s: %v", name, s)
		}
	}
}
