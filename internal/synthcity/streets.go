package synthcity

import "fmt"

// street is one feature of streets.geojson.
type street struct {
	name   streetName
	class  string
	bridge bool
	tunnel bool
	steps  bool
	layer  int
	line   []pt
}

// putStreet numbers a street and writes it.
func (c *city) putStreet(s street) {
	c.serials.street++
	c.sum.Streets++
	c.out.street(c, fmt.Sprintf("S%06d", c.serials.street), s)
}

// writeStreets writes the streets of the plan, a feature from crossing to
// crossing; bridges are cut where they leave the ground.
func (c *city) writeStreets() {
	for i := range c.plan.edges {
		e := &c.plan.edges[i]
		if e.class == classNone {
			continue
		}
		s := street{name: c.plan.roads[e.road].name, class: classes[e.class].osm, line: e.pts}
		switch {
		case e.bridge:
			c.putBridge(i, s)
		case e.tunnel:
			s.tunnel, s.layer = true, -1
			c.putStreet(s)
		default:
			c.putStreet(s)
		}
	}
}

// putBridge cuts half of a crossing of the river into the way up and the
// bridge. The lower end is at the bank's street.
func (c *city) putBridge(i int, s street) {
	n := len(s.line)
	deck := s
	deck.bridge, deck.layer = true, 1
	deck.name.zh += "桥"
	deck.name.en += " Bridge"
	ramp := s
	const up = 2 // vertices on the ramp: about 30 m, the bank's green
	if c.plan.faces[max(0, c.plan.edges[i].left)].isSouthBank(c) {
		ramp.line, deck.line = s.line[:min(up, n-2)+1], s.line[min(up, n-2):]
	} else {
		deck.line, ramp.line = s.line[:max(1, n-1-up)+1], s.line[max(1, n-1-up):]
	}
	c.putStreet(ramp)
	c.putStreet(deck)
}

// isSouthBank reports whether the face is the south half of a piece of river.
func (f *face) isSouthBank(c *city) bool {
	return f.kind == faceRiver && c.plan.cells[[2]int{f.col, f.row}].faces[0] == f.id
}

// nearestVertex finds, among the streets around a block that can be reached
// on foot, the vertex nearest to p that is not a crossing.
func (c *city) nearestVertex(f *face, p pt) (pt, *edge, bool) {
	var best pt
	var on *edge
	for _, s := range f.sides {
		e := &c.plan.edges[s.edge]
		if e.class == classNone {
			continue
		}
		for _, q := range e.pts[1 : len(e.pts)-1] {
			if on == nil || dist(p, q) < dist(p, best) {
				best, on = q, e
			}
		}
	}
	return best, on, on != nil
}

// houseNumber is the number at a place along a street: even on the left.
func (e *edge) houseNumber(p pt) int {
	run, best, at, leftSide := e.start, 1e18, 0.0, false
	for k := 1; k < len(e.pts); k++ {
		a, b := e.pts[k-1], e.pts[k]
		q := nearestOn(p, a, b)
		if d := dist(p, q); d < best {
			best, at = d, run+dist(a, q)
			leftSide = cross(sub(b, a), sub(p, a)) > 0
		}
		run += dist(a, b)
	}
	n := 2*int(at/9) + 1
	if leftSide {
		n++
	}
	return n
}
