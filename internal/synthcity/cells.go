package synthcity

// The ways to divide a cell of the lattice into blocks by inner streets.
type pattern uint8

const (
	patternQuad pattern = iota // a cross: four blocks
	patternWest                // a street north–south, the west half divided again
	patternEast
	patternSouth // a street west–east, the south half divided again
	patternNorth
	patternOne // undivided
	patternTwo // a street north-south
)

// divide makes the faces of a cell.
func (c *city) divide(cl *cell) {
	l := c.plan.lat
	river, rail := cl.row == l.river, cl.col == l.rail
	switch {
	case river:
		c.divideRiver(cl)
	case rail:
		c.addFace(cl, faceRail, cl.around()...)
	default:
		c.divideTown(cl)
	}
}

func (c *city) addFace(cl *cell, kind faceKind, sides ...side) {
	f := face{id: len(c.plan.faces), kind: kind, col: cl.col, row: cl.row, sides: sides, grid: -1}
	c.plan.faces = append(c.plan.faces, f)
	cl.faces = append(cl.faces, f.id)
}

func fwd(e int) side { return side{e, true} }
func rev(e int) side { return side{e, false} }

func (cl *cell) around() []side {
	return []side{
		fwd(cl.south[0]), fwd(cl.south[1]), fwd(cl.east[0]), fwd(cl.east[1]),
		rev(cl.north[1]), rev(cl.north[0]), rev(cl.west[1]), rev(cl.west[0]),
	}
}

// divideRiver cuts a piece of the river along its middle: that is where the
// areas on both banks meet.
func (c *city) divideRiver(cl *cell) {
	p, l := c.plan, c.plan.lat
	w, e := p.edges[cl.west[0]].pts, p.edges[cl.east[0]].pts
	south := append(append([]pt(nil), p.edges[cl.south[0]].pts...), p.edges[cl.south[1]].pts[1:]...)
	a, b := w[len(w)-1], e[len(e)-1]
	n := len(south) - 1
	mid := make([]pt, 0, n+1)
	for k := range n + 1 {
		t := float64(k) / float64(n)
		q := lerp(a, b, t)
		q[1] += l.riverWave(l.river, q[0]) - (1-t)*l.riverWave(l.river, a[0]) - t*l.riverWave(l.river, b[0])
		mid = append(mid, snap(q))
	}
	mid[0], mid[n] = a, b
	m := p.addEdge(edge{pts: mid, road: -1})
	c.addFace(cl, faceRiver, fwd(cl.south[0]), fwd(cl.south[1]), fwd(cl.east[0]), rev(m), rev(cl.west[0]))
	c.addFace(cl, faceRiver, fwd(m), fwd(cl.east[1]), rev(cl.north[1]), rev(cl.north[0]), rev(cl.west[1]))
}

func (c *city) divideTown(cl *cell) {
	p := c.plan
	r := c.rng(rngCell, cl.row*1000+cl.col)
	pat := c.patternOf(cl, r.IntN(9))
	if pat == patternOne {
		c.addFace(cl, faceBlock, cl.around()...)
		return
	}
	mid := func(h [2]int) pt { q := p.edges[h[1]].pts; return q[0] }
	s, n, w, e := mid(cl.south), mid(cl.north), mid(cl.west), mid(cl.east)
	j := c.pre.jitter / 2
	m := snap(add(mul(add(add(s, n), add(w, e)), 0.25), pt{uniform(r, -1, 1) * j, uniform(r, -1, 1) * j}))
	inner := func(a, b pt, northward bool) int {
		cls := classResidential
		if c.fringe(cl) {
			cls = classNone
		}
		rd := -1
		if cls != classNone {
			rd = c.innerRoad(cl, northward)
		}
		return p.addEdge(edge{pts: straight(a, b), class: cls, road: rd})
	}
	var iS, iN, iW, iE int
	if pat != patternNorth {
		iS = inner(s, m, true)
	}
	if pat != patternSouth {
		iN = inner(m, n, true)
	}
	if pat == patternQuad || pat == patternWest || pat == patternSouth || pat == patternNorth {
		iW = inner(w, m, false)
	}
	if pat == patternQuad || pat == patternEast || pat == patternSouth || pat == patternNorth {
		iE = inner(m, e, false)
	}
	sw := []side{fwd(cl.south[0]), fwd(iS), rev(iW), rev(cl.west[0])}
	se := []side{fwd(cl.south[1]), fwd(cl.east[0]), rev(iE), rev(iS)}
	nw := []side{fwd(iW), fwd(iN), rev(cl.north[0]), rev(cl.west[1])}
	ne := []side{fwd(iE), fwd(cl.east[1]), rev(cl.north[1]), rev(iN)}
	west := []side{fwd(cl.south[0]), fwd(iS), fwd(iN), rev(cl.north[0]), rev(cl.west[1]), rev(cl.west[0])}
	east := []side{fwd(cl.south[1]), fwd(cl.east[0]), fwd(cl.east[1]), rev(cl.north[1]), rev(iN), rev(iS)}
	south := []side{fwd(cl.south[0]), fwd(cl.south[1]), fwd(cl.east[0]), rev(iE), rev(iW), rev(cl.west[0])}
	north := []side{fwd(iW), fwd(iE), fwd(cl.east[1]), rev(cl.north[1]), rev(cl.north[0]), rev(cl.west[1])}
	var blocks [][]side
	switch pat {
	case patternQuad:
		blocks = [][]side{sw, se, nw, ne}
	case patternWest:
		blocks = [][]side{sw, nw, east}
	case patternEast:
		blocks = [][]side{west, se, ne}
	case patternSouth:
		blocks = [][]side{sw, se, north}
	case patternNorth:
		blocks = [][]side{south, nw, ne}
	case patternTwo:
		blocks = [][]side{west, east}
	}
	for _, b := range blocks {
		c.addFace(cl, faceBlock, b...)
	}
}

// patternOf chooses how a cell is divided. Every cell of the town has three
// blocks at least, so that a community of one cell has three grids.
func (c *city) patternOf(cl *cell, draw int) pattern {
	if c.pre.menus != nil {
		return patternWest + pattern((cl.col+cl.row)%2)
	}
	if c.fringe(cl) {
		return patternOne
	}
	if cl.col == c.pre.centre[0] && cl.row == c.pre.centre[1] {
		return patternQuad // mall, offices, market and civic centre
	}
	switch draw {
	case 0:
		return patternWest
	case 1:
		return patternEast
	case 2:
		return patternSouth
	case 3:
		return patternNorth
	}
	return patternQuad
}

// fringe reports whether the cell lies outside the ring road.
func (c *city) fringe(cl *cell) bool {
	return c.pre.colBand[cl.col] == bandFringe || c.pre.rowBand[cl.row] == bandFringe
}

// innerRoad is the street that divides a column or row of cells; it keeps its
// name from cell to cell.
func (c *city) innerRoad(cl *cell, northward bool) int {
	key, at := [2]int{0, cl.row}, &c.plan.innerRoads
	if northward {
		key = [2]int{1, cl.col}
	}
	if *at == nil {
		*at = map[[2]int]int{}
	}
	id, ok := (*at)[key]
	if !ok {
		id = c.plan.addRoad(c.innerName(northward, key[1]))
		(*at)[key] = id
	}
	return id
}
