package postgis

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"hearthmap/household"
	"hearthmap/importers"
)

// loadItems loads the entities as one file, the first being row 1, and
// commits.
func loadItems(tb testing.TB, db *DB, b importers.Batch, entities ...importers.Entity) importers.Merged {
	tb.Helper()
	ctx := tb.Context()
	if b.FileName == "" {
		b.FileName = string(b.Kind) + ".csv"
	}
	l, err := db.Begin(ctx, b)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = l.Rollback(ctx) }()
	items := make([]importers.Item, len(entities))
	for i, e := range entities {
		items[i] = importers.Item{Row: int64(i + 1), Entity: e}
	}
	if err := l.Stage(ctx, items); err != nil {
		tb.Fatal(err)
	}
	m, err := l.Merge(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	var c importers.Counts
	for _, name := range ownTables(b.Kind, m) {
		t := m.Tables[name]
		c.Created += t.Created
		c.Updated += t.Updated
		c.Unchanged += t.Unchanged
	}
	c.Read, c.Rejected = int64(len(items)), int64(len(m.Rejects))
	if got := c.Created + c.Updated + c.Unchanged + c.Rejected; got != c.Read {
		tb.Errorf("%d rows were read, but %d have an outcome: %+v", c.Read, got, m)
	}
	if _, err := l.Commit(ctx, c, m.Rejects); err != nil {
		tb.Fatal(err)
	}
	return m
}

// ownTables are those whose rows come from the file's rows one by one.
func ownTables(kind importers.Kind, m importers.Merged) []string {
	switch kind {
	case importers.Units:
		return []string{"unit"}
	case importers.Residents:
		return []string{"resident"}
	}
	return slices.Collect(maps.Keys(m.Tables))
}

// want compares the counts of a table: created, updated, unchanged, rejected.
func want(tb testing.TB, m importers.Merged, table string, created, updated, unchanged, rejected int64) {
	tb.Helper()
	got := m.Tables[table]
	if wanted := (importers.Counts{Created: created, Updated: updated, Unchanged: unchanged, Rejected: rejected}); got != wanted {
		tb.Errorf("%s: %+v, want %+v (rejects %+v)", table, got, wanted, m.Rejects)
	}
}

// one reads one value.
func one[T any](tb testing.TB, db *DB, sql string, args ...any) T {
	tb.Helper()
	var v T
	if err := db.Pool.QueryRow(tb.Context(), sql, args...).Scan(&v); err != nil {
		tb.Fatalf("%s: %v", sql, err)
	}
	return v
}

// square is a square of the side in degrees, its lower left corner at lon,
// lat.
func square(lon, lat, side float64) orb.Polygon {
	return orb.Polygon{{{lon, lat}, {lon + side, lat}, {lon + side, lat + side}, {lon, lat + side}, {lon, lat}}}
}

func multi(p orb.Polygon) orb.MultiPolygon { return orb.MultiPolygon{p} }

// townAreas are a city with two communities side by side and three grids.
func townAreas() []importers.Entity {
	return []importers.Entity{
		household.Area{Code: "9900010010020101", Name: "一网格", Level: household.LevelGrid, ParentCode: "990001001001", Geom: multi(square(123.40, 41.80, 0.005))},
		household.Area{Code: "990001001001", Name: "东社区", Level: household.LevelCommunity, ParentCode: "990001001", Geom: multi(square(123.40, 41.80, 0.01))},
		household.Area{Code: "990001001002", Name: "西社区", Level: household.LevelCommunity, ParentCode: "990001001", Geom: multi(square(123.41, 41.80, 0.01))},
		household.Area{Code: "990001001", Name: "一街道", Level: household.LevelStreet, ParentCode: "990001", Geom: multi(square(123.40, 41.80, 0.02))},
		household.Area{Code: "990001", Name: "一区", Level: household.LevelDistrict, ParentCode: "9900", Geom: multi(square(123.40, 41.80, 0.02))},
		household.Area{Code: "9900", Name: "试验市", NameEn: "Testing", Level: household.LevelCity, Geom: multi(square(123.40, 41.80, 0.02))},
		household.Area{Code: "9900010010020102", Name: "二网格", Level: household.LevelGrid, Geom: multi(square(123.411, 41.80, 0.005))},
	}
}

func building(code string, lon, lat float64) household.Building {
	return household.Building{
		Code: code, Name: code + "号楼", Address: "试验路1号", Use: household.UseResidential, Floors: 6, Height: 18.5, BuiltYear: 1998,
		Geom: square(lon, lat, 0.0002),
	}
}

func unit(b, entrance string, floor int16, room string) household.Unit {
	return household.Unit{BuildingCode: b, Entrance: entrance, Floor: floor, Room: room, Use: household.UseResidential, AreaM2: 61.5}
}

// livingAt makes up a resident; the number makes name, birth and identity.
func livingAt(tb testing.TB, number int, b, entrance, room string, relation household.Relation, tags ...household.TagKind) household.Resident {
	tb.Helper()
	birth := time.Date(1950+number%60, time.Month(1+number%12), 1+number%28, 0, 0, 0, 0, time.UTC)
	id, err := household.MakeResidentID("990001", birth, number%1000)
	if err != nil {
		tb.Fatal(err)
	}
	return household.Resident{
		ID: id, Name: fmt.Sprintf("赵试%d", number), Sex: id.Sex(), BirthDate: birth, Phone: fmt.Sprintf("1990000%04d", number),
		BuildingCode: b, Entrance: entrance, Room: room, Relation: relation, Residency: household.ResidencyResident, Tags: tags,
	}
}

// town loads areas, two buildings and three units.
func town(tb testing.TB, db *DB) {
	tb.Helper()
	loadItems(tb, db, importers.Batch{Kind: importers.Areas}, townAreas()...)
	loadItems(tb, db, importers.Batch{Kind: importers.Buildings}, building("B1", 123.401, 41.801), building("B2", 123.412, 41.801))
	loadItems(tb, db, importers.Batch{Kind: importers.Units}, unit("B1", "1", 1, "101"), unit("B1", "1", 1, "102"), unit("B2", "2", 3, "301"))
}

func TestLoadEveryKindOnceAndAgain(t *testing.T) {
	db := openTown(t)
	kinds := []struct {
		kind     importers.Kind
		entities []importers.Entity
		tables   map[string]int64
	}{
		{importers.Areas, townAreas(), map[string]int64{"area": 5, "grid": 2}},
		{importers.Compounds, []importers.Entity{
			household.Gate{Code: "G1", CompoundCode: "C1", Kind: "gate", Open: true, Hours: "06:00-22:00", NodeID: 7, Geom: orb.Point{123.4, 41.805}},
			household.Compound{Code: "C1", Name: "试验小区", Walled: true, Geom: multi(square(123.4, 41.8, 0.004))},
			household.Barrier{Code: "W1", Kind: household.BarrierWall, Geom: orb.MultiLineString{{{123.4, 41.8}, {123.404, 41.8}}}},
			household.Land{Code: "L1", Name: "湖", Kind: household.LandWater, Geom: multi(square(123.405, 41.805, 0.001))},
		}, map[string]int64{"gate": 1, "compound": 1, "barrier": 1, "land": 1}},
		{importers.Streets, []importers.Entity{
			household.Street{Code: "S1", Name: "试验路", Class: "residential", Foot: true, NodeIDs: []int64{1, 2}, Geom: orb.LineString{{123.4, 41.8}, {123.41, 41.8}}},
			household.Street{Code: "S2", Class: "steps", Foot: true, Steps: true, Layer: -1, FootOneway: -1, Crossing: household.CrossingSignals, NoWheels: true, Geom: orb.LineString{{123.4, 41.8}, {123.4, 41.81}}},
		}, map[string]int64{"street": 2}},
		{importers.Buildings, []importers.Entity{
			household.Entrance{BuildingCode: "B1", Number: "1", Kind: "stairwell", Geom: orb.Point{123.401, 41.801}, Located: true, NodeID: 9},
			building("B1", 123.401, 41.801), building("B2", 123.412, 41.801),
		}, map[string]int64{"building": 2, "entrance": 1}},
		{importers.Units, []importers.Entity{
			unit("B1", "1", 1, "101"), unit("B1", "1", 1, "102"), unit("B2", "2", 3, "301"),
		}, map[string]int64{"unit": 3}},
		{importers.Facilities, []importers.Entity{
			household.Facility{Code: "F1", Name: "试验小学", Category: "primary_school", Capacity: 300, Address: "试验路2号", Geom: orb.Point{123.402, 41.802}},
		}, map[string]int64{"facility": 1}},
		{importers.Residents, []importers.Entity{
			livingAt(t, 1, "B1", "1", "101", household.RelationHead),
			livingAt(t, 2, "B1", "1", "101", household.RelationSpouse, household.TagDisabled, household.TagVeteran),
			livingAt(t, 3, "B2", "2", "301", household.RelationOther),
		}, map[string]int64{"resident": 3}},
	}
	for _, k := range kinds {
		t.Run(string(k.kind), func(t *testing.T) {
			m := loadItems(t, db, importers.Batch{Kind: k.kind, Source: "bureau"}, k.entities...)
			for table, n := range k.tables {
				want(t, m, table, n, 0, 0, 0)
			}
		})
	}
	before := dump(t, db)
	for _, k := range kinds {
		t.Run(string(k.kind)+" again", func(t *testing.T) {
			m := loadItems(t, db, importers.Batch{Kind: k.kind, Source: "bureau"}, k.entities...)
			for table, n := range k.tables {
				want(t, m, table, 0, 0, n, 0)
			}
		})
	}
	after := dump(t, db)
	delete(before, "import_batch")
	delete(after, "import_batch")
	compareDumps(t, before, after)
	list, err := db.Batches(t.Context())
	if err != nil || len(list) != 2*len(kinds) || list[0].Kind != importers.Residents || list[0].Unchanged != 3 {
		t.Errorf("the history: %+v, %v", list, err)
	}
}

// dump is the number of rows and the MD5 of each table of the city.
func dump(tb testing.TB, db *DB) map[string]string {
	tb.Helper()
	rows, err := db.Pool.Query(tb.Context(), "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
	if err != nil {
		tb.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			tb.Fatal(err)
		}
		tables = append(tables, s)
	}
	if len(tables) < 20 {
		tb.Fatalf("only %d tables: %v", len(tables), rows.Err())
	}
	out := map[string]string{}
	for _, table := range tables {
		out[table] = one[string](tb, db, fmt.Sprintf(
			`SELECT count(*) || ' ' || coalesce(md5(string_agg(x::text, E'\n' ORDER BY x::text)), '') FROM %q x`, table))
	}
	return out
}

func compareDumps(tb testing.TB, before, after map[string]string) {
	tb.Helper()
	for table := range before {
		if before[table] != after[table] {
			tb.Errorf("the table %s changed: %s → %s", table, before[table], after[table])
		}
	}
}
