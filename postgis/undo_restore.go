package postgis

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// maxUndoFailures is how many rows of one table are looked for one by one
// when a rule of the database keeps them from going back; the stretches in
// which there are more are given up as a whole.
const maxUndoFailures = 500

// restore gives the changed rows of a table their values back. Rows that a
// rule of the database keeps from it are found by halving, so that they do
// not keep the others.
func (u *undo) restore(ctx context.Context, t undoTable) error {
	if err := u.exec(ctx, t.restoreSQL()); err != nil {
		return err
	}
	var n, first int64
	err := u.tx.QueryRow(ctx, "SELECT count(*), count(*) FILTER (WHERE undo_first) FROM undo_"+t.name, pgx.QueryExecModeExec).Scan(&n, &first)
	if err != nil || n == 0 {
		return err
	}
	for i := range u.tables {
		if u.tables[i].name == t.name {
			u.tables[i].restored = true
		}
	}
	if sql, err := section("undo", "blocked_"+t.name); err == nil { // only some tables have one
		if err := u.exec(ctx, sql); err != nil {
			return err
		}
	}
	// Heads of households that step down make room for those who come back.
	var failed []int64
	for _, part := range [][2]int64{{1, first}, {first + 1, n}} {
		if part[0] > part[1] {
			continue
		}
		list, err := u.assign(ctx, t, part[0], part[1])
		if err != nil {
			return err
		}
		failed = append(failed, list...)
	}
	if err := u.again(ctx, t, failed); err != nil {
		return err
	}
	return u.exec(ctx, t.restoredSQL())
}

// assign restores the rows of the table undo_NAME from one number to
// another, and returns the numbers of those that fail.
func (u *undo) assign(ctx context.Context, t undoTable, from, to int64) (failed []int64, err error) {
	err = pgx.BeginFunc(ctx, u.tx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, t.assignSQL(), pgx.QueryExecModeExec, from, to)
		return err
	})
	switch {
	case err == nil:
		return nil, nil
	case !strings.HasPrefix(pgCode(err), "23"):
		return nil, err
	case from == to || u.failures[t.name] >= maxUndoFailures:
		u.failures[t.name]++
		for n := from; n <= to; n++ {
			failed = append(failed, n)
		}
		return failed, nil
	}
	middle := (from + to) / 2
	left, err := u.assign(ctx, t, from, middle)
	if err != nil {
		return nil, err
	}
	right, err := u.assign(ctx, t, middle+1, to)
	return append(left, right...), err
}

// again tries the rows that failed once more, for others may have made room,
// and notes those that fail for good.
func (u *undo) again(ctx context.Context, t undoTable, failed []int64) error {
	for progress := len(failed) > 0 && len(failed) <= maxUndoFailures; progress; {
		progress = false
		var still []int64
		for _, n := range failed {
			list, err := u.assign(ctx, t, n, n)
			if err != nil {
				return err
			}
			progress = progress || len(list) == 0
			still = append(still, list...)
		}
		failed = still
	}
	if len(failed) == 0 {
		return nil
	}
	_, err := u.tx.Exec(ctx, `INSERT INTO undo_failed SELECT $1, id, 'something newer stands in its place, or what it referred to is gone'
		FROM undo_`+t.name+` WHERE undo_n = ANY ($2)`, t.name, failed)
	return err
}

// restoreSQL makes the table undo_NAME: the rows to restore with their
// values before (columns as the table's) and, for the change log, those they
// have now.
func (t undoTable) restoreSQL() string {
	var now, cols strings.Builder
	now.WriteString("'{}'::jsonb")
	for _, c := range t.columns {
		value := "t." + c
		if c == "geom" || c == "point" {
			value += "::text" // as it is; to_jsonb would make GeoJSON of it
		}
		fmt.Fprintf(&now, "\n       || CASE WHEN u.was ? '%[1]s' THEN jsonb_build_object('%[1]s', %[2]s) ELSE '{}' END", c, value)
		fmt.Fprintf(&cols, "r.%s, ", c)
	}
	first := "true"
	if t.name == "residence" {
		first = "NOT (r.valid_to IS NULL AND r.relation = 'head' AND r.residency <> 'registered')"
	}
	join, box, geom := "", "NULL::float8, NULL::float8, NULL::float8, NULL::float8", "NULL::geometry"
	switch {
	case t.hasGeom:
		box, geom = unionBounds("t.geom", "r.geom"), "t.geom"
	case t.building != "NULL::bigint":
		join, box = " LEFT JOIN building b ON b.id = "+t.building, unionBounds("b.geom", "b.geom")
	}
	return fmt.Sprintf(`CREATE TEMP TABLE undo_%[1]s ON COMMIT DROP AS
SELECT *, row_number() OVER (ORDER BY undo_first DESC, id) AS undo_n FROM (
SELECT t.id, %[2]s%[3]s AS undo_first, %[4]s AS undo_building, %[5]s AS undo_geom,
       %[6]s AS undo_now, b4.*
  FROM undo_row u JOIN %[1]s t ON t.id = u.id CROSS JOIN LATERAL jsonb_populate_record(t, u.was) r%[7]s
 CROSS JOIN LATERAL (VALUES (%[8]s)) b4 (%[9]s)
 WHERE u.entity = '%[1]s' AND u.was IS NOT NULL) q;
ANALYZE undo_%[1]s;
`, t.name, cols.String(), first, t.building, geom, now.String(), join, box, bounds)
}

func (t undoTable) assignSQL() string {
	var set []string
	for _, c := range t.columns {
		set = append(set, c+" = u."+c)
	}
	return fmt.Sprintf("UPDATE %[1]s t SET %[2]s FROM undo_%[1]s u WHERE u.id = t.id AND u.undo_n BETWEEN $1 AND $2",
		t.name, strings.Join(set, ", "))
}

// restoredSQL notes each row that went back.
func (t undoTable) restoredSQL() string {
	return fmt.Sprintf(`DELETE FROM undo_%[1]s WHERE id IN (SELECT id FROM undo_failed WHERE entity = '%[1]s');
INSERT INTO load_change (entity, entity_id, building_id, op, old, %[2]s)
SELECT '%[1]s', id, undo_building, 'update', undo_now, %[2]s FROM undo_%[1]s ORDER BY undo_n;
`, t.name, bounds)
}
