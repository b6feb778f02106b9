package importers

import (
	"sort"

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
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	axis := 0
	if b := ring.Bound(); b.Max[1]-b.Min[1] > b.Max[0]-b.Min[0] {
		axis = 1
	}
	budget := 50_000_000 + 100*n
	west := func(i int) float64 { return min(ring[i][axis], ring[i+1][axis]) }
	if n > 12 {
		sort.Slice(order, func(a, b int) bool { return west(order[a]) < west(order[b]) })
	}
	var active []int
	for _, i := range order {
		w := west(i)
		keep := active[:0]
		hit := false
		if budget -= len(active); budget < 0 {
			return false, false
		}
		for _, j := range active {
			if n > 12 && max(ring[j][axis], ring[j+1][axis]) < w {
				continue // all later segments begin further on
			}
			keep = append(keep, j)
			hit = hit || segmentsMeet(ring, i, j, n)
		}
		if hit {
			return true, true
		}
		active = append(keep, i)
	}
	return false, true
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
	if max(a[0], b[0]) < min(c[0], d[0]) || max(c[0], d[0]) < min(a[0], b[0]) ||
		max(a[1], b[1]) < min(c[1], d[1]) || max(c[1], d[1]) < min(a[1], b[1]) {
		return false
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
