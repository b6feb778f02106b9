// Package pgtest gives tests a PostGIS database of their own.
//
// The first test that asks starts a server for the test process; a watchdog
// stops it and removes its files when the process ends, be it by a failure, a
// panic, a timeout or a kill. Run in TestMain does the same in order, before
// the process ends:
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }
//
// Without PostgreSQL on the machine tests are skipped; with CI=true they fail.
// HEARTHMAP_TEST_DATABASE_URL names a server to use instead; its user must be
// allowed to create databases and extensions.
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hearthmap/internal/pgcluster"
	"hearthmap/migrations"
)

// Run runs the tests, then stops the server if one was started, and returns
// the exit status for os.Exit.
func Run(m *testing.M) int {
	defer process.stop()
	return m.Run()
}

// Database returns the URL of a new, empty database with postgis, pg_trgm and
// the extensions asked for (such as "pgrouting") in the schema public. It is
// dropped when the test ends.
func Database(tb testing.TB, extensions ...string) string {
	tb.Helper()
	s := process.server(tb)
	slices.Sort(extensions)
	template := s.template(tb, "ext_"+strings.Join(extensions, "_"), func(ctx context.Context, conn *pgx.Conn) error {
		for _, name := range append([]string{"postgis", "pg_trgm"}, extensions...) {
			_, err := conn.Exec(ctx, "create extension if not exists "+pgx.Identifier{name}.Sanitize()+" schema public")
			if err != nil {
				return err
			}
		}
		return nil
	})
	return s.clone(tb, template)
}

// Migrated returns the URL of a new database that holds an empty city: the
// schema named city ("town" if empty), with all migrations applied. It is
// dropped when the test ends. Connections must set search_path themselves, as
// in production.
func Migrated(tb testing.TB, city string) string {
	tb.Helper()
	if city == "" {
		city = "town"
	}
	s := process.server(tb)
	template := s.template(tb, "city_"+city, func(ctx context.Context, conn *pgx.Conn) error {
		_, err := migrations.Apply(ctx, conn, city)
		return err
	})
	return s.clone(tb, template)
}

// Connect returns a connection to the database, closed when the test ends.
func Connect(tb testing.TB, url string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), url)
	if err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	tb.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// holder holds the one server of the process.
type holder struct {
	once sync.Once
	srv  *server
	err  error
}

// process is the only state of the package: a test process has one server.
var process holder

type server struct {
	cluster   *pgcluster.Cluster // nil when the server is somebody else's
	url       string             // of the maintenance database
	mu        sync.Mutex
	prefix    string
	count     int
	templates map[string]string // what it holds → database
}

func (h *holder) server(tb testing.TB) *server {
	tb.Helper()
	h.once.Do(func() { h.srv, h.err = start() })
	if errors.Is(h.err, pgcluster.ErrNotInstalled) && os.Getenv("CI") != "true" {
		tb.Skipf("pgtest: %v", h.err)
	}
	if h.err != nil {
		tb.Fatalf("pgtest: %v", h.err)
	}
	return h.srv
}

func start() (*server, error) {
	s := &server{
		url:       os.Getenv("HEARTHMAP_TEST_DATABASE_URL"),
		prefix:    "hearthmap_test_" + strings.ToLower(rand.Text()[:8]) + "_",
		templates: map[string]string{},
	}
	if s.url != "" {
		return s, nil
	}
	base, err := os.MkdirTemp("", "hearthmap-pg-")
	if err != nil {
		return nil, err
	}
	// The server's user, when root runs the tests, must get through.
	if err := os.Chmod(base, 0o711); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	s.cluster, err = pgcluster.Start(ctx, pgcluster.Options{Dir: filepath.Clean(base), Ephemeral: true})
	if err != nil {
		os.RemoveAll(base)
		return nil, err
	}
	s.url = s.cluster.URL("postgres")
	return s, nil
}

func (h *holder) stop() {
	if h.srv == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if h.srv.cluster != nil {
		if err := h.srv.cluster.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
		}
		return
	}
	for _, name := range h.srv.templates {
		if err := h.srv.exec(ctx, "drop database if exists "+name+" with (force)"); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
		}
	}
}

func (s *server) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

// template returns the database that holds what is asked for, made by fill
// when it is asked for the first time.
func (s *server) template(tb testing.TB, what string, fill func(context.Context, *pgx.Conn) error) string {
	tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if name, ok := s.templates[what]; ok {
		return name
	}
	ctx := context.Background()
	name := s.newName()
	if err := s.exec(ctx, "create database "+name+" template template0 encoding 'UTF8'"); err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	err := func() error {
		conn, err := pgx.Connect(ctx, s.database(name))
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		return fill(ctx, conn)
	}()
	if err != nil {
		_ = s.exec(ctx, "drop database "+name+" with (force)") // fill's error is the one that matters
		tb.Fatalf("pgtest: making the template %s: %v", what, err)
	}
	s.templates[what] = name
	return name
}

func (s *server) clone(tb testing.TB, template string) string {
	tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	name := s.newName()
	ctx := context.Background()
	if err := s.exec(ctx, "create database "+name+" template "+template); err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	tb.Cleanup(func() {
		if err := s.exec(ctx, "drop database "+name+" with (force)"); err != nil {
			tb.Errorf("pgtest: %v", err)
		}
	})
	return s.database(name)
}

func (s *server) newName() string {
	s.count++
	return fmt.Sprintf("%s%d", s.prefix, s.count)
}

// database is the URL of another database of the server.
func (s *server) database(name string) string {
	u, err := url.Parse(s.url)
	if err != nil {
		return s.url // connecting will tell
	}
	u.Path = "/" + name
	return u.String()
}
