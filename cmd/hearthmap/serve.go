package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/internal/reportjobs"
	"hearthmap/postgis"
	"hearthmap/tiles"
	"hearthmap/web"
	"hearthmap/web/app"
)

type serveCommand struct {
	Addr          string `help:"Address to listen on." default:"127.0.0.1:8080"`
	SecureCookies bool   `help:"Send cookies over HTTPS only; set it behind a TLS proxy."`
	MaxUpload     int64  `help:"Largest file that the page takes for an import, in MiB." default:"2048" placeholder:"MIB"`
}

// Run serves until the program is told to stop.
func (c serveCommand) Run(ctx context.Context, con *console, s *settings) error {
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return listenError(c.Addr, err)
	}
	defer func() { _ = listener.Close() }()
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		jobs, err := s.openImports(con, db, c.MaxUpload<<20)
		if err != nil {
			return err
		}
		defer jobs.Close()
		standards, err := s.library(con)
		if err != nil {
			return err
		}
		data, err := s.dataDir(con)
		if err != nil {
			return err
		}
		svc, err := newService(ctx, db, standards, data, web.Config{SecureCookies: c.SecureCookies, Imports: jobs})
		if err != nil {
			return err
		}
		defer svc.reports.Close()
		svc.stop = jobs.Stop
		svc.anchor = anchorPath(s, db)
		con.print("http://%s/", listener.Addr())
		return svc.serve(ctx, listener)
	})
}

// service is the web service with its city in memory.
type service struct {
	db      *postgis.DB
	live    *cityindex.Live
	handler *web.Server
	reports *reportjobs.Jobs
	stop    func() // ends what outlives requests; may be nil
	anchor  string // where the head of the audit trail is kept; may be empty
}

// newService loads the city and wires the parts together. What the caller
// sets in the configuration is kept. The service's reports are kept in the
// directory data, until they are closed.
func newService(ctx context.Context, db *postgis.DB, standards *coverage.Library, data string, config web.Config) (*service, error) {
	live, err := loadLive(ctx, db)
	if err != nil {
		return nil, err
	}
	return newServiceOf(db, live, standards, data, config)
}

// loadLive loads the city into memory.
func loadLive(ctx context.Context, db *postgis.DB) (*cityindex.Live, error) {
	data, err := db.LoadCity(ctx)
	if err != nil {
		return nil, err
	}
	city, err := cityindex.New(data)
	if err != nil {
		return nil, err
	}
	return cityindex.NewLive(city), nil
}

func newServiceOf(db *postgis.DB, live *cityindex.Live, standards *coverage.Library, data string, config web.Config) (*service, error) {
	page, err := app.Dist()
	if err != nil {
		return nil, err
	}
	engines := coverage.NewLive(live, coverage.WithStandards(standards))
	config.City, config.Coverage, config.Page = live, engines, page
	config.Tiles = tiles.NewService(live, tiles.CoverageOf(engines), tiles.Options{})
	config.Registry, config.Accounts, config.Audit, config.Sessions = db.Registry(), db.Accounts(), db.Audit(), db.Sessions()
	config.People, config.Scenarios = db.PeopleReview(), db.Scenarios()
	config.Log, config.Version = slog.Default(), versionName()
	made, err := openReports(data, engines)
	if err != nil {
		return nil, err
	}
	config.Reports = made
	return &service{db: db, live: live, handler: web.New(config), reports: made}, nil
}

// shutdownGrace is how long requests under way get to finish.
const shutdownGrace = 10 * time.Second

// serve answers requests and follows the database until ctx ends.
func (s *service) serve(ctx context.Context, listener net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		s.db.Follow(ctx, s.live)
	}()
	anchored := make(chan struct{})
	go func() {
		defer close(anchored)
		if s.anchor != "" {
			keepAnchors(ctx, s.db, s.anchor)
		}
	}()
	srv := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
	}
	srv.RegisterOnShutdown(s.reports.Stop)
	if s.stop != nil {
		srv.RegisterOnShutdown(s.stop)
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(listener) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		grace, stop := context.WithTimeout(context.Background(), shutdownGrace)
		err = srv.Shutdown(grace)
		stop()
		if errors.Is(err, context.DeadlineExceeded) {
			err = srv.Close()
		}
	}
	cancel()
	<-followed
	<-anchored
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("the service stopped: %w", err)
	}
	return nil
}
