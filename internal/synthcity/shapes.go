package synthcity

import (
	"fmt"
	"math"

	"hearthmap/household"
)

// Footprints. Every door is a point of the ring, so that it lies on the
// outline to the last digit.

// slabShape is a 板楼: stairwells project a little on its north side, with the
// doors. Floors and flats are the same from stairwell to stairwell.
func slabShape(f frame, length, depth float64, stairs int) ([]pt, []door) {
	ring := f.ring(0, 0, length, 0, length, depth)
	doors := make([]door, stairs)
	w := length / float64(stairs)
	for i := stairs - 1; i >= 0; i-- {
		x := (float64(i) + 0.5) * w
		at := f.at(x, depth+1)
		ring = append(ring, f.at(x+1.5, depth), f.at(x+1.5, depth+1), at, f.at(x-1.5, depth+1), f.at(x-1.5, depth))
		doors[i] = door{fmt.Sprint(i + 1), "stairwell", at}
	}
	return append(ring, f.at(0, depth)), doors
}

// towerShape is a 点楼: a square with cut corners and a niche for the door.
func towerShape(f frame, size float64, variant int) ([]pt, []door) {
	k := 4.2
	if variant%2 == 1 {
		k = 5.4
	}
	m := size / 2
	at := f.at(m, size-2)
	ring := f.ring(k, 0, m-2.5, 0, m-2.5, 2, m+2.5, 2, m+2.5, 0, size-k, 0,
		size-k, k, size, k, size, size-k, size-k, size-k, size-k, size, m+2, size, m+2, size-2)
	ring = append(ring, at)
	ring = append(ring, f.ring(m-2, size-2, m-2, size, k, size, k, size-k, 0, size-k, 0, k, k, k)...)
	return ring, []door{{"1", "stairwell", at}}
}

// hallShape is a public or working building: a bar, an L, a U or a bar with a
// hall, the door to the south, works' doors to the north.
func hallShape(f frame, length, depth float64, variant int, kind rowKind) ([]pt, []door) {
	at := f.at(length/2, 0)
	if kind == rowFactory || kind == rowMarket {
		at = f.at(length*0.3, 0)
		ring := append([]pt{f.at(0, 0), at}, f.ring(length, 0, length, depth, 0, depth)...)
		return ring, []door{{"1", "main", at}}
	}
	d := depth * 0.55
	w := math.Min(14, length/4)
	var ring []pt
	switch {
	case kind == rowOffice:
		ring = append(f.ring(3, 0), at)
		ring = append(ring, f.ring(length-3, 0, length, 3, length, depth-3, length-3, depth, 3, depth, 0, depth-3, 0, 3)...)
	case variant == 0 && depth > 13: // U, open to the north
		ring = append(f.ring(0, 0), at)
		ring = append(ring, f.ring(length, 0, length, depth, length-w, depth, length-w, d, w, d, w, depth, 0, depth)...)
	case variant == 1 && length > 40: // a hall before the door
		at = f.at(length/2, -2.5)
		ring = append(f.ring(0, 0, length/2-6, 0, length/2-6, -2.5), at)
		ring = append(ring, f.ring(length/2+6, -2.5, length/2+6, 0, length, 0, length, depth, 0, depth)...)
	case variant == 2 && length > 40: // L
		ring = append(f.ring(0, 0), at)
		ring = append(ring, f.ring(length, 0, length, depth, length-w, depth, length-w, depth*0.75, 0, depth*0.75)...)
	default:
		ring = append(f.ring(0, 0), at)
		ring = append(ring, f.ring(length, 0, length, depth, 0, depth)...)
	}
	return ring, []door{{"1", "main", at}}
}

// heightOf is the height of a building in metres.
func heightOf(u household.Use, floors int) float64 {
	switch u {
	case household.UseCommercial:
		return 4.5*float64(floors) + 0.6
	case household.UseOffice:
		return 3.9*float64(floors) + 3
	case household.UseIndustrial:
		return 7.5*float64(floors) + 1.5
	case household.UsePublic:
		return 3.6*float64(floors) + 1
	}
	return 2.9*float64(floors) + 0.9
}

// workRooms are the rooms of a building nobody lives in.
func workRooms(u household.Use, floors, perFloor int) []flat {
	perFloor = clampInt(perFloor, 1, 12)
	var out []flat
	for fl := 1; fl <= floors; fl++ {
		for k := 1; k <= perFloor; k++ {
			out = append(out, flat{"1", fl, fmt.Sprintf("%d%02d", fl, k), u, 60 + float64((fl*31+k*17)%70)})
		}
	}
	return out
}
