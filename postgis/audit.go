package postgis

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
)

// Audit is the append-only audit trail. Each entry carries the hash of the
// one before, so that a removed or altered entry shows.
type Audit struct{ db *DB }

// Audit returns the city's audit trail.
func (db *DB) Audit() *Audit { return &Audit{db} }

// Record appends an entry. At is set by the database's clock.
func (a *Audit) Record(ctx context.Context, e household.AuditEntry) error {
	err := pgx.BeginFunc(ctx, a.db.Pool, func(tx pgx.Tx) error { return appendAudit(ctx, tx, e) })
	return noRows(err, "postgis.Audit.Record", "")
}

// appendAudit appends an entry within a transaction. Writers queue on a lock,
// so that the chain has one order.
func appendAudit(ctx context.Context, tx pgx.Tx, e household.AuditEntry) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ':audit', 0))`); err != nil {
		return err
	}
	var prev []byte
	err := tx.QueryRow(ctx, `SELECT sha256 FROM audit ORDER BY id DESC LIMIT 1`).Scan(&prev)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	var at time.Time
	if err := tx.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&at); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO audit (at, account, role, action, subject, purpose, result, prev_sha256, sha256)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		at, e.Account, e.Role, e.Action, e.Subject, e.Purpose, e.Result, prev, auditHash(prev, at, e))
	return err
}

// auditHash is SHA-256 over the previous entry's hash and the entry as a
// JSON array, its time in microseconds of UTC.
func auditHash(prev []byte, at time.Time, e household.AuditEntry) []byte {
	h := sha256.New()
	h.Write(prev)
	// An array of strings and a number cannot fail to marshal.
	line, _ := json.Marshal([]any{at.UnixMicro(), e.Account, e.Role, e.Action, e.Subject, e.Purpose, e.Result})
	h.Write(line)
	return h.Sum(nil)
}
