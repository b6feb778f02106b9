package gpkgfile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"modernc.org/sqlite" // also the driver "sqlite"

	"hearthmap/geo/crs"
	"hearthmap/household"
	"hearthmap/importers"
)

// file is an open GeoPackage.
type file struct {
	size  int64
	db    *sql.DB
	conn  *sql.Conn
	notes []string
}

// checkFile refuses what is no SQLite file, and one whose latest changes lie
// in a journal beside it, which would be missed.
func checkFile(path string) (size int64, err error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, household.Errorf(household.NotFound, op, "there is no file %s", path).WithHint("check its name")
	case err != nil:
		return 0, household.Errorf(household.Invalid, op, "cannot open the file: %w", err).WithHint("check that you may read it")
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, household.Errorf(household.Invalid, op, "cannot read the file: %w", err)
	}
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(f, head); err != nil || string(head) != string(magic) {
		return 0, household.Errorf(household.Invalid, op, "the file is no GeoPackage").
			WithHint("check that the file is what its name says; export it again")
	}
	for _, journal := range []string{"-wal", "-journal"} {
		if j, err := os.Stat(path + journal); err == nil && j.Size() > 0 {
			return 0, household.Errorf(household.Conflict, op, "the GeoPackage is open in another program: %s lies beside it", filepath.Base(path)+journal).
				WithHint("close the file there (QGIS keeps layers open), then import it")
		}
	}
	return info.Size(), nil
}

// open connects to the database. immutable keeps SQLite from making files
// beside it.
func (f *file) open(path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return household.Errorf(household.Invalid, op, "cannot open the file: %w", err)
	}
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: "mode=ro&immutable=1&_pragma=trusted_schema(0)&_pragma=query_only(1)&_pragma=cell_size_check(1)"}
	if f.db, err = sql.Open("sqlite", dsn.String()); err != nil {
		return broken(op, err)
	}
	if f.conn, err = f.db.Conn(context.Background()); err != nil {
		f.db.Close()
		return broken(op, err)
	}
	if _, err := sqlite.Limit(f.conn, limitLength, maxValue); err != nil {
		f.close()
		return broken(op, err)
	}
	return nil
}

const (
	limitLength = 0 // SQLITE_LIMIT_LENGTH
	// maxValue bounds the bytes of one value that is no shape, and of the
	// whole row with it.
	maxValue = 64 << 20
)

func (f *file) close() error { return errors.Join(f.conn.Close(), f.db.Close()) }

// layer is one table of the file.
type layer struct {
	name     string
	key      string // its integer primary key, if it may serve as the row number
	geometry string // the column with the shapes; empty for attributes
	columns  []column
	rows     int64

	organization string
	code         int64
	definition   string
	srs          int64
	hasSRS       bool
}

type column struct {
	name string
	typ  string // as declared, upper case
}

var errNoCRS = errors.New("gpkgfile: no reference system")

// crs is the system of the layer's coordinates: by its EPSG code, else by its
// definition.
func (l *layer) crs() (crs.CRS, error) {
	if !l.hasSRS || l.srs == -1 || l.srs == 0 {
		return crs.CRS{}, errNoCRS
	}
	if strings.EqualFold(l.organization, "EPSG") {
		if c, err := crs.Parse(fmt.Sprintf("EPSG:%d", l.code)); err == nil {
			return c, nil
		}
	}
	return crs.ParseWKT(l.definition)
}

// chooseLayer finds the layer to read; see importers.ChooseLayer.
func (f *file) chooseLayer(o importers.FileOptions) (*layer, error) {
	list, err := f.layers()
	if err != nil {
		return nil, err
	}
	public := make([]importers.Layer, len(list))
	for i, l := range list {
		public[i] = l.public()
	}
	i, notes, err := importers.ChooseLayer(public, o)
	if err != nil {
		return nil, err
	}
	f.notes = append(f.notes, notes...)
	return list[i], f.countRows(list[i])
}

// public is the layer as it is listed.
func (l *layer) public() importers.Layer {
	p := importers.Layer{Name: l.name, Type: importers.LayerOfRows, Shapes: l.geometry != "", Rows: l.rows}
	if p.Shapes {
		p.Type = importers.LayerOfShapes
	}
	for _, c := range l.columns {
		p.Columns = append(p.Columns, c.name)
	}
	return p
}

// maxLayers bounds how many layers are looked at.
const maxLayers = 1000

// layers describes the layers, those with shapes first; rows are not counted
// yet. Layers that cannot be read are left out, unless all are.
func (f *file) layers() ([]*layer, error) {
	features, attributes, err := f.contents()
	if err != nil {
		return nil, err
	}
	var list []*layer
	var first error
	for i, name := range append(features, attributes...) {
		if len(list) == maxLayers {
			break
		}
		l := &layer{name: name, rows: -1}
		err := error(nil)
		if i < len(features) {
			err = f.readGeometryColumn(l)
		}
		if err == nil {
			err = f.readColumns(l)
		}
		if err == nil {
			list = append(list, l)
			continue
		}
		if first == nil {
			first = err
		}
		f.notes = append(f.notes, fmt.Sprintf("layer %s cannot be read", show(name)))
	}
	switch {
	case len(list) > 0:
		return list, nil
	case first != nil:
		return nil, first
	}
	return nil, household.Errorf(household.Invalid, op, "the GeoPackage holds no layer").WithHint("check that the export ended well")
}

// contents lists the tables of the file by kind.
func (f *file) contents() (features, attributes []string, err error) {
	rows, err := f.conn.QueryContext(context.Background(), `SELECT table_name, data_type FROM gpkg_contents ORDER BY table_name`)
	if err != nil {
		if strings.Contains(err.Error(), "no such table") {
			return nil, nil, household.Errorf(household.Invalid, op, "the file is a SQLite database, but no GeoPackage").
				WithHint("export the layer as GeoPackage, or the table as CSV")
		}
		return nil, nil, broken(op, err)
	}
	defer rows.Close()
	for rows.Next() {
		var name, typ sql.NullString
		if err := rows.Scan(&name, &typ); err != nil {
			return nil, nil, broken(op, err)
		}
		switch typ.String {
		case "features":
			features = append(features, name.String)
		case "attributes", "aspatial":
			attributes = append(attributes, name.String)
		}
		if len(features)+len(attributes) > 100_000 {
			break
		}
	}
	if err := rows.Err(); err != nil {
		return nil, nil, broken(op, err)
	}
	return features, attributes, nil
}

func (f *file) readGeometryColumn(l *layer) error {
	var geometry, organization, definition sql.NullString
	var srs, code sql.NullInt64
	err := f.conn.QueryRowContext(context.Background(), `SELECT g.column_name, g.srs_id, s.organization, s.organization_coordsys_id, s.definition
		FROM gpkg_geometry_columns g LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id WHERE lower(g.table_name) = lower(?)`, l.name).
		Scan(&geometry, &srs, &organization, &code, &definition)
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && geometry.String == "":
		return household.Errorf(household.Invalid, op, "the layer %s has no column of shapes", show(l.name)).WithHint("export it again")
	case err != nil:
		return broken(op, err)
	}
	l.geometry, l.srs, l.hasSRS = geometry.String, srs.Int64, srs.Valid
	l.organization, l.code, l.definition = organization.String, code.Int64, definition.String
	return nil
}

// maxColumns bounds a layer's columns; SQLite's own bound is 2,000.
const maxColumns = 4096

func (f *file) readColumns(l *layer) error {
	rows, err := f.conn.QueryContext(context.Background(), `SELECT name, type, pk FROM pragma_table_info(?)`, l.name)
	if err != nil {
		return broken(op, err)
	}
	defer rows.Close()
	keys, found := 0, false
	for rows.Next() {
		var name, typ sql.NullString
		var pk sql.NullInt64
		if err := rows.Scan(&name, &typ, &pk); err != nil {
			return broken(op, err)
		}
		switch {
		case strings.EqualFold(name.String, l.geometry) && l.geometry != "":
			found = true
			continue
		case pk.Int64 > 0:
			if keys++; strings.EqualFold(typ.String, "INTEGER") {
				l.key = name.String
				continue
			}
		}
		l.columns = append(l.columns, column{name: name.String, typ: strings.ToUpper(typ.String)})
	}
	if err := rows.Err(); err != nil {
		return broken(op, err)
	}
	switch {
	case l.key == "" && len(l.columns) == 0 || l.geometry != "" && !found:
		return household.Errorf(household.Invalid, op, "the layer %s lacks its table or its column of shapes", show(l.name)).WithHint("export it again")
	case len(l.columns) > maxColumns:
		return household.Errorf(household.Invalid, op, "the layer %s has too many columns", show(l.name)).WithHint("export only those that are wanted")
	case keys > 1 && l.key != "":
		l.columns = append([]column{{name: l.key, typ: "INTEGER"}}, l.columns...)
		l.key = ""
	}
	return nil
}

// countRows counts the rows, for progress, and sees whether their keys can be
// row numbers.
func (f *file) countRows(l *layer) error {
	lowest := sql.NullInt64{}
	query := `SELECT count(*), NULL FROM ` + quote(l.name)
	if l.key != "" {
		query = `SELECT count(*), min(` + quote(l.key) + `) FROM ` + quote(l.name)
	}
	if err := f.conn.QueryRowContext(context.Background(), query).Scan(&l.rows, &lowest); err != nil {
		return broken(op, err)
	}
	if lowest.Valid && lowest.Int64 < 1 {
		l.columns = append([]column{{name: l.key, typ: "INTEGER"}}, l.columns...)
		l.key = ""
	}
	return nil
}

// maxShape bounds the bytes of one shape.
const maxShape = 32 << 20

// query selects the row number, the columns, and the geometry with its
// length. The plus keeps the driver from making times of texts.
func (l *layer) query() string {
	var b strings.Builder
	b.WriteString("SELECT ")
	if l.key != "" {
		b.WriteString("+" + quote(l.key))
	} else {
		b.WriteString("NULL")
	}
	for _, c := range l.columns {
		b.WriteString(", +" + quote(c.name))
	}
	if l.geometry != "" {
		g := quote(l.geometry)
		fmt.Fprintf(&b, ", CASE WHEN length(%s) <= %d THEN %s END, length(%s)", g, maxShape, g, g)
	}
	b.WriteString(" FROM " + quote(l.name))
	if l.key != "" {
		b.WriteString(" ORDER BY " + quote(l.key))
	}
	return b.String()
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// show is a name made safe to print.
func show(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 60 {
		name = string(r[:60]) + "…"
	}
	return name
}
