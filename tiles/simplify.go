package tiles

// simplifier thins lines out (Douglas and Peucker) and keeps its memory.
type simplifier struct {
	keep  []bool
	stack [][2]int
}

// line removes, in place, points of the line that lie within tolerance of
// what remains. The ends stay.
func (s *simplifier) line(points []vec, tolerance float64) []vec {
	if tolerance <= 0 || len(points) < 3 {
		return points
	}
	s.start(len(points))
	s.span(points, 0, len(points)-1, tolerance*tolerance)
	return s.pick(points)
}

// ring does the same for an open ring. Its fixed points are the least one by
// x and y and the one farthest from it: they do not depend on where the ring
// begins, so that a ring is thinned the same way wherever it is met.
func (s *simplifier) ring(points []vec, tolerance float64) []vec {
	if tolerance <= 0 || len(points) < 4 {
		return points
	}
	least := 0
	for i, p := range points {
		if q := points[least]; p.x < q.x || p.x == q.x && p.y < q.y {
			least = i
		}
	}
	rotate(points, least)
	far := 0
	for i, p := range points {
		if dist2(p, points[0]) > dist2(points[far], points[0]) {
			far = i
		}
	}
	if far == 0 {
		return points[:1]
	}
	points = append(points, points[0]) // room for it is the caller's
	s.start(len(points))
	s.keep[far] = true
	s.span(points, 0, far, tolerance*tolerance)
	s.span(points, far, len(points)-1, tolerance*tolerance)
	points = s.pick(points)
	return points[:len(points)-1]
}

func (s *simplifier) start(n int) {
	if cap(s.keep) < n {
		s.keep = make([]bool, n)
	}
	s.keep = s.keep[:n]
	clear(s.keep)
	s.keep[0], s.keep[n-1] = true, true
}

// span marks the points to keep between two that stay.
func (s *simplifier) span(points []vec, from, to int, tol2 float64) {
	s.stack = append(s.stack[:0], [2]int{from, to})
	for len(s.stack) > 0 {
		top := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		a, b := points[top[0]], points[top[1]]
		best, at := tol2, -1
		for i := top[0] + 1; i < top[1]; i++ {
			if d := segmentDist2(points[i], a, b); d > best {
				best, at = d, i
			}
		}
		if at >= 0 {
			s.keep[at] = true
			s.stack = append(s.stack, [2]int{top[0], at}, [2]int{at, top[1]})
		}
	}
}

func (s *simplifier) pick(points []vec) []vec {
	n := 0
	for i, p := range points {
		if s.keep[i] {
			points[n] = p
			n++
		}
	}
	return points[:n]
}

func dist2(a, b vec) float64 {
	dx, dy := a.x-b.x, a.y-b.y
	return dx*dx + dy*dy
}

// segmentDist2 is the squared distance of p from the segment.
func segmentDist2(p, a, b vec) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	if l := dx*dx + dy*dy; l > 0 {
		t := max(0, min(1, ((p.x-a.x)*dx+(p.y-a.y)*dy)/l))
		a = vec{a.x + t*dx, a.y + t*dy}
	}
	return dist2(p, a)
}

// rotate makes the point with the index the first.
func rotate(points []vec, by int) {
	if by == 0 {
		return
	}
	reverse(points[:by])
	reverse(points[by:])
	reverse(points)
}

func reverse(points []vec) {
	for i, j := 0, len(points)-1; i < j; i, j = i+1, j-1 {
		points[i], points[j] = points[j], points[i]
	}
}
