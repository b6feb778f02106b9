package importers

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// selfIntersects reports whether a closed ring without repeated points
// crosses or touches itself other than at neighbours' shared ends.
//
// Segments are taken in the order of their western (or, in tall rings,
// southern) ends; each is compared with those that still reach it. That is
// O(n log n) for outlines of real buildings and areas, whose segments are
// short. Rings that would take many times that are given up: ok is false.
func selfIntersects(ring orb.Ring) (crosses, ok bool) {
	n := len(ring) - 1 // segments
	if n < 3 {
		return true, true
	}
	axis := 0
	if b := ring.Bound(); b.Max[1]-b.Min[1] > b.Max[0]-b.Min[0] {
		axis = 1
	}
	segments := make([]segment, n)
	for i := range segments {
		a, b := ring[i], ring[i+1]
		segments[i] = segment{
			i: i, from: min(a[axis], b[axis]), to: max(a[axis], b[axis]),
			low: min(a[1-axis], b[1-axis]), high: max(a[1-axis], b[1-axis]),
		}
	}
	slices.SortFunc(segments, func(a, b segment) int { return cmp.Compare(a.from, b.from) })
	budget := 5_000_000 + 100*n
	active := make([]segment, 0, 16)
	for _, s := range segments {
		if budget -= len(active); budget < 0 {
			return false, false
		}
		keep := active[:0]
		for _, t := range active {
			if t.to < s.from {
				continue // all later segments begin further on
			}
			keep = append(keep, t)
			if t.low <= s.high && s.low <= t.high && segmentsMeet(ring, s.i, t.i, n) {
				return true, true
			}
		}
		active = append(keep, s)
	}
	return false, true
}

// segment is an edge of a ring with its extent along the sweep and across.
type segment struct {
	i                   int
	from, to, low, high float64
}

// segmentsMeet reports whether segments i and j of the ring share more than
// they may: neighbours their common end, others nothing.
func segmentsMeet(ring orb.Ring, i, j, n int) bool {
	if i > j {
		i, j = j, i
	}
	a, b, c, d := ring[i], ring[i+1], ring[j], ring[j+1]
	switch {
	case j == i+1: // b == c
		return foldsBack(a, b, d)
	case i == 0 && j == n-1: // a == d
		return foldsBack(c, a, b)
	}
	s1, s2 := side(a, b, c), side(a, b, d)
	s3, s4 := side(c, d, a), side(c, d, b)
	if s1*s2 < 0 && s3*s4 < 0 {
		return true
	}
	return s1 == 0 && within(a, b, c) || s2 == 0 && within(a, b, d) ||
		s3 == 0 && within(c, d, a) || s4 == 0 && within(c, d, b)
}

// foldsBack reports whether the way from a over b to c turns back on itself.
func foldsBack(a, b, c orb.Point) bool {
	if side(a, b, c) != 0 {
		return false
	}
	return (a[0]-b[0])*(c[0]-b[0])+(a[1]-b[1])*(c[1]-b[1]) > 0
}

// side is 1, 0 or -1 as c is left of, on or right of the line from a to b.
func side(a, b, c orb.Point) int {
	d := (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0])
	switch {
	case d > 0:
		return 1
	case d < 0:
		return -1
	}
	return 0
}

// within reports whether p, known to be on the line, is within the box of a
// and b.
func within(a, b, p orb.Point) bool {
	return p[0] >= min(a[0], b[0]) && p[0] <= max(a[0], b[0]) && p[1] >= min(a[1], b[1]) && p[1] <= max(a[1], b[1])
}
