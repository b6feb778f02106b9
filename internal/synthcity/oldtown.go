package synthcity

import (
	"fmt"
	"math"
	"sort"

	"hearthmap/household"
)

// buildOld builds an old quarter: lanes from street to street, courtyards on
// both sides, no walls.
func (b *block) buildOld() {
	b.land("residential", areaName{"老城", "Old Town"}, b.yard)
	n := b.c.nextOf(useOld)
	lanes := b.oldLanes()
	for k, l := range lanes {
		b.keepFree(l, 2.1)
		b.c.putStreet(street{name: b.c.laneName(n, k), class: "living_street", line: l})
	}
	b.margin = 0.6
	for k, l := range lanes {
		up, down := 19.0, 19.0
		if k+1 < len(lanes) {
			up = math.Min(20, midGap(l, lanes[k+1])/2-2.6)
		}
		if k > 0 {
			down = math.Min(20, midGap(l, lanes[k-1])/2-2.6)
		}
		name := b.c.laneName(n, k).zh
		b.courtyards(l, 1, up, name)
		b.courtyards(l, -1, down, name)
	}
}

func midGap(a, z []pt) float64 { return dist(along(a, 0.5), along(z, 0.5)) }

// oldLanes joins vertices of the streets in the west with such in the east.
func (b *block) oldLanes() [][]pt {
	var west, east []pt
	for _, s := range b.f.sides {
		e := &b.c.plan.edges[s.edge]
		a, z := e.pts[0], e.pts[len(e.pts)-1]
		if e.class == classNone || math.Abs(z[1]-a[1]) < math.Abs(z[0]-a[0]) {
			continue
		}
		list := &west
		if s.forward { // the face lies on the left of a street that runs north
			list = &east
		}
		*list = append(*list, e.pts[1:len(e.pts)-1]...)
	}
	byY := func(l []pt) { sort.Slice(l, func(i, k int) bool { return l[i][1] < l[k][1] }) }
	byY(west)
	byY(east)
	var out [][]pt
	if len(west) == 0 || len(east) == 0 {
		return nil
	}
	lo, hi := bounds(b.yard).Min[1]+24, bounds(b.yard).Max[1]-20
	count := max(1, int(math.Round((hi-lo)/43)))
	for k := range count + 1 {
		y := lo + (hi-lo)*float64(k)/float64(count)
		a, z := nearY(west, y), nearY(east, y)
		if len(out) > 0 && (out[len(out)-1][0] == a || last(out[len(out)-1]) == z) {
			continue
		}
		line := []pt{a}
		d := sub(z, a)
		if !inside(b.yard, lerp(a, z, 0.2)) || !inside(b.yard, lerp(a, z, 0.8)) {
			continue // the quarter is not wide enough here
		}
		n := max(2, int(norm(d)/40))
		for k := 1; k < n; k++ {
			p := lerp(a, z, float64(k)/float64(n))
			line = append(line, snap(add(p, mul(left(unit(d)), uniform(b.r, -1.6, 1.6)))))
		}
		out = append(out, append(line, z))
	}
	return out
}

func last(l []pt) pt { return l[len(l)-1] }

func nearY(l []pt, y float64) pt {
	best := l[0]
	for _, p := range l {
		if math.Abs(p[1]-y) < math.Abs(best[1]-y) {
			best = p
		}
	}
	return best
}

// courtyards fills one side of a lane; side is +1 for the left of the lane.
func (b *block) courtyards(lane []pt, side, depth float64, name string) {
	if depth < 9 {
		return
	}
	total := lineLength(lane)
	number := 1
	if side < 0 {
		number = 2
	}
	for at := 12.0; at < total-20; {
		width := uniform(b.r, 12, 21)
		a, z := pointAt(lane, at), pointAt(lane, at+width)
		f := frame{o: snap(a), x: unit(sub(z, a))}
		if side < 0 { // look from the other end, so that y points away from the lane
			f = frame{o: snap(z), x: unit(sub(a, z))}
		}
		f.o = f.at(0, uniform(b.r, 2.5, 3.4))
		if b.courtyard(f, dist(a, z), depth*uniform(b.r, 0.82, 1)-1, name, number) {
			number += 2
			at += width + uniform(b.r, 0.5, 1.6)
		} else {
			at += 4
		}
	}
}

// courtyard builds one plot: a 四合院 around its court, a U, an L, or rows.
func (b *block) courtyard(f frame, w, d float64, name string, number int) bool {
	gate := f.at(w*0.3, 0)
	var rings [][]pt
	rooms := 4
	t := uniform(b.r, 4.2, 5)
	switch k := b.r.IntN(10); {
	case k < 3 && w > 13 && d > 13:
		outer := append([]pt{f.at(0, 0), gate}, f.ring(w, 0, w, d, 0, d)...)
		hole := f.ring(t, t, t, d-t, w-t, d-t, w-t, t) // clockwise
		rings, rooms = [][]pt{outer, hole}, 7
	case k < 6 && w > 12:
		gate = f.at(w-t/2, 0)
		// The U opens to the lane.
		outer := append(f.ring(0, 0, t, 0, t, d-t, w-t, d-t, w-t, 0), gate)
		rings, rooms = [][]pt{append(outer, f.ring(w, 0, w, d, 0, d)...)}, 5
	case k < 8:
		gate = f.at(t/2, 0)
		outer := append(f.ring(0, 0), gate)
		rings = [][]pt{append(outer, f.ring(t, 0, t, d-t, w, d-t, w, d, 0, d)...)}
	default:
		h := math.Min(d, uniform(b.r, 6, 7.5))
		rings = [][]pt{append([]pt{f.at(0, 0), gate}, f.ring(w, 0, w, h, 0, h)...)}
		rooms = 3
	}
	if !b.fits(rings[0], 0.5) {
		return false
	}
	floors := 1
	if chance(b.r, 0.12) {
		floors = 2
	}
	bd := building{
		name: fmt.Sprintf("%s%d号", name, number), address: fmt.Sprintf("%s%d号", name, number), use: household.UseResidential,
		floors: floors, height: 3.4*float64(floors) + 0.8, year: between(b.r, 1925, 1978), rings: rings, homes: styleOld,
		doors: []door{{"1", "main", gate}},
	}
	if len(b.shops) < 14 && chance(b.r, 0.12) {
		b.shops = append(b.shops, site{f.at(t/2, 1.5), bd.address})
		bd.flats = append(bd.flats, flat{"1", 1, "100", household.UseCommercial, 18})
		bd.use = household.UseMixed
	}
	if len(b.rooms) < 4 {
		b.rooms = append(b.rooms, site{f.at(t/2, d-t/2), bd.address})
	}
	for fl := 1; fl <= floors; fl++ {
		for k := 1; k <= rooms; k++ {
			bd.flats = append(bd.flats, flat{"1", fl, fmt.Sprintf("%d%02d", fl, k), household.UseResidential, uniform(b.r, 18, 45)})
		}
	}
	b.put(&bd)
	return true
}
