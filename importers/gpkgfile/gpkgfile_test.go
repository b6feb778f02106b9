package gpkgfile

import (
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"hearthmap/geo/crs"
	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/readertest"
)

// tables are those every GeoPackage has.
const tables = `
PRAGMA application_id = 1196444487;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z TINYINT, m TINYINT);
INSERT INTO gpkg_spatial_ref_sys VALUES ('undefined', -1, 'NONE', -1, 'undefined', ''), ('undefined', 0, 'NONE', 0, 'undefined', ''),
 ('WGS 84', 4326, 'EPSG', 4326, '', ''), ('zone 41', 4529, 'EPSG', 4529, '', ''), ('zone 21', 100001, 'NONE', 100001,
 'PROJCS["x",GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["central_meridian",123],PARAMETER["false_easting",21500100],UNIT["metre",1]]', ''),
 ('Xian', 4610, 'EPSG', 4610, 'GEOGCS["Xian 1980",DATUM["Xian_1980",SPHEROID["IAG 1975",6378140,298.257]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]', '');
`

const buildings = `
CREATE TABLE building (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT, floors INTEGER, height DOUBLE, built DATE, ok BOOLEAN);
INSERT INTO gpkg_contents VALUES ('building', 'features', 'building', SRS);
INSERT INTO gpkg_geometry_columns VALUES ('building', 'geom', 'POLYGON', SRS, 0, 0);
`

// blob is a GeoPackage geometry with an envelope of the kind.
func blob(envelope byte, g []byte) []byte {
	b := []byte{'G', 'P', 0, 1 | envelope<<1, 0xE6, 0x10, 0, 0}
	b = append(b, make([]byte, []int{0, 32, 48, 48, 64}[envelope])...)
	return append(b, g...)
}

// create writes a database and returns its path.
func create(tb testing.TB, script string, rows ...func(*sql.DB) error) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "a b.gpkg")
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(strings.ReplaceAll(path, " ", "%20")))
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(script); err != nil {
		tb.Fatal(err)
	}
	for _, r := range rows {
		if err := r(db); err != nil {
			tb.Fatal(err)
		}
	}
	return path
}

func insert(values ...any) func(*sql.DB) error {
	return func(db *sql.DB) error {
		_, err := db.Exec(`INSERT INTO building VALUES (?, ?, ?, ?, ?, ?, ?)`, values...)
		return err
	}
}

var square = orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}

func sample(tb testing.TB, srs string) string {
	shape, err := wkb.Marshal(square, binary.LittleEndian)
	if err != nil {
		tb.Fatal(err)
	}
	return create(tb, tables+strings.ReplaceAll(buildings, "SRS", srs),
		insert(7, blob(1, shape), "B7", 18, 54.5, "2001-02-03", 1),
		insert(3, nil, "楼3", nil, nil, nil, 0),
		insert(9, []byte("GPxx"), "B9", 1, 0.1, "", nil),
		insert(10, blob(0, shape), "B\xff", 1, 0.1, "", nil),
		insert(11, append([]byte{'G', 'P', 0, 0x11, 0, 0, 0, 0}, shape...), "B11", 1, 1e21, "x", nil),
	)
}

func open(tb testing.TB, path string, o importers.FileOptions) importers.Reader {
	tb.Helper()
	r, err := Open(path, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { r.Close() })
	return r
}

func TestConformance(t *testing.T) {
	path := sample(t, "4326")
	readertest.Run(t, func(tb testing.TB) importers.Reader { return open(tb, path, importers.FileOptions{}) })
	table := create(t, tables+`CREATE TABLE units (id INTEGER PRIMARY KEY, code TEXT); INSERT INTO units VALUES (1, 'a'), (5, 'b'); INSERT INTO gpkg_contents VALUES ('units', 'attributes', '', 0)`)
	t.Run("table", func(t *testing.T) {
		readertest.Run(t, func(tb testing.TB) importers.Reader { return open(tb, table, importers.FileOptions{}) })
	})
	if h, ok := open(t, table, importers.FileOptions{}).(importers.HeaderReader); !ok || !slices.Equal(h.Header(), []string{"code"}) {
		t.Error("attributes have no header")
	}
}

func TestRows(t *testing.T) {
	path := sample(t, "4326")
	r := open(t, path, importers.FileOptions{})
	rows, err := readertest.ReadAll(t, r)
	if err != nil || len(rows) != 5 {
		t.Fatal(rows, err)
	}
	for i, want := range []struct {
		row    int64
		reject importers.RejectCode
		values []string
		shape  orb.Geometry
	}{
		{3, "", []string{"楼3", "", "", "", "false"}, nil},
		{7, "", []string{"B7", "18", "54.5", "2001-02-03", "true"}, square},
		{9, importers.RejectGeometry, nil, nil},
		{10, importers.RejectEncoding, nil, nil},
		{11, "", []string{"B11", "1", "1e+21", "x", ""}, nil}, // flagged as empty
	} {
		got := rows[i]
		if want.reject != "" {
			if got.Reject == nil || got.Reject.Code != want.reject || got.Reject.Row != want.row {
				t.Errorf("%d: %+v", i, got)
			}
			continue
		}
		same := got.Record.Geometry == nil && want.shape == nil || got.Record.Geometry != nil && want.shape != nil && orb.Equal(got.Record.Geometry, want.shape)
		if got.Record.Row != want.row || !slices.Equal(got.Record.Values, want.values) || !same {
			t.Errorf("%d: %+v, want %+v", i, got, want)
		}
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("files beside the GeoPackage: %v %v", entries, err)
	}
}

func TestReferenceSystem(t *testing.T) {
	for srs, want := range map[string]string{"4326": "EPSG:4326", "4529": "EPSG:4529", "100001": "gk:123,21500100", "0": "", "-1": "", "77": ""} {
		path := sample(t, srs)
		r, err := Open(path, importers.FileOptions{})
		if err != nil {
			if srs != "77" || household.HintOf(err) == "" { // a system that the file does not describe
				t.Errorf("%s: %v", srs, err)
			}
			continue
		}
		c, ok := r.(importers.CRSReader).CRS()
		if ok != (want != "") || ok && c.String() != want {
			t.Errorf("%s: %v %v", srs, c, ok)
		}
		r.Close()
		given := open(t, path, importers.FileOptions{CRS: crs.GCJ02, CRSGiven: true})
		if _, ok := given.(importers.CRSReader).CRS(); ok || want != "" && !strings.Contains(strings.Join(given.(importers.NotingReader).Notes(), ""), "--crs says gcj02") {
			t.Errorf("%s: the user's word does not count", srs)
		}
	}
	if _, err := Open(sample(t, "4610"), importers.FileOptions{}); household.HintOf(err) == "" || !strings.Contains(err.Error(), "Xi'an") {
		t.Errorf("Xi'an 1980: %v", err)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	layer := func(name, typ string) string {
		return `CREATE TABLE "` + name + `" (fid INTEGER PRIMARY KEY, geom BLOB, a TEXT); INSERT INTO gpkg_contents VALUES ('` + name + `', '` + typ + `', '', 0); INSERT INTO gpkg_geometry_columns VALUES ('` + name + `', 'geom', 'POINT', 0, 0, 0);`
	}
	whole, err := os.ReadFile(sample(t, "4326"))
	if err != nil {
		t.Fatal(err)
	}
	file := func(b []byte) string {
		path := filepath.Join(t.TempDir(), "x.gpkg")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	wal := sample(t, "4326")
	if err := os.WriteFile(wal+"-wal", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]struct{ path, says string }{
		"missing":      {filepath.Join(t.TempDir(), "none.gpkg"), "no file"},
		"empty":        {file(nil), "no GeoPackage"},
		"text":         {file([]byte("code,name\n")), "no GeoPackage"},
		"header only":  {file(whole[:100]), ""},
		"half":         {file(whole[:len(whole)/2]), ""},
		"plain SQLite": {create(t, `CREATE TABLE a (b TEXT)`), "SQLite database"},
		"no layer":     {create(t, tables), "no layer"},
		"several":      {create(t, tables+layer("甲", "features")+layer("b", "features")), `2 layers that may be meant: "b", "甲"`},
		"no column":    {create(t, tables+layer("a", "features")+`DELETE FROM gpkg_geometry_columns`), "no column of shapes"},
		"no table":     {create(t, tables+layer("a", "features")+`DROP TABLE a`), "lacks its table"},
		"wrong column": {create(t, tables+layer("a", "features")+`UPDATE gpkg_geometry_columns SET column_name = 'g'`), "lacks its table"},
		"journal":      {wal, "another program"},
		"tiles only":   {create(t, tables+layer("a", "tiles")), "no layer"},
	} {
		r, err := Open(k.path, importers.FileOptions{})
		if err == nil {
			_, err = readertest.ReadAll(t, r)
			r.Close()
		}
		if err == nil || household.HintOf(err) == "" || !strings.Contains(err.Error(), k.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	features := create(t, tables+layer("a", "features")+layer("b", "attributes"))
	if r, err := Open(features, importers.FileOptions{}); err != nil {
		t.Errorf("features beside attributes: %v", err)
	} else {
		r.Close()
	}
}

// A shape that is too large spoils its row; a text that is too large ends the
// file before it is in memory.
func TestHugeValues(t *testing.T) {
	script := tables + strings.ReplaceAll(buildings, "SRS", "4326")
	path := create(t, script+`INSERT INTO building VALUES (1, zeroblob(40000000), 'a', 1, 1, '', 1), (2, NULL, 'b', 1, 1, '', 1)`)
	rows, err := readertest.ReadAll(t, open(t, path, importers.FileOptions{}))
	if err != nil || len(rows) != 2 || rows[0].Reject == nil || rows[0].Reject.Code != importers.RejectGeometry || rows[1].Reject != nil {
		t.Errorf("%+v %v", rows, err)
	}
	path = create(t, script+`INSERT INTO building VALUES (1, NULL, CAST(zeroblob(80000000) AS TEXT), 1, 1, '', 1)`)
	r, err := Open(path, importers.FileOptions{}) // which reads the first row
	if err == nil {
		_, err = readertest.ReadAll(t, r)
		r.Close()
	}
	if household.HintOf(err) == "" || !strings.Contains(err.Error(), "64 MiB") {
		t.Errorf("%v", err)
	}
}

// Damaged anywhere, the file gives an error or rows, never a panic.
func TestDamagedFiles(t *testing.T) {
	whole, err := os.ReadFile(sample(t, "4326"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.gpkg")
	for at := 100; at < len(whole); at += 331 {
		b := slices.Clone(whole)
		for i := at; i < min(at+7, len(b)); i++ {
			b[i] ^= 0xA5
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path, importers.FileOptions{})
		if err == nil {
			_, err = readertest.ReadAll(t, r)
			r.Close()
		}
		if err != nil && household.HintOf(err) == "" {
			t.Errorf("at %d: %v", at, err)
		}
	}
}

// Row numbers are places where keys cannot be.
func TestRowNumbers(t *testing.T) {
	for name, script := range map[string]string{
		"view":     `CREATE TABLE t (k INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (5, 'x'), (6, 'y'); CREATE VIEW v AS SELECT a FROM t; INSERT INTO gpkg_contents VALUES ('v', 'attributes', '', 0)`,
		"negative": `CREATE TABLE v (k INTEGER PRIMARY KEY, a TEXT); INSERT INTO v VALUES (-5, 'x'), (6, 'y'); INSERT INTO gpkg_contents VALUES ('v', 'attributes', '', 0)`,
		"text key": `CREATE TABLE v (k TEXT PRIMARY KEY, a TEXT); INSERT INTO v VALUES ('b', 'x'), ('a', 'y'); INSERT INTO gpkg_contents VALUES ('v', 'attributes', '', 0)`,
	} {
		rows, err := readertest.ReadAll(t, open(t, create(t, tables+script), importers.FileOptions{}))
		if err != nil || len(rows) != 2 || rows[0].Record.Row != 1 || rows[1].Record.Row != 2 {
			t.Errorf("%s: %+v %v", name, rows, err)
		}
	}
}

func TestBlobs(t *testing.T) {
	le := func(g orb.Geometry) []byte { b, _ := wkb.Marshal(g, binary.LittleEndian); return b }
	be := func(g orb.Geometry) []byte { b, _ := wkb.Marshal(g, binary.BigEndian); return b }
	bytesOf := func(s string) []byte { b, _ := hex.DecodeString(strings.ReplaceAll(s, " ", "")); return b }
	const one, two, three = "000000000000f03f", "0000000000000040", "0000000000000840"
	multi := orb.MultiPolygon{square, {{{5, 5}, {6, 5}, {6, 6}, {5, 5}}}}
	for name, k := range map[string]struct {
		in   []byte
		want orb.Geometry
	}{
		"point":         {blob(0, le(orb.Point{1, 2})), orb.Point{1, 2}},
		"big endian":    {blob(1, be(multi)), multi},
		"envelope Z":    {blob(2, le(square)), square},
		"envelope ZM":   {blob(4, le(square)), square},
		"line":          {blob(0, le(orb.LineString{{1, 2}, {3, 4}})), orb.LineString{{1, 2}, {3, 4}}},
		"multipoint":    {blob(0, le(orb.MultiPoint{{1, 2}, {3, 4}})), orb.MultiPoint{{1, 2}, {3, 4}}},
		"collection":    {blob(0, le(orb.Collection{orb.Point{1, 2}, square})), orb.Collection{orb.Point{1, 2}, square}},
		"ISO Z":         {blob(0, bytesOf("01 e9030000"+one+two+three)), orb.Point{1, 2}},
		"ISO M":         {blob(0, bytesOf("01 d1070000"+one+two+three)), orb.Point{1, 2}},
		"ISO ZM":        {blob(0, bytesOf("01 b90b0000"+one+two+three+one)), orb.Point{1, 2}},
		"EWKB Z":        {blob(0, bytesOf("01 01000080"+one+two+three)), orb.Point{1, 2}},
		"EWKB SRID":     {blob(0, bytesOf("01 01000020 e6100000"+one+two)), orb.Point{1, 2}},
		"empty point":   {blob(0, le(orb.Point{math.NaN(), math.NaN()})), nil},
		"empty polygon": {blob(0, le(orb.MultiPolygon{})), nil},
		"flagged empty": {[]byte("GP\x00\x11\x00\x00\x00\x00\x01\x04\x00\x00\x00\x00\x00\x00\x00"), nil},
	} {
		got, bad := parseBlob(k.in, &dimensions{})
		if bad != nil || (got == nil) != (k.want == nil) || got != nil && !orb.Equal(got, k.want) {
			t.Errorf("%s: %v %v, want %v", name, got, bad, k.want)
		}
	}
	nested := le(orb.Point{1, 2})
	for range 12 {
		nested = append(bytesOf("01 07000000 01000000"), nested...)
	}
	for name, in := range map[string][]byte{
		"nothing": nil, "no header": []byte("hello, world"), "version": append([]byte("GP\x01"), blob(0, le(square))[3:]...),
		"envelope 5": {'G', 'P', 0, 0x0B, 0, 0, 0, 0}, "short envelope": {'G', 'P', 0, 3, 0, 0, 0, 0}, "extended": {'G', 'P', 0, 0x21, 0, 0, 0, 0, 1, 1, 0, 0, 0},
		"order": blob(0, bytesOf("02 01000000"+one+two)), "curve": blob(0, bytesOf("01 08000000 00000000")), "big type": blob(0, bytesOf("01 a1 0f0000 00000000")),
		"counts": blob(0, bytesOf("01 02000000 ffffffff")), "rings": blob(0, bytesOf("01 03000000 ffffff0f")), "cut": blob(0, le(square)[:40]),
		"behind": blob(0, append(le(square), 1)), "nested": blob(0, nested), "wrong part": blob(0, append(bytesOf("01 06000000 01000000"), le(orb.Point{1, 2})...)),
	} {
		if g, bad := parseBlob(in, &dimensions{}); bad == nil {
			t.Errorf("%s: %v, want an error", name, g)
		}
	}
}

func FuzzGeometryBlob(f *testing.F) {
	for _, g := range []orb.Geometry{orb.Point{1, 2}, square, orb.MultiPolygon{square, square}, orb.Collection{orb.Point{1, 2}}, orb.MultiLineString{{{1, 2}, {3, 4}}}} {
		for i, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			b, err := wkb.Marshal(g, order)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(blob(byte(i), b))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		g, bad := parseBlob(b, &dimensions{})
		if bad != nil || g == nil {
			return
		}
		// What was read is read again from what orb writes of it.
		again, err := wkb.Marshal(g, binary.LittleEndian)
		if err != nil {
			t.Fatal(err)
		}
		h, bad := parseBlob(blob(0, again), &dimensions{})
		if bad != nil {
			t.Fatalf("%v: %v", g, bad)
		}
		second, err := wkb.Marshal(h, binary.LittleEndian)
		if err != nil || string(second) != string(again) {
			t.Errorf("%v, then %v", g, h)
		}
	})
}
