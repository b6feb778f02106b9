// Package geo holds the small words that everyone shares: distances in
// metres on the ground, a local plane, bounds.
//
// Positions are WGS 84 longitude and latitude in degrees, as orb.Point.
package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// The WGS 84 ellipsoid: semi-major axis in metres, eccentricity squared.
const (
	semiMajor = 6378137.0
	ecc2      = 0.00669437999014
)

// meanRadius is the mean radius of the earth in metres (IUGG).
const meanRadius = 6371008.8

// Distance is the distance between two positions on the WGS 84 ellipsoid in
// metres. Within a city it uses the radii of curvature at the middle latitude
// (error below 1e-6 up to 50 km); beyond one degree, where nothing in a city
// lies, the great circle (within 0.6 %).
func Distance(a, b orb.Point) float64 {
	dLon, dLat := b[0]-a[0], b[1]-a[1]
	if math.Abs(dLon) > 1 || math.Abs(dLat) > 1 {
		return greatCircle(a, b)
	}
	kx, ky := metresPerDegree((a[1] + b[1]) / 2)
	return math.Hypot(dLon*kx, dLat*ky)
}

// metresPerDegree is the length of a degree of longitude and of latitude.
func metresPerDegree(lat float64) (kx, ky float64) {
	phi := lat * math.Pi / 180
	sin := math.Sin(phi)
	w := 1 - ecc2*sin*sin
	n := semiMajor / math.Sqrt(w)
	return n * math.Cos(phi) * math.Pi / 180, n * (1 - ecc2) / w * math.Pi / 180
}

func greatCircle(a, b orb.Point) float64 {
	lat1, lat2 := a[1]*math.Pi/180, b[1]*math.Pi/180
	s1 := math.Sin((lat2 - lat1) / 2)
	s2 := math.Sin((b[0] - a[0]) * math.Pi / 360)
	h := s1*s1 + math.Cos(lat1)*math.Cos(lat2)*s2*s2
	return 2 * meanRadius * math.Asin(math.Min(1, math.Sqrt(h)))
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
	kx, ky := metresPerDegree(origin[1])
	return Plane{origin: origin, kx: kx, ky: ky}
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
