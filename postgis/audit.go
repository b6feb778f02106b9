package postgis

import (
	"context"
	"crypto/ed25519"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/household/audit"
)

// Audit is the append-only audit trail. Each entry carries the hash of the
// one before, and a signed head counts them, so that a removed or altered
// entry shows (see the package audit).
type Audit struct{ db *DB }

// Audit returns the city's audit trail.
func (db *DB) Audit() *Audit { return &Audit{db} }

// Record appends an entry. At is set by the database's clock.
func (a *Audit) Record(ctx context.Context, e household.AuditEntry) error {
	err := pgx.BeginFunc(ctx, a.db.Pool, func(tx pgx.Tx) error { return a.db.appendAudit(ctx, tx, e) })
	return noRows(err, "postgis.Audit.Record", "")
}

// appendAudit appends an entry within a transaction. Writers queue for the
// head, so that the chain has one order.
func (db *DB) appendAudit(ctx context.Context, tx pgx.Tx, e household.AuditEntry) error {
	head := audit.Head{City: db.City}
	err := tx.QueryRow(ctx, `SELECT entries, sha256, clock_timestamp() FROM audit_head FOR UPDATE`).Scan(&head.Entries, &head.SHA256, &e.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return household.Errorf(household.Internal, "postgis.Audit", "the audit trail has lost its head").
			WithHint("run hearthmap audit verify, and restore the table audit_head from a backup")
	}
	if err != nil {
		return err
	}
	var prev []byte // NULL before the first
	if head.Entries > 0 {
		prev = head.SHA256
	}
	head.Entries++
	head.SHA256 = audit.Hash(prev, audit.Line(e))
	if db.Keys != nil {
		head.Sign(db.Keys.audit)
	}
	batch := &pgx.Batch{}
	batch.Queue(`
		INSERT INTO audit (at, account, role, action, subject, purpose, result, prev_sha256, sha256)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.At, e.Account, e.Role, e.Action, e.Subject, e.Purpose, e.Result, prev, []byte(head.SHA256))
	batch.Queue(`UPDATE audit_head SET entries = $1, sha256 = $2, signature = $3`, head.Entries, []byte(head.SHA256), head.Signature)
	return tx.SendBatch(ctx, batch).Close()
}

// maxAuditPage is how many entries a page has at most.
const maxAuditPage = 500

// Entries returns entries of the trail, newest first.
func (a *Audit) Entries(ctx context.Context, q household.AuditQuery) ([]household.AuditEntry, error) {
	const op = "postgis.Audit.Entries"
	if q.Limit <= 0 || q.Limit > maxAuditPage {
		q.Limit = maxAuditPage
	}
	var from, to *time.Time
	if !q.From.IsZero() {
		from = &q.From
	}
	if !q.To.IsZero() {
		to = &q.To
	}
	rows, err := a.db.Pool.Query(ctx, `
		SELECT id, at, account, role, action, subject, purpose, result FROM audit
		 WHERE ($1 = 0 OR id < $1) AND ($2 = '' OR account = $2) AND ($3 = '' OR action = $3)
		   AND ($4 = '' OR subject LIKE $4) AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6)
		 ORDER BY id DESC LIMIT $7`,
		q.Before, q.Account, q.Action, likePrefix(q.Subject), from, to, q.Limit)
	if err != nil {
		return nil, household.Errorf(household.Unavailable, op, "the audit trail cannot be read: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[household.AuditEntry])
	if err != nil {
		return nil, household.Errorf(household.Unavailable, op, "the audit trail cannot be read: %w", err)
	}
	return list, nil
}

func likePrefix(s string) string {
	if s == "" {
		return ""
	}
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + "%"
}

// Walk reads the whole trail as it stands at one moment, oldest first, and
// returns its head. The entry is used again for the next.
func (a *Audit) Walk(ctx context.Context, each func(audit.Entry) error) (audit.Head, error) {
	const op = "postgis.Audit.Walk"
	head := audit.Head{City: a.db.City}
	var own error
	err := pgx.BeginTxFunc(ctx, a.db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `SELECT entries, sha256, signature FROM audit_head`).Scan(&head.Entries, &head.SHA256, &head.Signature)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) { // without a head the check finds that it is missing
			return err
		}
		rows, err := tx.Query(ctx, `SELECT id, prev_sha256, sha256, at, account, role, action, subject, purpose, result FROM audit ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var e audit.Entry
			var said household.AuditEntry
			if err := rows.Scan(&e.ID, &e.Prev, &e.SHA256, &said.At, &said.Account, &said.Role, &said.Action, &said.Subject, &said.Purpose, &said.Result); err != nil {
				return err
			}
			e.Line = audit.Line(said)
			if own = each(e); own != nil {
				return own
			}
		}
		return rows.Err()
	})
	switch {
	case own != nil:
		return head, own
	case err != nil:
		return head, household.Errorf(household.Unavailable, op, "the audit trail cannot be read: %w", err)
	}
	return head, nil
}

// Head returns the head of the trail.
func (a *Audit) Head(ctx context.Context) (audit.Head, error) {
	head := audit.Head{City: a.db.City}
	err := a.db.Pool.QueryRow(ctx, `SELECT entries, sha256, signature FROM audit_head`).Scan(&head.Entries, &head.SHA256, &head.Signature)
	if err != nil {
		err = household.Errorf(household.Unavailable, "postgis.Audit.Head", "the head of the audit trail cannot be read: %w", err)
	}
	return head, err
}

// Key is the public key of the trail's head; nil without the key file.
func (a *Audit) Key() ed25519.PublicKey {
	if a.db.Keys == nil {
		return nil
	}
	return a.db.Keys.AuditKey()
}

// Check walks the trail and checks it against its head and the anchors.
func (a *Audit) Check(ctx context.Context, anchors ...audit.Head) (audit.Report, audit.Head, error) {
	chain := audit.NewChain(anchors...)
	head, err := a.Walk(ctx, func(e audit.Entry) error { chain.Add(e); return nil })
	if err != nil {
		return audit.Report{}, head, err
	}
	return chain.Close(head, a.Key()), head, nil
}

// Verify checks the trail against its own head.
func (a *Audit) Verify(ctx context.Context) (entries int64, problems []string, err error) {
	r, _, err := a.Check(ctx)
	for _, p := range r.Problems {
		problems = append(problems, p.String())
	}
	return r.Entries, problems, err
}
