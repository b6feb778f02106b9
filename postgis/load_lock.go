package postgis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hearthmap/household"
	"hearthmap/importers"
)

// defaultLockWait is how long a load waits for another one.
const defaultLockWait = time.Minute

// WithLockWait bounds how long a load waits for others that write the same
// tables; without it, one minute.
func WithLockWait(d time.Duration) Option { return func(o *options) { o.lockWait = d } }

// part is a group of tables that loads lock together.
type part string

// The parts in the order in which locks are taken, so that no two loads wait
// for each other.
const (
	partAreas      part = "areas"     // area, grid
	partCompounds  part = "compounds" // compound, gate
	partGround     part = "ground"    // barrier, land
	partStreets    part = "streets"
	partBuildings  part = "buildings"
	partEntrances  part = "entrances" // entrance, unit
	partFacilities part = "facilities"
	partPersons    part = "persons" // household, resident, residence, tag
)

var partOrder = []part{partAreas, partCompounds, partGround, partStreets, partBuildings, partEntrances, partFacilities, partPersons}

// uses are the parts that a kind of load writes, and those it reads and that
// must not change meanwhile: a building whose community is being loaded would
// else find none.
type uses struct{ writes, reads []part }

var usesOf = map[importers.Kind]uses{
	// Areas and compounds find anew where buildings and facilities lie.
	importers.Areas:      {writes: []part{partAreas, partCompounds, partBuildings, partFacilities}},
	importers.Compounds:  {writes: []part{partCompounds, partGround, partBuildings}, reads: []part{partAreas}},
	importers.Streets:    {writes: []part{partGround, partStreets}},
	importers.Buildings:  {writes: []part{partBuildings, partEntrances}, reads: []part{partAreas, partCompounds}},
	importers.Units:      {writes: []part{partEntrances}, reads: []part{partBuildings}},
	importers.Residents:  {writes: []part{partPersons}, reads: []part{partEntrances}},
	importers.Facilities: {writes: []part{partFacilities}, reads: []part{partAreas}},
	importers.OSM: {
		writes: []part{partCompounds, partGround, partStreets, partBuildings, partEntrances, partFacilities},
		reads:  []part{partAreas},
	},
}

// partOfTable tells which part a staged table belongs to.
var partOfTable = map[string]part{
	"area": partAreas, "grid": partAreas,
	"compound": partCompounds, "gate": partCompounds, "barrier": partGround, "land": partGround,
	"street": partStreets, "building": partBuildings, "entrance": partEntrances, "unit": partEntrances,
	"facility": partFacilities, "resident": partPersons,
}

// lock takes the advisory locks of the parts until the transaction
// ends: exclusive for what it writes, shared for what it reads.
func (l *load) lock(ctx context.Context, u uses) error {
	const op = "postgis.Begin"
	name := "hearthmap import " + string(l.batch.Kind) + " " + l.db.City
	if err := l.exec(ctx, fmt.Sprintf("SET LOCAL lock_timeout = %d; SET LOCAL application_name = %s",
		l.db.lockWait.Milliseconds(), quote(name[:min(len(name), 63)]))); err != nil {
		return loadError(op, err)
	}
	for _, p := range partOrder {
		call := ""
		switch {
		case slices.Contains(u.writes, p):
			call = "pg_advisory_xact_lock"
		case slices.Contains(u.reads, p):
			call = "pg_advisory_xact_lock_shared"
		default:
			continue
		}
		_, err := l.tx.Exec(ctx, "SELECT "+call+"(hashtextextended(current_schema() || ':load:' || $1::text, 0))", string(p))
		if pgCode(err) == "55P03" {
			return l.busy(ctx)
		}
		if err != nil {
			return loadError(op, err)
		}
	}
	if err := l.exec(ctx, "SET LOCAL lock_timeout = 0"); err != nil {
		return loadError(op, err)
	}
	return nil
}

// busy says which loads are under way, after having waited for them.
func (l *load) busy(ctx context.Context) error {
	const op = "postgis.Begin"
	var others []string
	rows, err := l.db.Pool.Query(ctx, `SELECT split_part(application_name, ' ', 3) || ' since ' || to_char(xact_start, 'HH24:MI:SS')
		FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'hearthmap import % ' || $1
		 AND xact_start IS NOT NULL AND pid <> $2 ORDER BY xact_start`, l.db.City, int32(l.conn.Conn().PgConn().PID()))
	if err == nil {
		for rows.Next() {
			var s string
			if rows.Scan(&s) == nil {
				others = append(others, s)
			}
		}
		rows.Close()
	}
	what := "another import"
	if len(others) > 0 {
		what = "another import (" + strings.Join(others, ", ") + ")"
	}
	return household.Errorf(household.Conflict, op, "%s of the city %s writes the same tables; waited for it for %s",
		what, l.db.City, l.db.lockWait).WithHint("wait until it has ended, then repeat")
}

// quote makes a literal of trusted text and of the batch's source, which was
// checked to be text.
func quote(s string) string {
	q := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) { // safe whatever standard_conforming_strings is
		q = " E" + strings.ReplaceAll(q, `\`, `\\`)
	}
	return q
}

// loadError makes of a database error one that a user can act on. Values of
// rows are in the server's details, which are left out.
func loadError(op string, err error) error {
	var own *household.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	switch code := pgCode(err); {
	case code == "42P01" || code == "3F000" || code == "42703":
		return household.Errorf(household.Unavailable, op, "the city's tables are missing or old: %w", err).
			WithHint("run hearthmap migrate up")
	case code == "53100":
		return household.Errorf(household.Unavailable, op, "the database server's disk is full: %w", err).
			WithHint("free some space and repeat; nothing of this import was kept")
	case code == "40P01" || code == "40001" || strings.HasPrefix(code, "23"):
		return household.Errorf(household.Conflict, op, "the data changed while the import ran: %w", err).
			WithHint("repeat the import; nothing of it was kept")
	case code == "57P01" || code == "57P02" || code == "57P03" || code == "":
		return household.Errorf(household.Unavailable, op, "the connection to the database was lost: %w", err).
			WithHint("check that the server runs, then repeat; nothing of this import was kept")
	}
	return household.Errorf(household.Internal, op, "the import failed in the database: %w", err)
}
