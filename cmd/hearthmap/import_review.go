package main

import (
	"context"

	"hearthmap/postgis"
)

type importReview struct {
	Batch int64 `help:"Those of this batch only." placeholder:"N"`
}

// Run lists the addresses that may mean several buildings, with the
// candidates. The addresses are personal data.
func (c importReview) Run(ctx context.Context, con *console, s *settings) error {
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		list, err := db.AddressReviews(ctx, c.Batch)
		if err != nil {
			return err
		}
		if s.JSON {
			return con.printJSON(list)
		}
		for _, v := range list {
			where := ""
			if v.Sheet != "" {
				where = v.Sheet + ", "
			}
			con.print("batch %d, %srow %d: %s\n    %s", v.Batch, where, v.Row, v.Address, v.Reason)
			for _, k := range v.Candidates {
				con.print("    %-20s %.2f  %s", k.Code, k.Score, k.Explanation)
			}
		}
		if len(list) == 0 {
			con.say("no address waits for a decision")
		} else {
			con.say("write the right code into the column building_code of the rejects file, and import that file")
		}
		return nil
	})
}
