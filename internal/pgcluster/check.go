package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"hearthmap/household"
)

// ServiceRole is the role that migrations make when it is missing, and that
// requests about persons run as.
const ServiceRole = "hearthmap_web"

// Finding is one thing that Hearthmap needs of a database server.
type Finding struct {
	Name string           `json:"name"` // version, writable, encoding, postgis, pg_trgm, locale, schema_right, role_right
	Have string           `json:"have"` // what there is
	OK   bool             `json:"ok"`
	Hint string           `json:"hint,omitempty"`
	Lack *household.Error `json:"-"` // nil when it is enough
}

// Check makes sure that a server of others has what Hearthmap needs. Its error
// names every lack with its remedy.
func Check(ctx context.Context, conn *pgx.Conn) error {
	findings, err := Inspect(ctx, conn)
	if err != nil {
		return err
	}
	var lacks []*household.Error
	for _, f := range findings {
		if f.Lack != nil {
			lacks = append(lacks, f.Lack)
		}
	}
	switch len(lacks) {
	case 0:
		return nil
	case 1:
		return lacks[0]
	}
	all := household.Errorf(household.Unavailable, "pgcluster.Check", "the database server lacks %d things that Hearthmap needs", len(lacks))
	var hints []string
	for i, l := range lacks {
		all.Message += fmt.Sprintf("; (%d) %s", i+1, l.Message)
		hints = append(hints, fmt.Sprintf("(%d) %s", i+1, l.Hint))
	}
	return all.WithHint("%s", strings.Join(hints, "; "))
}

// CheckURL connects to the server and checks it.
func CheckURL(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return connectError(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return Check(ctx, conn)
}

// connectError says what to do when a server cannot be reached. No message of
// pgx holds the password.
func connectError(err error) error {
	const op = "pgcluster.CheckURL"
	var parse *pgconn.ParseConfigError
	if errors.As(err, &parse) {
		return household.Errorf(household.Invalid, op, "the database URL cannot be read: %w", err).
			WithHint("write it as postgres://USER:PASSWORD@HOST:5432/DATABASE")
	}
	e := household.Errorf(household.Unavailable, op, "cannot connect to the database: %w", err)
	var dial *net.OpError
	switch sqlState(err) {
	case "28P01", "28000":
		return e.WithHint("check the user and the password in HEARTHMAP_DATABASE_URL, and pg_hba.conf on the server")
	case "3D000":
		return e.WithHint("make the database: createdb --encoding UTF8 --locale C.UTF-8 --template template0 NAME")
	case "53300":
		return e.WithHint("raise max_connections on the server, or close other programs")
	case "57P03":
		return e.WithHint("the server is starting or stopping; repeat in a moment")
	}
	if errors.As(err, &dial) {
		return e.WithHint("check that the server runs and that host and port in HEARTHMAP_DATABASE_URL are right; without the variable Hearthmap runs its own")
	}
	return e.WithHint("check HEARTHMAP_DATABASE_URL; without the variable Hearthmap runs its own database")
}

// sqlState is the SQLSTATE of a server's error, empty for others.
func sqlState(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// neededExtensions are the extensions that migrations create.
var neededExtensions = []string{"postgis", "pg_trgm"}

// needExtensions makes sure that a server of our own has the files of the
// extensions.
func needExtensions(ctx context.Context, conn *pgx.Conn) error {
	const op = "pgcluster.Start"
	for _, name := range neededExtensions {
		var there bool
		var major int
		err := conn.QueryRow(ctx, `select exists (select from pg_available_extensions where name = $1),
			current_setting('server_version_num')::int / 10000`, name).Scan(&there, &major)
		if err != nil {
			return household.Errorf(household.Unavailable, op, "cannot ask the database for its extensions: %w", err)
		}
		if !there {
			e := household.Errorf(household.Unavailable, op, "PostgreSQL %d on this machine has no extension %s", major, name)
			e.Err = ErrNotInstalled
			return e.WithHint("%s", installHint(major))
		}
	}
	return nil
}
