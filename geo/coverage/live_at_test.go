package coverage_test

import (
	"context"
	"testing"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// TestLiveAt asks one city at several times when its gate is open and shut: what is
// kept for one time must not answer for another.
func TestLiveAt(t *testing.T) {
	d := smallTown(true)
	for i := range d.Streets {
		d.Streets[i].ID = int64(i + 1)
	}
	d.Gates[0].Hours = "06:00-22:00"
	city, err := cityindex.New(d)
	if err != nil {
		t.Fatal(err)
	}
	live := coverage.NewLive(cityindex.NewLive(city))
	planner := coverage.NewPlanner(live)
	for _, c := range []struct {
		at   string
		want coverage.Reason
	}{
		{"", ""},
		{"23:00", coverage.CompoundClosed},
		{"Su 12:00", ""},
		{"Su 04:00", coverage.CompoundClosed},
		{"Mo 05:59", coverage.CompoundClosed},
		{"23:00", coverage.CompoundClosed},
		{"Mo 06:00", ""},
	} {
		at, err := household.ParseWeekMinute(c.at)
		if err != nil {
			t.Fatal(err)
		}
		r, err := live.ResultAt(context.Background(), city, at, "", "", "")
		if err != nil {
			t.Fatal(err)
		}
		w, err := planner.WhatIf(context.Background(), at, "", "", "")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []*coverage.Result{r, w.Base()} {
			i, err := r.Lookup("kindergarten")
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Reach(i, 2).Reason; got != c.want {
				t.Errorf("%q: %q, want %q", c.at, got, c.want)
			}
		}
		if same := live.EngineAt(city, at) == live.Engine(); same != (c.want == "") {
			t.Errorf("%q: the engine of daytime: %v", c.at, same)
		}
	}
}
