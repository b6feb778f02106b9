package siting_test

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"hearthmap/geo"
	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/geo/siting"
	"hearthmap/household"
)

var plane = geo.NewPlane(orb.Point{110, 31})

func at(x, y float64) orb.Point { return plane.LL(orb.Point{x, y}) }

func street(code string, xy ...float64) cityindex.Street {
	s := cityindex.Street{Street: household.Street{Code: code, Foot: true}}
	for i := 0; i < len(xy); i += 2 {
		s.Geom = append(s.Geom, at(xy[i], xy[i+1]))
	}
	return s
}

func box(x0, y0, x1, y1 float64) orb.MultiPolygon {
	return orb.MultiPolygon{{{at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1), at(x0, y0)}}}
}

// drawCity draws a small city: streets on a grid, some oneway or steps, walled
// compounds, gates, buildings with people of several ages, facilities.
func drawCity(t *rapid.T) *cityindex.Data {
	d := &cityindex.Data{}
	cell := rapid.IntRange(0, 5)
	metre := func(name string) float64 { return float64(rapid.IntRange(-50, 550).Draw(t, name)) }
	for i := range rapid.IntRange(3, 20).Draw(t, "streets") {
		x, y := float64(100*cell.Draw(t, "x")), float64(100*cell.Draw(t, "y"))
		dx, dy := 0.0, 100*float64(rapid.IntRange(1, 3).Draw(t, "length"))
		if rapid.Bool().Draw(t, "east") {
			dx, dy = dy, dx
		}
		s := street(fmt.Sprintf("s%02d", i), x, y, x+dx, y+dy)
		s.ID = int64(i + 1)
		s.FootOneway = int8(rapid.SampledFrom([]int{0, 0, 0, 1, -1}).Draw(t, "oneway"))
		s.Steps = rapid.IntRange(0, 5).Draw(t, "steps") == 0
		d.Streets = append(d.Streets, s)
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "compounds") {
		x, y := metre("cx"), metre("cy")
		d.Compounds = append(d.Compounds, cityindex.Compound{ID: int64(i + 1), Code: fmt.Sprint("c", i), Walled: true, Geom: box(x, y, x+130, y+110)})
		d.Gates = append(d.Gates, cityindex.Gate{ID: int64(i + 1), Code: fmt.Sprint("g", i), Open: rapid.Bool().Draw(t, "open"), Geom: at(x, y+50)})
	}
	for i := range rapid.IntRange(1, 12).Draw(t, "buildings") {
		people := rapid.Int32Range(0, 50).Draw(t, "people")
		b := cityindex.Building{
			ID: int64(i + 1), Code: fmt.Sprintf("b%02d", i), Use: household.UseResidential, Point: at(metre("bx"), metre("by")),
			Counts: cityindex.Counts{People: people, Age3to5: people / 7, Age60up: people / 3, Age80up: people / 9},
		}
		if rapid.IntRange(0, 4).Draw(t, "office") == 0 {
			b.Use = household.UseOffice
		}
		d.Buildings = append(d.Buildings, b)
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "facilities") {
		d.Facilities = append(d.Facilities, cityindex.Facility{ID: int64(i + 1), Code: fmt.Sprintf("f%02d", i), Category: "bank", Geom: at(metre("fx"), metre("fy"))})
	}
	return d
}

func small(t interface{ Fatal(...any) }) *coverage.Standard {
	s, err := coverage.ParseStandard([]byte(`{"id":"small","name_en":"small","requirements":[
		{"category":"bank","minutes":10,"metres":300,"required":true,"group":"age_60_up"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// outcome is what coverage says of a city once the chosen candidates really
// are facilities: who is covered, and the metres walked in all.
func outcome(t *rapid.T, d *cityindex.Data, q siting.Request, group coverage.Group, far int32, set []int) (covered, walked int64) {
	more := *d
	more.Facilities = slices.Clone(d.Facilities)
	for _, j := range set {
		more.Facilities = append(more.Facilities, cityindex.Facility{
			ID: int64(len(more.Facilities) + 1), Code: "new " + q.Candidates[j].Code, Category: "bank", Geom: q.Candidates[j].Point,
		})
	}
	r, err := coverage.New(&more).Run(context.Background(), coverage.Request{Standard: q.Standard, Method: q.Method, Profile: q.Profile})
	if err != nil {
		t.Fatal(err)
	}
	for b, x := range r.Reaches(0) {
		if !coverage.Residential(&d.Buildings[b]) {
			continue
		}
		w := int64(group.Of(d.Buildings[b].Counts))
		if x.Status == coverage.Covered {
			covered += w
		}
		way := far
		if x.Decimetres >= 0 {
			way = min(way, x.Decimetres)
		}
		walked += w * int64(way)
	}
	return covered, walked
}

// TestPlansAgainstAddedFacilities builds every choice of candidates into the
// city and lets coverage count: plans are the best of them and say the same
// numbers.
func TestPlansAgainstAddedFacilities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawCity(t)
		group := rapid.SampledFrom([]coverage.Group{coverage.Everyone, coverage.Age60up, coverage.Age80up}).Draw(t, "group")
		q := siting.Request{
			Standard: small(t), Requirement: "bank", N: rapid.IntRange(1, 3).Draw(t, "n"),
			Model:   rapid.SampledFrom([]siting.Model{siting.MCLP, siting.LSCP, siting.PMedian}).Draw(t, "model"),
			Method:  rapid.SampledFrom([]coverage.Method{coverage.MethodNetwork, coverage.MethodNetwork, coverage.MethodRadius}).Draw(t, "method"),
			Profile: rapid.SampledFrom(coverage.Profiles).Draw(t, "profile"),
			Group:   map[coverage.Group]string{coverage.Everyone: "everyone", coverage.Age60up: "", coverage.Age80up: "age_80_up"}[group],
		}
		if rapid.Bool().Draw(t, "accepts") {
			q.Standard.Requirements[0].Accepts = []household.Category{"post"}
			for i := range d.Facilities {
				if rapid.Bool().Draw(t, "post") {
					d.Facilities[i].Category = "post"
				}
			}
		}
		total := int32(0)
		for i := range d.Buildings {
			total += group.Of(d.Buildings[i].Counts)
		}
		if total == 0 {
			return // buildings are counted then
		}
		for i := range rapid.IntRange(1, 5).Draw(t, "candidates") {
			q.Candidates = append(q.Candidates, siting.Candidate{
				Code: fmt.Sprint("k", i), Point: at(float64(rapid.IntRange(-50, 550).Draw(t, "kx")), float64(rapid.IntRange(-50, 550).Draw(t, "ky"))),
			})
		}
		p, err := siting.Run(context.Background(), coverage.New(d), q)
		if err != nil {
			t.Fatal(err)
		}
		if !p.Optimal {
			t.Fatalf("%+v is not proved", p)
		}
		far := int32(math.Round(p.FarMetres * 10))
		before, walked := outcome(t, d, q, group, far, nil)
		all := make([]int, len(q.Candidates))
		for j := range all {
			all[j] = j
		}
		reachable, _ := outcome(t, d, q, group, far, all)
		bestCovered, leastWalked, fewest := int64(0), walked, len(all)
		for mask := range 1 << len(all) {
			var set []int
			for j := range all {
				if mask&(1<<j) != 0 {
					set = append(set, j)
				}
			}
			c, w := outcome(t, d, q, group, far, set)
			if len(set) <= q.N {
				bestCovered, leastWalked = max(bestCovered, c), min(leastWalked, w)
			}
			if c == reachable {
				fewest = min(fewest, len(set))
			}
		}
		var chosen []int
		for r, s := range p.Sites {
			j := slices.IndexFunc(q.Candidates, func(c siting.Candidate) bool { return c.Code == s.Code })
			chosen = append(chosen, j)
			if c, _ := outcome(t, d, q, group, far, chosen); c != s.After {
				t.Fatalf("with %v coverage counts %d, the plan says %d", chosen, c, s.After)
			}
			if s.Rank != r+1 {
				t.Fatalf("site %d has rank %d", r, s.Rank)
			}
		}
		covered, walks := outcome(t, d, q, group, far, chosen)
		if p.Before != before || p.After != covered || p.Reachable != reachable {
			t.Fatalf("%+v; coverage counts %d before, %d after, %d reachable", p, before, covered, reachable)
		}
		switch p.Model {
		case siting.MCLP:
			if covered != bestCovered || p.Gain != float64(covered-before) {
				t.Fatalf("%+v covers %d, possible are %d", p, covered, bestCovered)
			}
		case siting.LSCP:
			if covered != reachable || len(p.Sites) != fewest || p.Least != fewest {
				t.Fatalf("%+v takes %d sites for %d of %d; %d do", p, len(p.Sites), covered, reachable, fewest)
			}
		case siting.PMedian:
			if walks != leastWalked || math.Abs(p.Gain*10-float64(walked-walks)) > 0.5 {
				t.Fatalf("%+v: %d dm, possible are %d", p, walks, leastWalked)
			}
			if mean := float64(walks) / 10 / float64(total); math.Abs(p.MeanAfter-mean) > 1e-6 {
				t.Fatalf("mean %v, want %v", p.MeanAfter, mean)
			}
		}
	})
}

// TestPlotsRowOrder checks that plots are chosen and thinned alike whatever
// the order of rows and database ids.
func TestPlotsRowOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawCity(t)
		q := siting.Request{
			Standard: small(t), Requirement: "bank", N: 2, MaxPlots: rapid.IntRange(1, 12).Draw(t, "plots"),
			Model: rapid.SampledFrom([]siting.Model{siting.MCLP, siting.LSCP, siting.PMedian}).Draw(t, "model"), Capacity: rapid.Int64Range(0, 30).Draw(t, "capacity"),
		}
		plan := func(d *cityindex.Data) *siting.Plan {
			p, err := siting.Run(context.Background(), coverage.New(d), q)
			if err != nil {
				t.Fatal(err)
			}
			if p.Candidates.Used > q.MaxPlots || (p.Candidates.Cell > 0) != (p.Candidates.Used < p.Candidates.Given) {
				t.Fatalf("%+v", p.Candidates)
			}
			for _, s := range p.Sites {
				if i := slices.IndexFunc(d.Buildings, func(b cityindex.Building) bool { return b.Code == s.Code }); i < 0 || !d.Buildings[i].Use.Residential() {
					t.Fatalf("site %+v is no plot", s)
				}
				if q.Capacity > 0 && q.Model != siting.PMedian && s.Gain > float64(q.Capacity) {
					t.Fatalf("%+v serves more than %d", s, q.Capacity)
				}
			}
			return p
		}
		e := *d
		e.Streets, e.Compounds, e.Gates = slices.Clone(d.Streets), slices.Clone(d.Compounds), slices.Clone(d.Gates)
		e.Buildings, e.Facilities = slices.Clone(d.Buildings), slices.Clone(d.Facilities)
		slices.Reverse(e.Streets)
		slices.Reverse(e.Compounds)
		slices.Reverse(e.Gates)
		slices.Reverse(e.Buildings)
		slices.Reverse(e.Facilities)
		for i := range e.Buildings {
			e.Buildings[i].ID += 1000
		}
		if a, b := plan(d), plan(&e); !reflect.DeepEqual(a, b) {
			t.Fatalf("in order:\n%+v\nreversed:\n%+v", a, b)
		}
	})
}

// TestNobodyRegistered checks that buildings are counted where there are no
// people.
func TestNobodyRegistered(t *testing.T) {
	d := &cityindex.Data{Streets: []cityindex.Street{street("s", 0, 0, 1000, 0)}}
	for i := range 5 {
		d.Buildings = append(d.Buildings, cityindex.Building{ID: int64(i + 1), Code: fmt.Sprint("b", i), Use: household.UseResidential, Point: at(float64(200*i), 10)})
	}
	p, err := siting.Run(context.Background(), coverage.New(d), siting.Request{Standard: small(t), Requirement: "bank", N: 1})
	if err != nil {
		t.Fatal(err)
	}
	if p.Unit != "buildings" || p.People != 5 || p.Gain != 3 || p.Sites[0].Code != "b1" || p.After != 3 {
		t.Errorf("%+v", p)
	}
}

func TestBadRequests(t *testing.T) {
	d := &cityindex.Data{Streets: []cityindex.Street{street("s", 0, 0, 1000, 0)}}
	good := siting.Request{Standard: small(t), Requirement: "bank", N: 1}
	for name, c := range map[string]struct {
		change func(*siting.Request)
		code   household.ErrorCode
	}{
		"no facilities":  {func(q *siting.Request) { q.N = 0 }, household.Invalid},
		"too many":       {func(q *siting.Request) { q.N = siting.MaxSites + 1 }, household.Invalid},
		"no model":       {func(q *siting.Request) { q.Model = "best" }, household.Invalid},
		"no group":       {func(q *siting.Request) { q.Group = "cats" }, household.Invalid},
		"share":          {func(q *siting.Request) { q.Share = math.NaN() }, household.Invalid},
		"capacity":       {func(q *siting.Request) { q.Capacity = -1 }, household.Invalid},
		"far":            {func(q *siting.Request) { q.Far = math.Inf(1) }, household.Invalid},
		"seconds":        {func(q *siting.Request) { q.Seconds = -1 }, household.Invalid},
		"plots":          {func(q *siting.Request) { q.MaxPlots = siting.MaxCandidates + 1 }, household.Invalid},
		"empty file":     {func(q *siting.Request) { q.Candidates = []siting.Candidate{} }, household.Invalid},
		"profile":        {func(q *siting.Request) { q.Profile = "bird" }, household.Invalid},
		"other category": {func(q *siting.Request) { q.Requirement = "mall" }, household.NotFound},
	} {
		q := good
		c.change(&q)
		if _, err := siting.Run(context.Background(), coverage.New(d), q); household.CodeOf(err) != c.code || household.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p, err := siting.Run(context.Background(), coverage.New(d), good); err != nil || len(p.Sites) != 0 || !p.Optimal {
		t.Errorf("an empty city: %+v, %v", p, err)
	}
}
