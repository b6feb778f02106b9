package synthcity

import "math"

// step is the distance of vertices along streets, metres. Lanes and gates
// meet a street at one of its vertices, so that blocks need not know of each
// other.
const step = 15.0

// lattice places the crossings of the main streets.
type lattice struct {
	c           *city
	x, y        []float64 // lines before they are bent
	nc, nr      int       // columns, rows
	river, rail int       // row, column; -1: none
	nodes       [][]pt    // [column line][row line]
	// The lines of the ring road; 0 and the last line where there is no country around.
	west, east, south, north int
}

func (c *city) makeLattice() *lattice {
	p := c.pre
	l := &lattice{c: c, nc: len(p.cols), nr: len(p.rows), river: -1, rail: -1, x: []float64{0}, y: []float64{0}}
	for i, w := range p.cols {
		l.x = append(l.x, l.x[i]+w)
		if p.colBand[i] == bandRail {
			l.rail = i
		}
	}
	for j, h := range p.rows {
		l.y = append(l.y, l.y[j]+h)
		if p.rowBand[j] == bandRiver {
			l.river = j
		}
	}
	l.west, l.east = ringLines(p.colBand)
	l.south, l.north = ringLines(p.rowBand)
	c.middle = pt{l.x[l.nc] / 2, l.y[l.nr] / 2}
	r := c.rng(rngLattice, 0)
	for i := range l.x {
		col := make([]pt, len(l.y))
		for j := range l.y {
			jx, jy := uniform(r, -1, 1)*p.jitter, uniform(r, -1, 1)*p.jitter
			if l.rail >= 0 && (i == l.rail || i == l.rail+1) {
				jx = 0
			}
			if l.river >= 0 && (j == l.river || j == l.river+1) {
				jy = 0
			}
			x, y := l.x[i]+jx, l.y[j]+jy
			if ci, cj := l.ringCorner(i, j); ci != 0 {
				x, y = x+float64(ci)*62, y+float64(cj)*58
			}
			col[j] = pt{x + l.railWave(i, y), y + l.riverWave(j, x)}
		}
		l.nodes = append(l.nodes, col)
	}
	for i := range l.nodes {
		for j := range l.nodes[i] {
			l.nodes[i][j] = snap(l.nodes[i][j])
		}
	}
	return l
}

// ringLines are the first and last line of the town.
func ringLines(bands []band) (first, last int) {
	last = len(bands)
	for bands[first] == bandFringe {
		first++
	}
	for bands[last-1] == bandFringe {
		last--
	}
	return first, last
}

// ringCorner says into which quarter a corner of the ring road is drawn, so
// that the road bends there instead of breaking.
func (l *lattice) ringCorner(i, j int) (int, int) {
	if l.west == 0 || (i != l.west && i != l.east) || (j != l.south && j != l.north) {
		return 0, 0
	}
	ci, cj := 1, 1
	if i != l.west {
		ci = -1
	}
	if j != l.south {
		cj = -1
	}
	return ci, cj
}

// riverWave is how far line j is bent north at x: as the river is, and less
// so farther away.
func (l *lattice) riverWave(j int, x float64) float64 {
	if l.river < 0 {
		return 0
	}
	d := math.Max(float64(l.river-j), float64(j-l.river-1))
	u := x / 1000
	w := math.Sin(u*5.3+0.9) + 0.45*math.Sin(u*9.1+2.2) + 0.25*math.Sin(u*2.1)
	return l.c.pre.riverWave * w * math.Pow(0.5, math.Max(0, d))
}

// railWave is how far line i is bent east at y.
func (l *lattice) railWave(i int, y float64) float64 {
	if l.rail < 0 {
		return 0
	}
	d := math.Max(float64(l.rail-i), float64(i-l.rail-1))
	return 38 * math.Sin(y/1000*2.3+0.4) * math.Pow(0.45, math.Max(0, d))
}

// line gives the vertices of the lattice between two neighbouring crossings,
// an even number of steps.
func (l *lattice) line(i0, j0, i1, j1 int) []pt {
	a, b := l.nodes[i0][j0], l.nodes[i1][j1]
	n := max(2, 2*int(math.Round(dist(a, b)/step/2)))
	out := make([]pt, 0, n+1)
	for k := range n + 1 {
		t := float64(k) / float64(n)
		p := lerp(a, b, t)
		if j0 == j1 {
			p[1] += l.riverWave(j0, p[0]) - (1-t)*l.riverWave(j0, a[0]) - t*l.riverWave(j0, b[0])
		} else {
			p[0] += l.railWave(i0, p[1]) - (1-t)*l.railWave(i0, a[1]) - t*l.railWave(i0, b[1])
		}
		out = append(out, snap(p))
	}
	out[0], out[n] = a, b
	return out
}

// straight gives the vertices of a straight street.
func straight(a, b pt) []pt {
	n := max(1, int(math.Round(dist(a, b)/step)))
	out := make([]pt, 0, n+1)
	for k := range n + 1 {
		out = append(out, snap(lerp(a, b, float64(k)/float64(n))))
	}
	out[0], out[n] = a, b
	return out
}
