package postgis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/migrations"
)

// DB is one city in a PostGIS database. It is safe for concurrent use.
type DB struct {
	Pool *pgxpool.Pool
	City string // the schema
	Keys *Keys  // nil: residents can be neither loaded nor revealed

	lockWait time.Duration // see WithLockWait
	bulkFrom int64         // see defaultBulkFrom

	maxRejects int // that a load keeps one by one
}

// Option changes how Open opens a database.
type Option func(*options)

type options struct {
	keys     *Keys
	maxConns int32
	lockWait time.Duration
}

// WithKeys gives the keys of the protected fields (see OpenKeys).
func WithKeys(k *Keys) Option { return func(o *options) { o.keys = k } }

// WithMaxConns bounds the number of connections; without it pgxpool's default
// (the number of cores, at least 4) holds.
func WithMaxConns(n int32) Option { return func(o *options) { o.maxConns = n } }

// Open connects to the database at the URL and makes sure that it answers,
// has PostGIS, and, with WithKeys, that its protected fields were sealed
// under these keys. Every connection has the city's schema first in its
// search_path; the schema itself may still be missing (see migrations.Apply).
func Open(ctx context.Context, url, city string, opts ...Option) (*DB, error) {
	const op = "postgis.Open"
	if err := migrations.ValidCity(city); err != nil {
		return nil, err
	}
	o := options{lockWait: defaultLockWait}
	for _, set := range opts {
		set(&o)
	}
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The cause repeats the URL, though not its password.
		return nil, household.Errorf(household.Invalid, op, "the database URL cannot be read: %w", err).
			WithHint("write it as postgres://user:password@host:5432/database")
	}
	configure(cfg, city, o)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, connectError(op, cfg.ConnConfig, err)
	}
	db := &DB{Pool: pool, City: city, Keys: o.keys, lockWait: o.lockWait, bulkFrom: defaultBulkFrom, maxRejects: importers.MaxRejects}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, connectError(op, cfg.ConnConfig, err)
	}
	if err := db.CheckKeys(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return db, nil
}

// Close closes all connections; it waits for those in use.
func (db *DB) Close() { db.Pool.Close() }

func configure(cfg *pgxpool.Config, city string, o options) {
	if o.maxConns > 0 {
		cfg.MaxConns = o.maxConns
	}
	params := cfg.ConnConfig.RuntimeParams
	params["search_path"] = pgx.Identifier{city}.Sanitize() + ", public"
	params["application_name"] = "hearthmap"
	params["jit"] = "off"           // costs more than it gains on queries of milliseconds
	params["temp_buffers"] = "64MB" // of the staging tables; taken only when used
	cfg.AfterConnect = registerGeometry
}

// registerGeometry teaches a connection the type geometry, whose OID differs
// from database to database. Values travel as EWKB in byte slices.
func registerGeometry(ctx context.Context, conn *pgx.Conn) error {
	const op = "postgis.registerGeometry"
	var oid, array *uint32
	err := conn.QueryRow(ctx, "select to_regtype('geometry')::oid, to_regtype('geometry[]')::oid").Scan(&oid, &array)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	if oid == nil || array == nil {
		return household.Errorf(household.Unavailable, op, "the database has no PostGIS in the schema public").
			WithHint("run hearthmap migrate up as a user who may create extensions, or: create extension postgis schema public")
	}
	geometry := &pgtype.Type{Name: "geometry", OID: *oid, Codec: pgtype.ByteaCodec{}}
	conn.TypeMap().RegisterType(geometry)
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "_geometry", OID: *array, Codec: &pgtype.ArrayCodec{ElementType: geometry}})
	return nil
}

// connectError says why there is no connection. It names host and database,
// never the password.
func connectError(op string, cfg *pgx.ConnConfig, err error) error {
	var own *household.Error
	if errors.As(err, &own) {
		return own
	}
	e := household.Errorf(household.Unavailable, op, "the database %s on %s:%d does not answer: %w",
		cfg.Database, cfg.Host, cfg.Port, err)
	switch pgCode(err) {
	case "28P01", "28000":
		return e.WithHint("check the user and password in HEARTHMAP_DATABASE_URL")
	case "3D000":
		return e.WithHint("create the database first: createdb %s", cfg.Database)
	case "53300":
		return e.WithHint("the server has no connection left; raise max_connections or stop other programs")
	}
	return e.WithHint("check HEARTHMAP_DATABASE_URL; without it, hearthmap db start runs a private database")
}

// pgCode is the SQLSTATE of the server's error in err's chain, or "".
func pgCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
