package walk

// components are the parts of the network that hang together for one mode.
type components struct {
	of      []int32 // component of each node, numbered from 0 in node order
	length  []int64 // decimetres of its edges, each counted once
	holder  []int32 // the walled compound that holds all of it; -1 none
	viable  []bool
	islands int
}

// label finds the components. Connectivity is undirected: a oneway street
// connects its ends, so a component is weak where there are oneways.
func (g *Graph) label(m Mode, viable float64) components {
	sets := make(unionFind, len(g.nodes))
	for i := range sets {
		sets[i] = int32(i)
	}
	for _, e := range g.edges {
		if e.Flags.allows(m) {
			sets.union(e.From, e.To)
		}
	}
	c := components{of: make([]int32, len(g.nodes))}
	for i := range sets {
		if root := sets.find(int32(i)); root == int32(i) {
			c.of[i] = int32(len(c.length))
			c.length = append(c.length, 0)
			c.holder = append(c.holder, -2)
		} else {
			c.of[i] = c.of[root]
		}
	}
	for _, e := range g.edges {
		if !e.Flags.allows(m) {
			continue
		}
		k := c.of[e.From]
		c.length[k] += int64(e.Weight)
		switch {
		case c.holder[k] == -2:
			c.holder[k] = e.Inside
		case c.holder[k] != e.Inside:
			c.holder[k] = -1
		}
	}
	c.viable = make([]bool, len(c.length))
	for k, l := range c.length {
		c.holder[k] = max(c.holder[k], -1)
		c.viable[k] = float64(l) >= viable*10
		if !c.viable[k] && l > 0 {
			c.islands++
		}
	}
	return c
}

// Component is the component of a node for a mode. Two nodes of different
// components have no way between them in either direction.
func (g *Graph) Component(m Mode, node int32) int32 { return g.parts[m].of[node] }

// ComponentInfo describes a component.
type ComponentInfo struct {
	LengthDm int64 // of its edges
	Viable   bool  // long enough to count as part of the city
	Inside   int32 // the walled compound that holds all of it; -1 none
}

// ComponentInfo describes the component numbered c for a mode.
func (g *Graph) ComponentInfo(m Mode, c int32) ComponentInfo {
	p := &g.parts[m]
	return ComponentInfo{LengthDm: p.length[c], Viable: p.viable[c], Inside: p.holder[c]}
}

// NumComponents is how many components the mode has, nodes without any edge
// for the mode included.
func (g *Graph) NumComponents(m Mode) int { return len(g.parts[m].length) }

// Islands is how many components with edges are too short to count as part
// of the city.
func (g *Graph) Islands(m Mode) int { return g.parts[m].islands }
