// Package gpkgfile reads GeoPackages (OGC 12-128r18): one layer of features,
// or one table of attributes, row by row.
//
// The file is opened read-only and as one that nobody changes, so that no
// journal appears beside it.
package gpkgfile

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"hearthmap/geo/crs"
	"hearthmap/household"
	"hearthmap/importers"
)

const op = "gpkgfile.Open"

// Format describes GeoPackages to importers.Run.
func Format() importers.Format {
	return importers.Format{
		Name:       "geopackage",
		Extensions: []string{".gpkg"},
		Kinds: []importers.Kind{
			importers.Areas, importers.Compounds, importers.Streets, importers.Buildings,
			importers.Units, importers.Residents, importers.Facilities,
		},
		Sniff:      func(head []byte) bool { return bytes.HasPrefix(head, magic) },
		OpenReader: Open,
		Layers:     Layers,
	}
}

var magic = []byte("SQLite format 3\x00")

// Layers lists the layers and tables of the file.
func Layers(path string, _ importers.FileOptions) ([]importers.Layer, error) {
	size, err := checkFile(path)
	if err != nil {
		return nil, err
	}
	f := &file{size: size}
	if err := f.open(path); err != nil {
		return nil, err
	}
	defer f.close()
	list, err := f.layers()
	if err != nil {
		return nil, err
	}
	out := make([]importers.Layer, len(list))
	for i, l := range list {
		if err := f.countRows(l); err != nil {
			return nil, err
		}
		out[i] = l.public()
	}
	return out, nil
}

// Open opens the layer that o names, or the only one that fits. A layer of features is read by a *Reader,
// attributes without shapes by a *Table. Errors are *household.Error.
func Open(path string, o importers.FileOptions) (importers.Reader, error) {
	size, err := checkFile(path)
	if err != nil {
		return nil, err
	}
	f := &file{size: size}
	if err := f.open(path); err != nil {
		return nil, err
	}
	r, err := f.reader(o)
	if err != nil {
		f.close()
		return nil, err
	}
	return r, nil
}

func (f *file) reader(o importers.FileOptions) (importers.Reader, error) {
	l, err := f.chooseLayer(o)
	if err != nil {
		return nil, err
	}
	rows, err := f.query(l)
	if err != nil {
		return nil, err
	}
	if l.geometry == "" {
		return &Table{rows}, nil
	}
	r := &Reader{rows: rows}
	if err := r.readCRS(l, o); err != nil {
		rows.cursor.Close()
		return nil, err
	}
	return r, nil
}

// rows reads the records of one layer.
type rows struct {
	file   *file
	layer  *layer
	cursor *sql.Rows
	cells  []any
	into   []any // pointers to cells
	names  []string
	values []string

	scratch  []byte
	ends     []int
	count    int64
	progress atomic.Int64
	seen     dimensions
	finished error
}

// Table reads a table of attributes. It implements importers.HeaderReader and
// importers.NotingReader; a record's Row is its fid where the table has one,
// else its place from 1.
type Table struct{ *rows }

// Header returns the names of the columns.
func (t *Table) Header() []string { return t.names }

// Next returns the next row; see importers.Reader.
func (t *Table) Next() (importers.Record, error) { return t.rows.next() }

// Reader reads a layer of features. It implements importers.ShapeReader,
// importers.CRSReader and importers.NotingReader; Row is as for Table.
type Reader struct {
	*rows
	crs    crs.CRS
	hasCRS bool
	notes  []string
}

// Next returns the next feature; see importers.Reader.
func (r *Reader) Next() (importers.Record, error) { return r.rows.next() }

// Header returns the names of the columns.
func (r *Reader) Header() []string { return r.names }

// Shapes says that the records have geometries.
func (r *Reader) Shapes() bool { return true }

// CRS returns the system of the layer.
func (r *Reader) CRS() (crs.CRS, bool) { return r.crs, r.hasCRS }

// Notes are remarks on the file.
func (r *Reader) Notes() []string {
	return append(append([]string(nil), r.notes...), r.rows.Notes()...)
}

// readCRS says how coordinates are read. What the user said counts before
// what the file says.
func (r *Reader) readCRS(l *layer, o importers.FileOptions) error {
	own, err := l.crs()
	var bad *crs.WKTError
	switch {
	case errors.Is(err, errNoCRS):
		if !o.CRSGiven {
			r.notes = append(r.notes, "the layer names no reference system; its coordinates are taken as degrees of WGS 84")
		}
	case o.CRSGiven && err != nil:
		r.notes = append(r.notes, "the layer's own reference system was not used, for --crs names another")
	case o.CRSGiven:
		if !own.Same(o.CRS) {
			r.notes = append(r.notes, fmt.Sprintf("the layer says %s and --crs says %s; --crs was used", own, o.CRS))
		}
	case errors.As(err, &bad):
		return household.Errorf(household.Invalid, op, "the layer %s has a reference system that is not read (%s:%d): %s", show(l.name), show(l.organization), l.code, bad.Reason).
			WithHint("%s", bad.Hint)
	case err != nil:
		return err
	default:
		r.crs, r.hasCRS = own, true
	}
	return nil
}

// Notes are remarks on the layer.
func (r *rows) Notes() []string {
	notes := append([]string(nil), r.file.notes...)
	if r.seen.z {
		notes = append(notes, "heights (Z) of the shapes were dropped")
	}
	if r.seen.m {
		notes = append(notes, "measures (M) of the shapes were dropped")
	}
	return notes
}

// Progress returns how far reading is, as bytes of the file: the share of the
// rows, for SQLite does not say.
func (r *rows) Progress() (read, total int64) { return r.progress.Load(), r.file.size }

// Close closes the file.
func (r *rows) Close() error {
	r.finished = errors.New("gpkgfile: the reader is closed")
	return errors.Join(r.cursor.Close(), r.file.close())
}

// next reads the next row.
func (r *rows) next() (importers.Record, error) {
	if r.finished != nil {
		return importers.Record{}, r.finished
	}
	if !r.cursor.Next() {
		if err := r.cursor.Err(); err != nil {
			r.finished = broken("gpkgfile.Next", err)
		} else {
			r.finished = io.EOF
			r.progress.Store(r.file.size)
		}
		return importers.Record{}, r.finished
	}
	if err := r.cursor.Scan(r.into...); err != nil {
		r.finished = broken("gpkgfile.Next", err)
		return importers.Record{}, r.finished
	}
	r.count++
	if r.layer.rows > 0 {
		r.progress.Store(int64(float64(r.file.size) * min(1, float64(r.count)/float64(r.layer.rows))))
	}
	return r.record()
}

// broken is the error for a file that SQLite cannot read on.
func broken(op string, err error) error {
	if strings.Contains(err.Error(), "too big") {
		return household.Errorf(household.Invalid, op, "a value of the GeoPackage is larger than 64 MiB").
			WithHint("export only the columns that are wanted")
	}
	return household.Errorf(household.Invalid, op, "the GeoPackage cannot be read: %w", err).
		WithHint("it is damaged or was copied while it was open; copy or export it again")
}

// query starts reading the layer.
func (f *file) query(l *layer) (*rows, error) {
	r := &rows{file: f, layer: l}
	cursor, err := f.conn.QueryContext(context.Background(), l.query())
	if err != nil {
		return nil, broken(op, err)
	}
	r.cursor = cursor
	for _, c := range l.columns {
		r.names = append(r.names, c.name)
	}
	n := len(l.columns) + 1 // the row number stands first
	if l.geometry != "" {
		n += 2 // and the geometry with its length last
	}
	r.cells = make([]any, n)
	r.into = make([]any, n)
	for i := range r.cells {
		r.into[i] = &r.cells[i]
	}
	return r, nil
}
