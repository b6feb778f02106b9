package postgis

import (
	"os"
	"path/filepath"
	"testing"

	"hearthmap/importers"
	"hearthmap/importers/formats"
)

// TestAliases imports a compound with its old name from a file: units that
// are written under it are matched, the search finds it, a file without the
// old name takes it away, and undo brings it back.
func TestAliases(t *testing.T) {
	db := openTown(t)
	dir := t.TempDir()
	load := func(kind importers.Kind, name, text string) importers.Report {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		rep, err := importers.Run(t.Context(), importers.Options{
			File: path, Kind: kind, Formats: formats.All(), RejectsPath: filepath.Join(dir, "r.csv"), Encoding: "utf-8",
		}, db)
		if err != nil {
			t.Fatal(err)
		}
		return rep
	}
	loadItems(t, db, importers.Batch{Kind: importers.Areas}, townAreas()...)
	compounds := "编码,名称,别名,wkt\nC1,锦绣小区,纺织三厂宿舍；棉纺新村,\"POLYGON((123.400 41.800,123.405 41.800,123.405 41.803,123.400 41.803,123.400 41.800))\"\n"
	if rep := load(importers.Compounds, "compounds.csv", compounds); rep.Created != 1 {
		t.Fatalf("%+v", rep)
	}
	k1 := building("K1", 123.401, 41.801)
	k1.Address, k1.Name, k1.AreaCode = "建设路12号锦绣小区1号楼", "", ""
	loadItems(t, db, importers.Batch{Kind: importers.Buildings}, k1)
	aliases := func() string { return one[string](t, db, `SELECT array_to_string(aliases, ' ') FROM compound`) }
	if got := aliases(); got != "纺织三厂宿舍 棉纺新村" {
		t.Errorf("aliases %q", got)
	}
	rep := load(importers.Units, "units.csv", "地址\n棉纺新村1号楼2单元401\n")
	if got := one[string](t, db, "SELECT coalesce(string_agg(code, ' '), '') FROM unit"); got != "K1-2-401" {
		t.Errorf("units %q, %+v", got, rep)
	}
	hits, err := db.Registry().Search(t.Context(), planner, "纺织三厂", 5)
	if err != nil || len(hits) == 0 || hits[0].Code != "C1" {
		t.Errorf("the search finds %+v, %v", hits, err)
	}
	if rep := load(importers.Compounds, "again.csv", compounds); rep.Unchanged != 1 {
		t.Errorf("the same again: %+v", rep)
	}
	rep = load(importers.Compounds, "without.csv", "编码,名称,别名,wkt\nC1,锦绣小区,,\"POLYGON((123.400 41.800,123.405 41.800,123.405 41.803,123.400 41.803,123.400 41.800))\"\n")
	if got := aliases(); rep.Updated != 1 || got != "" {
		t.Errorf("without: %q, %+v", got, rep)
	}
	if _, err := db.Undo(t.Context(), rep.Batch, "test"); err != nil {
		t.Fatal(err)
	}
	if got := aliases(); got != "纺织三厂宿舍 棉纺新村" {
		t.Errorf("after undo: %q", got)
	}
}
