package gpkgfile

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"hearthmap/importers"
)

// record makes a record of the cells. Its values share one string.
func (r *rows) record() (importers.Record, error) {
	row := r.count
	if key, ok := r.cells[0].(int64); ok {
		row = key
	}
	r.scratch, r.ends = r.scratch[:0], r.ends[:0]
	var reject *importers.Reject
	for i, c := range r.layer.columns {
		from := len(r.scratch)
		r.scratch = appendValue(r.scratch, r.cells[i+1], c.typ)
		if reject == nil && damaged(r.scratch[from:]) {
			reject = &importers.Reject{
				Row: row, Column: c.name, Code: importers.RejectEncoding, Reason: "the value holds bytes that are no characters of UTF-8",
				Suggestion: "type the damaged characters again, or export the layer again with its right encoding",
			}
		}
		r.ends = append(r.ends, len(r.scratch))
	}
	var geometry orb.Geometry
	if r.layer.geometry != "" {
		var problem *problem
		if geometry, problem = r.geometry(); problem != nil && reject == nil {
			reject = &importers.Reject{Row: row, Code: importers.RejectGeometry, Reason: problem.reason, Suggestion: problem.suggestion}
		}
	}
	if reject != nil || r.values == nil {
		r.values = make([]string, len(r.names))
	}
	all, from := string(r.scratch), 0
	for i, end := range r.ends {
		r.values[i] = all[from:end]
		from = end
	}
	rec := importers.Record{Row: row, Names: r.names, Values: r.values, Geometry: geometry}
	if reject != nil {
		r.values = nil
		return importers.Record{}, &importers.RowError{Reject: *reject, Record: rec}
	}
	return rec, nil
}

// geometry reads the shape of the current row; nil when there is none.
func (r *rows) geometry() (orb.Geometry, *problem) {
	n := len(r.cells)
	switch g := r.cells[n-2].(type) {
	case []byte:
		return parseBlob(g, &r.seen)
	case nil:
		if length, ok := r.cells[n-1].(int64); ok && length > 0 {
			return nil, &problem{"the shape is larger than 32 MiB", "simplify it in a GIS"}
		}
		return nil, nil
	}
	return nil, &problem{"the shape is no GeoPackage geometry", mend}
}

// appendValue writes a value as text; NULL is empty.
func appendValue(dst []byte, v any, typ string) []byte {
	switch v := v.(type) {
	case nil:
		return dst
	case int64:
		if typ == "BOOLEAN" && (v == 0 || v == 1) {
			return strconv.AppendBool(dst, v == 1)
		}
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return strconv.AppendFloat(dst, v, 'g', -1, 64)
	case string:
		return append(dst, v...)
	case bool:
		return strconv.AppendBool(dst, v)
	case time.Time:
		return v.AppendFormat(dst, time.RFC3339Nano)
	case []byte:
		if strings.Contains(typ, "BLOB") || !utf8.Valid(v) {
			return base64.StdEncoding.AppendEncode(dst, v)
		}
		return append(dst, v...)
	}
	return dst
}

func damaged(text []byte) bool {
	for i, c := range text {
		if c >= utf8.RuneSelf {
			rest := text[i:]
			return !utf8.Valid(rest) || strings.ContainsRune(string(rest), utf8.RuneError)
		}
	}
	return false
}
