package shapefile

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/geo/crs"
	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/readertest"
)

func TestConformance(t *testing.T) {
	for _, ext := range []string{".shp", ".dbf"} {
		path := sample().save(t, ext)
		t.Run(ext, func(t *testing.T) {
			readertest.Run(t, func(tb testing.TB) importers.Reader { return open(tb, path, importers.FileOptions{}) })
		})
	}
}

func TestRowsAndShapes(t *testing.T) {
	rows, notes, err := read(t, sample(), ".shp")
	if err != nil || len(rows) != 3 {
		t.Fatal(rows, err)
	}
	for i, want := range []struct {
		row      int64
		values   []string
		geometry orb.Geometry
	}{
		{1, []string{"B1", "18", "2001-02-03", "true"}, orb.Polygon{square}},
		{3, []string{"B3", "", "", "false"}, nil},
		{4, []string{"B 4", "-2.5", "2001", ""}, orb.Polygon{square, moved(square, 2, 2, 0.3, true)}},
	} {
		got := rows[i].Record
		same := got.Geometry == nil && want.geometry == nil || got.Geometry != nil && want.geometry != nil && orb.Equal(got.Geometry, want.geometry)
		if got.Row != want.row || !slices.Equal(got.Values, want.values) || !same {
			t.Errorf("%d: %+v, want %+v", i, got, want)
		}
	}
	if !mention(notes, "1 rows are marked as deleted") {
		t.Errorf("notes %q", notes)
	}
	table, _, err := read(t, sample(), ".dbf")
	if err != nil || len(table) != 3 || table[2].Record.Row != 4 || table[2].Record.Geometry != nil {
		t.Error(table, err)
	}
}

func mention(notes []string, what string) bool {
	return slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, what) })
}

func TestKindsOfShapes(t *testing.T) {
	z := func(b []byte, typ int, extra ...any) []byte { // as with heights: they follow everything else
		b = le(append([]byte(nil), b...), extra...)
		binary.LittleEndian.PutUint32(b, uint32(typ))
		return b
	}
	line, second := []orb.Point{{0, 0}, {1, 1}}, []orb.Point{{2, 2}, {3, 3}, {4, 2}}
	multi := le(le(nil, 8, 0.0, 0.0, 0.0, 0.0, 2), orb.Point{1, 2}, orb.Point{3, 4})
	for name, k := range map[string]struct {
		record []byte
		want   orb.Geometry
	}{
		"point":      {pointRecord(orb.Point{1, 2}), orb.Point{1, 2}},
		"point Z":    {z(pointRecord(orb.Point{1, 2}), 11, 3.0, 4.0), orb.Point{1, 2}},
		"point M":    {z(pointRecord(orb.Point{1, 2}), 21, 3.0), orb.Point{1, 2}},
		"multipoint": {multi, orb.MultiPoint{{1, 2}, {3, 4}}},
		"line":       {partsRecord(3, line), orb.LineString(line)},
		"lines":      {partsRecord(3, line, second), orb.MultiLineString{line, second}},
		"lines Z":    {z(partsRecord(3, line, second), 13, make([]any, 0)...), orb.MultiLineString{line, second}},
		"empty part": {partsRecord(3, line, nil, second), orb.MultiLineString{line, second}},
		"polygon M":  {z(partsRecord(5, square), 25, 1.0), orb.Polygon{square}},
		"no points":  {partsRecord(5), nil},
		"null":       {nullRecord(), nil},
	} {
		shp, _ := shpFiles(k.record)
		rows, notes, err := read(t, files{".shp": shp, ".dbf": dbfFile(3, 0, []field{{"a", 'C', 1, 0}}, []string{"x"})}, ".shp")
		if err != nil || len(rows) != 1 || rows[0].Reject != nil {
			t.Errorf("%s: %v %v", name, rows, err)
			continue
		}
		got := rows[0].Record.Geometry
		if (got == nil) != (k.want == nil) || got != nil && !orb.Equal(got, k.want) {
			t.Errorf("%s: %v, want %v", name, got, k.want)
		}
		if strings.HasSuffix(name, "Z") != mention(notes, "heights") || strings.HasSuffix(name, "M") != mention(notes, "measures") {
			t.Errorf("%s: notes %q", name, notes)
		}
	}
}

// Shapes that lie about themselves spoil their row only.
func TestBrokenShapes(t *testing.T) {
	huge := partsRecord(5, square)
	binary.LittleEndian.PutUint32(huge[40:], 0xFFFFFFFF)
	manyParts := partsRecord(5, square)
	binary.LittleEndian.PutUint32(manyParts[36:], 0x7FFFFFFF)
	unsorted := partsRecord(3, square, square)
	binary.LittleEndian.PutUint32(unsorted[48:], 100)
	for name, record := range map[string][]byte{
		"points": huge, "parts": manyParts, "starts": unsorted, "short": partsRecord(5, square)[:60], "tiny": {5, 0},
		"type": le(nil, 77), "multipatch": le(nil, 31), "cut point": pointRecord(orb.Point{1, 2})[:12],
		"multipoint": le(nil, 8, 0.0, 0.0, 0.0, 0.0, 1<<30), "start": append(le(nil, 3, 0.0, 0.0, 0.0, 0.0, 1, 1, 1), make([]byte, 16)...),
	} {
		shp, shx := shpFiles(pointRecord(orb.Point{1, 2}), record, pointRecord(orb.Point{3, 4}))
		dbf := dbfFile(3, 0, []field{{"a", 'C', 1, 0}}, []string{"x"}, []string{"y"}, []string{"z"})
		rows, _, err := read(t, files{".shp": shp, ".shx": shx, ".dbf": dbf}, ".shp")
		if err != nil || len(rows) != 3 || rows[1].Reject == nil || rows[1].Reject.Code != importers.RejectGeometry || rows[2].Record.Geometry == nil {
			t.Errorf("%s: %+v %v", name, rows, err)
		}
	}
}

// The .shx counts when the file was edited; a wrong one does not.
func TestOrderOfRecords(t *testing.T) {
	a, b, c := pointRecord(orb.Point{1, 1}), pointRecord(orb.Point{2, 2}), pointRecord(orb.Point{3, 3})
	dbf := dbfFile(3, 0, []field{{"a", 'C', 1, 0}}, []string{"1"}, []string{"2"}, []string{"3"})
	check := func(name string, f files, want string) {
		t.Helper()
		rows, notes, err := read(t, f, ".shp")
		if err != nil || len(rows) != 3 {
			t.Errorf("%s: %v %v", name, rows, err)
			return
		}
		for i, r := range rows {
			if p, ok := r.Record.Geometry.(orb.Point); !ok || p[0] != float64(i+1) || r.Record.Values[0] != string(rune('1'+i)) {
				t.Errorf("%s: row %d is %+v", name, i, r.Record)
			}
		}
		if want != "" && !mention(notes, want) {
			t.Errorf("%s: notes %q", name, notes)
		}
	}
	shp, shx := shpFiles(a, b, c)
	check("plain", files{".shp": shp, ".shx": shx, ".dbf": dbf}, "")
	check("no .shx", files{".shp": shp, ".dbf": dbf}, ".shx is missing")
	check("short .shx", files{".shp": shp, ".shx": shx[:50], ".dbf": dbf}, "does not fit")
	check("noise in .shx", files{".shp": shp, ".shx": append(shx[:100:100], bytes.Repeat([]byte{0xFF}, 24)...), ".dbf": dbf}, "does not fit")
	check("garbage behind", files{".shp": append(slices.Clone(shp), 0, 0, 0), ".shx": shx, ".dbf": dbf}, "3 bytes behind")

	// Edited: shape 2 was moved to the end, its old place left as it was.
	edited, index := shpFiles(a, pointRecord(orb.Point{9, 9}), c, b)
	binary.BigEndian.PutUint32(edited[100+3*28:], 2)
	copy(index[108:116], index[124:132])
	index = index[:124]
	fixHeader(index)
	check("edited", files{".shp": edited, ".shx": index, ".dbf": dbf}, "")
	if _, _, err := read(t, files{".shp": edited, ".dbf": dbf}, ".shp"); household.HintOf(err) == "" {
		t.Errorf("edited, no .shx: %v, want an error, for the old shape 2 was read first", err)
	}
	// A gap in the numbers leaves its row without a shape.
	gap, _ := shpFiles(a, c)
	binary.BigEndian.PutUint32(gap[128:], 3)
	rows, notes, err := read(t, files{".shp": gap, ".dbf": dbf}, ".shp")
	if err != nil || len(rows) != 3 || rows[1].Record.Geometry != nil || !orb.Equal(rows[2].Record.Geometry, orb.Point{3, 3}) || !mention(notes, "1 rows of the .dbf have no shape") {
		t.Errorf("gap: %+v %q %v", rows, notes, err)
	}
	back, _ := shpFiles(a, b, c)
	binary.BigEndian.PutUint32(back[128:], 1)
	if _, _, err := read(t, files{".shp": back, ".dbf": dbf}, ".shp"); household.HintOf(err) == "" {
		t.Errorf("numbers that go back: %v", err)
	}
	more, _ := shpFiles(a, b, c, a)
	rows, _, err = read(t, files{".shp": more, ".dbf": dbf}, ".shp")
	if err != nil || len(rows) != 4 || rows[3].Reject == nil || rows[3].Reject.Row != 4 {
		t.Errorf("a shape too many: %+v %v", rows, err)
	}
	fewer, _ := shpFiles(a, b)
	rows, notes, err = read(t, files{".shp": fewer, ".dbf": dbf}, ".shp")
	if err != nil || len(rows) != 3 || rows[2].Record.Geometry != nil || !mention(notes, "1 rows") {
		t.Errorf("a shape too few: %+v %v", rows, err)
	}
}

// Cut at any byte, the files give an error with a hint, never less than they
// held in silence.
func TestCutFiles(t *testing.T) {
	f := sample()
	for _, ext := range []string{".shp", ".dbf"} {
		whole := f[ext]
		for n := range len(whole) {
			g := files{".shp": f[".shp"], ".shx": f[".shx"], ".dbf": f[".dbf"]}
			g[ext] = whole[:n]
			rows, _, err := read(t, g, ".shp")
			if ext == ".dbf" && n >= len(whole)-1 {
				if err != nil || len(rows) != 3 { // without the mark at its end
					t.Errorf("%s cut to %d: %v", ext, n, err)
				}
				continue
			}
			if household.CodeOf(err) != household.Invalid || household.HintOf(err) == "" {
				t.Fatalf("%s cut to %d: %v, %d rows", ext, n, err, len(rows))
			}
		}
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	f := sample()
	for name, k := range map[string]struct {
		f   files
		ext string
	}{
		"no table":        {files{".shp": f[".shp"]}, ".shp"},
		"no file":         {files{}, ".shp"},
		"table as shape":  {files{".shp": f[".dbf"], ".dbf": f[".dbf"]}, ".shp"},
		"shape as table":  {files{".dbf": f[".shp"]}, ".dbf"},
		"text":            {files{".dbf": []byte("code,name\n1,2\n" + strings.Repeat("x", 3000))}, ".dbf"},
		"zip as zip":      {files{".zip": []byte("PK\x03\x04xxxx")}, ".zip"},
		"neither":         {files{".bin": []byte("hello")}, ".bin"},
		"dBase II":        {files{".dbf": append([]byte{2}, f[".dbf"][1:]...)}, ".dbf"},
		"Beijing 1954":    {files{".shp": f[".shp"], ".dbf": f[".dbf"], ".prj": []byte(`GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954",SPHEROID["Krasovsky_1940",6378245.0,298.3]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`)}, ".shp"},
		"broken .prj":     {files{".shp": f[".shp"], ".dbf": f[".dbf"], ".prj": []byte("???")}, ".shp"},
		"unknown .cpg":    {files{".dbf": f[".dbf"], ".cpg": []byte("Klingon")}, ".dbf"},
		"UTF-16":          {files{".dbf": f[".dbf"], ".cpg": []byte("UTF-16")}, ".dbf"},
		"marked end":      {files{".dbf": bytes.Replace(f[".dbf"], []byte("*B2"), []byte("\x1aB2"), 1)}, ".dbf"},
		"rows too short":  {files{".dbf": patch(f[".dbf"], 10, 5)}, ".dbf"},
		"no columns":      {files{".dbf": patch(f[".dbf"], 32, 0x0D)}, ".dbf"},
		"header too long": {files{".dbf": patch(f[".dbf"], 9, 0xFF)}, ".dbf"},
	} {
		_, _, err := read(t, k.f, k.ext)
		if err == nil || household.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func patch(b []byte, at int, v byte) []byte {
	b = slices.Clone(b)
	b[at] = v
	return b
}

func TestReferenceSystem(t *testing.T) {
	prj := []byte(`PROJCS["x",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["Central_Meridian",123.0],UNIT["Meter",1.0]]`)
	f := sample()
	f[".prj"] = prj
	path := f.save(t, ".shp")
	own := open(t, path, importers.FileOptions{}).(importers.CRSReader)
	if c, ok := own.CRS(); !ok || c.String() != "EPSG:4550" {
		t.Errorf("%v %v", c, ok)
	}
	given := open(t, path, importers.FileOptions{CRS: crs.WGS84, CRSGiven: true}).(*Reader)
	if _, ok := given.CRS(); ok || !mention(given.Notes(), "--crs says wgs84") {
		t.Errorf("%q", given.Notes())
	}
	f[".prj"] = []byte("nonsense")
	if r := open(t, f.save(t, ".shp"), importers.FileOptions{CRSGiven: true}).(*Reader); !mention(r.Notes(), "not used") {
		t.Errorf("%q", r.Notes())
	}
	delete(f, ".prj")
	if r := open(t, f.save(t, ".shp"), importers.FileOptions{}).(*Reader); !mention(r.Notes(), "no .prj") {
		t.Errorf("%q", r.Notes())
	}
}

// Files are found whatever the case of their names, and told without one.
func TestNames(t *testing.T) {
	f := sample()
	upper := files{".SHP": f[".shp"], ".Dbf": f[".dbf"], ".SHX": f[".shx"]}
	rows, err := readertest.ReadAll(t, open(t, upper.save(t, ".SHP"), importers.FileOptions{}))
	if err != nil || len(rows) != 3 {
		t.Error(rows, err)
	}
	for ext, want := range map[string]bool{".shp": true, ".dbf": true, ".shx": true} {
		if got := Format().Sniff(f[ext]); got != want {
			t.Errorf("%s: sniffed %v", ext, got)
		}
	}
	for _, text := range []string{"", "{", "code,name\n", "PK\x03\x04" + strings.Repeat("\x00", 22) + "\x13\x00\x00\x00[Content_Types].xml", strings.Repeat("\x03", 100)} {
		if Format().Sniff([]byte(text)) {
			t.Errorf("%q is taken for a shapefile", text)
		}
	}
	odd := files{".data": f[".dbf"]}
	if r, err := Open(odd.save(t, ".data"), importers.FileOptions{}); err != nil {
		t.Error(err)
	} else if _, ok := r.(importers.HeaderReader); !ok {
		t.Errorf("%T", r)
	}
}

func TestMemoryOfBigShapes(t *testing.T) {
	big := make([]byte, maxShape+16)
	binary.LittleEndian.PutUint32(big, 5)
	shp, shx := shpFiles(pointRecord(orb.Point{1, 1}), big, pointRecord(orb.Point{2, 2}))
	dbf := dbfFile(3, 0, []field{{"a", 'C', 1, 0}}, []string{"1"}, []string{"2"}, []string{"3"})
	rows, _, err := read(t, files{".shp": shp, ".shx": shx, ".dbf": dbf}, ".shp")
	if err != nil || len(rows) != 3 || rows[1].Reject == nil || rows[2].Record.Geometry == nil {
		t.Errorf("%+v %v", rows, err)
	}
}
