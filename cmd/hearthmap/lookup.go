package main

import (
	"context"

	"hearthmap/household"
	"hearthmap/postgis"
)

type lookupCommand struct {
	Text  string `arg:"" help:"A name, an address, a room such as 3号楼2单元401, or a code."`
	Limit int    `help:"How many results at most." default:"20"`
	As    string `help:"Sign the look-up with this account, whose rights then bound it; without, no persons are found." placeholder:"LOGIN"`
}

// Run prints what the search box would find.
func (c lookupCommand) Run(ctx context.Context, con *console, s *settings) error {
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		p := household.Principal{Name: "command line", Role: household.RolePlanner}
		if c.As != "" {
			a, _, err := db.Accounts().ByLogin(ctx, c.As)
			if err != nil {
				return err
			}
			p = household.Principal{AccountID: a.ID, Name: a.Login, Role: a.Role, Scope: a.Scope}
		}
		hits, err := db.Registry().Search(ctx, p, c.Text, c.Limit)
		if err != nil {
			return err
		}
		if s.JSON {
			return con.printJSON(map[string]any{"hits": hits})
		}
		for _, h := range hits {
			con.print("%-9s %-24s %s  %s", h.Kind, h.Code, h.Title, h.Detail)
		}
		if len(hits) == 0 {
			con.say("nothing found")
		}
		return nil
	})
}
