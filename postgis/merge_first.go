package postgis

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"hearthmap/importers"
)

// isFirst: the rows go into a table that is empty, and there are enough of
// them. Areas come level by level: the table is not empty for long.
func (m *merger) isFirst(ctx context.Context, t table) (bool, error) {
	if m.n < m.db.bulkFrom || t.name == "area" {
		return false, nil
	}
	var empty bool
	err := m.tx.QueryRow(ctx, "SELECT NOT EXISTS (SELECT FROM "+t.name+")", pgx.QueryExecModeExec).Scan(&empty)
	return empty, err
}

// first fills an empty table: there is nothing to compare with, and the rows
// go straight from staging to the table. Only what the database finds about
// them is kept between: what each refers to, and what is wrong.
func (m *merger) first(ctx context.Context, t table, resolve string) error {
	if err := m.exec(ctx, m.fill(firstSQL(t, resolve), "")); err != nil {
		return err
	}
	c, err := m.outcome(ctx, t)
	if err != nil {
		return err
	}
	var b *bulk
	if c.Created > 0 {
		if c.Created >= m.db.bulkFrom {
			if b, err = m.openBulk(ctx, t.name); err != nil {
				return err
			}
		}
		sql := insertFirstSQL(t, c) + firstLoadSQL(t)
		if t.placed {
			sql += fmt.Sprintf("INSERT INTO touched SELECT '%[1]s', id, geom FROM %[1]s;\n", t.name)
		}
		if err := m.exec(ctx, m.fill(sql, "")); err != nil {
			return err
		}
	}
	if err := m.exec(ctx, "DROP TABLE merge_"+t.name); err != nil {
		return err
	}
	m.count(t.name, c)
	return b.close(ctx)
}

// firstSQL makes the table merge_NAME as compareSQL does, for rows of which
// none exists, without what the staging table holds.
func firstSQL(t table, resolve string) string {
	found := ""
	for _, c := range t.found {
		found += "q." + c + ", "
	}
	return fmt.Sprintf(`CREATE TEMP TABLE merge_%[1]s ON COMMIT DROP AS
SELECT q.n, q.row, %[3]sd.row AS first_row,
       CASE WHEN d.n < q.n THEN 'duplicate' WHEN q.problem IS NOT NULL THEN q.problem ELSE 'new' END AS act
  FROM (%[2]s) q
  LEFT JOIN (SELECT code, min(n) AS n, min(row) AS row FROM stage_%[1]s GROUP BY code HAVING count(*) > 1) d ON d.code = q.code`,
		t.name, resolve, found)
}

// insertFirstSQL inserts the staged rows in the file's order, all but those
// that are rejected.
func insertFirstSQL(t table, c importers.Counts) string {
	from := "stage_" + t.name + " s"
	if len(t.found) > 0 {
		from += " JOIN merge_" + t.name + " m ON m.n = s.n"
		if c.Rejected > 0 {
			from += " AND m.act = 'new'"
		}
	} else if c.Rejected > 0 {
		from += " WHERE NOT EXISTS (SELECT FROM merge_" + t.name + " m WHERE m.n = s.n AND m.act <> 'new')"
	}
	values := make([]string, 0, len(t.written()))
	for _, col := range t.written() {
		alias := "s."
		if slices.Contains(t.found, col) {
			alias = "m."
		}
		values = append(values, alias+col)
	}
	return fmt.Sprintf(`INSERT INTO %s (code, %s, created_batch)
SELECT s.code, %s, {batch} FROM %s ORDER BY s.n;
`, t.name, strings.Join(t.written(), ", "), strings.Join(values, ", "), from)
}

// firstLoadSQL notes that rows were created, with the bounds of all: the
// table holds no others.
func firstLoadSQL(t table) string {
	if !t.hasGeom {
		return loadChangeSQL(t)
	}
	return fmt.Sprintf(`INSERT INTO load_change (entity, op, %[1]s)
SELECT '%[2]s', 'load', min(ST_XMin(geom)), min(ST_YMin(geom)), max(ST_XMax(geom)), max(ST_YMax(geom)) FROM %[2]s;
`, bounds, t.name)
}
