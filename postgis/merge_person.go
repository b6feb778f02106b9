package postgis

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"hearthmap/importers"
)

// The sections of sql/resident.sql in their order: first those that find out
// what is to be done (and make the households that are missing), then those
// that do it, which are left out when there is nothing to do.
var (
	residentCompare = []string{"neighbours", "merge", "leaving", "seats", "spells", "tags"}
	residentWrite   = []string{"update_residents", "update_spells", "insert_residents", "insert_spells", "write_tags", "loads"}
)

// residents merges persons, their homes, households and tags. Into an empty
// register they go without its indexes, which are built afterwards.
func (m *merger) residents(ctx context.Context) error {
	b, err := m.openBulk(ctx, "household", "resident", "residence", "tag")
	if err != nil {
		return err
	}
	if b != nil {
		if err := m.firstResidents(ctx); err != nil {
			return err
		}
		return b.close(ctx)
	}
	if err := m.exec(ctx, "ANALYZE stage_resident (n, match_hash, unit_code)"); err != nil {
		return err
	}
	if err := m.sections(ctx, []string{"multi", "same"}); err != nil {
		return err
	}
	var same int64
	if err := m.tx.QueryRow(ctx, "SELECT count(*) FROM same", pgx.QueryExecModeExec).Scan(&same); err != nil {
		return err
	}
	if same < m.n-m.rejects.total {
		if err := m.otherResidents(ctx); err != nil {
			return err
		}
	} else {
		m.count("resident", importers.Counts{Unchanged: same})
		m.count("residence", importers.Counts{Unchanged: same})
	}
	if m.batch.Mode == importers.Replace {
		return m.sections(ctx, []string{"replace"})
	}
	return nil
}

// otherResidents merges the rows that the section same did not find alike.
func (m *merger) otherResidents(ctx context.Context) error {
	if err := m.sections(ctx, residentCompare); err != nil {
		return err
	}
	c, err := m.residentRejects(ctx)
	if err != nil {
		return err
	}
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
	m.count("resident", c)
	return m.countHomes(ctx)
}

// residentRejects collects the rows that cannot be merged, and counts them.
func (m *merger) residentRejects(ctx context.Context) (c importers.Counts, err error) {
	before := m.rejects.total
	err = m.collect(ctx, "resident", "SELECT problem, row, first_row FROM merge_resident WHERE problem IS NOT NULL ORDER BY n")
	c.Rejected = m.rejects.total - before
	return c, err
}

// firstResidents fills an empty register. Ids are numbered without asking
// the sequences for each: nobody else can be asking.
func (m *merger) firstResidents(ctx context.Context) error {
	var person, home, household int64
	err := m.tx.QueryRow(ctx, `SELECT nextval(pg_get_serial_sequence('resident', 'id')) - 1,
		nextval(pg_get_serial_sequence('residence', 'id')) - 1, nextval(pg_get_serial_sequence('household', 'id')) - 1`).
		Scan(&person, &home, &household)
	if err != nil {
		return err
	}
	ids := strings.NewReplacer("{person}", strconv.FormatInt(person, 10), "{home}", strconv.FormatInt(home, 10),
		"{household}", strconv.FormatInt(household, 10))
	var c importers.Counts
	var tags int64
	for _, step := range []struct {
		table, name string
		rows        *int64
	}{
		{table: "resident", name: "multi"},
		{table: "resident_first", name: "merge"},
		{table: "resident_first", name: "leaders"},
		{table: "resident_first", name: "persons"},
		{table: "resident_first", name: "homes", rows: &c.Created},
		{table: "resident_first", name: "tags", rows: &tags},
		{table: "resident_first", name: "loads"},
	} {
		sql, err := section(step.table, step.name)
		if err != nil {
			return err
		}
		if sql = ids.Replace(m.fill(sql, "")); step.rows == nil {
			err = m.exec(ctx, sql)
		} else {
			var tag pgconn.CommandTag
			tag, err = m.tx.Exec(ctx, sql, pgx.QueryExecModeExec)
			*step.rows = tag.RowsAffected()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	bad, err := m.residentRejects(ctx)
	if err != nil {
		return err
	}
	c.Rejected = bad.Rejected
	var households int64
	err = m.tx.QueryRow(ctx, `SELECT count(*), setval(pg_get_serial_sequence('household', 'id'), greatest(max(id), $1 + 1)),
		setval(pg_get_serial_sequence('resident', 'id'), $2), setval(pg_get_serial_sequence('residence', 'id'), $3) FROM household`,
		household, person+max(m.n, 1), home+max(m.n, 1)).Scan(&households, nil, nil, nil)
	m.count("resident", c)
	m.count("household", importers.Counts{Created: households})
	m.count("residence", importers.Counts{Created: c.Created})
	m.count("tag", importers.Counts{Created: tags})
	return err
}

// countHomes counts what was made along with the persons.
func (m *merger) countHomes(ctx context.Context) error {
	var households, homes, tags importers.Counts
	err := m.tx.QueryRow(ctx, `SELECT
		(SELECT count(*) FROM new_household),
		(SELECT count(*) FROM spell WHERE act = 'new'), (SELECT count(*) FROM spell WHERE act = 'changed'),
		(SELECT count(*) FROM merge_resident WHERE problem IS NULL) + (SELECT count(*) FROM same) - (SELECT count(*) FROM spell), (SELECT count(*) FROM tag_diff WHERE had IS NULL),
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
