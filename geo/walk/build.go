package walk

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"hearthmap/household"
)

// Graph is the pedestrian network of a city. It does not change.
type Graph struct {
	nodes []orb.Point
	edges []Edge
	// lines[lineFirst[e]:lineFirst[e+1]] is the line of edge e.
	lineFirst []int32
	lines     []orb.Point
	boxes     *boxes // of edges

	walls    *walls
	blockers *blockers
	parts    [modes]components
	arcs     [modes]struct{ out, in csr } // in: reversed
	search   [modes]blocks                // the arcs of in
	fields   sync.Pool                    // released *Field
}

// Build makes the graph of a network. It keeps no reference to it.
func Build(n Network, o Options) *Graph {
	top := joinVertices(n.Streets)
	closed, shut := closedPlaces(n, top)
	c := &cutter{walls: newWalls(n.Compounds, n.Gates), closed: closed, shut: newGateSet(shut)}
	var pieces []stretch
	narrow := narrowPlaces(n, top, closed)
	for _, s := range top.stretches(n.Streets, func(v int32) bool { return closed[v] || narrow.at[v] }) {
		for _, part := range narrow.part(s, &c.copies) {
			pieces = append(pieces, c.cut(part)...)
		}
	}
	isolate(pieces, closed, &c.copies)
	g := assemble(pieces, weigh(pieces, n.Streets))
	g.walls = c.walls
	g.blockers = newBlockers(n, c.walls)
	viable := o.Viable
	if viable == 0 {
		viable = DefaultViable
	}
	for m := range Mode(modes) {
		g.arcs[m].out, g.arcs[m].in = g.pack(m)
		g.search[m] = g.packBlocks(m, Backward, Forward)
		g.parts[m] = g.label(m, viable)
	}
	return g
}

// closedPlaces finds the vertices that closed gates stand on, and the closed
// gates that stand on none.
func closedPlaces(n Network, top *topology) (closed map[int32]bool, shut []orb.Point) {
	closed = map[int32]bool{}
	for _, g := range n.Gates {
		if g.Open {
			continue
		}
		if v, ok := top.byNode[g.NodeID]; ok && g.NodeID != 0 {
			closed[v] = true
		} else {
			shut = append(shut, g.Geom)
		}
	}
	if len(shut) == 0 {
		return closed, nil
	}
	var open []orb.Point
	for _, g := range n.Gates {
		if g.Open {
			open = append(open, g.Geom)
		}
	}
	closeVertices(n.Streets, top, newGateSet(shut), newGateSet(open), closed)
	return closed, shut
}

// closeVertices closes the vertices on the ground that a closed gate without
// a node stands on, unless an open gate is nearer.
func closeVertices(streets []household.Street, top *topology, shut, open gateSet, closed map[int32]bool) {
	for i := range streets {
		s := &streets[i]
		if !walkable(s) || flagsOf(s)&Raised != 0 {
			continue
		}
		for k, p := range s.Geom {
			_, d, ok := shut.nearest(p, closedGateReach)
			if !ok {
				continue
			}
			if _, o, near := open.nearest(p, GateReach); near && o < d {
				continue
			}
			closed[top.vertex[top.first[i]+int32(k)]] = true
		}
	}
}

// isolate parts all ways at closed gates whose ways no wall has parted.
func isolate(pieces []stretch, closed map[int32]bool, copies *int32) {
	if len(closed) == 0 {
		return
	}
	sides := map[int32]map[string]bool{}
	ends := func(s *stretch) []*nodeKey { return []*nodeKey{&s.from, &s.to} }
	for i := range pieces {
		for _, k := range ends(&pieces[i]) {
			if k.vertex >= 0 && closed[k.vertex] {
				if sides[k.vertex] == nil {
					sides[k.vertex] = map[string]bool{}
				}
				sides[k.vertex][k.side] = true
			}
		}
	}
	for i := range pieces {
		for _, k := range ends(&pieces[i]) {
			if k.vertex >= 0 && closed[k.vertex] && len(sides[k.vertex]) == 1 {
				*copies++
				k.copy = *copies
			}
		}
	}
}

// assemble numbers the nodes along a Hilbert curve and sorts the edges.
func assemble(pieces []stretch, weights []float64) *Graph {
	g := &Graph{}
	number := map[nodeKey]int32{}
	node := func(k nodeKey, p orb.Point) int32 {
		i, ok := number[k]
		if !ok {
			i = int32(len(g.nodes))
			number[k] = i
			g.nodes = append(g.nodes, p)
		}
		return i
	}
	lines := make([]orb.LineString, 0, len(pieces))
	for i, s := range pieces {
		w := weights[i]
		if !(w < math.MaxInt32/4) {
			continue // not a number, or not on this earth
		}
		g.edges = append(g.edges, Edge{
			From: node(s.from, s.line[0]), To: node(s.to, s.line[len(s.line)-1]),
			Weight: max(1, int32(w)), Street: s.street, Inside: s.inside, Flags: s.flags,
		})
		lines = append(lines, s.line)
	}
	g.renumber()
	g.sortEdges(lines)
	return g
}

// renumber puts the nodes in Hilbert order.
func (g *Graph) renumber() {
	if len(g.nodes) == 0 {
		return
	}
	curve := newHilbert(orb.MultiPoint(g.nodes).Bound())
	keys := make([]uint64, len(g.nodes))
	for i, p := range g.nodes {
		keys[i] = uint64(curve.index(p))<<32 | uint64(i)
	}
	slices.Sort(keys)
	to := make([]int32, len(keys))
	nodes := make([]orb.Point, len(keys))
	for i, k := range keys {
		to[uint32(k)] = int32(i)
		nodes[i] = g.nodes[uint32(k)]
	}
	g.nodes = nodes
	for i := range g.edges {
		e := &g.edges[i]
		e.From, e.To = to[e.From], to[e.To]
	}
}

func (g *Graph) sortEdges(lines []orb.LineString) {
	order := make([]int32, len(g.edges))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		x, y := &g.edges[a], &g.edges[b]
		return cmp.Or(
			cmp.Compare(min(x.From, x.To), min(y.From, y.To)), cmp.Compare(max(x.From, x.To), max(y.From, y.To)),
			cmp.Compare(x.Weight, y.Weight), cmp.Compare(a, b))
	})
	edges := make([]Edge, len(order))
	bounds := make([]orb.Bound, len(order))
	g.lineFirst = make([]int32, 1, len(order)+1)
	for i, k := range order {
		edges[i] = g.edges[k]
		bounds[i] = lines[k].Bound()
		g.lines = append(g.lines, lines[k]...)
		g.lineFirst = append(g.lineFirst, int32(len(g.lines)))
	}
	g.edges = edges
	g.boxes = newBoxes(bounds)
}

// NumNodes is the number of nodes.
func (g *Graph) NumNodes() int { return len(g.nodes) }

// NumEdges is the number of edges.
func (g *Graph) NumEdges() int { return len(g.edges) }

// Node is the place of a node.
func (g *Graph) Node(n int32) orb.Point { return g.nodes[n] }

// Edge is an edge.
func (g *Graph) Edge(e int32) Edge { return g.edges[e] }

// Line is the line of an edge, from From to To. It must not be changed.
func (g *Graph) Line(e int32) orb.LineString {
	return orb.LineString(g.lines[g.lineFirst[e]:g.lineFirst[e+1]])
}
