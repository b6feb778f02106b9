package postgis

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"hearthmap/household"
	"hearthmap/importers"
)

// state dumps every table but those that only grow: batches, their rejects
// and the change log.
func state(tb testing.TB, db *DB) map[string]string {
	tb.Helper()
	d := dump(tb, db)
	for _, t := range []string{"import_batch", "import_reject", "change"} {
		delete(d, t)
	}
	return d
}

// lastBatch is the newest load that is no undo.
func lastBatch(tb testing.TB, db *DB) int64 {
	tb.Helper()
	return one[int64](tb, db, "SELECT max(id) FROM import_batch WHERE undoes IS NULL")
}

func undoBatch(tb testing.TB, db *DB, batch int64) importers.UndoResult {
	tb.Helper()
	r, err := db.Undo(tb.Context(), batch, "clerk")
	if err != nil {
		tb.Fatalf("undoing batch %d: %v", batch, err)
	}
	if n := one[int64](tb, db, `SELECT (SELECT count(*) FROM residence r WHERE NOT EXISTS (SELECT FROM resident p WHERE p.id = r.resident_id)
		OR NOT EXISTS (SELECT FROM unit u WHERE u.id = r.unit_id AND u.building_id = r.building_id))
		+ (SELECT count(*) FROM tag t WHERE NOT EXISTS (SELECT FROM resident p WHERE p.id = t.resident_id))`); n != 0 {
		tb.Errorf("undoing batch %d left %d rows that refer to nothing", batch, n)
	}
	return r
}

// undoFiles are two files of each kind: the second changes some rows of the
// first, adds some, lacks some.
func undoFiles(tb testing.TB) []struct {
	kind          importers.Kind
	first, second []importers.Entity
} {
	tb.Helper()
	areas := townAreas()
	areas2 := slices.Clone(areas)
	for i, a := range areas2 {
		switch a := a.(household.Area); a.Code {
		case "990001001002": // gives ground to a new community, and its name
			a.Geom, a.Name = multi(square(123.415, 41.80, 0.005)), "新西社区"
			areas2[i] = a
		case "9900010010020102":
			areas2[i] = household.Area{Code: "990001001003", Name: "南社区", Level: household.LevelCommunity, ParentCode: "990001001", Geom: multi(square(123.41, 41.80, 0.005))}
		}
	}
	compound := household.Compound{Code: "C1", Name: "试验小区", Walled: true, Geom: multi(square(123.4, 41.8, 0.004))}
	compound2 := compound
	compound2.Name, compound2.Geom = "大试验小区", multi(square(123.4, 41.8, 0.014))
	gate := household.Gate{Code: "G1", CompoundCode: "C1", Kind: "gate", Open: true, NodeID: 7, Geom: orb.Point{123.4, 41.805}}
	gate2 := gate
	gate2.Open = false
	wall := household.Barrier{Code: "W1", Kind: household.BarrierWall, Geom: orb.MultiLineString{{{123.4, 41.8}, {123.404, 41.8}}}}
	wall2 := wall
	wall2.Geom = orb.MultiLineString{{{123.4, 41.8}, {123.4041234567891, 41.8000000001}}}
	street := household.Street{Code: "S1", Name: "试验路", Class: "residential", Foot: true, NodeIDs: []int64{1, 2}, Geom: orb.LineString{{123.4, 41.8}, {123.41, 41.8}}}
	street2 := street
	street2.NodeIDs, street2.Layer = nil, -1
	b1 := building("B1", 123.401, 41.801)
	b1.Height = 18.3
	b1b := b1
	b1b.Height, b1b.Geom, b1b.Name = 21.1, square(123.4121, 41.8012, 0.0003), "一号楼"
	stairs := household.Entrance{BuildingCode: "B1", Number: "1", Kind: "stairwell", Geom: orb.Point{123.401, 41.801}, Located: true, NodeID: 9}
	stairs2 := stairs
	stairs2.Kind, stairs2.Geom = "gate", orb.Point{123.4012, 41.8}
	u := unit("B1", "1", 1, "101")
	u2 := u
	u2.AreaM2, u2.Floor = 70.3, 2
	school := household.Facility{Code: "F1", Name: "试验小学", Category: "primary_school", Capacity: 300, Address: "试验路2号", Geom: orb.Point{123.402, 41.802}}
	school2 := school
	school2.Name, school2.Geom = "第二小学", orb.Point{123.412, 41.802}
	p1 := livingAt(tb, 1, "B1", "1", "101", household.RelationHead)
	p2 := livingAt(tb, 2, "B1", "1", "101", household.RelationSpouse, household.TagDisabled, household.TagVeteran)
	p3 := livingAt(tb, 3, "B2", "2", "301", household.RelationOther)
	p1b, p2b, p3b := p1, p2, p3
	p1b.Room, p1b.Phone = "102", "19911112222"                                           // moves
	p2b.Relation, p2b.Tags = household.RelationHead, []household.TagKind{"living_alone"} // steps up
	p3b.Name, p3b.Residency = "赵改名", household.ResidencyRegistered                       // turns over
	type file = struct {
		kind          importers.Kind
		first, second []importers.Entity
	}
	return []file{
		{importers.Areas, areas, areas2},
		{importers.Buildings, []importers.Entity{stairs, b1, building("B2", 123.412, 41.801)}, []importers.Entity{stairs2, b1b, building("B3", 123.413, 41.801)}},
		{importers.Compounds, []importers.Entity{gate, compound, wall, household.Land{Code: "L1", Name: "湖", Kind: household.LandWater, Geom: multi(square(123.405, 41.805, 0.001))}}, []importers.Entity{gate2, compound2, wall2}},
		{importers.Streets, []importers.Entity{street}, []importers.Entity{street2, household.Street{Code: "S2", Class: "steps", Foot: true, Steps: true, Geom: orb.LineString{{123.4, 41.8}, {123.4, 41.81}}}}},
		{importers.Units, []importers.Entity{u, unit("B1", "1", 1, "102"), unit("B2", "2", 3, "301")}, []importers.Entity{u2, unit("B1", "1", 1, "103"), unit("B2", "3", 3, "302")}},
		{importers.Facilities, []importers.Entity{school}, []importers.Entity{school2, household.Facility{Code: "F2", Category: "clinic", Geom: orb.Point{123.401, 41.801}}}},
		{importers.Residents, []importers.Entity{p1, p2, p3}, []importers.Entity{p1b, p2b, p3b, livingAt(tb, 4, "B1", "1", "102", household.RelationHead, household.TagVeteran)}},
		{importers.OSM, []importers.Entity{street, compound, b1, school, gate, stairs}, []importers.Entity{street2, compound2, b1b, school2, gate2, stairs2, wall2}},
	}
}

// TestUndoEachKind undoes the last file of each kind and mode, and then all
// files from the last to the first: every table must be as it was, ids
// included.
func TestUndoEachKind(t *testing.T) {
	db := openTown(t)
	states := []map[string]string{state(t, db)}
	var batches []int64
	for _, f := range undoFiles(t) {
		for i, entities := range [][]importers.Entity{f.first, f.second} {
			for _, mode := range []importers.Mode{importers.Upsert, importers.Replace} {
				name := fmt.Sprintf("%s, file %d, %s", f.kind, i+1, mode)
				before := state(t, db)
				loadItems(t, db, importers.Batch{Kind: f.kind, Source: "bureau", Mode: mode}, entities...)
				loaded := state(t, db)
				seq := one[int64](t, db, "SELECT coalesce(max(seq), 0) FROM change")
				plan, err := db.PlanUndo(t.Context(), lastBatch(t, db))
				if err != nil {
					t.Fatalf("%s: plan: %v", name, err)
				}
				compareDumps(t, loaded, state(t, db))
				r := undoBatch(t, db, lastBatch(t, db))
				if fmt.Sprint(r.Reversed) != fmt.Sprint(plan.Reversed) || len(r.Reasons)+len(plan.Reasons) > 0 || r.Undo == 0 {
					t.Errorf("%s: planned %+v, done %+v", name, plan, r)
				}
				compareDumps(t, before, state(t, db))
				if changed := one[int64](t, db, "SELECT max(seq) FROM change") > seq; changed != (r.Total(r.Reversed) > 0) {
					t.Errorf("%s: %v reversed, but the change log went on: %v", name, r.Reversed, changed)
				}
				if t.Failed() {
					t.Fatalf("%s: undoing it left a difference: %+v", name, r)
				}
			}
			// Loaded again, to be undone once more in the end.
			loadItems(t, db, importers.Batch{Kind: f.kind, Source: "bureau", Mode: importers.Replace}, entities...)
			batches = append(batches, lastBatch(t, db))
			states = append(states, state(t, db))
		}
	}
	for i, batch := range slices.Backward(batches) {
		r := undoBatch(t, db, batch)
		compareDumps(t, states[i], state(t, db))
		if t.Failed() {
			t.Fatalf("undoing file %d: %+v", i, r)
		}
	}
}

func TestUndoOnceOnly(t *testing.T) {
	db := openTown(t)
	town(t, db)
	batch := lastBatch(t, db)
	r := undoBatch(t, db, batch)
	if r.Reversed["unit"] != 3 || r.Reversed["entrance"] != 2 || r.Kind != importers.Units || r.FileName != "units.csv" {
		t.Errorf("undoing the units: %+v", r)
	}
	for id, code := range map[int64]household.ErrorCode{batch: household.Conflict, r.Undo: household.Conflict, 999: household.NotFound} {
		if _, err := db.Undo(t.Context(), id, ""); household.CodeOf(err) != code || household.HintOf(err) == "" {
			t.Errorf("undoing batch %d again: %v", id, err)
		}
	}
	list, err := db.Batches(t.Context())
	if err != nil || list[0].Mode != importers.UndoMode || list[0].Undoes != batch || list[0].Updated != 5 || list[0].Account != "clerk" ||
		list[1].UndoneAt == nil || list[2].UndoneAt != nil {
		t.Errorf("the history: %+v, %v", list, err)
	}
	// The file can come again.
	want(t, loadItems(t, db, importers.Batch{Kind: importers.Units}, unit("B1", "1", 1, "101")), "unit", 1, 0, 0, 0)
}

// TestUndoKeepsLaterEdits undoes a file whose rows were edited, used and
// visited since.
func TestUndoKeepsLaterEdits(t *testing.T) {
	db := openTown(t)
	town(t, db)
	b := building("B1", 123.401, 41.801)
	b.Name, b.Floors = "改名", 7
	loadItems(t, db, importers.Batch{Kind: importers.Buildings}, b, building("B3", 123.403, 41.801), building("B4", 123.404, 41.801), building("B5", 123.405, 41.801))
	batch := lastBatch(t, db)
	b.Name = "再改名"
	loadItems(t, db, importers.Batch{Kind: importers.Buildings}, b)
	edit := lastBatch(t, db)
	loadItems(t, db, importers.Batch{Kind: importers.Units}, unit("B3", "1", 1, "101"))
	use := lastBatch(t, db)
	_, err := db.Pool.Exec(t.Context(), `INSERT INTO visit (building_id, account_id, visited_at) SELECT id, 1, now() FROM building WHERE code = 'B4'`)
	if err != nil {
		t.Fatal(err)
	}
	r := undoBatch(t, db, batch)
	if r.Reversed["building"] != 1 || r.Kept["building"] != 3 || len(r.Failed) != 0 || !slices.Equal(r.Later, []int64{use, edit}) {
		t.Errorf("undone: %+v", r)
	}
	var why []string
	for _, x := range r.Reasons {
		why = append(why, fmt.Sprint(x.Codes, x.Reason))
	}
	if got := strings.Join(why, "; "); !strings.Contains(got, "[B1]edited since") || !strings.Contains(got, "[B3]in use: a row of entrance") || !strings.Contains(got, "[B4]in use: a row of visit") {
		t.Errorf("reasons: %s", got)
	}
	if got := one[string](t, db, "SELECT concat(name, ' ', floors) FROM building WHERE code = 'B1'"); got != "再改名 6" {
		t.Errorf("the building is %q; its name is a later edit, its floors are not", got)
	}
	// When the later files are undone too, what was kept goes as well.
	undoBatch(t, db, edit)
	undoBatch(t, db, use)
	if got := one[string](t, db, "SELECT string_agg(concat(code, name, floors), ' ' ORDER BY code) FROM building"); got != "B1B1号楼6 B2B2号楼6 B4B4号楼6" {
		t.Errorf("after undoing all: %s", got)
	}
}

// TestUndoFailsWhereSomethingNewerStands ends a home, has the person move in
// elsewhere by another file, and undoes the end.
func TestUndoFailsWhereSomethingNewerStands(t *testing.T) {
	db := openTown(t)
	town(t, db)
	p1, p2 := livingAt(t, 1, "B1", "1", "101", household.RelationHead), livingAt(t, 2, "B1", "1", "102", household.RelationHead)
	loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "police", Mode: importers.Replace}, p1, p2)
	loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "police", Mode: importers.Replace}, p2)
	batch := lastBatch(t, db)
	p1.BuildingCode, p1.Entrance, p1.Room = "B2", "2", "301"
	loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "civil"}, p1)
	r := undoBatch(t, db, batch)
	if r.Failed["residence"] != 1 || r.Reversed["resident"]+r.Kept["resident"] != 1 || r.Total(r.Reversed)+r.Total(r.Kept) != 1 {
		t.Errorf("undone: %+v", r)
	}
	if n := one[int64](t, db, "SELECT count(*) FROM residence r JOIN unit u ON u.id = r.unit_id WHERE valid_to IS NULL AND u.code IN ('B2-2-301', 'B1-1-102')"); n != 2 {
		t.Errorf("%d homes are current", n)
	}
}

// TestUndoByHalves restores rows of which some cannot go back for a rule that
// no statement of ours knows.
func TestUndoByHalves(t *testing.T) {
	db := openTown(t)
	var file []importers.Entity
	for i := range 40 {
		file = append(file, building(fmt.Sprintf("B%02d", i), 123.401, 41.801))
	}
	loadItems(t, db, importers.Batch{Kind: importers.Buildings}, file...)
	for i := range file {
		b := file[i].(household.Building)
		b.Name = "改"
		file[i] = b
	}
	loadItems(t, db, importers.Batch{Kind: importers.Buildings}, file...)
	if _, err := db.Pool.Exec(t.Context(), "ALTER TABLE building ADD CHECK (name NOT IN ('B07号楼', 'B23号楼', 'B39号楼'))"); err != nil {
		t.Fatal(err)
	}
	r := undoBatch(t, db, lastBatch(t, db))
	if r.Reversed["building"] != 37 || r.Failed["building"] != 3 || len(r.Reasons) != 1 || strings.Join(r.Reasons[0].Codes, " ") != "B07 B23 B39" {
		t.Errorf("undone: %+v", r)
	}
}

// TestUndoInAnyOrder loads random files of residents and undoes them in a
// random order: when all are undone, nobody is left; and undone from the last
// to the first, every state comes back.
func TestUndoInAnyOrder(t *testing.T) {
	runs := 12
	if testing.Short() {
		runs = 3
	}
	db := openTown(t)
	town(t, db)
	empty := state(t, db)
	for seed := range uint64(runs) {
		rnd := rand.New(rand.NewPCG(seed, 5))
		var batches []int64
		states := []map[string]string{empty}
		for range 5 {
			rows := randomFile(t, rnd, []string{"B1-1-101", "B1-1-102", "B2-2-301"})
			var entities []importers.Entity
			for _, r := range rows {
				if r.Room != "999" {
					entities = append(entities, r)
				}
			}
			source := []string{"police", "welfare"}[rnd.IntN(2)]
			mode := []importers.Mode{importers.Upsert, importers.Replace, importers.Insert}[rnd.IntN(3)]
			loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: source, Mode: mode}, entities...)
			batches = append(batches, lastBatch(t, db))
			states = append(states, state(t, db))
		}
		inOrder := rnd.IntN(2) == 0
		order := rnd.Perm(len(batches))
		if inOrder {
			slices.Sort(order)
			slices.Reverse(order)
		}
		for _, i := range order {
			r := undoBatch(t, db, batches[i])
			if inOrder {
				compareDumps(t, states[i], state(t, db))
			}
			if t.Failed() {
				t.Fatalf("seed %d: undoing %d in the order %v: %+v", seed, i, order, r)
			}
			checkHouseholds(t, db, fmt.Sprintf("seed %d, undoing %d in the order %v", seed, i, order))
		}
		if left := state(t, db); !inOrder && one[int64](t, db, "SELECT count(*) FROM resident") > 0 {
			t.Fatalf("seed %d: undone in the order %v, people are left: %v", seed, order, left)
		}
		compareDumps(t, empty, state(t, db))
		if t.Failed() {
			t.Fatalf("seed %d, order %v", seed, order)
		}
	}
}

// TestUndoIsAtomic: an undo that is stopped leaves nothing.
func TestUndoIsAtomic(t *testing.T) {
	db := openTown(t)
	town(t, db)
	if _, err := db.Pool.Exec(t.Context(), `CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
		CREATE TRIGGER no BEFORE INSERT ON change EXECUTE FUNCTION no()`, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}
	before := dump(t, db)
	if _, err := db.Undo(t.Context(), lastBatch(t, db), ""); err == nil {
		t.Fatal("the undo could not be published, yet was done")
	}
	compareDumps(t, before, dump(t, db))
}
