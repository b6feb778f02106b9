// Package testdata finds the shared test data: public maps, broken files and
// cases with known answers, which are not part of the project.
//
// They lie where HEARTHMAP_TESTDATA points, else in ../shared/data seen from
// the directory of go.mod. Without them tests are skipped; with CI=true they
// fail.
package testdata

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Dir returns the directory of the shared test data.
func Dir(tb testing.TB) string {
	tb.Helper()
	dir := os.Getenv("HEARTHMAP_TESTDATA")
	if dir == "" {
		dir = filepath.Join(Root(tb), "..", "shared", "data")
	}
	return existing(tb, dir)
}

// Path returns the path of a file or directory of the shared test data, such
// as "osm/monaco.osm.pbf".
func Path(tb testing.TB, rel string) string {
	tb.Helper()
	return existing(tb, filepath.Join(Dir(tb), filepath.FromSlash(rel)))
}

// Root returns the project's root: the nearest directory with a go.mod, from
// the test's own upwards.
func Root(tb testing.TB) string {
	tb.Helper()
	wd, err := os.Getwd()
	if err != nil {
		tb.Fatalf("testdata: %v", err)
	}
	for dir := wd; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			tb.Fatalf("testdata: no go.mod above %s", wd)
		}
	}
}

// Tool returns the path of a program that tests compare with, such as ogr2ogr.
// Without it tests are skipped; with CI=true they fail.
func Tool(tb testing.TB, name string) string {
	tb.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	const text = "testdata: %s is not installed (try: scripts/setup)"
	if os.Getenv("CI") == "true" {
		tb.Fatalf(text, name)
	}
	tb.Skipf(text, name)
	return ""
}

func existing(tb testing.TB, path string) string {
	tb.Helper()
	_, err := os.Stat(path)
	if err == nil {
		return path
	}
	const text = "testdata: %v (try: point HEARTHMAP_TESTDATA at the shared test data)"
	if os.Getenv("CI") == "true" {
		tb.Fatalf(text, err)
	}
	tb.Skipf(text, err)
	return ""
}
