package shapefile

import (
	"encoding/binary"
	"math"

	"github.com/paulmach/orb"
)

// The types of shapes without their dimensions; +10 has Z (and M), +20 has M.
const (
	nullShape  = 0
	pointShape = 1
	lineShape  = 3
	areaShape  = 5
	multiShape = 8
	multipatch = 31
)

// maxParts bounds the parts of one shape.
const maxParts = 100_000

const mend = "mend the layer in a GIS, or export it again"

var (
	errShort = &problem{"the shape is shorter than its own counts say", mend}
	errParts = &problem{"the shape's parts are not in order", mend}
)

// geometry reads the shape: nil for a null or empty one. Heights and measures
// are dropped.
func (s *shape) geometry() (orb.Geometry, *problem) {
	if s.problem != nil {
		return nil, s.problem
	}
	b := s.content
	if len(b) < 4 {
		return nil, errShort
	}
	typ := binary.LittleEndian.Uint32(b)
	if typ == nullShape {
		return nil, nil
	}
	base := typ
	switch {
	case typ > 10 && typ < 20:
		base, s.seen.z = typ-10, true
	case typ > 20 && typ < 30:
		base, s.seen.m = typ-20, true
	}
	switch base {
	case pointShape:
		if len(b) < 20 {
			return nil, errShort
		}
		return readPoint(b[4:]), nil
	case multiShape:
		return multiPoint(b)
	case lineShape:
		return lines(b)
	case areaShape:
		return area(b)
	case multipatch:
		return nil, &problem{"the shape is a multipatch (a body in three dimensions)", "convert the layer to polygons in a GIS"}
	}
	return nil, &problem{"the shape's type is not known", mend}
}

func readPoint(b []byte) orb.Point {
	return orb.Point{
		math.Float64frombits(binary.LittleEndian.Uint64(b)),
		math.Float64frombits(binary.LittleEndian.Uint64(b[8:])),
	}
}

// readPoints reads n points; b is long enough.
func readPoints(b []byte, n int) []orb.Point {
	points := make([]orb.Point, n)
	for i := range points {
		points[i] = readPoint(b[16*i : 16*i+16])
	}
	return points
}

func multiPoint(b []byte) (orb.Geometry, *problem) {
	if len(b) < 40 {
		return nil, errShort
	}
	n := int64(binary.LittleEndian.Uint32(b[36:]))
	if n > int64(len(b)-40)/16 {
		return nil, errShort
	}
	if n == 0 {
		return nil, nil
	}
	return orb.MultiPoint(readPoints(b[40:], int(n))), nil
}

// parts reads the points of a line or polygon, cut into its parts. Parts
// without points are left out.
func parts(b []byte) ([][]orb.Point, *problem) {
	if len(b) < 44 {
		return nil, errShort
	}
	nParts, nPoints := int64(binary.LittleEndian.Uint32(b[36:])), int64(binary.LittleEndian.Uint32(b[40:]))
	if 4*nParts+16*nPoints > int64(len(b)-44) {
		return nil, errShort
	}
	if nParts > maxParts {
		return nil, &problem{"the shape has more than 100,000 parts", "split it in a GIS"}
	}
	starts, points := b[44:], readPoints(b[44+4*nParts:], int(nPoints))
	start := func(i int64) int64 { return int64(binary.LittleEndian.Uint32(starts[4*i:])) }
	if nParts == 0 {
		if nPoints > 0 {
			return nil, errParts
		}
		return nil, nil
	}
	if start(0) != 0 {
		return nil, errParts
	}
	out := make([][]orb.Point, 0, nParts)
	for i := range nParts {
		from, to := start(i), nPoints
		if i+1 < nParts {
			to = start(i + 1)
		}
		if from > to || to > nPoints {
			return nil, errParts
		}
		if from < to {
			out = append(out, points[from:to:to])
		}
	}
	return out, nil
}

func lines(b []byte) (orb.Geometry, *problem) {
	ps, bad := parts(b)
	switch {
	case bad != nil || len(ps) == 0:
		return nil, bad
	case len(ps) == 1:
		return orb.LineString(ps[0]), nil
	}
	out := make(orb.MultiLineString, len(ps))
	for i, p := range ps {
		out[i] = p
	}
	return out, nil
}

func area(b []byte) (orb.Geometry, *problem) {
	ps, bad := parts(b)
	switch {
	case bad != nil || len(ps) == 0:
		return nil, bad
	case len(ps) == 1:
		return orb.Polygon{ps[0]}, nil
	}
	rings := make([]orb.Ring, len(ps))
	for i, p := range ps {
		rings[i] = p
	}
	polygons, bad := groupRings(rings)
	if bad != nil {
		return nil, bad
	}
	if len(polygons) == 1 {
		return polygons[0], nil
	}
	return polygons, nil
}
