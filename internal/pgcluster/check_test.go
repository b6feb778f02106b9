package pgcluster_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/internal/pgcluster"
	"hearthmap/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// makeDatabase makes a database with the clause on the server of the tests and
// returns its URL.
func makeDatabase(t *testing.T, name, clause string) string {
	t.Helper()
	base := pgtest.Database(t)
	admin := pgtest.Connect(t, base)
	if _, err := admin.Exec(t.Context(), "create database "+name+" "+clause); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(context.Background(), "drop database "+name+" with (force)"); err != nil {
			t.Error(err)
		}
	})
	return withURL(t, base, func(u *url.URL) { u.Path = "/" + name })
}

func withURL(t *testing.T, text string, change func(*url.URL)) string {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	change(u)
	return u.String()
}

func lacks(t *testing.T, conn *pgx.Conn) map[string]*household.Error {
	t.Helper()
	findings, err := pgcluster.Inspect(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*household.Error{}
	for _, f := range findings {
		if f.OK != (f.Lack == nil) {
			t.Errorf("%s: OK is %v, lack is %v", f.Name, f.OK, f.Lack)
		}
		if f.Lack != nil {
			found[f.Name] = f.Lack
			if f.Lack.Hint == "" {
				t.Errorf("%s: no hint", f.Name)
			}
		}
	}
	return found
}

func TestCheckAcceptsAGoodServer(t *testing.T) {
	if err := pgcluster.CheckURL(t.Context(), pgtest.Database(t)); err != nil {
		t.Error(err)
	}
	fresh := makeDatabase(t, "check_fresh", "template template0")
	if err := pgcluster.CheckURL(t.Context(), fresh); err != nil {
		t.Error(err)
	}
	var extensions int
	conn := pgtest.Connect(t, fresh)
	err := conn.QueryRow(t.Context(), "select count(*) from pg_extension where extname <> 'plpgsql'").Scan(&extensions)
	if err != nil || extensions != 0 {
		t.Errorf("the check left %d extensions behind: %v", extensions, err)
	}
}

// Under LC_CTYPE C pg_trgm takes no Chinese character for a letter.
func TestCheckRefusesLocaleC(t *testing.T) {
	for _, ctype := range []string{"C", "POSIX"} {
		t.Run(ctype, func(t *testing.T) {
			conn := pgtest.Connect(t, makeDatabase(t, "check_locale_c", "template template0 encoding 'UTF8' lc_collate 'C' lc_ctype '"+ctype+"'"))
			found := lacks(t, conn)
			if len(found) != 1 || found["locale"] == nil {
				t.Fatalf("lacks: %v", found)
			}
			// The remedy works.
			hint := found["locale"].Hint
			_, sql, ok := strings.Cut(hint, "use that: ")
			if !ok {
				t.Fatalf("hint: %s", hint)
			}
			if _, err := conn.Exec(t.Context(), sql); err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
			remedy := withURL(t, conn.Config().ConnString(), func(u *url.URL) { u.Path = "/check_locale_c_utf8" })
			if err := pgcluster.CheckURL(t.Context(), remedy); err != nil {
				t.Errorf("after the remedy: %v", err)
			}
			if _, err := conn.Exec(t.Context(), "drop database check_locale_c_utf8 with (force)"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCheckRefusesEncoding(t *testing.T) {
	conn := pgtest.Connect(t, makeDatabase(t, "check_encoding", "template template0 encoding 'EUC_CN' locale 'C'"))
	found := lacks(t, conn)
	if found["encoding"] == nil || !strings.Contains(found["encoding"].Message, "EUC_CN") {
		t.Errorf("lacks: %v", found)
	}
}

func TestCheckRights(t *testing.T) {
	database := makeDatabase(t, "check_rights", "template template0")
	admin := pgtest.Connect(t, database)
	exec := func(format string, args ...any) {
		t.Helper()
		if _, err := admin.Exec(t.Context(), fmt.Sprintf(format, args...)); err != nil {
			t.Fatal(err)
		}
	}
	exec("create role check_guest login password 'secret'")
	t.Cleanup(func() {
		if _, err := admin.Exec(context.Background(), "drop owned by check_guest; drop role check_guest"); err != nil {
			t.Error(err)
		}
	})
	guest := pgtest.Connect(t, withURL(t, database, func(u *url.URL) { u.User = url.UserPassword("check_guest", "secret") }))
	want := func(names ...string) {
		t.Helper()
		found := lacks(t, guest)
		for _, n := range names {
			if found[n] == nil {
				t.Errorf("%s is not found to be lacking", n)
			}
			delete(found, n)
		}
		if len(found) > 0 {
			t.Errorf("found to be lacking: %v", found)
		}
	}
	want("postgis", "pg_trgm", "schema_right", "role_right")
	err := pgcluster.Check(t.Context(), guest)
	if household.CodeOf(err) != household.Unavailable || !strings.Contains(household.HintOf(err), "grant create on database") {
		t.Errorf("check: %v", err)
	}
	exec("create extension postgis; create extension pg_trgm")
	want("schema_right", "role_right")
	exec(`grant create on database check_rights to check_guest`)
	want("role_right")
	// On a server of others the role may be there, and in use.
	if _, err := admin.Exec(t.Context(), "create role hearthmap_web nologin"); err != nil && !strings.Contains(err.Error(), "already exists") {
		t.Fatal(err)
	}
	want("role_right")
	exec("grant hearthmap_web to check_guest")
	want()
	if err := pgcluster.Check(t.Context(), guest); err != nil {
		t.Error(err)
	}
}

func TestCheckExtensionElsewhere(t *testing.T) {
	conn := pgtest.Connect(t, makeDatabase(t, "check_elsewhere", "template template0"))
	if _, err := conn.Exec(t.Context(), "create schema gis; create extension postgis schema gis"); err != nil {
		t.Fatal(err)
	}
	if found := lacks(t, conn); len(found) != 1 || found["postgis"] == nil {
		t.Errorf("lacks: %v", found)
	}
}

func TestCheckReadOnly(t *testing.T) {
	conn := pgtest.Connect(t, pgtest.Database(t))
	if _, err := conn.Exec(t.Context(), "set default_transaction_read_only = on"); err != nil {
		t.Fatal(err)
	}
	if found := lacks(t, conn); len(found) != 1 || found["writable"] == nil {
		t.Errorf("lacks: %v", found)
	}
}

func TestCheckURLErrors(t *testing.T) {
	good := pgtest.Database(t)
	for name, c := range map[string]struct{ url, hint string }{
		"nonsense":    {"postgres://host:port:x/", "write it as"},
		"refused":     {"postgres://u:p@127.0.0.1:1/x?sslmode=disable", "server runs"},
		"no database": {withURL(t, good, func(u *url.URL) { u.Path = "/nowhere" }), "createdb"},
		"password":    {withURL(t, good, func(u *url.URL) { u.User = url.UserPassword("hearthmap", "wrong-one") }), "password"},
	} {
		t.Run(name, func(t *testing.T) {
			err := pgcluster.CheckURL(t.Context(), c.url)
			if err == nil || !strings.Contains(household.HintOf(err), c.hint) {
				t.Errorf("error %v, want a hint with %q", err, c.hint)
			}
			if err != nil && strings.Contains(err.Error(), "wrong-one") {
				t.Errorf("the password stands in the error: %v", err)
			}
		})
	}
}
