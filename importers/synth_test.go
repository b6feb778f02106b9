package importers_test

import (
	"context"
	"path/filepath"
	"testing"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/formats"
	"hearthmap/importers/importertest"
	"hearthmap/internal/synthcity"
)

// The files of a made-up village come in whole: nothing is rejected or left
// unread, the numbers are the generator's, and a second time changes nothing.
func TestSyntheticVillage(t *testing.T) {
	dir := t.TempDir()
	sum, err := synthcity.Generate(context.Background(), synthcity.Options{Preset: "village", Seed: 1, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	var s importertest.Store
	files := []struct {
		kind importers.Kind
		name string
		crs  string
	}{
		{importers.Areas, synthcity.FileAreas, ""},
		{importers.Compounds, synthcity.FileCompounds, ""},
		{importers.Streets, synthcity.FileStreets, ""},
		{importers.Buildings, synthcity.FileBuildings, ""},
		{importers.Units, synthcity.FileUnits, ""},
		{importers.Residents, synthcity.FileResidents, ""},
		{importers.Facilities, synthcity.FileFacilities, "gcj02"},
	}
	for round := range 2 {
		for _, f := range files {
			rep := run(t, &s, f.kind, filepath.Join(dir, f.name), func(o *importers.Options) { o.CRS = f.crs })
			if rep.Rejected != 0 || rep.Read == 0 || len(rep.Notes) > 0 && f.kind != importers.Streets {
				t.Errorf("%s: %+v %+v", f.kind, rep, s.Rejects[rep.Batch][:min(3, len(s.Rejects[rep.Batch]))])
			}
			if round == 1 && rep.Unchanged != rep.Read {
				t.Errorf("%s again: %+v", f.kind, rep)
			}
		}
	}
	for table, want := range map[string]int{
		"compound": sum.Compounds, "gate": sum.Gates, "street": sum.Streets, "building": sum.Buildings,
		"entrance": sum.Entrances, "unit": sum.Units, "resident": sum.Residents, "facility": sum.Facilities,
		"grid": sum.Areas[household.LevelGrid],
	} {
		if got := len(s.Table(table)); got != want {
			t.Errorf("%d rows of %s, want %d", got, table, want)
		}
	}
}

// null is a Store that takes everything and does nothing, to measure what
// comes before it.
type null struct{}

func (null) Begin(context.Context, importers.Batch) (importers.Load, error) { return null{}, nil }
func (null) Batches(context.Context) ([]importers.BatchInfo, error)         { return nil, nil }
func (null) Stage(context.Context, []importers.Item) error                  { return nil }
func (null) Merge(context.Context) (importers.Merged, error)                { return importers.Merged{}, nil }
func (null) Rollback(context.Context) error                                 { return nil }
func (null) Commit(context.Context, importers.Counts, []importers.Reject) (int64, error) {
	return 1, nil
}

// BenchmarkRun measures reading, mapping and validation of a made-up town.
func BenchmarkRun(b *testing.B) {
	dir := b.TempDir()
	if _, err := synthcity.Generate(context.Background(), synthcity.Options{Preset: "town", Seed: 1, Dir: dir}); err != nil {
		b.Fatal(err)
	}
	for _, f := range []struct {
		kind importers.Kind
		name string
	}{
		{importers.Units, synthcity.FileUnits},
		{importers.Residents, synthcity.FileResidents},
		{importers.Buildings, synthcity.FileBuildings},
		{importers.Streets, synthcity.FileStreets},
	} {
		b.Run(string(f.kind), func(b *testing.B) {
			rows := int64(0)
			for b.Loop() {
				rep, err := importers.Run(context.Background(), importers.Options{
					File: filepath.Join(dir, f.name), Kind: f.kind, Formats: formats.All(),
				}, null{})
				if err != nil || rep.Rejected > 0 {
					b.Fatal(err, rep)
				}
				rows += rep.Read
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
