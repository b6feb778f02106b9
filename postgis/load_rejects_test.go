package postgis

import (
	"maps"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/household"
	"hearthmap/importers"
)

// codes lists the rejects as row:code:column.
func codes(m importers.Merged) string {
	var out []string
	for _, r := range m.Rejects {
		out = append(out, string(rune('0'+r.Row))+":"+string(r.Code)+":"+r.Column)
	}
	return strings.Join(out, " ")
}

func TestRejects(t *testing.T) {
	db := openTown(t)
	town(t, db)
	with := func(b household.Building, change func(*household.Building)) household.Building {
		change(&b)
		return b
	}
	cases := []struct {
		name     string
		kind     importers.Kind
		entities []importers.Entity
		rejects  string
	}{
		{"areas", importers.Areas, []importers.Entity{
			household.Area{Code: "9901", Name: "甲", Level: household.LevelCity, Geom: multi(square(1, 1, 1))},
			household.Area{Code: "9901", Name: "乙", Level: household.LevelCity, Geom: multi(square(1, 1, 1))},
			household.Area{Code: "990101", Name: "丙", Level: household.LevelDistrict, ParentCode: "nowhere", Geom: multi(square(1, 1, 1))},
			household.Area{Code: "990101001", Name: "丁", Level: household.LevelStreet, ParentCode: "990101", Geom: multi(square(1, 1, 1))},
			household.Area{Code: "990102", Name: "戊", Level: household.LevelDistrict, ParentCode: "990001001", Geom: multi(square(1, 1, 1))},
			household.Area{Code: "9902", Name: "己", Level: "province", Geom: multi(square(1, 1, 1))},
			household.Area{Code: "9903", Name: "庚", Level: household.LevelGrid, ParentCode: "nowhere", Geom: multi(square(1, 1, 1))},
			household.Area{Code: "9904", Name: "辛\xff", Level: household.LevelCity, Geom: multi(square(1, 1, 1))},
		}, "2:duplicate:code 3:reference:parent_code 4:reference:parent_code 5:reference:parent_code 6:value:level 7:reference:parent_code 8:encoding:name"},
		{"compounds", importers.Compounds, []importers.Entity{
			household.Compound{Code: "C8", AreaCode: "nowhere", Geom: multi(square(1, 1, 1))},
			household.Gate{Code: "G8", CompoundCode: "nowhere", Geom: orb.Point{1, 1}},
			household.Gate{Code: "G9", CompoundCode: "C8", Geom: orb.Point{1, 1}},
			household.Barrier{Code: "W8", Kind: "moat", Geom: orb.MultiLineString{{{1, 1}, {2, 2}}}},
			household.Land{Code: "", Geom: multi(square(1, 1, 1))},
		}, "1:reference:area_code 2:reference:compound 3:reference:compound 4:value:kind 5:missing:code"},
		{"streets", importers.Streets, []importers.Entity{
			household.Street{Code: "S8", NodeIDs: []int64{1}, Geom: orb.LineString{{1, 1}, {2, 2}}},
			household.Street{Code: "S9", FootOneway: 2, Geom: orb.LineString{{1, 1}, {2, 2}}},
			household.Street{Code: "S7", Geom: orb.LineString{{1, 1}}},
		}, "1:geometry:geometry 2:value:foot_oneway 3:geometry:geometry"},
		{"buildings", importers.Buildings, []importers.Entity{
			with(building("B8", 1, 1), func(b *household.Building) { b.AreaCode = "nowhere" }),
			with(building("B9", 1, 1), func(b *household.Building) { b.CompoundCode = "nowhere" }),
			with(building("B7", 1, 1), func(b *household.Building) { b.Geom = orb.Point{math.NaN(), 1} }),
			with(building("B6", 1, 1), func(b *household.Building) { b.Geom = orb.LineString{{1, 1}, {2, 2}} }),
			with(building("B5", 1, 1), func(b *household.Building) { b.Geom = orb.Polygon{{{1, 1}, {2, 1}, {2, 2}, {1, 2}}} }),
			household.Entrance{BuildingCode: "B8", Number: "1"},
			household.Entrance{BuildingCode: "nowhere", Number: "1"},
		}, "1:reference:area_code 2:reference:compound 3:geometry:geometry 4:geometry:geometry 5:geometry:geometry 6:reference:building_code 7:reference:building_code"},
		{"units", importers.Units, []importers.Entity{
			unit("nowhere", "1", 1, "101"), unit("B1", "1", 0, "103"), unit("B1", "1", 1, "104"), unit("B1", "1", 2, "104"),
		}, "1:reference:building_code 2:value:floor 4:duplicate:code"},
		{"residents", importers.Residents, []importers.Entity{
			livingAt(t, 1, "B1", "1", "999", household.RelationHead),
			livingAt(t, 2, "B1", "1", "101", household.RelationHead),
			livingAt(t, 2, "B1", "1", "102", household.RelationHead),
			func() household.Resident {
				p := livingAt(t, 3, "B1", "1", "101", household.RelationHead)
				p.Sex = "?"
				return p
			}(),
		}, "1:reference:room 3:duplicate:id_number 4:value:sex"},
		{"facilities", importers.Facilities, []importers.Entity{
			household.Facility{Code: "F8", Category: "clinic", Geom: orb.Point{181, 0}},
			household.Facility{Code: "F9", Geom: orb.Point{1, 1}},
		}, "1:geometry:geometry 2:missing:category"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := loadItems(t, db, importers.Batch{Kind: c.kind}, c.entities...)
			if got := codes(m); got != c.rejects {
				t.Errorf("rejects\n%s, want\n%s", got, c.rejects)
			}
			for _, r := range m.Rejects {
				if r.Reason == "" || r.Suggestion == "" {
					t.Errorf("row %d: reason %q, suggestion %q", r.Row, r.Reason, r.Suggestion)
				}
			}
			kept := one[int64](t, db, "SELECT count(*) FROM import_reject WHERE batch_id = (SELECT max(id) FROM import_batch)")
			if kept != int64(len(m.Rejects)) {
				t.Errorf("%d rejects are kept of %d", kept, len(m.Rejects))
			}
		})
	}
}

func TestDuplicateNamesTheFirstRow(t *testing.T) {
	db := openTown(t)
	f := household.Facility{Code: "F1", Category: "clinic", Geom: orb.Point{1, 1}}
	g := f
	g.Code = "F2"
	m := loadItems(t, db, importers.Batch{Kind: importers.Facilities}, g, f, f, f)
	if len(m.Rejects) != 2 || m.Rejects[1].Row != 4 || !strings.Contains(m.Rejects[1].Reason, "row 2") {
		t.Errorf("%+v", m.Rejects)
	}
}

func TestModeInsertRejectsWhatExists(t *testing.T) {
	db := openTown(t)
	town(t, db)
	insert := importers.Batch{Kind: importers.Units, Mode: importers.Insert}
	m := loadItems(t, db, insert, unit("B1", "1", 5, "101"), unit("B1", "1", 1, "103"))
	want(t, m, "unit", 1, 0, 0, 1)
	if m.Rejects[0].Code != importers.RejectExists || one[int16](t, db, "SELECT floor FROM unit WHERE code = 'B1-1-101'") != 1 {
		t.Errorf("an existing unit was changed: %+v", m.Rejects)
	}
	insert.Kind = importers.Residents
	p := livingAt(t, 1, "B1", "1", "101", household.RelationHead)
	want(t, loadItems(t, db, insert, p), "resident", 1, 0, 0, 0)
	want(t, loadItems(t, db, insert, p), "resident", 0, 0, 0, 1)
}

// A code may be read in two ways: entrance 2 of building A-1, or entrance 1-2
// of building A.
func TestCodesThatCollide(t *testing.T) {
	db := openTown(t)
	loadItems(t, db, importers.Batch{Kind: importers.Buildings}, building("A", 1, 1), building("A-1", 1.1, 1))
	loadItems(t, db, importers.Batch{Kind: importers.Units}, unit("A-1", "2", 1, "101"))
	m := loadItems(t, db, importers.Batch{Kind: importers.Units}, unit("A", "1-2", 1, "101"))
	if got := codes(m); got != "1:duplicate:code" {
		t.Errorf("rejects %s", got)
	}
	m = loadItems(t, db, importers.Batch{Kind: importers.Buildings}, household.Entrance{BuildingCode: "A", Number: "1-2"})
	if got := codes(m); got != "1:duplicate:code" {
		t.Errorf("rejects %s", got)
	}
}

func TestBeginRefuses(t *testing.T) {
	db := openTown(t)
	for name, b := range map[string]importers.Batch{
		"kind":   {Kind: "roads"},
		"mode":   {Kind: importers.Areas, Mode: "merge"},
		"source": {Kind: importers.Areas, Source: "a\x00b"},
	} {
		if _, err := db.Begin(t.Context(), b); household.CodeOf(err) != household.Invalid || household.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	bare := *db
	bare.Keys = nil
	if _, err := bare.Begin(t.Context(), importers.Batch{Kind: importers.Residents}); household.CodeOf(err) != household.Unavailable {
		t.Errorf("residents without keys: %v", err)
	}
	// A kind's load takes its own entities only.
	l, err := db.Begin(t.Context(), importers.Batch{Kind: importers.Facilities})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Stage(t.Context(), []importers.Item{{Row: 1, Entity: building("B", 1, 1)}}); household.CodeOf(err) != household.Internal {
		t.Errorf("a building among facilities: %v", err)
	}
	for range 2 {
		if err := l.Rollback(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestKeptRejectsAreBounded(t *testing.T) {
	db := openTown(t)
	l, err := db.Begin(t.Context(), importers.Batch{Kind: importers.Streets})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Rollback(t.Context()) }()
	if _, err := l.Merge(t.Context()); err != nil {
		t.Fatal(err)
	}
	rejects := make([]importers.Reject, maxKeptRejects+3)
	for i := range rejects {
		rejects[i] = importers.Reject{Row: int64(i), Code: importers.RejectValue, Reason: "no"}
	}
	if _, err := l.Commit(t.Context(), importers.Counts{}, rejects); err != nil {
		t.Fatal(err)
	}
	last := one[string](t, db, "SELECT count(*) || ' ' || max(reason) FILTER (WHERE code = 'more') FROM import_reject")
	if last != "100001 3 more rows were rejected than are kept here" {
		t.Error(last)
	}
	if n := one[int64](t, db, "SELECT count(*) FROM change"); n != 0 {
		t.Errorf("an import without rows left %d changes", n)
	}
}

// TestRejectsInMemoryAreBounded loads a file most of whose rows lead nowhere:
// some are kept, all are counted, the others go on.
func TestRejectsInMemoryAreBounded(t *testing.T) {
	db := openTown(t)
	town(t, db)
	db.maxRejects = 10
	var rows []importers.Entity
	for i := range 600 {
		p := livingAt(t, i, "B1", "1", "999", household.RelationOther)
		switch {
		case i%100 == 7:
			p.Room = "101"
		case i%3 == 0:
			p.Sex = "?"
		}
		rows = append(rows, p)
	}
	for _, bulkFrom := range []int64{1 << 40, 1} {
		db.bulkFrom = bulkFrom
		l, err := db.Begin(t.Context(), importers.Batch{Kind: importers.Residents})
		if err != nil {
			t.Fatal(err)
		}
		items := make([]importers.Item, len(rows))
		for i, p := range rows {
			items[i] = importers.Item{Row: int64(i + 1), Entity: p}
		}
		if err := l.Stage(t.Context(), items); err != nil {
			t.Fatal(err)
		}
		m, err := l.Merge(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := maps.Clone(m.More)
		for _, r := range m.Rejects {
			got[r.Code]++
		}
		want(t, m, "resident", 6, 0, 0, got[importers.RejectReference])
		// Row 8 and every hundredth after it are good, a third of the others
		// has no such sex, the rest no such unit.
		wanted := map[importers.RejectCode]int64{importers.RejectValue: 198, importers.RejectReference: 396}
		if len(m.Rejects) != db.maxRejects || !maps.Equal(got, wanted) {
			t.Errorf("%d rejects are kept, of %v in all, want %v", len(m.Rejects), got, wanted)
		}
		if err := l.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
