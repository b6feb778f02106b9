package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"hearthmap/geo/coverage"
)

// dash stands where there is nothing to divide by: nobody of the group lives
// there. It is not 0 %.
const dash = "–"

// ratio is a part of a whole; the whole may be empty.
type ratio struct{ Part, Whole int64 }

func (r ratio) ok() bool { return r.Whole > 0 }

func (r ratio) share() float64 {
	if r.Whole == 0 {
		return 0
	}
	return float64(r.Part) / float64(r.Whole)
}

// rounded is the share to so many decimals, as tables store it.
func (r ratio) rounded() float64 { return math.Round(r.share()*1e4) / 1e4 }

// percent writes the share with one decimal. All and nothing are only said of
// all and nothing: 9,999 of 10,000 are 99.9 %.
func (r ratio) percent() string { return r.text(1, "%") }

// whole writes the share in whole per cent without the sign, for narrow
// columns.
func (r ratio) whole() string { return r.text(0, "") }

func (r ratio) text(decimals int, sign string) string {
	if !r.ok() {
		return dash
	}
	step := math.Pow10(-decimals)
	v := math.Round(r.share()*100/step) * step
	switch {
	case v >= 100 && r.Part < r.Whole:
		v = 100 - step
	case v <= 0 && r.Part > 0:
		return "<" + strconv.FormatFloat(step, 'f', decimals, 64) + sign
	case r.Part == 0, r.Part == r.Whole:
		decimals = 0
	}
	return strconv.FormatFloat(v, 'f', decimals, 64) + sign
}

// basis is what a report counts: people, or in a city without any residents
// the residential buildings.
type basis bool

const (
	byPeople    basis = false
	byBuildings basis = true
)

func (c *Coverage) basis() basis {
	for i := range c.Areas {
		if c.Areas[i].People > 0 {
			return byPeople
		}
	}
	return byBuildings
}

func (b basis) of(t *coverage.AreaTotal) ratio {
	if b == byBuildings {
		return ratio{t.BuildingsCovered, t.Buildings}
	}
	return ratio{t.Covered, t.People}
}

func (b basis) all(a *coverage.AllRequired) ratio {
	if b == byBuildings {
		return ratio{a.BuildingsCovered, a.Buildings}
	}
	return ratio{a.Covered, a.People}
}

// mean is the share of met needs: of all pairs of a person and a required
// category that serves them, those where the category is within its circle.
func (b basis) mean(c *Coverage, a *coverage.AreaReport) ratio {
	var m ratio
	for i := range a.Totals {
		if c.Requirements[i].Required {
			r := b.of(&a.Totals[i])
			m.Part, m.Whole = m.Part+r.Part, m.Whole+r.Whole
		}
	}
	return m
}

// sum adds up the areas, which hold everybody exactly once. Its distances are
// not set: percentiles do not add.
func (c *Coverage) sum() coverage.AreaReport {
	s := coverage.AreaReport{AreaIndex: -1, Level: c.Level, Totals: make([]coverage.AreaTotal, len(c.Requirements))}
	for n := range c.Areas {
		a := &c.Areas[n]
		s.People += a.People
		s.Buildings += a.Buildings
		s.AllRequired.People += a.AllRequired.People
		s.AllRequired.Covered += a.AllRequired.Covered
		s.AllRequired.Buildings += a.AllRequired.Buildings
		s.AllRequired.BuildingsCovered += a.AllRequired.BuildingsCovered
		for i := range a.Totals {
			t, u := &s.Totals[i], &a.Totals[i]
			t.Requirement = u.Requirement
			t.People += u.People
			t.Covered += u.Covered
			t.Uncovered += u.Uncovered
			t.Unreachable += u.Unreachable
			t.Buildings += u.Buildings
			t.BuildingsCovered += u.BuildingsCovered
			t.Facilities += u.Facilities
		}
	}
	return s
}

// named counts the areas, without the row for places in none.
func (c *Coverage) named() int64 {
	n := int64(0)
	for i := range c.Areas {
		if c.Areas[i].Code != "" {
			n++
		}
	}
	return n
}

// gap is an area that lacks a category.
type gap struct {
	Area        int // of Coverage.Areas
	Requirement int
	Missing     int64 // people, or buildings, not covered
	Total       *coverage.AreaTotal
}

// gaps ranks what is missing by how many miss it, at most n.
//
// Where a category is missing everywhere, the largest area would fill a short
// list with all it lacks, so at most each rows are taken of an area.
func (c *Coverage) gaps(n, each int) []gap {
	b := c.basis()
	var list []gap
	for a := range c.Areas {
		for i := range c.Areas[a].Totals {
			t := &c.Areas[a].Totals[i]
			if r := b.of(t); r.Whole > r.Part {
				list = append(list, gap{a, i, r.Whole - r.Part, t})
			}
		}
	}
	slices.SortStableFunc(list, func(x, y gap) int { return cmp.Compare(y.Missing, x.Missing) })
	taken := make([]int, len(c.Areas))
	list = slices.DeleteFunc(list, func(g gap) bool {
		taken[g.Area]++
		return taken[g.Area] > each
	})
	return list[:min(n, len(list))]
}

// hasDistance reports whether the percentiles of a total are distances; zero
// also stands for none. A distance of zero is always covered.
func hasDistance(t *coverage.AreaTotal) bool {
	return t.P90Metres > 0 || t.BuildingsCovered > 0
}

// metres writes a distance with one decimal, or the text for none.
func metres(t *coverage.AreaTotal, m float64, none string) string {
	if !hasDistance(t) {
		return none
	}
	return strconv.FormatFloat(m, 'f', 1, 64)
}

// grouped writes a count, which is not negative, with commas.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
