package shapefile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/readertest"
	"hearthmap/internal/testdata"
)

// member is a file to be packed.
type member struct {
	name    string
	content []byte
}

func pack(tb testing.TB, members ...member) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		w, err := z.CreateHeader(&zip.FileHeader{Name: m.name, Method: zip.Deflate, NonUTF8: true})
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := w.Write(m.content); err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// packed is the sample's files under a stem.
func packed(stem string) []member {
	f := sample()
	return []member{{stem + ".shp", f[".shp"]}, {stem + ".shx", f[".shx"]}, {stem + ".dbf", f[".dbf"]}}
}

func archive(tb testing.TB, members ...member) string {
	return files{".zip": pack(tb, members...)}.save(tb, ".zip")
}

func TestZipConformance(t *testing.T) {
	path := archive(t, packed("a")...)
	readertest.Run(t, func(tb testing.TB) importers.Reader { return open(tb, path, importers.FileOptions{}) })
}

func TestZip(t *testing.T) {
	f := sample()
	for name, members := range map[string][]member{
		"root":       packed("a"),
		"deep":       packed("x/y/z/a"),
		"backslash":  packed(`x\a`),
		"UTF-8":      packed("楼栋/楼栋"),
		"GBK":        packed(gbk("楼栋数据/楼栋")),
		"from a Mac": append(packed("a"), member{"__MACOSX/._a.shp", []byte("x")}, member{"._a.dbf", []byte("x")}),
		"mixed case": {{"a.SHP", f[".shp"]}, {"A.dbf", f[".dbf"]}},
		"others":     append(packed("a"), member{"readme.txt", []byte("x")}, member{"b.dbf", f[".dbf"]}),
		"by itself":  {{"b/a.dbf", f[".dbf"]}},
	} {
		rows, err := readertest.ReadAll(t, open(t, archive(t, members...), importers.FileOptions{}))
		if err != nil || len(rows) != 3 || rows[0].Record.Values[0] != "B1" {
			t.Errorf("%s: %+v %v", name, rows, err)
		} else if (rows[0].Record.Geometry == nil) != (name == "by itself") {
			t.Errorf("%s: shape %v", name, rows[0].Record.Geometry)
		}
	}
}

func TestZipsThatCannotBeRead(t *testing.T) {
	whole := pack(t, packed("a")...)
	locked, odd, bomb := slices.Clone(whole), slices.Clone(whole), slices.Clone(whole)
	for at := 0; ; at += 4 { // in the list of contents
		i := bytes.Index(whole[at:], []byte("PK\x01\x02"))
		if i < 0 {
			break
		}
		at += i
		locked[at+8] |= flagEncrypted
		odd[at+10] = 9 // Deflate64
		binary.LittleEndian.PutUint32(bomb[at+24:], 0xFFFFFFF0)
	}
	directory := slices.Clone(whole)
	binary.LittleEndian.PutUint32(directory[len(directory)-22+12:], 0x7FFFFFFF)
	edited, _ := shpFiles(nullRecord(), nullRecord())
	binary.BigEndian.PutUint32(edited[112:], 1)
	for name, k := range map[string]struct {
		zip  []byte
		says string
	}{
		"nothing of use": {pack(t, member{"a.txt", []byte("x")}), "neither"},
		"two layers":     {pack(t, append(packed("a"), packed("b/"+gbk("楼"))...)...), `2 layers that may be meant: "a", "b/楼"`},
		"twice":          {pack(t, append(packed("a"), packed("a")...)...), "twice"},
		"no table":       {pack(t, packed("a")[:1]...), "missing"},
		"password":       {locked, "password"},
		"method":         {odd, "method"},
		"size lies":      {bomb, ""},
		"directory lies": {directory, ""},
		"cut":            {whole[:len(whole)/2], "cannot be read"},
		"no zip":         {[]byte("hello"), "cannot be read"},
		"out of order":   {pack(t, member{"a.shp", edited}, member{"a.dbf", dbfFile(3, 0, []field{{"a", 'C', 1, 0}}, []string{"1"}, []string{"2"})}), "not in order"},
	} {
		_, _, err := read(t, files{".zip": k.zip}, ".zip")
		if err == nil || household.HintOf(err) == "" || !strings.Contains(err.Error(), k.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every damaged byte is noticed, or does no harm: the rows are the same or
// there is an error with a hint.
func TestDamagedZips(t *testing.T) {
	whole := pack(t, packed("a")...)
	want, _, err := read(t, files{".zip": whole}, ".zip")
	if err != nil {
		t.Fatal(err)
	}
	for at := range whole {
		rows, _, err := read(t, files{".zip": patch(whole, at, whole[at]^0x55)}, ".zip")
		switch {
		case err != nil && household.HintOf(err) == "":
			t.Errorf("byte %d: %v", at, err)
		case err == nil && len(rows) != len(want):
			t.Errorf("byte %d: %d rows in silence", at, len(rows))
		}
	}
}

// A member that unpacks to far more than it says is stopped at its size.
func TestZipBomb(t *testing.T) {
	f := sample()
	blanks := append(slices.Clone(f[".dbf"][:len(f[".dbf"])-1]), bytes.Repeat([]byte{' '}, 64<<20)...)
	rows, notes, err := read(t, files{".zip": pack(t, member{"a.dbf", blanks})}, ".zip")
	if err != nil || len(rows) != 3 || !mention(notes, "were not read") {
		t.Errorf("%d rows, %q, %v", len(rows), notes, err)
	}
}

func TestSharedArchives(t *testing.T) {
	all, err := filepath.Glob(filepath.Join(testdata.Path(t, "malformed/zip"), "*.zip"))
	if err != nil || len(all) < 20 {
		t.Fatal(all, err)
	}
	for _, path := range all {
		if r, err := Open(path, importers.FileOptions{}); err == nil {
			r.Close()
			t.Errorf("%s is read as a shapefile", path)
		} else if household.HintOf(err) == "" {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestSharedShapefiles(t *testing.T) {
	root := testdata.Path(t, "malformed")
	for file, want := range map[string]struct{ system, name, value string }{
		"shp_gbk/gbk.shp":      {"EPSG:4550", "小区名称", "三台子桔蔷社区松山小区"},
		"shp_gbk/gbk2.shp":     {"EPSG:4326", "小区名称", "三台子桔蔷社区松山小区"},
		"dbf/ldid/chinese.shp": {"EPSG:4326", "NAME", "简体"},
		"dbf/cpg/big5.shp":     {"", "NAME", "國語"},
	} {
		r := open(t, filepath.Join(root, file), importers.FileOptions{})
		c, ok := r.(importers.CRSReader).CRS()
		if ok != (want.system != "") || ok && c.String() != want.system {
			t.Errorf("%s: %v %v", file, c, ok)
		}
		rows, err := readertest.ReadAll(t, r)
		if err != nil || len(rows) != 1 || rows[0].Reject != nil {
			t.Errorf("%s: %+v %v", file, rows, err)
			continue
		}
		rec := rows[0].Record
		if rec.Names[0] != want.name || rec.Values[0] != want.value || rec.Geometry == nil {
			t.Errorf("%s: %+v", file, rec)
		}
	}
}
