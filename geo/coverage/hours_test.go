package coverage_test

import (
	"context"
	"testing"

	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// TestGateHours checks that C, in a compound whose only gate has hours, has a
// way while it is open.
func TestGateHours(t *testing.T) {
	for _, c := range []struct {
		hours, at string
		reason    coverage.Reason
	}{
		{"", "Su 03:00", ""},
		{"06:00-22:00", "", ""},
		{"06:00-22:00", "Tu 22:30", coverage.CompoundClosed},
		{"Mo-Fr 06:00-22:00", "Sa 12:00", coverage.CompoundClosed},
		{"sunrise-sunset", "Sa 12:00", ""}, // not understood: as the gate says
	} {
		d := smallTown(true)
		d.Gates[0].Hours = c.hours
		at, err := household.ParseWeekMinute(c.at)
		if err != nil {
			t.Fatal(err)
		}
		r, err := coverage.New(d, coverage.At(at)).Run(context.Background(), coverage.Request{Requirements: []string{"kindergarten"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Reach(0, 2); got.Reason != c.reason {
			t.Errorf("%q at %q: %v %q, want %q", c.hours, c.at, got.Status, got.Reason, c.reason)
		}
	}
}

// TestScenarioOverridesHours checks that a scenario opens and closes a gate at
// all hours: C, in a compound whose only gate is shut at the time, has a way
// when the scenario opens it.
func TestScenarioOverridesHours(t *testing.T) {
	at, err := household.ParseWeekMinute("Tu 22:30")
	if err != nil {
		t.Fatal(err)
	}
	d := smallTown(true)
	d.Gates[0].Hours = "06:00-22:00"
	w, err := coverage.New(d, coverage.At(at)).NewWhatIf(context.Background(), coverage.Request{Requirements: []string{"kindergarten"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		s    coverage.Scenario
		want coverage.Reason
	}{
		{coverage.Scenario{}, coverage.CompoundClosed},
		{coverage.Scenario{OpenGates: []string{d.Gates[0].Code}}, coverage.NoReason},
		{coverage.Scenario{CloseGates: []string{d.Gates[0].Code}}, coverage.CompoundClosed},
	} {
		o, err := w.Run(context.Background(), &c.s)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.Reach(0, 2).Reason; got != c.want {
			t.Errorf("%s: %q, want %q", c.s.String(), got, c.want)
		}
	}
}
