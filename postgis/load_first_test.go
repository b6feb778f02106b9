package postgis

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"hearthmap/household"
	"hearthmap/importers"
)

// townFile draws a file of a town with many units: families, people of whom
// it has two rows, duplicates, tags, and rows that name no unit.
func townFile(tb testing.TB, rnd *rand.Rand, units []string) []importers.Entity {
	tb.Helper()
	var rows []importers.Entity
	for i := range 60 + rnd.IntN(60) {
		code := units[rnd.IntN(len(units))]
		p := livingAt(tb, rnd.IntN(150), "B1", "1", code, []household.Relation{"head", "spouse", "child", "other"}[rnd.IntN(4)])
		if rnd.IntN(8) == 0 {
			p.Residency = household.ResidencyRegistered
		}
		if rnd.IntN(6) == 0 {
			p.Tags = []household.TagKind{household.TagVeteran, household.TagDisabled}[:1+rnd.IntN(2)]
		}
		if rnd.IntN(20) == 0 {
			p.Room = "none"
		}
		if rnd.IntN(10) == 0 {
			p.ID, p.Name = "", fmt.Sprint("赵无号", i)
		}
		rows = append(rows, p)
		if rnd.IntN(6) == 0 { // registered elsewhere, or the same again
			p.Room = units[rnd.IntN(len(units))]
			if rnd.IntN(3) > 0 {
				p.Residency = household.ResidencyRegistered
			}
			rows = append(rows, p)
		}
	}
	return rows
}

// TestFirstLoadAgreesWithLoadInPlace loads random files into two cities, one
// without and one with the indexes in place, and more files after them: the
// outcomes, the registers and the change logs must be the same, and nobody is
// left when all is undone.
func TestFirstLoadAgreesWithLoadInPlace(t *testing.T) {
	dbs := []*DB{openTown(t), openTown(t)}
	dbs[0].bulkFrom, dbs[1].bulkFrom = 1, 1<<40
	var units []string
	var flats []importers.Entity
	for i := range 40 {
		units = append(units, fmt.Sprint(100+i))
		flats = append(flats, unit("B1", "1", 1, units[i]))
	}
	for _, db := range dbs {
		loadItems(t, db, importers.Batch{Kind: importers.Buildings}, building("B1", 123.401, 41.801))
		loadItems(t, db, importers.Batch{Kind: importers.Units}, flats...)
	}
	empty := state(t, dbs[0])
	delete(empty, "key_check") // holds a time
	other := state(t, dbs[1])
	delete(other, "key_check")
	compareDumps(t, other, empty)
	schema := `SELECT string_agg(indexdef, E'\n' ORDER BY indexdef) FROM pg_indexes WHERE schemaname = current_schema()`
	if first, inPlace := one[string](t, dbs[0], schema), one[string](t, dbs[1], schema); first != inPlace {
		t.Errorf("the indexes are\n%s\nwant\n%s", first, inPlace)
	}
	changes := `SELECT coalesce(string_agg(concat_ws(' ', entity, op, building_id IS NULL, west, south, east, north), E'\n' ORDER BY seq), '')
		FROM change WHERE batch_id = (SELECT max(id) FROM import_batch WHERE undoes IS NULL)`
	runs := 8
	if testing.Short() {
		runs = 2
	}
	for seed := range uint64(runs) {
		rnd := rand.New(rand.NewPCG(seed, 11))
		mode := []importers.Mode{importers.Upsert, importers.Insert, importers.Replace}[rnd.IntN(3)]
		var batches int
		for file := range 3 {
			rows := townFile(t, rnd, units)
			var outcome []importers.Merged
			var register, log []string
			for _, db := range dbs {
				outcome = append(outcome, loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "police", Mode: mode}, rows...))
				register = append(register, natural(t, db))
				if file == 0 { // later ones note each row, in the order of ids
					log = append(log, one[string](t, db, changes))
				}
				checkHouseholds(t, db, fmt.Sprintf("seed %d, file %d", seed, file))
			}
			batches++
			if !reflect.DeepEqual(outcome[0], outcome[1]) {
				t.Fatalf("seed %d, file %d, %s: first %+v, in place %+v", seed, file, mode, outcome[0], outcome[1])
			}
			if register[0] != register[1] {
				t.Fatalf("seed %d, file %d, %s: the registers differ:\n%s\n%s", seed, file, mode, register[0], register[1])
			}
			if file == 0 && log[0] != log[1] {
				t.Fatalf("seed %d: the change logs differ:\n%s\n\n%s", seed, log[0], log[1])
			}
		}
		for _, db := range dbs {
			for range batches {
				undoBatch(t, db, one[int64](t, db, "SELECT max(id) FROM import_batch WHERE undoes IS NULL AND undone_at IS NULL"))
			}
		}
		left := state(t, dbs[0])
		delete(left, "key_check")
		compareDumps(t, empty, left)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// TestUnchangedRowsAmongChangedOnes loads a file again in which few rows are
// new: the others are counted without being merged.
func TestUnchangedRowsAmongChangedOnes(t *testing.T) {
	db := openTown(t)
	loadItems(t, db, importers.Batch{Kind: importers.Buildings}, building("B1", 123.401, 41.801))
	var flats, people []importers.Entity
	for i := range 50 {
		room := fmt.Sprint(100 + i)
		flats = append(flats, unit("B1", "1", 1, room))
		people = append(people, livingAt(t, 2*i, "B1", "1", room, household.RelationHead), livingAt(t, 2*i+1, "B1", "1", room, household.RelationSpouse))
	}
	loadItems(t, db, importers.Batch{Kind: importers.Units}, flats...)
	b := importers.Batch{Kind: importers.Residents, Source: "police"}
	want(t, loadItems(t, db, b, people...), "resident", 100, 0, 0, 0)
	before := state(t, db)
	want(t, loadItems(t, db, b, people...), "resident", 0, 0, 100, 0)
	compareDumps(t, before, state(t, db))

	edit := func(i int, f func(*household.Resident)) {
		p := people[i].(household.Resident)
		f(&p)
		people[i] = p
	}
	edit(0, func(p *household.Resident) { p.Name = "赵改名" })
	edit(3, func(p *household.Resident) { p.Phone = "19800000001" })
	edit(5, func(p *household.Resident) { p.Relation = household.RelationChild })
	edit(7, func(p *household.Resident) { p.Room = "149" })
	edit(9, func(p *household.Resident) { p.Residency = household.ResidencyRegistered })
	edit(11, func(p *household.Resident) { p.Tags = []household.TagKind{household.TagVeteran} })
	edit(12, func(p *household.Resident) { p.Relation = household.RelationSpouse })
	edit(13, func(p *household.Resident) { p.Relation = household.RelationHead })
	people = append(people, livingAt(t, 500, "B1", "1", "120", household.RelationHead), people[20])
	m := loadItems(t, db, b, people...)
	want(t, m, "resident", 3, 6, 92, 1)
	if c := m.Tables["residence"]; c.Created != 3 || c.Updated != 3 || c.Unchanged != 95 {
		t.Errorf("homes: %+v", c)
	}
	checkHouseholds(t, db, "after the second file")
	want(t, loadItems(t, db, b, people...), "resident", 0, 0, 101, 1)
	// What the register no longer says is not alike.
	edit(11, func(p *household.Resident) { p.Tags = nil })
	want(t, loadItems(t, db, b, people...), "resident", 0, 1, 100, 1)
	if _, err := db.Pool.Exec(t.Context(), "UPDATE unit SET ended_on = current_date WHERE room = '130'"); err != nil {
		t.Fatal(err)
	}
	want(t, loadItems(t, db, b, people...), "resident", 0, 0, 99, 3)
}

// TestSeen: whoever occurs again is told so, also when two encoders ask at
// the same moment; few others are.
func TestSeen(t *testing.T) {
	hash := func(i int) []byte {
		h := sha256.Sum256(binary.LittleEndian.AppendUint64(nil, uint64(i)))
		return h[:]
	}
	s := newSeen()
	const people = 200_000
	var fresh, wrong atomic.Int64
	var wg sync.WaitGroup
	for range 2 { // the same people twice, side by side
		wg.Go(func() {
			for i := range people {
				if !s.again(hash(i)) {
					fresh.Add(1)
				}
			}
		})
	}
	wg.Wait()
	for i := people; i < 2*people; i++ {
		if s.again(hash(i)) {
			wrong.Add(1)
		}
	}
	if n := fresh.Load(); n > people || n < people*99/100 {
		t.Errorf("%d of %d were taken for new", n, people)
	}
	if n := wrong.Load(); n > people/100 {
		t.Errorf("%d of %d others were taken for those", n, people)
	}
}
