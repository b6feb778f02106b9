package synthcity

import (
	"fmt"
	"math"

	"hearthmap/household"
)

// buildPark lays out a park: a walk around, ways in from every side, a pond
// with a walk around it, a pavilion and a toilet.
func (b *block) buildPark() {
	n := b.c.nextOf(usePark)
	w := pick(innerStems, n*5+9)
	name := areaName{w.zh + "公园", w.en + " Park"}
	b.land("green", name, b.yard)
	loc := b.fr.locals(b.yard)
	box := bounds(loc)
	c := box.Center()
	rx, ry := (box.Max[0]-box.Min[0])*0.36, (box.Max[1]-box.Min[1])*0.36
	walk := b.fr.oval(c[0], c[1], rx, ry, 36)
	pond := make([]pt, 0, 24)
	px, py, pr := c[0]-rx*0.3, c[1]-ry*0.15, math.Min(rx, ry)*0.46
	for i := range 24 {
		s, k := math.Sincos(2 * math.Pi * float64(i) / 24)
		r := pr * (1 + 0.16*math.Sin(3*float64(i)*math.Pi/12+1) + 0.1*math.Cos(5*float64(i)*math.Pi/12))
		pond = append(pond, b.fr.at(px+r*1.25*k, py+r*s))
	}
	b.land("water", areaName{w.zh + "湖", w.en + " Lake"}, pond)
	closed := append(append([]pt(nil), walk...), walk[0])
	b.path(streetName{name.zh + "环路", name.en + " Loop"}, "footway", 1.6, closed)
	b.keepFree(append(append([]pt(nil), pond...), pond[0]), 2)
	b.claim(pond)
	for _, s := range b.gateSpots(4) {
		in := walk[0]
		for _, p := range walk {
			if dist(p, s) < dist(in, s) {
				in = p
			}
		}
		b.path(streetName{}, "footway", 1.6, []pt{s, in})
	}
	// A way across, east of the pond.
	across := []pt{walk[5], b.fr.at(c[0]+rx*0.42, c[1]+ry*0.2), b.fr.at(c[0]+rx*0.38, c[1]-ry*0.3), walk[31]}
	b.path(streetName{}, "footway", 1.6, across)
	address := b.addressAt(b.fr.o) + name.zh
	b.parkHouse("公共厕所", address, 10, 6)
	b.parkHouse("茶室", address, 16, 9)
	b.open = append(b.open, site{b.fr.at(c[0]+rx*0.2, c[1]+ry*0.5), address}, site{b.fr.at(c[0]+rx*0.62, c[1]), address})
	b.c.putFacility(facility{name.zh, "park", 0, address, walk[0]})
	b.c.putFacility(facility{name.zh + "应急避难场所", "emergency_shelter", between(b.r, 15, 60) * 100, address, b.open[0].at})
}

func (b *block) parkHouse(name, address string, w, d float64) {
	for range 30 {
		box := bounds(b.fr.locals(b.yard))
		f := frame{o: b.fr.at(uniform(b.r, box.Min[0], box.Max[0]), uniform(b.r, box.Min[1], box.Max[1])), x: b.fr.x}
		gate := f.at(w/2, 0)
		ring := append(f.ring(0, 0), gate)
		ring = append(ring, f.ring(w, 0, w, d, 0, d)...)
		if !b.fits(ring, 5) {
			continue
		}
		b.put(&building{
			name: name, address: address, use: household.UsePublic, floors: 1, height: 4.5, year: 2010, rings: [][]pt{ring},
			doors: []door{{"1", "main", gate}},
		})
		if name == "公共厕所" {
			b.c.putFacility(facility{name, "public_toilet", 0, address, f.at(w/2, d/2)})
		}
		return
	}
}

// buildFarm draws fields between farm tracks, and now and then greenhouses.
func (b *block) buildFarm() {
	b.c.nextOf(useFarm)
	loc := b.fr.locals(b.yard)
	box := bounds(loc)
	b.land("farm", areaName{}, b.yard)
	w, h := box.Max[0]-box.Min[0], box.Max[1]-box.Min[1]
	spots := b.gateSpots(1)
	if len(spots) == 1 {
		end := b.fr.at(uniform(b.r, -0.1, 0.1)*w, uniform(b.r, -0.1, 0.1)*h)
		track := []pt{spots[0], snap(add(lerp(spots[0], end, 0.5), pt{uniform(b.r, -6, 6), uniform(b.r, -6, 6)})), end}
		b.path(streetName{}, "track", 3, track)
	}
	if !chance(b.r, 0.4) {
		return
	}
	rows := between(b.r, 4, 9)
	x, y := uniform(b.r, box.Min[0], box.Max[0]-70), uniform(b.r, box.Min[1], box.Max[1]-20)
	for k := range rows {
		f := frame{o: b.fr.at(x, y+float64(k)*13), x: b.fr.x}
		gate := f.at(0, 4)
		ring := append(f.ring(0, 0, 58, 0, 58, 8, 0, 8), gate)
		if !b.fits(ring, 3) {
			continue
		}
		b.put(&building{
			name: fmt.Sprintf("温室%d号", k+1), address: "大棚", use: household.UseOther, floors: 1, height: 3.2, year: 2014,
			rings: [][]pt{ring}, doors: []door{{"1", "main", gate}},
		})
	}
}
