package osmfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/internal/testdata"
)

// TestExtractsAgainstManifest explains every building, entrance and house
// number that the manifest of the shared data counts. The manifest counts
// ways with building=*, nodes with entrance=*, and ways and nodes with
// addr:housenumber.
func TestExtractsAgainstManifest(t *testing.T) {
	const outer = "outer way of a relation that is imported"
	for _, c := range []struct {
		file                         string
		buildingWays, buildings      int64 // of the manifest; imported
		skipped                      map[string]int64
		entrances, entrancesImported int64
		houseNumbers                 int64 // 0: not in the manifest
		relations, nodes             int64 // with building=*, which the manifest leaves out
		inherited                    int64 // relations tagged through an outer way of the manifest\'s
	}{
		{
			"hong_kong_tsim_sha_tsui.osm", 279, 280,
			map[string]int64{outer: 1, "building: a part of its outline is not in the file": 1},
			0, 0, 345, 3, 0, 0,
		},
		{"beijing_bupt.osm", 109, 114, nil, 103, 92, 0, 2, 3, 0},
		{
			"liechtenstein.osm.pbf", 8992, 8996,
			map[string]int64{outer: 8, "building: its outline does not close": 2, "building=no": 1, "relation of a kind that is no area (type=)": 1},
			16, 16, 1006, 6, 3, 7,
		},
		{"monaco.osm.pbf", 1183, 1208, nil, 66, 59, 0, 24, 1, 0},
	} {
		t.Run(c.file, func(t *testing.T) {
			items, s := readAll(t, testdata.Path(t, "osm/"+c.file))
			st := s.Stats()
			if st.BuildingsOf["way"] != c.buildingWays || st.BuildingsOf["relation"] != c.relations || st.BuildingsOf["node"] != c.nodes {
				t.Errorf("building=* on %v; want ways %d, relations %d, nodes %d", st.BuildingsOf, c.buildingWays, c.relations, c.nodes)
			}
			if st.Buildings.Tagged != c.buildingWays+c.relations+c.nodes+c.inherited {
				t.Errorf("%d elements judged as buildings", st.Buildings.Tagged)
			}
			if st.Buildings.Imported != c.buildings || byCount(st.Buildings.Skipped) != byCount(c.skipped) {
				t.Errorf("imported %d, skipped %v; want %d, %v", st.Buildings.Imported, st.Buildings.Skipped, c.buildings, c.skipped)
			}
			if st.Entrances.Tagged != c.entrances || st.Entrances.Imported != c.entrancesImported {
				t.Errorf("entrances %+v; want %d, imported %d", st.Entrances, c.entrances, c.entrancesImported)
			}
			if n := st.HouseNumbersOf["way"] + st.HouseNumbersOf["node"]; c.houseNumbers > 0 && n != c.houseNumbers {
				t.Errorf("%d house numbers, want %d", n, c.houseNumbers)
			}
			checkBalance(t, st)
			checkItems(t, items, st)
		})
	}
}

// checkBalance fails unless imported and skipped add up to what is tagged.
func checkBalance(t *testing.T, st *Stats) {
	t.Helper()
	for name, tally := range map[string]*Tally{
		"streets": &st.Streets, "compounds": &st.Compounds, "gates": &st.Gates, "barriers": &st.Barriers,
		"land": &st.Land, "buildings": &st.Buildings, "entrances": &st.Entrances, "facilities": &st.Facilities,
	} {
		if !tally.Balanced() {
			t.Errorf("%s do not add up: %+v", name, *tally)
		}
	}
}

// checkItems fails unless the items are those counted, codes are unique, and
// the order is ways, relations, nodes, each by id.
func checkItems(t *testing.T, items []importers.Item, st *Stats) {
	t.Helper()
	count, seen := map[string]int64{}, map[string]bool{}
	for _, it := range items {
		if (it.Entity == nil) == (it.Reject == nil) {
			t.Fatalf("an item is neither or both: %+v", it)
		}
		kind, code := kindAndCode(it)
		count[kind]++
		if it.Reject == nil && seen[kind+code] {
			t.Errorf("%s %s came twice", kind, code)
		}
		seen[kind+code] = true
	}
	for kind, want := range map[string]int64{
		"street": st.StreetPieces, "compound": st.Compounds.Imported, "gate": st.Gates.Imported + st.Openings,
		"barrier": st.Barriers.Imported, "land": st.Land.Imported, "building": st.Buildings.Imported,
		"entrance": st.Entrances.Imported, "facility": st.Facilities.Imported,
	} {
		if count[kind] != want {
			t.Errorf("%d items are a %s, %d counted", count[kind], kind, want)
		}
	}
	key := func(it importers.Item) (int, int64) {
		_, code := kindAndCode(it)
		return strings.Index("wrn", code[4:5]), it.Row
	}
	var plain []importers.Item
	for _, it := range items {
		if g, ok := it.Entity.(household.Gate); it.Reject == nil && !(ok && g.Kind == "opening") {
			plain = append(plain, it)
		}
	}
	if !slices.IsSortedFunc(plain, func(a, b importers.Item) int {
		ka, ra := key(a)
		kb, rb := key(b)
		if c := cmp.Compare(ka, kb); c != 0 {
			return c
		}
		return cmp.Compare(ra, rb)
	}) {
		t.Error("items are not ordered by type and id")
	}
}

func kindAndCode(it importers.Item) (kind, code string) {
	switch e := it.Entity.(type) {
	case household.Street:
		return "street", e.Code
	case household.Compound:
		return "compound", e.Code
	case household.Gate:
		return "gate", e.Code
	case household.Barrier:
		return "barrier", e.Code
	case household.Land:
		return "land", e.Code
	case household.Building:
		return "building", e.Code
	case household.Entrance:
		return "entrance", nodeCode(e.NodeID)
	case household.Facility:
		return "facility", e.Code
	}
	return "reject", fmt.Sprint(it.Row)
}
