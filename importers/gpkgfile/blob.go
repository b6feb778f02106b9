package gpkgfile

import (
	"encoding/binary"
	"math"

	"github.com/paulmach/orb"
)

// problem is what is wrong with a shape.
type problem struct{ reason, suggestion string }

const mend = "mend the layer in a GIS, or export it again"

var (
	errHeader  = &problem{"the shape does not begin as a GeoPackage geometry does", mend}
	errShort   = &problem{"the shape is shorter than its own counts say", mend}
	errTrail   = &problem{"bytes follow the end of the shape", mend}
	errNesting = &problem{"the shape's parts are of the wrong kind or nested too deeply", mend}
	errCurve   = &problem{"the shape is a curve or a surface of a kind that is not read", "convert the layer to lines and polygons in a GIS"}
)

// dimensions are those that shapes had beyond two.
type dimensions struct{ z, m bool }

// parseBlob reads a geometry of a GeoPackage: the header of clause 2.1.3, then
// well-known binary. An empty shape gives nil.
func parseBlob(b []byte, seen *dimensions) (orb.Geometry, *problem) {
	if len(b) < 8 || b[0] != 'G' || b[1] != 'P' || b[2] != 0 {
		return nil, errHeader
	}
	flags := b[3]
	if flags&0x20 != 0 {
		return nil, errCurve // an extended type of somebody's own
	}
	envelope := [8]int{0, 32, 48, 48, 64, -1, -1, -1}[flags>>1&7]
	if envelope < 0 {
		return nil, errHeader
	}
	if len(b) < 8+envelope {
		return nil, errShort
	}
	p := &wkbParser{b: b[8+envelope:], seen: seen}
	g, bad := p.geometry(0)
	switch {
	case bad != nil:
		return nil, bad
	case len(p.b) > 0:
		return nil, errTrail
	case flags&0x10 != 0 || empty(g):
		return nil, nil
	}
	return g, nil
}

// empty reports whether the shape has no points.
func empty(g orb.Geometry) bool {
	switch g := g.(type) {
	case orb.Point:
		return math.IsNaN(g[0]) && math.IsNaN(g[1]) // as WKB writes POINT EMPTY
	case orb.MultiPoint:
		return len(g) == 0
	case orb.LineString:
		return len(g) == 0
	case orb.MultiLineString:
		return len(g) == 0
	case orb.Polygon:
		return len(g) == 0
	case orb.MultiPolygon:
		return len(g) == 0
	case orb.Collection:
		return len(g) == 0
	}
	return g == nil
}

// wkbParser reads well-known binary with the types of ISO (1000 for Z, 2000
// for M) and of EWKB (flags in the high bits).
type wkbParser struct {
	b     []byte
	order binary.ByteOrder
	dims  int // numbers of a position
	seen  *dimensions
}

// The types of WKB.
const (
	wkbPoint = iota + 1
	wkbLine
	wkbPolygon
	wkbMultiPoint
	wkbMultiLine
	wkbMultiPolygon
	wkbCollection
)

const maxDepth = 8

// header reads the order of bytes and the type.
func (p *wkbParser) header() (typ uint32, bad *problem) {
	if len(p.b) < 5 {
		return 0, errShort
	}
	switch p.b[0] {
	case 0:
		p.order = binary.BigEndian
	case 1:
		p.order = binary.LittleEndian
	default:
		return 0, errHeader
	}
	typ = p.order.Uint32(p.b[1:])
	p.b = p.b[5:]
	z, m := typ&0x80000000 != 0, typ&0x40000000 != 0
	if typ&0x20000000 != 0 {
		if len(p.b) < 4 {
			return 0, errShort
		}
		p.b = p.b[4:]
	}
	typ &= 0x1FFFFFFF
	switch typ / 1000 {
	case 1:
		z = true
	case 2:
		m = true
	case 3:
		z, m = true, true
	}
	p.dims = 2
	if z {
		p.seen.z = true
		p.dims++
	}
	if m {
		p.seen.m = true
		p.dims++
	}
	if typ >= 4000 {
		return 0, errCurve
	}
	return typ % 1000, nil
}

// count reads how many things of at least size bytes follow.
func (p *wkbParser) count(size int) (int, *problem) {
	if len(p.b) < 4 {
		return 0, errShort
	}
	n := p.order.Uint32(p.b)
	p.b = p.b[4:]
	if uint64(n)*uint64(size) > uint64(len(p.b)) {
		return 0, errShort
	}
	return int(n), nil
}

func (p *wkbParser) geometry(depth int) (orb.Geometry, *problem) {
	if depth > maxDepth {
		return nil, errNesting
	}
	typ, bad := p.header()
	if bad != nil {
		return nil, bad
	}
	switch typ {
	case wkbPoint:
		return p.point()
	case wkbLine:
		points, bad := p.points()
		return orb.LineString(points), bad
	case wkbPolygon:
		return p.polygon()
	case wkbMultiPoint, wkbMultiLine, wkbMultiPolygon, wkbCollection:
		return p.multi(typ, depth)
	}
	return nil, errCurve
}

func (p *wkbParser) point() (orb.Geometry, *problem) {
	if len(p.b) < 8*p.dims {
		return nil, errShort
	}
	at := p.position()
	return at, nil
}

// position reads the first two numbers of a position and passes the others.
func (p *wkbParser) position() orb.Point {
	at := orb.Point{math.Float64frombits(p.order.Uint64(p.b)), math.Float64frombits(p.order.Uint64(p.b[8:]))}
	p.b = p.b[8*p.dims:]
	return at
}

func (p *wkbParser) points() ([]orb.Point, *problem) {
	n, bad := p.count(8 * p.dims)
	if bad != nil {
		return nil, bad
	}
	points := make([]orb.Point, n)
	for i := range points {
		points[i] = p.position()
	}
	return points, nil
}

// polygon reads rings; those without points are left out.
func (p *wkbParser) polygon() (orb.Geometry, *problem) {
	n, bad := p.count(4)
	if bad != nil {
		return nil, bad
	}
	polygon := make(orb.Polygon, 0, min(n, 1024))
	for range n {
		ring, bad := p.points()
		if bad != nil {
			return nil, bad
		}
		if len(ring) > 0 {
			polygon = append(polygon, ring)
		}
	}
	return polygon, nil
}

// multi reads parts, which must be of the type's own kind; empty ones are
// left out.
func (p *wkbParser) multi(typ uint32, depth int) (orb.Geometry, *problem) {
	n, bad := p.count(9)
	if bad != nil {
		return nil, bad
	}
	var points orb.MultiPoint
	var lines orb.MultiLineString
	var polygons orb.MultiPolygon
	var collection orb.Collection
	order := p.order
	for range n {
		g, bad := p.geometry(depth + 1)
		if bad != nil {
			return nil, bad
		}
		if empty(g) {
			continue
		}
		fits := true
		switch typ {
		case wkbMultiPoint:
			var part orb.Point
			part, fits = g.(orb.Point)
			points = append(points, part)
		case wkbMultiLine:
			var part orb.LineString
			part, fits = g.(orb.LineString)
			lines = append(lines, part)
		case wkbMultiPolygon:
			var part orb.Polygon
			part, fits = g.(orb.Polygon)
			polygons = append(polygons, part)
		default:
			collection = append(collection, g)
		}
		if !fits {
			return nil, errNesting
		}
	}
	p.order = order
	switch typ {
	case wkbMultiPoint:
		return points, nil
	case wkbMultiLine:
		return lines, nil
	case wkbMultiPolygon:
		return polygons, nil
	}
	return collection, nil
}
