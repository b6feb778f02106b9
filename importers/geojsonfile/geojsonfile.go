// Package geojsonfile reads GeoJSON (RFC 7946): a FeatureCollection of any
// length in bounded memory, a single Feature, or a bare geometry.
//
// One broken feature spoils itself only; broken brackets end the file, for
// nobody can tell what follows.
package geojsonfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"hearthmap/geo/crs"
	"hearthmap/household"
	"hearthmap/importers"
)

// Format describes GeoJSON files to importers.Run.
func Format() importers.Format {
	return importers.Format{
		Name:       "geojson",
		Extensions: []string{".geojson", ".json"},
		Kinds: []importers.Kind{
			importers.Areas, importers.Compounds, importers.Streets, importers.Buildings, importers.Facilities,
		},
		Sniff: func(head []byte) bool {
			head = bytes.TrimLeft(bytes.TrimPrefix(head, bom), " \t\r\n")
			return len(head) > 0 && head[0] == '{'
		},
		OpenReader: func(path string, o importers.FileOptions) (importers.Reader, error) { return Open(path, o) },
	}
}

var bom = []byte("\xEF\xBB\xBF")

// Reader reads one file. It implements importers.CRSReader; a record's Row is
// the number of the feature, from 1.
type Reader struct {
	file io.Closer
	size int64
	opts importers.FileOptions
	scan *scanner

	sequence bool // by the file's name
	state    state
	delim    byte              // of texts in a sequence
	typ      string            // of the root
	members  map[string][]byte // of a root that is no collection
	held     int               // bytes in members
	hasList  bool
	row      int64
	begun    bool  // what stands before the first feature was read
	beginErr error // with this outcome
	crs      crs.CRS
	hasCRS   bool
	finished error

	parser parser
	names  []string // of the last feature
	values []string
	keys   []string
	ends   []int
	text   []byte
}

type state uint8

const (
	atStart state = iota
	inRoot
	inList
	inSequence
)

// Open opens the file. Errors are *household.Error.
func Open(path string, o importers.FileOptions) (*Reader, error) {
	const op = "geojsonfile.Open"
	f, err := os.Open(path)
	if err != nil {
		return nil, household.Errorf(household.Invalid, op, "cannot open the file: %w", err).
			WithHint("check its name and that you may read it")
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, household.Errorf(household.Invalid, op, "cannot read the file: %w", err)
	}
	r := newReader(f, info.Size(), o)
	r.sequence = sequenceName(path)
	r.file = f
	return r, nil
}

func newReader(in io.Reader, size int64, o importers.FileOptions) *Reader {
	return &Reader{size: size, opts: o, scan: newScanner(in), members: map[string][]byte{}}
}

// Progress returns the bytes read and the size of the file.
func (r *Reader) Progress() (read, total int64) {
	return min(r.scan.read.Load(), r.size), r.size
}

// Close closes the file.
func (r *Reader) Close() error {
	r.finished = errors.New("geojsonfile: the reader is closed")
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}

// Next returns the next feature; see importers.Reader.
func (r *Reader) Next() (importers.Record, error) {
	if r.finished != nil {
		return importers.Record{}, r.finished
	}
	rec, err := r.next()
	var row *importers.RowError
	var ours *household.Error
	switch {
	case err == nil || errors.As(err, &row):
		return rec, err
	case errors.Is(err, io.EOF) || errors.As(err, &ours):
	default:
		ours = household.Errorf(household.Invalid, "geojsonfile.Next", "the file is not valid GeoJSON: line %d: %w", r.scan.lines, err).
			WithHint("check the file with a GeoJSON validator, or export it again")
		err = ours
	}
	r.finished = err
	return importers.Record{}, err
}

// CRS returns the system of the member crs, where it stands before the
// features; false when there is none, or it is WGS 84.
func (r *Reader) CRS() (crs.CRS, bool) {
	r.begin()
	return r.crs, r.hasCRS
}

// begin reads what stands before the first feature.
func (r *Reader) begin() {
	if r.begun {
		return
	}
	r.begun = true
	if r.beginErr = r.start(); r.beginErr == nil && r.state == inRoot {
		r.beginErr = r.root()
	}
}

func (r *Reader) next() (importers.Record, error) {
	r.begin()
	err := r.beginErr
	r.beginErr = nil
	if err == nil && r.state == inRoot {
		err = r.root()
	}
	switch {
	case errors.Is(err, io.EOF) && r.state == inRoot:
		return r.end()
	case err != nil:
		return importers.Record{}, err
	case r.state == inSequence:
		return r.nextText()
	}
	raw, err := r.scan.value(maxValue)
	r.row++
	if err != nil && !errors.Is(err, errTooLong) {
		return importers.Record{}, err
	}
	rec, rowErr := r.judge(raw, err)
	if err := r.afterElement(); err != nil {
		return importers.Record{}, err
	}
	return rec, rowErr
}

// judge reads the feature, of which value returned err.
func (r *Reader) judge(raw []byte, err error) (importers.Record, error) {
	var rec importers.Record
	if err != nil {
		err = bad(importers.RejectSyntax, "the feature is longer than 8 MiB", "simplify its geometry")
	} else {
		rec, err = r.feature(raw)
	}
	rec.Row = r.row
	var f *featureError
	if errors.As(err, &f) {
		return importers.Record{}, &importers.RowError{
			Reject: importers.Reject{Row: r.row, Code: f.code, Reason: f.reason, Suggestion: f.suggestion},
			Record: importers.Record{Row: r.row, Names: rec.Names, Values: append([]string(nil), rec.Values...), Geometry: rec.Geometry},
		}
	}
	return rec, err
}

// start reads up to the root's first member.
func (r *Reader) start() error {
	const op = "geojsonfile.Next"
	if _, err := r.scan.peek(); err == nil && bytes.HasPrefix(r.scan.buf[r.scan.pos:], bom) {
		r.scan.pos += len(bom)
	}
	c, err := r.scan.peek()
	switch {
	case errors.Is(err, io.EOF):
		return household.Errorf(household.Invalid, op, "the file is empty").WithHint("check that the export ended well")
	case err != nil:
		return err
	case c == recordSeparator || r.sequence:
		r.startSequence(c)
		return nil
	case c != '{':
		return household.Errorf(household.Invalid, op, "the file is not GeoJSON: it holds no object").
			WithHint("a GeoJSON file begins with {\"type\": \"FeatureCollection\"")
	}
	r.scan.pos++
	r.state = inRoot
	if c, err := r.scan.peek(); err == nil && c == '}' {
		r.scan.pos++
		return notGeoJSON("has no type")
	}
	return nil
}

func notGeoJSON(what string) error {
	return household.Errorf(household.Invalid, "geojsonfile.Next", "the file is not GeoJSON: its object %s", what).
		WithHint("write a FeatureCollection, a Feature or a geometry of RFC 7946")
}

// root reads the root's members up to the first feature; io.EOF at its end.
func (r *Reader) root() error {
	for {
		raw, err := r.scan.value(maxValue)
		if err != nil {
			return err
		}
		p := parser{b: raw}
		if p.next() != '"' {
			return errors.New("a member's name is wanted")
		}
		key, err := p.text()
		if err != nil {
			return err
		}
		if err := r.scan.expect(':'); err != nil {
			return err
		}
		if key == "features" && (r.typ == "" || r.typ == "FeatureCollection") {
			if r.hasList {
				return notGeoJSON("has its features twice")
			}
			found, err := r.openList()
			if found || err != nil {
				return err
			}
		} else if err := r.member(key); err != nil {
			return err
		}
		if err := r.afterMember(); err != nil {
			return err
		}
	}
}

// openList goes to the first feature, if there is one.
func (r *Reader) openList() (found bool, err error) {
	c, err := r.scan.peek()
	if err != nil {
		return false, cut(err)
	}
	if c != '[' {
		return false, notGeoJSON("has features that are no list")
	}
	r.scan.pos++
	r.hasList = true
	if c, err = r.scan.peek(); err != nil {
		return false, cut(err)
	}
	if c == ']' {
		r.scan.pos++
		return false, nil
	}
	r.state = inList
	return true, nil
}

// member reads the value of a root's member and keeps it when it may be
// needed.
func (r *Reader) member(key string) error {
	switch key {
	case "type", "crs", "geometry", "properties", "coordinates", "geometries", "id":
	default:
		return r.scan.skip()
	}
	raw, err := r.scan.value(maxValue - r.held)
	if errors.Is(err, errTooLong) {
		return household.Errorf(household.Invalid, "geojsonfile.Next", "the file's only feature is longer than 8 MiB").
			WithHint("simplify its geometry")
	}
	if err != nil {
		return err
	}
	if _, twice := r.members[key]; twice {
		return notGeoJSON("has the member " + key + " twice")
	}
	r.held += len(raw)
	r.members[key] = bytes.Clone(raw)
	switch key {
	case "type":
		p := parser{b: raw}
		if r.typ, err = p.text(); err != nil || r.typ == "" {
			return notGeoJSON("has a type that is no text")
		}
		if !rootTypes[r.typ] {
			return notGeoJSON("has a type that GeoJSON does not know (upper and lower case count)")
		}
	case "crs":
		return r.checkCRS(raw)
	}
	return nil
}

var rootTypes = map[string]bool{
	"FeatureCollection": true, "Feature": true, "Point": true, "MultiPoint": true, "LineString": true,
	"MultiLineString": true, "Polygon": true, "MultiPolygon": true, "GeometryCollection": true,
}

func (r *Reader) afterMember() error {
	c, err := r.scan.peek()
	if err != nil {
		return cut(err)
	}
	r.scan.pos++
	switch c {
	case ',':
		return nil
	case '}':
		return io.EOF
	}
	r.scan.pos--
	return errors.New("a comma or } is wanted behind a member")
}

// afterElement goes to the next feature, or back to the root.
func (r *Reader) afterElement() error {
	c, err := r.scan.peek()
	if err != nil {
		return cut(err)
	}
	r.scan.pos++
	switch c {
	case ',':
		return nil
	case ']':
		r.state = inRoot
		return r.backInRoot()
	}
	r.scan.pos--
	return errors.New("a comma or ] is wanted behind a feature")
}

// backInRoot goes on behind the list of features. The end of the root is
// remembered, so that the last feature is returned first.
func (r *Reader) backInRoot() error {
	err := r.afterMember()
	if errors.Is(err, io.EOF) {
		return r.finishCollection()
	}
	return err
}

// finishCollection checks the whole once its last feature was read.
func (r *Reader) finishCollection() error {
	if _, err := r.end(); !errors.Is(err, io.EOF) {
		return err
	}
	r.finished = io.EOF
	return nil
}

// end is called behind the root. It returns the only record of a root that
// is no collection, else io.EOF.
func (r *Reader) end() (importers.Record, error) {
	if c, err := r.scan.peek(); err == nil {
		if r.typ == "Feature" && c == '{' && r.row == 0 && r.scan.lines == 2 { // features, one a line
			r.startSequence(c)
			r.row = 1
			return r.judge(r.assemble(), nil)
		}
		return importers.Record{}, fmt.Errorf("%q follows the end of the object", c)
	}
	r.finished = io.EOF
	switch {
	case r.typ == "FeatureCollection" && r.hasList:
		return importers.Record{}, io.EOF
	case r.typ == "FeatureCollection":
		return importers.Record{}, notGeoJSON("has no features")
	case r.typ == "":
		return importers.Record{}, notGeoJSON("has no type")
	case r.row > 0:
		return importers.Record{}, notGeoJSON("has features and is no FeatureCollection")
	}
	r.row = 1
	return r.judge(r.assemble(), nil)
}

// assemble puts the kept members of a single feature or geometry together.
func (r *Reader) assemble() []byte {
	var b bytes.Buffer
	object := func(keys ...string) {
		b.WriteByte('{')
		first := true
		for _, k := range keys {
			if v, ok := r.members[k]; ok {
				if !first {
					b.WriteByte(',')
				}
				first = false
				b.WriteString(`"` + k + `":`)
				b.Write(v)
			}
		}
		b.WriteByte('}')
	}
	if r.typ == "Feature" {
		object("type", "id", "properties", "geometry")
		return b.Bytes()
	}
	b.WriteString(`{"type":"Feature","geometry":`)
	object("type", "coordinates", "geometries")
	b.WriteByte('}')
	return b.Bytes()
}

var epsg = regexp.MustCompile(`EPSG:(?:[0-9.]*:)?([0-9]{4,6})"`)

// checkCRS reads the crs member of older files, unless the user has named the
// system.
func (r *Reader) checkCRS(raw []byte) error {
	if r.opts.CRSGiven || string(raw) == "null" {
		return nil
	}
	text := strings.ToUpper(string(raw))
	if strings.Contains(text, `CRS84"`) {
		return nil
	}
	hint := "name it with --crs: %s; if the file is wrong about itself, --crs EPSG:4326 overrides it"
	found := epsg.FindStringSubmatch(text)
	if found == nil {
		return household.Errorf(household.Invalid, "geojsonfile.Next", "the file's crs names no reference system by its EPSG code").WithHint(hint, crs.Accepted)
	}
	own, err := crs.Parse("EPSG:" + found[1])
	switch {
	case err != nil:
		return household.Errorf(household.Invalid, "geojsonfile.Next", "the file names a reference system that is not read: EPSG:%s", found[1]).WithHint(hint, crs.Accepted)
	case own.Same(crs.CRS{}):
		return nil
	case r.row > 0:
		return household.Errorf(household.Invalid, "geojsonfile.Next", "the file names its reference system, EPSG:%s, behind its features", found[1]).WithHint(hint, crs.Accepted)
	}
	r.crs, r.hasCRS = own, true
	return nil
}
