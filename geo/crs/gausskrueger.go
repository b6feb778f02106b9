package crs

import (
	"math"

	"github.com/paulmach/orb"
)

// Transverse Mercator by Krüger's series in the third flattening n, to n⁴
// (Karney 2011, "Transverse Mercator with an accuracy of a few nanometers",
// eqs. 11, 35, 36), on the ellipsoid of CGCS2000. Within 4 degrees of the
// meridian the error is far below a micrometre.
const (
	cgcsA = 6378137.0
	cgcsF = 1 / 298.257222101
	tmN   = cgcsF / (2 - cgcsF)
	// tmA is the radius of the rectifying sphere.
	tmA = cgcsA / (1 + tmN) * (1 + tmN*tmN/4 + tmN*tmN*tmN*tmN/64)
)

// tmReach is how many degrees from its meridian a projection is used.
const tmReach = 30

// tmAlpha and tmBeta are the coefficients of the forward and inverse series.
var (
	tmAlpha = [4]float64{
		tmN/2 - 2*tmN*tmN/3 + 5*tmN*tmN*tmN/16 + 41*tmN*tmN*tmN*tmN/180,
		13*tmN*tmN/48 - 3*tmN*tmN*tmN/5 + 557*tmN*tmN*tmN*tmN/1440,
		61*tmN*tmN*tmN/240 - 103*tmN*tmN*tmN*tmN/140,
		49561 * tmN * tmN * tmN * tmN / 161280,
	}
	tmBeta = [4]float64{
		tmN/2 - 2*tmN*tmN/3 + 37*tmN*tmN*tmN/96 - tmN*tmN*tmN*tmN/360,
		tmN*tmN/48 + tmN*tmN*tmN/15 - 437*tmN*tmN*tmN*tmN/1440,
		17*tmN*tmN*tmN/480 - 37*tmN*tmN*tmN*tmN/840,
		4397 * tmN * tmN * tmN * tmN / 161280,
	}
	tmE = math.Sqrt(cgcsF * (2 - cgcsF))
)

// tmForward projects lon, lat in degrees to metres.
func tmForward(p orb.Point, meridian, falseEasting float64) (northing, easting float64) {
	if !(math.Abs(p[0]-meridian) <= tmReach) || !(math.Abs(p[1]) <= 90) {
		return math.NaN(), math.NaN()
	}
	lambda := (p[0] - meridian) * rad
	sin := math.Sin(p[1] * rad)
	// t is the tangent of the conformal latitude.
	t := math.Sinh(math.Atanh(sin) - tmE*math.Atanh(tmE*sin))
	xi0 := math.Atan2(t, math.Cos(lambda))
	eta0 := math.Asinh(math.Sin(lambda) / math.Hypot(t, math.Cos(lambda)))
	xi, eta := xi0, eta0
	for j, a := range tmAlpha {
		k := 2 * float64(j+1)
		xi += a * math.Sin(k*xi0) * math.Cosh(k*eta0)
		eta += a * math.Cos(k*xi0) * math.Sinh(k*eta0)
	}
	return tmA * xi, falseEasting + tmA*eta
}

// tmInverse is the inverse of tmForward.
func tmInverse(easting, northing, meridian, falseEasting float64) orb.Point {
	xi, eta := northing/tmA, (easting-falseEasting)/tmA
	if !(math.Abs(xi) <= math.Pi/2) || !(math.Abs(eta) <= tmReach*rad) {
		return orb.Point{math.NaN(), math.NaN()}
	}
	xi0, eta0 := xi, eta
	for j, b := range tmBeta {
		k := 2 * float64(j+1)
		xi0 -= b * math.Sin(k*xi) * math.Cosh(k*eta)
		eta0 -= b * math.Cos(k*xi) * math.Sinh(k*eta)
	}
	lambda := math.Atan2(math.Sinh(eta0), math.Cos(xi0))
	chi := math.Asin(math.Sin(xi0) / math.Cosh(eta0)) // conformal latitude
	// The latitude whose conformal latitude is chi, by fixed-point iteration
	// that gains a factor of 1/e² ≈ 150 each round.
	q := math.Asinh(math.Tan(chi))
	phi := chi
	for range 15 {
		next := math.Atan(math.Sinh(q + tmE*math.Atanh(tmE*math.Sin(phi))))
		done := math.Abs(next-phi) < 1e-15
		phi = next
		if done {
			break
		}
	}
	return orb.Point{meridian + lambda/rad, phi / rad}
}
