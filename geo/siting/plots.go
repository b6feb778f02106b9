package siting

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo"
	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// plots are the buildings that a facility could move into or replace, by
// code: residential, mixed and public ones whose place useful approves.
func plots(data *cityindex.Data, useful func(orb.Point) bool) []Candidate {
	var out []Candidate
	for i := range data.Buildings {
		b := &data.Buildings[i]
		if !b.Use.Residential() && b.Use != household.UsePublic || !useful(b.Point) {
			continue
		}
		name := b.Name
		if name == "" {
			name = b.Address
		}
		out = append(out, Candidate{Code: b.Code, Name: name, Point: b.Point})
	}
	slices.SortFunc(out, func(a, b Candidate) int { return cmp.Compare(a.Code, b.Code) })
	return out
}

// thin leaves one candidate for each square of a grid, the one nearest to the
// square's centre and of those as near the first by code; the squares are the
// smallest of a fixed series that leave no more than most. It returns their
// side in metres, 0 when nothing was left out.
func thin(all []Candidate, most int) ([]Candidate, float64) {
	if len(all) <= most {
		return all, 0
	}
	at := make([]orb.Point, len(all))
	for i := range all {
		at[i] = all[i].Point
	}
	plane := geo.NewPlane(corner(at))
	type square struct{ x, y int }
	for side := 20.0; ; side = math.Round(side * 1.1) {
		of := map[square]int{}
		off := func(i int, s square) float64 {
			p := plane.XY(all[i].Point)
			return math.Hypot(p[0]-(float64(s.x)+0.5)*side, p[1]-(float64(s.y)+0.5)*side)
		}
		for i, c := range all {
			p := plane.XY(c.Point)
			s := square{int(math.Floor(p[0] / side)), int(math.Floor(p[1] / side))}
			if k, ok := of[s]; !ok && len(of) > most {
				break // too many squares already
			} else if !ok || off(i, s) < off(k, s) {
				of[s] = i
			}
		}
		if len(of) > most {
			continue
		}
		kept := make([]int, 0, len(of))
		for _, i := range of {
			kept = append(kept, i)
		}
		slices.Sort(kept)
		out := make([]Candidate, len(kept))
		for k, i := range kept {
			out[k] = all[i]
		}
		return out, side
	}
}

// nearAny reports for a place whether one of some others may lie within
// metres of it; it may err by saying yes.
func nearAny(places []orb.Point, metres float64) func(orb.Point) bool {
	if len(places) == 0 {
		return func(orb.Point) bool { return false }
	}
	plane := geo.NewPlane(corner(places))
	side := metres*1.01 + 1 // the plane and the ground differ a little
	type square struct{ x, y int }
	of := func(p orb.Point) square {
		xy := plane.XY(p)
		return square{int(math.Floor(xy[0] / side)), int(math.Floor(xy[1] / side))}
	}
	held := map[square]bool{}
	for _, p := range places {
		held[of(p)] = true
	}
	return func(p orb.Point) bool {
		s := of(p)
		for x := s.x - 1; x <= s.x+1; x++ {
			for y := s.y - 1; y <= s.y+1; y++ {
				if held[square{x, y}] {
					return true
				}
			}
		}
		return false
	}
}

// corner is the southwestern corner of some places, which does not depend on
// their order.
func corner(places []orb.Point) orb.Point {
	c := places[0]
	for _, p := range places {
		c = orb.Point{min(c[0], p[0]), min(c[1], p[1])}
	}
	return c
}
