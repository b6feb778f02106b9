package synthcity

import (
	"fmt"
	"math"

	"hearthmap/household"
)

// buildVillage builds a village at the edge: a crooked main lane from the
// nearest street, side lanes, small houses that stand as they please.
func (b *block) buildVillage() {
	name := areaName(pick(villageWord, b.c.useCount[useVillage]))
	if b.c.pre.metro != nil {
		name = areaName(hamlet(b.c.useCount[useVillage]))
	}
	b.c.nextOf(useVillage)
	b.land("residential", name, b.yard)
	loc := b.fr.locals(b.yard)
	box := bounds(loc)
	w, h := box.Max[0]-box.Min[0], box.Max[1]-box.Min[1]
	// The main lane follows the longer side, the side lanes cross it.
	long, short, f := w, h, b.fr
	if h > w {
		long, short, f = h, w, frame{b.fr.o, left(b.fr.x)}
	}
	start, _, ok := b.c.nearestVertex(b.f, f.at(-long/2, 0))
	if !ok {
		return
	}
	if b.c.pre.metro != nil && chance(b.r, 0.7) {
		b.c.putFacility(facility{name.zh + "村站", "bus_stop", 0, name.zh, snap(add(start, pt{4, 4}))})
	}
	mainLane := []pt{start}
	if s := f.local(start); math.Abs(s[0]) > long/2-30 && s[0] > 0 {
		f = frame{f.o, mul(f.x, -1)}
	}
	n := max(3, int(long/32))
	lanes := [][]pt{nil}
	for k := range n {
		x := -long/2 + 22 + float64(k)*(long-44)/float64(n-1)
		p := f.at(x, uniform(b.r, -5, 5)+short*0.04*math.Sin(x/40))
		if !inside(b.yard, p) {
			continue
		}
		mainLane = append(mainLane, p)
		if k%2 == 1 {
			lanes = append(lanes, b.sideLane(f, p, short))
		}
	}
	lanes[0] = b.untangle(mainLane)
	for _, l := range lanes {
		b.keepFree(l, 2.4)
		b.c.putStreet(street{name: streetName{name.zh + "村路", name.en + " Lane"}, class: "living_street", line: l})
	}
	b.margin = 1.5
	number := 1
	defer b.settleVillage()
	for _, l := range lanes {
		for _, side := range []float64{1, -1} {
			number = b.villageHouses(l, side, name.zh, number)
		}
	}
	b.open = append(b.open, site{f.at(0, 6), name.zh})
}

// untangle drops points of the main lane that its first leg has passed
// already.
func (b *block) untangle(l []pt) []pt {
	at := 1
	for k := 2; k < len(l); k++ {
		if dist(l[0], l[k]) < dist(l[0], l[at]) {
			at = k
		}
	}
	if at == 1 {
		return l
	}
	// The street is nearest to the lane's middle: begin in the west all the same,
	// with the way to the street as a lane of its own.
	b.keepFree([]pt{l[0], l[at]}, 2.4)
	b.c.putStreet(street{class: "living_street", line: []pt{l[0], l[at]}})
	return l[1:]
}

func (b *block) sideLane(f frame, p pt, short float64) []pt {
	q := f.local(p)
	end := func(y float64) pt {
		x := q[0] + uniform(b.r, -7, 7)
		// The village is no rectangle: stay off its edge.
		for k := 1.0; k > 0.2; k -= 0.05 {
			e := f.at(q[0]+(x-q[0])*k, q[1]+(y-q[1])*k)
			if inside(b.yard, e) && outlineDistance([]pt{e, e}, b.yard) > 9 {
				return e
			}
		}
		return f.at(q[0], q[1]+math.Copysign(12, y))
	}
	up, down := end(short/2), end(-short/2)
	bend := func(e pt) pt {
		return snap(add(lerp(e, p, 0.5), mul(f.x, uniform(b.r, -4, 4))))
	}
	return []pt{up, bend(up), p, bend(down), down}
}

func (b *block) villageHouses(lane []pt, side float64, name string, number int) int {
	total := lineLength(lane)
	for at := 6.0; at < total-12; {
		w := uniform(b.r, 9, 14)
		a, z := pointAt(lane, at), pointAt(lane, math.Min(total, at+w))
		dir := unit(sub(z, a))
		f := frame{o: snap(a), x: dir}
		if side < 0 {
			f = frame{o: snap(z), x: mul(dir, -1)}
		}
		back := uniform(b.r, 3.2, 7.5)
		s, k := math.Sincos(uniform(b.r, -0.12, 0.12))
		f.o = f.at(0, back)
		f.x = unit(add(mul(f.x, k), mul(left(f.x), s)))
		if b.villageHouse(f, w-1.5, uniform(b.r, 6.5, 9), name, number) {
			number++
			at += w + uniform(b.r, 2, 8)
		} else {
			at += 5
		}
	}
	return number
}

func (b *block) villageHouse(f frame, w, d float64, name string, number int) bool {
	gate := f.at(w*0.5, 0)
	ring := append(f.ring(0, 0), gate)
	if chance(b.r, 0.35) {
		ring = append(ring, f.ring(w, 0, w, d, w*0.55, d, w*0.55, d+4.5, 0, d+4.5)...)
	} else {
		ring = append(ring, f.ring(w, 0, w, d, 0, d)...)
	}
	if !b.fits(ring, 2.2) {
		return false
	}
	floors := 1
	if chance(b.r, 0.3) {
		floors = 2
	}
	bd := building{
		name: fmt.Sprintf("%s%d号", name, number), address: fmt.Sprintf("%s村%d号", name, number), use: household.UseResidential,
		floors: floors, height: 3.2*float64(floors) + 1, year: between(b.r, 1978, 2016), rings: [][]pt{ring}, homes: styleVillage,
		doors: []door{{"1", "main", gate}},
	}
	if number == 4 || number == 23 {
		b.shops = append(b.shops, site{f.at(w/2, 2), bd.address})
	}
	if number == 9 {
		b.rooms = append(b.rooms, site{f.at(w/2, d/2), bd.address})
	}
	for fl := 1; fl <= floors; fl++ {
		bd.flats = append(bd.flats, villageFlat(fl, w*d*0.9))
	}
	if b.c.quota != nil {
		b.claim(ring)
		bd.area = b.area
		b.lots = append(b.lots, lot{bd, number == 4 || number == 9 || number == 23})
		return true
	}
	b.put(&bd)
	return true
}

func villageFlat(floor int, area float64) flat {
	return flat{"1", floor, fmt.Sprintf("%d01", floor), household.UseResidential, area}
}
