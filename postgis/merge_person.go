package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hearthmap/importers"
)

// residentSteps are the sections of sql/resident.sql in their order, up to
// the point where nothing but temporary tables is written; then the writes.
var (
	residentCompare = []string{"merge", "leaving", "seats", "spells", "tags"}
	residentWrite   = []string{"write_residents", "write_spells", "write_tags", "loads"}
)

// residents merges persons, their homes, households and tags.
func (m *merger) residents(ctx context.Context) error {
	if err := m.exec(ctx, "ANALYZE stage_resident (n, match_hash, unit_code)"); err != nil {
		return err
	}
	if err := m.sections(ctx, residentCompare); err != nil {
		return err
	}
	before := len(m.rejects)
	if err := m.collect(ctx, "resident", "SELECT problem, row, first_row FROM merge_resident WHERE problem IS NOT NULL ORDER BY n"); err != nil {
		return err
	}
	c := importers.Counts{Rejected: int64(len(m.rejects) - before)}
	sql, err := section("resident", "counts")
	if err != nil {
		return err
	}
	if err := m.tx.QueryRow(ctx, sql, pgx.QueryExecModeExec).Scan(&c.Created, &c.Updated, &c.Unchanged); err != nil {
		return err
	}
	if c.Created+c.Updated > 0 {
		if err := m.sections(ctx, residentWrite); err != nil {
			return err
		}
	}
	if m.batch.Mode == importers.Replace {
		if err := m.sections(ctx, []string{"replace"}); err != nil {
			return err
		}
	}
	m.count("resident", c)
	for _, table := range []string{"household", "residence", "tag"} {
		m.touch(table, c.Created)
	}
	return nil
}

func (m *merger) sections(ctx context.Context, names []string) error {
	for _, name := range names {
		sql, err := section("resident", name)
		if err != nil {
			return err
		}
		if err := m.exec(ctx, m.fill(sql, "")); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
