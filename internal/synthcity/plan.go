package synthcity

import (
	"math"

	"hearthmap/household"
)

// class is what runs along an edge of the plan.
type class uint8

const (
	classNone        class = iota // a boundary without a street
	classPrimary                  // 大街: arterials and the ring road
	classSecondary                // between blocks of the lattice
	classTertiary                 // along river and railway
	classResidential              // inside the lattice's cells
	classVillage                  // roads into the country
)

// classInfo are the measures of a class, metres.
type classInfo struct {
	osm     string
	half    float64 // half of the carriageway
	setback float64 // from the street's middle to the blocks' ground
}

var classes = [...]classInfo{
	classNone:        {"", 0, 6},
	classPrimary:     {"primary", 12, 19},
	classSecondary:   {"secondary", 9, 14.5},
	classTertiary:    {"tertiary", 7, 11.5},
	classResidential: {"residential", 5, 9},
	classVillage:     {"unclassified", 4, 7.5},
}

// edge is a stretch between two corners of faces.
type edge struct {
	pts         []pt
	class       class
	road        int     // index in plan.roads; -1 none
	start       float64 // metres along the road where pts begins
	bridge      bool
	tunnel      bool
	left, right int // faces; -1 outside the city
}

// road is a named street of several edges.
type road struct {
	name   streetName
	length float64
}

type faceKind uint8

const (
	faceBlock faceKind = iota
	faceRiver          // half of the river's bed, with the bank
	faceRail
)

// side is an edge of a face, walked with the face on its left.
type side struct {
	edge    int
	forward bool
}

// face is a piece of ground between edges: a block, or a piece of a band.
type face struct {
	id       int
	kind     faceKind
	col, row int
	sides    []side
	use      use
	wants    []household.Category // services it must house
	people   int                  // expected
	grid     int                  // index in plan.grids
}

// plan is what is held of the city: its streets and blocks.
type plan struct {
	lat        *lattice
	edges      []edge
	faces      []face
	roads      []road
	cells      map[[2]int]*cell
	innerRoads map[[2]int]int // by direction and column or row
	grids      []gridPlan
	comms      []commPlan
	offs       []officePlan
	villages   []int // faces
	dists      []districtPlan
}

// cell is a field of the lattice with its four sides, each cut in two halves
// (south and north run east, west and east run north).
type cell struct {
	col, row                 int
	south, north, west, east [2]int
	faces                    []int
}

func (c *city) makePlan() {
	p := &plan{lat: c.makeLattice(), cells: map[[2]int]*cell{}}
	c.plan = p
	h, v := c.latticeEdges()
	for j := range p.lat.nr {
		for i := range p.lat.nc {
			cl := &cell{col: i, row: j, south: h[i][j], north: h[i][j+1], west: v[i][j], east: v[i+1][j]}
			p.cells[[2]int{i, j}] = cl
			c.divide(cl)
		}
	}
	for i := range p.faces {
		for _, s := range p.faces[i].sides {
			if s.forward {
				p.edges[s.edge].left = i
			} else {
				p.edges[s.edge].right = i
			}
		}
	}
	c.zone()
	for i := range p.faces {
		if p.faces[i].use == useVillage {
			p.villages = append(p.villages, i)
		}
	}
	if c.pre.metro != nil {
		c.groupRegions()
	} else {
		c.groupAreas()
	}
	c.assignServices()
}

func (p *plan) addEdge(e edge) int {
	e.left, e.right = -1, -1
	if e.road >= 0 {
		r := &p.roads[e.road]
		e.start = r.length
		r.length += lineLength(e.pts)
	}
	p.edges = append(p.edges, e)
	return len(p.edges) - 1
}

func (p *plan) addRoad(n streetName) int {
	p.roads = append(p.roads, road{name: n})
	return len(p.roads) - 1
}

// latticeEdges makes the main streets. h[i][j] are the halves of the stretch
// east of crossing (i, j), v[i][j] of the stretch north of it.
func (c *city) latticeEdges() (h, v [][][2]int) {
	l, p := c.plan.lat, c.plan
	h, v = make([][][2]int, l.nc), make([][][2]int, l.nc+1)
	for i := range h {
		h[i] = make([][2]int, l.nr+1)
	}
	for i := range v {
		v[i] = make([][2]int, l.nr)
	}
	for j := range l.nr + 1 {
		cl := c.rowClass(j)
		rd := -1
		if cl != classNone {
			rd = p.addRoad(c.mainName(false, j))
		}
		for i := range l.nc {
			e := edge{pts: l.line(i, j, i+1, j), class: cl, road: rd}
			switch c.pre.colBand[i] {
			case bandFringe:
				e.class = classNone
				if has(c.pre.outRoads[1], j) {
					e.class = classVillage
				}
			case bandRail:
				e.tunnel = has(c.pre.railRoads, j)
				if !e.tunnel {
					e.class = classNone
				}
			}
			h[i][j] = c.halves(e, c.pre.colBand[i] == bandRail)
		}
	}
	for i := range l.nc + 1 {
		cl := c.colClass(i)
		rd := -1
		if cl != classNone {
			rd = p.addRoad(c.mainName(true, i))
		}
		for j := range l.nr {
			e := edge{pts: l.line(i, j, i, j+1), class: cl, road: rd}
			switch c.pre.rowBand[j] {
			case bandFringe:
				e.class = classNone
				if has(c.pre.outRoads[0], i) {
					e.class = classVillage
				}
			case bandRiver:
				e.bridge = has(c.pre.bridges, i)
				if !e.bridge {
					e.class = classNone
				}
			}
			v[i][j] = c.halves(e, c.pre.rowBand[j] == bandRiver)
		}
	}
	return h, v
}

// rowClass is the class of row line j inside the town.
func (c *city) rowClass(j int) class {
	l := c.plan.lat
	switch {
	case l.south > 0 && (j == 0 || j == l.nr):
		return classNone
	case j < l.south || j > l.north:
		return classVillage
	case l.south > 0 && (j == l.south || j == l.north):
		return classPrimary
	case l.river >= 0 && (j == l.river || j == l.river+1):
		return classTertiary
	case j%3 == 1:
		return classPrimary
	}
	return classSecondary
}

func (c *city) colClass(i int) class {
	l := c.plan.lat
	switch {
	case l.west > 0 && (i == 0 || i == l.nc):
		return classNone
	case i < l.west || i > l.east:
		return classVillage
	case l.west > 0 && (i == l.west || i == l.east):
		return classPrimary
	case l.rail >= 0 && (i == l.rail || i == l.rail+1):
		return classTertiary
	case i%3 == 0:
		return classPrimary
	}
	return classSecondary
}

// halves cuts an edge near its middle and adds both parts.
func (c *city) halves(e edge, even bool) [2]int {
	p, n := c.plan, len(e.pts)-1
	k := n / 2
	if !even && n >= 8 {
		r := c.rng(rngEdge, len(p.edges))
		k = int(math.Round(float64(n) * uniform(r, 0.42, 0.58)))
	}
	a, b := e, e
	a.pts, b.pts = e.pts[:k+1], e.pts[k:]
	if e.class == classNone {
		a.road, b.road = -1, -1
	}
	return [2]int{p.addEdge(a), p.addEdge(b)}
}

// outline is the ring of a face, counter-clockwise, without the vertices that
// hardly bend it, and for every side of the ring the edge it runs along.
func (p *plan) outline(f *face) (ring []pt, edges []int) {
	for _, s := range f.sides {
		line := thin(p.edges[s.edge].pts, 0.8)
		for k := range len(line) - 1 {
			at := k
			if !s.forward {
				at = len(line) - 1 - k
			}
			ring = append(ring, line[at])
			edges = append(edges, s.edge)
		}
	}
	return ring, edges
}
