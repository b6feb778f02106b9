// Package shapefile reads ESRI shapefiles (.shp with .dbf, .shx, .prj, .cpg),
// single dBase tables (.dbf) and zip archives that hold one of either, in
// bounded memory.
//
// Formats: "ESRI Shapefile Technical Description" (July 1998) and the dBase
// III to 7 and FoxPro table headers.
package shapefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/paulmach/orb"

	"hearthmap/geo/crs"
	"hearthmap/household"
	"hearthmap/importers"
)

// Format describes shapefiles to importers.Run.
func Format() importers.Format {
	return importers.Format{
		Name:       "shapefile",
		Extensions: []string{".shp", ".dbf", ".zip"},
		Kinds: []importers.Kind{
			importers.Areas, importers.Compounds, importers.Streets, importers.Buildings,
			importers.Units, importers.Residents, importers.Facilities,
		},
		Sniff:      func(head []byte) bool { return kindOf(head) != unknownFile },
		OpenReader: Open,
		Layers:     Layers,
		Parts:      Parts,
	}
}

type fileKind uint8

const (
	unknownFile fileKind = iota
	shapeFile
	tableFile
	zipFile
)

var (
	shpMagic = []byte{0, 0, 0x27, 0x0A}
	zipMagic = []byte("PK\x03\x04")
)

// kindOf tells a file by its first bytes. An archive counts when its first
// member belongs to a shapefile, for workbooks are archives as well.
func kindOf(head []byte) fileKind {
	switch {
	case bytes.HasPrefix(head, shpMagic) && len(head) >= 32 && bytes.Equal(head[28:32], []byte{0xE8, 3, 0, 0}):
		return shapeFile
	case bytes.HasPrefix(head, zipMagic) && len(head) >= 30:
		n := int(head[26]) | int(head[27])<<8
		if name := head[30:]; n <= len(name) && partExtensions[strings.ToLower(filepath.Ext(string(name[:n])))] {
			return zipFile
		}
	case looksLikeTable(head):
		return tableFile
	}
	return unknownFile
}

// Open opens a shapefile by its .shp, a table by its .dbf, or what a .zip
// holds. Errors are *household.Error.
func Open(path string, o importers.FileOptions) (importers.Reader, error) {
	kind, err := pathKind(path)
	if err != nil {
		return nil, err
	}
	var set *fileSet
	if kind == zipFile {
		set, err = openZip(path, o)
	} else {
		set, err = openFolder(path, kind)
	}
	if err != nil {
		return nil, err
	}
	var r importers.Reader
	if set.shp != nil {
		r, err = newReader(set, o)
	} else {
		r, err = newTable(set, o)
	}
	if err != nil {
		set.close()
		return nil, err
	}
	return r, nil
}

// Parts lists the files that Open reads: .shp, .shx, .dbf, .prj and .cpg, as
// far as they are there.
func Parts(path string) ([]string, error) {
	kind, err := pathKind(path)
	if err != nil || kind == zipFile {
		return []string{path}, err
	}
	set, err := openFolder(path, kind)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, p := range []*part{set.shp, set.shx, set.dbf, set.prj, set.cpg} {
		if p != nil {
			paths = append(paths, filepath.Join(filepath.Dir(path), p.name))
		}
	}
	return paths, nil
}

// pathKind tells a file by its name, else by its first bytes.
func pathKind(path string) (fileKind, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".shp":
		return shapeFile, nil
	case ".dbf":
		return tableFile, nil
	case ".zip":
		return zipFile, nil
	}
	head, err := readHead(path)
	if err != nil {
		return unknownFile, err
	}
	kind := kindOf(head)
	if kind == unknownFile {
		return kind, household.Errorf(household.Invalid, op, "the file is no shapefile").WithHint("name the .shp, the .dbf or a .zip of them")
	}
	return kind, nil
}

const op = "shapefile.Open"

// Table reads a .dbf without shapes. It implements importers.HeaderReader and
// importers.NotingReader; a record's Row is the number of the row in the
// table, from 1, deleted rows counted.
type Table struct {
	set      *fileSet
	dbf      *table
	finished error
}

func newTable(set *fileSet, o importers.FileOptions) (*Table, error) {
	t, err := openTable(set, o)
	if err != nil {
		return nil, err
	}
	return &Table{set: set, dbf: t}, nil
}

// Header returns the names of the columns.
func (t *Table) Header() []string { return t.dbf.names }

// Notes are remarks on the file.
func (t *Table) Notes() []string { return append(t.dbf.remarks(), t.set.notes...) }

// Progress returns the bytes read and the size of the table.
func (t *Table) Progress() (read, total int64) {
	return min(t.set.read.Load(), t.set.dbf.size), t.set.dbf.size
}

// Close closes the file.
func (t *Table) Close() error {
	t.finished = errClosed
	return errors.Join(t.dbf.close(), t.set.close())
}

var errClosed = errors.New("shapefile: the reader is closed")

// Next returns the next row that is not deleted; see importers.Reader.
func (t *Table) Next() (importers.Record, error) {
	if t.finished != nil {
		return importers.Record{}, t.finished
	}
	for {
		rec, deleted, err := t.dbf.next()
		if deleted {
			continue
		}
		var row *importers.RowError
		if err != nil && !errors.As(err, &row) {
			if errors.Is(err, io.EOF) {
				t.set.read.Store(t.set.dbf.size)
			}
			t.finished = err
		}
		return rec, err
	}
}

// Reader reads shapes with their rows of the table. It implements
// importers.ShapeReader, importers.CRSReader and importers.NotingReader; a record's Row is the
// number of the shape, from 1.
type Reader struct {
	set *fileSet
	dbf *table
	shp shapes

	crs      crs.CRS
	hasCRS   bool
	ahead    *shape // read, and not yet come to
	noShapes bool   // the .shp has ended
	rowsDone bool
	row      int64
	missing  int64 // rows without a shape
	notes    []string
	finished error
}

func newReader(set *fileSet, o importers.FileOptions) (*Reader, error) {
	r := &Reader{set: set}
	if set.dbf == nil {
		return nil, household.Errorf(household.Invalid, op, "the .dbf file with the attributes is missing beside %s", set.shp.name).
			WithHint("hand over all files of the shapefile (.shp, .shx, .dbf, .prj, .cpg) in one folder or one .zip")
	}
	if err := r.readCRS(o); err != nil {
		return nil, err
	}
	var err error
	if r.dbf, err = openTable(set, o); err != nil {
		return nil, err
	}
	if r.shp, err = openShapes(set, r.dbf.rows, &r.notes); err != nil {
		r.dbf.close()
		return nil, err
	}
	return r, nil
}

// readCRS reads the .prj. What the user said counts before what it says.
func (r *Reader) readCRS(o importers.FileOptions) error {
	if r.set.prj == nil {
		if !o.CRSGiven {
			r.notes = append(r.notes, "the shapefile has no .prj; its coordinates are taken as degrees of WGS 84")
		}
		return nil
	}
	text, err := r.set.prj.small()
	if err != nil {
		return err
	}
	own, err := crs.ParseWKT(string(text))
	var bad *crs.WKTError
	switch {
	case o.CRSGiven && err != nil:
		r.notes = append(r.notes, "the .prj was not used, for --crs names another system")
	case o.CRSGiven:
		if !own.Same(o.CRS) {
			r.notes = append(r.notes, fmt.Sprintf("the .prj says %s and --crs says %s; --crs was used", own, o.CRS))
		}
	case errors.As(err, &bad):
		return household.Errorf(household.Invalid, op, "the .prj names a reference system that is not read: %s", strings.TrimPrefix(bad.Error(), "crs: ")).
			WithHint("%s", bad.Hint)
	case err != nil:
		return household.Errorf(household.Invalid, op, "the .prj cannot be read: %w", err).WithHint("name its system with --crs: %s", crs.Accepted)
	default:
		r.crs, r.hasCRS = own, true
		r.notes = append(r.notes, "coordinates are read as the .prj says: "+own.String())
	}
	return nil
}

// Header returns the names of the columns.
func (r *Reader) Header() []string { return r.dbf.names }

// Shapes says that the records have geometries.
func (r *Reader) Shapes() bool { return true }

// CRS returns the system of the .prj.
func (r *Reader) CRS() (crs.CRS, bool) { return r.crs, r.hasCRS }

// Notes are remarks on the file.
func (r *Reader) Notes() []string {
	notes := append(append([]string(nil), r.notes...), r.set.notes...)
	notes = append(notes, r.dbf.remarks()...)
	notes = append(notes, r.shp.remarks()...)
	if r.missing > 0 {
		notes = append(notes, fmt.Sprintf("%d rows of the .dbf have no shape in the .shp", r.missing))
	}
	return notes
}

// Progress returns the bytes read of the .shp and the .dbf.
func (r *Reader) Progress() (read, total int64) {
	total = r.set.shp.size + r.set.dbf.size
	return min(r.set.read.Load(), total), total
}

// Close closes the files.
func (r *Reader) Close() error {
	r.finished = errClosed
	return errors.Join(r.shp.close(), r.dbf.close(), r.set.close())
}

// Next returns the next shape with its row; see importers.Reader.
func (r *Reader) Next() (importers.Record, error) {
	if r.finished != nil {
		return importers.Record{}, r.finished
	}
	rec, err := r.next()
	var row *importers.RowError
	if err != nil && !errors.As(err, &row) {
		if errors.Is(err, io.EOF) {
			r.set.read.Store(r.set.shp.size + r.set.dbf.size)
		}
		r.finished = err
	}
	return rec, err
}

func (r *Reader) next() (importers.Record, error) {
	for !r.rowsDone {
		rec, deleted, err := r.dbf.next()
		if errors.Is(err, io.EOF) {
			r.rowsDone = true
			break
		}
		var bad *importers.RowError
		if err != nil && !errors.As(err, &bad) {
			return importers.Record{}, err
		}
		r.row++
		geometry, problem, err := r.shapeOf(r.row)
		if err != nil {
			return importers.Record{}, err
		}
		if deleted {
			continue
		}
		if bad != nil {
			bad.Record.Geometry = geometry
			return importers.Record{}, bad
		}
		rec.Geometry = geometry
		if problem != nil {
			return importers.Record{}, r.spoiled(rec, problem)
		}
		return rec, nil
	}
	return r.unpaired()
}

// unpaired rejects the shapes that are left when the table has ended.
func (r *Reader) unpaired() (importers.Record, error) {
	s, err := r.take()
	if err != nil {
		return importers.Record{}, err
	}
	if s.number <= r.row {
		return importers.Record{}, disordered(s.number)
	}
	r.row = s.number
	geometry, _ := s.geometry()
	return importers.Record{}, &importers.RowError{
		Reject: importers.Reject{
			Row: s.number, Code: importers.RejectMissing, Reason: "the shape has no row in the .dbf",
			Suggestion: "check that the .shp and the .dbf belong together",
		},
		Record: importers.Record{Row: s.number, Geometry: geometry},
	}
}

// take returns the next shape, io.EOF behind the last.
func (r *Reader) take() (*shape, error) {
	if s := r.ahead; s != nil {
		r.ahead = nil
		return s, nil
	}
	if r.noShapes {
		return nil, io.EOF
	}
	s, err := r.shp.next()
	if errors.Is(err, io.EOF) {
		r.noShapes = true
	}
	return s, err
}

// shapeOf returns the geometry of the row; nil when it has none.
func (r *Reader) shapeOf(row int64) (orb.Geometry, *problem, error) {
	s, err := r.take()
	switch {
	case errors.Is(err, io.EOF):
		r.missing++
		return nil, nil, nil
	case err != nil:
		return nil, nil, err
	case s.number < row:
		return nil, nil, disordered(s.number)
	case s.number > row:
		r.ahead = s
		r.missing++
		return nil, nil, nil
	}
	g, problem := s.geometry()
	return g, problem, nil
}

func disordered(number int64) error {
	return household.Errorf(household.Invalid, "shapefile.Next", "the shapes of the .shp are not in order (shape %d comes too late) and no .shx says where they are", number).
		WithHint("hand over the .shx as well, not in an archive, or save the layer anew in a GIS")
}

func (r *Reader) spoiled(rec importers.Record, p *problem) error {
	return &importers.RowError{
		Reject: importers.Reject{Row: rec.Row, Code: importers.RejectGeometry, Reason: p.reason, Suggestion: p.suggestion},
		Record: importers.Record{Row: rec.Row, Names: rec.Names, Values: append([]string(nil), rec.Values...)},
	}
}

// countingReader counts the bytes read, for any goroutine to see.
type countingReader struct {
	in io.Reader
	n  *atomic.Int64
}

func (c countingReader) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n.Add(int64(n))
	return n, err
}
