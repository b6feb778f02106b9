package cityindex

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"

	"hearthmap/geo"
	"hearthmap/household"
)

func mustNew(t rapid.TB, d *Data) *City {
	t.Helper()
	c, err := New(d)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return c
}

func collect(find func(yield func(int32) bool)) []int32 {
	var out []int32
	find(func(i int32) bool { out = append(out, i); return true })
	slices.Sort(out)
	return out
}

// brute finds what search has to find by looking at everything.
func brute(n int, b orb.Bound, geom func(i int) orb.Geometry) []int32 {
	var out []int32
	for i := range n {
		if geom(i).Bound().Intersects(b) {
			out = append(out, int32(i))
		}
	}
	return out
}

func TestSearchesEqualBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawData(t)
		c := mustNew(t, d)
		b := drawBound(t)
		check := func(what string, got, want []int32) {
			if !slices.Equal(got, want) {
				t.Fatalf("%s in %v: %v, want %v", what, b, got, want)
			}
		}
		check("buildings", collect(func(y func(int32) bool) { c.BuildingsIn(b, y) }),
			brute(len(d.Buildings), b, func(i int) orb.Geometry { return d.Buildings[i].Geom }))
		check("compounds", collect(func(y func(int32) bool) { c.CompoundsIn(b, y) }),
			brute(len(d.Compounds), b, func(i int) orb.Geometry { return d.Compounds[i].Geom }))
		check("streets", collect(func(y func(int32) bool) { c.StreetsIn(b, y) }),
			brute(len(d.Streets), b, func(i int) orb.Geometry { return d.Streets[i].Geom }))
		check("land", collect(func(y func(int32) bool) { c.LandIn(b, y) }),
			brute(len(d.Land), b, func(i int) orb.Geometry { return d.Land[i].Geom }))
		check("facilities", collect(func(y func(int32) bool) { c.FacilitiesIn(b, y) }),
			brute(len(d.Facilities), b, func(i int) orb.Geometry { return d.Facilities[i].Geom }))
		check("entrances", collect(func(y func(int32) bool) { c.EntrancesIn(b, y) }),
			brute(len(d.Entrances), b, func(i int) orb.Geometry { return d.Entrances[i].Geom }))
		for _, level := range household.AreaLevels {
			var want []int32
			for i := range d.Areas {
				if d.Areas[i].Level == level && d.Areas[i].Geom.Bound().Intersects(b) {
					want = append(want, int32(i))
				}
			}
			check(string(level), collect(func(y func(int32) bool) { c.AreasIn(level, b, y) }), want)
		}
	})
}

func TestAreasAtEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawData(t)
		c := mustNew(t, d)
		p := drawPoint(t)
		got := c.AreasAt(p)
		for i := range d.Areas {
			if in := planar.MultiPolygonContains(d.Areas[i].Geom, p); in != slices.Contains(got, int32(i)) {
				t.Fatalf("area %d holds %v: %v; AreasAt gave %v", i, p, in, got)
			}
		}
		for i := 1; i < len(got); i++ {
			if levelRank(d.Areas[got[i-1]].Level) > levelRank(d.Areas[got[i]].Level) {
				t.Fatalf("levels out of order: %v", got)
			}
		}
	})
}

// The oracle measures to many points along each outline.
func TestNearestEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawData(t)
		c := mustNew(t, d)
		p, k := drawPoint(t), rapid.IntRange(0, 50).Draw(t, "k")
		got := c.NearestBuildings(p, k)
		if len(got) != min(k, len(d.Buildings)) {
			t.Fatalf("%d of %d found, asked for %d", len(got), len(d.Buildings), k)
		}
		all := make([]float64, len(d.Buildings))
		for i := range d.Buildings {
			all[i] = slowMetres(p, d.Buildings[i].Geom)
		}
		for _, n := range got {
			if math.Abs(n.Metres-all[n.Index]) > 60 { // the outlines are sampled every 50 m or so
				t.Fatalf("building %d at %.1f m, want %.1f", n.Index, n.Metres, all[n.Index])
			}
		}
		for i := 1; i < len(got); i++ {
			if got[i].Metres < got[i-1].Metres {
				t.Fatalf("not nearest first: %v", got)
			}
		}
		slices.Sort(all)
		for i, n := range got {
			if math.Abs(n.Metres-all[i]) > 60 {
				t.Fatalf("number %d is %.1f m away, want %.1f", i, n.Metres, all[i])
			}
		}
	})
}

func slowMetres(p orb.Point, g orb.Geometry) float64 {
	switch g := g.(type) {
	case orb.Point:
		return geo.Distance(p, g)
	case orb.Polygon:
		if planar.PolygonContains(g, p) {
			return 0
		}
		best := math.Inf(1)
		for i := 1; i < len(g[0]); i++ {
			for s := 0.0; s <= 1; s += 0.005 {
				a, b := g[0][i-1], g[0][i]
				best = min(best, geo.Distance(p, orb.Point{a[0] + s*(b[0]-a[0]), a[1] + s*(b[1]-a[1])}))
			}
		}
		return best
	case orb.MultiPolygon:
		return min(slowMetres(p, g[0]), slowMetres(p, g[1]))
	}
	return math.NaN()
}

func TestLookups(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawData(t)
		c := mustNew(t, d)
		for i := range d.Buildings {
			if got, ok := c.Building(d.Buildings[i].Code); !ok || got != int32(i) {
				t.Fatalf("building %d: %d", i, got)
			}
			if got, ok := c.BuildingByID(d.Buildings[i].ID); !ok || got != int32(i) {
				t.Fatalf("building %d by id: %d", i, got)
			}
			for _, e := range c.EntrancesOf(int32(i)) {
				if d.Entrances[e].BuildingID != d.Buildings[i].ID {
					t.Fatalf("entrance %d is not of building %d", e, i)
				}
			}
		}
		owned := 0
		for i := range d.Buildings {
			owned += len(c.EntrancesOf(int32(i)))
		}
		for i := range d.Entrances {
			if _, ok := c.BuildingByID(d.Entrances[i].BuildingID); ok {
				owned--
			}
		}
		if owned != 0 {
			t.Fatalf("%d entrances too many", owned)
		}
		for i := range d.Areas {
			if got, ok := c.Area(d.Areas[i].Code); !ok || got != int32(i) {
				t.Fatalf("area %d: %d", i, got)
			}
			for _, k := range c.Children(int32(i)) {
				if c.Parent(k) != int32(i) || !c.Within(k, int32(i)) {
					t.Fatalf("child %d of %d has parent %d", k, i, c.Parent(k))
				}
			}
		}
		for i := range d.Facilities {
			if !slices.Contains(c.Facilities(d.Facilities[i].Category), int32(i)) {
				t.Fatalf("facility %d is not among its category", i)
			}
		}
		if i, ok := c.Building("nonsense"); ok || i != None {
			t.Fatalf("nonsense is building %d", i)
		}
	})
}

func TestBadDataIsRefused(t *testing.T) {
	for name, d := range map[string]*Data{
		"order":     {Buildings: []Building{{ID: 2}, {ID: 1}}},
		"same id":   {Streets: []Street{{ID: 2}, {ID: 2}}},
		"same code": {Facilities: []Facility{{ID: 1, Code: "F"}, {ID: 2, Code: "F"}}},
		"cycle": {Areas: []Area{
			{ID: 1, Code: "a", Level: "street", ParentID: 2}, {ID: 2, Code: "b", Level: "street", ParentID: 1},
		}},
		"own parent": {Areas: []Area{{ID: 1, Code: "a", Level: "street", ParentID: 1}}},
	} {
		_, err := New(d)
		if household.CodeOf(err) != household.Invalid || household.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEmptyCity(t *testing.T) {
	c := mustNew(t, &Data{City: "nowhere"})
	if c.HasBounds() || c.Totals() != (Totals{}) || len(c.NearestBuildings(orb.Point{1, 1}, 3)) != 0 {
		t.Errorf("an empty city has %v %v", c.Bounds(), c.Totals())
	}
}

func TestPatchEqualsNew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, other := drawData(t), drawData(t)
		u := Update{Seq: 8, Replace: TableSet(rapid.IntRange(0, int(countsChanged)-1).Draw(t, "replace")), New: *other}
		if rapid.Bool().Draw(t, "counts only") {
			u.Replace &^= totalled
		}
		merged := *before
		merged.Seq = 8
		replace(&merged, u.Replace, other)
		merged.Buildings = slices.Clone(merged.Buildings)
		u.Counts = map[int64]Counts{}
		for i := range merged.Buildings {
			if rapid.Bool().Draw(t, "recount") {
				merged.Buildings[i].Counts = drawCounts(t)
				u.Counts[merged.Buildings[i].ID] = merged.Buildings[i].Counts
			}
		}
		old := mustNew(t, before)
		totals := old.Totals()
		got, err := old.Patch(u)
		if err != nil {
			t.Fatalf("Patch: %v", err)
		}
		sameCity(t, got, mustNew(t, &merged), drawBound(t))
		if old.Totals() != totals || old.Data() != before {
			t.Fatalf("Patch changed the old city")
		}
	})
}

// sameCity compares all that a city knows, the trees by what they find.
func sameCity(t *rapid.T, got, want *City, b orb.Bound) {
	tables := func(c *City) []any {
		a := c.areas
		return []any{
			c.data, a.byCode, a.areaByID, a.gridByID, a.parent, a.children, a.byLevel, a.root, c.compounds.byCode, c.compounds.gates,
			c.buildings.ids, c.buildings.byCode, c.entrances.order, c.entrances.first, c.facilities.byCategory, c.facilities.byCode,
			c.relations, c.totals, c.bounds,
		}
	}
	g, w := tables(got), tables(want)
	for i := range g {
		if !reflect.DeepEqual(g[i], w[i]) && !(reflect.ValueOf(g[i]).Kind() == reflect.Slice && reflect.ValueOf(g[i]).Len()+reflect.ValueOf(w[i]).Len() == 0) {
			t.Fatalf("part %d: %+v, want %+v", i, g[i], w[i])
		}
	}
	trees := func(c *City) []*tree {
		return []*tree{c.areas.all, c.compounds.tree, c.buildings.tree, c.entrances.tree, c.streets.tree, c.land.tree, c.facilities.tree}
	}
	gt, wt := trees(got), trees(want)
	for i := range gt {
		found := collect(func(y func(int32) bool) { gt[i].search(b, y) })
		if exp := collect(func(y func(int32) bool) { wt[i].search(b, y) }); !slices.Equal(found, exp) {
			t.Fatalf("tree %d finds %v, want %v", i, found, exp)
		}
	}
}

func TestPatchSharesWhatDidNotChange(t *testing.T) {
	d := &Data{Buildings: []Building{{ID: 1, Code: "B1", Geom: orb.Point{1, 1}}}}
	c := mustNew(t, d)
	p, err := c.Patch(Update{Seq: 1, Counts: map[int64]Counts{1: {People: 3}}})
	if err != nil {
		t.Fatal(err)
	}
	if p.buildings != c.buildings || p.areas != c.areas || p.relations != c.relations {
		t.Error("a change of counts indexed the buildings again")
	}
	if p.Totals().People != 3 || c.Totals().People != 0 {
		t.Errorf("people: %d, before %d", p.Totals().People, c.Totals().People)
	}
	if _, err := c.Patch(Update{Counts: map[int64]Counts{2: {}}}); household.CodeOf(err) != household.NotFound {
		t.Errorf("counts of an unknown building: %v", err)
	}
}
