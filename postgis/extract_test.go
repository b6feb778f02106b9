package postgis

import (
	"testing"

	"hearthmap/importers"
	"hearthmap/importers/formats"
	"hearthmap/internal/testdata"
)

// TestExtracts imports real OpenStreetMap extracts twice: the second time
// nothing may change.
func TestExtracts(t *testing.T) {
	files := []string{"osm/hong_kong_tsim_sha_tsui.osm", "osm/beijing_bupt.osm", "osm/monaco.osm.pbf"}
	if !testing.Short() {
		files = append(files, "osm/liechtenstein.osm.pbf")
	}
	for _, name := range files {
		t.Run(name, func(t *testing.T) {
			path := testdata.Path(t, name)
			db := openTown(t)
			o := importers.Options{
				File: path, Kind: importers.OSM, Formats: formats.All(), SourceName: "osm", RejectsPath: t.TempDir() + "/rejects.csv",
			}
			first, err := importers.Run(t.Context(), o, db)
			if err != nil {
				t.Fatal(err)
			}
			if first.Tables["building"].Created == 0 || first.Tables["street"].Created == 0 || first.Updated > 0 {
				t.Errorf("first: %+v", first.Tables)
			}
			t.Logf("%.1f s: %+v, rejects %v", first.Elapsed.Seconds(), first.Tables, first.Codes)
			// The point of a building is on it, also of an L or a ring.
			if n := one[int64](t, db, "SELECT count(*) FROM building WHERE NOT ST_Covers(geom, point)"); n > 0 {
				t.Errorf("%d buildings have a point beside them", n)
			}
			before := dump(t, db)
			again, err := importers.Run(t.Context(), o, db)
			if err != nil {
				t.Fatal(err)
			}
			if again.Created+again.Updated > 0 || again.Unchanged != first.Created || again.Rejected != first.Rejected {
				t.Errorf("again: %+v, first %+v", again.Counts, first.Counts)
			}
			after := dump(t, db)
			for _, table := range []string{"import_batch", "import_reject"} { // the batch leaves its own rows
				delete(before, table)
				delete(after, table)
			}
			compareDumps(t, before, after)
		})
	}
}
