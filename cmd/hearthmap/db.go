package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"

	"hearthmap/household"
	"hearthmap/internal/pgcluster"
)

type dbCommand struct {
	Start  dbStart  `cmd:"" help:"Start the private cluster and leave it running."`
	Stop   dbStop   `cmd:"" help:"Stop the private cluster."`
	Status dbStatus `cmd:"" help:"Say how the private cluster is."`
	URL    dbURL    `cmd:"" name:"url" help:"Print the URL of the database, starting the cluster when needed. It holds the password."`
	Psql   dbPsql   `cmd:"" help:"Open psql on the city; arguments after -- go to psql."`
}

type dbStart struct{}

// Run starts the cluster.
func (dbStart) Run(ctx context.Context, con *console, s *settings) error {
	srv, err := keepServer(ctx, con, s)
	if err != nil {
		return err
	}
	defer srv.close()
	con.say("The database is running in %s, port %d. Stop it with: hearthmap db stop", srv.cluster.Dir(), srv.cluster.Port())
	return nil
}

// keepServer opens the private cluster and lets it outlive this process.
func keepServer(ctx context.Context, con *console, s *settings) (*server, error) {
	if s.DatabaseURL != "" {
		return nil, household.Errorf(household.Invalid, "hearthmap db", "a database of your own is configured; it is not ours to start or stop").
			WithHint("unset HEARTHMAP_DATABASE_URL to use the private cluster")
	}
	srv, err := s.openServer(ctx, con)
	if err != nil {
		return nil, err
	}
	if err := srv.cluster.Keep(); err != nil {
		srv.close()
		return nil, err
	}
	return srv, nil
}

type dbStop struct{}

// Run stops the cluster, whoever uses it.
func (dbStop) Run(ctx context.Context, con *console, s *settings) error {
	dir, err := s.clusterDir(con)
	if err != nil {
		return err
	}
	err = pgcluster.StopDir(ctx, dir)
	if errors.Is(err, pgcluster.ErrNotRunning) {
		con.say("The database was not running.")
		return nil
	}
	if err == nil {
		con.say("The database has stopped.")
	}
	return err
}

type dbStatus struct{}

// Run prints the state of the cluster.
func (dbStatus) Run(con *console, s *settings) error {
	dir, err := s.clusterDir(con)
	if err != nil {
		return err
	}
	st, err := pgcluster.StatusOf(dir)
	if err != nil {
		return err
	}
	if s.JSON {
		return con.printJSON(st)
	}
	switch {
	case !st.Exists:
		con.print("no database in %s yet; the first command that needs one makes it", dir)
	case !st.Running:
		con.print("stopped, in %s (PostgreSQL %d)", dir, st.Version)
	case !st.Ready:
		con.print("starting, in %s (process %d)", dir, st.PID)
	default:
		con.print("running, in %s (PostgreSQL %d, process %d, port %d)", dir, st.Version, st.PID, st.Port)
	}
	return nil
}

type dbURL struct{}

// Run prints the database's URL.
func (dbURL) Run(ctx context.Context, con *console, s *settings) error {
	if s.DatabaseURL != "" {
		con.print("%s", s.DatabaseURL)
		return nil
	}
	srv, err := keepServer(ctx, con, s)
	if err != nil {
		return err
	}
	defer srv.close()
	con.print("%s", srv.cluster.TCPURL(databaseName))
	return nil
}

type dbPsql struct {
	Args []string `arg:"" optional:"" passthrough:"" help:"Arguments of psql."`
}

// Run opens psql with the city's schema first in the search path.
func (c dbPsql) Run(ctx context.Context, con *console, s *settings) error {
	srv, err := s.openServer(ctx, con)
	if err != nil {
		return err
	}
	defer srv.close()
	psql, err := exec.LookPath("psql")
	if bin, findErr := pgcluster.FindBinaries("", 0); err != nil && findErr == nil {
		psql, err = exec.LookPath(filepath.Join(bin.Dir, "psql"))
	}
	if err != nil {
		return household.Errorf(household.Unavailable, "hearthmap db psql", "there is no psql on this machine").
			WithHint("sudo apt-get install postgresql-client")
	}
	args := c.Args
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	cmd := exec.CommandContext(ctx, psql, append([]string{srv.url}, args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = con.in, con.out, con.err
	cmd.Env = append(os.Environ(), "PGOPTIONS=-c search_path="+s.City+",public")
	var status *exec.ExitError
	if err := cmd.Run(); errors.As(err, &status) {
		return exitError(status.ExitCode())
	} else if err != nil {
		return err
	}
	return nil
}
