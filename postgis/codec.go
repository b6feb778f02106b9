package postgis

import (
	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"hearthmap/household"
)

// srid is WGS 84, the reference system of every stored geometry.
const srid = 4326

// encodeGeom is the EWKB (little-endian, SRID 4326) of the geometry. Nil
// gives nil, which is NULL in the database. Rings are closed as they should
// be in the file already; they are not mended here.
func encodeGeom(g orb.Geometry) ([]byte, error) {
	const op = "postgis.encodeGeom"
	if g == nil {
		return nil, nil
	}
	t, err := toGeom(g)
	if err != nil {
		return nil, err
	}
	b, err := ewkb.Marshal(t, ewkb.NDR)
	if err != nil {
		return nil, household.Errorf(household.Internal, op, "cannot encode a %s: %w", g.GeoJSONType(), err)
	}
	return b, nil
}

// encodePolygons promotes a Polygon to the MultiPolygon that the column wants.
func encodePolygons(g orb.Geometry) ([]byte, error) {
	if p, ok := g.(orb.Polygon); ok {
		g = orb.MultiPolygon{p}
	}
	return encodeGeom(g)
}

// encodeLines promotes a LineString to the MultiLineString that the column
// wants.
func encodeLines(g orb.Geometry) ([]byte, error) {
	if l, ok := g.(orb.LineString); ok {
		g = orb.MultiLineString{l}
	}
	return encodeGeom(g)
}

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

func toGeom(g orb.Geometry) (geom.T, error) {
	switch g := g.(type) {
	case orb.Point:
		return geom.NewPointFlat(geom.XY, []float64{g[0], g[1]}).SetSRID(srid), nil
	case orb.LineString:
		return geom.NewLineStringFlat(geom.XY, appendFlat(nil, g)).SetSRID(srid), nil
	case orb.Polygon:
		flat, ends := flatRings(nil, g)
		return geom.NewPolygonFlat(geom.XY, flat, ends).SetSRID(srid), nil
	case orb.MultiPoint:
		return geom.NewMultiPointFlat(geom.XY, appendFlat(nil, g)).SetSRID(srid), nil
	case orb.MultiLineString:
		var flat []float64
		ends := make([]int, 0, len(g))
		for _, l := range g {
			flat = appendFlat(flat, l)
			ends = append(ends, len(flat))
		}
		return geom.NewMultiLineStringFlat(geom.XY, flat, ends).SetSRID(srid), nil
	case orb.MultiPolygon:
		var flat []float64
		endss := make([][]int, 0, len(g))
		for _, p := range g {
			var ends []int
			flat, ends = flatRings(flat, p)
			endss = append(endss, ends)
		}
		return geom.NewMultiPolygonFlat(geom.XY, flat, endss).SetSRID(srid), nil
	}
	return nil, household.Errorf(household.Internal, "postgis.toGeom", "a %s cannot be stored", g.GeoJSONType())
}

func appendFlat[P ~[]orb.Point](flat []float64, points P) []float64 {
	for _, p := range points {
		flat = append(flat, p[0], p[1])
	}
	return flat
}

func flatRings(flat []float64, p orb.Polygon) ([]float64, []int) {
	ends := make([]int, 0, len(p))
	for _, r := range p {
		flat = appendFlat(flat, r)
		ends = append(ends, len(flat))
	}
	return flat, ends
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
