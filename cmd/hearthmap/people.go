package main

import (
	"context"
	"fmt"

	"hearthmap/household"
	"hearthmap/importers/people"
	"hearthmap/postgis"
)

type peopleCommand struct {
	Compare peopleCompare `cmd:"" help:"Find entries that are one person, and bring the list for review up to date; with --rule, run a rule over the register."`
	Review  peopleReview  `cmd:"" help:"List the pairs that wait for a decision, or decide that a pair is of two people."`
	Merge   peopleMerge   `cmd:"" help:"Make one person of two entries."`
	Unmerge peopleUnmerge `cmd:"" help:"Take a merge back."`
}

// actor is a flag of the commands that show persons or act on them.
type actor struct {
	As string `help:"Act with the rights of this account; names are then shown in full. Without, everything is seen and names are masked." placeholder:"LOGIN"`
}

// people opens the list with the rights of the account, and says whether
// names may be shown.
func (a actor) people(ctx context.Context, db *postgis.DB) (p *postgis.People, names bool, err error) {
	if a.As == "" {
		return db.PeopleAsOwner(), false, nil
	}
	acc, _, err := db.Accounts().ByLogin(ctx, a.As)
	if err != nil {
		return nil, false, err
	}
	if acc.Disabled {
		return nil, false, household.Errorf(household.Forbidden, "hearthmap people", "the account %s is disabled", a.As)
	}
	return db.PeopleOf(household.Principal{AccountID: acc.ID, Name: acc.Login, Role: acc.Role, Scope: acc.Scope}), true, nil
}

// with opens the database and the list, and hands it over.
func (a actor) with(ctx context.Context, con *console, s *settings, fn func(p *postgis.People, names bool) error) error {
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		p, names, err := a.people(ctx, db)
		if err != nil {
			return err
		}
		return fn(p, names)
	})
}

// tell prints the answer as JSON, or in a line.
func tell(con *console, s *settings, answer any, format string, args ...any) error {
	if s.JSON {
		return con.printJSON(answer)
	}
	con.print(format, args...)
	return nil
}

type peopleCompare struct {
	actor
	Rule   string `help:"Run this rule instead of comparing; 'list' lists the rules." placeholder:"NAME"`
	Limit  int    `help:"How many findings to list at most." default:"50"`
	Block  int    `help:"Blocks of more entries than this are compared in a window only." default:"50"`
	Window int    `help:"How many neighbours each entry of an oversized block is compared with." default:"10"`
}

// Run compares the register, or runs a rule.
func (c peopleCompare) Run(ctx context.Context, con *console, s *settings) error {
	if c.Rule == "list" {
		return listRules(con, s)
	}
	if c.Limit < 1 || c.Block < 2 || c.Window < 1 {
		return household.Errorf(household.Invalid, "hearthmap people compare", "--limit, --block and --window are too small").
			WithHint("--block 50 --window 10")
	}
	return c.with(ctx, con, s, func(p *postgis.People, names bool) error {
		if c.Rule != "" {
			return c.rule(ctx, con, s, p, names)
		}
		r, err := p.Compare(ctx, people.Limits{Block: c.Block, Window: c.Window})
		if err != nil {
			return err
		}
		if s.JSON {
			return con.printJSON(r)
		}
		con.print("compared %d entries in %d pairs: same %d, doubtful %d; open %d, decided before %d; %.1f s",
			r.Entries, r.Candidates, r.Same, r.Doubtful, r.Open, r.Decided, r.Seconds)
		for _, b := range r.Blocks {
			con.print("%-26s blocks %d, pairs %d, largest %d", b.Key, b.Blocks, b.Pairs, b.Largest)
			if b.Oversized > 0 {
				con.say("%s: %d blocks have more than %d entries; %d of their pairs were left out (see --block)", b.Key, b.Oversized, c.Block, b.Skipped)
			}
		}
		con.say("see them with: hearthmap people review")
		return nil
	})
}

func listRules(con *console, s *settings) error {
	rules, err := postgis.Rules()
	if err != nil {
		return err
	}
	if s.JSON {
		return con.printJSON(rules)
	}
	for _, r := range rules {
		con.print("%-22s %s  %s", r.Name, r.Zh, r.En)
	}
	return nil
}

func (c peopleCompare) rule(ctx context.Context, con *console, s *settings, p *postgis.People, names bool) error {
	list, total, err := p.Find(ctx, c.Rule, c.Limit)
	if err != nil {
		return err
	}
	if !names {
		for i := range list {
			list[i] = list[i].Masked()
		}
	}
	if s.JSON {
		return con.printJSON(map[string]any{"rule": c.Rule, "total": total, "findings": list})
	}
	for _, f := range list {
		second := ""
		if f.B.ID != f.A.ID {
			second = fmt.Sprintf("%d %s %s", f.B.ID, f.B.Name, f.B.Unit)
		}
		con.print("%d %s %s  %s  %s  %s", f.A.ID, f.A.Name, f.A.Unit, second, f.Verdict, f.Detail)
	}
	con.say("%s: %d found", c.Rule, total)
	return nil
}

type peopleReview struct {
	actor
	State     string `help:"Which pairs: open, same or different." enum:"open,same,different" default:"open"`
	Limit     int    `help:"How many at most." default:"50"`
	Different int64  `help:"Decide that this pair is of two people." placeholder:"PAIR"`
	Reopen    int64  `help:"Take that decision back." placeholder:"PAIR"`
	Purpose   string `help:"Why; kept in the audit trail. Needed to decide." placeholder:"TEXT"`
	Lang      string `help:"Language of the reasons: zh or en." enum:"zh,en" default:"zh"`
}

// Run lists pairs or decides one.
func (c peopleReview) Run(ctx context.Context, con *console, s *settings) error {
	return c.with(ctx, con, s, func(p *postgis.People, names bool) error {
		if pair := max(c.Different, c.Reopen); pair != 0 {
			return p.Decide(ctx, pair, c.Reopen != 0, c.Purpose)
		}
		list, err := p.Review(ctx, c.State, max(1, c.Limit))
		if err != nil {
			return err
		}
		if !names {
			for i := range list {
				list[i] = list[i].Masked()
			}
		}
		if s.JSON {
			return con.printJSON(map[string]any{"pairs": list})
		}
		for _, r := range list {
			c.print(con, r)
		}
		if len(list) == 0 {
			con.say("no pairs; hearthmap people compare looks for them")
		}
		return nil
	})
}

func (c peopleReview) print(con *console, r postgis.ReviewPair) {
	zh := c.Lang == "zh"
	con.print("%d  %s %.1f  %d %s %s  %d %s %s", r.ID, r.Verdict, r.Score, r.A.ID, r.A.Name, r.A.Unit, r.B.ID, r.B.Name, r.B.Unit)
	if r.Capped != "" {
		con.print("    %s", people.Word(r.Capped, zh))
	}
	for _, w := range r.Reasons {
		con.print("    %+6.1f  %s", w.Bits, people.Word(string(w.Code), zh))
	}
}

type peopleMerge struct {
	actor
	Keep    int64  `arg:"" help:"The entry that stays."`
	Gone    int64  `arg:"" help:"The entry that goes into it."`
	Purpose string `help:"Why; kept in the audit trail." required:"" placeholder:"TEXT"`
}

// Run merges.
func (c peopleMerge) Run(ctx context.Context, con *console, s *settings) error {
	return c.with(ctx, con, s, func(p *postgis.People, _ bool) error {
		id, err := p.Merge(ctx, c.Keep, c.Gone, c.Purpose)
		if err != nil {
			return err
		}
		return tell(con, s, map[string]any{"merge": id, "kept": c.Keep, "gone": c.Gone},
			"merged %d into %d; take it back with: hearthmap people unmerge %d", c.Gone, c.Keep, id)
	})
}

type peopleUnmerge struct {
	actor
	Merge   int64  `arg:"" help:"The number of the merge."`
	Purpose string `help:"Why; kept in the audit trail." default:"taken back" placeholder:"TEXT"`
}

// Run takes a merge back.
func (c peopleUnmerge) Run(ctx context.Context, con *console, s *settings) error {
	return c.with(ctx, con, s, func(p *postgis.People, _ bool) error {
		u, err := p.Unmerge(ctx, c.Merge, c.Purpose)
		if err != nil {
			return err
		}
		return tell(con, s, u, "took back merge %d: %d rows as before, %d kept with what came since", u.Merge, u.Restored, u.Kept)
	})
}
