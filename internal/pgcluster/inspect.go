package pgcluster

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
)

// facts are what one query learns of a server.
type facts struct {
	Version    int // as server_version_num, 150004
	Database   string
	User       string
	Encoding   string
	Ctype      string
	ReadOnly   bool
	MayCreate  bool
	MayRole    bool // may create roles
	RoleExists bool
	RoleMember bool
}

const factsSQL = `
select current_setting('server_version_num')::int, current_database()::text, current_user::text,
       pg_encoding_to_char(d.encoding)::text, d.datctype::text,
       pg_is_in_recovery() or current_setting('transaction_read_only') = 'on',
       has_database_privilege(d.oid, 'CREATE'),
       u.rolsuper or u.rolcreaterole,
       r.oid is not null,
       r.oid is not null and pg_has_role(u.oid, r.oid, 'MEMBER')
  from pg_database d
  join pg_roles u on u.rolname = current_user
  left join pg_roles r on r.rolname = $1
 where d.datname = current_database()`

// Inspect tells what the server has of what Hearthmap needs. It changes
// nothing.
func Inspect(ctx context.Context, conn *pgx.Conn) ([]Finding, error) {
	rows, err := conn.Query(ctx, factsSQL, ServiceRole)
	if err != nil {
		return nil, inspectError(err)
	}
	f, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[facts])
	if err != nil {
		return nil, inspectError(err)
	}
	i := &inspection{}
	i.server(f)
	for _, name := range neededExtensions {
		if err := i.extension(ctx, conn, f, name); err != nil {
			return nil, err
		}
	}
	if err := i.locale(ctx, conn, f); err != nil {
		return nil, err
	}
	i.rights(f)
	return i.findings, nil
}

func inspectError(err error) error {
	return household.Errorf(household.Unavailable, "pgcluster.Inspect", "cannot ask the database server what it has: %w", err).
		WithHint("check that the server runs, then repeat")
}

type inspection struct{ findings []Finding }

// note adds a finding; lack is empty when all is well.
func (i *inspection) note(name, have, lack, hint string, args ...any) {
	f := Finding{Name: name, Have: have, OK: lack == ""}
	if !f.OK {
		f.Lack = household.Errorf(household.Unavailable, "pgcluster.Check", "%s", lack).WithHint(hint, args...)
		f.Hint = f.Lack.Hint
	}
	i.findings = append(i.findings, f)
}

func (i *inspection) server(f facts) {
	have := fmt.Sprintf("PostgreSQL %d", f.Version/10000)
	lack := ""
	if f.Version < MinVersion*10000 {
		lack = fmt.Sprintf("the server is %s; Hearthmap needs %d or newer", have, MinVersion)
	}
	i.note("version", have, lack, "upgrade the server, for example to PostgreSQL %d", distroVersion)

	have, lack = "writable", ""
	if f.ReadOnly {
		have, lack = "read-only", "the server is read-only: a standby, or set so"
	}
	i.note("writable", have, lack, "point HEARTHMAP_DATABASE_URL at the primary server")

	lack = ""
	if f.Encoding != "UTF8" {
		lack = fmt.Sprintf("the database %s has the encoding %s; Hearthmap needs UTF8", f.Database, f.Encoding)
	}
	i.note("encoding", f.Encoding, lack, "%s", recreate(f.Database))
}

func recreate(database string) string {
	return fmt.Sprintf("make a database that has it, and use that: create database %s template template0 encoding 'UTF8' locale 'C.UTF-8'",
		pgx.Identifier{database + "_utf8"}.Sanitize())
}

func (i *inspection) extension(ctx context.Context, conn *pgx.Conn, f facts, name string) error {
	var available, installed, schema string
	err := conn.QueryRow(ctx, `
		select coalesce((select default_version from pg_available_extensions where name = $1), ''),
		       coalesce((select extversion from pg_extension where extname = $1), ''),
		       coalesce((select extnamespace::regnamespace::text from pg_extension where extname = $1), '')`,
		name).Scan(&available, &installed, &schema)
	if err != nil {
		return inspectError(err)
	}
	switch {
	case installed != "" && schema != "public":
		i.note(name, installed, fmt.Sprintf("the extension %s sits in the schema %s; Hearthmap looks for it in public", name, schema),
			"use another database, or, if nothing else uses it: drop extension %s; create extension %s schema public", name, name)
	case name == "postgis" && installed != "" && major(installed) < 3:
		i.note(name, installed, "the database has PostGIS "+installed+"; Hearthmap needs 3 or newer", "select postgis_extensions_upgrade()")
	case installed != "":
		i.note(name, installed, "", "")
	case available == "":
		pkg := fmt.Sprintf("postgresql-%d-postgis-3", f.Version/10000)
		if name == "pg_trgm" {
			pkg = fmt.Sprintf("postgresql-%d (on older systems postgresql-contrib)", f.Version/10000)
		}
		i.note(name, "", "the server has no extension "+name, "on the database server: sudo apt-get install %s", pkg)
	default:
		return i.creatable(ctx, conn, name, available)
	}
	return nil
}

// creatable tries to create the extension and takes it back: whether a user
// may depends on the extension, its owner and the server's settings.
func (i *inspection) creatable(ctx context.Context, conn *pgx.Conn, name, available string) error {
	err := undone(ctx, conn, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "create extension "+pgx.Identifier{name}.Sanitize()+" schema public")
		return err
	})
	have := available + " available"
	switch state := sqlState(err); {
	case err == nil, state == "25006": // read_only_sql_transaction, noted already
		i.note(name, have, "", "")
	case state == "42501":
		i.note(name, have, "the database user may not create the extension "+name,
			"let a database administrator run, in this database: create extension %s schema public", name)
	case state == "":
		return inspectError(err)
	default:
		i.note(name, have, fmt.Sprintf("the extension %s cannot be created: %v", name, err),
			"install the extension's package again on the database server")
	}
	return nil
}

// locale makes sure that pg_trgm knows Chinese characters for letters, by
// asking it: under the locale C it finds none, and search would find nothing.
func (i *inspection) locale(ctx context.Context, conn *pgx.Conn, f facts) error {
	var trigrams int
	err := undone(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "create extension if not exists pg_trgm schema public"); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `select coalesce(cardinality(public.show_trgm('沈阳')), 0)`).Scan(&trigrams)
	})
	if err != nil {
		if sqlState(err) == "" {
			return inspectError(err)
		}
		// It cannot be asked; the extension's own finding says why. What is
		// known then is the name.
		if f.Ctype != "C" && f.Ctype != "POSIX" {
			trigrams = 1
		}
	}
	lack := ""
	if trigrams == 0 {
		lack = fmt.Sprintf("the database %s has the locale %s, under which searching Chinese text finds nothing", f.Database, f.Ctype)
	}
	i.note("locale", f.Ctype, lack, "%s", recreate(f.Database))
	return nil
}

func (i *inspection) rights(f facts) {
	have, lack := "may create schemas", ""
	if !f.MayCreate {
		have, lack = "", fmt.Sprintf("the user %s may not create a schema in the database %s", f.User, f.Database)
	}
	user, database := pgx.Identifier{f.User}.Sanitize(), pgx.Identifier{f.Database}.Sanitize()
	i.note("schema_right", have, lack, "let a database administrator run: grant create on database %s to %s", database, user)

	switch {
	case f.RoleMember:
		i.note("role_right", "is a member of "+ServiceRole, "", "")
	case f.MayRole:
		i.note("role_right", "may create roles", "", "")
	case f.RoleExists:
		i.note("role_right", "", fmt.Sprintf("the user %s is not a member of the role %s", f.User, ServiceRole),
			"let a database administrator run: grant %s to %s", ServiceRole, user)
	default:
		i.note("role_right", "", fmt.Sprintf("there is no role %s, and the user %s may not create it", ServiceRole, f.User),
			"let a database administrator run: create role %s nologin; grant %s to %s", ServiceRole, ServiceRole, user)
	}
}

// undone does the work in a transaction and takes it back.
func undone(ctx context.Context, conn *pgx.Conn, work func(pgx.Tx) error) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	err = work(tx)
	if back := tx.Rollback(context.WithoutCancel(ctx)); err == nil {
		err = back
	}
	return err
}

func major(version string) int {
	text, _, _ := strings.Cut(version, ".")
	n, _ := strconv.Atoi(text) // 0 is no version, and too old
	return n
}
