package postgis

import (
	"strings"
	"sync"
	"testing"

	"hearthmap/household"
	"hearthmap/household/audit"
)

func TestAuditIsAppendOnly(t *testing.T) {
	db := openTown(t)
	if err := db.Audit().Record(t.Context(), household.AuditEntry{Account: "a", Action: "sign_in", Result: "ok"}); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`DELETE FROM audit`, `UPDATE audit SET result = 'x'`, `TRUNCATE audit`} {
		if _, err := db.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s was let through", sql)
		}
	}
}

// TestAuditFindsTampering does what somebody with every right in the database
// could do.
func TestAuditFindsTampering(t *testing.T) {
	for _, c := range []struct{ name, sql, want string }{
		{"nothing", `SELECT`, ""},
		{"edit", `UPDATE audit SET account = 'somebody' WHERE id = 5`, "altered"},
		{"edit the time", `UPDATE audit SET at = at + interval '1 second' WHERE id = 5`, "altered"},
		{"delete", `DELETE FROM audit WHERE id = 5`, "does not follow"},
		{"delete the first", `DELETE FROM audit WHERE id = 1`, "does not follow"},
		{"exchange", `UPDATE audit SET id = CASE id WHEN 4 THEN -5 ELSE -4 END WHERE id IN (4, 5); UPDATE audit SET id = -id WHERE id < 0`, "does not follow"},
		{"cut off the end", `DELETE FROM audit WHERE id > 6`, "cut off"},
		{"cut off the end and mend the head", `DELETE FROM audit WHERE id > 6;
			UPDATE audit_head SET entries = 6, sha256 = (SELECT sha256 FROM audit WHERE id = 6)`, "not signed"},
		{"all of it", `TRUNCATE audit`, "cut off"},
		{"the head too", `TRUNCATE audit, audit_head`, "an earlier export or anchor had 4 entries"},
		{"add", `INSERT INTO audit (action, prev_sha256, sha256) SELECT 'x', sha256, sha256 FROM audit WHERE id = 9`, "added past the program"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := openTown(t)
			ctx := t.Context()
			var anchor audit.Head
			for i := range 9 {
				if err := db.Audit().Record(ctx, household.AuditEntry{Account: "a", Action: "reveal", Subject: "resident:1", Purpose: "核对", Result: "ok"}); err != nil {
					t.Fatal(err)
				}
				if i == 3 {
					var err error
					if anchor, err = db.Audit().Head(ctx); err != nil {
						t.Fatal(err)
					}
				}
			}
			if _, err := db.Pool.Exec(ctx, `ALTER TABLE audit ALTER id DROP IDENTITY, ALTER id SET DEFAULT 10, DISABLE TRIGGER ALL; `+c.sql); err != nil {
				t.Fatal(err)
			}
			r, _, err := db.Audit().Check(ctx, anchor)
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			for _, p := range r.Problems {
				said = append(said, p.String())
			}
			if text := strings.Join(said, "; "); r.OK() != (c.want == "") || !strings.Contains(text, c.want) {
				t.Errorf("found %q, want %q", text, c.want)
			}
		})
	}
}

func TestAuditIsWholeUnderManyWriters(t *testing.T) {
	db := openTown(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 10 {
				if err := db.Audit().Record(t.Context(), household.AuditEntry{Account: "a", Action: "sign_in", Result: "ok"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n, problems, err := db.Audit().Verify(t.Context()); n != 80 || len(problems) > 0 || err != nil {
		t.Errorf("%d entries, %v, %v", n, problems, err)
	}
}

func TestAuditPages(t *testing.T) {
	db := openTown(t)
	ctx := t.Context()
	for _, e := range []household.AuditEntry{
		{Account: "lin", Action: "sign_in", Result: "ok"},
		{Account: "lin", Action: "reveal", Subject: "resident:17", Result: "shown"},
		{Account: "wang", Action: "reveal", Subject: "resident:1_", Result: "shown"},
	} {
		if err := db.Audit().Record(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		q    household.AuditQuery
		want string
	}{
		{household.AuditQuery{}, "3 2 1"},
		{household.AuditQuery{Limit: 2}, "3 2"},
		{household.AuditQuery{Before: 2}, "1"},
		{household.AuditQuery{Account: "lin", Action: "reveal"}, "2"},
		{household.AuditQuery{Subject: "resident:1"}, "3 2"},
		{household.AuditQuery{Subject: "resident:1_"}, "3"}, // no wildcard
	} {
		list, err := db.Audit().Entries(ctx, c.q)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, e := range list {
			ids = append(ids, string(rune('0'+e.ID)))
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("%+v: %s, want %s", c.q, got, c.want)
		}
	}
}
