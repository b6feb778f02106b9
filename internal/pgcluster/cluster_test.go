package pgcluster_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hearthmap/internal/pgcluster"
	"hearthmap/internal/pgcluster/pgtest"
)

// tempDir is a directory that the server's user can enter, unlike t.TempDir.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "hearthmap-test-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// start starts a cluster as the product does, and stops it at the test's end.
func start(t *testing.T, opts pgcluster.Options) *pgcluster.Cluster {
	t.Helper()
	needPostgres(t)
	opts.Log = func(message string) { t.Log(message) }
	c, err := pgcluster.Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *pgcluster.Cluster) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := c.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// needPostgres skips the test where there is none, or fails it, as pgtest does.
func needPostgres(t *testing.T) {
	t.Helper()
	if _, err := pgcluster.FindBinaries("", 0); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

func status(t *testing.T, dir string) pgcluster.Status {
	t.Helper()
	s, err := pgcluster.StatusOf(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func query(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var text string
	if err := conn.QueryRow(t.Context(), sql).Scan(&text); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return text
}

func TestClusterLife(t *testing.T) {
	dir := filepath.Join(tempDir(t), "made", "pg")
	c := start(t, pgcluster.Options{Dir: dir})
	if !c.Started() {
		t.Error("it was found running")
	}
	t.Run("settings", func(t *testing.T) {
		for setting, want := range map[string]string{
			"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_checksums": "on", "jit": "off",
			"wal_level": "minimal", "max_wal_senders": "0", "server_encoding": "UTF8", "lc_ctype": "C.UTF-8",
			"random_page_cost": "1.1", "listen_addresses": "127.0.0.1", "password_encryption": "scram-sha-256",
		} {
			if got := query(t, c.URL("postgres"), "select current_setting('"+setting+"')"); got != want {
				t.Errorf("%s = %s, want %s", setting, got, want)
			}
		}
	})
	t.Run("secrets", func(t *testing.T) {
		for name, mode := range map[string]os.FileMode{"": 0o700, "data": 0o700, "socket": 0o700, "password": 0o600, "postgres.log": 0o600} {
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode().Perm() != mode {
				t.Errorf("%q has the mode %o, want %o", name, info.Mode().Perm(), mode)
			}
		}
		for _, good := range []string{c.URL("postgres"), c.TCPURL("postgres")} {
			bad := withURL(t, good, func(u *url.URL) { u.User = url.UserPassword(pgcluster.Superuser, "guess") })
			if conn, err := pgx.Connect(t.Context(), bad); err == nil {
				conn.Close(t.Context())
				t.Error("a wrong password is let in")
			}
			if got := query(t, good, "select current_user::text"); got != pgcluster.Superuser {
				t.Errorf("user %s", got)
			}
		}
	})
	for range 2 { // the second time it is there
		if err := c.CreateDatabase(t.Context(), "a \"city\""); err != nil {
			t.Fatal(err)
		}
	}
	port := c.Port()
	stop(t, c)
	stop(t, c) // does nothing
	if s := status(t, dir); s.Running || !s.Exists {
		t.Errorf("after the stop: %+v", s)
	}
	if log, _ := os.ReadFile(filepath.Join(dir, "postgres.log")); strings.Contains(string(log), "not properly shut down") {
		t.Errorf("log: %s", log)
	}
	again := start(t, pgcluster.Options{Dir: dir})
	if again.Port() != port {
		t.Errorf("the port changed from %d to %d", port, again.Port())
	}
	if got := query(t, again.URL(`a "city"`), "select current_database()::text"); got != `a "city"` {
		t.Errorf("database %s", got)
	}
	if s, err := again.Status(); err != nil || !s.Ready || s.Port != port || s.Kept {
		t.Errorf("status %+v, %v", s, err)
	}
}

func TestUsersShareAServer(t *testing.T) {
	dir := tempDir(t)
	first := start(t, pgcluster.Options{Dir: dir})
	second := start(t, pgcluster.Options{Dir: dir})
	if second.Started() || second.Port() != first.Port() || second.URL("x") != first.URL("x") {
		t.Fatalf("the second did not use the first's server: %s, %s", first.URL("x"), second.URL("x"))
	}
	stop(t, second)
	if !status(t, dir).Ready {
		t.Fatal("a guest stopped the server")
	}
	third := start(t, pgcluster.Options{Dir: dir})
	stop(t, first)
	if got := query(t, third.URL("postgres"), "select 'here'"); got != "here" {
		t.Error("the server was stopped under its user")
	}
	stop(t, third)
	if status(t, dir).Running {
		t.Error("the last user left the server running")
	}
}

func TestKeptServer(t *testing.T) {
	dir := tempDir(t)
	c := start(t, pgcluster.Options{Dir: dir})
	if err := c.Keep(); err != nil {
		t.Fatal(err)
	}
	stop(t, c)
	if s := status(t, dir); !s.Ready || !s.Kept {
		t.Fatalf("the server was not kept: %+v", s)
	}
	guest := start(t, pgcluster.Options{Dir: dir})
	stop(t, guest)
	if !status(t, dir).Ready {
		t.Error("a guest stopped a kept server")
	}
	if err := pgcluster.StopDir(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if s := status(t, dir); s.Running {
		t.Errorf("after StopDir: %+v", s)
	}
	if err := pgcluster.StopDir(t.Context(), dir); !errors.Is(err, pgcluster.ErrNotRunning) {
		t.Errorf("a second StopDir: %v", err)
	}
	if err := pgcluster.StopDir(t.Context(), filepath.Join(dir, "nowhere")); !errors.Is(err, pgcluster.ErrNotRunning) {
		t.Errorf("StopDir of nothing: %v", err)
	}
	// The next server is another one: nobody has said to keep it.
	next := start(t, pgcluster.Options{Dir: dir})
	stop(t, next)
	if status(t, dir).Running {
		t.Error("the next server was kept")
	}
}

func TestRecoveryAfterKill(t *testing.T) {
	dir := tempDir(t)
	c := start(t, pgcluster.Options{Dir: dir})
	conn := pgtest.Connect(t, c.URL("postgres"))
	if _, err := conn.Exec(t.Context(), "create table saved as select 7 as n"); err != nil {
		t.Fatal(err)
	}
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "update saved set n = 8"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(status(t, dir).PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	stop(t, c)
	// Its port goes to another program meanwhile.
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port())))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	again := start(t, pgcluster.Options{Dir: dir})
	if again.Port() == c.Port() {
		t.Error("the port did not move")
	}
	if got := query(t, again.URL("postgres"), "select n::text from saved"); got != "7" {
		t.Errorf("n = %s, want 7: what was committed and nothing else", got)
	}
}

// After a crash of the machine the number in postmaster.pid may be any
// program's.
func TestStalePidFile(t *testing.T) {
	dir := tempDir(t)
	stop(t, start(t, pgcluster.Options{Dir: dir}))
	text := strings.Join([]string{strconv.Itoa(os.Getpid()), filepath.Join(dir, "data"), "1700000000", "5432", "", "127.0.0.1", "", "ready   ", ""}, "\n")
	if err := os.WriteFile(filepath.Join(dir, "data", "postmaster.pid"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if status(t, dir).Running {
		t.Fatal("the test is taken for a server")
	}
	if c := start(t, pgcluster.Options{Dir: dir}); !c.Started() {
		t.Error("no server was started")
	}
}

func TestHalfInitdbIsRedone(t *testing.T) {
	dir := tempDir(t)
	half := filepath.Join(dir, "data.new", "base")
	if err := os.MkdirAll(half, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data.new", "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, pgcluster.Options{Dir: dir})
	if _, err := os.Stat(filepath.Join(dir, "data.new")); !os.IsNotExist(err) {
		t.Errorf("data.new is still there: %v", err)
	}
}

func TestLostPassword(t *testing.T) {
	dir := tempDir(t)
	stop(t, start(t, pgcluster.Options{Dir: dir}))
	if err := os.Remove(filepath.Join(dir, "password")); err != nil {
		t.Fatal(err)
	}
	start(t, pgcluster.Options{Dir: dir})
}

func TestConcurrentStart(t *testing.T) {
	needPostgres(t)
	dir := tempDir(t)
	var wg sync.WaitGroup
	clusters := make([]*pgcluster.Cluster, 4)
	for i := range clusters {
		wg.Go(func() {
			c, err := pgcluster.Start(t.Context(), pgcluster.Options{Dir: dir})
			if err != nil {
				t.Error(err)
				return
			}
			clusters[i] = c
		})
	}
	wg.Wait()
	started := 0
	for _, c := range clusters {
		if c == nil {
			t.FailNow()
		}
		if c.Started() {
			started++
		}
	}
	if started != 1 {
		t.Errorf("%d of them started the server", started)
	}
	for _, c := range clusters {
		if !status(t, dir).Ready {
			t.Error("the server was stopped while it had users")
		}
		wg.Go(func() { stop(t, c) })
		wg.Wait()
	}
	if status(t, dir).Running {
		t.Error("the server still runs")
	}
}

func TestLongPathUsesTCP(t *testing.T) {
	dir := filepath.Join(tempDir(t), strings.Repeat("long", 30), "pg")
	c := start(t, pgcluster.Options{Dir: dir})
	if strings.Contains(c.URL("postgres"), "host=") {
		t.Errorf("URL %s", c.URL("postgres"))
	}
	second := start(t, pgcluster.Options{Dir: dir})
	if got := query(t, second.URL("postgres"), "select 'here'"); got != "here" {
		t.Error(got)
	}
}

func TestPostgresIsDeafToTheTerminal(t *testing.T) {
	dir := tempDir(t)
	start(t, pgcluster.Options{Dir: dir})
	group, err := syscall.Getpgid(status(t, dir).PID)
	if err != nil || group == syscall.Getpgrp() {
		t.Errorf("the server is in the process group of the program, %v", err)
	}
}
