package walk

import (
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo"
)

// Seen is a place that a search reached, to be drawn within its isochrone.
type Seen struct {
	At         orb.Point
	Join       Join
	Decimetres int32 // to the target, both access legs included
}

const (
	// OffStreet is how far in metres from a street an isochrone reaches.
	OffStreet = 75.0
	// minCell and maxCells bound the grid that isochrones are drawn on: a
	// cell is 8 m wide, wider where that would make more than 180 a side.
	minCell  = 8.0
	maxCells = 180
)

// Isochrones are the areas from which people walk to the target of a field,
// one for each limit in decimetres, ascending: for maps, not for counting.
//
// Streets within a limit are drawn with the ground beside them: every point
// within OffStreet metres belongs to the street that is nearest without
// crossing a wall, water or railway, and to the isochrone when the way along
// that street and from it is short enough. Bridges and tunnels are drawn by
// themselves, without the ground beside them. Each place in seen is drawn
// within, with its access leg.
//
// The drawing is made on a grid. A border is off by at most two cells of Cell
// metres, save at a barrier, where it stands on the barrier. Polygons are
// valid, outer rings counter-clockwise, and each lies within the next. The
// result does not depend on anything but the input. The error is ctx's.
func (g *Graph) Isochrones(ctx context.Context, f *Field, place orb.Point, limits []int32, seen []Seen) (areas []orb.MultiPolygon, cell float64, err error) {
	if len(limits) == 0 || len(g.edges) == 0 {
		return make([]orb.MultiPolygon, len(limits)), minCell, nil
	}
	d := &drawing{g: g, f: f, plane: geo.NewPlane(place), most: limits[len(limits)-1]}
	d.frame(place, seen)
	d.barriers()
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	d.streets()
	d.spread()
	d.stamp(seen)
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	for _, limit := range limits {
		areas = append(areas, d.contour(limit))
	}
	return areas, d.cell, nil
}

const nowhere = math.MaxInt32

// drawing is a grid of samples in metres around the place, with the distance
// in decimetres at each. Cell (x, y) has the samples (x, y) to (x+1, y+1).
type drawing struct {
	g      *Graph
	f      *Field
	plane  geo.Plane
	most   int32
	bound  orb.Bound // degrees
	origin orb.Point
	cell   float64
	nx, ny int // samples
	value  []int32
	fixed  []int32 // of bridges and tunnels, and of places: not spread
	leg    []int32 // centimetres to the nearest street
	walls  []wallSegment
	first  []int32 // of each cell in inCell
	inCell []int32
	next   []int32 // of contour; see there
}

type wallSegment struct {
	a, b orb.Point
	what int32
}

// frame lays the grid over what can be reached.
func (d *drawing) frame(place orb.Point, seen []Seen) {
	far := float64(d.most)/10 + OffStreet
	around := geo.Pad(place.Bound(), far)
	box := orb.Bound{}
	grow := func(p orb.Point) {
		q := d.plane.XY(p)
		box = box.Extend(q)
	}
	d.g.boxes.search(around, func(e int32) bool {
		if d.allows(e) && d.reaches(e) {
			for _, p := range d.g.Line(e) {
				grow(p)
			}
		}
		return true
	})
	for i := range seen {
		grow(seen[i].At)
	}
	limit := orb.Bound{Min: orb.Point{-far, -far}, Max: orb.Point{far, far}}
	for k := range 2 {
		box.Min[k] = math.Max(box.Min[k], limit.Min[k])
		box.Max[k] = math.Min(box.Max[k], limit.Max[k])
	}
	side := math.Max(box.Max[0]-box.Min[0], box.Max[1]-box.Min[1]) + 2*OffStreet
	d.cell = math.Max(minCell, math.Ceil(side/maxCells))
	// Lines at whole cells from the place, so that the same place has the same
	// grid whatever is reached.
	from := func(v float64) int { return int(math.Floor((v-OffStreet)/d.cell)) - 2 }
	to := func(v float64) int { return int(math.Ceil((v+OffStreet)/d.cell)) + 2 }
	x0, y0 := from(box.Min[0]), from(box.Min[1])
	d.nx, d.ny = to(box.Max[0])-x0+1, to(box.Max[1])-y0+1
	d.origin = orb.Point{(float64(x0) + 0.381) * d.cell, (float64(y0) + 0.381) * d.cell} // off what is drawn on round numbers
	d.bound = orb.MultiPoint{d.plane.LL(d.origin), d.plane.LL(d.at(d.nx-1, d.ny-1))}.Bound()
	n := d.nx * d.ny
	d.value, d.fixed, d.leg = make([]int32, n), make([]int32, n), make([]int32, n)
	for i := range n {
		d.value[i], d.fixed[i], d.leg[i] = nowhere, nowhere, nowhere
	}
}

func (d *drawing) at(x, y int) orb.Point {
	return orb.Point{d.origin[0] + float64(x)*d.cell, d.origin[1] + float64(y)*d.cell}
}

// allows reports whether the edge is one that places join.
func (d *drawing) allows(e int32) bool {
	edge, parts := &d.g.edges[e], &d.g.parts[d.f.mode]
	return edge.Flags.allows(d.f.mode) && (parts.viable[parts.of[edge.From]] || d.reaches(e))
}

func (d *drawing) reaches(e int32) bool {
	a, _, ok := d.f.At(Join{Edge: e})
	b, _, also := d.f.At(Join{Edge: e, Offset: d.g.edges[e].Weight})
	return ok && a <= d.most || also && b <= d.most
}

// cellOf is the cell that holds a position, false outside of the grid.
func (d *drawing) cellOf(p orb.Point) (x, y int, ok bool) {
	x, y = int(math.Floor((p[0]-d.origin[0])/d.cell)), int(math.Floor((p[1]-d.origin[1])/d.cell))
	return x, y, x >= 1 && y >= 1 && x < d.nx-2 && y < d.ny-2
}

// barriers files the lines that nobody walks across by cell.
func (d *drawing) barriers() {
	b := d.g.blockers
	d.first = make([]int32, d.nx*d.ny+1)
	b.boxes.search(d.bound, func(i int32) bool {
		d.walls = append(d.walls, wallSegment{d.plane.XY(b.a[i]), d.plane.XY(b.b[i]), b.compound[i]})
		return true
	})
	each := func(f func(cell int, wall int32)) {
		for i := range d.walls {
			d.along(d.walls[i].a, d.walls[i].b, func(x, y int) { f(y*d.nx+x, int32(i)) })
		}
	}
	each(func(cell int, _ int32) { d.first[cell+1]++ })
	for c := 1; c < len(d.first); c++ {
		d.first[c] += d.first[c-1]
	}
	d.inCell = make([]int32, d.first[len(d.first)-1])
	next := slices.Clone(d.first)
	each(func(cell int, wall int32) {
		d.inCell[next[cell]] = wall
		next[cell]++
	})
}

// along calls see with the cells that a segment passes, row by row, with a
// little to spare.
func (d *drawing) along(a, b orb.Point, see func(x, y int)) {
	const spare = 0.2
	if a[1] > b[1] {
		a, b = b, a
	}
	row := func(y float64) int { return int(math.Floor((y - d.origin[1]) / d.cell)) }
	column := func(x float64) int { return int(math.Floor((x - d.origin[0]) / d.cell)) }
	for y := max(0, row(a[1]-spare)); y <= min(d.ny-1, row(b[1]+spare)); y++ {
		lo, hi := math.Min(a[0], b[0]), math.Max(a[0], b[0])
		if dy := b[1] - a[1]; dy > spare {
			bottom := d.origin[1] + float64(y)*d.cell
			t0 := math.Max(0, math.Min(1, (bottom-spare-a[1])/dy))
			t1 := math.Max(0, math.Min(1, (bottom+d.cell+spare-a[1])/dy))
			u, v := a[0]+t0*(b[0]-a[0]), a[0]+t1*(b[0]-a[0])
			lo, hi = math.Min(u, v), math.Max(u, v)
		}
		for x := max(0, column(lo-spare)); x <= min(d.nx-1, column(hi+spare)); x++ {
			see(x, y)
		}
	}
}

// stops reports whether a barrier in the cell stops the way from p to q, and
// where first. With street, a barrier that p stands on does not: a street
// runs along it.
func (d *drawing) stops(cell int, p, q orb.Point, street bool) (t float64, stopped bool) {
	t = 1
	for _, i := range d.inCell[d.first[cell]:d.first[cell+1]] {
		w := &d.walls[i]
		s, ok := crossing(p, q, w.a, w.b)
		if !ok || s >= t && stopped {
			continue
		}
		if _, gap := project(p, w.a, w.b); street && gap <= onBarrier {
			continue
		}
		if w.what != lineOther && d.g.walls.openAt(d.plane.LL(lerp(p, q, s))) {
			continue
		}
		t, stopped = s, true
	}
	return t, stopped
}

// streets seeds the samples around every street.
func (d *drawing) streets() {
	d.g.boxes.search(d.bound, func(e int32) bool {
		if !d.allows(e) {
			return true
		}
		edge, line := &d.g.edges[e], d.g.Line(e)
		total := geo.Length(line)
		along := 0.0
		for k := 1; k < len(line); k++ {
			a, b := d.plane.XY(line[k-1]), d.plane.XY(line[k])
			metres := dist(a, b)
			steps := int(metres/(d.cell/2)) + 1
			for i := 0; i <= steps; i++ {
				part := float64(i) / float64(steps)
				p := lerp(a, b, part)
				end := k == 1 && i == 0 || k == len(line)-1 && i == steps
				offset := int32(math.Round((along + part*metres) / total * float64(edge.Weight)))
				d.seed(e, max(0, min(offset, edge.Weight)), p, end)
			}
			along += metres
		}
		return true
	})
}

// seed gives the samples around a point of a street their distance.
func (d *drawing) seed(e, offset int32, p orb.Point, end bool) {
	x, y, ok := d.cellOf(p)
	if !ok {
		return
	}
	cell := y*d.nx + x
	raised := d.g.edges[e].Flags&Raised != 0
	if end && !raised {
		for _, i := range d.inCell[d.first[cell]:d.first[cell+1]] {
			if _, gap := project(p, d.walls[i].a, d.walls[i].b); gap <= onBarrier {
				return // cut there: the street is seen from its own side
			}
		}
	}
	here := int32(nowhere)
	if m, _, ok := d.f.At(Join{Edge: e, Offset: offset}); ok {
		here = m
	}
	for corner := range 4 {
		i := (y+corner/2)*d.nx + x + corner%2
		q := d.at(x+corner%2, y+corner/2)
		if raised {
			if here != nowhere {
				d.fixed[i] = min(d.fixed[i], here)
			}
			continue
		}
		dx, dy := q[0]-p[0], q[1]-p[1]
		leg := int32(math.Sqrt(dx*dx+dy*dy)*100 + 0.5)
		if leg > d.leg[i] {
			continue
		}
		v := walked(here, leg)
		if leg == d.leg[i] && v >= d.value[i] {
			continue
		}
		if _, stopped := d.stops(cell, p, q, true); stopped {
			continue
		}
		d.leg[i], d.value[i] = leg, v
	}
}

func walked(decimetres, centimetres int32) int32 {
	if decimetres == nowhere {
		return nowhere
	}
	return decimetres + (centimetres+5)/10
}

// spread gives the ground beside the streets to the nearest one. Samples wait
// in buckets no wider than the shortest step, so that whoever is in the first
// bucket is done.
func (d *drawing) spread() {
	straight, diagonal := int32(math.Round(d.cell*100)), int32(math.Round(d.cell*math.Sqrt2*100))
	buckets := make([][]int32, OffStreet*100/straight+1)
	wait := func(i int) {
		if leg := d.leg[i]; leg <= OffStreet*100 {
			buckets[leg/straight] = append(buckets[leg/straight], int32(i))
		}
	}
	base := slices.Clone(d.value) // at the street, without the leg
	for i := range base {
		if base[i] != nowhere {
			base[i] -= (d.leg[i] + 5) / 10
		}
		wait(i)
	}
	for b := range buckets {
		for _, entry := range buckets[b] {
			i := int(entry)
			leg := d.leg[i]
			if leg/straight != int32(b) {
				continue // nearer to another street, and done
			}
			x, y := i%d.nx, i/d.nx
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					step := straight
					if dx != 0 && dy != 0 {
						step = diagonal
					}
					u, v := x+dx, y+dy
					if dx == 0 && dy == 0 || u < 1 || v < 1 || u > d.nx-2 || v > d.ny-2 || leg+step > OffStreet*100 {
						continue
					}
					j := v*d.nx + u
					if leg+step > d.leg[j] || leg+step == d.leg[j] && base[i] >= base[j] {
						continue
					}
					if _, stopped := d.between(x, y, u, v); stopped {
						continue
					}
					further := leg+step < d.leg[j]
					d.leg[j], base[j] = leg+step, base[i]
					d.value[j] = walked(base[i], leg+step)
					if further {
						wait(j)
					}
				}
			}
		}
	}
}

// between reports whether a barrier stops the way between two neighbouring
// samples, and where first.
func (d *drawing) between(x, y, u, v int) (t float64, stopped bool) {
	if len(d.walls) == 0 {
		return 1, false
	}
	p, q := d.at(x, y), d.at(u, v)
	cx, cy := min(x, u), min(y, v)
	t, stopped = d.stops(cy*d.nx+cx, p, q, false)
	if x == u && cx > 0 {
		if s, also := d.stops(cy*d.nx+cx-1, p, q, false); also && (!stopped || s < t) {
			t, stopped = s, true
		}
	}
	if y == v && cy > 0 {
		if s, also := d.stops((cy-1)*d.nx+cx, p, q, false); also && (!stopped || s < t) {
			t, stopped = s, true
		}
	}
	return t, stopped
}

// stamp draws places with their access legs, and adds bridges and tunnels.
func (d *drawing) stamp(seen []Seen) {
	for k := range seen {
		s := &seen[k]
		a, b := d.plane.XY(s.Join.Point), d.plane.XY(s.At)
		steps := int(dist(a, b)/(d.cell/2)) + 1
		for i := 0; i <= steps; i++ {
			p := lerp(a, b, float64(i)/float64(steps))
			x, y, ok := d.cellOf(p)
			if !ok {
				continue
			}
			for corner := range 4 {
				q := d.at(x+corner%2, y+corner/2)
				if i < steps {
					if _, stopped := d.stops(y*d.nx+x, p, q, true); stopped {
						continue
					}
				}
				j := (y+corner/2)*d.nx + x + corner%2
				d.fixed[j] = min(d.fixed[j], s.Decimetres)
			}
		}
	}
	for i, v := range d.fixed {
		d.value[i] = min(d.value[i], v)
	}
}
