package main

import (
	"context"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/migrations"
)

type migrateCommand struct {
	Up     migrateUp     `cmd:"" help:"Bring the city's schema up to date."`
	Down   migrateDown   `cmd:"" help:"Undo steps of the schema; what their tables held is lost."`
	Status migrateStatus `cmd:"" help:"Say which steps the city has."`
}

type migrateUp struct {
	Steps int `help:"How many steps; 0 is all." default:"0"`
}

// Run applies migrations.
func (c migrateUp) Run(ctx context.Context, con *console, s *settings) error {
	return s.withConn(ctx, con, func(conn *pgx.Conn) error {
		applied, err := migrations.Up(ctx, conn, s.City, c.Steps)
		return con.reportSteps(s, "applied", applied, err)
	})
}

type migrateDown struct {
	To  int  `help:"The version to go back to; 0 is an empty schema." required:""`
	Yes bool `help:"Do it: the data of the undone steps is lost."`
}

// Run undoes migrations.
func (c migrateDown) Run(ctx context.Context, con *console, s *settings) error {
	if !c.Yes {
		return household.Errorf(household.Invalid, "hearthmap migrate down", "undoing steps deletes their tables and what is in them").
			WithHint("add --yes if that is what you want, after a backup")
	}
	return s.withConn(ctx, con, func(conn *pgx.Conn) error {
		undone, err := migrations.Down(ctx, conn, s.City, c.To)
		return con.reportSteps(s, "undone", undone, err)
	})
}

func (c *console) reportSteps(s *settings, what string, steps []migrations.Applied, err error) error {
	if err != nil {
		return err
	}
	if s.JSON {
		return c.printJSON(map[string]any{"city": s.City, what: steps})
	}
	for _, a := range steps {
		c.print("%s %03d %s", what, a.Version, a.Name)
	}
	if len(steps) == 0 {
		c.print("nothing to do: the city %q is as wanted", s.City)
	}
	return nil
}

type migrateStatus struct{}

// Run lists the migrations and whether they were applied.
func (migrateStatus) Run(ctx context.Context, con *console, s *settings) error {
	return s.withConn(ctx, con, func(conn *pgx.Conn) error {
		states, err := migrations.Status(ctx, conn, s.City)
		if err != nil {
			return err
		}
		if s.JSON {
			return con.printJSON(states)
		}
		for _, st := range states {
			switch {
			case st.Unknown:
				con.print("%03d %-20s applied by a newer program", st.Version, st.Name)
			case st.AppliedAt == nil:
				con.print("%03d %-20s missing", st.Version, st.Name)
			case st.Changed:
				con.print("%03d %-20s applied in another wording", st.Version, st.Name)
			default:
				con.print("%03d %-20s applied %s", st.Version, st.Name, st.AppliedAt.Format("2006-01-02 15:04"))
			}
		}
		return nil
	})
}

// withConn runs fn with a plain connection to the server, its schema as it is.
func (s *settings) withConn(ctx context.Context, con *console, fn func(*pgx.Conn) error) error {
	if err := migrations.ValidCity(s.City); err != nil {
		return err
	}
	srv, err := s.openServer(ctx, con)
	if err != nil {
		return err
	}
	defer srv.close()
	conn, err := pgx.Connect(ctx, srv.url)
	if err != nil {
		return household.Errorf(household.Unavailable, "hearthmap", "the database cannot be reached: %w", err).
			WithHint("see `hearthmap db status`, or check --database-url")
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return fn(conn)
}
