package synthcity

import (
	"context"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"hearthmap/household"
)

// A large city has the counts that its preset states. This one is so small
// that single blocks weigh much: with another seed its few villages may not
// be able to make up for the units.
func TestLargeCitiesHaveTheStatedCounts(t *testing.T) {
	want := presets["borough"]().metro
	for _, seed := range []uint64{1, 2} {
		sum, err := Generate(context.Background(), Options{Preset: "borough", Seed: seed, Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		off := math.Abs(float64(sum.Units)/float64(want.units) - 1)
		if sum.Buildings != want.buildings || sum.Residents != want.residents || sum.Areas[household.LevelCommunity] != want.communities ||
			seed == 1 && sum.Units != want.units || off > 0.02 {
			t.Errorf("seed %d: %d buildings, %d units, %d residents, %d communities; want %+v",
				seed, sum.Buildings, sum.Units, sum.Residents, sum.Areas[household.LevelCommunity], want)
		}
	}
}

// The presets' own numbers, from their plans: nothing is written.
func TestPlansOfLargeCities(t *testing.T) {
	for name, want := range map[string]struct{ districts, communities int }{"district": {1, 190}, "shenyang": {13, 2430}} {
		t.Run(name, func(t *testing.T) {
			if name == "shenyang" && testing.Short() {
				t.Skip("the plan takes seconds")
			}
			c := &city{opt: Options{Seed: 3}, pre: presets[name]()}
			c.makePlan()
			if len(c.plan.dists) != want.districts || len(c.plan.comms) != want.communities {
				t.Fatalf("%d districts, %d communities", len(c.plan.dists), len(c.plan.comms))
			}
			m := c.pre.metro
			names := map[string]bool{}
			for i := range c.plan.comms {
				cm := &c.plan.comms[i]
				if len(c.homes(cm.faces)) == 0 || len(cm.grids) == 0 || names[cm.name.zh] {
					t.Errorf("community %s has %d homes, %d grids, or its name twice", cm.name.zh, len(c.homes(cm.faces)), len(cm.grids))
				}
				names[cm.name.zh] = true
			}
			// What the blocks of the town bring leaves the villages something, and not too much.
			if q := c.newQuota(); math.Abs(q.expected/q.units-1) > 0.05 {
				t.Errorf("the town is expected to bring %.0f units, not %.0f", q.expected, q.units)
			}
			if n := m.buildings / len(c.plan.villages); n < 80 || n > 2000 {
				t.Errorf("%d villages for %d buildings", len(c.plan.villages), m.buildings)
			}
			for f := range c.plan.faces {
				if c.plan.faces[f].grid < 0 {
					t.Fatalf("face %d is in no grid", f)
				}
			}
		})
	}
}

// Ages and households are as in a city of the north-east: see ages.go.
func TestPeopleOfLargeCities(t *testing.T) {
	cities(t, func(t *testing.T, m *made) {
		if m.preset != "borough" {
			t.Skip("a small town")
		}
		var young, old, cohort, all float64
		homes := map[string]bool{}
		for _, r := range m.residents[1:] {
			y, _ := strconv.Atoi(r[3][:4])
			all++
			switch age := 2025 - y; {
			case age < 15:
				young++
			case age >= 60:
				old++
			case age >= 50:
				cohort++
			}
			homes[strings.Join(r[5:8], "-")] = true
		}
		in := func(what string, v, lo, hi float64) {
			if v < lo || v > hi {
				t.Errorf("%s: %.3f, want %.3f … %.3f", what, v, lo, hi)
			}
		}
		in("under fifteen", young/all, 0.09, 0.16)
		in("sixty and over", old/all, 0.19, 0.29)
		in("fifty to sixty", cohort/all, 0.11, 0.22)
		in("household size", all/float64(len(homes)), 2.2, 2.7)
	})
}

// unmade are the categories of other standards than GB 50180 that made-up
// cities have no facilities of: the map says that there is no data.
var unmade = map[household.Category]bool{
	"emergency_station": true, "emergency_supply_street": true, "emergency_supply_district": true,
	"elderly_care_station": true, "elderly_canteen": true, "elderly_complex": true,
	"fresh_food": true, "breakfast": true, "cafe": true, "printing": true, "housekeeping": true, "repair": true, "pet_service": true,
}

// No category is everywhere or nowhere: a circle of 300 m around its places
// holds some of the homes and not all, save for what every corner has.
func TestServicesOfLargeCitiesAreUneven(t *testing.T) {
	cities(t, func(t *testing.T, m *made) {
		if m.preset != "borough" {
			t.Skip("a small town")
		}
		var homes []pt
		for k, f := range m.footprints() {
			if f.str("use") == "residential" && k%7 == 0 {
				homes = append(homes, ringOf(f.xy)[0])
			}
		}
		for _, cat := range household.Categories {
			places, near := m.facilityPlaces(t, cat.ID), 0
			if unmade[cat.ID] {
				if len(places) > 0 {
					t.Errorf("%s is made now: take it off the list", cat.ID)
				}
				continue
			}
			switch cat.ID {
			case "hospital", "mall", "metro_station", "elderly_care_home", "convenience_store", "restaurant":
				continue // a borough may have none, or one at every corner
			}
			for _, h := range homes {
				for _, p := range places {
					if dist(h, p) < 300 {
						near++
						break
					}
				}
			}
			if near == 0 || near == len(homes) {
				t.Errorf("%d places of %s are near %d of %d homes", len(places), cat.ID, near, len(homes))
			}
		}
	})
}

func TestSeveralRunsWriteTheSameLargeCity(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for _, dir := range []string{a, b} {
		if _, err := Generate(context.Background(), Options{Preset: "borough", Seed: 9, Dir: dir}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range Files {
		x, err := os.ReadFile(a + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if y, err := os.ReadFile(b + "/" + name); err != nil || string(x) != string(y) {
			t.Errorf("%s differs: %v", name, err)
		}
	}
}

func TestApportion(t *testing.T) {
	got := apportion(10, []int{100, 50, 0, 49}, []int{9, 9, 9, 2})
	if got[0]+got[1]+got[2]+got[3] != 10 || got[2] != 1 || got[3] > 2 || got[0] <= got[1] {
		t.Errorf("%v", got)
	}
}
