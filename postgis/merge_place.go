package postgis

import (
	"context"
	"fmt"
)

// touchedTable holds the areas, grids and compounds that this load made,
// changed or ended.
const touchedTable = `CREATE TEMP TABLE touched (entity text, id bigint, geom geometry) ON COMMIT DROP;`

func touchSQL(t table) string {
	return fmt.Sprintf(`INSERT INTO touched
SELECT '%[1]s', t.id, t.geom FROM merge_%[1]s m JOIN %[1]s t ON t.code = m.code WHERE m.act IN ('new', 'changed')
UNION ALL
SELECT '%[1]s', t.id, t.geom FROM %[1]s t
 WHERE t.id IN (SELECT entity_id FROM load_change WHERE entity = '%[1]s' AND op = 'end');
`, t.name)
}

// finding is a reference that is found by place: the column of a table whose
// point lies in a row of another.
type finding struct {
	in       string // area, grid, compound
	table    string
	column   string
	point    string // expression over t
	given    string // the column that says that a file named it, or "false"
	building string // expression over t for the change row
}

var findings = []finding{
	{"area", "grid", "area_id", "ST_PointOnSurface(t.geom)", "t.area_given", "NULL::bigint"},
	{"area", "compound", "area_id", "ST_PointOnSurface(t.geom)", "t.area_given", "NULL::bigint"},
	{"area", "facility", "area_id", "t.geom", "false", "NULL::bigint"},
	{"area", "building", "area_id", "t.point", "t.area_given", "t.id"},
	{"grid", "building", "grid_id", "t.point", "false", "t.id"},
	{"compound", "building", "compound_id", "t.point", "t.compound_given", "t.id"},
}

// findPlaces finds anew where things lie that lay, or now lie, in what this
// load touched. These rows keep their batch: no file named them.
func (m *merger) findPlaces(ctx context.Context) error {
	touched := map[string]bool{}
	rows, err := m.tx.Query(ctx, "SELECT DISTINCT entity FROM touched")
	if err != nil {
		return err
	}
	for rows.Next() {
		var entity string
		if err := rows.Scan(&entity); err != nil {
			return err
		}
		touched[entity] = true
	}
	if err := rows.Err(); err != nil || len(touched) == 0 {
		return err
	}
	if err := m.exec(ctx, "CREATE INDEX ON touched USING gist (geom); ANALYZE touched"); err != nil {
		return err
	}
	for _, f := range findings {
		if !touched[f.in] {
			continue
		}
		if err := m.exec(ctx, f.sql()); err != nil {
			return fmt.Errorf("finding the %s of each %s: %w", f.in, f.table, err)
		}
	}
	return nil
}

// sql finds anew where rows lie that lay, or now lie, in what was touched.
func (f finding) sql() string {
	return f.sqlWhere(fmt.Sprintf("(t.%[1]s IN (SELECT id FROM touched WHERE entity = '%[2]s')\n"+
		"            OR EXISTS (SELECT FROM touched g WHERE g.entity = '%[2]s' AND ST_Covers(g.geom, %[3]s)))", f.column, f.in, f.point))
}

// sqlWhere does so for the rows t of which the condition is true.
func (f finding) sqlWhere(condition string) string {
	level := ""
	if f.in == "area" {
		level = "a.level = 'community' AND "
	}
	return fmt.Sprintf(`CREATE TEMP TABLE found AS
SELECT q.id, q.was, q.now FROM (
    SELECT t.id, t.%[3]s AS was,
           (SELECT a.id FROM %[1]s a WHERE %[7]sa.ended_on IS NULL AND ST_Covers(a.geom, %[4]s) ORDER BY a.code LIMIT 1) AS now
      FROM %[2]s t
     WHERE t.ended_on IS NULL AND NOT %[5]s
       AND %[8]s) q
 WHERE q.was IS DISTINCT FROM q.now;
INSERT INTO load_change (entity, entity_id, building_id, op, old, west, south, east, north)
SELECT '%[2]s', t.id, %[6]s, 'update', jsonb_build_object('%[3]s', f.was),
       ST_XMin(t.geom), ST_YMin(t.geom), ST_XMax(t.geom), ST_YMax(t.geom)
  FROM found f JOIN %[2]s t ON t.id = f.id;
UPDATE %[2]s t SET %[3]s = f.now FROM found f WHERE f.id = t.id;
DROP TABLE found;
`, f.in, f.table, f.column, f.point, f.given, f.building, level, condition)
}
