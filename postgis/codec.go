package postgis

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"hearthmap/household"
)

// srid is WGS 84, the reference system of every stored geometry.
const srid = 4326

// Numbers of PostGIS's extended well-known binary.
const (
	ewkbPoint, ewkbLineString, ewkbPolygon                = 1, 2, 3
	ewkbMultiPoint, ewkbMultiLineString, ewkbMultiPolygon = 4, 5, 6
	ewkbHasSRID                                           = 0x20000000
)

// appendGeom appends the EWKB (little-endian, SRID 4326) of a geometry. Loads
// write every shape with it, straight to their buffers. Rings are closed as
// they should be in the file already; they are not mended here.
func appendGeom(b []byte, g orb.Geometry) ([]byte, error) {
	head := func(kind uint32) { b = appendUint32(appendUint32(append(b, 1), kind|ewkbHasSRID), srid) }
	switch g := g.(type) {
	case orb.Point:
		head(ewkbPoint)
		return appendPoint(b, g), nil
	case orb.LineString:
		head(ewkbLineString)
		return appendPoints(b, g), nil
	case orb.Polygon:
		head(ewkbPolygon)
		return appendRings(b, g), nil
	case orb.MultiPoint:
		head(ewkbMultiPoint)
		return appendParts(b, ewkbPoint, g, appendPoint), nil
	case orb.MultiLineString:
		head(ewkbMultiLineString)
		return appendParts(b, ewkbLineString, g, appendPoints[orb.LineString]), nil
	case orb.MultiPolygon:
		head(ewkbMultiPolygon)
		return appendParts(b, ewkbPolygon, g, appendRings), nil
	}
	return nil, household.Errorf(household.Internal, "postgis.appendGeom", "a %T cannot be stored", g)
}

// appendParts writes the parts of a multi-geometry, which have a head without
// reference system.
func appendParts[T any](b []byte, kind uint32, parts []T, one func([]byte, T) []byte) []byte {
	b = appendUint32(b, uint32(len(parts)))
	for _, p := range parts {
		b = one(appendUint32(append(b, 1), kind), p)
	}
	return b
}

func appendRings(b []byte, p orb.Polygon) []byte {
	b = appendUint32(b, uint32(len(p)))
	for _, r := range p {
		b = appendPoints(b, r)
	}
	return b
}

func appendPoints[P ~[]orb.Point](b []byte, points P) []byte {
	b = slices.Grow(appendUint32(b, uint32(len(points))), 16*len(points))
	for _, p := range points {
		b = appendPoint(b, p)
	}
	return b
}

func appendPoint(b []byte, p orb.Point) []byte {
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p[0]))
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(p[1]))
}

func appendUint32(b []byte, v uint32) []byte { return binary.LittleEndian.AppendUint32(b, v) }

// decodeGeom reads the EWKB of a column; nil gives nil.
func decodeGeom(b []byte) (orb.Geometry, error) {
	const op = "postgis.decodeGeom"
	if b == nil {
		return nil, nil
	}
	t, err := ewkb.Unmarshal(b)
	if err != nil {
		return nil, household.Errorf(household.Internal, op, "a stored geometry cannot be read: %w", err)
	}
	return toOrb(t)
}

func toOrb(t geom.T) (orb.Geometry, error) {
	switch t := t.(type) {
	case *geom.Point:
		if t.Empty() {
			return nil, nil
		}
		return orb.Point{t.X(), t.Y()}, nil
	case *geom.LineString:
		return orb.LineString(points(t.FlatCoords(), t.Stride())), nil
	case *geom.Polygon:
		return polygon(t.FlatCoords(), t.Stride(), 0, t.Ends()), nil
	case *geom.MultiPoint:
		return orb.MultiPoint(points(t.FlatCoords(), t.Stride())), nil
	case *geom.MultiLineString:
		g, from := make(orb.MultiLineString, 0, len(t.Ends())), 0
		for _, end := range t.Ends() {
			g = append(g, orb.LineString(points(t.FlatCoords()[from:end], t.Stride())))
			from = end
		}
		return g, nil
	case *geom.MultiPolygon:
		g, from := make(orb.MultiPolygon, 0, len(t.Endss())), 0
		for _, ends := range t.Endss() {
			g = append(g, polygon(t.FlatCoords(), t.Stride(), from, ends))
			if len(ends) > 0 {
				from = ends[len(ends)-1]
			}
		}
		return g, nil
	}
	return nil, household.Errorf(household.Internal, "postgis.toOrb", "a stored geometry has the unknown type %T", t)
}

// points reads coordinates of any stride; only x and y are kept.
func points(flat []float64, stride int) []orb.Point {
	out := make([]orb.Point, 0, len(flat)/stride)
	for i := 0; i+1 < len(flat); i += stride {
		out = append(out, orb.Point{flat[i], flat[i+1]})
	}
	return out
}

func polygon(flat []float64, stride, from int, ends []int) orb.Polygon {
	p := make(orb.Polygon, 0, len(ends))
	for _, end := range ends {
		p = append(p, orb.Ring(points(flat[from:end], stride)))
		from = end
	}
	return p
}
