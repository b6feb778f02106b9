package coverage_test

import (
	"context"
	"reflect"
	"testing"

	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// kindergartens is a standard of one category at several distances.
func kindergartens(t *testing.T) *coverage.Standard {
	t.Helper()
	s, err := coverage.ParseStandard([]byte(`{"id":"k","name_zh":"样例","name_en":"Sample","source":"made up","requirements":[
		{"category":"kindergarten","minutes":5,"metres":100,"required":true,"source":"made up"},
		{"category":"kindergarten","minutes":10,"metres":140,"required":false,"source":"made up"},
		{"category":"kindergarten","minutes":15,"metres":260,"required":false,"source":"made up"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestNetworkOfSmallTown compares what is reported of the small town's streets
// with the plan: two parts of 2,200 m and 2,000 m; with the gate shut 180 m of
// the first are an island, where C lives; E and F join no street, nor do the
// police.
func TestNetworkOfSmallTown(t *testing.T) {
	for _, open := range []bool{true, false} {
		n := coverage.New(smallTown(open)).Network(coverage.ProfileStandard)
		components, islands, people := 2, 0, int64(0)
		if !open {
			components, islands, people = 3, 1, 30
		}
		if n.Components != components || n.Islands != islands || n.OnIslands != islands || n.PeopleOnIslands != people || n.ViableMetres != 200 {
			t.Errorf("open %v: %+v", open, n)
		}
		if n.Metres < 4195 || n.Metres > 4205 || !open && (n.IslandMetres < 179 || n.IslandMetres > 181) {
			t.Errorf("open %v: %v m, %v m of islands", open, n.Metres, n.IslandMetres)
		}
		if want := []coverage.NotJoined{{Reason: coverage.BehindBarrier, Buildings: 1, People: 20}, {Reason: coverage.NoStreet, Buildings: 1, People: 3}}; !reflect.DeepEqual(n.Buildings, want) {
			t.Errorf("buildings %+v, want %+v", n.Buildings, want)
		}
		if want := []coverage.FacilitiesOut{{Category: "police", Reason: coverage.NoStreet, Count: 1, Codes: []string{"p1"}}}; !reflect.DeepEqual(n.Facilities, want) {
			t.Errorf("facilities %+v, want %+v", n.Facilities, want)
		}
	}
}

// TestEdgeOfData: the streets of the small town span 2000 × 400 m. A is 10 m
// from the edge, C 130 m, F 150 m; B, D and E lie beyond.
func TestEdgeOfData(t *testing.T) {
	r := run(t, smallTown(true), coverage.Request{Standard: kindergartens(t)})
	p, err := r.Engine().Parts(household.LevelCommunity, "")
	if err != nil {
		t.Fatal(err)
	}
	first := coverage.AreaEdge{Code: "990001001001", Name: "甲社区", EdgeOfData: true, Buildings: 1, People: 100, Uncovered: 100}
	for i, want := range [][]coverage.AreaEdge{
		{first, {Code: "990001001002", Name: "乙社区", EdgeOfData: true, Buildings: 3, People: 50, Uncovered: 50}},
		{first, {Code: "990001001002", Name: "乙社区", EdgeOfData: true, Buildings: 4, People: 80, Uncovered: 80}},
		{
			first, // 270 m on foot
			{Code: "990001001002", Name: "乙社区", EdgeOfData: true, Buildings: 4, People: 80, Uncovered: 40},
			{Name: coverage.Outside, EdgeOfData: true, Buildings: 1, People: 20, Uncovered: 20},
		},
	} {
		if got := r.Edge(i, p); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", r.Requirements[i].ID, got, want)
		}
	}
	// A wider network leaves everybody within.
	d := smallTown(true)
	d.Streets = append(d.Streets, street("s9", -5000, -5000, 5000, -5000, 5000, 5000, -5000, 5000))
	r = run(t, d, coverage.Request{Standard: kindergartens(t)})
	if p, err = r.Engine().Parts(household.LevelCommunity, ""); err != nil {
		t.Fatal(err)
	}
	if got := r.Edge(2, p); len(got) > 0 {
		t.Errorf("within a wide network: %+v", got)
	}
}

// TestRadiusGap: within 260 m A has a kindergarten by the straight line of
// 251 m, not by its way of 270 m.
func TestRadiusGap(t *testing.T) {
	want := []coverage.AreaGap{
		{Code: "990001001001", Name: "甲社区", People: 100, RadiusCovered: 100, RadiusShare: 1, Gap: 1},
		{Code: "990001001002", Name: "乙社区", People: 80, NetworkCovered: 40, RadiusCovered: 40, NetworkShare: 0.5, RadiusShare: 0.5},
		{Name: coverage.Outside, People: 20},
	}
	for _, m := range []coverage.Method{coverage.MethodNetwork, coverage.MethodRadius} {
		r := run(t, smallTown(true), coverage.Request{Standard: kindergartens(t), Method: m})
		p, err := r.Engine().Parts(household.LevelCommunity, "")
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Gap(context.Background(), 2, p)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", m, got, want)
		}
	}
}
