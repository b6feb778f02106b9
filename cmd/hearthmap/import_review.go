package main

import (
	"context"
	"fmt"

	"hearthmap/household"
	"hearthmap/postgis"
)

type importReview struct {
	Batch int64  `help:"Those of this batch only." placeholder:"N"`
	State string `help:"Which addresses: open, accepted, declined or settled." enum:"open,accepted,declined,settled" default:"open"`
	Limit int    `help:"How many at most." default:"200"`
}

// Run lists the addresses that may mean several buildings, with the
// candidates. The addresses are personal data.
func (c importReview) Run(ctx context.Context, con *console, s *settings) error {
	if c.Limit < 1 {
		return household.Errorf(household.Invalid, "hearthmap import review", "--limit is too small").WithHint("--limit 200")
	}
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		list, err := db.AddressReviews(ctx, household.AddressQuery{Batch: c.Batch, State: c.State, Limit: c.Limit})
		if err != nil {
			return err
		}
		if s.JSON {
			return con.printJSON(list)
		}
		for _, v := range list.Reviews {
			c.print(con, v)
		}
		switch {
		case list.Total == 0 && c.State == household.AddressOpen:
			con.say("no address waits for a decision")
		case c.State == household.AddressOpen:
			con.say("%d of %d shown; decide with: hearthmap import accept BATCH ROW CODE, or hearthmap import decline BATCH ROW", len(list.Reviews), list.Total)
		default:
			con.say("%d of %d shown", len(list.Reviews), list.Total)
		}
		return nil
	})
}

func (c importReview) print(con *console, v household.AddressReview) {
	where := ""
	if v.Sheet != "" {
		where = fmt.Sprintf("--sheet %q, ", v.Sheet)
	}
	home := ""
	if v.Room != "" {
		home = fmt.Sprintf("    entrance %s, room %s", v.Entrance, v.Room)
	}
	con.print("batch %d, %srow %d: %s%s\n    %s", v.Batch, where, v.Row, v.Address, home, v.Reason)
	for _, k := range v.Candidates {
		con.print("    %-20s %.2f  %s", k.Code, k.Score, k.Address)
		con.print("    %-20s       %s", "", k.Explanation)
	}
	if v.DecidedAt != nil {
		con.print("    %s %s by %s", v.State, v.Code, v.DecidedBy)
	}
}

type importAccept struct {
	Batch  int64   `arg:"" help:"The batch's number, as import review shows it."`
	Row    int64   `arg:"" help:"The row in the file."`
	Code   string  `arg:"" help:"The code of the building that is meant."`
	Sheet  string  `help:"The sheet of a workbook." placeholder:"NAME"`
	AndRow []int64 `help:"Further rows that mean the same building." placeholder:"ROW,…"`
}

// Run brings the rows in. When some could not be, the exit status is 3.
func (c importAccept) Run(ctx context.Context, con *console, s *settings) error {
	choices := []household.AddressChoice{}
	for _, row := range append([]int64{c.Row}, c.AndRow...) {
		choices = append(choices, household.AddressChoice{AddressRow: household.AddressRow{Row: row, Sheet: c.Sheet}, Code: c.Code})
	}
	refused := false
	err := s.withDB(ctx, con, func(db *postgis.DB) error {
		out, err := db.AcceptAddresses(ctx, household.Principal{Name: operator()}, c.Batch, choices)
		if err != nil {
			return err
		}
		refused = len(out.Refused) > 0
		if s.JSON {
			return con.printJSON(out)
		}
		con.print("brought in %d rows of batch %d: created %d, updated %d, unchanged %d; they go with the batch when that is undone",
			out.Accepted(), out.Batch, out.Created, out.Updated, out.Unchanged)
		for _, r := range out.Refused {
			con.say("row %d was refused: %s; %s", r.Row, r.Reason, r.Suggestion)
		}
		return nil
	})
	if err == nil && refused {
		return exitError(exitRejected)
	}
	return err
}

type importDecline struct {
	Batch  int64   `arg:"" help:"The batch's number, as import review shows it."`
	Rows   []int64 `arg:"" name:"row" help:"The rows in the file."`
	Sheet  string  `help:"The sheet of a workbook." placeholder:"NAME"`
	Reopen bool    `help:"Put declined rows back on the list."`
}

// Run takes the rows off the list.
func (c importDecline) Run(ctx context.Context, con *console, s *settings) error {
	rows := make([]household.AddressRow, len(c.Rows))
	for i, row := range c.Rows {
		rows[i] = household.AddressRow{Row: row, Sheet: c.Sheet}
	}
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		n, err := db.DeclineAddresses(ctx, household.Principal{Name: operator()}, c.Batch, rows, c.Reopen)
		if err != nil {
			return err
		}
		if s.JSON {
			return con.printJSON(map[string]any{"batch": c.Batch, "changed": n})
		}
		what := "declined"
		if c.Reopen {
			what = "put back"
		}
		con.print("%s %d rows of batch %d", what, n, c.Batch)
		return nil
	})
}
