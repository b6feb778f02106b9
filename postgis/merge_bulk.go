package postgis

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// defaultBulkFrom is how many rows of a file make it worth while to drop the
// indexes of empty tables and to build them afterwards.
const defaultBulkFrom = 5_000

// bulk is the loading of empty tables without their indexes. The statements
// that restore them are run before the transaction ends; a reader sees either
// the empty tables or the full ones with all their indexes.
type bulk struct {
	m       *merger
	restore []string
}

var errNotEmpty = errors.New("a table is not empty")

// openBulk takes away the indexes of the tables, if all of them are empty and
// may be had alone. It returns nil where that cannot be done, and then nothing
// has changed.
//
// The lock keeps readers of these tables waiting until the load ends; there
// was nothing for them to read. It is asked for only for a moment: shorter
// than the server's deadlock_timeout, so that no reader is ever made to fail.
func (m *merger) openBulk(ctx context.Context, tables ...string) (*bulk, error) {
	if m.n < m.db.bulkFrom {
		return nil, nil
	}
	if ok, err := m.bulkAllowed(ctx, tables); !ok || err != nil {
		return nil, err
	}
	b := &bulk{m: m}
	err := pgx.BeginFunc(ctx, m.tx, func(tx pgx.Tx) error {
		if err := m.exec(ctx, "SET LOCAL lock_timeout = 500; LOCK TABLE "+strings.Join(tables, ", ")+" IN ACCESS EXCLUSIVE MODE"); err != nil {
			return err
		}
		// A row may have come before the lock did.
		if ok, err := m.bulkAllowed(ctx, tables); !ok || err != nil {
			return cmp.Or(err, errNotEmpty)
		}
		return b.strip(ctx, tables)
	})
	switch {
	case errors.Is(err, errNotEmpty), slices.Contains([]string{"55P03", "40P01", "2BP01"}, pgCode(err)):
		return nil, nil // somebody reads, or a later table rests on an index: the ordinary way does not mind
	case err != nil:
		return nil, err
	}
	return b, m.exec(ctx, "SET LOCAL lock_timeout = 0")
}

// bulkAllowed: the tables are ours and empty, and not spread by Citus, where
// this was never tried.
func (m *merger) bulkAllowed(ctx context.Context, tables []string) (bool, error) {
	var empty strings.Builder
	for _, t := range tables {
		empty.WriteString(" AND NOT EXISTS (SELECT FROM " + t + ")")
	}
	var ok bool
	err := m.tx.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')
		AND NOT EXISTS (SELECT FROM pg_class WHERE oid = ANY ($1::text[]::regclass[]) AND NOT pg_has_role(relowner, 'USAGE'))`+
		empty.String(), tables).Scan(&ok)
	return ok, err
}

// strip drops indexes and remembers how to make them again. Those that other
// tables' keys need stay, and so do outgoing keys: to drop one locks the table
// that it refers to, which others read.
func (b *bulk) strip(ctx context.Context, tables []string) error {
	var drop []string
	for _, query := range []string{
		// Indexes are built first, then what rests on them.
		`SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
		   FROM pg_index i WHERE indrelid = ANY ($1::text[]::regclass[])
		    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
		    AND (SELECT reltablespace FROM pg_class WHERE oid = i.indexrelid) = 0
		  ORDER BY indexrelid`,
		`SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
		        format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
		   FROM pg_constraint c
		  WHERE conrelid = ANY ($1::text[]::regclass[]) AND contype IN ('p', 'u')
		    AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.conindid)
		  ORDER BY oid`,
	} {
		rows, err := b.m.tx.Query(ctx, query, tables)
		if err != nil {
			return err
		}
		list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Drop, Make string }])
		if err != nil {
			return err
		}
		for _, s := range list {
			drop = append(drop, s.Drop)
			b.restore = append(b.restore, s.Make)
		}
	}
	if err := b.m.exec(ctx, strings.Join(drop, ";\n")); err != nil {
		return err
	}
	return b.renew(ctx, tables)
}

// renew gives the empty tables new files, for where the log need hold nothing
// (wal_level minimal) it need not hold what a new file holds. A table that
// keys refer to cannot be emptied; to cluster it gives it a new file too.
func (b *bulk) renew(ctx context.Context, tables []string) error {
	rows, err := b.m.tx.Query(ctx, `SELECT CASE
		WHEN NOT EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = t::regclass) THEN format('TRUNCATE %I', t)
		WHEN NOT EXISTS (SELECT FROM pg_index WHERE indrelid = t::regclass AND indisclustered)
		THEN (SELECT format('CLUSTER %1$I USING %2$I; ALTER TABLE %1$I SET WITHOUT CLUSTER', t, conname)
		        FROM pg_constraint WHERE conrelid = t::regclass AND contype = 'p') END
		FROM unnest($1::text[]) t WHERE current_setting('wal_level') = 'minimal'`, tables)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[*string])
	if err != nil {
		return err
	}
	for _, sql := range list {
		if sql == nil {
			continue
		}
		if err := b.m.exec(ctx, *sql); err != nil {
			return err
		}
	}
	return nil
}

// close builds the indexes, each by one statement. Of no bulk there is
// nothing to close.
func (b *bulk) close(ctx context.Context) error {
	if b == nil {
		return nil
	}
	return b.m.exec(ctx, "SET LOCAL maintenance_work_mem = '256MB';\n"+strings.Join(b.restore, ";\n"))
}
