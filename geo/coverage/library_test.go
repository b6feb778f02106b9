package coverage_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
)

const ownStandard = `{"id":"own","name_zh":"自有标准","categories":[{"id":"milk_station","name_zh":"奶站","codes":["0907","奶亭"]}],
	"requirements":[{"category":"milk_station","minutes":5,"metres":300,"required":true,"accepts":["convenience_store"],"source":"the city"}]}`

func TestReadLibrary(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("own.json", ownStandard)
	write("notes.txt", "not a standard")
	l, err := coverage.ReadLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(l.All()); n != len(coverage.Standards())+1 {
		t.Errorf("%d standards", n)
	}
	s, err := l.ByID("own")
	if err != nil || s.Info("milk_station").Zh != "奶站" || s.Info("milk_station").En != "奶站" || s.Info("bank").En != "bank" {
		t.Errorf("%v %v", s, err)
	}
	if i, err := s.Lookup("0907"); err != nil || i != 0 {
		t.Errorf("by the bureau's code: %v", err)
	}
	write("again.json", strings.Replace(ownStandard, "own", "gb50180-2018", 1))
	if _, err := coverage.ReadLibrary(dir); household.CodeOf(err) != household.Conflict {
		t.Errorf("an id that is taken: %v", err)
	}
	write("again.json", `{"id":"x"}`)
	if _, err := coverage.ReadLibrary(dir); household.CodeOf(err) != household.Invalid || !strings.Contains(err.Error(), "again.json") || household.HintOf(err) == "" {
		t.Errorf("a bad file: %v", err)
	}
	if l, err := coverage.ReadLibrary(filepath.Join(dir, "none")); err != nil || len(l.All()) != len(coverage.Standards()) {
		t.Errorf("no directory: %v", err)
	}
	if _, err := coverage.ReadStandard(filepath.Join(dir, "none.json")); household.CodeOf(err) != household.NotFound {
		t.Errorf("no file: %v", err)
	}
}

// TestAccepts: what a requirement accepts serves it as its own category does.
func TestAccepts(t *testing.T) {
	s, err := coverage.ParseStandard([]byte(ownStandard))
	if err != nil {
		t.Fatal(err)
	}
	d := smallTown(true)
	d.Facilities = []cityindex.Facility{
		{ID: 1, Code: "z", Category: "milk_station", Geom: at(900, 0)},
		{ID: 2, Code: "a", Category: "convenience_store", Geom: at(-200, 0), AreaID: 4},
		{ID: 3, Code: "b", Category: "bank", Geom: at(-250, 0)},
	}
	r, err := coverage.New(d).Run(context.Background(), coverage.Request{Standard: s})
	if err != nil {
		t.Fatal(err)
	}
	if x := r.Reach(0, 0); x.Status != coverage.Covered || x.Facility != 1 {
		t.Errorf("A: %+v, want the convenience store", x)
	}
	if x := r.Reach(0, 1); x.Status != coverage.Covered || x.Facility != 0 {
		t.Errorf("B: %+v, want the milk station", x)
	}
	if r.Facilities(0) != 2 {
		t.Errorf("%d facilities", r.Facilities(0))
	}
	areas, err := r.Totals(household.LevelCommunity, "")
	if err != nil || areas[0].Totals[0].Facilities != 1 {
		t.Errorf("%+v %v", areas[0].Totals, err)
	}
}
