package synthcity

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"hearthmap/household"
)

// rowKind says what stands in the rows of an estate.
type rowKind uint8

const (
	rowSlab rowKind = iota
	rowDorm
	rowMid
	rowTower
	rowSchool
	rowHospital
	rowGov
	rowFactory
	rowOffice
	rowMarket
)

// rowSpec are the measures of a row, metres.
type rowSpec struct {
	depth, gapY    float64 // of the building; least free ground to the next row
	length, gapX   float64 // wanted length of a building, free ground beside it
	stair          float64 // length that one stairwell serves; 0: no stairwells
	floorLo, floor int
	flats          int // on a landing
	flat           float64
	use            household.Use
	tower          bool
}

var rowSpecs = [...]rowSpec{
	rowSlab:     {12.6, 21, 62, 10, 14.8, 6, 7, 2, 78, household.UseResidential, false},
	rowDorm:     {11.6, 17, 54, 8, 15.2, 5, 6, 3, 52, household.UseResidential, false},
	rowMid:      {13.8, 33, 56, 15, 19, 11, 18, 2, 108, household.UseResidential, false},
	rowTower:    {25, 31, 25, 25, 25, 24, 33, 4, 112, household.UseResidential, true},
	rowSchool:   {13.5, 24, 62, 16, 0, 3, 5, 0, 0, household.UsePublic, false},
	rowHospital: {19, 26, 64, 20, 0, 5, 14, 0, 0, household.UsePublic, false},
	rowGov:      {17, 30, 78, 24, 0, 5, 11, 0, 0, household.UsePublic, false},
	rowFactory:  {27, 15, 78, 13, 0, 1, 2, 0, 0, household.UseIndustrial, false},
	rowOffice:   {31, 34, 38, 30, 0, 14, 27, 0, 0, household.UseOffice, false},
	rowMarket:   {15, 12, 44, 8, 0, 2, 3, 0, 0, household.UseCommercial, false},
}

// buildRows fills the ground inside the loop with rows from south to north,
// their doors to the north, a path behind each row.
func (b *block) buildRows(e *estate, g *ground) {
	sp := rowSpecs[e.rows]
	if e.rows == rowTower {
		sp.floorLo, sp.floor = b.c.pre.towerFloors[0], b.c.pre.towerFloors[1]
	}
	if e.rows == rowTower || e.rows == rowMid {
		k := b.c.quota.floorFactor(b.c.sum.Units)
		sp.floorLo, sp.floor = int(math.Round(float64(sp.floorLo)*k)), int(math.Round(float64(sp.floor)*k))
	}
	loop := b.fr.locals(g.loop)
	in := insetAll(loop, 5.2)
	box := bounds(in)
	y0, y1 := box.Min[1], box.Max[1]
	// The yard's corners are not square: begin where a row of some length fits.
	for y0 < y1 && !wide(in, y0, y0+sp.depth, 18) {
		y0 += 1
	}
	for y1 > y0 && !wide(in, y1-sp.depth, y1, 18) {
		y1 -= 1
	}
	if e.south > 0 {
		mid := y0 + (y1-y0)*e.south
		b.sportsField(e, in, y0, mid-9)
		y0 = mid
	}
	floors := b.mainFloors(e, sp)
	if sp.stair > 0 && !sp.tower {
		sp.gapY = math.Max(sp.gapY, 0.8*float64(floors)*2.9)
	}
	n := int((y1 - y0 + sp.gapY) / (sp.depth + sp.gapY))
	gap := sp.gapY
	if n > 1 {
		gap = math.Min((y1-y0-float64(n)*sp.depth)/float64(n-1), sp.gapY*1.5)
	}
	st := &rowState{e: e, g: g, sp: sp, floors: floors, loop: loop, in: in, box: box, rows: n}
	for k := range n {
		y := y0 + float64(k)*(sp.depth+gap)
		b.buildRow(st, k, y)
	}
	ring := g.loop
	b.c.putStreet(street{class: "service", line: append(append([]pt(nil), ring...), ring[0])})
	for _, l := range st.paths {
		b.c.putStreet(street{class: "footway", line: l})
	}
	if e.garden && n > 2 {
		c := box.Center()
		rx, ry := gardenSize(box)
		b.land("green", areaName{}, b.fr.oval(c[0], c[1], rx*0.9, ry*0.8, 20))
	}
}

// wide reports whether a row of the length fits into the ring between y0 and y1.
func wide(ring []pt, y0, y1, length float64) bool {
	x0, x1, ok := span(ring, y0, y1, centroid(ring)[0])
	return ok && x1-x0 >= length
}

// rowState is what the rows of an estate share.
type rowState struct {
	e        *estate
	g        *ground
	sp       rowSpec
	floors   int
	loop, in []pt // local
	box      orb.Bound
	paths    [][]pt
	rows     int
	number   int // of the last building
	specials int // built
}

// mainFloors is the number of floors most buildings of the estate have.
func (b *block) mainFloors(e *estate, sp rowSpec) int {
	return between(b.r, sp.floorLo, sp.floor)
}

func (b *block) buildRow(st *rowState, k int, y float64) {
	sp := st.sp
	x0, x1, ok := span(st.in, y, y+sp.depth, centroid(st.in)[0])
	if !ok {
		return
	}
	n := max(1, int(math.Round((x1-x0+sp.gapX)/(sp.length+sp.gapX))))
	length := (x1 - x0 - float64(n-1)*sp.gapX) / float64(n)
	stairs := 0
	switch {
	case sp.tower:
		length = sp.length
		n = max(1, int((x1-x0+sp.gapX)/(sp.length+sp.gapX)))
		if x1-x0 < length {
			return
		}
	case sp.stair > 0:
		stairs = min(5, int(length/sp.stair))
		if stairs == 0 {
			return
		}
		length = float64(stairs) * sp.stair
	default:
		length = math.Min(length, sp.length*1.35)
	}
	if length < 16 {
		return
	}
	gap := sp.gapX
	if n > 1 {
		gap = math.Min((x1-x0-float64(n)*length)/float64(n-1), sp.gapX*2.2)
	}
	x := (x0+x1)/2 - (float64(n)*length+float64(n-1)*gap)/2
	built := false
	for i := range n {
		at := x + float64(i)*(length+gap)
		if b.inGarden(st, at+length/2, y+sp.depth/2) {
			continue
		}
		if b.buildOne(st, k, i, at, y, length, stairs) {
			built = true
		}
	}
	if built {
		b.rowPath(st, y+sp.depth+4.2)
		b.buildSheds(st, y+sp.depth+8)
	}
}

// gardenSize is half of the size of the green in the middle of an estate.
func gardenSize(box orb.Bound) (rx, ry float64) {
	return (box.Max[0] - box.Min[0]) * 0.2, (box.Max[1] - box.Min[1]) * 0.17
}

func (b *block) inGarden(st *rowState, x, y float64) bool {
	if !st.e.garden || st.rows < 3 {
		return false
	}
	c := st.box.Center()
	rx, ry := gardenSize(st.box)
	return math.Hypot((x-c[0])/rx, (y-c[1])/ry) < 1
}

// rowPath draws the path north of a row, from one side of the loop to the
// other, unless the loop itself is near.
func (b *block) rowPath(st *rowState, y float64) {
	x0, x1, ok := widest(st.loop, y)
	if !ok || x1-x0 < 12 || bounds(st.loop).Max[1] < y+6 {
		return
	}
	w, e := b.fr.at(x0, y), b.fr.at(x1, y)
	st.g.loop = insertOn(insertOn(st.g.loop, w), e)
	line := []pt{w}
	for x := x0 + 25; x < x1-12; x += 25 {
		line = append(line, b.fr.at(x, y))
	}
	line = append(line, e)
	st.paths = append(st.paths, line)
	b.keepFree(line, 1.4)
	if len(b.open) < 8 {
		b.open = append(b.open, site{b.fr.at((x0+x1)/2+6, y+4), st.g.address + st.e.name.zh})
	}
}

// sportsField draws the track of a school, or a square, south of the rows.
func (b *block) sportsField(e *estate, in []pt, y0, y1 float64) {
	x0, x1, ok := span(in, y0, y1, centroid(in)[0])
	if !ok || y1-y0 < 24 || x1-x0 < 40 {
		return
	}
	cx, cy := (x0+x1)/2, (y0+y1)/2
	length, width := math.Min(x1-x0-4, 150), math.Min(y1-y0-4, 80)
	if e.rows != rowSchool {
		b.land("green", areaName{"广场", "Square"}, b.fr.rect(cx-length/2, cy-width/2, cx+length/2, cy+width/2))
		return
	}
	length = math.Max(length*0.9, math.Min(length, width*1.6))
	b.land("green", areaName{"操场", "Sports Field"}, b.fr.stadium(cx, cy, length, math.Min(width, length*0.62)))
	b.open = append(b.open, site{b.fr.at(cx, cy), b.addressAt(b.fr.o)})
}

// buildOne builds one building of a row.
func (b *block) buildOne(st *rowState, row, i int, x, y, length float64, stairs int) bool {
	sp, e := st.sp, st.e
	if len(e.specials) > 0 && st.number > 3*st.specials {
		s := e.specials[0]
		l := math.Min(s.length, length+math.Max(0, sp.gapX-8))
		if b.buildSpecial(st, s, x, y, l) {
			e.specials = e.specials[1:]
			st.specials++
			return true
		}
	}
	floors := b.floorsOf(st, row, i)
	f := frame{o: b.fr.at(x, y), x: b.fr.x}
	bd := building{use: sp.use, floors: floors, year: e.year + b.r.IntN(3), compound: st.g.code, homes: e.style}
	switch {
	case sp.tower:
		ring, d := towerShape(f, sp.length, i+row)
		bd.rings, bd.doors = [][]pt{ring}, d
	case sp.stair > 0:
		ring, d := slabShape(f, length, sp.depth, stairs)
		bd.rings, bd.doors = [][]pt{ring}, d
	default:
		ring, d := hallShape(f, length, sp.depth, b.r.IntN(4), e.rows)
		bd.rings, bd.doors = [][]pt{ring}, d
	}
	if !b.fits(bd.rings[0], 6) {
		return false
	}
	st.number++
	bd.name = fmt.Sprintf("%d号楼", st.number)
	bd.address = st.g.address + e.name.zh + bd.name
	bd.height = heightOf(sp.use, floors)
	if sp.stair > 0 {
		bd.flats = b.flats(bd.doors, floors, 1, sp.flats, sp.flat)
	} else {
		room := 90.0
		if b.c.pre.metro != nil {
			room = 210 // departments, not offices
		}
		bd.flats = workRooms(sp.use, floors, int(length*sp.depth/room))
		b.rooms = append(b.rooms, site{f.at(length/2, sp.depth*0.6), bd.address})
		if sp.use == household.UseCommercial {
			for s := 5.0; s < length-3; s += 9 {
				b.shops = append(b.shops, site{f.at(s, 3), bd.address})
			}
		}
	}
	b.put(&bd)
	return true
}

// floorsOf varies the floors from building to building as estates do.
func (b *block) floorsOf(st *rowState, row, i int) int {
	switch st.e.rows {
	case rowMid:
		return max(st.sp.floorLo, st.floors-2*b.r.IntN(3)+(row%2)*2)
	case rowTower:
		return clampInt(st.floors+b.r.IntN(3)-1, st.sp.floorLo, st.sp.floor)
	case rowHospital, rowGov, rowOffice, rowFactory, rowMarket:
		return between(b.r, st.sp.floorLo, st.sp.floor)
	}
	return clampInt(st.floors-b.r.IntN(2)*((row+i)%2), st.sp.floorLo, st.sp.floor)
}

func clampInt(v, lo, hi int) int { return max(lo, min(hi, v)) }

// buildSpecial builds a kindergarten or a service building in a row.
func (b *block) buildSpecial(st *rowState, s special, x, y, length float64) bool {
	f := frame{o: b.fr.at(x, y), x: b.fr.x}
	if length < 18 {
		return false
	}
	ring, doors := hallShape(f, length, math.Min(st.sp.depth, 14), 1, rowSchool)
	if !b.fits(ring, 6) {
		return false
	}
	bd := building{
		name: s.name, address: st.g.address + st.e.name.zh + s.name, use: household.UsePublic, floors: s.floors,
		height: heightOf(household.UsePublic, s.floors), year: st.e.year + 1, compound: st.g.code,
		rings: [][]pt{ring}, doors: doors, flats: workRooms(household.UsePublic, s.floors, 4),
	}
	b.put(&bd)
	for k := range b.wants {
		if b.wants[k].building == s.name {
			b.wants[k].at = site{f.at(length*0.4, 6), bd.address}
		}
	}
	return true
}
