package synthcity

import (
	"fmt"

	"hearthmap/household"
)

// buildShops lines the streets around an estate with shops, or with flats
// above shops, between the pavement and the wall.
func (b *block) buildShops(e *estate, g *ground) {
	n := 0
	for _, s := range b.f.sides {
		ed := &b.c.plan.edges[s.edge]
		if ed.class == classNone || e.shops == 0 {
			continue
		}
		line := ed.pts
		if !s.forward {
			line = reversed(line)
		}
		line = offsetLine(line, classes[ed.class].setback+0.8)
		total := lineLength(line)
		mixed := ed.class <= classSecondary && chance(b.r, e.mixed)
		for at := 3.0; at < total-14; {
			length, depth, floors := uniform(b.r, 20, 42), uniform(b.r, 9, 11), between(b.r, 1, 3)
			if mixed {
				length, depth, floors = float64(between(b.r, 3, 4))*14, 12, between(b.r, 5, 7)
			}
			if at+length > total-2 {
				length = total - 2 - at
				mixed = mixed && length > 40
			}
			if length < 12 {
				break
			}
			a, z := pointAt(line, at), pointAt(line, at+length)
			f := frame{o: snap(a), x: unit(sub(z, a))}
			if b.buildShop(e, g, f, dist(a, z)-0.2, depth, floors, mixed, n) {
				n++
				at += length + []float64{0.8, 0.8, 5}[b.r.IntN(3)]
			} else {
				at += 5
			}
		}
	}
}

func (b *block) buildShop(e *estate, g *ground, f frame, length, depth float64, floors int, mixed bool, n int) bool {
	doorsN := 1
	if mixed {
		doorsN = max(1, int(length/14))
	}
	ring := []pt{f.at(0, 0)}
	var doors []door
	w := length / float64(doorsN)
	for i := range doorsN {
		at := f.at((float64(i)+0.5)*w, 0)
		ring = append(ring, at)
		kind := "main"
		if mixed {
			kind = "stairwell"
		}
		doors = append(doors, door{fmt.Sprint(i + 1), kind, at})
	}
	ring = append(ring, f.ring(length, 0, length, depth, 0, depth)...)
	if !b.fits(ring, 0.5) {
		return false
	}
	address := b.addressAt(f.at(length/2, 0))
	bd := building{
		name: fmt.Sprintf("%s底商%d号", e.name.zh, n+1), address: address, use: household.UseCommercial, floors: floors,
		year: e.year + b.r.IntN(4), rings: [][]pt{ring}, doors: doors, homes: styleMixed,
	}
	bay := 8.0
	if b.c.pre.metro != nil {
		bay = 13
	}
	bays := max(1, int(length/bay))
	for k := range bays {
		bd.flats = append(bd.flats, flat{"1", 1, fmt.Sprintf("1%02d", k+1), household.UseCommercial, length / float64(bays) * depth})
		b.shops = append(b.shops, site{f.at((float64(k)+0.5)*length/float64(bays), 2.5), address})
	}
	bd.height = heightOf(bd.use, floors)
	if mixed {
		bd.name = fmt.Sprintf("%s临街%d号楼", e.name.zh, n+1)
		bd.use, bd.height = household.UseMixed, heightOf(household.UseResidential, floors)+1.5
		bd.flats = append(bd.flats, b.flats(doors, floors, 2, 2, 66)...)
	} else if floors > 1 {
		for fl := 2; fl <= floors; fl++ {
			bd.flats = append(bd.flats, flat{"1", fl, fmt.Sprintf("%d01", fl), household.UseCommercial, length * depth})
		}
	}
	b.put(&bd)
	return true
}

// pointAt is the point of a line at a distance from its start.
func pointAt(line []pt, at float64) pt {
	for k := 1; k < len(line); k++ {
		d := dist(line[k-1], line[k])
		if at <= d {
			return lerp(line[k-1], line[k], at/d)
		}
		at -= d
	}
	return line[len(line)-1]
}

// buildMall builds the one great house of a shopping block, with a square.
func (b *block) buildMall() {
	name := numbered(areaName{"万和广场", "Wanhe Plaza"}, b.c.nextOf(useMall))
	b.land("commercial", name, b.yard)
	loc := b.fr.locals(b.yard)
	box := bounds(loc)
	c := centroid(loc)
	for k := 0.8; k > 0.3; k -= 0.05 {
		w, h := (box.Max[0]-box.Min[0])*k, (box.Max[1]-box.Min[1])*k*0.8
		f := frame{o: b.fr.at(c[0]-w/2, c[1]-h/2+6), x: b.fr.x}
		doors := []door{{"1", "main", f.at(w/2, 0)}, {"2", "main", f.at(w, h/2)}, {"3", "main", f.at(w/2, h)}}
		ring := append(f.ring(12, 0), doors[0].at)
		ring = append(ring, f.ring(w-12, 0, w, 12)...)
		ring = append(ring, doors[1].at)
		ring = append(ring, f.ring(w, h-12, w-12, h)...)
		ring = append(ring, doors[2].at)
		ring = append(ring, f.ring(12, h, 0, h-12, 0, 12)...)
		if !b.fits(ring, 1) {
			continue
		}
		address := b.addressAt(doors[0].at)
		for _, d := range doors {
			v, _, ok := b.c.nearestVertex(b.f, d.at)
			line := []pt{v, snap(lerp(d.at, v, 1.5/dist(d.at, v)))}
			if ok && ringLineDistance(ring, line) > 0.8 {
				b.path(streetName{}, "footway", 0, line)
			}
		}
		b.ways = nil
		b.put(&building{
			name: name.zh, address: address + name.zh, use: household.UseCommercial, floors: 5, height: heightOf(household.UseCommercial, 5),
			year: 2012, rings: [][]pt{ring}, doors: doors, flats: workRooms(household.UseCommercial, 5, 12),
		})
		b.rooms = append(b.rooms, site{f.at(w/2, h/2), address + name.zh})
		for k := range 8 {
			b.shops = append(b.shops, site{f.at(14+float64(k)*(w-28)/8, 8), address + name.zh})
		}
		return
	}
}
