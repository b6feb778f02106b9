package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"hearthmap/internal/pgcluster"
	"hearthmap/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) {
	testscript.Main(withDatabase{m}, map[string]func(){
		"hearthmap": func() { main() },
	})
}

// withDatabase runs the tests, and stops the server they shared.
type withDatabase struct{ m *testing.M }

// Run implements testscript.TestingM.
func (w withDatabase) Run() int { return pgtest.Run(w.m) }

// TestScripts runs the program as a user would, with private clusters of its
// own.
func TestScripts(t *testing.T) {
	if _, err := pgcluster.FindBinaries("", 0); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	// The server's user has to be able to enter the scripts' directories.
	root, err := os.MkdirTemp("", "hearthmap-script-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", WorkdirRoot: root,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HEARTHMAP_DATA", filepath.Join(e.WorkDir, "data"))
			e.Setenv("XDG_DATA_HOME", filepath.Join(e.WorkDir, "home"))
			e.Defer(func() { _ = pgcluster.StopDir(context.Background(), filepath.Join(e.WorkDir, "data", "cluster")) })
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status":   wantStatus,
			"takeport": takePort,
		},
	})
}

// wantStatus runs a program and compares its exit status: status 3 hearthmap …
func wantStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N program args…")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := err.(*exec.ExitError); ok {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// takePort listens on a free port for the rest of the script and puts its
// address into a variable: takeport ADDR.
func takePort(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv(args[0], l.Addr().String())
}
