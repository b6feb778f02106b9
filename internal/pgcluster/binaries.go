package pgcluster

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"

	"hearthmap/household"
)

// The oldest PostgreSQL that Hearthmap runs on, and the one that setup
// installs.
const (
	MinVersion    = 14
	distroVersion = 15
)

// Binaries is an installation of PostgreSQL's server programs.
type Binaries struct {
	Dir   string // where initdb and postgres are
	Major int    // 15 for PostgreSQL 15.x
}

func (b Binaries) path(program string) string { return filepath.Join(b.Dir, program) }

var versionText = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// FindBinaries finds the server programs of PostgreSQL: in the directory
// given; else where HEARTHMAP_PG_BIN points; else in the newest
// /usr/lib/postgresql/*/bin (Debian), /usr/pgsql-*/bin (Red Hat), in PATH or
// where Homebrew puts them. Major, unless 0, asks for that version: a data
// directory can only be opened by the version that made it.
func FindBinaries(dir string, major int) (Binaries, error) {
	const op = "pgcluster.FindBinaries"
	given := dir
	if given == "" {
		given = os.Getenv("HEARTHMAP_PG_BIN")
	}
	candidates := []string{given}
	if given == "" {
		candidates = installed()
	}
	var found []Binaries
	for _, c := range candidates {
		if b, ok := inspect(c); ok && b.Major >= MinVersion && (major == 0 || b.Major == major) {
			found = append(found, b)
		}
	}
	if len(found) == 0 {
		return Binaries{}, missing(op, given, major)
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].Major > found[j].Major })
	return found[0], nil
}

func installed() []string {
	var dirs []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
	} {
		match, _ := filepath.Glob(pattern) // the patterns are well formed
		dirs = append(dirs, match...)
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		// A link in PATH must not hide where the server's other files are.
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		dirs = append(dirs, filepath.Dir(path))
	}
	return dirs
}

func inspect(dir string) (Binaries, bool) {
	b := Binaries{Dir: dir}
	if _, err := os.Stat(b.path("initdb")); err != nil {
		return b, false
	}
	out, err := exec.Command(b.path("postgres"), "--version").Output()
	if err != nil {
		return b, false
	}
	m := versionText.FindSubmatch(out)
	if m == nil {
		return b, false
	}
	b.Major, err = strconv.Atoi(string(m[1]))
	return b, err == nil
}

func missing(op, given string, major int) *household.Error {
	want := fmt.Sprintf("PostgreSQL %d or newer", MinVersion)
	version := distroVersion
	if major != 0 {
		want, version = fmt.Sprintf("PostgreSQL %d, which made this database,", major), major
	}
	where := "on this machine"
	if given != "" {
		where = "in " + given
	}
	e := household.Errorf(household.Unavailable, op, "%s was not found %s", want, where)
	e.Err = ErrNotInstalled
	hint := installHint(version)
	if given != "" {
		hint += ", or point HEARTHMAP_PG_BIN at the directory that holds initdb and postgres"
	}
	return e.WithHint("%s", hint)
}

// installHint says how to get PostgreSQL with PostGIS.
func installHint(major int) string {
	return fmt.Sprintf("make setup, or sudo apt-get install postgresql-%d postgresql-%d-postgis-3", major, major)
}
