package postgis

import (
	"encoding/binary"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"hearthmap/importers"
)

// rows collects rows in PostgreSQL's binary COPY format, without its header
// and trailer. A row that turns out unfit is dropped as a whole.
type rows struct {
	buf   []byte
	start int // of the row under way
	bad   *importers.Reject
}

// copyHeader begins a binary COPY; copyTrailer ends it.
var (
	copyHeader  = []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	copyTrailer = []byte{0xff, 0xff}
)

// pgEpoch is day 0 of PostgreSQL's dates.
var pgEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// begin starts a row of so many columns, the first two being the item's
// number in the load and its row in the file.
func (r *rows) begin(columns int, n, row int64) {
	r.start, r.bad = len(r.buf), nil
	r.buf = binary.BigEndian.AppendUint16(r.buf, uint16(columns))
	r.int8(n)
	r.int8(row)
}

// end keeps the row, or drops it and says why.
func (r *rows) end() *importers.Reject {
	if r.bad != nil {
		r.buf = r.buf[:r.start]
	}
	return r.bad
}

// reject marks the row under way as unfit; the first reason stays.
func (r *rows) reject(column string, code importers.RejectCode, reason, suggestion string) {
	if r.bad == nil {
		r.bad = &importers.Reject{Column: column, Code: code, Reason: reason, Suggestion: suggestion}
	}
}

func (r *rows) length(n int) { r.buf = binary.BigEndian.AppendUint32(r.buf, uint32(n)) }

func (r *rows) null() { r.buf = append(r.buf, 0xff, 0xff, 0xff, 0xff) }

func (r *rows) int8(v int64) {
	r.length(8)
	r.buf = binary.BigEndian.AppendUint64(r.buf, uint64(v))
}

// int8OrNull writes 0 as NULL.
func (r *rows) int8OrNull(v int64) {
	if v == 0 {
		r.null()
		return
	}
	r.int8(v)
}

func (r *rows) int4(v int32) {
	r.length(4)
	r.buf = binary.BigEndian.AppendUint32(r.buf, uint32(v))
}

func (r *rows) int2(v int16) {
	r.length(2)
	r.buf = binary.BigEndian.AppendUint16(r.buf, uint16(v))
}

func (r *rows) float4(column string, v float32) {
	if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) || v < 0 {
		r.reject(column, importers.RejectValue, "the number is negative or none at all", "leave it empty where it is not known")
	}
	r.length(4)
	r.buf = binary.BigEndian.AppendUint32(r.buf, math.Float32bits(v))
}

func (r *rows) bool(v bool) {
	r.length(1)
	b := byte(0)
	if v {
		b = 1
	}
	r.buf = append(r.buf, b)
}

// text writes a string. The database takes neither broken UTF-8 nor NUL.
func (r *rows) text(column, s string) {
	if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
		r.reject(column, importers.RejectEncoding, "the text holds bytes that are no characters", "name the file's encoding with --encoding")
	}
	r.length(len(s))
	r.buf = append(r.buf, s...)
}

// key is text that must not be empty.
func (r *rows) key(column, s string) {
	if s == "" {
		r.reject(column, importers.RejectMissing, "the value is missing", "fill it in")
	}
	r.text(column, s)
}

// bytea writes bytes, nil as NULL.
func (r *rows) bytea(b []byte) {
	if b == nil {
		r.null()
		return
	}
	r.length(len(b))
	r.buf = append(r.buf, b...)
}

// date writes the day of t, the zero time as NULL.
func (r *rows) date(t time.Time) {
	if t.IsZero() {
		r.null()
		return
	}
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	r.int4(int32(day.Sub(pgEpoch).Hours() / 24))
}

// OIDs of the element types of arrays.
const (
	oidInt8 = 20
	oidText = 25
)

func (r *rows) arrayHeader(elem uint32, n, bytes int) {
	if n == 0 {
		r.length(12)
		r.buf = append(r.buf, 0, 0, 0, 0, 0, 0, 0, 0) // no dimensions, no nulls
		r.buf = binary.BigEndian.AppendUint32(r.buf, elem)
		return
	}
	r.length(20 + bytes)
	r.buf = append(r.buf, 0, 0, 0, 1, 0, 0, 0, 0)
	r.buf = binary.BigEndian.AppendUint32(r.buf, elem)
	r.buf = binary.BigEndian.AppendUint32(r.buf, uint32(n))
	r.buf = append(r.buf, 0, 0, 0, 1) // lower bound
}

func (r *rows) textArray(column string, list []string) {
	bytes := 0
	for _, s := range list {
		bytes += 4 + len(s)
	}
	r.arrayHeader(oidText, len(list), bytes)
	for _, s := range list {
		r.text(column, s)
	}
}

// int8Array writes numbers, nil as NULL.
func (r *rows) int8Array(list []int64) {
	if list == nil {
		r.null()
		return
	}
	r.arrayHeader(oidInt8, len(list), 12*len(list))
	for _, v := range list {
		r.int8(v)
	}
}

// geometry writes an EWKB. Shapes that PostGIS would refuse are rejected
// here: in a COPY they would end the whole load.
func (r *rows) geometry(g orb.Geometry) {
	if why := unfit(g); why != "" {
		r.reject("geometry", importers.RejectGeometry, why, "mend the shape in the program that drew it")
		r.null()
		return
	}
	at := len(r.buf)
	r.length(0)
	b, err := appendGeom(r.buf, g)
	if err != nil {
		r.reject("geometry", importers.RejectGeometry, "the shape is of a kind that cannot be stored", "use a point, line or polygon")
		return
	}
	r.buf = b
	binary.BigEndian.PutUint32(r.buf[at:], uint32(len(b)-at-4))
}

// unfit says why PostGIS would refuse the geometry, or "".
func unfit(g orb.Geometry) string {
	switch g := g.(type) {
	case nil:
		return "the shape is missing"
	case orb.Point:
		return unfitPoints([]orb.Point{g}, 1)
	case orb.LineString:
		return unfitPoints(g, 2)
	case orb.MultiLineString:
		return unfitParts(g, func(l orb.LineString) string { return unfitPoints(l, 2) })
	case orb.Polygon:
		return unfitParts(g, unfitRing)
	case orb.MultiPolygon:
		return unfitParts(g, func(p orb.Polygon) string { return unfitParts(p, unfitRing) })
	}
	return "the shape is of a kind that cannot be stored"
}

func unfitParts[T any](parts []T, one func(T) string) string {
	if len(parts) == 0 {
		return "the shape is empty"
	}
	for _, p := range parts {
		if why := one(p); why != "" {
			return why
		}
	}
	return ""
}

func unfitRing(ring orb.Ring) string {
	if len(ring) > 0 && ring[0] != ring[len(ring)-1] {
		return "the shape has a ring that is not closed"
	}
	return unfitPoints(ring, 4)
}

func unfitPoints(list []orb.Point, least int) string {
	if len(list) < least {
		return "the shape has too few points"
	}
	for _, p := range list {
		// The negated form catches NaN too.
		if !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) {
			return "the shape has coordinates outside the world"
		}
	}
	return ""
}
