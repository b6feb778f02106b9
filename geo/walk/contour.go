package walk

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// contour draws the border of the samples within the limit by marching
// squares. Between a sample within and one without, the border stands on the
// barrier that parts them, or where the distance passes the limit, or halfway
// where the other is not reached. It keeps a tenth of a cell from samples, so
// that rings neither touch nor cross. Diagonal neighbours do not join.
func (d *drawing) contour(limit int32) orb.MultiPolygon {
	// A crossing is on the link right of (2i) or above (2i+1) the sample i.
	// next is the crossing after each, plus one; 0 none.
	if d.next == nil {
		d.next = make([]int32, 2*(d.nx*d.ny+d.nx+1))
	}
	next := d.next
	var starts []int32
	in := func(x, y int) bool { return d.value[y*d.nx+x] <= limit }
	for y := range d.ny - 1 {
		for x := range d.nx - 1 {
			corners := 0
			for k, c := range [4][2]int{{0, 0}, {1, 0}, {1, 1}, {0, 1}} {
				if in(x+c[0], y+c[1]) {
					corners |= 1 << k
				}
			}
			i := int32(y*d.nx + x)
			bottom, left := 2*i, 2*i+1
			top, right := 2*(i+int32(d.nx)), 2*(i+1)+1
			for _, s := range squares[corners] {
				links := [4]int32{bottom, right, top, left}
				next[links[s[0]]] = links[s[1]] + 1
				starts = append(starts, links[s[0]])
			}
		}
	}
	var outer, holes []orb.Ring
	for _, s := range starts {
		if next[s] == 0 {
			continue
		}
		var ring orb.Ring
		for at := s; next[at] != 0; {
			to := next[at] - 1
			next[at] = 0
			ring = append(ring, d.crossing(at, limit))
			at = to
		}
		ring = append(ring, ring[0])
		if ring.Orientation() == orb.CCW {
			outer = append(outer, ring)
		} else {
			holes = append(holes, ring)
		}
	}
	return nest(outer, holes)
}

// squares are the pieces of border of a cell, from link to link, with what is
// within on the left. Links are bottom, right, top, left; corners count
// counter-clockwise from bottom left.
var squares = [16][][2]int{
	1: {{0, 3}}, 2: {{1, 0}}, 3: {{1, 3}}, 4: {{2, 1}}, 5: {{0, 3}, {2, 1}}, 6: {{2, 0}}, 7: {{2, 3}},
	8: {{3, 2}}, 9: {{0, 2}}, 10: {{1, 0}, {3, 2}}, 11: {{1, 2}}, 12: {{3, 1}}, 13: {{0, 1}}, 14: {{3, 0}},
}

// crossing is where the border crosses a link.
func (d *drawing) crossing(link, limit int32) orb.Point {
	i := int(link / 2)
	x, y := i%d.nx, i/d.nx
	u, v := x+1, y
	if link&1 == 1 {
		u, v = x, y+1
	}
	j := v*d.nx + u
	if d.value[i] > limit {
		x, y, u, v, i, j = u, v, x, y, j, i
	}
	t := 0.5
	if d.value[j] != nowhere {
		t = float64(limit-d.value[i]) / float64(d.value[j]-d.value[i])
	}
	if s, stopped := d.between(x, y, u, v); stopped {
		t = s
	}
	p := d.plane.LL(lerp(d.at(x, y), d.at(u, v), math.Max(0.1, math.Min(0.9, t))))
	return orb.Point{math.Round(p[0]*1e6) / 1e6, math.Round(p[1]*1e6) / 1e6}
}

// nest gives each hole to the smallest ring around it.
func nest(outer, holes []orb.Ring) orb.MultiPolygon {
	out := make(orb.MultiPolygon, len(outer))
	bounds, areas := make([]orb.Bound, len(outer)), make([]float64, len(outer))
	for i, r := range outer {
		out[i] = orb.Polygon{r}
		bounds[i], areas[i] = r.Bound(), math.Abs(planar.Area(r))
	}
	for _, h := range holes {
		best := -1
		for i, r := range outer {
			if bounds[i].Contains(h[0]) && (best < 0 || areas[i] < areas[best]) && planar.RingContains(r, h[0]) {
				best = i
			}
		}
		if best >= 0 {
			out[best] = append(out[best], h)
		}
	}
	return out
}
