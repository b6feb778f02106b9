package postgis

import (
	"fmt"
	"strings"

	"hearthmap/household"
)

// compareSQL makes the table merge_NAME: the resolved rows with the id of
// what exists and what is to be done (act): new, changed, same, or the name of
// what is wrong.
func compareSQL(t table, resolve string) string {
	return fmt.Sprintf(`CREATE TEMP TABLE merge_%[1]s ON COMMIT DROP AS
SELECT q.*, t.id, d.row AS first_row,
       CASE WHEN d.n < q.n THEN 'duplicate'
            WHEN q.problem IS NOT NULL THEN q.problem
            WHEN t.id IS NULL THEN 'new'
            WHEN t.ended_on IS NOT NULL THEN 'changed'
            WHEN {insert} THEN 'exists'
            WHEN (%[3]s) IS DISTINCT FROM (%[4]s) THEN 'changed'
            ELSE 'same' END AS act
  FROM (%[2]s) q
  LEFT JOIN (SELECT code, min(n) AS n, min(row) AS row FROM stage_%[1]s GROUP BY code HAVING count(*) > 1) d ON d.code = q.code
  LEFT JOIN %[1]s t ON t.code = q.code`, t.name, resolve, prefixed("t.", t.cols), prefixed("q.", t.cols))
}

func prefixed(prefix string, cols []string) string {
	return prefix + strings.Join(cols, ", "+prefix)
}

func (t table) written() []string { return append(append([]string{}, t.cols...), t.follows...) }

func insertSQL(t table) string {
	cols := strings.Join(t.written(), ", ")
	return fmt.Sprintf(`INSERT INTO %[1]s (code, %[2]s, created_batch)
SELECT code, %[2]s, {batch} FROM merge_%[1]s WHERE act = 'new' ORDER BY n;
`, t.name, cols)
}

func updateSQL(t table) string {
	cols := strings.Join(t.written(), ", ")
	var set strings.Builder
	for _, c := range t.written() {
		fmt.Fprintf(&set, "%[1]s = excluded.%[1]s, ", c)
	}
	return fmt.Sprintf(`INSERT INTO %[1]s (code, %[2]s)
SELECT code, %[2]s FROM merge_%[1]s WHERE act = 'changed'
ON CONFLICT (code) DO UPDATE SET %[3]sended_on = NULL, updated_batch = {batch};
`, t.name, cols, set.String())
}

// boundsOf are the four columns of a change's bounds: old ∪ new.
const bounds = "west, south, east, north"

func unionBounds(a, b string) string {
	return fmt.Sprintf("least(ST_XMin(%[1]s), ST_XMin(%[2]s)), least(ST_YMin(%[1]s), ST_YMin(%[2]s)), "+
		"greatest(ST_XMax(%[1]s), ST_XMax(%[2]s)), greatest(ST_YMax(%[1]s), ST_YMax(%[2]s))", a, b)
}

// oldValues is a jsonb expression of the columns of t that differ in m, with
// the row's batch and end. Geometries are hexadecimal EWKB, so that
// jsonb_populate_record restores every bit.
func oldValues(t table) string {
	var b strings.Builder
	b.WriteString("jsonb_build_object('updated_batch', t.updated_batch, 'ended_on', t.ended_on)")
	for _, c := range t.written() {
		value := "t." + c
		if c == "geom" || c == "point" {
			value += "::text"
		}
		fmt.Fprintf(&b, "\n       || CASE WHEN t.%[1]s IS DISTINCT FROM m.%[1]s THEN jsonb_build_object('%[1]s', %[2]s) ELSE '{}' END", c, value)
	}
	return b.String()
}

// updateChangesSQL notes each row that is about to change.
func updateChangesSQL(t table) string {
	building, join, box := "NULL", "", unionBounds("t.geom", "m.geom")
	if t.building != "" {
		building = "t." + t.building
	}
	if !t.hasGeom {
		join = " LEFT JOIN building b ON b.id = t.building_id"
		box = unionBounds("b.geom", "b.geom")
	}
	return fmt.Sprintf(`INSERT INTO load_change (entity, entity_id, building_id, op, old, %s)
SELECT '%s', t.id, %s, 'update', %s, %s
  FROM merge_%[2]s m JOIN %[2]s t ON t.id = m.id%[6]s WHERE m.act = 'changed';
`, bounds, t.name, building, oldValues(t), box, join)
}

// loadChangeSQL notes that rows were created, with the bounds of all.
func loadChangeSQL(t table) string {
	from := fmt.Sprintf("merge_%s g WHERE g.act = 'new'", t.name)
	if !t.hasGeom {
		from = fmt.Sprintf("building g WHERE g.id IN (SELECT building_id FROM merge_%s WHERE act = 'new')", t.name)
	}
	return fmt.Sprintf(`INSERT INTO load_change (entity, op, %s)
SELECT '%s', 'load', min(ST_XMin(g.geom)), min(ST_YMin(g.geom)), max(ST_XMax(g.geom)), max(ST_YMax(g.geom)) FROM %s;
`, bounds, t.name, from)
}

// ownedSQL is true for rows that a load of the same kind and source made or
// changed.
const ownedSQL = `(t.created_batch IN (SELECT id FROM own_batch) OR t.updated_batch IN (SELECT id FROM own_batch))`

// ownBatches are the earlier loads of the same kind and source.
const ownBatches = `WITH own_batch AS (SELECT id FROM import_batch
    WHERE kind = {kind} AND source = {source} AND id <> {batch} AND finished_at IS NOT NULL AND undone_at IS NULL)
`

// endSQL ends the rows that this kind and source loaded before and that the
// file lacks. Rows that it has but that were rejected stay. Areas end by
// level: a file of communities says nothing about districts.
func endSQL(t table, level household.AreaLevel) string {
	building, box, join := "NULL", unionBounds("t.geom", "t.geom"), ""
	if t.building != "" {
		building = "t." + t.building
	}
	if !t.hasGeom {
		join, box = " LEFT JOIN building b ON b.id = t.building_id", unionBounds("b.geom", "b.geom")
	}
	where := fmt.Sprintf("t.ended_on IS NULL AND %s AND NOT EXISTS (SELECT FROM stage_%[2]s s WHERE s.code = t.code)", ownedSQL, t.name)
	if level != "" {
		where += " AND t.level = '{level}'"
	}
	return fmt.Sprintf(`%[7]sINSERT INTO load_change (entity, entity_id, building_id, op, old, %[1]s)
SELECT '%[2]s', t.id, %[3]s, 'end', jsonb_build_object('updated_batch', t.updated_batch, 'ended_on', NULL), %[4]s
  FROM %[2]s t%[5]s WHERE %[6]s;
UPDATE %[2]s t SET ended_on = current_date, updated_batch = {batch}
 WHERE t.id IN (SELECT entity_id FROM load_change WHERE entity = '%[2]s' AND op = 'end');
`, bounds, t.name, building, box, join, where, ownBatches)
}
