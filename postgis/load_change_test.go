package postgis

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/internal/pgcluster/pgtest"
)

// changes lists the change rows of the last batch as entity op old, without
// the batch numbers.
func changes(tb testing.TB, db *DB) []string {
	tb.Helper()
	rows, err := db.Pool.Query(tb.Context(), `SELECT entity || ' ' || op || coalesce(' ' || (old - 'updated_batch')::text, '')
		FROM change WHERE batch_id = (SELECT max(id) FROM import_batch) ORDER BY seq`)
	if err != nil {
		tb.Fatal(err)
	}
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			tb.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

func TestUpdateKeepsTheOldValues(t *testing.T) {
	db := openTown(t)
	town(t, db)
	if got := changes(t, db); strings.Join(got, "; ") != "entrance load; unit load" {
		t.Errorf("the load of units left %q", got)
	}
	was := one[[]byte](t, db, "SELECT geom FROM building WHERE code = 'B1'")
	lon, side := 123.402, 0.0002
	b := building("B1", lon, 41.802)
	b.Name = "新楼"
	m := loadItems(t, db, importers.Batch{Kind: importers.Buildings}, b, building("B2", 123.412, 41.801))
	want(t, m, "building", 0, 1, 1, 0)
	var old []byte
	var west, east float64
	var entity, building int64
	err := db.Pool.QueryRow(t.Context(), `SELECT old, west, east, entity_id, building_id FROM change
		WHERE entity = 'building' AND op = 'update'`).Scan(&old, &west, &east, &entity, &building)
	if err != nil {
		t.Fatal(err)
	}
	if west != 123.401 || east != lon+side || entity != building {
		t.Errorf("bounds %v to %v, building %d of %d", west, east, building, entity)
	}
	var values map[string]any
	if err := json.Unmarshal(old, &values); err != nil || values["name"] != "B1号楼" || values["floors"] != nil {
		t.Errorf("old values %s, %v", old, err)
	}
	// What is kept restores the row exactly.
	back := one[[]byte](t, db, `SELECT (jsonb_populate_record(NULL::building, old)).geom FROM change WHERE entity = 'building' AND op = 'update'`)
	if string(back) != string(was) {
		t.Error("the geometry kept for undoing is another one")
	}
	grams := one[bool](t, db, "SELECT grams @> ARRAY['新楼'] FROM building WHERE code = 'B1'")
	point, err := decodeGeom(one[[]byte](t, db, "SELECT point FROM building WHERE code = 'B1'"))
	if err != nil || !grams || point.(orb.Point)[0] < 123.402 {
		t.Errorf("grams %v, point %v: they do not follow, %v", grams, point, err)
	}
}

func TestNotifyAndSequence(t *testing.T) {
	db := openTown(t)
	conn := pgtest.Connect(t, db.Pool.Config().ConnString())
	if _, err := conn.Exec(t.Context(), "LISTEN hearthmap_town"); err != nil {
		t.Fatal(err)
	}
	loadItems(t, db, importers.Batch{Kind: importers.Areas}, townAreas()...)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	n, err := conn.WaitForNotification(ctx)
	if err != nil || n.Payload != one[string](t, db, "SELECT max(seq)::text FROM change") {
		t.Errorf("notification %+v, %v", n, err)
	}
}

func TestEndedRowsComeBack(t *testing.T) {
	db := openTown(t)
	town(t, db)
	if _, err := db.Pool.Exec(t.Context(), "UPDATE unit SET ended_on = current_date WHERE code = 'B1-1-102'"); err != nil {
		t.Fatal(err)
	}
	m := loadItems(t, db, importers.Batch{Kind: importers.Units}, unit("B1", "1", 1, "101"), unit("B1", "1", 1, "102"))
	want(t, m, "unit", 0, 1, 1, 0)
	if one[bool](t, db, "SELECT ended_on IS NOT NULL FROM unit WHERE code = 'B1-1-102'") {
		t.Error("the unit is still ended")
	}
}

func TestEntranceKeepsItsPlace(t *testing.T) {
	db := openTown(t)
	town(t, db) // makes B1-1 without a place
	located := household.Entrance{BuildingCode: "B1", Number: "1", Kind: "stairwell", Geom: orb.Point{123.401, 41.801}, Located: true, NodeID: 5}
	want(t, loadItems(t, db, importers.Batch{Kind: importers.Buildings}, located), "entrance", 0, 1, 0, 0)
	located.Located, located.Geom, located.NodeID = false, orb.Point{}, 0
	want(t, loadItems(t, db, importers.Batch{Kind: importers.Buildings}, located), "entrance", 0, 0, 1, 0)
	if one[int64](t, db, "SELECT node_id FROM entrance WHERE code = 'B1-1' AND geom IS NOT NULL") != 5 {
		t.Error("the entrance lost its place")
	}
}

// placesFound reads where building, facility, compound and grid were found to lie.
func placesFound(tb testing.TB, db *DB) string {
	tb.Helper()
	return one[string](tb, db, `SELECT concat_ws(' ',
		(SELECT string_agg(concat(b.code, '=', a.code, ',', g.code, ',', c.code), ' ' ORDER BY b.code) FROM building b
		   LEFT JOIN area a ON a.id = b.area_id LEFT JOIN grid g ON g.id = b.grid_id LEFT JOIN compound c ON c.id = b.compound_id),
		(SELECT string_agg(concat(f.code, '=', a.code), ' ' ORDER BY f.code) FROM facility f LEFT JOIN area a ON a.id = f.area_id),
		(SELECT string_agg(concat(f.code, '=', a.code), ' ' ORDER BY f.code) FROM compound f LEFT JOIN area a ON a.id = f.area_id),
		(SELECT string_agg(concat(f.code, '=', a.code), ' ' ORDER BY f.code) FROM grid f LEFT JOIN area a ON a.id = f.area_id))`)
}

// TestPlacesInAnyOrder: it does not matter whether areas and compounds come
// before or after what lies in them.
func TestPlacesInAnyOrder(t *testing.T) {
	given := building("B3", 123.413, 41.801)
	given.AreaCode, given.CompoundCode = "990001001001", "花园"
	steps := []struct {
		kind     importers.Kind
		entities []importers.Entity
	}{
		{importers.Areas, townAreas()},
		{importers.Compounds, []importers.Entity{
			household.Compound{Code: "C1", Name: "花园", Geom: multi(square(123.4005, 41.8, 0.002))},
			household.Compound{Code: "C2", Name: "里外", AreaCode: "", Geom: multi(square(123.4119, 41.8, 0.002))},
			household.Compound{Code: "C0", Name: "重叠", Geom: multi(square(123.4119, 41.8, 0.002))},
		}},
		{importers.Buildings, []importers.Entity{building("B1", 123.401, 41.801), building("B2", 123.412, 41.801), building("B4", 123.5, 41.8)}},
		{importers.Facilities, []importers.Entity{household.Facility{Code: "F1", Category: "clinic", Geom: orb.Point{123.411, 41.801}}}},
	}
	wanted := "B1=990001001001,9900010010020101,C1 B2=990001001002,9900010010020102,C0 B3=990001001001,9900010010020102,C1 B4=,, " +
		"F1=990001001002 C0=990001001002 C1=990001001001 C2=990001001002 9900010010020101=990001001001 9900010010020102=990001001002"
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {1, 2, 3, 0}} {
		db := openTown(t)
		for _, i := range order {
			loadItems(t, db, importers.Batch{Kind: steps[i].kind}, steps[i].entities...)
		}
		loadItems(t, db, importers.Batch{Kind: importers.Buildings}, given)
		if got := placesFound(t, db); got != wanted {
			t.Errorf("order %v:\n%s, want\n%s", order, got, wanted)
		}
		// What was found by place is not a change when the file comes again.
		for _, i := range order {
			m := loadItems(t, db, importers.Batch{Kind: steps[i].kind}, steps[i].entities...)
			for table, c := range m.Tables {
				if c.Created+c.Updated > 0 {
					t.Errorf("order %v: %s again: %+v", order, table, c)
				}
			}
		}
	}
}

func TestPlacesFollowABoundary(t *testing.T) {
	db := openTown(t)
	town(t, db)
	areas := townAreas()
	for i, a := range areas {
		switch a := a.(household.Area); a.Code {
		case "990001001001": // gives its ground to the other
			a.Geom = multi(square(123.40, 41.81, 0.001))
			areas[i] = a
		case "990001001002":
			a.Geom = multi(square(123.40, 41.80, 0.02))
			areas[i] = a
		}
	}
	want(t, loadItems(t, db, importers.Batch{Kind: importers.Areas}, areas...), "area", 0, 2, 3, 0)
	if got := placesFound(t, db); !strings.HasPrefix(got, "B1=990001001002,9900010010020101, B2=990001001002,") {
		t.Errorf("after the boundary moved: %s", got)
	}
	n := one[int64](t, db, `SELECT count(*) FROM change WHERE entity = 'building' AND op = 'update' AND old ? 'area_id'
		AND building_id = (SELECT id FROM building WHERE code = 'B1')`)
	if n != 1 {
		t.Errorf("%d change rows tell that B1 lies elsewhere", n)
	}
	if one[bool](t, db, "SELECT updated_batch IS NOT NULL FROM building WHERE code = 'B1'") {
		t.Error("the building counts as updated by a file of areas")
	}
}

func TestReplaceEndsWhatIsMissing(t *testing.T) {
	db := openTown(t)
	town(t, db)
	b := importers.Batch{Kind: importers.Units, Source: "housing", Mode: importers.Replace}
	want(t, loadItems(t, db, b, unit("B1", "1", 1, "103"), unit("B1", "1", 1, "104")), "unit", 2, 0, 0, 0)
	want(t, loadItems(t, db, b, unit("B1", "1", 1, "104"), unit("B1", "1", 1, "105")), "unit", 1, 0, 1, 0)
	ended := one[string](t, db, "SELECT string_agg(code, ' ' ORDER BY code) FROM unit WHERE ended_on IS NOT NULL")
	if ended != "B1-1-103" {
		t.Errorf("ended: %s; other sources' units must stay", ended)
	}
	if got := changes(t, db); len(got) != 2 || got[1] != `unit end {"ended_on": null}` {
		t.Errorf("changes %q", got)
	}
	l, err := db.Begin(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Rollback(t.Context()) }()
	if err := l.Stage(t.Context(), []importers.Item{{Row: 1, Reject: &importers.Reject{Row: 1}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Merge(t.Context()); household.CodeOf(err) != household.Conflict {
		t.Errorf("a file with a spoilt row replaced the others: %v", err)
	}
}

func TestReplaceResidents(t *testing.T) {
	db := openTown(t)
	town(t, db)
	b := importers.Batch{Kind: importers.Residents, Source: "police", Mode: importers.Replace}
	p1 := livingAt(t, 1, "B1", "1", "101", household.RelationHead)
	p2 := livingAt(t, 2, "B1", "1", "101", household.RelationSpouse, household.TagVeteran)
	want(t, loadItems(t, db, b, p1, p2), "resident", 2, 0, 0, 0)
	want(t, loadItems(t, db, b, p1), "resident", 0, 0, 1, 0)
	got := one[string](t, db, `SELECT concat((SELECT count(*) FROM residence WHERE valid_to IS NULL), ' ',
		(SELECT count(*) FROM tag WHERE valid_to IS NULL), ' ', (SELECT count(*) FROM resident WHERE ended_on IS NULL))`)
	if got != "1 0 1" {
		t.Errorf("homes, tags, persons left: %s", got)
	}
	want(t, loadItems(t, db, b, p1, p2), "resident", 1, 0, 1, 0) // the home is new
}

func TestLoadsWaitForEachOther(t *testing.T) {
	url := pgtest.Migrated(t, "town")
	db, err := Open(t.Context(), url, "town", WithKeys(testKeys(t)), WithLockWait(200*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	units, err := db.Begin(t.Context(), importers.Batch{Kind: importers.Units})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = units.Rollback(t.Context()) }()
	streets, err := db.Begin(t.Context(), importers.Batch{Kind: importers.Streets})
	if err != nil {
		t.Fatalf("streets beside units: %v", err)
	}
	defer func() { _ = streets.Rollback(t.Context()) }()
	for _, kind := range []importers.Kind{importers.Units, importers.Buildings, importers.Residents, importers.OSM} {
		_, err := db.Begin(t.Context(), importers.Batch{Kind: kind})
		if household.CodeOf(err) != household.Conflict || !strings.Contains(err.Error(), "units since") || household.HintOf(err) == "" {
			t.Errorf("%s beside units: %v", kind, err)
		}
	}
	if err := units.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := db.Begin(t.Context(), importers.Batch{Kind: importers.Units})
	if err != nil {
		t.Fatal(err)
	}
	_ = again.Rollback(t.Context())
}
