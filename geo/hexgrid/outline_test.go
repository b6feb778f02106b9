package hexgrid_test

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"hearthmap/geo/hexgrid"
)

// TestOutline: one cell has its own sides, a cell with its ring those of the
// ring's outside, and a ring without its middle the six of the hole besides.
func TestOutline(t *testing.T) {
	c := hexgrid.At(orb.Point{123.43, 41.8}, 10)
	ring := c.Neighbours()
	for name, k := range map[string]struct {
		cells []hexgrid.Cell
		sides int
	}{
		"one":      {[]hexgrid.Cell{c}, 6},
		"two":      {[]hexgrid.Cell{c, ring[0]}, 10},
		"a flower": {append([]hexgrid.Cell{c}, ring...), 18},
		"a ring":   {ring, 24},
		"none":     {nil, 0},
	} {
		sides := 0
		for _, line := range hexgrid.Outline(k.cells) {
			sides += len(line) - 1
		}
		if sides != k.sides {
			t.Errorf("%s: %d sides, want %d", name, sides, k.sides)
		}
	}
}

// TestOutlineEncloses: by Green's theorem the lines enclose the cells' area.
func TestOutlineEncloses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := hexgrid.At(orb.Point{rapid.Float64Range(100, 124).Draw(t, "lon"), rapid.Float64Range(20, 50).Draw(t, "lat")}, 10)
		cells := []hexgrid.Cell{start}
		seen := map[hexgrid.Cell]bool{start: true}
		for range rapid.IntRange(0, 20).Draw(t, "more") {
			near := rapid.SampledFrom(cells).Draw(t, "at").Neighbours()
			if c := rapid.SampledFrom(near).Draw(t, "next"); !seen[c] {
				seen[c] = true
				cells = append(cells, c)
			}
		}
		origin := start.Center()
		want, got := 0.0, 0.0
		twice := func(a, b orb.Point) float64 {
			return (a[0]-origin[0])*(b[1]-origin[1]) - (b[0]-origin[0])*(a[1]-origin[1])
		}
		for _, c := range cells {
			ring := c.Boundary()
			for k := 1; k < len(ring); k++ {
				want += twice(ring[k-1], ring[k])
			}
		}
		for _, line := range hexgrid.Outline(cells) {
			for k := 1; k < len(line); k++ {
				got += twice(line[k-1], line[k])
			}
		}
		if math.Abs(got-want) > 0.02*want {
			t.Fatalf("the outline of %d cells encloses %g, they are %g", len(cells), got, want)
		}
	})
}
