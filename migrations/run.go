package migrations

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"hearthmap/household"
)

// extensions are needed by every city and sit in the schema public.
var extensions = []string{"postgis", "pg_trgm"}

// extensionLock serialises the cities of one database while extensions are
// made: "create extension if not exists" is not safe against itself.
const extensionLock int64 = 0x6865617274686578 // "hearthex"

// locked does work while it holds the city's advisory lock.
func (s Set) locked(ctx context.Context, conn *pgx.Conn, city string, work func() error) (err error) {
	const op = "migrations.locked"
	if err := ValidCity(city); err != nil {
		return err
	}
	h := fnv.New64a()
	h.Write([]byte("hearthmap migrations " + city))
	key := int64(h.Sum64())
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", key); err != nil {
		return household.Errorf(household.Unavailable, op, "cannot lock the city %s for migration: %w", city, err).
			WithHint("wait for the other migration to end, then repeat")
	}
	defer func() {
		// After ctx's end too: the connection may live on. A connection that
		// is closed has given up its locks.
		if conn.IsClosed() {
			return
		}
		free, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if _, e := conn.Exec(free, "select pg_advisory_unlock($1)", key); e != nil && err == nil {
			err = household.Errorf(household.Unavailable, op, "cannot unlock the city %s: %w", city, e)
		}
	}()
	return work()
}

// prepare makes the extensions, the city's schema and its table of steps.
func prepare(ctx context.Context, conn *pgx.Conn, city string) error {
	return inTx(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1)", extensionLock); err != nil {
			return household.Errorf(household.Unavailable, "migrations.prepare", "cannot lock the database for migration: %w", err)
		}
		for _, name := range extensions {
			if err := ensureExtension(ctx, tx, name); err != nil {
				return err
			}
		}
		return ensureSchema(ctx, tx, city)
	})
}

func ensureExtension(ctx context.Context, tx pgx.Tx, name string) error {
	const op = "migrations.ensureExtension"
	var schema string
	err := tx.QueryRow(ctx, "select extnamespace::regnamespace::text from pg_extension where extname = $1", name).Scan(&schema)
	switch {
	case err == nil && schema == "public":
		return nil
	case err == nil:
		return household.Errorf(household.Conflict, op, "the extension %s sits in the schema %s; Hearthmap looks for it in public", name, schema).
			WithHint("use another database, or, if nothing else uses it: drop extension %s; create extension %s schema public", name, name)
	case !errors.Is(err, pgx.ErrNoRows):
		return household.Errorf(household.Unavailable, op, "cannot ask the database for its extensions: %w", err)
	}
	_, err = tx.Exec(ctx, "create extension "+pgx.Identifier{name}.Sanitize()+" schema public")
	switch state(err) {
	case "":
	case "42501": // insufficient_privilege
		return household.Errorf(household.Forbidden, op, "the database user may not create the extension %s: %w", name, err).
			WithHint("let a database administrator run, in this database: create extension %s schema public", name)
	case "58P01", "0A000", "22023": // its files are missing, or unusable
		return household.Errorf(household.Unavailable, op, "the database server has no extension %s: %w", name, err).
			WithHint("install PostGIS on the server: sudo apt-get install postgresql-15-postgis-3 (the version of the server for 15)")
	default:
		return household.Errorf(household.Unavailable, op, "cannot create the extension %s: %w", name, err)
	}
	if err != nil {
		return household.Errorf(household.Unavailable, op, "cannot create the extension %s: %w", name, err)
	}
	return nil
}

func ensureSchema(ctx context.Context, tx pgx.Tx, city string) error {
	const op = "migrations.ensureSchema"
	var exists bool
	if err := tx.QueryRow(ctx, "select exists (select from pg_namespace where nspname = $1)", city).Scan(&exists); err != nil {
		return household.Errorf(household.Unavailable, op, "cannot ask the database for its schemas: %w", err)
	}
	schema := pgx.Identifier{city}.Sanitize()
	var sql []string
	if !exists { // asked before, because "if not exists" needs the right even when it does
		sql = append(sql, "create schema "+schema)
	}
	sql = append(sql, `create table if not exists `+schema+`.schema_migration (
		version    int PRIMARY KEY,
		name       text NOT NULL,
		sha256     text NOT NULL,
		applied_at timestamptz NOT NULL DEFAULT now())`)
	for _, q := range sql {
		_, err := tx.Exec(ctx, q)
		if state(err) == "42501" {
			return household.Errorf(household.Forbidden, op, "the database user may not make the schema %s or tables in it: %w", city, err).
				WithHint("let a database administrator run: grant create on database … to the user, or create schema %s authorization the user", city)
		}
		if err != nil {
			return household.Errorf(household.Unavailable, op, "cannot make the schema %s: %w", city, err)
		}
	}
	return nil
}

// run runs the step's SQL and its entry in the table, both or neither.
func (m Migration) run(ctx context.Context, conn *pgx.Conn, city, sql string, note func(pgx.Tx) error) error {
	const op, attempts = "migrations.run", 10
	var err error
	for i := range attempts {
		err = inTx(ctx, conn, func(tx pgx.Tx) error {
			path := pgx.Identifier{city}.Sanitize() + ", public"
			if _, err := tx.Exec(ctx, "set local search_path to "+path); err != nil {
				return err
			}
			if err := tx.Conn().PgConn().Exec(ctx, sql).Close(); err != nil {
				return err
			}
			// The step may have changed it.
			if _, err := tx.Exec(ctx, "set local search_path to "+path); err != nil {
				return err
			}
			return note(tx)
		})
		if !passing(err) {
			break
		}
		// Roles belong to the whole server, where no lock of ours reaches.
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(i+1) * 20 * time.Millisecond):
		}
	}
	if err == nil {
		return nil
	}
	e := household.Errorf(household.Internal, op, "migration %s of the city %s failed%s: %w", m, city, line(sql, err), err)
	switch state(err) {
	case "42501":
		e.Code = household.Forbidden
		return e.WithHint("let the user own the schema %s and create roles (alter role … createrole)", city)
	case "53100":
		e.Code = household.Unavailable
		return e.WithHint("the database server's disk is full; free some space")
	}
	return e.WithHint("nothing of this step was kept; earlier steps were")
}

func inTx(ctx context.Context, conn *pgx.Conn, work func(pgx.Tx) error) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return household.Errorf(household.Unavailable, "migrations.inTx", "the database does not answer: %w", err)
	}
	// After a commit this does nothing; after an error, that one matters.
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if err := work(tx); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// passing reports whether the error comes of somebody else's work at the same
// moment.
func passing(err error) bool {
	switch state(err) {
	case "40001", "40P01":
		return true
	case "XX000":
		return strings.Contains(err.Error(), "tuple concurrently updated")
	}
	return false
}

func state(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// line tells where in the SQL the server found the error.
func line(sql string, err error) string {
	var e *pgconn.PgError
	runes := []rune(sql)
	if !errors.As(err, &e) || e.Position <= 0 || int(e.Position) > len(runes) {
		return ""
	}
	return fmt.Sprintf(" at line %d", 1+strings.Count(string(runes[:e.Position-1]), "\n"))
}
