package osmfile

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

var (
	errOpenRing = errors.New("its outline does not close")
	errCrossing = errors.New("lines of its outline cross")
	errNoArea   = errors.New("its outline encloses nothing")
	errTooLong  = errors.New("its outline is too long to be checked")
)

// maxWork bounds the comparisons spent on one outline: seconds, not hours, for
// an outline made to be slow.
const maxWork = 500_000_000

// area builds the polygons that the lines enclose, by the even-odd rule:
// lines may come in any order and direction, in pieces, and with wrong roles.
// A stretch that two lines share vanishes, so touching inner areas become
// one. Outer rings run counter-clockwise, holes clockwise; rings touch
// themselves and each other in points only.
func area(lines [][]pos) (orb.MultiPolygon, error) {
	if len(lines) == 1 {
		if r := simpleRing(lines[0]); r != nil {
			return orb.MultiPolygon{{r}}, nil
		}
	}
	segs := segments(lines)
	if len(segs) == 0 {
		return nil, errNoArea
	}
	if err := crossings(segs); err != nil {
		return nil, err
	}
	rings, err := trace(segs)
	if err != nil {
		return nil, err
	}
	return nest(rings)
}

// simpleRing returns the line as a ring when it plainly is one: closed, short
// enough to compare all pairs, touching itself nowhere. Else nil.
func simpleRing(line []pos) orb.Ring {
	n := len(line) - 1
	if n < 3 || n > 48 || line[0] != line[n] {
		return nil
	}
	for i := 0; i < n; i++ {
		for j := i + 1; j < n; j++ {
			if line[i] == line[j] {
				return nil
			}
			if j == i+1 || i == 0 && j == n-1 {
				k := segment{line[i], line[i+1]}
				l := segment{line[j], line[j+1]}
				if k.overlaps(l) {
					return nil
				}
				continue
			}
			if (segment{line[i], line[i+1]}).meets(segment{line[j], line[j+1]}) {
				return nil
			}
		}
	}
	return toRing(line[:n], true)
}

// toRing makes a closed ring of the corners, counter-clockwise if outer.
func toRing(corners []pos, outer bool) orb.Ring {
	r := make(orb.Ring, 0, len(corners)+1)
	for _, p := range corners {
		r = append(r, p.point())
	}
	if (area2(corners) > 0) != outer {
		slices.Reverse(r)
	}
	return append(r, r[0])
}

// area2 is twice the signed area in square units, positive if the corners run
// counter-clockwise. Coordinates are taken relative to the first corner, so
// that float64 is exact for anything of a city's size.
func area2(c []pos) float64 {
	sum := 0.0
	for i := 1; i+1 < len(c); i++ {
		sum += cross(c[0], c[i], c[i+1])
	}
	return sum
}

// cross is the cross product of ab and ac: positive if c lies left of ab.
func cross(a, b, c pos) float64 {
	abx, aby := int64(b.lon)-int64(a.lon), int64(b.lat)-int64(a.lat)
	acx, acy := int64(c.lon)-int64(a.lon), int64(c.lat)-int64(a.lat)
	// Exact in int64 for differences below 2^31 (214 degrees); beyond, the
	// sign of the float is good enough.
	if max(abs(abx), abs(aby), abs(acx), abs(acy)) < 1<<31 {
		return float64(abx*acy - aby*acx)
	}
	return float64(abx)*float64(acy) - float64(aby)*float64(acx)
}

func abs(v int64) int64 {
	if v < 0 {
		return -v
	}
	return v
}

type segment struct{ a, b pos }

func less(a, b pos) bool { return a.lon < b.lon || a.lon == b.lon && a.lat < b.lat }

func comparePos(a, b pos) int {
	if c := cmp.Compare(a.lon, b.lon); c != 0 {
		return c
	}
	return cmp.Compare(a.lat, b.lat)
}

// meets reports whether the segments share any point.
func (s segment) meets(t segment) bool {
	d1, d2 := sign(cross(s.a, s.b, t.a)), sign(cross(s.a, s.b, t.b))
	d3, d4 := sign(cross(t.a, t.b, s.a)), sign(cross(t.a, t.b, s.b))
	if d1*d2 < 0 && d3*d4 < 0 {
		return true
	}
	return d1 == 0 && s.covers(t.a) || d2 == 0 && s.covers(t.b) ||
		d3 == 0 && t.covers(s.a) || d4 == 0 && t.covers(s.b)
}

// overlaps reports whether two segments that share an end run over each other.
func (s segment) overlaps(t segment) bool {
	p, q, r := s.a, s.b, t.b // s.b == t.a, or s.a == t.b
	if s.a == t.b {
		p, q, r = t.a, s.a, s.b
	}
	if cross(p, q, r) != 0 {
		return false
	}
	return (segment{p, q}).covers(r) || (segment{q, r}).covers(p)
}

// covers reports whether p, known to be on the line of s, is within s.
func (s segment) covers(p pos) bool {
	return min(s.a.lon, s.b.lon) <= p.lon && p.lon <= max(s.a.lon, s.b.lon) &&
		min(s.a.lat, s.b.lat) <= p.lat && p.lat <= max(s.a.lat, s.b.lat)
}

func sign(v float64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// segments cuts the lines up. Segments that occur an even number of times
// vanish, as the even-odd rule has it.
func segments(lines [][]pos) []segment {
	var all []segment
	for _, l := range lines {
		for i := 1; i < len(l); i++ {
			a, b := l[i-1], l[i]
			switch {
			case less(a, b):
				all = append(all, segment{a, b})
			case less(b, a):
				all = append(all, segment{b, a})
			}
		}
	}
	slices.SortFunc(all, func(s, t segment) int {
		if c := comparePos(s.a, t.a); c != 0 {
			return c
		}
		return comparePos(s.b, t.b)
	})
	kept := all[:0]
	for i := 0; i < len(all); {
		j := i + 1
		for j < len(all) && all[j] == all[i] {
			j++
		}
		if (j-i)%2 == 1 {
			kept = append(kept, all[i])
		}
		i = j
	}
	return kept
}

// crossings returns errCrossing if two segments share a point that is not an
// end of both. Segments are sorted by their western end.
func crossings(segs []segment) error {
	work := 0
	var open []segment
	for _, s := range segs {
		kept := open[:0]
		for _, t := range open {
			if t.b.lon < s.a.lon {
				continue
			}
			kept = append(kept, t)
			work++
			if max(t.a.lat, t.b.lat) < min(s.a.lat, s.b.lat) || min(t.a.lat, t.b.lat) > max(s.a.lat, s.b.lat) {
				continue
			}
			if bad(s, t) {
				return errCrossing
			}
		}
		if work > maxWork {
			return errTooLong
		}
		open = append(kept, s)
	}
	return nil
}

// bad reports whether s and t meet other than at a common end.
func bad(s, t segment) bool {
	switch {
	case s.a == t.a && s.b == t.b:
		return true
	case s.a == t.a:
		return cross(s.a, s.b, t.b) == 0 && ((segment{s.a, s.b}).covers(t.b) || (segment{s.a, t.b}).covers(s.b))
	case s.b == t.b:
		return cross(s.b, s.a, t.a) == 0 && ((segment{s.a, s.b}).covers(t.a) || (segment{t.a, t.b}).covers(s.a))
	case s.a == t.b || s.b == t.a:
		return false // western end of one is the eastern of the other: they cannot overlap
	}
	return s.meets(t)
}

// half is a segment as seen from one of its ends.
type half struct {
	from, to pos
	seg      int
}

// trace walks along the segments with the inside on the left and returns
// simple rings: counter-clockwise ones are outer, clockwise ones are holes.
func trace(segs []segment) ([][]pos, error) {
	halves := make([]half, 0, 2*len(segs))
	for i, s := range segs {
		halves = append(halves, half{s.a, s.b, i}, half{s.b, s.a, i})
	}
	slices.SortFunc(halves, func(a, b half) int {
		if c := comparePos(a.from, b.from); c != 0 {
			return c
		}
		return comparePos(a.to, b.to)
	})
	at := make(map[pos][2]int, len(segs))
	for i := 0; i < len(halves); {
		j := i + 1
		for j < len(halves) && halves[j].from == halves[i].from {
			j++
		}
		if (j-i)%2 == 1 {
			return nil, errOpenRing
		}
		at[halves[i].from] = [2]int{i, j}
		i = j
	}
	used := make([]bool, len(segs))
	var rings [][]pos
	work := 0
	for i, s := range segs {
		if used[i] {
			continue
		}
		if work += len(segs); work > maxWork {
			return nil, errTooLong
		}
		from, to := s.a, s.b
		if !insideLeft(segs, i) {
			from, to = to, from
		}
		rings = walk(halves, at, used, i, from, to, rings)
	}
	return rings, nil
}

// walk follows the ring that begins with the segment from–to. Where it comes
// back to a corner it has passed, that loop is a ring of its own.
func walk(halves []half, at map[pos][2]int, used []bool, seg int, from, to pos, rings [][]pos) [][]pos {
	used[seg] = true
	path := []pos{from}
	index := map[pos]int{from: 0}
	for {
		if k, ok := index[to]; ok {
			loop := slices.Clone(path[k:])
			for _, p := range loop[1:] {
				delete(index, p)
			}
			path = path[:k+1]
			rings = append(rings, loop)
			if k == 0 {
				// Back at the start. Other arms of the start are other rings.
				return rings
			}
		} else {
			index[to] = len(path)
			path = append(path, to)
		}
		next, ok := turn(halves[at[to][0]:at[to][1]], used, from, to)
		if !ok {
			return rings // cannot be: every corner has an even number of ends
		}
		used[next.seg] = true
		from, to = to, next.to
	}
}

// turn picks the unused arm of corner v that comes first clockwise from the
// way back to u: it bounds the same piece of inside on the left.
func turn(arms []half, used []bool, u, v pos) (half, bool) {
	back := angle(v, u)
	best, bestTurn, ok := half{}, math.Inf(1), false
	for _, h := range arms {
		if used[h.seg] {
			continue
		}
		t := back - angle(v, h.to)
		for t <= 0 {
			t += 2 * math.Pi
		}
		if t < bestTurn {
			best, bestTurn, ok = h, t, true
		}
	}
	return best, ok
}

func angle(from, to pos) float64 {
	return math.Atan2(float64(to.lat)-float64(from.lat), float64(to.lon)-float64(from.lon))
}

// insideLeft reports whether the ground just left of segment i (which runs
// east, or north) is inside: a ray from the middle of the segment crosses the
// others an odd number of times on its left side.
func insideLeft(segs []segment, i int) bool {
	s := segs[i]
	if s.a.lon == s.b.lon {
		// Runs north; left is west. Count segments that cross the horizontal
		// ray to the west of its middle.
		y2 := int64(s.a.lat) + int64(s.b.lat)
		return oddHits(segs, i, y2, int64(s.a.lon)*2, func(p pos) (int64, int64) { return 2 * int64(p.lat), 2 * int64(p.lon) }, -1)
	}
	// Left is north: count segments above the middle.
	x2 := int64(s.a.lon) + int64(s.b.lon)
	y2 := int64(s.a.lat) + int64(s.b.lat)
	return oddHits(segs, i, x2, y2, func(p pos) (int64, int64) { return 2 * int64(p.lon), 2 * int64(p.lat) }, 1)
}

// oddHits counts the segments other than i that cross the line u = u0 on the
// side of v0 given by dir. (u, v) are doubled coordinates.
func oddHits(segs []segment, i int, u0, v0 int64, uv func(pos) (int64, int64), dir float64) bool {
	odd := false
	for j, s := range segs {
		if j == i {
			continue
		}
		ua, va := uv(s.a)
		ub, vb := uv(s.b)
		if (ua > u0) == (ub > u0) {
			continue
		}
		v := float64(va-v0) + float64(vb-va)*(float64(u0-ua)/float64(ub-ua))
		if v*dir > 0 {
			odd = !odd
		}
	}
	return odd
}

// nest puts every hole into the smallest outer ring around it.
func nest(rings [][]pos) (orb.MultiPolygon, error) {
	type shell struct {
		corners []pos
		size    float64
		poly    orb.Polygon
	}
	var shells []shell
	var holes [][]pos
	for _, r := range rings {
		if a := area2(r); a > 0 {
			shells = append(shells, shell{r, a, orb.Polygon{toRing(r, true)}})
		} else if a < 0 {
			holes = append(holes, r)
		}
	}
	if len(shells) == 0 {
		return nil, errNoArea
	}
	for _, h := range holes {
		best := -1
		for i := range shells {
			if (best < 0 || shells[i].size < shells[best].size) && shells[i].size > -area2(h) && around(shells[i].corners, h) {
				best = i
			}
		}
		if best < 0 {
			return nil, errCrossing
		}
		shells[best].poly = append(shells[best].poly, toRing(h, false))
	}
	mp := make(orb.MultiPolygon, len(shells))
	for i := range shells {
		mp[i] = shells[i].poly
	}
	return mp, nil
}

// around reports whether the ring goes around the hole. They do not cross, so
// one corner of the hole that is not on the ring decides; when all are, the
// middle of an edge that is not.
func around(ring, hole []pos) bool {
	for i := range hole {
		j := (i + 1) % len(hole)
		for _, x2 := range [][2]int64{
			{2 * int64(hole[i].lon), 2 * int64(hole[i].lat)},
			{int64(hole[i].lon) + int64(hole[j].lon), int64(hole[i].lat) + int64(hole[j].lat)},
		} {
			if side := locate(ring, x2[0], x2[1]); side != 0 {
				return side > 0
			}
		}
	}
	return false
}

// locate says where the point (in doubled coordinates) lies: 1 inside the
// ring, 0 on it, -1 outside.
func locate(ring []pos, x2, y2 int64) int {
	inside := false
	for i := range ring {
		a, b := ring[i], ring[(i+1)%len(ring)]
		ax, ay := 2*int64(a.lon)-x2, 2*int64(a.lat)-y2
		bx, by := 2*int64(b.lon)-x2, 2*int64(b.lat)-y2
		c := float64(ax)*float64(by) - float64(ay)*float64(bx)
		if c == 0 && min(ax, bx) <= 0 && max(ax, bx) >= 0 && min(ay, by) <= 0 && max(ay, by) >= 0 {
			return 0
		}
		if (ay > 0) != (by > 0) && (c > 0) == (by > ay) {
			inside = !inside
		}
	}
	if inside {
		return 1
	}
	return -1
}
