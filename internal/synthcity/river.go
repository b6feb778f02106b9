package synthcity

const bankGreen = 22.0 // metres of green between the bank's street and the water

// bankLine is the whole of row line j, west to east.
func (c *city) bankLine(j int) []pt {
	p, l := c.plan, c.plan.lat
	var out []pt
	for i := range l.nc {
		cl := p.cells[[2]int{i, l.river}]
		half := cl.south
		if j == l.river+1 {
			half = cl.north
		}
		for _, e := range half {
			pts := p.edges[e].pts
			if len(out) > 0 {
				pts = pts[1:]
			}
			out = append(out, pts...)
		}
	}
	return out
}

// offsetLine moves a smooth line to its left by d metres.
func offsetLine(line []pt, d float64) []pt {
	out := make([]pt, len(line))
	for i, p := range line {
		a, b := line[max(0, i-1)], line[min(len(line)-1, i+1)]
		out[i] = snap(add(p, mul(left(unit(sub(b, a))), d)))
	}
	return out
}

// bankOffset is offsetLine for lines from west to east whose ends move along
// the border of the city, north or south.
func bankOffset(line []pt, d float64) []pt {
	out := offsetLine(line, d)
	for _, i := range []int{0, len(line) - 1} {
		out[i] = snap(add(line[i], pt{0, d}))
	}
	return out
}

func reversed(line []pt) []pt {
	out := make([]pt, len(line))
	for i, p := range line {
		out[len(line)-1-i] = p
	}
	return out
}

// writeRiver writes the water, its banks' green with a walk along the water,
// and the barrier.
func (c *city) writeRiver() {
	l := c.plan.lat
	if l.river < 0 {
		return
	}
	south, north := c.bankLine(l.river), c.bankLine(l.river+1)
	set := classes[classTertiary].setback
	shoreS, shoreN := bankOffset(south, set+bankGreen), bankOffset(north, -set-bankGreen)
	// A city's river is long: a polygon for every ten cells.
	fromS, fromN, atS, atN := 0, 0, 0, 0
	for i := range l.nc {
		cl := c.plan.cells[[2]int{i, l.river}]
		atS += c.plan.steps(cl.south)
		atN += c.plan.steps(cl.north)
		if i%10 == 9 || i == l.nc-1 {
			ring := append(append([]pt(nil), shoreS[fromS:atS+1]...), reversed(shoreN[fromN:atN+1])...)
			c.putLand("water", areaName{"安河", "An River"}, ring)
			fromS, fromN = atS, atN
		}
	}
	var mid []pt
	for i := range l.nc {
		f := &c.plan.faces[c.plan.cells[[2]int{i, l.river}].faces[1]]
		pts := c.plan.edges[f.sides[0].edge].pts
		if len(mid) > 0 {
			pts = pts[1:]
		}
		mid = append(mid, pts...)
	}
	c.putBarrier("river", "安河", mid)
	for i := range l.nc {
		cl := c.plan.cells[[2]int{i, l.river}]
		c.writeBank(cl, cl.south, 1)
		c.writeBank(cl, cl.north, -1)
	}
}

// steps is the number of steps of both halves of a side.
func (p *plan) steps(half [2]int) int {
	return len(p.edges[half[0]].pts) + len(p.edges[half[1]].pts) - 2
}

// writeBank writes the green of one bank of one cell; toWater is +1 when the
// water lies to the left of the bank's line.
func (c *city) writeBank(cl *cell, half [2]int, toWater float64) {
	p, l := c.plan, c.plan.lat
	line := append(append([]pt(nil), p.edges[half[0]].pts...), p.edges[half[1]].pts[1:]...)
	from, to := 0, len(line)-1
	if has(c.pre.bridges, cl.col) {
		from++
	}
	if has(c.pre.bridges, cl.col+1) {
		to--
	}
	if to-from < 2 {
		return
	}
	set := classes[classTertiary].setback
	near, far := bankOffset(line, toWater*set)[from:to+1], bankOffset(line, toWater*(set+bankGreen))[from:to+1]
	ring := append(append([]pt(nil), near...), reversed(far)...)
	if toWater < 0 {
		ring = reversed(ring)
	}
	c.putLand("green", areaName{"滨河绿地", "Riverside Green"}, ring)
	if p.edges[half[0]].class == classNone || cl.col == l.rail {
		return
	}
	walk := bankOffset(line, toWater*(set+bankGreen*0.6))[from+1 : to]
	path := append([]pt{line[from+1]}, walk...)
	if to-1 > from+1 {
		path = append(path, line[to-1])
	}
	c.putStreet(street{name: streetName{"滨河步道", "Riverside Walk"}, class: "footway", line: path})
}

// writeRailway writes the line and the ground beside it.
func (c *city) writeRailway() {
	p, l := c.plan, c.plan.lat
	if l.rail < 0 {
		return
	}
	var track []pt
	for j := range l.nr {
		cl := p.cells[[2]int{l.rail, j}]
		w := append(append([]pt(nil), p.edges[cl.west[0]].pts...), p.edges[cl.west[1]].pts[1:]...)
		e := append(append([]pt(nil), p.edges[cl.east[0]].pts...), p.edges[cl.east[1]].pts[1:]...)
		n := max(len(w), len(e)) - 1
		for k := range n + 1 {
			if k == 0 && j > 0 {
				continue
			}
			track = append(track, snap(lerp(along(w, float64(k)/float64(n)), along(e, float64(k)/float64(n)), 0.5)))
		}
		if j == l.river {
			continue
		}
		set := classes[classTertiary].setback - 1
		ring := append(offsetLine(w, -set)[1:len(w)-1], reversed(offsetLine(e, set)[1:len(e)-1])...)
		c.putLand("industrial", areaName{"铁路用地", "Railway Ground"}, reversed(ring))
	}
	c.putBarrier("railway", "和安铁路", track)
}

// along is the point at share t of a line of even steps.
func along(line []pt, t float64) pt {
	x := t * float64(len(line)-1)
	k := min(int(x), len(line)-2)
	return lerp(line[k], line[k+1], x-float64(k))
}
