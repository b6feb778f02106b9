package crs

import (
	"math"

	"github.com/paulmach/orb"
)

// The constants of GCJ-02 as published with its reverse-engineered formula:
// the Krasovsky 1940 ellipsoid.
const (
	krasovskyA  = 6378245.0
	krasovskyE2 = 0.00669342162296594323
	bdPi        = math.Pi * 3000.0 / 180.0
)

// inChina is the rectangle within which GCJ-02 shifts positions.
func inChina(p orb.Point) bool {
	return p[0] >= 72.004 && p[0] <= 137.8347 && p[1] >= 0.8293 && p[1] <= 55.8271
}

// gcjShift is the offset that GCJ-02 adds to a WGS 84 position, in degrees.
func gcjShift(p orb.Point) (dlon, dlat float64) {
	x, y := p[0]-105, p[1]-35
	wave := (20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)) * 2 / 3
	lat := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) + wave +
		(20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi))*2/3 +
		(160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))*2/3
	lon := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) + wave +
		(20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi))*2/3 +
		(150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*2/3
	phi := p[1] * rad
	magic := 1 - krasovskyE2*math.Sin(phi)*math.Sin(phi)
	root := math.Sqrt(magic)
	dlat = lat * 180 / (krasovskyA * (1 - krasovskyE2) / (magic * root) * math.Pi)
	dlon = lon * 180 / (krasovskyA / root * math.Cos(phi) * math.Pi)
	return dlon, dlat
}

func wgsToGCJ(p orb.Point) orb.Point {
	if !inChina(p) {
		return p
	}
	dlon, dlat := gcjShift(p)
	return orb.Point{p[0] + dlon, p[1] + dlat}
}

// gcjToWGS inverts wgsToGCJ by fixed-point iteration. The shift changes by
// less than 2 % of the step, so that a dozen rounds reach the last bit.
func gcjToWGS(g orb.Point) orb.Point {
	if !inChina(g) {
		return g
	}
	w := g
	for range 30 {
		dlon, dlat := gcjShift(w)
		next := orb.Point{g[0] - dlon, g[1] - dlat}
		done := math.Abs(next[0]-w[0]) < 1e-12 && math.Abs(next[1]-w[1]) < 1e-12
		w = next
		if done {
			break
		}
	}
	return w
}

func gcjToBD(p orb.Point) orb.Point {
	if !inChina(p) {
		return p
	}
	x, y := p[0], p[1]
	z := math.Hypot(x, y) + 0.00002*math.Sin(y*bdPi)
	theta := math.Atan2(y, x) + 0.000003*math.Cos(x*bdPi)
	return orb.Point{z*math.Cos(theta) + 0.0065, z*math.Sin(theta) + 0.006}
}

// bdToGCJ inverts gcjToBD by fixed-point iteration, starting from the usual
// closed approximation's place.
func bdToGCJ(b orb.Point) orb.Point {
	if !inChina(b) {
		return b
	}
	g := orb.Point{b[0] - 0.0065, b[1] - 0.006}
	for range 30 {
		f := gcjToBD(g)
		dx, dy := b[0]-f[0], b[1]-f[1]
		g[0] += dx
		g[1] += dy
		if math.Abs(dx) < 1e-12 && math.Abs(dy) < 1e-12 {
			break
		}
	}
	return g
}
