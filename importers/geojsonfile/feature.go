package geojsonfile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/paulmach/orb"

	"hearthmap/importers"
)

// featureError says why a feature was not read.
type featureError struct {
	code               importers.RejectCode
	reason, suggestion string
}

func (e *featureError) Error() string { return e.reason }

func bad(code importers.RejectCode, reason, suggestion string) error {
	return &featureError{code, reason, suggestion}
}

// feature reads a Feature object. Its property names are the last feature's
// own slice when they are the same.
func (r *Reader) feature(raw []byte) (importers.Record, error) {
	p := &r.parser
	p.b, p.i = raw, 0
	if p.next() != '{' {
		return importers.Record{}, bad(importers.RejectSyntax, "the feature is not an object", "")
	}
	var rec importers.Record
	var typ string
	var geometry []byte
	err := p.members(func(key []byte) (err error) {
		switch string(key) {
		case "type":
			typ, err = p.text()
		case "properties":
			rec.Names, rec.Values, err = r.properties()
		case "geometry":
			geometry, err = p.raw()
		case "id":
			if c := p.next(); c == '{' || c == '[' || c == 't' || c == 'f' {
				return bad(importers.RejectSyntax, "the feature's id is neither a text nor a number", "")
			}
			err = p.skip()
		default:
			err = p.skip()
		}
		return err
	})
	switch {
	case err != nil:
		return rec, syntax(err)
	case p.next() != 0:
		return rec, syntax(errSyntax)
	case typ != "Feature":
		return rec, bad(importers.RejectSyntax, "the feature's type is not Feature", `write "type": "Feature"`)
	}
	for i, v := range rec.Values {
		if strings.ContainsRune(v, '\uFFFD') {
			return rec, bad(importers.RejectEncoding, "the property at place "+fmt.Sprint(i+1)+" holds bytes that are no characters",
				"write the file as UTF-8")
		}
	}
	if geometry != nil {
		rec.Geometry, err = r.geometry(geometry)
	}
	return rec, syntax(err)
}

// syntax makes an error of the parser one of the feature.
func syntax(err error) error {
	var f *featureError
	if err == nil || errors.As(err, &f) {
		return err
	}
	return bad(importers.RejectSyntax, err.Error(), "check the file with a GeoJSON validator")
}

// text consumes a string; any other value gives "".
func (p *parser) text() (string, error) {
	if p.next() != '"' {
		return "", p.skip()
	}
	p.scratch = p.scratch[:0]
	err := p.str()
	return string(p.scratch), err
}

// properties reads the properties object: names in the file's order, values
// as text (numbers as written, null empty, arrays and objects as JSON).
func (r *Reader) properties() ([]string, []string, error) {
	p := &r.parser
	if p.next() == 'n' {
		return nil, nil, p.skip()
	}
	if p.next() != '{' {
		return nil, nil, bad(importers.RejectSyntax, "the feature's properties are not an object", `write "properties": {…} or null`)
	}
	r.keys, r.ends, r.text = r.keys[:0], r.ends[:0], r.text[:0]
	same := true
	err := p.members(func(key []byte) error {
		n := len(r.ends)
		if same && n < len(r.names) && r.names[n] == string(key) {
			r.keys = append(r.keys, r.names[n])
		} else {
			same = false
			r.keys = append(r.keys, string(key))
		}
		if p.next() == '"' {
			p.scratch = p.scratch[:0]
			if err := p.str(); err != nil {
				return err
			}
			r.text = append(r.text, p.scratch...)
		} else {
			raw, err := p.raw()
			if err != nil {
				return err
			}
			if string(raw) != "null" {
				r.text = append(r.text, raw...)
			}
		}
		r.ends = append(r.ends, len(r.text))
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if !same || len(r.keys) != len(r.names) {
		if repeated(r.keys) {
			return nil, nil, bad(importers.RejectSyntax, "a property occurs twice in the feature", "keep one of them")
		}
		r.names = append([]string(nil), r.keys...)
	}
	all := string(r.text)
	values := r.values[:0]
	from := 0
	for _, end := range r.ends {
		values = append(values, all[from:end])
		from = end
	}
	r.values = values
	return r.names, values, nil
}

func repeated(keys []string) bool {
	seen := make(map[string]struct{}, len(keys))
	for _, k := range keys {
		if _, ok := seen[k]; ok {
			return true
		}
		seen[k] = struct{}{}
	}
	return false
}

// geometry reads a geometry object; null gives nil.
func (r *Reader) geometry(raw []byte) (orb.Geometry, error) {
	p := &parser{b: raw}
	return p.geometry(0)
}

const wrongShape = "check the brackets of its coordinates"

func (p *parser) geometry(depth int) (orb.Geometry, error) {
	if p.next() == 'n' {
		return nil, p.skip()
	}
	if p.next() != '{' {
		return nil, bad(importers.RejectGeometry, "the geometry is not an object", `write "geometry": {"type": …, "coordinates": …}`)
	}
	if depth > 8 {
		return nil, bad(importers.RejectGeometry, "geometry collections are nested deeper than 8 levels", "")
	}
	var typ string
	var coords, parts []byte
	err := p.members(func(key []byte) (err error) {
		switch string(key) {
		case "type":
			typ, err = p.text()
		case "coordinates":
			coords, err = p.raw()
		case "geometries":
			parts, err = p.raw()
		default:
			err = p.skip()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if typ == "GeometryCollection" {
		return collection(parts, depth)
	}
	g, err := shape(typ, coords)
	var f *featureError
	if err != nil && !errors.As(err, &f) {
		err = bad(importers.RejectGeometry, "the coordinates of the "+typ+" cannot be read: "+err.Error(), wrongShape)
	}
	if err != nil {
		return nil, err
	}
	return g, nil
}

func collection(raw []byte, depth int) (orb.Geometry, error) {
	c := orb.Collection{}
	p := &parser{b: raw}
	if p.next() != '[' {
		return nil, bad(importers.RejectGeometry, "the geometry collection has no list of geometries", "")
	}
	err := p.elements(func() error {
		g, err := p.geometry(depth + 1)
		if g != nil {
			c = append(c, g)
		}
		return err
	})
	return c, err
}

var (
	errNoList    = errors.New("a list is wanted")
	errEmptyList = errors.New("a list is empty")
)

func shape(typ string, coords []byte) (orb.Geometry, error) {
	switch typ {
	case "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon":
	default:
		return nil, bad(importers.RejectGeometry, "the geometry's type is none of GeoJSON's", "use Point, LineString, Polygon or their Multi forms")
	}
	if coords == nil {
		return nil, bad(importers.RejectGeometry, "the "+typ+" has no coordinates", "")
	}
	p := &parser{b: coords}
	switch typ {
	case "Point":
		return p.point()
	case "MultiPoint":
		ps, err := p.points()
		return orb.MultiPoint(ps), err
	case "LineString":
		ps, err := p.points()
		return orb.LineString(ps), err
	case "MultiLineString":
		ls, err := list(p, func() (orb.LineString, error) { ps, err := p.points(); return ps, err })
		return orb.MultiLineString(ls), err
	case "Polygon":
		pg, err := p.polygon()
		return pg, err
	}
	mp, err := list(p, p.polygon)
	return orb.MultiPolygon(mp), err
}

func (p *parser) polygon() (orb.Polygon, error) {
	rings, err := list(p, func() (orb.Ring, error) { ps, err := p.points(); return ps, err })
	return rings, err
}

func (p *parser) points() ([]orb.Point, error) { return list(p, p.point) }

// list reads an array of what one reads.
func list[T any](p *parser, one func() (T, error)) ([]T, error) {
	if p.next() != '[' {
		return nil, errNoList
	}
	var out []T
	if p.i+1 < len(p.b) && p.b[p.i+1] == ']' {
		return nil, errEmptyList
	}
	err := p.elements(func() error {
		t, err := one()
		out = append(out, t)
		return err
	})
	return out, err
}

// point reads a position. What follows longitude and latitude (height,
// measures) must be numbers and is dropped.
func (p *parser) point() (orb.Point, error) {
	var pt orb.Point
	if p.next() != '[' {
		return pt, errNoList
	}
	n := 0
	err := p.elements(func() error {
		f, err := p.float()
		if n < 2 {
			pt[n] = f
		}
		n++
		return err
	})
	if err == nil && n < 2 {
		err = errors.New("a position has fewer than two numbers")
	}
	return pt, err
}
