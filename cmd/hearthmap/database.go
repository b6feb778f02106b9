package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/internal/pgcluster"
	"hearthmap/migrations"
	"hearthmap/postgis"
)

// databaseName is the database of the private cluster. Cities are schemas in
// it.
const databaseName = "hearthmap"

// dataDir is where the private cluster and the key file live.
func (s *settings) dataDir(con *console) (string, error) {
	dir := s.Data
	if dir == "" {
		var err error
		if dir, err = pgcluster.DefaultDir(con.getenv); err != nil {
			return "", err
		}
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", household.Errorf(household.Invalid, "hearthmap", "the data directory %q cannot be used: %w", dir, err).
			WithHint("name another with --data")
	}
	return abs, nil
}

func (s *settings) clusterDir(con *console) (string, error) {
	dir, err := s.dataDir(con)
	return filepath.Join(dir, "cluster"), err
}

func (s *settings) keyPath(con *console) (string, error) {
	if s.KeyFile != "" {
		return s.KeyFile, nil
	}
	dir, err := s.dataDir(con)
	return filepath.Join(dir, "hearthmap.key"), err
}

// server is a database server to work with; close gives it back.
type server struct {
	url     string
	private bool
	cluster *pgcluster.Cluster
}

// openServer uses the configured server, after checking what it has, or the
// private cluster, which it starts when it does not run.
func (s *settings) openServer(ctx context.Context, con *console) (*server, error) {
	if s.DatabaseURL != "" {
		if err := pgcluster.CheckURL(ctx, s.DatabaseURL); err != nil {
			return nil, err
		}
		return &server{url: s.DatabaseURL}, nil
	}
	dir, err := s.clusterDir(con)
	if err != nil {
		return nil, err
	}
	c, err := pgcluster.Start(ctx, pgcluster.Options{Dir: dir, Log: func(m string) { slog.Info(m) }})
	if err != nil {
		return nil, err
	}
	srv := &server{url: c.URL(databaseName), private: true, cluster: c}
	if err := c.CreateDatabase(ctx, databaseName); err != nil {
		srv.close()
		return nil, err
	}
	return srv, nil
}

// close stops the private cluster unless others use it.
func (s *server) close() {
	if s.cluster == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.cluster.Stop(ctx); err != nil {
		slog.Warn("the private database did not stop cleanly; it recovers at its next start", "error", err)
	}
}

// withDB runs fn with the city's database. The schema of a private cluster
// is brought up to date first; that of another server is left to `migrate`.
func (s *settings) withDB(ctx context.Context, con *console, fn func(*postgis.DB) error) (err error) {
	if err := migrations.ValidCity(s.City); err != nil {
		return err
	}
	srv, err := s.openServer(ctx, con)
	if err != nil {
		return err
	}
	defer srv.close()
	if err := prepareSchema(ctx, srv, s.City); err != nil {
		return err
	}
	keyPath, err := s.keyPath(con)
	if err != nil {
		return err
	}
	keys, err := postgis.OpenKeys(keyPath)
	if err != nil {
		return err
	}
	if keys.Created {
		con.say("A new key file was made: %s", keyPath)
		con.say("Identity numbers and phones are encrypted with it. Back it up apart from the database: without it they cannot be read again.")
	}
	db, err := postgis.Open(ctx, srv.url, s.City, postgis.WithKeys(keys))
	if err != nil {
		return err
	}
	defer db.Close()
	return fn(db)
}

func prepareSchema(ctx context.Context, srv *server, city string) error {
	conn, err := pgx.Connect(ctx, srv.url)
	if err != nil {
		return household.Errorf(household.Unavailable, "hearthmap", "the database cannot be reached: %w", err).
			WithHint("see `hearthmap db status`, or check --database-url")
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if srv.private {
		_, err := migrations.Apply(ctx, conn, city)
		return err
	}
	states, err := migrations.Status(ctx, conn, city)
	if err != nil {
		return err
	}
	for _, st := range states {
		if st.AppliedAt == nil {
			return household.Errorf(household.Unavailable, "hearthmap", "the schema of the city %q is not up to date", city).
				WithHint("hearthmap migrate up --city %s", city)
		}
	}
	return nil
}
