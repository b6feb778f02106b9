package importers

import (
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"hearthmap/geo/crs"
	"hearthmap/household/address"
)

// row is a record on its way to entities. Its methods note the first thing
// wrong with it in reject and return a zero value; callers look at reject
// once, at the end.
type row struct {
	Record
	layout  *layout
	crs     crs.CRS
	mapping *applied // nil: none
	mends   *mends
	ground  *ground // nil: any place will do
	reject  *Reject
	homes   *homes           // nil: addresses are not matched
	home    *address.Address // what the row was given its building by
	doubt   *Review          // its address may mean several buildings
}

// fail rejects the row because of the field; the first reason stays.
func (r *row) fail(f field, code RejectCode, reason, suggestion string) {
	if r.reject != nil {
		return
	}
	r.reject = &Reject{Row: r.Row, Sheet: r.Sheet, Code: code, Reason: reason, Suggestion: suggestion}
	if f < fieldCount && r.layout.at[f] >= 0 {
		r.reject.Column = r.layout.names[r.layout.at[f]]
	}
}

// noField is for rejects that belong to no column.
const noField = fieldCount

// raw is the value of the field, trimmed, and as the mapping has it: words
// translated, constants where the row has nothing. "" when there is none.
func (r *row) raw(f field) string {
	v := r.cell(f)
	if r.mapping == nil {
		return v
	}
	if v != "" {
		v = r.mapping.translate(f, v)
	}
	if v == "" {
		v = r.mapping.constants[f]
	}
	return v
}

// cell is the value of the field in the file, trimmed.
func (r *row) cell(f field) string {
	i := r.layout.at[f]
	if i < 0 {
		return ""
	}
	v := r.Values[i]
	if v == "" {
		return ""
	}
	if v[0] <= ' ' || v[len(v)-1] <= ' ' || v[0] >= utf8.RuneSelf || v[len(v)-1] >= utf8.RuneSelf {
		v = strings.TrimFunc(v, isSpace)
	}
	return v
}

func isSpace(c rune) bool {
	switch c {
	case ' ', '\t', '\r', '\n', '\v', '\f', 0xA0, 0x3000, 0x200B, 0xFEFF:
		return true
	}
	return false
}

// text is a text of at most 500 characters without control characters.
func (r *row) text(f field) string {
	v := r.raw(f)
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c == 0 {
			r.fail(f, RejectEncoding, "the text holds a NUL character", "remove it")
			return ""
		}
		if c < ' ' { // line breaks inside a cell
			v = strings.Join(strings.FieldsFunc(v, func(c rune) bool { return c < ' ' }), " ")
			break
		}
	}
	if len(v) > 500 && utf8.RuneCountInString(v) > 500 {
		r.fail(f, RejectValue, "the text is longer than 500 characters", "shorten it, or check that the row's fields are in their columns")
	}
	return v
}

// code is a key: half-width, at most 100 bytes.
func (r *row) code(f field) string {
	v := fold(r.text(f))
	if len(v) > 100 {
		r.fail(f, RejectValue, "the code is longer than 100 characters", "check that the row's fields are in their columns")
	}
	return v
}

// required is a code that may not be empty.
func (r *row) required(f field, what string) string {
	v := r.code(f)
	if v == "" {
		r.fail(f, RejectMissing, what+" is missing", "fill it in")
	}
	return v
}

// fold maps full-width characters to half-width ones.
func fold(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0xE3 { // U+3000 and U+FF01… begin at E3 and EF
			return strings.Map(func(c rune) rune {
				switch {
				case c >= 0xFF01 && c <= 0xFF5E:
					return c - 0xFEE0
				case c == 0x3000:
					return ' '
				}
				return c
			}, s)
		}
	}
	return s
}

// shape returns the row's geometry in WGS 84, from the format's own, wkt, or
// lon and lat. It is nil when there is none or the row is rejected.
func (r *row) shape() orb.Geometry {
	g := r.Geometry
	f := noField
	if g == nil {
		if text := r.raw(fWKT); text != "" {
			f = fWKT
			var err error
			if g, err = parseWKT(text); err != nil {
				r.fail(fWKT, RejectGeometry, "the shape is not valid WKT", "write it as POINT(lon lat) or POLYGON((lon lat, …))")
				return nil
			}
		} else if r.raw(fLon) != "" || r.raw(fLat) != "" {
			f = fLon
			lon, ok1 := r.float(fLon, "the longitude")
			lat, ok2 := r.float(fLat, "the latitude")
			if !ok1 || !ok2 {
				return nil
			}
			g = orb.Point{lon, lat}
		}
	}
	if c, ok := g.(orb.Collection); ok && len(c) == 1 {
		g = c[0]
	}
	if g == nil {
		r.fail(fLon, RejectMissing, "the place is missing", "fill in longitude and latitude, or the shape")
		return nil
	}
	out, problem := judgeGeometry(g, r.crs, r.mends)
	if problem == nil {
		problem = r.ground.judge(out)
	}
	if problem != nil {
		r.fail(f, problem.code, problem.reason, problem.suggestion)
		return nil
	}
	return out
}
