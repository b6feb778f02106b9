package importers_test

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/xuri/excelize/v2"

	"hearthmap/geo/crs"
	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/charset"
	"hearthmap/importers/importertest"
)

// place is a row of facilities as a file has it.
type place struct {
	code, name, category, capacity string
	at                             orb.Point // in the file's system
}

var placeHeader = []string{"编码", "名称", "类别", "容量"}

func (p place) values() []string { return []string{p.code, p.name, p.category, p.capacity} }

// trips are files of every kind with the same rows. system is what the file
// itself says of its coordinates, flag what has to be said with --crs.
var trips = []struct {
	name         string
	system, flag string
	write        func(tb testing.TB, dir string, c crs.CRS, rows []place) string
}{
	{"csv", "", "", writePlacesCSV(charset.UTF8, ',')},
	{"csv in GB18030 and GCJ-02", "", "gcj02", writePlacesCSV(charset.GB18030, ';')},
	{"xlsx in a Gauss-Krüger zone", "", "EPSG:4529", writePlacesXLSX(1)},
	{"xlsx with two sheets", "", "gcj02", writePlacesXLSX(2)},
	{"geojson", "", "", writePlacesJSON("a.geojson")},
	{"geojson with a crs", "EPSG:4529", "", writePlacesJSON("a.geojson")},
	{"geojson sequence", "", "bd09", writePlacesJSON("a.geojsonl")},
	{"shapefile", "EPSG:4529", "", writePlacesShape},
	{"geopackage", "EPSG:4529", "", writePlacesGPKG},
}

// A rejects file that was mended is imported as it is, and then the city is as
// if the file had been right from the beginning.
func TestMendedRejectsImport(t *testing.T) {
	for _, k := range trips {
		for seed := range uint64(6) {
			t.Run(fmt.Sprintf("%s %d", k.name, seed), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(seed, 77))
				c, err := crs.Parse(k.system + k.flag)
				if err != nil {
					t.Fatal(err)
				}
				good, bad := placesFor(rng, c)
				var want, got importertest.Store
				change := func(o *importers.Options) { o.CRS = k.flag }
				run(t, &want, importers.Facilities, k.write(t, t.TempDir(), c, good), change)
				rep := run(t, &got, importers.Facilities, k.write(t, t.TempDir(), c, bad), change)
				spoiled := int64(0)
				for i := range good {
					if good[i] != bad[i] {
						spoiled++
					}
				}
				if rep.Rejected != spoiled || rep.Created != int64(len(good))-spoiled || spoiled == 0 {
					t.Fatalf("%d rows are spoiled: %+v", spoiled, rep)
				}
				mended := mendPlaces(t, rep.RejectsFile, good)
				rep = run(t, &got, importers.Facilities, mended)
				if rep.Rejected != 0 || rep.Created != spoiled {
					t.Errorf("the mended file: %+v", rep)
				}
				samePlaces(t, want.Table("facility"), got.Table("facility"))
			})
		}
	}
}

// placesFor makes rows, and the same with some of them spoiled.
func placesFor(rng *rand.Rand, c crs.CRS) (good, bad []place) {
	names := []string{"幼儿园", "第二, 菜市场", `"药店"`, "卫生站；分站", "a|b;c\td"}
	for i := range 20 + rng.IntN(30) {
		p := place{
			code: fmt.Sprintf("F%04d", i), name: names[rng.IntN(len(names))] + strconv.Itoa(i), category: "药店",
			at: c.FromWGS84(orb.Point{123 + rng.Float64()/10, 41 + rng.Float64()/10}),
		}
		if rng.IntN(2) == 0 {
			p.capacity = strconv.Itoa(rng.IntN(500))
		}
		good = append(good, p)
		switch rng.IntN(6) {
		case 0:
			p.category = "无此类别"
		case 1:
			p.capacity = "很多"
		case 2:
			p.name = ""
		}
		if i == 0 {
			p.category = ""
		}
		bad = append(bad, p)
	}
	return good, bad
}

// mendPlaces writes the right values into the rejects file, by the code in
// each of its rows.
func mendPlaces(t *testing.T, path string, good []place) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	enc := charset.UTF8
	if !bytes.HasPrefix(raw, []byte("\uFEFF")) && !bytes.HasPrefix(raw, []byte("编码")) {
		enc = charset.GB18030
		text := new(bytes.Buffer)
		if _, err := text.ReadFrom(charset.NewReader(bytes.NewReader(raw), enc)); err != nil {
			t.Fatal(err)
		}
		raw = text.Bytes()
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\uFEFF"))))
	if enc == charset.GB18030 {
		r.Comma = ';'
	}
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, n := range rows[0] {
		column[n] = i
	}
	for _, row := range rows[1:] {
		if row[column["_code"]] == "" || strings.IndexFunc(row[column["_reason"]], func(r rune) bool { return r >= 0x4E00 }) < 0 {
			t.Errorf("a reject without a code or a reason in Chinese: %q", row)
		}
		for _, p := range good {
			if p.code == row[column["编码"]] {
				for i, v := range p.values() {
					row[column[placeHeader[i]]] = v
				}
			}
		}
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Comma = r.Comma
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	mended := filepath.Join(t.TempDir(), "mended.csv")
	if err := os.WriteFile(mended, charset.Encode(out.String(), enc), 0o600); err != nil {
		t.Fatal(err)
	}
	return mended
}

func samePlaces(t *testing.T, want, got map[string]importers.Entity) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%d facilities, want %d", len(got), len(want))
	}
	for code, w := range want {
		a, b := w.(household.Facility), household.Facility{}
		if e, ok := got[code]; ok {
			b = e.(household.Facility)
		}
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%s: %+v, want %+v", code, b, a)
		}
	}
}

func writePlacesCSV(enc charset.Encoding, comma rune) func(testing.TB, string, crs.CRS, []place) string {
	return func(tb testing.TB, dir string, _ crs.CRS, rows []place) string {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma = comma
		all := [][]string{append(append([]string(nil), placeHeader...), "经度", "纬度")}
		for _, p := range rows {
			all = append(all, append(p.values(), exact(p.at[0]), exact(p.at[1])))
		}
		if err := w.WriteAll(all); err != nil {
			tb.Fatal(err)
		}
		return save(tb, dir, "a.csv", charset.Encode(b.String(), enc))
	}
}

func exact(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func save(tb testing.TB, dir, name string, content []byte) string {
	tb.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func writePlacesXLSX(sheets int) func(testing.TB, string, crs.CRS, []place) string {
	return func(tb testing.TB, dir string, _ crs.CRS, rows []place) string {
		f := excelize.NewFile()
		defer f.Close()
		set := func(sheet string, row int, values []string) {
			for i, v := range values {
				cell, _ := excelize.CoordinatesToCellName(i+1, row)
				if err := f.SetCellStr(sheet, cell, v); err != nil {
					tb.Fatal(err)
				}
			}
		}
		at := map[string]int{}
		for i := range sheets {
			name := fmt.Sprintf("Sheet%d", i+1)
			if _, err := f.NewSheet(name); err != nil {
				tb.Fatal(err)
			}
			set(name, 1, []string{"设施一览"})
			set(name, 2, append(append([]string(nil), placeHeader...), "经度", "纬度"))
			at[name] = 2
		}
		for i, p := range rows {
			name := fmt.Sprintf("Sheet%d", i%sheets+1)
			at[name]++
			set(name, at[name], append(p.values(), exact(p.at[0]), exact(p.at[1])))
		}
		path := filepath.Join(dir, "a.xlsx")
		if err := f.SaveAs(path); err != nil {
			tb.Fatal(err)
		}
		return path
	}
}

func writePlacesJSON(name string) func(testing.TB, string, crs.CRS, []place) string {
	return func(tb testing.TB, dir string, c crs.CRS, rows []place) string {
		sequence := strings.HasSuffix(name, "l")
		var b strings.Builder
		if !sequence {
			b.WriteString(`{"type":"FeatureCollection",`)
			if c.Projected() {
				b.WriteString(`"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:` + strings.Replace(c.String(), ":", "::", 1) + `"}},`)
			}
			b.WriteString(`"features":[`)
		}
		for i, p := range rows {
			if i > 0 && !sequence {
				b.WriteString(",\n")
			}
			b.WriteString(`{"type":"Feature","properties":{`)
			for j, v := range p.values() {
				fmt.Fprintf(&b, "%s:%s,", strconv.Quote(placeHeader[j]), strconv.Quote(v))
			}
			// A text column of the source that is called as shapes are in CSV.
			fmt.Fprintf(&b, `"geom":"text"},"geometry":{"type":"Point","coordinates":[%s,%s]}}`, exact(p.at[0]), exact(p.at[1]))
			if sequence {
				b.WriteString("\n")
			}
		}
		if !sequence {
			b.WriteString("]}")
		}
		return save(tb, dir, name, []byte(b.String()))
	}
}

// gk4529 is the .prj of EPSG:4529.
const gk4529 = `PROJCS["CGCS2000_3_Degree_GK_Zone_41",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",41500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",123.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`

func writePlacesShape(tb testing.TB, dir string, _ crs.CRS, rows []place) string {
	var shp, dbf bytes.Buffer
	little := func(b *bytes.Buffer, values ...any) {
		for _, v := range values {
			_ = binary.Write(b, binary.LittleEndian, v) // to memory
		}
	}
	head := make([]byte, 100)
	binary.BigEndian.PutUint32(head, 9994)
	binary.BigEndian.PutUint32(head[24:], uint32(50+14*len(rows)))
	binary.LittleEndian.PutUint32(head[28:], 1000)
	binary.LittleEndian.PutUint32(head[32:], 1)
	shp.Write(head)
	const width = 60
	little(&dbf, [4]byte{3, 124, 1, 1}, uint32(len(rows)), uint16(32+32*len(placeHeader)+1), uint16(1+width*len(placeHeader)), [20]byte{})
	for _, n := range placeHeader {
		var field [32]byte
		copy(field[:11], charset.Encode(n, charset.GB18030))
		field[11], field[16] = 'C', width
		dbf.Write(field[:])
	}
	dbf.WriteByte('\r')
	for i, p := range rows {
		_ = binary.Write(&shp, binary.BigEndian, []uint32{uint32(i + 1), 10})
		little(&shp, uint32(1), math.Float64bits(p.at[0]), math.Float64bits(p.at[1]))
		dbf.WriteByte(' ')
		for _, v := range p.values() {
			cell := bytes.Repeat([]byte{' '}, width)
			copy(cell, charset.Encode(v, charset.GB18030))
			dbf.Write(cell)
		}
	}
	dbf.WriteByte(0x1A)
	save(tb, dir, "a.dbf", dbf.Bytes())
	save(tb, dir, "a.prj", []byte(gk4529))
	save(tb, dir, "a.cpg", []byte("GB18030"))
	return save(tb, dir, "a.shp", shp.Bytes())
}

func writePlacesGPKG(tb testing.TB, dir string, _ crs.CRS, rows []place) string {
	path := filepath.Join(dir, "a.gpkg")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	exec := func(query string, args ...any) {
		if _, err := db.Exec(query, args...); err != nil {
			tb.Fatal(err)
		}
	}
	exec(`PRAGMA application_id = 1196444487;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT, organization_coordsys_id INTEGER, definition TEXT);
CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z TINYINT, m TINYINT);
INSERT INTO gpkg_spatial_ref_sys VALUES ('zone 41', 4529, 'EPSG', 4529, '');
CREATE TABLE poi (fid INTEGER PRIMARY KEY, geom BLOB, 编码 TEXT, 名称 TEXT, 类别 TEXT, 容量 TEXT);
INSERT INTO gpkg_contents VALUES ('poi', 'features', 'poi', 4529);
INSERT INTO gpkg_geometry_columns VALUES ('poi', 'geom', 'POINT', 4529, 0, 0);`)
	for _, p := range rows {
		blob := append([]byte{'G', 'P', 0, 1, 0xB1, 0x11, 0, 0, 1, 1, 0, 0, 0}, make([]byte, 16)...)
		binary.LittleEndian.PutUint64(blob[13:], math.Float64bits(p.at[0]))
		binary.LittleEndian.PutUint64(blob[21:], math.Float64bits(p.at[1]))
		exec(`INSERT INTO poi (geom, 编码, 名称, 类别, 容量) VALUES (?, ?, ?, ?, ?)`, blob, p.code, p.name, p.category, p.capacity)
	}
	return path
}
