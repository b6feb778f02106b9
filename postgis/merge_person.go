package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hearthmap/importers"
)

// The sections of sql/resident.sql in their order: first those that find out
// what is to be done (and make the households that are missing), then those
// that do it, which are left out when there is nothing to do.
var (
	residentCompare = []string{"merge", "leaving", "seats", "spells", "tags"}
	residentUpdate  = []string{"update_residents", "update_spells"}
	residentInsert  = []string{"insert_residents", "insert_spells", "write_tags", "loads"}
)

// residents merges persons, their homes, households and tags. Into empty
// tables it goes without their indexes, which are built afterwards.
func (m *merger) residents(ctx context.Context) error {
	if err := m.exec(ctx, "ANALYZE stage_resident (n, match_hash, unit_code)"); err != nil {
		return err
	}
	b, err := m.openBulk(ctx, "household", "resident", "residence")
	if err != nil {
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
		if b == nil { // nobody is there to be updated
			if err := m.sections(ctx, residentUpdate); err != nil {
				return err
			}
		}
		if err := m.sections(ctx, residentInsert); err != nil {
			return err
		}
	}
	if err := b.close(ctx); err != nil {
		return err
	}
	if m.batch.Mode == importers.Replace {
		if err := m.sections(ctx, []string{"replace"}); err != nil {
			return err
		}
	}
	m.count("resident", c)
	return m.countHomes(ctx)
}

// countHomes counts what was made along with the persons.
func (m *merger) countHomes(ctx context.Context) error {
	var households, homes, tags importers.Counts
	err := m.tx.QueryRow(ctx, `SELECT
		(SELECT count(*) FROM new_household),
		(SELECT count(*) FROM spell WHERE act = 'new'), (SELECT count(*) FROM spell WHERE act = 'changed'),
		(SELECT count(*) FROM merge_resident WHERE problem IS NULL) - (SELECT count(*) FROM spell), (SELECT count(*) FROM tag_diff WHERE had IS NULL),
		(SELECT count(*) FROM tag_diff WHERE wanted IS NULL)`, pgx.QueryExecModeExec).
		Scan(&households.Created, &homes.Created, &homes.Updated, &homes.Unchanged, &tags.Created, &tags.Updated)
	if err != nil {
		return err
	}
	m.count("household", households)
	m.count("residence", homes)
	m.count("tag", tags)
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
