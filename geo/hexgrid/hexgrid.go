// Package hexgrid cuts the ground into the hexagons of H3. It is the only
// importer of h3-go, so that cgo stays in one package.
package hexgrid

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// Cell is a hexagon (rarely a pentagon) of some resolution; 0 is none.
type Cell uint64

// MaxResolution is the finest resolution; 0 is the coarsest.
const MaxResolution = 15

// At returns the cell of the resolution (0–15) that holds the position, 0
// when the position or the resolution is out of range.
func At(p orb.Point, resolution int) Cell {
	if resolution < 0 || resolution > MaxResolution || !finite(p) {
		return 0
	}
	return Cell(h3.LatLngToCell(h3.LatLng{Lat: p[1], Lng: p[0]}, resolution))
}

func finite(p orb.Point) bool {
	return math.Abs(p[0]) <= 360 && math.Abs(p[1]) <= 90 // false for NaN
}

// Valid reports whether c is a cell.
func (c Cell) Valid() bool { return h3.Cell(c).IsValid() }

// Resolution returns the resolution of c, 0–15.
func (c Cell) Resolution() int { return h3.Cell(c).Resolution() }

// Parent returns the cell of the coarser resolution that c belongs to, 0 when
// the resolution is finer than c's.
func (c Cell) Parent(resolution int) Cell {
	if resolution < 0 || resolution > c.Resolution() {
		return 0
	}
	return Cell(h3.Cell(c).Parent(resolution))
}

// Center returns the centre of c.
func (c Cell) Center() orb.Point {
	ll := h3.Cell(c).LatLng()
	return orb.Point{ll.Lng, ll.Lat}
}

// Boundary returns the closed outline of c, counter-clockwise. A cell on the
// antimeridian has longitudes of both signs.
func (c Cell) Boundary() orb.Ring {
	b := h3.Cell(c).Boundary()
	ring := make(orb.Ring, 0, len(b)+1)
	for _, ll := range b {
		ring = append(ring, orb.Point{ll.Lng, ll.Lat})
	}
	if len(ring) > 0 {
		ring = append(ring, ring[0])
	}
	return ring
}

// String returns the index in hexadecimal, as H3 writes it.
func (c Cell) String() string { return h3.Cell(c).String() }

// Neighbours returns the cells that share a side with c.
func (c Cell) Neighbours() []Cell {
	disk := h3.Cell(c).GridDisk(1)
	out := make([]Cell, 0, len(disk))
	for _, n := range disk {
		if Cell(n) != c {
			out = append(out, Cell(n))
		}
	}
	return out
}

// Km2 returns the area of c in square kilometres.
func (c Cell) Km2() float64 { return h3.CellAreaKm2(h3.Cell(c)) }
