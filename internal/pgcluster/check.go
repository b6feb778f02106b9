package pgcluster

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"hearthmap/household"
)

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

// needExtensions makes sure that the server has the files of the extensions.
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
