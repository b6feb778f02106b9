package crs

import (
	"math"
	"strings"
)

// WKTError says why a definition in well-known text gives no CRS. Its Hint
// says what to do next.
type WKTError struct {
	Name   string // of the system, as the definition has it
	Reason string
	Hint   string
}

// Error returns the reason with the system's name.
func (e *WKTError) Error() string {
	if e.Name == "" {
		return "crs: " + e.Reason
	}
	return "crs: " + e.Name + ": " + e.Reason
}

const reproject = "convert the file, for instance with ogr2ogr -t_srs EPSG:4326, or name its system with --crs: " + Accepted

// ParseWKT reads the definition of a reference system as .prj files and
// GeoPackages have it: WKT 1 as ESRI and OGC write it, and WKT 2 (ISO 19162).
// It knows WGS 84 and CGCS2000, geographic or in a Transverse Mercator
// projection of scale 1 with any central meridian and false easting.
//
// Every other system gives a *WKTError. Beijing 1954 and Xi'an 1980 are among
// them: the shift to CGCS2000 is up to a hundred metres, differs from place to
// place, and its parameters are not public.
func ParseWKT(s string) (CRS, error) {
	root, err := parseWKT(s)
	if err != nil {
		return CRS{}, err
	}
	// What stands around the horizontal system: a height, a datum shift.
	for range maxWKTDepth {
		var inner *wktNode
		switch root.key {
		case "COMPD_CS", "COMPOUNDCRS":
			inner = root.child("PROJCS", "PROJCRS", "PROJECTEDCRS", "GEOGCS", "GEOGCRS", "GEODCRS", "GEOGRAPHICCRS", "GEODETICCRS", "BOUNDCRS")
		case "BOUNDCRS":
			if source := root.child("SOURCECRS"); source != nil && len(source.children) > 0 {
				inner = source.children[0]
			}
		}
		if inner == nil {
			break
		}
		root = inner
	}
	switch root.key {
	case "GEOGCS", "GEOGCRS", "GEODCRS", "GEOGRAPHICCRS", "GEODETICCRS":
		return geographicWKT(root)
	case "PROJCS", "PROJCRS", "PROJECTEDCRS":
		return projectedWKT(root)
	}
	return CRS{}, &WKTError{root.name(), "the definition is neither of a geographic nor of a projected system", reproject}
}

// geographicWKT reads a geographic system in degrees from Greenwich.
func geographicWKT(n *wktNode) (CRS, error) {
	c, err := datumWKT(n)
	if err != nil {
		return CRS{}, err
	}
	if unit := n.child("UNIT", "ANGLEUNIT"); unit != nil {
		if f, ok := unit.number(0); !ok || math.Abs(f-rad) > 1e-9 {
			return CRS{}, &WKTError{n.name(), "its angles are not in degrees", reproject}
		}
	}
	if prime := n.child("PRIMEM", "PRIMEMERIDIAN"); prime != nil {
		if f, ok := prime.number(0); !ok || f != 0 {
			return CRS{}, &WKTError{n.name(), "its prime meridian is not Greenwich", reproject}
		}
	}
	return c, nil
}

// datumWKT tells the datum by the names of the system and of its datum; where
// these say nothing, by the ellipsoid.
func datumWKT(n *wktNode) (CRS, error) {
	datum := n.child("DATUM", "GEODETICDATUM", "TRF", "ENSEMBLE")
	names := []string{plain(n.name())}
	a, invF := 0.0, 0.0
	if datum != nil {
		names = append(names, plain(datum.name()))
		if e := datum.child("SPHEROID", "ELLIPSOID"); e != nil {
			a, _ = e.number(0)
			invF, _ = e.number(1)
		}
	}
	all := strings.Join(names, " ")
	is := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(all, w) {
				return true
			}
		}
		return false
	}
	switch {
	case is("gcj02"):
		return GCJ02, nil
	case is("bd09"):
		return BD09, nil
	case is("beijing1954", "beijing54", "xian1980", "xian80", "newbeijing") || near(a, 6378245) || near(a, 6378140):
		return CRS{}, &WKTError{
			n.name(), "its datum is Beijing 1954 or Xi'an 1980, whose shift to CGCS2000 needs the parameters of the place",
			"ask the surveying office for the file in CGCS2000; if the coordinates were converted already and only the definition is old, name their system with --crs: " + Accepted,
		}
	case is("cgcs2000", "china2000", "chinageodeticcoordinatesystem2000"):
		return CRS{epsg: 4490}, nil
	case is("wgs84", "wgs1984", "worldgeodeticsystem1984"):
		return CRS{epsg: 4326}, nil
	case (datum == nil || is("unknown", "unnamed", "userdefined", "notspecified")) && near(a, cgcsA) && math.Abs(invF-298.2572) < 1e-3:
		return CRS{epsg: 4326}, nil
	}
	return CRS{}, &WKTError{n.name(), "its datum is neither WGS 84 nor CGCS2000", reproject}
}

func near(a, b float64) bool { return math.Abs(a-b) < 0.5 }

// projectedWKT reads a Transverse Mercator projection in metres.
func projectedWKT(n *wktNode) (CRS, error) {
	base := n.child("GEOGCS", "BASEGEOGCRS", "BASEGEODCRS", "GEOGCRS", "GEODCRS")
	if base == nil {
		return CRS{}, &WKTError{n.name(), "the definition names no geographic system", reproject}
	}
	c, err := geographicWKT(base)
	if err != nil {
		return CRS{}, err
	}
	if c.kind != geographic {
		return CRS{}, &WKTError{n.name(), "a projection of shifted coordinates is not read", reproject}
	}
	from := n // where WKT 1 has the method and its parameters
	if conversion := n.child("CONVERSION"); conversion != nil {
		from = conversion
	}
	method := from.child("PROJECTION", "METHOD")
	if method == nil {
		return CRS{}, &WKTError{n.name(), "the definition names no projection", reproject}
	}
	switch plain(method.name()) {
	case "transversemercator", "gausskruger", "gausskrueger", "gausskrüger", "transversemercatorcomplex":
	default:
		return CRS{}, &WKTError{n.name(), "its projection is not Gauss-Krüger", reproject}
	}
	if unit := lengthUnit(n, from); unit == nil {
		return CRS{}, &WKTError{n.name(), "the definition names no unit of length", reproject}
	} else if f, ok := unit.number(0); !ok || math.Abs(f-1) > 1e-9 {
		return CRS{}, &WKTError{n.name(), "its unit is not the metre", reproject}
	}
	return gaussKruegerWKT(n, from)
}

// lengthUnit is the unit of the plane's axes.
func lengthUnit(n, conversion *wktNode) *wktNode {
	if u := n.child("UNIT", "LENGTHUNIT"); u != nil {
		return u
	}
	for _, axis := range n.children {
		if axis.key == "AXIS" {
			if u := axis.child("LENGTHUNIT", "UNIT"); u != nil {
				return u
			}
		}
	}
	for _, p := range conversion.children {
		if p.key == "PARAMETER" && plain(p.name()) == "falseeasting" {
			return p.child("LENGTHUNIT", "UNIT")
		}
	}
	return nil
}

// gaussKruegerWKT reads the projection's parameters.
func gaussKruegerWKT(n, from *wktNode) (CRS, error) {
	meridian, easting, northing, scale, latitude := math.NaN(), 0.0, 0.0, 1.0, 0.0
	for _, p := range from.children {
		if p.key != "PARAMETER" {
			continue
		}
		v, ok := p.number(0)
		if !ok {
			return CRS{}, &WKTError{n.name(), "a parameter of the projection is not a number", reproject}
		}
		switch plain(p.name()) {
		case "centralmeridian", "longitudeofcenter", "longitudeoforigin", "longitudeofnaturalorigin":
			meridian = v
		case "falseeasting":
			easting = v
		case "falsenorthing":
			northing = v
		case "scalefactor", "scalefactoratnaturalorigin":
			scale = v
		case "latitudeoforigin", "latitudeofcenter", "latitudeofnaturalorigin":
			latitude = v
		}
	}
	switch {
	case math.IsNaN(meridian) || math.Abs(meridian) > 180:
		return CRS{}, &WKTError{n.name(), "the projection has no central meridian", reproject}
	case scale != 1:
		return CRS{}, &WKTError{n.name(), "the projection has a scale other than 1 (UTM has)", reproject}
	case northing != 0 || latitude != 0:
		return CRS{}, &WKTError{n.name(), "the projection does not begin at the equator; it is a local system", reproject}
	case math.Abs(easting) > 1e9:
		return CRS{}, &WKTError{n.name(), "the projection's false easting is absurd", reproject}
	}
	return GaussKrueger(meridian, easting), nil
}

// GaussKrueger is the projection of CGCS2000 with the central meridian in
// degrees and the false easting in metres; it is the EPSG system where there
// is one.
func GaussKrueger(meridian, easting float64) CRS {
	for n := 4554; n >= 4491; n-- { // of twins the 3-degree one
		if c, ok := fromEPSG(n); ok && c.meridian == meridian && c.easting == easting {
			return c
		}
	}
	return CRS{kind: gaussKrueger, meridian: meridian, easting: easting}
}

// Same reports whether positions of c and o mean the same place: WGS 84 and
// CGCS2000 do.
func (c CRS) Same(o CRS) bool {
	c.epsg, o.epsg = 0, 0
	return c == o
}
