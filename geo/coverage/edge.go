package coverage

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo"
)

// AreaEdge is how an area lies to the edge of the loaded data for one
// requirement. What lies beyond is not known: a facility there could be
// nearer, a street could lead to one.
type AreaEdge struct {
	Code       string `json:"code"`
	Name       string `json:"name"`
	EdgeOfData bool   `json:"edge_of_data" doc:"the circle of a residential building leaves the loaded network"`
	Buildings  int64  `json:"buildings" doc:"whose circle does"`
	People     int64  `json:"people" doc:"of the requirement's group in them"`
	Uncovered  int64  `json:"uncovered" doc:"of those, who are not covered: only their answer could change with more data"`
}

// Edge lists the parts in which the circle of requirement i leaves the loaded
// data for any residential building, by code, what lies outside last.
//
// The extent of the data is the convex hull of all streets for people on
// foot. A building's circle is that of the requirement's distance, straight,
// around its point, which holds every place that can be walked to; it leaves
// the data when the building is nearer to the hull than that, or beyond it.
func (r *Result) Edge(i int, p *Parts) []AreaEdge {
	margins := r.engine.margins()
	rows, group, circle := r.engine.rows(p), r.Requirements[i].Group.number(), r.circle[i]
	out := []AreaEdge{}
	for n := range len(p.List) + 1 {
		a := AreaEdge{Name: Outside}
		if n < len(p.List) {
			a.Code, a.Name = p.List[n].Code, p.List[n].Name
		}
		for k := rows.start[n]; k < rows.start[n+1]; k++ {
			b := rows.building[k]
			if margins[b] >= circle {
				continue
			}
			people := int64(rows.people[k][group])
			a.Buildings++
			a.People += people
			if r.Reach(i, int(b)).Status != Covered {
				a.Uncovered += people
			}
		}
		if a.EdgeOfData = a.Buildings > 0; a.EdgeOfData {
			out = append(out, a)
		}
	}
	return out
}

// Gap compares requirement i by straight distance with walking, for every
// part with a residential building, whatever the method of the result. The
// error is ctx's.
func (r *Result) Gap(ctx context.Context, i int, p *Parts) ([]AreaGap, error) {
	q := &r.Requirements[i]
	var by [2]*field
	for m, method := range []Method{MethodNetwork, MethodRadius} {
		var err error
		if by[m] = r.fields[i]; method == r.Method {
			continue
		}
		if by[m], err = r.engine.field(ctx, fieldKey{category: q.Served(), method: method, mode: r.Profile.mode()}); err != nil {
			return nil, err
		}
	}
	rows, group, circle := r.engine.rows(p), q.Group.number(), r.circle[i]
	out := []AreaGap{}
	for n := range len(p.List) + 1 {
		from, to := rows.start[n], rows.start[n+1]
		if from == to {
			continue
		}
		a := AreaGap{Name: Outside}
		if n < len(p.List) {
			a.Code, a.Name = p.List[n].Code, p.List[n].Name
		}
		for k := from; k < to; k++ {
			b, people := rows.building[k], int64(rows.people[k][group])
			a.People += people
			for m, covered := range []*int64{&a.NetworkCovered, &a.RadiusCovered} {
				if d := by[m].decimetres[b]; d >= 0 && d <= circle {
					*covered += people
				}
			}
		}
		a.finish()
		out = append(out, a)
	}
	return out, nil
}

// findMargins is how far in decimetres each building is from the edge of the
// data; negative beyond.
func (e *Engine) findMargins() []int32 {
	out := make([]int32, len(e.data.Buildings))
	if e.graph.NumNodes() == 0 {
		for b := range out {
			out[b] = -1
		}
		return out
	}
	plane := geo.NewPlane(e.graph.Node(0))
	var points []orb.Point
	for edge := range e.graph.NumEdges() {
		for _, p := range e.graph.Line(int32(edge)) {
			points = append(points, plane.XY(p))
		}
	}
	hull := convexHull(points)
	inParallel(len(out), func(b int) {
		d := math.Floor(margin(plane.XY(e.data.Buildings[b].Point), hull) * 10)
		out[b] = int32(math.Max(math.MinInt32, math.Min(math.MaxInt32, d)))
	})
	return out
}

// convexHull is the hull counter-clockwise, without the first point again. It
// reorders points.
func convexHull(points []orb.Point) []orb.Point {
	slices.SortFunc(points, func(a, b orb.Point) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	points = slices.Compact(points)
	if len(points) < 3 {
		return points
	}
	half := func(each func(yield func(orb.Point) bool)) (h []orb.Point) {
		for p := range each {
			for len(h) > 1 && turn(h[len(h)-2], h[len(h)-1], p) <= 0 {
				h = h[:len(h)-1]
			}
			h = append(h, p)
		}
		return h[:len(h)-1]
	}
	lower := half(slices.Values(points))
	slices.Reverse(points)
	return append(lower, half(slices.Values(points))...)
}

// turn is positive when a, b, c turn left.
func turn(a, b, c orb.Point) float64 {
	return (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0])
}

// margin is the distance from a point to the border of a convex hull, negative
// beyond. A hull without ground has nothing within.
func margin(p orb.Point, hull []orb.Point) float64 {
	inside, nearest := len(hull) > 2, math.Inf(1)
	for k := range hull {
		a, b := hull[k], hull[(k+1)%len(hull)]
		if turn(a, b, p) < 0 {
			inside = false
		}
		dx, dy := b[0]-a[0], b[1]-a[1]
		t := 0.0
		if l := dx*dx + dy*dy; l > 0 {
			t = math.Max(0, math.Min(1, ((p[0]-a[0])*dx+(p[1]-a[1])*dy)/l))
		}
		nearest = math.Min(nearest, math.Hypot(p[0]-a[0]-t*dx, p[1]-a[1]-t*dy))
	}
	if inside {
		return nearest
	}
	return -nearest
}
