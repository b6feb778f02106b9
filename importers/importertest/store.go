// Package importertest has an importers.Store in memory: a small, plain
// implementation of what a store must do, for tests of the pipeline and as
// the oracle for stores that are fast.
package importertest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"hearthmap/household"
	"hearthmap/importers"
)

// Store keeps entities by table and key. The zero value is empty and ready.
// It is used from one goroutine.
type Store struct {
	tables  map[string]map[string]importers.Entity
	batches []importers.BatchInfo
	// Rejects are the rejects of every batch, by batch id.
	Rejects map[int64][]importers.Reject
	// Reviews are the doubtful addresses of the newest batch that had some.
	Reviews []importers.Review
	open    bool
}

// Table returns the entities of the table by key.
func (s *Store) Table(name string) map[string]importers.Entity { return s.tables[name] }

// Batches implements importers.Store.
func (s *Store) Batches(context.Context) ([]importers.BatchInfo, error) {
	return slices.Clone(s.batches), nil
}

// Begin implements importers.Store.
func (s *Store) Begin(_ context.Context, b importers.Batch) (importers.Load, error) {
	if s.open {
		return nil, fmt.Errorf("importertest: a load is under way")
	}
	s.open = true
	work := map[string]map[string]importers.Entity{}
	for t, rows := range s.tables {
		work[t] = maps.Clone(rows)
	}
	return &load{store: s, batch: b, work: work, started: time.Now()}, nil
}

type load struct {
	store   *Store
	batch   importers.Batch
	work    map[string]map[string]importers.Entity
	staged  []importers.Item
	started time.Time
	done    bool
}

// Key returns the table of the entity and its key there. People without an
// identity number are known by name, birth date, sex and unit.
func Key(e importers.Entity) (table, key string) {
	switch e := e.(type) {
	case household.Area:
		if e.Level == household.LevelGrid {
			return "grid", e.Code
		}
		return "area", e.Code
	case household.Compound:
		return "compound", e.Code
	case household.Gate:
		return "gate", e.Code
	case household.Barrier:
		return "barrier", e.Code
	case household.Land:
		return "land", e.Code
	case household.Street:
		return "street", e.Code
	case household.Building:
		return "building", e.Code
	case household.Entrance:
		return "entrance", e.Code()
	case household.Unit:
		return "unit", e.Code()
	case household.Resident:
		if e.ID != "" {
			return "resident", string(e.ID)
		}
		return "resident", fmt.Sprint(e.Name, "|", e.BirthDate.Format(time.DateOnly), "|", e.Sex, "|", e.UnitCode())
	case household.Facility:
		return "facility", e.Code
	}
	return "", ""
}

// references returns the keys the entity refers to, by table, with the
// column that names them.
func references(e importers.Entity) (table, key, column string) {
	switch e := e.(type) {
	case household.Area:
		if e.ParentCode != "" {
			return "area", e.ParentCode, "parent_code"
		}
	case household.Compound:
		if e.AreaCode != "" {
			return "area", e.AreaCode, "area_code"
		}
	case household.Gate:
		if e.CompoundCode != "" {
			return "compound", e.CompoundCode, "compound_code"
		}
	case household.Building:
		if e.AreaCode != "" {
			return "area", e.AreaCode, "area_code"
		}
		if e.CompoundCode != "" {
			return "compound", e.CompoundCode, "compound"
		}
	case household.Entrance:
		return "building", e.BuildingCode, "building_code"
	case household.Unit:
		return "building", e.BuildingCode, "building_code"
	case household.Resident:
		return "unit", e.UnitCode(), "room"
	}
	return "", "", ""
}

func (l *load) Stage(ctx context.Context, items []importers.Item) error {
	for _, item := range items {
		if item.Reject == nil {
			l.staged = append(l.staged, item)
		}
	}
	return ctx.Err()
}

func (l *load) Merge(ctx context.Context) (importers.Merged, error) {
	m := importers.Merged{Tables: map[string]importers.Counts{}}
	reject := func(row int64, column string, code importers.RejectCode, reason, suggestion string) {
		m.Rejects = append(m.Rejects, importers.Reject{Row: row, Column: column, Code: code, Reason: reason, Suggestion: suggestion})
	}
	seen := map[string]bool{}
	given := map[string]bool{}
	for _, item := range l.staged {
		table, key := Key(item.Entity)
		given[table+"\x00"+key] = true
	}
	for _, item := range l.staged {
		table, key := Key(item.Entity)
		if table == "" {
			return m, fmt.Errorf("importertest: a store takes no %T", item.Entity)
		}
		if seen[table+"\x00"+key] {
			reject(item.Row, "code", importers.RejectDuplicate, "the key occurs before in this file", "keep one of the rows")
			continue
		}
		seen[table+"\x00"+key] = true
		if to, toKey, column := references(item.Entity); to != "" && !given[to+"\x00"+toKey] && l.work[to][toKey] == nil {
			reject(item.Row, column, importers.RejectReference, "the row refers to something that does not exist", "import that first")
			continue
		}
		old, exists := l.work[table][key]
		c := m.Tables[table]
		switch {
		case exists && l.batch.Mode == importers.Insert:
			reject(item.Row, "code", importers.RejectExists, "the key exists already", "use --mode upsert to change it")
			continue
		case !exists:
			c.Created++
		case reflect.DeepEqual(old, item.Entity):
			c.Unchanged++
		default:
			c.Updated++
		}
		m.Tables[table] = c
		if l.work[table] == nil {
			l.work[table] = map[string]importers.Entity{}
		}
		l.work[table][key] = item.Entity
	}
	if l.batch.Mode == importers.Replace {
		l.endAbsent(seen)
	}
	slices.SortStableFunc(m.Rejects, func(a, b importers.Reject) int { return cmp.Compare(a.Row, b.Row) })
	return m, ctx.Err()
}

// endAbsent removes what the file does not have, of the tables it fills.
func (l *load) endAbsent(seen map[string]bool) {
	for table, rows := range l.work {
		own := false
		for _, item := range l.staged {
			t, _ := Key(item.Entity)
			own = own || t == table
		}
		for key := range rows {
			if own && !seen[table+"\x00"+key] {
				delete(rows, key)
			}
		}
	}
}

func (l *load) Commit(_ context.Context, c importers.Counts, rejects []importers.Reject) (int64, error) {
	if l.done {
		return 0, fmt.Errorf("importertest: the load has ended")
	}
	l.done, l.store.open = true, false
	l.store.tables = l.work
	id := int64(len(l.store.batches) + 1)
	l.store.batches = append(l.store.batches, importers.BatchInfo{
		ID: id, Kind: l.batch.Kind, FileName: l.batch.FileName, Source: l.batch.Source, Mode: l.batch.Mode,
		Account: l.batch.Account, StartedAt: l.started, FinishedAt: time.Now(), Counts: c,
	})
	if l.store.Rejects == nil {
		l.store.Rejects = map[int64][]importers.Reject{}
	}
	l.store.Rejects[id] = slices.Clone(rejects)
	return id, nil
}

func (l *load) Rollback(context.Context) error {
	if !l.done {
		l.done, l.store.open = true, false
	}
	return nil
}
