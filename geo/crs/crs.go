// Package crs converts positions between WGS 84 and the reference systems
// that Chinese files come in: CGCS2000 (geographic and Gauss-Krüger), GCJ-02
// and BD-09.
//
// WGS 84 and CGCS2000 differ by centimetres and are taken as equal.
package crs

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// CRS is a reference system of coordinates. The zero value is WGS 84.
type CRS struct {
	kind kind
	epsg int
	// Gauss-Krüger: central meridian in degrees, false easting in metres.
	meridian, easting float64
	swapped           bool // geographic positions have the latitude first
}

type kind uint8

const (
	geographic kind = iota
	gcj02
	bd09
	gaussKrueger
)

// The reference systems that have a name of their own.
var (
	WGS84 = CRS{}
	GCJ02 = CRS{kind: gcj02}
	BD09  = CRS{kind: bd09}
)

// Accepted says in words what Parse takes, for hints and help texts.
const Accepted = "wgs84, gcj02, bd09, EPSG:4326, EPSG:4490, EPSG:4491 to EPSG:4554 (CGCS2000 / Gauss-Krüger) " +
	"or gk:MERIDIAN,FALSE_EASTING such as gk:123.5,500000"

// swappedSuffix marks geographic systems whose files have the latitude first.
const swappedSuffix = ":swapped"

// Parse reads wgs84, gcj02, bd09, cgcs2000, EPSG:N or gk:MERIDIAN,EASTING (any
// Gauss-Krüger projection of CGCS2000; a colon does as well, and the easting
// is 500000 when left out); case, hyphens and underscores do not matter, and
// the empty string is WGS 84. Behind a geographic system :swapped says that
// the latitude comes first. Accepted lists the names for the hint beside an
// error.
func Parse(s string) (CRS, error) {
	name := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s), " ", ""))
	if parameters, ok := strings.CutPrefix(name, "gk:"); ok {
		if c, ok := parseGaussKrueger(parameters); ok {
			return c, nil
		}
		return CRS{}, fmt.Errorf("crs: unknown reference system %q", s)
	}
	name, swapped := strings.CutSuffix(strings.NewReplacer("-", "", "_", "").Replace(name), swappedSuffix)
	c, ok := parseName(name)
	if !ok || swapped && c.kind == gaussKrueger {
		return CRS{}, fmt.Errorf("crs: unknown reference system %q", s)
	}
	c.swapped = swapped
	return c, nil
}

func parseGaussKrueger(s string) (CRS, bool) {
	meridian, easting, given := strings.Cut(strings.ReplaceAll(s, ":", ","), ",")
	if !given {
		easting = "500000"
	}
	m, err1 := strconv.ParseFloat(strings.TrimSuffix(meridian, "e"), 64)
	e, err2 := strconv.ParseFloat(easting, 64)
	// NaN fails both comparisons.
	if err1 != nil || err2 != nil || !(math.Abs(m) <= 180) || !(math.Abs(e) <= 1e9) {
		return CRS{}, false
	}
	return GaussKrueger(m, e), true
}

func parseName(name string) (CRS, bool) {
	switch name {
	case "", "wgs84", "crs84", "cgcs2000":
		return WGS84, true
	case "gcj02":
		return GCJ02, true
	case "bd09", "bd09ll":
		return BD09, true
	}
	if digits, ok := strings.CutPrefix(name, "epsg:"); ok {
		if n, err := strconv.Atoi(digits); err == nil {
			return fromEPSG(n)
		}
	}
	return CRS{}, false
}

func fromEPSG(n int) (CRS, bool) {
	switch {
	case n == 4326 || n == 4490:
		return CRS{epsg: n}, true
	case n >= 4491 && n <= 4501: // 6-degree zones 13 to 23
		zone := float64(n - 4491 + 13)
		return CRS{kind: gaussKrueger, epsg: n, meridian: zone*6 - 3, easting: zone*1e6 + 500000}, true
	case n >= 4502 && n <= 4512: // the same meridians without the zone in the easting
		return CRS{kind: gaussKrueger, epsg: n, meridian: float64(n-4502)*6 + 75, easting: 500000}, true
	case n >= 4513 && n <= 4533: // 3-degree zones 25 to 45
		zone := float64(n - 4513 + 25)
		return CRS{kind: gaussKrueger, epsg: n, meridian: zone * 3, easting: zone*1e6 + 500000}, true
	case n >= 4534 && n <= 4554: // the same meridians without the zone in the easting
		return CRS{kind: gaussKrueger, epsg: n, meridian: float64(n-4534)*3 + 75, easting: 500000}, true
	}
	return CRS{}, false
}

// String returns the name that Parse reads.
func (c CRS) String() string {
	name := "wgs84"
	switch {
	case c.epsg != 0:
		name = "EPSG:" + strconv.Itoa(c.epsg)
	case c.kind == gcj02:
		name = "gcj02"
	case c.kind == bd09:
		name = "bd09"
	case c.kind == gaussKrueger:
		name = "gk:" + strconv.FormatFloat(c.meridian, 'f', -1, 64) + "," + strconv.FormatFloat(c.easting, 'f', -1, 64)
	}
	if c.swapped {
		name += swappedSuffix
	}
	return name
}

// Swapped is the geographic system with the latitude first; a projected one
// is returned as it is, for ToWGS84 tells its axes apart.
func (c CRS) Swapped() CRS {
	if c.kind != gaussKrueger {
		c.swapped = !c.swapped
	}
	return c
}

// Projected reports whether coordinates are metres on a plane.
func (c CRS) Projected() bool { return c.kind == gaussKrueger }

// ToWGS84 converts a position of c to WGS 84 longitude and latitude. Both
// directions are each other's inverse to less than 1e-9 degrees. What is
// outside the system's domain gives a point that is not finite.
//
// Positions of geographic systems are longitude, latitude in degrees. Those
// of projected systems are metres, the northing first as EPSG defines them;
// files with the easting first are as common, so that order is understood as
// well: within China the two cannot be confused.
func (c CRS) ToWGS84(p orb.Point) orb.Point {
	if c.swapped {
		p[0], p[1] = p[1], p[0]
	}
	switch c.kind {
	case gcj02:
		return gcjToWGS(p)
	case bd09:
		return gcjToWGS(bdToGCJ(p))
	case gaussKrueger:
		if c.eastingFirst(p) {
			p[0], p[1] = p[1], p[0]
		}
		return tmInverse(p[1], p[0], c.meridian, c.easting)
	}
	return p
}

// eastingFirst tells the order of axes by size: an easting with its zone is
// above 13,000,000, beyond every northing; one without is below 1,000,000,
// which no northing of the mainland is.
//
// A system without an EPSG code has no order of its own: what is close to its
// false easting is the easting, the first of two that are.
func (c CRS) eastingFirst(p orb.Point) bool {
	if c.epsg == 0 {
		return math.Abs(p[0]-c.easting) < 1e6 || !(math.Abs(p[1]-c.easting) < 1e6)
	}
	if c.easting > 1e6 {
		return p[0] > 1.05e7
	}
	return p[0] < 1e6 && p[1] >= 1e6
}

// FromWGS84 converts WGS 84 longitude and latitude to a position of c, of a
// projected system northing, easting.
func (c CRS) FromWGS84(p orb.Point) orb.Point {
	switch c.kind {
	case gcj02:
		p = wgsToGCJ(p)
	case bd09:
		p = gcjToBD(wgsToGCJ(p))
	case gaussKrueger:
		northing, easting := tmForward(p, c.meridian, c.easting)
		return orb.Point{northing, easting}
	}
	if c.swapped {
		p[0], p[1] = p[1], p[0]
	}
	return p
}

const rad = math.Pi / 180
