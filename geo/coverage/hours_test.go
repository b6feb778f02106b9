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
