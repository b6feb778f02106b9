package postgis

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// undoTable is one of the tables that loads write, as an undo sees it.
type undoTable struct {
	name     string
	columns  []string // that can be restored
	refs     []reference
	restored bool // some of its rows were; the table undo_NAME has them
	hasCode  bool
	hasGeom  bool
	building string // expression over t for a change's building
}

// reference is a column that refers to a table's id.
type reference struct{ table, column string }

// undoOrder is the order of deleting: what refers comes before what it
// refers to.
var undoOrder = []string{
	"tag", "residence", "household", "resident", "unit", "entrance", "facility", "gate", "building", "compound", "grid",
	"area", "street", "barrier", "land",
}

// keyless are the references that have no key in the database (see
// docs/adr/0006).
var keyless = map[string][]reference{
	"resident":  {{"residence", "resident_id"}, {"tag", "resident_id"}, {"resident_alias", "resident_id"}},
	"household": {{"residence", "household_id"}},
	"unit":      {{"residence", "unit_id"}, {"household", "unit_id"}},
	"entrance":  {{"unit", "entrance_id"}},
	"building":  {{"residence", "building_id"}, {"unit", "building_id"}},
}

// undoTables describes the tables of these parts in the order of deleting. Columns and keys are read from the database, so
// that columns and tables of later migrations are seen.
func undoTables(ctx context.Context, tx pgx.Tx, writes []part) ([]undoTable, error) {
	var out []undoTable
	for _, name := range undoOrder {
		p, ok := partOfTable[name]
		if !ok {
			p = partPersons // household, residence, tag
		}
		if !slices.Contains(writes, p) {
			continue
		}
		t := undoTable{name: name, building: "NULL::bigint"}
		rows, err := tx.Query(ctx, `SELECT attname::text FROM pg_attribute
			WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
			  AND attname NOT IN ('id', 'code', 'created_batch') ORDER BY attnum`, name)
		if err != nil {
			return nil, err
		}
		if t.columns, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			return nil, err
		}
		t.hasCode = p != partPersons
		t.hasGeom = slices.Contains(t.columns, "geom") && name != "entrance"
		switch {
		case name == "building":
			t.building = "t.id"
		case slices.Contains(t.columns, "building_id"):
			t.building = "t.building_id"
		case name == "household":
			t.building = "(SELECT h.building_id FROM unit h WHERE h.id = t.unit_id)"
		}
		t.refs = append(t.refs, keyless[name]...)
		rows, err = tx.Query(ctx, `SELECT c.conrelid::regclass::text, a.attname::text FROM pg_constraint c
			JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
			WHERE c.contype = 'f' AND c.confrelid = $1::text::regclass ORDER BY 1, 2`, name)
		if err != nil {
			return nil, err
		}
		keys, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Table, Column string }])
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			if r := (reference{k.Table, k.Column}); !slices.Contains(t.refs, r) {
				t.refs = append(t.refs, r)
			}
		}
		slices.SortFunc(t.refs, func(a, b reference) int {
			return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.column, b.column))
		})
		out = append(out, t)
	}
	return out, nil
}

// placed is true for the tables in which others are found by place.
func (t undoTable) placed() bool { return t.name == "area" || t.name == "grid" || t.name == "compound" }

func (t undoTable) refersToItself() bool {
	return slices.ContainsFunc(t.refs, func(r reference) bool { return r.table == t.name })
}

// madeSQL finds the rows that undone batches made, and whether somebody
// edited them since.
func (t undoTable) madeSQL() string {
	return fmt.Sprintf(`INSERT INTO undo_made (entity, id, own, edited)
SELECT '%[1]s', t.id, t.created_batch = {undone}, EXISTS (
       SELECT FROM change c WHERE c.entity = '%[1]s' AND c.entity_id = t.id
          AND (c.batch_id IS NULL OR c.batch_id NOT IN (SELECT id FROM undo_void) AND c.old ? 'updated_batch'))
  FROM %[1]s t WHERE t.created_batch IN (SELECT id FROM undo_void WHERE load);
`, t.name)
}

// removeSQL deletes the rows that were made, are unedited, and that nothing
// refers to.
func (t undoTable) removeSQL() string {
	var free strings.Builder
	for _, r := range t.refs {
		fmt.Fprintf(&free, "\n   AND NOT EXISTS (SELECT FROM %s r WHERE r.%s = t.id)", r.table, r.column)
	}
	geom := "NULL::geometry"
	switch {
	case t.hasGeom:
		geom = "t.geom"
	case t.building != "NULL::bigint":
		geom = "(SELECT b.geom FROM building b WHERE b.id = " + t.building + ")"
	}
	return fmt.Sprintf(`WITH gone AS (
DELETE FROM %[1]s t USING undo_made m
 WHERE m.entity = '%[1]s' AND NOT m.edited AND m.id = t.id
   AND NOT EXISTS (SELECT FROM change_request r WHERE r.entity = '%[1]s' AND r.entity_id = t.id)%[2]s
RETURNING t.id, ST_Envelope(%[3]s) AS geom)
INSERT INTO undo_gone SELECT '%[1]s', id, geom FROM gone`, t.name, free.String(), geom)
}

// removedSQL notes that rows are gone: one change for all, as for a load.
func (t undoTable) removedSQL() string {
	return fmt.Sprintf(`INSERT INTO load_change (entity, op, %[2]s)
SELECT '%[1]s', 'delete', min(ST_XMin(geom)), min(ST_YMin(geom)), max(ST_XMax(geom)), max(ST_YMax(geom))
  FROM undo_gone WHERE entity = '%[1]s';
INSERT INTO touched SELECT entity, id, geom FROM undo_gone WHERE entity = '%[1]s' AND entity IN ('area', 'grid', 'compound');
`, t.name, bounds)
}

// reasonsSQL says what holds the rows that stayed.
func (t undoTable) reasonsSQL() string {
	var b strings.Builder
	left := "m.entity = '" + t.name + "' AND m.own AND m.why IS NULL AND m.id NOT IN (SELECT id FROM undo_gone WHERE entity = '" + t.name + "')"
	fmt.Fprintf(&b, "UPDATE undo_made m SET why = 'edited since' WHERE %s AND m.edited;\n", left)
	for _, r := range t.refs {
		if slices.Contains(undoOrder, r.table) {
			fmt.Fprintf(&b, "INSERT INTO undo_later SELECT DISTINCT r.created_batch FROM %s r JOIN undo_made m ON m.id = r.%s WHERE %s AND r.created_batch <> {undone};\n",
				r.table, r.column, left)
		}
	}
	for _, r := range t.refs {
		fmt.Fprintf(&b, "UPDATE undo_made m SET why = 'in use: a row of %[1]s refers to it' WHERE %[3]s AND EXISTS (SELECT FROM %[1]s r WHERE r.%[2]s = m.id);\n",
			r.table, r.column, left)
	}
	fmt.Fprintf(&b, "UPDATE undo_made m SET why = 'in use: a change request is about it' WHERE %s;\n", left)
	return b.String()
}

// touchSQL notes the ground that restored areas covered and cover.
func (t undoTable) touchSQL() string {
	return fmt.Sprintf(`INSERT INTO touched SELECT '%[1]s', id, geom FROM undo_%[1]s
UNION ALL SELECT '%[1]s', id, undo_geom FROM undo_%[1]s;
`, t.name)
}
