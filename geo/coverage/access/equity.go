package access

import (
	"cmp"
	"math"
	"slices"
)

// Share is a value that so many people have.
type Share struct {
	Value  float64
	People float64
}

// ordered sorts by value and leaves out who is nobody.
func ordered(shares []Share) []Share {
	s := slices.DeleteFunc(slices.Clone(shares), func(x Share) bool { return !(x.People > 0) })
	slices.SortStableFunc(s, func(a, b Share) int { return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.People, b.People)) })
	return s
}

// Mean is the mean of a person; 0 of nobody.
func Mean(shares []Share) float64 {
	var sum, people float64
	for _, s := range shares {
		sum += s.Value * s.People
		people += s.People
	}
	if people == 0 {
		return 0
	}
	return sum / people
}

// Gini is the Gini coefficient (Gini 1912): the mean absolute difference
// between two people over twice the mean. 0 is even, towards 1 one has it
// all. Not ok with nobody, or when the values, which must not be negative, are
// all zero.
func Gini(shares []Share) (g float64, ok bool) {
	s := ordered(shares)
	var people, sum, spread float64
	for _, x := range s {
		// Of two people the one with more counts with plus, the other with minus.
		spread += x.People * x.Value * (2*people + x.People)
		people += x.People
		sum += x.People * x.Value
	}
	if !(sum > 0) {
		return 0, false
	}
	return max(0, spread/(people*sum)-1), true
}

// Palma is the Palma ratio (Palma 2011) as used for access: the mean of the
// tenth that has most over the mean of the 40 % that have least. 1 is even; a
// quarter of it is the ratio of their shares. Who stands across a boundary
// counts in part. Not ok with nobody, or when the 40 % have nothing.
func Palma(shares []Share) (ratio float64, ok bool) {
	s := ordered(shares)
	var people float64
	for _, x := range s {
		people += x.People
	}
	if people == 0 {
		return 0, false
	}
	least := part(s, 0.4*people)
	slices.Reverse(s)
	most := part(s, 0.1*people)
	if !(least > 0) {
		return 0, false
	}
	return (most / 0.1) / (least / 0.4), true
}

// part is what the first so many people have together.
func part(s []Share, people float64) (sum float64) {
	for _, x := range s {
		n := min(x.People, people)
		sum += n * x.Value
		if people -= n; people <= 0 {
			break
		}
	}
	return sum
}

// FGT are the measures of Foster, Greer & Thorbecke (1984): the share of
// people who are poor, how far they fall short on average, and the same
// squared, which counts those far below more.
type FGT struct {
	Share    float64 `json:"fgt0"`
	Gap      float64 `json:"fgt1"`
	Severity float64 `json:"fgt2"`
}

// Below is FGT for a good of which one should have at least line, which is
// positive: the gap is (line - value) / line.
func Below(shares []Share, line float64) FGT {
	return foster(shares, func(v float64) (bool, float64) { return v < line, (line - v) / line })
}

// Beyond is FGT for a cost that should be at most line, which is positive:
// the gap is (value - line) / line, but at most 1, so that whoever walks
// twice as far, or has no way at all (math.Inf), is wholly poor.
func Beyond(shares []Share, line float64) FGT {
	return foster(shares, func(v float64) (bool, float64) { return v > line, min(1, (v-line)/line) })
}

func foster(shares []Share, judge func(float64) (poor bool, gap float64)) (f FGT) {
	var people float64
	for _, s := range shares {
		people += s.People
		if poor, gap := judge(s.Value); poor {
			f.Share += s.People
			f.Gap += s.People * gap
			f.Severity += s.People * gap * gap
		}
	}
	if people == 0 {
		return FGT{}
	}
	return FGT{f.Share / people, f.Gap / people, f.Severity / people}
}

// Unreached is the cost of who has no way.
var Unreached = math.Inf(1)
