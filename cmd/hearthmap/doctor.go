package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/internal/pgcluster"
	"hearthmap/postgis"
	"hearthmap/web/app"
)

type doctorCommand struct {
	Addr string `help:"The address the service would listen on." default:"127.0.0.1:8080"`
}

// Run looks at everything the program needs, and changes nothing.
func (c doctorCommand) Run(ctx context.Context, con *console, s *settings) error {
	var found []pgcluster.Finding
	if s.DatabaseURL != "" {
		server := inspectServer(ctx, s.DatabaseURL)
		found = append(found, server...)
		if !slices.ContainsFunc(server, func(f pgcluster.Finding) bool { return !f.OK }) {
			found = append(found, s.inspectRegister(ctx, s.DatabaseURL)...)
		}
	} else {
		found = append(found, inspectBinaries(), s.inspectData(con))
		found = append(found, s.inspectPrivate(ctx, con)...)
	}
	found = append(found, inspectPage(), inspectAddr(c.Addr))
	if s.JSON {
		if err := con.printJSON(found); err != nil {
			return err
		}
	}
	bad := 0
	for _, f := range found {
		mark := "ok  "
		if !f.OK {
			mark, bad = "LACK", bad+1
		}
		if s.JSON {
			continue
		}
		con.print("%s  %-12s %s", mark, f.Name, f.Have)
		if f.Hint != "" && !f.OK {
			con.print("      try: %s", f.Hint)
		}
	}
	if bad > 0 {
		return exitError(exitFailed)
	}
	return nil
}

func lack(name string, err error) pgcluster.Finding {
	var e *household.Error
	have := err.Error()
	if errors.As(err, &e) {
		have = e.Message
	}
	return pgcluster.Finding{Name: name, Have: have, Hint: household.HintOf(err)}
}

func inspectBinaries() pgcluster.Finding {
	bin, err := pgcluster.FindBinaries("", 0)
	if err != nil {
		return lack("postgresql", err)
	}
	return pgcluster.Finding{Name: "postgresql", Have: fmt.Sprintf("PostgreSQL %d with PostGIS in %s", bin.Major, bin.Dir), OK: true}
}

// inspectData tries whether the data directory, or the nearest parent that
// exists, can be written.
func (s *settings) inspectData(con *console) pgcluster.Finding {
	dir, err := s.dataDir(con)
	if err != nil {
		return lack("data", err)
	}
	at := dir
	for {
		if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		at = filepath.Dir(at)
	}
	probe, err := os.CreateTemp(at, ".hearthmap-doctor-*")
	if err != nil {
		return pgcluster.Finding{
			Name: "data", Have: fmt.Sprintf("%s cannot be written", at),
			Hint: "name a directory of yours with --data or HEARTHMAP_DATA",
		}
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	return pgcluster.Finding{Name: "data", Have: dir, OK: true}
}

func inspectServer(ctx context.Context, url string) []pgcluster.Finding {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return []pgcluster.Finding{{
			Name: "database", Have: "the configured database cannot be reached",
			Hint: "check HEARTHMAP_DATABASE_URL, and that the server is up and lets this machine in",
		}}
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	found, err := pgcluster.Inspect(ctx, conn)
	if err != nil {
		return []pgcluster.Finding{lack("database", err)}
	}
	return found
}

// inspectPrivate looks at the register in the private cluster, when that
// runs: it is not started for this.
func (s *settings) inspectPrivate(ctx context.Context, con *console) []pgcluster.Finding {
	dir, err := s.clusterDir(con)
	if err != nil {
		return nil // inspectData has said so
	}
	if st, err := pgcluster.StatusOf(dir); err != nil || !st.Running {
		return []pgcluster.Finding{{Name: "register", Have: "not looked at, the private database does not run", OK: true}}
	}
	srv, err := s.openServer(ctx, con)
	if err != nil {
		return []pgcluster.Finding{lack("register", err)}
	}
	defer srv.close()
	return s.inspectRegister(ctx, srv.url)
}

// inspectRegister looks for rows that refer to nothing.
func (s *settings) inspectRegister(ctx context.Context, url string) []pgcluster.Finding {
	const name = "register"
	db, err := postgis.Open(ctx, url, s.City)
	if err != nil {
		return []pgcluster.Finding{lack(name, err)}
	}
	defer db.Close()
	orphans, err := db.FindOrphans(ctx)
	if err != nil {
		return []pgcluster.Finding{lack(name, err)}
	}
	if len(orphans) == 0 {
		return []pgcluster.Finding{{Name: name, Have: "every row refers to rows that are there", OK: true}}
	}
	var found []pgcluster.Finding
	for _, o := range orphans {
		hint := "restore the database from its backup"
		if len(o.Batches) > 0 {
			hint = fmt.Sprintf("hearthmap import undo %d, and import its file again (hearthmap import list); or restore the database from its backup", o.Batches[0])
		}
		found = append(found, pgcluster.Finding{Name: name, Have: o.String(), Hint: hint})
	}
	return found
}

func inspectPage() pgcluster.Finding {
	dist, err := app.Dist()
	if err == nil {
		_, err = fs.Stat(dist, "index.html")
	}
	if err != nil {
		return pgcluster.Finding{Name: "page", Have: "the page was not built into this program", Hint: "make build"}
	}
	return pgcluster.Finding{Name: "page", Have: "built in", OK: true}
}

func inspectAddr(addr string) pgcluster.Finding {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return lack("address", listenError(addr, err))
	}
	_ = l.Close()
	return pgcluster.Finding{Name: "address", Have: addr + " is free", OK: true}
}

// listenError says why an address cannot be listened on.
func listenError(addr string, err error) error {
	e := household.Errorf(household.Unavailable, "hearthmap serve", "cannot listen on %s: %w", addr, err)
	switch {
	case strings.Contains(err.Error(), "address already in use"):
		e.Message = fmt.Sprintf("another program already listens on %s", addr)
		return e.WithHint("--addr 127.0.0.1:0 for any free port, or end the other program")
	case strings.Contains(err.Error(), "permission denied"):
		return e.WithHint("ports below 1024 are for root; use --addr 127.0.0.1:8080")
	}
	return e.WithHint("--addr takes HOST:PORT, such as 127.0.0.1:8080")
}
