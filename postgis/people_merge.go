package postgis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
)

// Merge makes one person of two entries: homes, tags and file hashes of gone
// go to keep, whose own values stay; what keep lacks is filled in. The row of
// gone remains, ended, and points to keep. It returns the merge's number, by
// which Unmerge takes it back.
//
// Only an approver who may see both, or the owner, merges. The purpose is
// kept in the audit trail. Errors: not_found, conflict, forbidden, invalid.
func (p *People) Merge(ctx context.Context, keep, gone int64, purpose string) (merge int64, err error) {
	const op = "postgis.People.Merge"
	if err := checkPurpose(op, &purpose); err != nil {
		return 0, err
	}
	if keep == gone {
		return 0, household.Errorf(household.Invalid, op, "an entry cannot be merged with itself")
	}
	err = p.within(ctx, op, []int64{keep, gone}, func(tx pgx.Tx) error {
		m := &merging{db: p.db, tx: tx, keep: keep, gone: gone, account: p.account()}
		if err := m.run(ctx, purpose); err != nil {
			return err
		}
		merge = m.id
		return p.record(ctx, tx, "people_merge", fmt.Sprintf("resident:%d+resident:%d", keep, gone), purpose, "merge "+strconv.FormatInt(m.id, 10))
	})
	return merge, mergeError(op, err)
}

// Unmerge takes a merge back. Merges of one person are taken back newest
// first.
func (p *People) Unmerge(ctx context.Context, merge int64, purpose string) (household.Unmerged, error) {
	const op = "postgis.People.Unmerge"
	out := household.Unmerged{Merge: merge}
	if err := checkPurpose(op, &purpose); err != nil {
		return out, err
	}
	m := &merging{db: p.db, id: merge, account: p.account()}
	err := p.db.Pool.QueryRow(ctx, `SELECT kept_id, gone_id FROM people_merge WHERE id = $1`, merge).Scan(&m.keep, &m.gone)
	if err != nil {
		return out, noRows(err, op, "there is no such merge")
	}
	err = p.within(ctx, op, []int64{m.keep}, func(tx pgx.Tx) error {
		m.tx = tx
		var err error
		if out.Restored, out.Kept, err = m.back(ctx); err != nil {
			return err
		}
		return p.record(ctx, tx, "people_unmerge", fmt.Sprintf("resident:%d+resident:%d", m.keep, m.gone), purpose,
			"merge "+strconv.FormatInt(merge, 10))
	})
	return out, mergeError(op, err)
}

// Decide notes that a pair is of two different people, or, with again, opens
// it for review anew.
func (p *People) Decide(ctx context.Context, pair int64, again bool, purpose string) error {
	const op = "postgis.People.Decide"
	if err := checkPurpose(op, &purpose); err != nil {
		return err
	}
	var a, b int64
	var state string
	err := p.db.Pool.QueryRow(ctx, `SELECT a_id, b_id, state FROM people_pair WHERE id = $1`, pair).Scan(&a, &b, &state)
	if err != nil {
		return noRows(err, op, "there is no such pair")
	}
	if state == "same" {
		return household.Errorf(household.Conflict, op, "the pair was merged").WithHint("hearthmap people unmerge first")
	}
	err = p.within(ctx, op, []int64{a, b}, func(tx pgx.Tx) error {
		to := "different"
		if again {
			to = "open"
		}
		_, err := tx.Exec(ctx, `UPDATE people_pair SET state = $2, decided_by = CASE WHEN $2 = 'open' THEN '' ELSE $3 END,
			decided_at = CASE WHEN $2 = 'open' THEN NULL ELSE now() END WHERE id = $1`, pair, to, p.account())
		if err != nil {
			return err
		}
		return p.record(ctx, tx, "people_decide", fmt.Sprintf("resident:%d+resident:%d", a, b), purpose, to)
	})
	return mergeError(op, err)
}

func checkPurpose(op string, purpose *string) error {
	*purpose = strings.TrimSpace(*purpose)
	if n := utf8.RuneCountInString(*purpose); n < 2 || n > maxPurpose {
		return household.Errorf(household.Invalid, op, "this needs a purpose of 2 to %d characters", maxPurpose).
			WithHint("say why; it is kept in the audit trail")
	}
	return nil
}

func mergeError(op string, err error) error {
	if err == nil {
		return nil
	}
	var own *household.Error
	if errors.As(err, &own) {
		return err
	}
	if pgCode(err) == "23505" {
		return household.Errorf(household.Conflict, op, "what the entries had has been taken by others since").
			WithHint("see the household in the map; undo the import that changed it, then try again")
	}
	return household.Errorf(household.Internal, op, "merging failed in the database: %w", err)
}

// account is the name that change rows and the audit trail carry.
func (p *People) account() string {
	if p.who == nil {
		return "command line"
	}
	return p.who.Name
}

func (p *People) record(ctx context.Context, tx pgx.Tx, action, subject, purpose, result string) error {
	e := household.AuditEntry{Account: p.account(), Action: action, Subject: subject, Purpose: purpose, Result: result}
	if p.who != nil {
		e.Role = p.who.Role
	}
	return p.db.appendAudit(ctx, tx, e)
}

// within runs fn in a transaction with the owner's rights, after making sure
// that the principal is an approver and sees the entries.
func (p *People) within(ctx context.Context, op string, entries []int64, fn func(pgx.Tx) error) error {
	if p.who == nil {
		return pgx.BeginFunc(ctx, p.db.Pool, fn)
	}
	if p.who.Role != household.RoleApprover {
		return household.Errorf(household.Forbidden, op, "only an approver decides who is one person").
			WithHint("ask an approver of the area")
	}
	return p.db.as(ctx, *p.who, func(tx pgx.Tx, _ rights) error {
		var seen int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM resident WHERE id = ANY ($1)`, entries).Scan(&seen); err != nil {
			return err
		}
		if seen != len(entries) {
			return household.Errorf(household.NotFound, op, "there are no such persons in your area")
		}
		if _, err := tx.Exec(ctx, `SET LOCAL ROLE NONE`); err != nil {
			return err
		}
		return fn(tx)
	})
}

// merging is one merge, or its taking back, under way.
type merging struct {
	db             *DB
	tx             pgx.Tx
	id, keep, gone int64
	account        string
}

func (m *merging) step(ctx context.Context, name string, args ...any) error {
	sql, err := section("people_merge", name)
	if err != nil {
		return err
	}
	if _, err := m.tx.Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (m *merging) run(ctx context.Context, purpose string) error {
	hash, cipher, err := m.lock(ctx)
	if err != nil {
		return err
	}
	var before []byte
	if err := m.snapshot(ctx, &before); err != nil {
		return err
	}
	err = m.tx.QueryRow(ctx, `INSERT INTO people_merge (kept_id, gone_id, account, purpose, before) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		m.keep, m.gone, m.account, purpose, before).Scan(&m.id)
	if err != nil {
		return err
	}
	for _, name := range []string{"homes", "move_homes", "tags", "move_tags", "aliases", "retire", "chain"} {
		if err := m.step(ctx, name, m.keep, m.gone); err != nil {
			return err
		}
	}
	var own []byte // the kept entry's hash until now
	if err := m.tx.QueryRow(ctx, `SELECT match_hash FROM resident WHERE id = $1`, m.keep).Scan(&own); err != nil {
		return err
	}
	if err := m.step(ctx, "identify", m.keep, m.gone, hash, cipher); err != nil {
		return err
	}
	var now []byte
	if err := m.tx.QueryRow(ctx, `SELECT match_hash FROM resident WHERE id = $1`, m.keep).Scan(&now); err != nil {
		return err
	}
	left := hash
	if string(now) == string(hash) {
		left = own
	}
	if err := m.step(ctx, "alias", m.keep, left); err != nil {
		return err
	}
	if err := m.step(ctx, "decide", m.keep, m.gone, m.account); err != nil {
		return err
	}
	var after []byte
	if err := m.snapshot(ctx, &after); err != nil {
		return err
	}
	if _, err := m.tx.Exec(ctx, `UPDATE people_merge SET after = $2 WHERE id = $1`, m.id, after); err != nil {
		return err
	}
	if err := m.script(ctx, "delta"); err != nil {
		return err
	}
	return m.publish(ctx)
}

// back takes the merge back and counts the rows.
func (m *merging) back(ctx context.Context) (restored, kept int64, err error) {
	const op = "postgis.People.Unmerge"
	var undone bool
	var later int64
	err = m.tx.QueryRow(ctx, `SELECT undone_at IS NOT NULL,
		coalesce((SELECT max(l.id) FROM people_merge l WHERE l.id > m.id AND l.undone_at IS NULL
			AND (l.kept_id IN (m.kept_id, m.gone_id) OR l.gone_id IN (m.kept_id, m.gone_id))), 0)
		FROM people_merge m WHERE id = $1 FOR UPDATE`, m.id).Scan(&undone, &later)
	switch {
	case err != nil:
		return 0, 0, err
	case undone:
		return 0, 0, household.Errorf(household.Conflict, op, "the merge was taken back already")
	case later != 0:
		return 0, 0, household.Errorf(household.Conflict, op, "the person was merged again since").
			WithHint("hearthmap people unmerge %d first", later)
	}
	for _, name := range []string{"delta", "back", "restore"} {
		if err := m.script(ctx, name); err != nil {
			return 0, 0, err
		}
	}
	if _, err := m.tx.Exec(ctx, `UPDATE people_merge SET undone_at = now(), undone_by = $2 WHERE id = $1`, m.id, m.account); err != nil {
		return 0, 0, err
	}
	err = m.tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE clean), count(*) FILTER (WHERE NOT clean) FROM people_back`,
		pgx.QueryExecModeExec).Scan(&restored, &kept)
	if err != nil {
		return 0, 0, err
	}
	return restored, kept, m.publish(ctx)
}

// script runs a section of several statements, which take no parameters.
func (m *merging) script(ctx context.Context, name string) error {
	sql, err := section("people_merge", name)
	if err != nil {
		return err
	}
	sql = strings.NewReplacer(
		"{merge}", strconv.FormatInt(m.id, 10), "{kept}", strconv.FormatInt(m.keep, 10), "{gone}", strconv.FormatInt(m.gone, 10),
	).Replace(sql)
	if _, err := m.tx.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// lock makes sure that both entries are there and free, holds them, and
// returns hash and cipher of the one that goes.
func (m *merging) lock(ctx context.Context) (hash, cipher []byte, err error) {
	const op = "postgis.People.Merge"
	rows, err := m.tx.Query(ctx, `SELECT id, match_hash, id_cipher, merged_into IS NOT NULL OR ended_on IS NOT NULL,
		EXISTS (SELECT FROM change_request q WHERE q.entity = 'resident' AND q.entity_id = r.id AND q.state = 'submitted')
		FROM resident r WHERE id IN ($1, $2) ORDER BY id FOR UPDATE`, m.keep, m.gone)
	if err != nil {
		return nil, nil, err
	}
	var id int64
	var h, c []byte
	var ended, asked bool
	n, anyEnded, anyAsked := 0, false, false
	_, err = pgx.ForEachRow(rows, []any{&id, &h, &c, &ended, &asked}, func() error {
		n++
		anyEnded, anyAsked = anyEnded || ended, anyAsked || asked && id == m.gone
		if id == m.gone {
			hash, cipher = append([]byte(nil), h...), c
			if c != nil {
				cipher = append([]byte(nil), c...)
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, nil, err
	case n < 2:
		return nil, nil, household.Errorf(household.NotFound, op, "there are no such entries").WithHint("hearthmap people review lists pairs")
	case anyEnded:
		return nil, nil, household.Errorf(household.Conflict, op, "one of the entries has ended or was merged already").
			WithHint("hearthmap people review lists pairs that are open")
	case anyAsked:
		return nil, nil, household.Errorf(household.Conflict, op, "a change request about the entry that would go waits for a decision").
			WithHint("decide it first, or merge the other way round")
	}
	return hash, cipher, nil
}

func (m *merging) snapshot(ctx context.Context, to *[]byte) error {
	sql, err := section("people_merge", "snapshot")
	if err != nil {
		return err
	}
	return m.tx.QueryRow(ctx, sql, m.keep, m.gone).Scan(to)
}

// publish writes the change rows and wakes the feed.
func (m *merging) publish(ctx context.Context) error {
	if _, err := m.tx.Exec(ctx, changeLock); err != nil {
		return err
	}
	sql, err := section("people_merge", "changes")
	if err != nil {
		return err
	}
	if _, err := m.tx.Exec(ctx, sql, pgx.QueryExecModeExec, m.id, m.account); err != nil {
		return fmt.Errorf("changes: %w", err)
	}
	_, err = m.tx.Exec(ctx, `SELECT pg_notify($1, (SELECT max(seq) FROM change)::text)`, ChangeChannel(m.db.City))
	return err
}
