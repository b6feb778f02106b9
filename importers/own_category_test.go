package importers_test

import (
	"testing"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/importertest"
)

// TestOwnCategories: a city's own categories and codes are understood when
// the import knows them, and only then.
func TestOwnCategories(t *testing.T) {
	file := write(t, "f.csv", "编码,名称,类别,经度,纬度\nF1,奶站一,0907,123.43,41.8\nF2,奶站二,奶站,123.43,41.8\nF3,行,金融网点,123.43,41.8\n")
	own := []household.CategoryInfo{{ID: "milk_station", Zh: "奶站", Aliases: []string{"0907"}}, {ID: "bank", Aliases: []string{"金融网点"}}}
	var s importertest.Store
	rep := run(t, &s, importers.Facilities, file, func(o *importers.Options) { o.Categories = own })
	if rep.Created != 3 {
		t.Fatalf("%+v", rep)
	}
	for code, want := range map[string]household.Category{"F1": "milk_station", "F2": "milk_station", "F3": "bank"} {
		if got := s.Table("facility")[code].(household.Facility).Category; got != want {
			t.Errorf("%s is %q, want %q", code, got, want)
		}
	}
	var other importertest.Store
	if rep := run(t, &other, importers.Facilities, file, func(*importers.Options) {}); rep.Codes[importers.RejectValue] != 3 {
		t.Errorf("without them: %+v", rep)
	}
}
