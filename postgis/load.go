package postgis

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"hearthmap/household"
	"hearthmap/importers"
)

var _ importers.Store = (*DB)(nil)

// load is one import under way: a connection with an open transaction. Its
// staging tables are temporary and go with the transaction.
type load struct {
	db    *DB
	conn  *pgxpool.Conn
	tx    pgx.Tx
	batch importers.Batch
	id    int64 // of the batch

	copier   *copier
	encoders []*encoder
	n        int64 // items staged so far
	spoilt   int64 // items that came with a reject
	waiting  waiting
	seen     *seen // residents: who occurred before
	merged   map[string]importers.Counts
	touched  []string // tables with created rows, for ANALYZE
	done     bool
}

// Begin opens a load: one transaction on a connection of its own. It waits
// for other loads that write the same tables.
func (db *DB) Begin(ctx context.Context, b importers.Batch) (importers.Load, error) {
	const op = "postgis.Begin"
	if err := db.checkBatch(&b); err != nil {
		return nil, err
	}
	if b.Kind == importers.Residents {
		if err := db.CheckKeys(ctx); err != nil { // the city may have been migrated since Open
			return nil, err
		}
	}
	conn, err := db.Pool.Acquire(ctx)
	if err != nil {
		return nil, connectError(op, db.Pool.Config().ConnConfig, err)
	}
	l := &load{db: db, conn: conn, batch: b, merged: map[string]importers.Counts{}}
	if err := l.open(ctx); err != nil {
		_ = l.Rollback(ctx) // open's error is the one that matters
		return nil, err
	}
	l.copier = newCopier(ctx, conn.Conn().PgConn())
	return l, nil
}

func (db *DB) checkBatch(b *importers.Batch) error {
	const op = "postgis.Begin"
	if b.Mode == "" {
		b.Mode = importers.Upsert
	}
	switch {
	case !slices.Contains(importers.Kinds, b.Kind):
		return household.Errorf(household.Invalid, op, "there is no import kind %q", b.Kind).
			WithHint("use one of %v", importers.Kinds)
	case !slices.Contains([]importers.Mode{importers.Upsert, importers.Insert, importers.Replace}, b.Mode):
		return household.Errorf(household.Invalid, op, "there is no import mode %q", b.Mode).
			WithHint("use upsert, insert or replace")
	case b.Kind == importers.Residents && db.Keys == nil:
		return household.Errorf(household.Unavailable, op, "residents cannot be loaded without the key of their protected fields").
			WithHint("set HEARTHMAP_KEY_FILE")
	}
	for _, s := range []string{b.Source, b.FileName, b.Account} {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return household.Errorf(household.Invalid, op, "the name of the file, source or account holds bytes that are no characters").
				WithHint("rename the file")
		}
	}
	return nil
}

// open begins the transaction, takes the locks and records the batch.
func (l *load) open(ctx context.Context) error {
	const op = "postgis.Begin"
	tx, err := l.conn.Begin(ctx)
	if err != nil {
		return loadError(op, err)
	}
	l.tx = tx
	if err := l.lock(ctx, usesOf[l.batch.Kind]); err != nil {
		return err
	}
	options := l.batch.Options
	if options == nil {
		options = map[string]string{}
	}
	text, err := json.Marshal(options)
	if err != nil {
		return household.Errorf(household.Internal, op, "cannot record the options of the import: %w", err)
	}
	err = tx.QueryRow(ctx, `INSERT INTO import_batch (kind, file_name, file_sha256, source, mode, options, account)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		l.batch.Kind, l.batch.FileName, l.batch.SHA256[:], l.batch.Source, l.batch.Mode, text, l.batch.Account).Scan(&l.id)
	if err != nil {
		return loadError(op, err)
	}
	if err := l.readWaiting(ctx); err != nil {
		return loadError(op, err)
	}
	return l.exec(ctx, `SET LOCAL work_mem = '128MB'; SET LOCAL synchronous_commit = on; SET LOCAL default_statistics_target = 20;`+changeTable)
}

// Stage encodes the items and hands them to the COPY that runs beside it. An
// error of the database may show at a later call.
func (l *load) Stage(ctx context.Context, items []importers.Item) error {
	const op = "postgis.Stage"
	if l.copier == nil {
		return household.Errorf(household.Internal, op, "the load is not open for rows")
	}
	kept := items
	if slices.ContainsFunc(items, func(it importers.Item) bool { return it.Reject != nil }) {
		kept = make([]importers.Item, 0, len(items))
		for _, it := range items {
			if it.Reject == nil {
				kept = append(kept, it)
			}
		}
		l.spoilt += int64(len(items) - len(kept))
	}
	l.waiting.note(l.db.Keys, kept)
	if err := l.encode(ctx, kept); err != nil {
		return err
	}
	return loadError(op, l.copier.failed())
}

// Merge brings what was staged over, table by table.
func (l *load) Merge(ctx context.Context) (importers.Merged, error) {
	const op = "postgis.Merge"
	if l.copier == nil {
		return importers.Merged{}, household.Errorf(household.Internal, op, "the load was merged before")
	}
	staged, err := l.finishStaging()
	if err != nil {
		return importers.Merged{}, loadError(op, err)
	}
	bad := rejects{limit: l.db.maxRejects}
	levels := map[household.AreaLevel]bool{}
	for _, e := range l.encoders {
		bad.take(&e.rejects)
		for level := range e.levels {
			levels[level] = true
		}
	}
	if l.batch.Mode == importers.Replace && l.spoilt+bad.total > 0 {
		return importers.Merged{Rejects: bad.kept, More: bad.more}, household.Errorf(household.Conflict, op,
			"mode replace ends what the file lacks, but %d of its rows cannot be used", l.spoilt+bad.total).
			WithHint("mend the rejected rows first, or import with --mode upsert")
	}
	m := merger{load: l, staged: staged, levels: levels, rejects: bad}
	if err := m.run(ctx); err != nil {
		return importers.Merged{}, loadError(op, err)
	}
	if len(m.rejects.more) == 0 { // else it is not known who was rejected: what waits goes on waiting
		if err := l.settle(ctx, m.rejects.kept); err != nil {
			return importers.Merged{}, loadError(op, err)
		}
	}
	slices.SortStableFunc(m.rejects.kept, func(a, b importers.Reject) int {
		switch {
		case a.Row < b.Row:
			return -1
		case a.Row > b.Row:
			return 1
		}
		return 0
	})
	return importers.Merged{Tables: l.merged, Rejects: m.rejects.kept, More: m.rejects.more}, nil
}

// Commit records the batch and its changes, and commits.
func (l *load) Commit(ctx context.Context, c importers.Counts, rejects []importers.Reject) (int64, error) {
	const op = "postgis.Commit"
	if l.tx == nil || l.done {
		return 0, household.Errorf(household.Internal, op, "the load is not open")
	}
	if _, err := l.finishStaging(); err != nil {
		return 0, loadError(op, err)
	}
	_, err := l.tx.Exec(ctx, `UPDATE import_batch SET finished_at = clock_timestamp(), read = $2, created = $3,
		updated = $4, unchanged = $5, rejected = $6 WHERE id = $1`,
		l.id, c.Read, c.Created, c.Updated, c.Unchanged, c.Rejected)
	if err != nil {
		return 0, loadError(op, err)
	}
	if err := l.keepRejects(ctx, rejects); err != nil {
		return 0, loadError(op, err)
	}
	if err := l.publish(ctx); err != nil {
		return 0, loadError(op, err)
	}
	if err := l.tx.Commit(ctx); err != nil {
		return 0, loadError(op, err)
	}
	// The load stands, whatever becomes of its statistics: autovacuum makes
	// up for them.
	if len(l.touched) > 0 {
		for i, t := range l.touched {
			l.touched[i] = t + analyzed[t]
		}
		// A sample of 6,000 rows says enough; the usual one of 30,000 takes
		// longer than some of the indexes.
		_ = pgx.BeginFunc(ctx, l.conn, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, "SET LOCAL default_statistics_target = 20; ANALYZE "+strings.Join(l.touched, ", "), pgx.QueryExecModeSimpleProtocol)
			return err
		})
	}
	l.release()
	return l.id, nil
}

// analyzed are the columns whose statistics queries need at once, of tables
// with many others: ciphers are compared with nothing, and with an index on
// shapes there is but one way to use it. Autovacuum gathers the rest.
var analyzed = map[string]string{
	"building":  " (code, use, area_id, grid_id, compound_id, grams, ended_on)",
	"facility":  " (code, category, area_id, grams, ended_on)",
	"street":    " (code, class, ended_on)",
	"land":      " (code, kind, ended_on)",
	"barrier":   " (code, kind, ended_on)",
	"resident":  " (match_hash, birth_date, phone_hash, grams, ended_on)",
	"residence": " (resident_id, building_id, unit_id, household_id, relation, residency, present, valid_to)",
}

// maxKeptRejects bounds the rejects kept in the database; the clerk's file
// has them all.
const maxKeptRejects = 100_000

func (l *load) keepRejects(ctx context.Context, rejects []importers.Reject) error {
	kept := rejects
	if len(kept) > maxKeptRejects {
		kept = append(slices.Clone(rejects[:maxKeptRejects]), importers.Reject{
			Code:       "more",
			Reason:     strconv.Itoa(len(rejects)-maxKeptRejects) + " more rows were rejected than are kept here",
			Suggestion: "see the rejects file of the import",
		})
	}
	if len(kept) == 0 {
		return nil
	}
	_, err := l.tx.CopyFrom(ctx, pgx.Identifier{"import_reject"},
		[]string{"batch_id", "row", "sheet", "col", "code", "reason", "suggestion", "n"},
		pgx.CopyFromSlice(len(kept), func(i int) ([]any, error) {
			r := kept[i]
			return []any{l.id, r.Row, r.Sheet, r.Column, string(r.Code), r.Reason, r.Suggestion, int32(i + 1)}, nil
		}))
	return err
}

// Rollback undoes everything; after Commit it does nothing.
func (l *load) Rollback(ctx context.Context) error {
	if l.done {
		return nil
	}
	var err error
	if l.copier != nil {
		l.copier.abandon()
		l.copier = nil
	}
	if l.tx != nil {
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		// A connection that broke has rolled back already.
		if e := l.tx.Rollback(clean); e != nil && !l.conn.Conn().IsClosed() {
			err = loadError("postgis.Rollback", e)
		}
	}
	l.release()
	return err
}

func (l *load) release() {
	l.done = true
	l.conn.Release()
}

// exec runs statements of our own that have no parameters.
func (l *load) exec(ctx context.Context, sql string) error {
	_, err := l.tx.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	return err
}

// Batches lists the loads, the newest first.
func (db *DB) Batches(ctx context.Context) ([]importers.BatchInfo, error) {
	const op = "postgis.Batches"
	rows, err := db.Pool.Query(ctx, `SELECT id, kind, file_name, source, mode, account, started_at, finished_at,
		read, created, updated, unchanged, rejected, encode(file_sha256, 'hex'), options, undone_at, coalesce(undoes, 0),
		(SELECT count(*) FROM address_review v WHERE v.batch_id = b.id AND v.state = 'open')
		FROM import_batch b WHERE finished_at IS NOT NULL ORDER BY id DESC`)
	if err != nil {
		return nil, loadError(op, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b importers.BatchInfo, err error) {
		err = row.Scan(&b.ID, &b.Kind, &b.FileName, &b.Source, &b.Mode, &b.Account, &b.StartedAt, &b.FinishedAt,
			&b.Read, &b.Created, &b.Updated, &b.Unchanged, &b.Rejected, &b.SHA256, &b.Options, &b.UndoneAt, &b.Undoes, &b.Doubtful)
		return b, err
	})
	return list, loadError(op, err)
}
