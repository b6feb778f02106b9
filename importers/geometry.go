package importers

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"hearthmap/geo/crs"
)

// problem is what is wrong with a geometry.
type problem struct {
	code               RejectCode
	reason, suggestion string
}

// closeGap is the gap in degrees (about a centimetre) between the first and
// last point of a ring that is closed in silence: rounding, not a mistake.
const closeGap = 1e-7

// judgeGeometry converts g to WGS 84 and checks it. Polygons come out closed,
// their outer rings counterclockwise and holes clockwise (RFC 7946), without
// spikes, lines without repeated points; what was mended so is counted in m.
// Outlines that cross themselves are rejected: there is more than one way to
// mend them. g itself is changed.
func judgeGeometry(g orb.Geometry, c crs.CRS, m *mends) (orb.Geometry, *problem) {
	switch g := g.(type) {
	case orb.Point:
		p, bad := judgePoint(g, c)
		return p, bad
	case orb.MultiPoint:
		if len(g) == 1 {
			return judgeGeometry(g[0], c, m)
		}
	case orb.LineString:
		l, bad := judgeLine(g, c)
		return l, bad
	case orb.MultiLineString:
		for i := range g {
			var bad *problem
			if g[i], bad = judgeLine(g[i], c); bad != nil {
				return nil, bad
			}
		}
		if len(g) > 0 {
			return g, nil
		}
	case orb.Polygon:
		p, bad := judgePolygon(g, c, m)
		return p, bad
	case orb.MultiPolygon:
		for i := range g {
			var bad *problem
			if g[i], bad = judgePolygon(g[i], c, m); bad != nil {
				return nil, bad
			}
		}
		if len(g) > 0 {
			return g, nil
		}
	case orb.Ring:
		return judgeGeometry(orb.Polygon{g}, c, m)
	}
	return nil, &problem{RejectGeometry, "the geometry is empty or of a kind that is not read here", "use a point, a line or a polygon"}
}

func judgePoint(p orb.Point, c crs.CRS) (orb.Point, *problem) {
	in := p
	p = c.ToWGS84(p)
	switch {
	case math.IsNaN(p[0]) || math.IsNaN(p[1]) || math.IsInf(p[0], 0) || math.IsInf(p[1], 0):
		return p, &problem{RejectCoordinates, "the coordinates are no numbers, or outside their reference system", "check --crs"}
	case in[0] == 0 && in[1] == 0:
		return p, &problem{RejectCoordinates, "the coordinates are 0, 0", "fill in the real place"}
	case p[1] < -90 || p[1] > 90 || p[0] < -180 || p[0] > 180:
		if p[1] >= -180 && p[1] <= 180 && p[0] >= -90 && p[0] <= 90 {
			return p, &problem{RejectCoordinates, "the latitude is beyond 90 degrees", "longitude and latitude look swapped"}
		}
		if math.Abs(in[0]) > 1000 {
			return p, &problem{RejectCoordinates, "the coordinates are not degrees", "they look like metres: name their system with --crs, such as EPSG:4549"}
		}
		return p, &problem{RejectCoordinates, "the coordinates are outside the world", "longitude is -180 to 180, latitude -90 to 90"}
	}
	return p, nil
}

// judgePoints converts points in place and drops repeated ones.
func judgePoints(ps []orb.Point, c crs.CRS) ([]orb.Point, *problem) {
	out := ps[:0]
	for _, p := range ps {
		q, bad := judgePoint(p, c)
		if bad != nil {
			return nil, bad
		}
		if len(out) == 0 || out[len(out)-1] != q {
			out = append(out, q)
		}
	}
	return out, nil
}

func judgeLine(l orb.LineString, c crs.CRS) (orb.LineString, *problem) {
	l, bad := judgePoints(l, c)
	if bad != nil {
		return nil, bad
	}
	if len(l) < 2 {
		return nil, &problem{RejectGeometry, "the line has fewer than two points", "draw it anew or remove it"}
	}
	return l, nil
}

func judgePolygon(p orb.Polygon, c crs.CRS, m *mends) (orb.Polygon, *problem) {
	if len(p) == 0 {
		return nil, &problem{RejectGeometry, "the polygon has no ring", "draw it anew or remove it"}
	}
	var mended mending
	for i := range p {
		ring, bad := judgeRing(p[i], c, &mended)
		if bad != nil {
			return nil, bad
		}
		want := orb.CCW
		if i > 0 {
			want = orb.CW
			if b := p[0].Bound(); !b.Contains(ring.Bound().Min) || !b.Contains(ring.Bound().Max) {
				return nil, &problem{RejectGeometry, "a hole of the polygon lies outside of it", "draw the parts as a MultiPolygon"}
			}
		}
		if ring.Orientation() != want {
			ring.Reverse()
			mended.turned = true
		}
		p[i] = ring
	}
	m.count(mended)
	return p, nil
}

func judgeRing(ring orb.Ring, c crs.CRS, mended *mending) (orb.Ring, *problem) {
	n := len(ring)
	ring, bad := judgePoints(ring, c)
	if bad != nil {
		return nil, bad
	}
	mended.repeated = mended.repeated || len(ring) < n
	if n < 4 || len(ring) < 3 {
		return nil, &problem{RejectGeometry, "a ring of the polygon has fewer than four points", "draw it anew or remove it"}
	}
	first, last := ring[0], ring[len(ring)-1]
	if first != last {
		if math.Abs(first[0]-last[0]) > closeGap || math.Abs(first[1]-last[1]) > closeGap {
			ring = append(ring, first)
			mended.closed = true
		} else {
			ring[len(ring)-1] = first
		}
	}
	before := len(ring)
	ring = cutSpikes(ring)
	mended.spikes = mended.spikes || len(ring) < before
	if len(ring) < 4 || ring.Orientation() == 0 {
		return nil, &problem{RejectGeometry, "a ring of the polygon encloses no ground", "draw it anew or remove it"}
	}
	switch crosses, ok := selfIntersects(ring); {
	case !ok:
		return nil, &problem{RejectGeometry, "the polygon's outline is too tangled to be checked", "simplify it in a GIS"}
	case crosses:
		return nil, &problem{RejectGeometry, "the polygon's outline crosses or touches itself", "mend it in a GIS, for instance with QGIS: Fix geometries"}
	}
	return ring, nil
}

// parseWKT reads well-known text, with or without an SRID before it.
func parseWKT(s string) (g orb.Geometry, err error) {
	defer func() { // the parser is another's, and the text anybody's
		if recover() != nil {
			g, err = nil, errors.New("not WKT")
		}
	}()
	if i := strings.IndexByte(s, ';'); i > 0 && len(s) > 5 && strings.EqualFold(s[:5], "SRID=") {
		s = s[i+1:]
	}
	if strings.Count(s, "(") > 100000 {
		return nil, errors.New("too many parts")
	}
	return wkt.Unmarshal(s)
}

// geometryCode makes a code for things that have none: the prefix and a hash
// of its judged coordinates, so that the same file gives the same codes.
func geometryCode(prefix string, g orb.Geometry) string {
	h := sha256.New()
	var b [16]byte
	point := func(p orb.Point) {
		binary.LittleEndian.PutUint64(b[:8], math.Float64bits(p[0]))
		binary.LittleEndian.PutUint64(b[8:], math.Float64bits(p[1]))
		h.Write(b[:])
	}
	h.Write([]byte(g.GeoJSONType()))
	switch g := g.(type) {
	case orb.Point:
		point(g)
	case orb.LineString:
		for _, p := range g {
			point(p)
		}
	case orb.MultiLineString:
		for _, l := range g {
			h.Write([]byte{0})
			for _, p := range l {
				point(p)
			}
		}
	case orb.MultiPolygon:
		for _, pg := range g {
			h.Write([]byte{1})
			for _, ring := range pg {
				h.Write([]byte{0})
				for _, p := range ring {
					point(p)
				}
			}
		}
	}
	return prefix + "-" + hex.EncodeToString(h.Sum(nil)[:8])
}

func multiPolygon(g orb.Geometry) (orb.MultiPolygon, bool) {
	switch g := g.(type) {
	case orb.Polygon:
		return orb.MultiPolygon{g}, true
	case orb.MultiPolygon:
		return g, true
	}
	return nil, false
}

func multiLine(g orb.Geometry) (orb.MultiLineString, bool) {
	switch g := g.(type) {
	case orb.LineString:
		return orb.MultiLineString{g}, true
	case orb.MultiLineString:
		return g, true
	}
	return nil, false
}
