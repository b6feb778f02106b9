package synthcity

import (
	"fmt"

	"hearthmap/household"
)

// The small buildings of a large city's compounds: sheds and garages between
// the rows, houses of porters at the gates. Nobody lives in them.

// shedsOf is how many sheds stand behind a row.
var shedsOf = map[rowKind][2]int{rowSlab: {3, 8}, rowDorm: {3, 7}, rowMid: {1, 5}, rowTower: {1, 3}}

var shedWords = []string{"车棚", "仓房", "车库", "配电室", "换热站", "泵房"}

// buildSheds puts sheds between two rows, y metres north in the block's frame.
func (b *block) buildSheds(st *rowState, y float64) {
	n, ok := shedsOf[st.e.rows]
	if b.c.pre.metro == nil || !ok {
		return
	}
	x0, x1, ok := span(st.in, y, y+4, centroid(st.in)[0])
	if !ok {
		return
	}
	for range between(b.r, n[0], n[1]) {
		w, d := uniform(b.r, 6, 17), uniform(b.r, 3, 4.2)
		if x1-x0 < w+8 {
			return
		}
		f := frame{o: b.fr.at(uniform(b.r, x0, x1-w), y), x: b.fr.x}
		b.utilityHouse(st.g, st.e.name.zh, f, w, d, 4.5)
	}
}

// buildGatehouses puts a porter's house inside every gate.
func (b *block) buildGatehouses(e *estate, g *ground) {
	if b.c.pre.metro == nil || !e.walled {
		return
	}
	for _, gate := range g.gates {
		in := nearestOnRing(g.loop, gate)
		dir := unit(sub(in, gate))
		f := frame{o: snap(add(add(gate, mul(dir, 1.3)), mul(left(dir), 3.6))), x: left(dir)}
		b.utilityHouse(g, e.name.zh, f, 4.2, 1.8, 0.2)
	}
}

// utilityHouse builds a small house without units, if there is room.
func (b *block) utilityHouse(g *ground, estate string, f frame, w, d, gap float64) {
	at := f.at(w/2, 0)
	ring := append([]pt{f.at(0, 0), at}, f.ring(w, 0, w, d, 0, d)...)
	if ringArea(ring) < 0 {
		return
	}
	if !b.fits(ring, gap) {
		return
	}
	b.sheds++
	word := shedWords[b.r.IntN(len(shedWords))]
	if w < 5 {
		word = "门卫"
	}
	b.put(&building{
		name: fmt.Sprintf("%s%d号", word, b.sheds), address: g.address + estate + word, use: household.UseUtility, floors: 1, height: 3,
		year: 1995 + b.r.IntN(25), compound: g.code, rings: [][]pt{ring}, doors: []door{{"1", "main", at}},
	})
}
