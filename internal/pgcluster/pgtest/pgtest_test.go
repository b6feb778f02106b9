package pgtest_test

import (
	"os"
	"testing"

	"hearthmap/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

func TestDatabase(t *testing.T) {
	first, second := pgtest.Database(t), pgtest.Database(t)
	if first == second {
		t.Fatal("two tests got one database")
	}
	conn := pgtest.Connect(t, first)
	var postgis, schema string
	err := conn.QueryRow(t.Context(), `select postgis_lib_version(), extnamespace::regnamespace::text
		from pg_extension where extname = 'postgis'`).Scan(&postgis, &schema)
	if err != nil || postgis == "" || schema != "public" {
		t.Fatalf("postgis %q in schema %q: %v", postgis, schema, err)
	}
	if _, err := conn.Exec(t.Context(), "create table mark ()"); err != nil {
		t.Fatal(err)
	}
	var seen bool
	err = pgtest.Connect(t, second).QueryRow(t.Context(), "select to_regclass('mark') is not null").Scan(&seen)
	if err != nil || seen {
		t.Errorf("a table of one database is seen in another: %v, %v", seen, err)
	}
}

func TestDatabaseWithExtension(t *testing.T) {
	conn := pgtest.Connect(t, pgtest.Database(t, "pgrouting"))
	var version string
	if err := conn.QueryRow(t.Context(), "select pgr_version()").Scan(&version); err != nil || version == "" {
		t.Errorf("pgr_version() = %q, %v", version, err)
	}
}

func TestMigrated(t *testing.T) {
	for _, city := range []string{"", "other"} {
		conn := pgtest.Connect(t, pgtest.Migrated(t, city))
		want := city
		if want == "" {
			want = "town"
		}
		var tables int
		err := conn.QueryRow(t.Context(), "select count(*) from pg_tables where schemaname = $1", want).Scan(&tables)
		if err != nil || tables < 2 {
			t.Errorf("city %q: %d tables, %v", want, tables, err)
		}
	}
}

func TestDatabasesAreDropped(t *testing.T) {
	var url string
	t.Run("inner", func(t *testing.T) { url = pgtest.Database(t) })
	var name string
	conn := pgtest.Connect(t, pgtest.Database(t))
	if err := conn.QueryRow(t.Context(), `select coalesce(max(datname), '') from pg_database
		where $1 ~ ('/' || datname || '([?]|$)')`, url).Scan(&name); err != nil || name != "" {
		t.Errorf("database %q is still there: %v", name, err)
	}
}
