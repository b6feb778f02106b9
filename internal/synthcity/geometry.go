package synthcity

import (
	"math"
	"sort"

	"github.com/paulmach/orb"
)

// pt is a position in the city's frame, metres.
type pt = orb.Point

// snapUnit is the grain of positions, metres. Coarse enough that the last
// bits of floating point, which differ between processors, never show.
const snapUnit = 1.0 / 256

func snap(p pt) pt {
	return pt{math.Round(p[0]/snapUnit) * snapUnit, math.Round(p[1]/snapUnit) * snapUnit}
}

func add(a, b pt) pt                  { return pt{a[0] + b[0], a[1] + b[1]} }
func sub(a, b pt) pt                  { return pt{a[0] - b[0], a[1] - b[1]} }
func mul(a pt, k float64) pt          { return pt{a[0] * k, a[1] * k} }
func dot(a, b pt) float64             { return a[0]*b[0] + a[1]*b[1] }
func cross(a, b pt) float64           { return a[0]*b[1] - a[1]*b[0] }
func norm(a pt) float64               { return math.Sqrt(dot(a, a)) }
func dist(a, b pt) float64            { return norm(sub(a, b)) }
func lerp(a, b pt, t float64) pt      { return add(a, mul(sub(b, a), t)) }
func clamp(v, lo, hi float64) float64 { return math.Max(lo, math.Min(hi, v)) }

func unit(a pt) pt {
	n := norm(a)
	if n == 0 {
		return pt{1, 0}
	}
	return mul(a, 1/n)
}

// left is the normal to the left of a direction.
func left(a pt) pt { return pt{-a[1], a[0]} }

// frame is a local frame: an origin and the direction of its x axis.
type frame struct{ o, x pt }

func (f frame) at(x, y float64) pt {
	return snap(add(f.o, add(mul(f.x, x), mul(left(f.x), y))))
}

func (f frame) local(p pt) pt {
	d := sub(p, f.o)
	return pt{dot(d, f.x), dot(d, left(f.x))}
}

func (f frame) ring(xy ...float64) []pt {
	out := make([]pt, 0, len(xy)/2)
	for i := 0; i+1 < len(xy); i += 2 {
		out = append(out, f.at(xy[i], xy[i+1]))
	}
	return out
}

// rect is the rectangle between two local corners, counter-clockwise.
func (f frame) rect(x0, y0, x1, y1 float64) []pt {
	return f.ring(x0, y0, x1, y0, x1, y1, x0, y1)
}

func (f frame) locals(ring []pt) []pt {
	out := make([]pt, len(ring))
	for i, p := range ring {
		out[i] = f.local(p)
	}
	return out
}

// Rings are open here (the first point is not repeated) and counter-clockwise.

func ringArea(r []pt) float64 {
	s := 0.0
	for i, p := range r {
		s += cross(p, r[(i+1)%len(r)])
	}
	return s / 2
}

func centroid(r []pt) pt {
	var c pt
	for _, p := range r {
		c = add(c, p)
	}
	return mul(c, 1/float64(len(r)))
}

func inside(r []pt, p pt) bool {
	in := false
	for i, a := range r {
		b := r[(i+1)%len(r)]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0]-a[0])*(p[1]-a[1])/(b[1]-a[1])+a[0] {
			in = !in
		}
	}
	return in
}

func bounds(r []pt) orb.Bound {
	b := orb.Bound{Min: r[0], Max: r[0]}
	for _, p := range r[1:] {
		b = b.Extend(p)
	}
	return b
}

// nearestOn is the point of segment ab nearest to p.
func nearestOn(p, a, b pt) pt {
	d := sub(b, a)
	l := dot(d, d)
	if l == 0 {
		return a
	}
	return lerp(a, b, clamp(dot(sub(p, a), d)/l, 0, 1))
}

func crossing(a, b, c, d pt) bool {
	s1, s2 := cross(sub(b, a), sub(c, a)), cross(sub(b, a), sub(d, a))
	s3, s4 := cross(sub(d, c), sub(a, c)), cross(sub(d, c), sub(b, c))
	return s1*s2 <= 0 && s3*s4 <= 0 && (s1 != 0 || s2 != 0 || s3 != 0 || s4 != 0)
}

// segmentDistance is the least distance between segments ab and cd.
func segmentDistance(a, b, c, d pt) float64 {
	if crossing(a, b, c, d) {
		return 0
	}
	return math.Min(
		math.Min(dist(a, nearestOn(a, c, d)), dist(b, nearestOn(b, c, d))),
		math.Min(dist(c, nearestOn(c, a, b)), dist(d, nearestOn(d, a, b))))
}

// ringDistance is the least distance between the outlines of two rings; 0 if
// one holds the other.
func ringDistance(a, b []pt) float64 {
	if inside(a, b[0]) || inside(b, a[0]) {
		return 0
	}
	return outlineDistance(a, b)
}

func outlineDistance(a, b []pt) float64 {
	best := math.Inf(1)
	for i := range a {
		for j := range b {
			best = math.Min(best, segmentDistance(a[i], a[(i+1)%len(a)], b[j], b[(j+1)%len(b)]))
		}
	}
	return best
}

func ringLineDistance(a, line []pt) float64 {
	best := math.Inf(1)
	for i := range a {
		for j := 1; j < len(line); j++ {
			best = math.Min(best, segmentDistance(a[i], a[(i+1)%len(a)], line[j-1], line[j]))
		}
	}
	return best
}

// inset moves the sides of a counter-clockwise ring inwards, side i (from
// point i to the next) by d[i]. It suits blocks, which are nearly convex:
// corners that would fold over are left out.
func inset(r []pt, d []float64) []pt {
	n := len(r)
	out := make([]pt, 0, n)
	for i, p := range r {
		h := (i + n - 1) % n
		n1, n2 := left(unit(sub(p, r[h]))), left(unit(sub(r[(i+1)%n], p)))
		k := 1 + dot(n1, n2)
		s := cross(n1, n2)
		var q pt
		switch {
		case k < 0.2: // a hairpin
			continue
		case math.Abs(s) < 0.25: // nearly straight
			q = mul(unit(add(n1, n2)), math.Max(d[h], d[i]))
		default:
			// The point whose distance to both moved sides is 0.
			q = pt{(d[h]*n2[1] - d[i]*n1[1]) / s, (d[i]*n1[0] - d[h]*n2[0]) / s}
		}
		out = append(out, snap(add(p, q)))
	}
	return unfold(r, d, out)
}

// unfold drops the points of an inset that came too near to a side, or
// outside.
func unfold(r []pt, d []float64, in []pt) []pt {
	out := in[:0]
	for _, p := range in {
		ok := inside(r, p)
		for i := 0; ok && i < len(r); i++ {
			ok = dist(p, nearestOn(p, r[i], r[(i+1)%len(r)])) > d[i]-0.4
		}
		if ok {
			out = append(out, p)
		}
	}
	return out
}

// untwist joins the two points of a ring between sides that cross, such as an
// inset makes at a corner with a very short side.
func untwist(r []pt) []pt {
	for i := 0; i < len(r) && len(r) > 5; i++ {
		n := len(r)
		at := func(k int) pt { return r[(i+k)%n] }
		if crossing(at(0), at(1), at(2), at(3)) {
			joined := []pt{snap(lerp(at(1), at(2), 0.5))}
			for k := 3; k <= n; k++ {
				joined = append(joined, at(k))
			}
			r, i = joined, -1
		}
	}
	return r
}

// insetAll moves all sides by the same distance.
func insetAll(r []pt, d float64) []pt {
	ds := make([]float64, len(r))
	for i := range ds {
		ds[i] = d
	}
	return inset(r, ds)
}

// thin drops points that lie within tolerance of the line through their
// neighbours (Douglas-Peucker). The ends stay.
func thin(line []pt, tolerance float64) []pt {
	if len(line) < 3 {
		return line
	}
	far, at := 0.0, 0
	for i := 1; i < len(line)-1; i++ {
		if d := dist(line[i], nearestOn(line[i], line[0], line[len(line)-1])); d > far {
			far, at = d, i
		}
	}
	if far <= tolerance {
		return []pt{line[0], line[len(line)-1]}
	}
	a := thin(line[:at+1], tolerance)
	return append(append([]pt(nil), a[:len(a)-1]...), thin(line[at:], tolerance)...)
}

// thinRing is thin for a ring whose corners are sharp.
func thinRing(r []pt, tolerance float64) []pt {
	// Begin at the corner that is farthest from the centre: it stays.
	c, at := centroid(r), 0
	for i := range r {
		if dist(r[i], c) > dist(r[at], c) {
			at = i
		}
	}
	line := append(append(append([]pt(nil), r[at:]...), r[:at]...), r[at])
	out := thin(line, tolerance)
	return out[:len(out)-1]
}

func lineLength(line []pt) float64 {
	s := 0.0
	for i := 1; i < len(line); i++ {
		s += dist(line[i-1], line[i])
	}
	return s
}

// span is the widest stretch of x, around the given middle, that lies inside
// the ring for all of y0 … y1.
func span(r []pt, y0, y1, middle float64) (x0, x1 float64, ok bool) {
	x0, x1 = math.Inf(-1), math.Inf(1)
	ys := []float64{y0, y1}
	for _, p := range r {
		if p[1] > y0 && p[1] < y1 {
			ys = append(ys, p[1])
		}
	}
	for _, y := range ys {
		l, h := math.Inf(-1), math.Inf(1)
		for i, a := range r {
			b := r[(i+1)%len(r)]
			if (a[1] > y) == (b[1] > y) {
				continue
			}
			x := a[0] + (b[0]-a[0])*(y-a[1])/(b[1]-a[1])
			if x <= middle {
				l = math.Max(l, x)
			} else {
				h = math.Min(h, x)
			}
		}
		if math.IsInf(l, 0) || math.IsInf(h, 0) || !inside(r, pt{(l + h) / 2, y + 1e-9}) && !inside(r, pt{(l + h) / 2, y - 1e-9}) {
			return 0, 0, false
		}
		x0, x1 = math.Max(x0, l), math.Min(x1, h)
	}
	return x0, x1, x1 > x0
}

// widest is the longest stretch of x inside the ring at y.
func widest(r []pt, y float64) (x0, x1 float64, ok bool) {
	var xs []float64
	for i, a := range r {
		b := r[(i+1)%len(r)]
		if (a[1] > y) != (b[1] > y) {
			xs = append(xs, a[0]+(b[0]-a[0])*(y-a[1])/(b[1]-a[1]))
		}
	}
	sort.Float64s(xs)
	for i := 0; i+1 < len(xs); i += 2 {
		if !ok || xs[i+1]-xs[i] > x1-x0 {
			x0, x1, ok = xs[i], xs[i+1], true
		}
	}
	return x0, x1, ok
}
