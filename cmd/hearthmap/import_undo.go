package main

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/postgis"
)

type importUndo struct {
	Batch int64 `arg:"" help:"The batch's number, as import list shows it."`
	Yes   bool  `help:"Do not ask."`
}

// Run takes a batch back, after showing what that does and asking. When some
// rows could not be put back the exit status is 3.
func (c *importUndo) Run(ctx context.Context, con *console, s *settings) error {
	failed := false
	err := s.withDB(ctx, con, func(db *postgis.DB) error {
		if !c.Yes {
			plan, err := db.PlanUndo(ctx, c.Batch)
			if err != nil {
				return err
			}
			con.showUndo(con.say, "would undo", plan)
			if !con.agree("Undo it?") {
				return household.Errorf(household.Conflict, "hearthmap import undo", "nothing was undone").
					WithHint("answer yes, or give --yes")
			}
		}
		r, err := db.Undo(ctx, c.Batch, operator())
		result := "ok"
		if err != nil {
			result = "failed"
		}
		note := db.Audit().Record(ctx, household.AuditEntry{
			Account: operator(), Action: "import_undo", Subject: "batch " + strconv.FormatInt(c.Batch, 10), Result: result,
		})
		if err == nil && note != nil {
			con.say("note: the batch was undone, but that could not be written to the audit trail")
		}
		if err == nil {
			err = note
		}
		if err != nil {
			return err
		}
		failed = r.Total(r.Failed) > 0
		if s.JSON {
			return con.printJSON(r)
		}
		con.showUndo(con.print, "undid", r)
		return nil
	})
	if err == nil && failed {
		return exitError(exitRejected)
	}
	return err
}

// showUndo writes the three buckets and why rows were kept or failed.
func (c *console) showUndo(line func(string, ...any), what string, r importers.UndoResult) {
	line("%s batch %d (%s from %s): reversed %d, kept %d, failed %d", what, r.Batch, r.Kind, r.FileName,
		r.Total(r.Reversed), r.Total(r.Kept), r.Total(r.Failed))
	buckets := []struct {
		name string
		rows map[string]int64
	}{{"reversed", r.Reversed}, {"kept", r.Kept}, {"failed", r.Failed}}
	for _, b := range buckets {
		for _, table := range slices.Sorted(maps.Keys(b.rows)) {
			line("%10s  %-10s %d", b.name, table, b.rows[table])
		}
	}
	for _, x := range r.Reasons {
		codes := ""
		if len(x.Codes) > 0 {
			codes = " (" + strings.Join(x.Codes, ", ")
			if x.Rows > int64(len(x.Codes)) {
				codes += " …"
			}
			codes += ")"
		}
		c.say("%s: %d kept or failed, %s%s", x.Table, x.Rows, x.Reason, codes)
	}
	if len(r.Later) > 0 {
		c.say("later batches hold what was kept; to take that back too, undo them: %s", strings.Trim(fmt.Sprint(r.Later), "[]"))
	}
}

// agree asks a question; only yes is yes.
func (c *console) agree(question string) bool {
	fmt.Fprintf(c.err, "%s [yes/no] ", question)
	answer, err := bufio.NewReader(c.in).ReadString('\n')
	if err != nil && answer == "" {
		c.say("")
	}
	return slices.Contains([]string{"y", "yes", "是"}, strings.ToLower(strings.TrimSpace(answer)))
}
