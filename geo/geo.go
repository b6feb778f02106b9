// Package geo holds the small words that everyone shares: distances in
// metres on the ground, a local plane, bounds.
//
// Positions are WGS 84 longitude and latitude in degrees, as orb.Point.
package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// EarthRadius is the mean radius of the earth in metres (IUGG).
const EarthRadius = 6371008.8

// Distance is the great-circle distance between two positions in metres
// (haversine; within 0.6 % of the ellipsoid).
func Distance(a, b orb.Point) float64 {
	lat1, lat2 := a[1]*math.Pi/180, b[1]*math.Pi/180
	s1 := math.Sin((lat2 - lat1) / 2)
	s2 := math.Sin((b[0] - a[0]) * math.Pi / 360)
	h := s1*s1 + math.Cos(lat1)*math.Cos(lat2)*s2*s2
	return 2 * EarthRadius * math.Asin(math.Min(1, math.Sqrt(h)))
}

// Length is the length of a line in metres.
func Length(line orb.LineString) float64 {
	sum := 0.0
	for i := 1; i < len(line); i++ {
		sum += Distance(line[i-1], line[i])
	}
	return sum
}

// Plane is a local plane, metres east and north of its origin: exact enough
// (1e-4) for geometry within some 50 km of the origin's parallel.
type Plane struct {
	origin orb.Point
	kx, ky float64 // metres in a degree
}

// NewPlane returns the plane that touches the earth at origin. The metres in
// a degree are those of the WGS 84 ellipsoid at that latitude.
func NewPlane(origin orb.Point) Plane {
	const a, e2 = 6378137.0, 0.00669437999014
	phi := origin[1] * math.Pi / 180
	w := 1 - e2*math.Sin(phi)*math.Sin(phi)
	n := a / math.Sqrt(w)
	m := a * (1 - e2) / (w * math.Sqrt(w))
	return Plane{origin: origin, kx: n * math.Cos(phi) * math.Pi / 180, ky: m * math.Pi / 180}
}

// XY maps a position to metres east and north of the origin.
func (p Plane) XY(ll orb.Point) orb.Point {
	return orb.Point{(ll[0] - p.origin[0]) * p.kx, (ll[1] - p.origin[1]) * p.ky}
}

// LL maps metres east and north of the origin to a position.
func (p Plane) LL(xy orb.Point) orb.Point {
	return orb.Point{p.origin[0] + xy[0]/p.kx, p.origin[1] + xy[1]/p.ky}
}

// Pad grows a bound by metres on every side.
func Pad(b orb.Bound, metres float64) orb.Bound {
	p := NewPlane(b.Center())
	return orb.Bound{
		Min: orb.Point{b.Min[0] - metres/p.kx, b.Min[1] - metres/p.ky},
		Max: orb.Point{b.Max[0] + metres/p.kx, b.Max[1] + metres/p.ky},
	}
}
