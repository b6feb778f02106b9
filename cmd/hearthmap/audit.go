package main

import (
	"context"
	"crypto/ed25519"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"hearthmap/household"
	"hearthmap/household/audit"
	"hearthmap/postgis"
)

type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Check that no entry of the audit trail was changed, moved or taken away."`
	Export auditExport `cmd:"" help:"Write the audit trail as JSON lines, which can be checked anywhere."`
}

type auditVerify struct {
	File  string   `arg:"" optional:"" help:"An export to check, without the database; otherwise the city's trail." type:"existingfile"`
	Key   string   `help:"The public key that the export has to be signed with (see audit export)."`
	After []string `help:"An earlier export: the trail has to continue it." type:"existingfile" placeholder:"EXPORT"`
}

// Run checks the trail.
func (c auditVerify) Run(ctx context.Context, con *console, s *settings) error {
	var anchors []audit.Head
	for _, path := range c.After {
		h, err := readWith(path, audit.ExportedHead)
		if err != nil {
			return err
		}
		anchors = append(anchors, h)
	}
	if c.File != "" {
		return c.verifyFile(con, s, anchors)
	}
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		kept, err := audit.KeptHead(anchorPath(s, db))
		if err != nil {
			return err
		}
		report, head, err := db.Audit().Check(ctx, append(anchors, kept...)...)
		if err != nil {
			return err
		}
		if report.OK() {
			if err := audit.KeepHead(anchorPath(s, db), head); err != nil {
				con.say("warning: no anchor for later checks could be kept: %v", err)
			}
		}
		return verdict(con, s, report)
	})
}

func (c auditVerify) verifyFile(con *console, s *settings, anchors []audit.Head) error {
	var key ed25519.PublicKey
	if c.Key != "" {
		k, err := audit.ParseKey(c.Key)
		if err != nil {
			return err
		}
		key = k
	} else {
		con.say("warning: without --key this shows only that the export is whole, not who signed it")
	}
	report, err := readWith(c.File, func(r io.Reader) (audit.Report, error) {
		report, _, err := audit.Check(r, key, anchors...)
		return report, err
	})
	if err != nil {
		return err
	}
	return verdict(con, s, report)
}

func readWith[T any](path string, read func(io.Reader) (T, error)) (T, error) {
	f, err := os.Open(path)
	if err != nil {
		var none T
		return none, household.Errorf(household.Invalid, "hearthmap audit", "%s cannot be read: %w", path, err).WithHint("name a file of this machine")
	}
	defer f.Close()
	return read(f)
}

// verdict prints what a check found; a broken trail ends with status 1.
func verdict(con *console, s *settings, r audit.Report) error {
	if s.JSON {
		if r.Problems == nil {
			r.Problems = []audit.Problem{}
		}
		if err := con.printJSON(r); err != nil {
			return err
		}
	} else {
		con.print("%d entries", r.Entries)
		for _, p := range r.Problems {
			con.print("%s", p)
		}
		if r.More > 0 {
			con.print("and %d problems more", r.More)
		}
	}
	if r.OK() {
		con.say("the audit trail is whole")
		return nil
	}
	con.say("the audit trail is NOT whole")
	con.say("try: keep the database as it is, and compare it with a backup and with earlier exports")
	return exitError(exitFailed)
}

type auditExport struct {
	Out string `help:"The file to write; without it, standard output." placeholder:"FILE"`
}

// Run writes the trail, its own entry included.
func (c auditExport) Run(ctx context.Context, con *console, s *settings) error {
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		trail := db.Audit()
		err := trail.Record(ctx, household.AuditEntry{Account: "command line", Action: "audit_export", Result: "ok"})
		if err != nil {
			return err
		}
		write := func(to io.Writer) error {
			w, err := audit.NewWriter(to, db.City, trail.Key())
			if err != nil {
				return err
			}
			head, err := trail.Walk(ctx, w.Add)
			if err != nil {
				return err
			}
			return w.Close(head)
		}
		if c.Out == "" {
			err = write(con.out)
		} else {
			err = writeFile(c.Out, write)
		}
		if err != nil {
			return err
		}
		con.say("signed with the key %s", audit.Key(trail.Key()))
		con.say("keep it apart from the export: hearthmap audit verify FILE --key KEY")
		return nil
	})
}

// writeFile writes a file beside its place and puts it there when it is whole.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".audit-*") // mode 0600
	if err != nil {
		return cannotWrite(path, err)
	}
	defer os.Remove(f.Name())
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return cannotWrite(path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return cannotWrite(path, err)
	}
	return nil
}

func anchorPath(s *settings, db *postgis.DB) string {
	return filepath.Join(s.Data, "audit-"+db.City+".head")
}

// anchorEvery is how often the service keeps the head of the audit trail
// outside the database.
const anchorEvery = time.Minute

// keepAnchors keeps the head until ctx ends, and once more then: entries cut
// off afterwards are missed at the next check.
func keepAnchors(ctx context.Context, db *postgis.DB, path string) {
	keep := func(ctx context.Context) {
		head, err := db.Audit().Head(ctx)
		if err == nil {
			err = audit.KeepHead(path, head)
		}
		if err != nil && ctx.Err() == nil {
			slog.Warn("the head of the audit trail could not be kept outside the database", "error", err)
		}
	}
	tick := time.NewTicker(anchorEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			keep(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			keep(last)
			cancel()
			return
		}
	}
}
