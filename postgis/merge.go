package postgis

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/importers"
)

// merger brings the staged rows of one load over. All its work is done by
// statements over whole tables; only rejects come back to the program.
//
// Statements keep to what also works when the city is spread by Citus: no
// MERGE, and updates of file rows as INSERT … ON CONFLICT … DO UPDATE.
type merger struct {
	*load
	staged  map[string]bool
	levels  map[household.AreaLevel]bool
	rejects rejects
}

func (m *merger) run(ctx context.Context) error {
	if err := m.exec(ctx, touchedTable); err != nil {
		return err
	}
	for _, t := range tablesInOrder {
		if t.name == "gate" {
			// Areas, grids and compounds are in place: what lies in them is
			// found anew before buildings are compared.
			if err := m.findPlaces(ctx); err != nil {
				return err
			}
		}
		if !m.staged[t.name] {
			continue
		}
		if err := m.table(ctx, t); err != nil {
			return fmt.Errorf("merging %s: %w", t.name, err)
		}
	}
	if m.staged["resident"] {
		if err := m.residents(ctx); err != nil {
			return fmt.Errorf("merging residents: %w", err)
		}
	}
	return nil
}

// table merges one table; areas in one pass for each level, from the largest.
func (m *merger) table(ctx context.Context, t table) error {
	if err := m.analyzeStage(ctx, t); err != nil {
		return err
	}
	if t.name != "area" {
		return m.pass(ctx, t, "")
	}
	for _, level := range household.AreaLevels {
		if level == household.LevelGrid || !m.levels[level] {
			continue
		}
		if err := m.pass(ctx, t, level); err != nil {
			return err
		}
	}
	return nil
}

// stageKeys are the columns that staging tables are joined by; no plan
// depends on the others.
var stageKeys = words("n code parent_code area_code compound compound_code building_code entrance level")

// analyzeStage gathers the statistics of what was staged.
func (m *merger) analyzeStage(ctx context.Context, t table) error {
	var cols string
	err := m.tx.QueryRow(ctx, `SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
		WHERE attrelid = $1::text::regclass AND attname = ANY ($2)`, "stage_"+t.name, stageKeys).Scan(&cols)
	if err != nil {
		return err
	}
	return m.exec(ctx, "ANALYZE stage_"+t.name+" ("+cols+")")
}

func (m *merger) pass(ctx context.Context, t table, level household.AreaLevel) error {
	if t.name == "unit" {
		if err := m.missingEntrances(ctx); err != nil {
			return err
		}
	}
	resolve, err := section(t.name, "resolve")
	if err != nil {
		return err
	}
	if first, err := m.isFirst(ctx, t); err != nil {
		return err
	} else if first {
		return m.first(ctx, t, resolve)
	}
	if err := m.exec(ctx, m.fill(compareSQL(t, resolve), level)); err != nil {
		return err
	}
	c, err := m.outcome(ctx, t)
	if err != nil {
		return err
	}
	steps := []struct {
		wanted bool
		sql    string
	}{
		{c.Updated > 0, updateChangesSQL(t) + updateSQL(t)},
		{c.Created > 0, insertSQL(t) + loadChangeSQL(t)},
		{m.batch.Mode == importers.Replace, endSQL(t, level)},
		{t.placed && (c.Created+c.Updated > 0 || m.batch.Mode == importers.Replace), touchSQL(t)},
		{true, "DROP TABLE merge_" + t.name},
	}
	for _, s := range steps {
		if !s.wanted {
			continue
		}
		if err := m.exec(ctx, m.fill(s.sql, level)); err != nil {
			return err
		}
	}
	m.count(t.name, c)
	return nil
}

// count adds to the counts of a table.
func (m *merger) count(table string, c importers.Counts) {
	sum := m.merged[table]
	sum.Created += c.Created
	sum.Updated += c.Updated
	sum.Unchanged += c.Unchanged
	sum.Rejected += c.Rejected
	m.merged[table] = sum
	m.touch(table, c.Created)
}

// touch remembers tables with enough new rows to make their statistics stale.
func (m *merger) touch(table string, created int64) {
	if created >= 500 && !slices.Contains(m.touched, table) {
		m.touched = append(m.touched, table)
	}
}

// outcome counts what the comparison found and collects the rejects.
func (m *merger) outcome(ctx context.Context, t table) (importers.Counts, error) {
	var c importers.Counts
	err := m.tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE act = 'new'), count(*) FILTER (WHERE act = 'changed'),
		count(*) FILTER (WHERE act = 'same'), count(*) FILTER (WHERE act NOT IN ('new', 'changed', 'same'))
		FROM merge_`+t.name, pgx.QueryExecModeExec).Scan(&c.Created, &c.Updated, &c.Unchanged, &c.Rejected)
	if err != nil || c.Rejected == 0 {
		return c, err
	}
	return c, m.collect(ctx, t.name, "SELECT act, row, first_row FROM merge_"+t.name+
		" WHERE act NOT IN ('new', 'changed', 'same') ORDER BY n")
}

func (m *merger) collect(ctx context.Context, table, query string) error {
	rows, err := m.tx.Query(ctx, query, pgx.QueryExecModeExec)
	if err != nil {
		return err
	}
	var what string
	var row int64
	var first *int64
	_, err = pgx.ForEachRow(rows, []any{&what, &row, &first}, func() error {
		m.rejects.add(reject(table, what, row, first))
		return nil
	})
	return err
}

// fill sets the values of a load in the text of a statement. Statements that
// make tables take no parameters.
func (l *load) fill(sql string, level household.AreaLevel) string {
	return strings.NewReplacer(
		"{batch}", strconv.FormatInt(l.id, 10),
		"{insert}", strconv.FormatBool(l.batch.Mode == importers.Insert),
		"{source}", quote(l.batch.Source),
		"{kind}", quote(string(l.batch.Kind)),
		"{level}", string(level),
		"{residents}", quote(pgx.Identifier{l.db.City, "resident_id_seq"}.Sanitize()),
	).Replace(sql)
}

// missingEntrances makes the entrances that only units tell of.
func (m *merger) missingEntrances(ctx context.Context) error {
	prepare, err := section("unit", "prepare")
	if err != nil {
		return err
	}
	tag, err := m.tx.Exec(ctx, m.fill(prepare, ""), pgx.QueryExecModeExec)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	m.count("entrance", importers.Counts{Created: tag.RowsAffected()})
	return m.exec(ctx, m.fill(`INSERT INTO load_change (entity, op, west, south, east, north)
		SELECT 'entrance', 'load', min(ST_XMin(b.geom)), min(ST_YMin(b.geom)), max(ST_XMax(b.geom)), max(ST_YMax(b.geom))
		  FROM building b WHERE b.id IN (SELECT building_id FROM entrance WHERE created_batch = {batch})`, ""))
}
