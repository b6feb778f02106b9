package coverage

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo"
	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

const (
	// PathReach is how far in metres the end of a path that is drawn may be
	// from a street and still meet it.
	PathReach = 10.0
	// sameVertex is how near to a vertex of a street a meeting is that vertex.
	sameVertex = 0.05
)

// pathBuilder adds drawn paths to a city's streets.
type pathBuilder struct {
	data  *cityindex.Data // Streets is a copy already
	gates bool            // Gates is one, too
	wall  int             // openings made so far
}

// meeting is where a path and a segment of a street meet.
type meeting struct {
	along   float64 // on the path: number of the segment plus part of it
	street  int
	segment int     // the end of it in the street's line
	t       float64 // on the street's segment
	at      orb.Point
}

// build adds the i-th path.
func (b *pathBuilder) build(i int, line orb.LineString) error {
	line = slices.Compact(slices.Clone(line))
	if len(line) < 2 || geo.Length(line) < 0.5 {
		return household.Errorf(household.Invalid, "coverage.Scenario", "path %d has no length", i+1).
			WithHint("LON,LAT LON,LAT … from where it begins to where it ends")
	}
	if geo.Length(line) > 20000 {
		return household.Errorf(household.Invalid, "coverage.Scenario", "path %d is longer than 20 km", i+1).WithHint("longitude first, in degrees")
	}
	plane := geo.NewPlane(line[0])
	line = b.reach(line, plane)
	line = b.meet(line, b.crossings(line, plane))
	b.openWalls(line, plane)
	b.data.Streets = append(b.data.Streets, cityindex.Street{
		ID:     -int64(i + 1),
		Street: household.Street{Code: fmt.Sprintf("new-path-%d", i+1), Class: "footway", Foot: true, Geom: line},
	})
	return nil
}

// onGround reports whether a path can meet the street.
func onGround(s *cityindex.Street) bool {
	return s.Foot && !s.Bridge && !s.Tunnel && s.Layer == 0 && len(s.Geom) > 1
}

// each calls see with the segments of streets near the box.
func (b *pathBuilder) each(box orb.Bound, see func(street, segment int, p, q orb.Point)) {
	for i := range b.data.Streets {
		s := &b.data.Streets[i]
		if !onGround(s) {
			continue
		}
		for k := 1; k < len(s.Geom); k++ {
			p, q := s.Geom[k-1], s.Geom[k]
			if math.Max(p[0], q[0]) < box.Min[0] || math.Min(p[0], q[0]) > box.Max[0] ||
				math.Max(p[1], q[1]) < box.Min[1] || math.Min(p[1], q[1]) > box.Max[1] {
				continue
			}
			see(i, k, p, q)
		}
	}
}

// reach leads the ends of the path on to the nearest street.
func (b *pathBuilder) reach(line orb.LineString, plane geo.Plane) orb.LineString {
	nearest := func(p orb.Point) (orb.Point, bool) {
		here := plane.XY(p)
		best, to := PathReach, p
		b.each(geo.Pad(p.Bound(), PathReach+1), func(_, _ int, u, v orb.Point) {
			a, c := plane.XY(u), plane.XY(v)
			t := clamp01(dot(minus(here, a), minus(c, a)) / dot(minus(c, a), minus(c, a)))
			q := between(u, v, t)
			if d := length(minus(here, plane.XY(q))); d < best {
				best, to = d, q
			}
		})
		return to, to != p
	}
	if q, ok := nearest(line[0]); ok {
		line = append(orb.LineString{q}, line...)
	}
	if q, ok := nearest(line[len(line)-1]); ok {
		line = append(line, q)
	}
	return line
}

// crossings are the meetings of the path with streets, along the path.
func (b *pathBuilder) crossings(line orb.LineString, plane geo.Plane) []meeting {
	var out []meeting
	last := len(line) - 1
	for k := 1; k < len(line); k++ {
		p, q := plane.XY(line[k-1]), plane.XY(line[k])
		b.each(geo.Pad(orb.MultiPoint{line[k-1], line[k]}.Bound(), 1), func(street, segment int, u, v orb.Point) {
			t, s, ok := cross(p, q, plane.XY(u), plane.XY(v))
			if !ok {
				// An end that was led to the street stands on it but for rounding.
				t, s, ok = touchEnd(p, q, plane.XY(u), plane.XY(v), k == 1, k == last)
			}
			if !ok {
				return
			}
			m := meeting{along: float64(k-1) + t, street: street, segment: segment, t: s}
			switch metres := length(minus(plane.XY(v), plane.XY(u))); {
			case s*metres <= sameVertex:
				m.at, m.t = u, 0
			case (1-s)*metres <= sameVertex:
				m.at, m.t = v, 1
			default:
				m.at = round7(between(u, v, s))
			}
			out = append(out, m)
		})
	}
	slices.SortFunc(out, func(a, c meeting) int {
		return cmp.Or(cmp.Compare(a.along, c.along), cmp.Compare(a.street, c.street), cmp.Compare(a.segment, c.segment))
	})
	return out
}

// touchEnd is where an end of the path stands on a street's segment.
func touchEnd(p, q, u, v orb.Point, first, last bool) (t, s float64, ok bool) {
	try := func(e orb.Point) (float64, bool) {
		s := clamp01(dot(minus(e, u), minus(v, u)) / dot(minus(v, u), minus(v, u)))
		return s, length(minus(e, between(u, v, s))) <= sameVertex
	}
	if first {
		if s, ok := try(p); ok {
			return 0, s, true
		}
	}
	if last {
		if s, ok := try(q); ok {
			return 1, s, true
		}
	}
	return 0, 0, false
}

// meet puts the meetings into the path and into the streets.
func (b *pathBuilder) meet(line orb.LineString, at []meeting) orb.LineString {
	var out orb.LineString
	add := func(p orb.Point) {
		if len(out) == 0 || out[len(out)-1] != p {
			out = append(out, p)
		}
	}
	k := 0
	for i, p := range line {
		for k < len(at) && at[k].along < float64(i) {
			add(at[k].at)
			k++
		}
		if k < len(at) && at[k].along == float64(i) {
			continue // the meeting stands for the vertex
		}
		add(p)
	}
	for ; k < len(at); k++ {
		add(at[k].at)
	}
	// From the back of each street, so that segments keep their numbers.
	insert := slices.Clone(at)
	slices.SortFunc(insert, func(a, c meeting) int {
		return cmp.Or(cmp.Compare(a.street, c.street), cmp.Compare(c.segment, a.segment), cmp.Compare(c.t, a.t))
	})
	copied := -1
	for _, m := range insert {
		if m.t <= 0 || m.t >= 1 {
			continue
		}
		s := &b.data.Streets[m.street]
		if copied != m.street {
			copied = m.street
			s.Geom, s.NodeIDs = slices.Clone(s.Geom), slices.Clone(s.NodeIDs)
		}
		if s.Geom[m.segment] == m.at || s.Geom[m.segment-1] == m.at {
			continue
		}
		ids := len(s.NodeIDs) == len(s.Geom)
		s.Geom = slices.Insert(s.Geom, m.segment, m.at)
		if ids {
			s.NodeIDs = slices.Insert(s.NodeIDs, m.segment, 0)
		}
	}
	return out
}

// openWalls makes a gate wherever the path crosses the wall of a compound.
func (b *pathBuilder) openWalls(line orb.LineString, plane geo.Plane) {
	box := geo.Pad(line.Bound(), 1)
	for i := range b.data.Compounds {
		c := &b.data.Compounds[i]
		if !c.Walled || !c.Geom.Bound().Intersects(box) {
			continue
		}
		for _, polygon := range c.Geom {
			for _, ring := range polygon {
				for j := range ring {
					u, v := ring[j], ring[(j+1)%len(ring)]
					for k := 1; k < len(line); k++ {
						if t, _, ok := cross(plane.XY(line[k-1]), plane.XY(line[k]), plane.XY(u), plane.XY(v)); ok {
							b.open(c.ID, between(line[k-1], line[k], t))
						}
					}
				}
			}
		}
	}
}

func (b *pathBuilder) open(compound int64, at orb.Point) {
	if !b.gates {
		b.gates = true
		b.data.Gates = slices.Clone(b.data.Gates)
	}
	b.wall++
	b.data.Gates = append(b.data.Gates, cityindex.Gate{
		ID: -int64(b.wall), CompoundID: compound, Code: fmt.Sprintf("new-gate-%d", b.wall), Kind: "opening", Open: true, Geom: at,
	})
}

// cross is where the segments pq and uv meet, as parts of each.
func cross(p, q, u, v orb.Point) (t, s float64, ok bool) {
	pq, uv, pu := minus(q, p), minus(v, u), minus(u, p)
	den := pq[0]*uv[1] - pq[1]*uv[0]
	if den == 0 {
		return 0, 0, false
	}
	t, s = (pu[0]*uv[1]-pu[1]*uv[0])/den, (pu[0]*pq[1]-pu[1]*pq[0])/den
	return t, s, t >= 0 && t <= 1 && s >= 0 && s <= 1
}

func minus(a, b orb.Point) orb.Point { return orb.Point{a[0] - b[0], a[1] - b[1]} }

func dot(a, b orb.Point) float64 { return a[0]*b[0] + a[1]*b[1] }

func length(a orb.Point) float64 { return math.Hypot(a[0], a[1]) }

func between(a, b orb.Point, t float64) orb.Point {
	return orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
}

// clamp01 keeps t between 0 and 1; what is no number becomes 0.
func clamp01(t float64) float64 {
	if !(t > 0) {
		return 0
	}
	return math.Min(t, 1)
}

func round7(p orb.Point) orb.Point {
	return orb.Point{math.Round(p[0]*1e7) / 1e7, math.Round(p[1]*1e7) / 1e7}
}
