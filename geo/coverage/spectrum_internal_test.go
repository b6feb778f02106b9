package coverage

import (
	"math/rand/v2"
	"testing"
)

// TestSpectrum compares medians after changes with those of a list of all
// ways, with and without people, and where ways come and go.
func TestSpectrum(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	for round := range 2000 {
		n := r.IntN(30)
		most := 1 + r.Int32N(60)
		distance := func() int32 { return r.Int32N(most+2) - 1 } // -1 is none
		before, after, people := make([]int32, n), make([]int32, n), make([]int32, n)
		var ways []walked
		var l shifts
		var now []way
		var all int64
		for k := range n {
			before[k], people[k] = distance(), r.Int32N(4)*r.Int32N(2)
			if round%5 == 0 {
				people[k] = 0
			}
			after[k] = before[k]
			if before[k] >= 0 {
				ways = append(ways, walked{before[k], people[k]})
			}
			if r.IntN(3) == 0 {
				after[k] = distance()
				l.add(before[k], after[k], people[k])
			}
			if after[k] >= 0 {
				now = append(now, way{after[k], people[k]})
				all += int64(people[k])
			}
		}
		l.sum()
		median, p90 := newSpectrum(ways).quantiles(l)
		wantMedian, want90 := quantiles(now, all)
		if median != wantMedian || p90 != want90 {
			t.Fatalf("round %d: %v %v, want %v %v (before %v, after %v, people %v)", round, median, p90, wantMedian, want90, before, after, people)
		}
	}
}
