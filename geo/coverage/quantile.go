package coverage

import (
	"cmp"
	"slices"
)

// way is how far the people of a building walk.
type way struct {
	decimetres int32
	people     int32
}

// quantiles are the median and the 90th percentile in metres: the least
// distance within which half, or nine tenths, of the people who have a way
// live. Where nobody lives (people is 0) buildings are counted instead; with
// no ways both are 0. It changes ways.
func quantiles(ways []way, people int64) (median, p90 float64) {
	if people == 0 {
		people = int64(len(ways))
		for i := range ways {
			ways[i].people = 1
		}
	}
	if people == 0 {
		return 0, 0
	}
	return float64(within(ways, (people+1)/2)) / 10, float64(within(ways, (9*people+9)/10)) / 10
}

// within is the least distance within which at least need people live, of
// need or more in all. It is quickselect by weight, and reorders ways.
func within(ways []way, need int64) int32 {
	for len(ways) > 24 {
		pivot := middle(ways[0].decimetres, ways[len(ways)/2].decimetres, ways[len(ways)-1].decimetres)
		// ways[:lo] are nearer than the pivot, ways[hi:] farther.
		lo, hi := 0, len(ways)
		var nearer, equal int64
		for i := 0; i < hi; {
			switch w := ways[i]; {
			case w.decimetres < pivot:
				nearer += int64(w.people)
				ways[i], ways[lo] = ways[lo], w
				lo++
				i++
			case w.decimetres == pivot:
				equal += int64(w.people)
				i++
			default:
				hi--
				ways[i], ways[hi] = ways[hi], w
			}
		}
		switch {
		case nearer >= need:
			ways = ways[:lo]
		case nearer+equal >= need:
			return pivot
		default:
			need -= nearer + equal
			ways = ways[hi:]
		}
	}
	slices.SortFunc(ways, func(a, b way) int { return cmp.Compare(a.decimetres, b.decimetres) })
	for _, w := range ways {
		if need -= int64(w.people); need <= 0 {
			return w.decimetres
		}
	}
	return 0
}

func middle(a, b, c int32) int32 { return max(min(a, b), min(max(a, b), c)) }
