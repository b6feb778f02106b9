package postgis

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/importers"
)

var _ importers.Undoer = (*DB)(nil)

// Undo restores what the batch changed, in one transaction, and records it as
// a batch of its own. Batches may be undone in any order; what later ones
// edited or refer to is kept until they are undone too.
//
// It waits for loads that write the same tables, as loads do. Undoing a batch
// twice is a conflict.
func (db *DB) Undo(ctx context.Context, batch int64, account string) (importers.UndoResult, error) {
	return db.undo(ctx, batch, account, true)
}

// PlanUndo does all that Undo does and takes it back.
func (db *DB) PlanUndo(ctx context.Context, batch int64) (importers.UndoResult, error) {
	return db.undo(ctx, batch, "", false)
}

func (db *DB) undo(ctx context.Context, batch int64, account string, keep bool) (importers.UndoResult, error) {
	const op = "postgis.Undo"
	fail := func(err error) (importers.UndoResult, error) {
		err = loadError(op, err)
		var own *household.Error
		if !keep || errors.As(err, &own) && own.Hint != "" {
			return importers.UndoResult{}, err
		}
		return importers.UndoResult{}, fmt.Errorf("nothing was undone: %w", err)
	}
	conn, err := db.Pool.Acquire(ctx)
	if err != nil {
		return importers.UndoResult{}, connectError(op, db.Pool.Config().ConnConfig, err)
	}
	l := &load{db: db, conn: conn, merged: map[string]importers.Counts{}}
	defer func() { _ = l.Rollback(ctx) }() // after the commit it does nothing
	u := &undo{merger: merger{load: l}, failures: map[string]int{}}
	u.result = importers.UndoResult{
		Batch: batch, Reversed: map[string]int64{}, Kept: map[string]int64{}, Failed: map[string]int64{},
		Reasons: []importers.UndoReason{}, Later: []int64{},
	}
	if l.tx, err = conn.Begin(ctx); err != nil {
		return fail(err)
	}
	if err := u.begin(ctx, account); err != nil {
		return fail(err)
	}
	if err := u.run(ctx); err != nil {
		return fail(err)
	}
	if !keep {
		return u.result, nil
	}
	if err := u.finish(ctx); err != nil {
		return fail(err)
	}
	return u.result, nil
}

// undo is the undoing of one batch under way. It is a load without a file:
// its changes are collected and published in the same way.
type undo struct {
	merger
	tables   []undoTable // in the order of deleting: what refers comes first
	failures map[string]int
	result   importers.UndoResult
}

// begin checks the batch, takes the locks of its kind and records the undo.
func (u *undo) begin(ctx context.Context, account string) error {
	const op = "postgis.Undo"
	id := u.result.Batch
	err := u.tx.QueryRow(ctx, "SELECT kind, file_name, source FROM import_batch WHERE id = $1 AND finished_at IS NOT NULL", id).
		Scan(&u.batch.Kind, &u.batch.FileName, &u.batch.Source)
	if errors.Is(err, pgx.ErrNoRows) {
		return household.Errorf(household.NotFound, op, "there is no batch %d", id).WithHint("see hearthmap import list")
	}
	if err != nil {
		return err
	}
	writes, err := u.writes(ctx)
	if err != nil {
		return err
	}
	if err := u.lock(ctx, uses{writes: writes, reads: usesOf[u.batch.Kind].reads}); err != nil {
		return err
	}
	// Asked under the locks: two who undo the same batch wait for each other.
	var undone bool
	var undoes *int64
	err = u.tx.QueryRow(ctx, "SELECT undone_at IS NOT NULL, undoes FROM import_batch WHERE id = $1 FOR UPDATE", id).Scan(&undone, &undoes)
	switch {
	case err != nil:
		return err
	case undone:
		return household.Errorf(household.Conflict, op, "batch %d was undone before", id).
			WithHint("to have its rows again, import the file %s again", u.batch.FileName)
	case undoes != nil:
		return household.Errorf(household.Conflict, op, "batch %d is itself the undoing of batch %d", id, *undoes).
			WithHint("to have the rows of batch %d again, import the file %s again", *undoes, u.batch.FileName)
	}
	u.batch.Account = account
	u.result.Kind, u.result.FileName = u.batch.Kind, u.batch.FileName
	err = u.tx.QueryRow(ctx, `INSERT INTO import_batch (kind, file_name, file_sha256, source, mode, undoes, account)
		SELECT kind, file_name, file_sha256, source, 'undo', id, $2 FROM import_batch WHERE id = $1 RETURNING id`, id, account).Scan(&u.id)
	if err != nil {
		return err
	}
	u.tables, err = undoTables(ctx, u.tx, writes)
	return err
}

// writes are the parts that the batch wrote, and those in which earlier undos
// kept rows that may go with it.
func (u *undo) writes(ctx context.Context) ([]part, error) {
	rows, err := u.tx.Query(ctx, "SELECT DISTINCT kind FROM import_batch WHERE undoes IS NOT NULL AND unchanged > 0")
	if err != nil {
		return nil, err
	}
	kinds, err := pgx.CollectRows(rows, pgx.RowTo[importers.Kind])
	var out []part
	for _, k := range append(kinds, u.batch.Kind) {
		out = append(out, usesOf[k].writes...)
	}
	return out, err
}

// run undoes. Homes and tags that the batch made go first, for they stand in
// the way of those that it ended; the rest goes last, when nothing that is
// restored refers to it any more.
func (u *undo) run(ctx context.Context) error {
	sql, err := section("undo", "begin")
	if err != nil {
		return err
	}
	err = u.exec(ctx, "SET LOCAL work_mem = '128MB'; SET LOCAL synchronous_commit = on;"+changeTable+touchedTable+u.text(sql))
	if err != nil {
		return err
	}
	for _, t := range u.tables {
		if err := u.exec(ctx, u.text(t.madeSQL())); err != nil {
			return fmt.Errorf("finding what was made in %s: %w", t.name, err)
		}
	}
	if err := u.exec(ctx, "ANALYZE undo_made; ANALYZE undo_row"); err != nil {
		return err
	}
	for _, step := range []func(context.Context, undoTable) error{
		func(ctx context.Context, t undoTable) error {
			if t.name != "residence" && t.name != "tag" {
				return nil
			}
			return u.remove(ctx, t)
		},
		u.restore,
		func(ctx context.Context, t undoTable) error {
			if t.name == "residence" || t.name == "tag" {
				return nil
			}
			return u.remove(ctx, t)
		},
	} {
		for _, t := range u.tables {
			if err := step(ctx, t); err != nil {
				return fmt.Errorf("undoing %s: %w", t.name, err)
			}
		}
	}
	if err := u.places(ctx); err != nil {
		return err
	}
	for _, t := range u.tables {
		if err := u.exec(ctx, u.text(t.reasonsSQL())); err != nil {
			return fmt.Errorf("finding what holds rows of %s: %w", t.name, err)
		}
	}
	return u.report(ctx)
}

// remove deletes the rows of a table that the batch made, where nobody edited
// or refers to them. Areas refer to areas: the smaller ones go first.
func (u *undo) remove(ctx context.Context, t undoTable) error {
	for {
		tag, err := u.tx.Exec(ctx, u.text(t.removeSQL()), pgx.QueryExecModeExec)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		if !t.refersToItself() {
			break
		}
	}
	return u.exec(ctx, u.text(t.removedSQL()))
}

// places finds anew where things lie whose shape was restored, and what lies
// in areas that were.
func (u *undo) places(ctx context.Context) error {
	for _, t := range u.tables {
		if t.restored && t.placed() {
			if err := u.exec(ctx, t.touchSQL()); err != nil {
				return err
			}
		}
	}
	if err := u.findPlaces(ctx); err != nil {
		return err
	}
	for _, t := range u.tables {
		for _, f := range findings {
			if !t.restored || f.table != t.name {
				continue
			}
			if err := u.exec(ctx, f.sqlWhere("t.id IN (SELECT id FROM undo_"+t.name+")")); err != nil {
				return fmt.Errorf("finding the %s of each %s: %w", f.in, f.table, err)
			}
		}
	}
	return nil
}

// report counts the buckets.
func (u *undo) report(ctx context.Context) error {
	sql, err := section("undo", "outcome")
	if err != nil {
		return err
	}
	if err := u.exec(ctx, u.text(sql)); err != nil {
		return err
	}
	rows, err := u.tx.Query(ctx, `SELECT entity, bucket, reason, count(*), (array_agg(id ORDER BY id))[1:5]
		FROM undo_outcome GROUP BY 1, 2, 3 ORDER BY 1, 2, 4 DESC`, pgx.QueryExecModeExec)
	if err != nil {
		return err
	}
	var entity, bucket, reason string
	var n int64
	var ids []int64
	samples := [][]int64{}
	_, err = pgx.ForEachRow(rows, []any{&entity, &bucket, &reason, &n, &ids}, func() error {
		switch bucket {
		case "reversed":
			u.result.Reversed[entity] += n
			return nil
		case "kept":
			u.result.Kept[entity] += n
		default:
			u.result.Failed[entity] += n
		}
		u.result.Reasons = append(u.result.Reasons, importers.UndoReason{
			Table: entity, Failed: bucket == "failed", Reason: reason, Rows: n, Codes: []string{},
		})
		samples = append(samples, append([]int64{}, ids...))
		return nil
	})
	if err != nil {
		return err
	}
	for i := range u.result.Reasons {
		if err := u.codes(ctx, &u.result.Reasons[i], samples[i]); err != nil {
			return err
		}
	}
	rows, err = u.tx.Query(ctx, "SELECT DISTINCT batch FROM undo_later WHERE batch NOT IN (SELECT id FROM undo_void) ORDER BY 1 DESC", pgx.QueryExecModeExec)
	if err != nil {
		return err
	}
	later, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if len(later) > 0 {
		u.result.Later = later
	}
	return err
}

// codes reads the codes of some rows; persons have none.
func (u *undo) codes(ctx context.Context, r *importers.UndoReason, ids []int64) error {
	for _, t := range u.tables {
		if t.name != r.Table || !t.hasCode {
			continue
		}
		rows, err := u.tx.Query(ctx, "SELECT code FROM "+t.name+" WHERE id = ANY ($1) ORDER BY code", ids)
		if err != nil {
			return err
		}
		r.Codes, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	}
	return nil
}

// finish records the undo, publishes its changes and commits.
func (u *undo) finish(ctx context.Context) error {
	r := &u.result
	reversed, kept, failed := r.Total(r.Reversed), r.Total(r.Kept), r.Total(r.Failed)
	_, err := u.tx.Exec(ctx, `UPDATE import_batch SET finished_at = clock_timestamp(), read = $2, updated = $3, unchanged = $4,
		rejected = $5 WHERE id = $1`, u.id, reversed+kept+failed, reversed, kept, failed)
	if err != nil {
		return err
	}
	if _, err := u.tx.Exec(ctx, "UPDATE import_batch SET undone_at = clock_timestamp() WHERE id = $1", r.Batch); err != nil {
		return err
	}
	// Its doubtful addresses go with it, and those that it settled wait again.
	if _, err := u.tx.Exec(ctx, "DELETE FROM address_review WHERE batch_id = $1", r.Batch); err != nil {
		return err
	}
	if _, err := u.tx.Exec(ctx, "UPDATE address_review SET state = 'open', settled_by = NULL WHERE settled_by = $1", r.Batch); err != nil {
		return err
	}
	if err := u.publish(ctx); err != nil {
		return err
	}
	if err := u.tx.Commit(ctx); err != nil {
		return err
	}
	r.Undo = u.id
	u.release()
	return nil
}

// text sets the numbers of the batches in a statement.
func (u *undo) text(sql string) string {
	return strings.ReplaceAll(u.fill(sql, ""), "{undone}", fmt.Sprint(u.result.Batch))
}
