package pmtiles

import "math/bits"

// MaxZoom is the deepest zoom of a tile number: beyond it, clients written in
// JavaScript could not hold the numbers exactly.
const MaxZoom = 26

// firstID is the number of a zoom's first tile: so many tiles are above it.
func firstID(z int) uint64 { return (1<<(2*z) - 1) / 3 }

// TileID is the number of the tile in an archive: all tiles of zoom 0, then
// those of zoom 1, and so on, each zoom along a Hilbert curve. The tile has to
// exist: z from 0 to MaxZoom, x and y from 0 to 2^z-1, y growing southwards.
func TileID(z, x, y int) uint64 {
	d := uint64(0)
	for b := z - 1; b >= 0; b-- {
		rx, ry := x>>b&1, y>>b&1
		d = d<<2 | uint64(3*rx^ry)
		x, y = turn(x, y, rx, ry)
	}
	return firstID(z) + d
}

// ZXY is the tile with the number. ok is false for numbers beyond MaxZoom.
func ZXY(id uint64) (z, x, y int, ok bool) {
	z = zoomOf(id)
	if z > MaxZoom {
		return 0, 0, 0, false
	}
	d := id - firstID(z)
	for b := range z {
		pair := int(d>>(2*b)) & 3
		rx := pair >> 1
		ry := (pair ^ rx) & 1
		x, y = turn(x, y, rx, ry)
		below := 1<<b - 1
		x, y = x&below|rx<<b, y&below|ry<<b
	}
	return z, x, y, true
}

// turn maps a quarter of the curve to the curve's own frame and back: the
// lower quarters are mirrored at a diagonal. Only the bits below the quarter's
// own matter, so a complement stands for the distance from the far edge.
func turn(x, y, rx, ry int) (int, int) {
	if ry == 1 {
		return x, y
	}
	if rx == 1 {
		x, y = ^x, ^y
	}
	return y, x
}

// zoomOf is the zoom of the tile with the number.
func zoomOf(id uint64) int {
	// 3·id+1 lies from 4^z to below 4^(z+1); the product may not overflow.
	if id > (1<<62-1)/3*4 {
		return MaxZoom + 1
	}
	return (bits.Len64(3*id+1) - 1) / 2
}

// FirstChild is the number of the first of the four tiles below the tile; the
// others follow it.
func FirstChild(id uint64) uint64 {
	z := zoomOf(id)
	return firstID(z+1) + 4*(id-firstID(z))
}
