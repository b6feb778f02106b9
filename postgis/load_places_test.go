package postgis

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/household"
	"hearthmap/importers"
)

// placesFile draws the places of a kind: codes that repeat, references that
// are given, left out or lead nowhere, and places in and outside the areas.
func placesFile(rnd *rand.Rand, kind importers.Kind) []importers.Entity {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	at := func() (lon, lat float64) { return 123.395 + 0.03*rnd.Float64(), 41.795 + 0.02*rnd.Float64() }
	var out []importers.Entity
	for i := range 30 + rnd.IntN(30) {
		code := fmt.Sprint(kind, rnd.IntN(60))
		lon, lat := at()
		switch kind {
		case importers.Areas:
			out = append(out, household.Area{
				Code: code, Name: fmt.Sprint("网格", i), Level: household.LevelGrid, ParentCode: pick("", "", "990001001001", "none"),
				Geom: multi(square(lon, lat, 0.004*rnd.Float64())),
			})
		case importers.Compounds:
			out = append(out, household.Compound{
				Code: code, Name: pick("", "阳光小区", fmt.Sprint("小区", i)), AreaCode: pick("", "", "990001001002", "none"),
				Walled: i%2 == 0, Geom: multi(square(lon, lat, 0.004*rnd.Float64())),
			}, household.Gate{
				Code: "G" + code, Name: "门", CompoundCode: pick("", code, "none"), Kind: "gate", Open: i%3 > 0, NodeID: int64(i), Geom: orb.Point{lon, lat},
			}, household.Barrier{Code: "W" + code, Kind: household.BarrierWall, Geom: orb.MultiLineString{{{lon, lat}, {lon + 0.001, lat}}}},
				household.Land{Code: "L" + code, Kind: "park", Geom: multi(square(lon, lat, 0.001))})
		case importers.Streets:
			out = append(out, household.Street{
				Code: code, Name: fmt.Sprint("路", i), Class: "residential", Foot: true, Geom: orb.LineString{{lon, lat}, {lon + 0.001, lat}},
			})
		case importers.Buildings:
			b := building(code, lon, lat)
			b.AreaCode = pick("", "", "", "990001001001", "none")
			b.CompoundCode = pick("", "", "", "阳光小区", "compounds1", "compounds2", "none")
			door := household.Entrance{BuildingCode: pick(code, code, "none"), Number: pick("1", "2"), NodeID: int64(i)}
			if i%3 > 0 {
				door.Located, door.Geom = true, orb.Point{lon, lat}
			}
			out = append(out, b, door)
		case importers.Units:
			out = append(out, unit(pick("none", "buildings1", "buildings2", "buildings3", "buildings4", "buildings5"), pick("1", "2", "3"), 1, fmt.Sprint(100+rnd.IntN(20))))
		case importers.Facilities:
			out = append(out, household.Facility{Code: code, Name: fmt.Sprint("诊所", i), Category: "clinic", Geom: orb.Point{lon, lat}})
		}
	}
	return out
}

// TestFirstPlacesAgreeWithMerge loads random files of every kind into two
// cities, one that fills its empty tables directly and one that compares each
// row: outcomes, rows, ids and change logs must be the same, for the first
// files and for others after them.
func TestFirstPlacesAgreeWithMerge(t *testing.T) {
	runs := 6
	if testing.Short() {
		runs = 2
	}
	kinds := []importers.Kind{
		importers.Areas, importers.Compounds, importers.Streets, importers.Buildings, importers.Units, importers.Facilities,
	}
	const changes = `SELECT coalesce(string_agg(concat_ws(' ', entity, entity_id, op, building_id, old, west, south, east, north), E'\n'
		ORDER BY entity, entity_id, seq), '') FROM change`
	for seed := range uint64(runs) {
		dbs := []*DB{openTown(t), openTown(t)}
		dbs[0].bulkFrom, dbs[1].bulkFrom = 1, 1<<40
		rnd := rand.New(rand.NewPCG(seed, 3))
		for _, db := range dbs {
			loadItems(t, db, importers.Batch{Kind: importers.Areas}, townAreas()[1:6]...) // no grids
		}
		mode := []importers.Mode{importers.Upsert, importers.Insert}[rnd.IntN(2)]
		for round := range 2 {
			for _, kind := range kinds {
				rows := placesFile(rnd, kind)
				var outcome []importers.Merged
				for _, db := range dbs {
					outcome = append(outcome, loadItems(t, db, importers.Batch{Kind: kind, Mode: mode}, rows...))
				}
				if !reflect.DeepEqual(outcome[0], outcome[1]) {
					t.Fatalf("seed %d, round %d, %s: first %+v, merged %+v", seed, round, kind, outcome[0], outcome[1])
				}
			}
			want, got := state(t, dbs[1]), state(t, dbs[0])
			delete(want, "key_check") // every city has its own
			compareDumps(t, want, got)
			if a, b := one[string](t, dbs[0], changes), one[string](t, dbs[1], changes); a != b {
				t.Fatalf("seed %d, round %d: the change logs differ:\n%s\n\n%s", seed, round, a, b)
			}
			if t.Failed() {
				t.Fatalf("seed %d, round %d", seed, round)
			}
		}
	}
}
