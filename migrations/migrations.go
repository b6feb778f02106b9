// Package migrations makes and unmakes the schema of a city.
//
// A city is one PostgreSQL schema. Each step is a pair of files,
// NNN_what.up.sql and NNN_what.down.sql, numbered from 001 without gaps, and
// runs in a transaction of its own with search_path set to the city's schema
// and public. What was applied stands in the city's table schema_migration.
package migrations

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
)

//go:embed *.sql
var files embed.FS

// Migration is one step of the schema.
type Migration struct {
	Version int
	Name    string // what the files are named, without number and endings
	UpSQL   string
	DownSQL string
	SHA256  string // of UpSQL, in hexadecimal
}

func (m Migration) String() string { return fmt.Sprintf("%03d_%s", m.Version, m.Name) }

// Applied is a step that was done or undone by a call.
type Applied struct {
	Version int           `json:"version"`
	Name    string        `json:"name"`
	Took    time.Duration `json:"took_ns"`
}

// State is a step as it stands in a city.
type State struct {
	Version   int        `json:"version"`
	Name      string     `json:"name"`
	AppliedAt *time.Time `json:"applied_at"` // nil when it is not applied
	Changed   bool       `json:"changed"`    // applied in another wording than this program's
	Unknown   bool       `json:"unknown"`    // applied by a newer program
}

// Set is the steps in order.
type Set []Migration

// Apply brings the city up to the newest version, making its schema when it
// is missing. Several processes may call it at the same time: one works, the
// others wait and find nothing left to do.
func Apply(ctx context.Context, conn *pgx.Conn, city string) ([]Applied, error) {
	return Up(ctx, conn, city, 0)
}

// Up applies the next steps, all of them when steps is 0.
func Up(ctx context.Context, conn *pgx.Conn, city string, steps int) ([]Applied, error) {
	s, err := Embedded()
	if err != nil {
		return nil, err
	}
	return s.Up(ctx, conn, city, steps)
}

// Down undoes the steps after the target version, the newest first; 0 undoes
// all. What the tables held is lost.
func Down(ctx context.Context, conn *pgx.Conn, city string, target int) ([]Applied, error) {
	s, err := Embedded()
	if err != nil {
		return nil, err
	}
	return s.Down(ctx, conn, city, target)
}

// Status tells which steps the city has. It changes nothing.
func Status(ctx context.Context, conn *pgx.Conn, city string) ([]State, error) {
	s, err := Embedded()
	if err != nil {
		return nil, err
	}
	return s.Status(ctx, conn, city)
}

// Embedded returns the steps that are part of this program.
func Embedded() (Set, error) { return Load(files) }

var fileName = regexp.MustCompile(`^(\d{3})_([a-z0-9_]+)\.(up|down)\.sql$`)

// Load reads the steps from the files of a directory.
func Load(dir fs.FS) (Set, error) {
	const op = "migrations.Load"
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return nil, household.Errorf(household.Internal, op, "cannot read the migrations: %w", err)
	}
	byVersion := map[int]*Migration{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".sql") {
			continue
		}
		part := fileName.FindStringSubmatch(e.Name())
		if part == nil {
			return nil, household.Errorf(household.Internal, op, "%s is not named NNN_what.up.sql or NNN_what.down.sql", e.Name())
		}
		text, err := fs.ReadFile(dir, e.Name())
		if err != nil {
			return nil, household.Errorf(household.Internal, op, "cannot read the migrations: %w", err)
		}
		version, _ := strconv.Atoi(part[1]) // three digits, says the pattern
		m := byVersion[version]
		if m == nil {
			m = &Migration{Version: version, Name: part[2]}
			byVersion[version] = m
		}
		if m.Name != part[2] {
			return nil, household.Errorf(household.Internal, op, "two migrations have the number %03d: %s and %s", version, m.Name, part[2])
		}
		if part[3] == "down" {
			m.DownSQL = string(text)
			continue
		}
		sum := sha256.Sum256(text)
		m.UpSQL, m.SHA256 = string(text), hex.EncodeToString(sum[:])
	}
	return ordered(byVersion)
}

func ordered(byVersion map[int]*Migration) (Set, error) {
	const op = "migrations.Load"
	var s Set
	for _, m := range byVersion {
		if strings.TrimSpace(m.UpSQL) == "" || strings.TrimSpace(m.DownSQL) == "" {
			return nil, household.Errorf(household.Internal, op, "migration %s lacks its up or its down file", m)
		}
		s = append(s, *m)
	}
	sort.Slice(s, func(i, j int) bool { return s[i].Version < s[j].Version })
	for i, m := range s {
		if m.Version != i+1 {
			return nil, household.Errorf(household.Internal, op, "migration %03d is missing before %s", i+1, m)
		}
	}
	return s, nil
}

var cityName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// ValidCity makes sure that the name can be a city's: it is the name of a
// schema, and stands in URLs and file names.
func ValidCity(city string) error {
	const op = "migrations.ValidCity"
	if !cityName.MatchString(city) {
		return household.Errorf(household.Invalid, op, "%q cannot be the name of a city", city).
			WithHint("use small letters, digits and _, beginning with a letter, at most 40, such as shenyang")
	}
	if city == "public" || city == "information_schema" || strings.HasPrefix(city, "pg_") {
		return household.Errorf(household.Invalid, op, "%q is a name that PostgreSQL keeps for itself", city).
			WithHint("choose another name, such as shenyang")
	}
	return nil
}

// Up applies the next steps of the set, all of them when steps is 0.
func (s Set) Up(ctx context.Context, conn *pgx.Conn, city string, steps int) ([]Applied, error) {
	var done []Applied
	err := s.locked(ctx, conn, city, func() error {
		if err := prepare(ctx, conn, city); err != nil {
			return err
		}
		current, err := s.current(ctx, conn, city)
		if err != nil {
			return err
		}
		for _, m := range s[current:] {
			if steps > 0 && len(done) == steps {
				break
			}
			began := time.Now()
			if err := m.run(ctx, conn, city, m.UpSQL, func(tx pgx.Tx) error {
				_, err := tx.Exec(ctx, "insert into schema_migration (version, name, sha256) values ($1, $2, $3)", m.Version, m.Name, m.SHA256)
				return err
			}); err != nil {
				return err
			}
			done = append(done, Applied{m.Version, m.Name, time.Since(began)})
		}
		return nil
	})
	return done, err
}

// Down undoes the steps of the set after the target version.
func (s Set) Down(ctx context.Context, conn *pgx.Conn, city string, target int) ([]Applied, error) {
	const op = "migrations.Down"
	if target < 0 {
		return nil, household.Errorf(household.Invalid, op, "there is no version %d", target).
			WithHint("give the version to go back to, 0 for an empty city")
	}
	var done []Applied
	err := s.locked(ctx, conn, city, func() error {
		current, err := s.current(ctx, conn, city)
		if err != nil {
			return err
		}
		for i := current - 1; i >= target; i-- {
			m, began := s[i], time.Now()
			if err := m.run(ctx, conn, city, m.DownSQL, func(tx pgx.Tx) error {
				_, err := tx.Exec(ctx, "delete from schema_migration where version = $1", m.Version)
				return err
			}); err != nil {
				return err
			}
			done = append(done, Applied{m.Version, m.Name, time.Since(began)})
		}
		return nil
	})
	return done, err
}

// Status tells which steps of the set, and which others, the city has.
func (s Set) Status(ctx context.Context, conn *pgx.Conn, city string) ([]State, error) {
	if err := ValidCity(city); err != nil {
		return nil, err
	}
	rows, err := recorded(ctx, conn, city)
	if err != nil {
		return nil, err
	}
	byVersion := map[int]record{}
	for _, r := range rows {
		byVersion[r.Version] = r
	}
	var states []State
	for _, m := range s {
		st := State{Version: m.Version, Name: m.Name}
		if r, ok := byVersion[m.Version]; ok {
			st.AppliedAt, st.Changed = &r.AppliedAt, r.SHA256 != m.SHA256
		}
		states = append(states, st)
	}
	for _, r := range rows {
		if r.Version > len(s) {
			states = append(states, State{Version: r.Version, Name: r.Name, AppliedAt: &r.AppliedAt, Unknown: true})
		}
	}
	return states, nil
}

// current returns how many steps the city has, after making sure that they
// are the first steps of the set, in its wording.
func (s Set) current(ctx context.Context, conn *pgx.Conn, city string) (int, error) {
	const op = "migrations.current"
	rows, err := recorded(ctx, conn, city)
	if err != nil {
		return 0, err
	}
	if n := len(rows); n > 0 && rows[n-1].Version > len(s) {
		return 0, household.Errorf(household.Conflict, op,
			"the city %s has schema version %d, this program knows versions up to %d", city, rows[n-1].Version, len(s)).
			WithHint("use the newer hearthmap that made it")
	}
	for i, r := range rows {
		m := s[i]
		if r.Version != m.Version {
			return 0, household.Errorf(household.Conflict, op, "the city %s lacks migration %s before %03d_%s", city, m, r.Version, r.Name).
				WithHint("restore the table %s.schema_migration from a backup", city)
		}
		if r.SHA256 != m.SHA256 {
			return 0, household.Errorf(household.Conflict, op, "migration %s was changed after it was applied to the city %s", m, city).
				WithHint("use the hearthmap that made the city; in development, drop schema %s and migrate again", city)
		}
	}
	return len(rows), nil
}

type record struct {
	Version   int
	Name      string
	SHA256    string
	AppliedAt time.Time
}

// recorded returns the steps the city has, in order; none when there is no
// such city.
func recorded(ctx context.Context, conn *pgx.Conn, city string) ([]record, error) {
	table := pgx.Identifier{city, "schema_migration"}.Sanitize()
	var exists bool
	err := conn.QueryRow(ctx, "select to_regclass($1) is not null", table).Scan(&exists)
	if err != nil || !exists {
		return nil, readError(city, err)
	}
	rows, err := conn.Query(ctx, "select version, name, sha256, applied_at from "+table+" order by version")
	if err != nil {
		return nil, readError(city, err)
	}
	records, err := pgx.CollectRows(rows, pgx.RowToStructByPos[record])
	return records, readError(city, err)
}

func readError(city string, err error) error {
	if err == nil {
		return nil
	}
	var e *household.Error
	if errors.As(err, &e) {
		return err
	}
	return household.Errorf(household.Unavailable, "migrations.Status", "cannot read the schema version of the city %s: %w", city, err)
}
