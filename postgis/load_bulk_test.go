package postgis

import (
	"fmt"
	"path/filepath"
	"testing"

	"hearthmap/importers"
	"hearthmap/importers/formats"
	"hearthmap/internal/synthcity"
)

// TestPlacesLoadedWithoutIndexes imports a made-up village into two cities,
// one that takes the indexes off its empty tables and one that does not:
// rows, indexes and keys must be the same in the end, also when the files
// come again and when all of it is undone.
func TestPlacesLoadedWithoutIndexes(t *testing.T) {
	dir := t.TempDir()
	if _, err := synthcity.Generate(t.Context(), synthcity.Options{Preset: "village", Seed: 4, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	dbs := []*DB{openTown(t), openTown(t)}
	dbs[0].bulkFrom, dbs[1].bulkFrom = 1, 1<<40
	const objects = `SELECT concat(
		(SELECT string_agg(indexdef, E'\n' ORDER BY indexdef) FROM pg_indexes WHERE schemaname = current_schema()), E'\n',
		(SELECT string_agg(concat_ws(' ', conrelid::regclass, conname, convalidated, pg_get_constraintdef(oid)), E'\n' ORDER BY conrelid::regclass::text, conname)
		   FROM pg_constraint WHERE connamespace = current_schema()::regnamespace))`
	before := one[string](t, dbs[0], objects)
	compare := func(when string) {
		t.Helper()
		want, got := state(t, dbs[1]), state(t, dbs[0])
		delete(want, "key_check") // every city has its own
		compareDumps(t, want, got)
		for i, db := range dbs {
			if one[string](t, db, objects) != before {
				t.Fatalf("%s: indexes or keys of city %d are not what they were", when, i)
			}
		}
	}
	for round := range 2 {
		for _, f := range []struct {
			kind      importers.Kind
			name, crs string
		}{
			{importers.Areas, synthcity.FileAreas, ""},
			{importers.Compounds, synthcity.FileCompounds, ""},
			{importers.Streets, synthcity.FileStreets, ""},
			{importers.Buildings, synthcity.FileBuildings, ""},
			{importers.Units, synthcity.FileUnits, ""},
			{importers.Facilities, synthcity.FileFacilities, "gcj02"},
		} {
			for _, db := range dbs {
				rep, err := importers.Run(t.Context(), importers.Options{
					File: filepath.Join(dir, f.name), Kind: f.kind, CRS: f.crs, Formats: formats.All(), RejectsPath: filepath.Join(dir, "rejects.csv"),
				}, db)
				if err != nil || rep.Rejected > 0 || round == 0 && rep.Created == 0 || round == 1 && rep.Created+rep.Updated > 0 {
					t.Fatalf("round %d, %s: %+v, %v", round, f.name, rep.Counts, err)
				}
			}
		}
		compare(fmt.Sprintf("round %d", round))
	}
	for one[int64](t, dbs[0], "SELECT count(*) FROM import_batch WHERE undoes IS NULL AND undone_at IS NULL") > 0 {
		for _, db := range dbs {
			undoBatch(t, db, one[int64](t, db, "SELECT max(id) FROM import_batch WHERE undoes IS NULL AND undone_at IS NULL"))
		}
	}
	compare("undone")
}
