package tiles

import "hearthmap/tiles/mvt"

// The window that geometries are clipped to: the tile and its buffer.
const (
	windowMin = -buffer
	windowMax = mvt.Extent + buffer
)

// box is the bounds of points in tile units.
type box struct{ lo, hi vec }

func boxOf(points []vec) box {
	b := box{points[0], points[0]}
	for _, p := range points[1:] {
		b.lo.x, b.lo.y = min(b.lo.x, p.x), min(b.lo.y, p.y)
		b.hi.x, b.hi.y = max(b.hi.x, p.x), max(b.hi.y, p.y)
	}
	return b
}

func (b box) outside() bool {
	return b.hi.x < windowMin || b.lo.x > windowMax || b.hi.y < windowMin || b.lo.y > windowMax
}

func (b box) inside() bool {
	return b.lo.x >= windowMin && b.hi.x <= windowMax && b.lo.y >= windowMin && b.hi.y <= windowMax
}

// clipRing cuts an open ring (its first point not repeated) to the window, one
// edge after the other (Sutherland and Hodgman). Pieces of a ring that the
// window parts stay joined along the window's edge, outside the tile. The
// result lies in one of the two buffers, which it returns for the next call.
func clipRing(ring, a, b []vec) (out, bufA, bufB []vec) {
	for _, e := range [...]struct {
		axis int
		at   float64
		sign float64 // inside is where sign·(v − at) ≥ 0
	}{{0, windowMin, 1}, {0, windowMax, -1}, {1, windowMin, 1}, {1, windowMax, -1}} {
		if len(ring) == 0 {
			break
		}
		a = a[:0]
		prev := ring[len(ring)-1]
		dPrev := e.sign * (prev.on(e.axis) - e.at)
		for _, cur := range ring {
			d := e.sign * (cur.on(e.axis) - e.at)
			if (d >= 0) != (dPrev >= 0) {
				a = append(a, cross(prev, cur, e.axis, e.at))
			}
			if d >= 0 {
				a = append(a, cur)
			}
			prev, dPrev = cur, d
		}
		ring = a
		a, b = b, a
	}
	return ring, a, b
}

func (v vec) on(axis int) float64 {
	if axis == 0 {
		return v.x
	}
	return v.y
}

// cross is where the segment meets the line axis = at. It is computed from
// the end that is smaller along the axis, so that a segment gives the same
// point in whichever direction it is walked.
func cross(p, q vec, axis int, at float64) vec {
	if axis == 0 {
		if q.x < p.x {
			p, q = q, p
		}
		return vec{at, p.y + (q.y-p.y)*((at-p.x)/(q.x-p.x))}
	}
	if q.y < p.y {
		p, q = q, p
	}
	return vec{p.x + (q.x-p.x)*((at-p.y)/(q.y-p.y)), at}
}

// clipSegment is the part of the segment within the window as parameters
// 0 ≤ t0 ≤ t1 ≤ 1 (Liang and Barsky).
func clipSegment(p, q vec) (t0, t1 float64, ok bool) {
	t0, t1 = 0, 1
	dx, dy := q.x-p.x, q.y-p.y
	for _, e := range [...][2]float64{
		{-dx, p.x - windowMin}, {dx, windowMax - p.x}, {-dy, p.y - windowMin}, {dy, windowMax - p.y},
	} {
		d, room := e[0], e[1]
		switch {
		case d == 0:
			if room < 0 {
				return 0, 0, false
			}
		case d < 0:
			t0 = max(t0, room/d)
		default:
			t1 = min(t1, room/d)
		}
	}
	return t0, t1, t0 <= t1
}

// clipLine cuts the line to the window and calls part for each piece; the
// slice it passes is used again.
func clipLine(line, buf []vec, part func([]vec)) []vec {
	buf = buf[:0]
	flush := func() {
		if len(buf) > 1 {
			part(buf)
		}
		buf = buf[:0]
	}
	for i := 1; i < len(line); i++ {
		p, q := line[i-1], line[i]
		t0, t1, ok := clipSegment(p, q)
		if !ok {
			flush()
			continue
		}
		if t0 > 0 || len(buf) == 0 {
			flush()
			buf = append(buf, along(p, q, t0))
		}
		buf = append(buf, along(p, q, t1))
		if t1 < 1 {
			flush()
		}
	}
	flush()
	return buf
}

func along(p, q vec, t float64) vec {
	switch t {
	case 0:
		return p
	case 1:
		return q
	}
	return vec{p.x + (q.x-p.x)*t, p.y + (q.y-p.y)*t}
}
