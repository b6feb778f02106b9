package coverage_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// drawChange changes the city in one way, sharing the lists that it leaves
// alone, as cityindex.City.Patch does, or copying them unchanged, as a reload
// from the database does.
func drawChange(t *rapid.T, old *cityindex.Data) *cityindex.Data {
	d := *old
	pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "which") }
	metre := func(name string) float64 { return float64(rapid.IntRange(-50, 550).Draw(t, name)) }
	if rapid.Bool().Draw(t, "reload") {
		d.Buildings, d.Facilities, d.Streets = slices.Clone(d.Buildings), slices.Clone(d.Facilities), slices.Clone(d.Streets)
		d.Gates, d.Entrances, d.Compounds = slices.Clone(d.Gates), slices.Clone(d.Entrances), slices.Clone(d.Compounds)
	}
	switch rapid.IntRange(0, 9).Draw(t, "change") {
	case 0, 1: // people move
		d.Buildings = slices.Clone(d.Buildings)
		b := &d.Buildings[pick(len(d.Buildings))]
		b.Counts.People = rapid.Int32Range(0, 50).Draw(t, "people")
		b.Counts.Age3to5 = b.Counts.People / 9
	case 2: // a facility opens, with a code among or after the others
		f := drawFacility(t, len(d.Facilities))
		f.Code = rapid.SampledFrom([]string{"a", "f00a", "f02a", "z"}).Draw(t, "code") + f.Code
		d.Facilities = slices.Insert(slices.Clone(d.Facilities), rapid.IntRange(0, len(d.Facilities)).Draw(t, "place"), f)
	case 3: // one closes
		if len(d.Facilities) > 0 {
			i := pick(len(d.Facilities))
			d.Facilities = slices.Delete(slices.Clone(d.Facilities), i, i+1)
		}
	case 4: // one moves, or becomes something else
		if len(d.Facilities) > 0 {
			d.Facilities = slices.Clone(d.Facilities)
			f := &d.Facilities[pick(len(d.Facilities))]
			if rapid.Bool().Draw(t, "move") {
				f.Geom = at(metre("fx"), metre("fy"))
			} else {
				f.Category = rapid.SampledFrom([]household.Category{"kindergarten", "bank"}).Draw(t, "category")
			}
		}
	case 5: // a building moves
		d.Buildings = slices.Clone(d.Buildings)
		d.Buildings[pick(len(d.Buildings))].Point = at(metre("bx"), metre("by"))
	case 6: // a building goes, and its doors
		i := pick(len(d.Buildings))
		id := d.Buildings[i].ID
		if len(d.Buildings) > 1 {
			d.Buildings = slices.Delete(slices.Clone(d.Buildings), i, i+1)
			d.Entrances = slices.DeleteFunc(slices.Clone(d.Entrances), func(e cityindex.Entrance) bool { return e.BuildingID == id })
		}
	case 7: // a street changes
		d.Streets = slices.Clone(d.Streets)
		s := &d.Streets[pick(len(d.Streets))]
		switch rapid.IntRange(0, 2).Draw(t, "street") {
		case 0:
			s.Foot = !s.Foot
		case 1:
			s.FootOneway = 1 - s.FootOneway*s.FootOneway
		case 2:
			s.Geom = line(metre("sx"), metre("sy"), metre("sx"), metre("sy"))
		}
	case 8: // a gate, or a wall
		if len(d.Gates) > 0 && rapid.Bool().Draw(t, "gate") {
			d.Gates = slices.Clone(d.Gates)
			g := &d.Gates[pick(len(d.Gates))]
			g.Open = !g.Open
		} else if len(d.Compounds) > 0 {
			d.Compounds = slices.Clone(d.Compounds)
			c := &d.Compounds[pick(len(d.Compounds))]
			c.Walled = !c.Walled
		}
	case 9: // a door
		if len(d.Entrances) > 0 {
			d.Entrances = slices.Clone(d.Entrances)
			d.Entrances[pick(len(d.Entrances))].Geom = at(metre("ex"), metre("ey"))
		}
	}
	return &d
}

// TestFollowEqualsNew changes a city again and again, asking in between: an
// engine that followed the changes answers as one made anew.
func TestFollowEqualsNew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawCity(t)
		e := coverage.New(d)
		for range rapid.IntRange(1, 6).Draw(t, "changes") {
			for range rapid.IntRange(0, 3).Draw(t, "questions") {
				if _, err := e.Run(context.Background(), drawRequest(t)); err != nil {
					t.Fatal(err)
				}
			}
			d = drawChange(t, d)
			e = e.Follow(d)
			q := drawRequest(t)
			r, err := e.Run(context.Background(), q)
			if err != nil {
				t.Fatal(err)
			}
			got, gotAreas := everything(t, r)
			want, wantAreas := everything(t, compute(t, d, q))
			if got != want || !reflect.DeepEqual(gotAreas, wantAreas) {
				t.Fatalf("%s, %s: followed\n%s\nanew\n%s", q.Method, q.Profile, got, want)
			}
			for i := range d.Facilities {
				if a, b := e.FacilityReason(q.Profile, i), coverage.New(d).FacilityReason(q.Profile, i); a != b {
					t.Fatalf("facility %d: %q followed, %q anew", i, a, b)
				}
			}
		}
	})
}

// TestFollowKeeps checks what is not computed again.
func TestFollowKeeps(t *testing.T) {
	d := smallTown(true)
	e := coverage.New(d)
	if _, err := e.Run(context.Background(), coverage.Request{Requirements: []string{"kindergarten", "police"}}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change                      func(d *cityindex.Data)
		graph, kindergarten, police bool
		joined                      int
	}{
		"nothing": {func(*cityindex.Data) {}, true, true, true, 1},
		"counts": {func(d *cityindex.Data) {
			d.Buildings = slices.Clone(d.Buildings)
			d.Buildings[0].Counts.People = 7
		}, true, true, true, 1},
		"a facility": {func(d *cityindex.Data) {
			d.Facilities = slices.Clone(d.Facilities)
			d.Facilities[0].Geom = at(50, -10)
		}, true, false, true, 1},
		"a building": {func(d *cityindex.Data) {
			d.Buildings = slices.Clone(d.Buildings)
			d.Buildings[0].Point = at(50, -10)
		}, true, false, false, 1},
		"a name": {func(d *cityindex.Data) {
			d.Streets = slices.Clone(d.Streets)
			d.Streets[0].Name = "路"
		}, true, true, true, 1},
		"a gate": {func(d *cityindex.Data) {
			d.Gates = slices.Clone(d.Gates)
			d.Gates[0].Open = false
		}, false, false, false, 0},
	} {
		changed := *d
		c.change(&changed)
		next := e.Follow(&changed)
		if got := next.Graph() == e.Graph(); got != c.graph {
			t.Errorf("%s: graph kept %v", name, got)
		}
		if got := next.Kept("kindergarten") == 1; got != c.kindergarten {
			t.Errorf("%s: kindergartens kept %v", name, got)
		}
		if got := next.Kept("police") == 1; got != c.police {
			t.Errorf("%s: police kept %v", name, got)
		}
		if got := next.Joined(); got != c.joined {
			t.Errorf("%s: joins of %d modes kept, want %d", name, got, c.joined)
		}
	}
}

// TestLiveFollows checks that Live hands the engine on from one snapshot to
// the next.
func TestLiveFollows(t *testing.T) {
	d := smallTown(true)
	for i := range d.Streets {
		d.Streets[i].ID = int64(i + 1)
	}
	city, err := cityindex.New(d)
	if err != nil {
		t.Fatal(err)
	}
	live := cityindex.NewLive(city)
	l := coverage.NewLive(live)
	first, err := l.Result(context.Background(), "", "", "")
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		if err := live.Update(func(c *cityindex.City) (*cityindex.City, error) {
			return c.Patch(cityindex.Update{Counts: map[int64]cityindex.Counts{1: {People: 1000}}})
		}); err != nil {
			t.Fatal(err)
		}
		if l.Engine().Graph() != first.Engine().Graph() || l.Engine().Kept("kindergarten") == 0 {
			t.Fatal("a change of counts built the graph again, or forgot distances")
		}
	}
	r, err := l.Result(context.Background(), "", "", "")
	if err != nil {
		t.Fatal(err)
	}
	areas, err := r.Totals(household.LevelCommunity, "990001001001")
	if err != nil || areas[0].People != 1000 {
		t.Errorf("%v, %v: want the 1000 people counted last", areas, err)
	}
}
