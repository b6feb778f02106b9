package shapefile

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/charset"
	"hearthmap/importers/readertest"
	"hearthmap/internal/testdata"
)

func gbk(s string) string { return string(charset.Encode(s, charset.GB18030)) }

// oneText is a table of one column with one value in it.
func oneText(driver byte, name, value string, width int) []byte {
	return dbfFile(3, driver, []field{{name, 'C', width, 0}}, []string{value})
}

func TestValues(t *testing.T) {
	i32, f64 := make([]byte, 4), make([]byte, 8)
	binary.LittleEndian.PutUint32(i32, 0xFFFFFFF6)
	binary.LittleEndian.PutUint64(f64, math.Float64bits(2.5))
	moment := binary.LittleEndian.AppendUint32(nil, 2440588+1)
	moment = binary.LittleEndian.AppendUint32(moment, 3_600_000)
	money := binary.LittleEndian.AppendUint64(nil, 123_4500)
	for name, k := range map[string]struct {
		version byte
		typ     byte
		value   string
		want    string
		bad     importers.RejectCode
	}{
		"text":        {3, 'C', " a b  ", "a b", ""},
		"NUL":         {3, 'C', "ab\x00cd", "ab", ""},
		"number":      {3, 'N', "  12.50", "12.50", ""},
		"float":       {3, 'F', "1.5e+003", "1.5e+003", ""},
		"stars":       {3, 'N', "*****", "", importers.RejectValue},
		"comma":       {3, 'N', "68,5k", "68,5k", ""},
		"date":        {3, 'D', "19990131", "1999-01-31", ""},
		"zero date":   {3, 'D', "00000000", "", ""},
		"no date":     {3, 'D', "1999 131", "1999 131", ""},
		"yes":         {3, 'L', "y", "true", ""},
		"no":          {3, 'L', "F", "false", ""},
		"unknown":     {3, 'L', "?", "", ""},
		"integer":     {0x30, 'I', string(i32), "-10", ""},
		"double":      {0x30, 'B', string(f64), "2.5", ""},
		"NaN":         {0x30, 'B', "\xff\xff\xff\xff\xff\xff\xff\xff", "", importers.RejectValue},
		"money":       {0x30, 'Y', string(money), "123.4500", ""},
		"moment":      {0x30, 'T', string(moment), "1970-01-02T01:00:00", ""},
		"no moment":   {0x30, 'T', strings.Repeat("\x00", 8), "", ""},
		"bad moment":  {0x30, '@', "abcdefgh", "", importers.RejectValue},
		"replacement": {3, 'C', "a\uFFFDb", "", importers.RejectEncoding},
	} {
		f := dbfFile(k.version, 0, []field{{"a", k.typ, len(k.value), 0}}, []string{k.value})
		rows, _, err := read(t, files{".dbf": f, ".cpg": []byte("UTF-8")}, ".dbf")
		switch {
		case err != nil || len(rows) != 1:
			t.Errorf("%s: %v %v", name, rows, err)
		case k.bad != "":
			if rows[0].Reject == nil || rows[0].Reject.Code != k.bad || rows[0].Reject.Column != "a" {
				t.Errorf("%s: %+v", name, rows[0])
			}
		case rows[0].Reject != nil || rows[0].Record.Values[0] != k.want:
			t.Errorf("%s: %+v, want %q", name, rows[0], k.want)
		}
	}
}

// Memos and the like are left out with a note; wide texts are found by the
// size of the row.
func TestColumns(t *testing.T) {
	f := dbfFile(0x83, 0, []field{{"a", 'C', 2, 0}, {"memo", 'M', 10, 0}, {"b", 'N', 2, 0}}, []string{"x", "5", "1"})
	rows, notes, err := read(t, files{".dbf": f}, ".dbf")
	if err != nil || !slices.Equal(rows[0].Record.Names, []string{"a", "b"}) || !slices.Equal(rows[0].Record.Values, []string{"x", "1"}) || !mention(notes, "memos") {
		t.Errorf("%+v %q %v", rows, notes, err)
	}
	wide := dbfFile(3, 0, []field{{"a", 'C', 300, 1}}, []string{strings.Repeat("x", 300)})
	rows, _, err = read(t, files{".dbf": wide}, ".dbf")
	if err != nil || len(rows[0].Record.Values[0]) != 300 {
		t.Errorf("%+v %v", rows, err)
	}
	twins := dbfFile(3, 0, []field{{"rate", 'C', 1, 0}, {"rate", 'C', 1, 0}, {"", 'C', 1, 0}}, []string{"1", "2", "3"})
	rows, notes, err = read(t, files{".dbf": twins}, ".dbf")
	if err != nil || !slices.Equal(rows[0].Record.Names, []string{"rate", "rate_2", "column3"}) || !mention(notes, "more than once") {
		t.Errorf("%+v %q %v", rows, notes, err)
	}
	behind := append(bytes.TrimSuffix(twins, []byte{0x1A}), " abc\x1a"...)
	if _, notes, err = read(t, files{".dbf": behind}, ".dbf"); err != nil || !mention(notes, "were not read") {
		t.Errorf("%q %v", notes, err)
	}
}

// Names and values that were cut within a character lose its half; damage
// elsewhere rejects the row.
func TestHalfCharacters(t *testing.T) {
	name := gbk("建筑面积总")[:9] // a writer's ten bytes with their end mark
	full := gbk("和平区文化路")
	f := dbfFile(3, 0x4D, []field{{name, 'C', 11, 0}},
		[]string{full[:11]}, []string{full[:8]}, []string{full[:5]}, []string{full[:4] + "\xB0 x"})
	rows, notes, err := read(t, files{".dbf": f}, ".dbf")
	if err != nil || len(rows) != 4 {
		t.Fatal(rows, err)
	}
	if rows[0].Record.Names[0] != "建筑面积" || rows[0].Record.Values[0] != "和平区文化" || rows[1].Record.Values[0] != "和平区文" {
		t.Errorf("%+v", rows)
	}
	for _, r := range rows[2:] {
		if r.Reject == nil || r.Reject.Code != importers.RejectEncoding {
			t.Errorf("%+v", r)
		}
	}
	if !mention(notes, "column 1 ends within") || !mention(notes, "1 values were cut off") {
		t.Errorf("%q", notes)
	}
	utf := dbfFile(3, 0, []field{{"建筑面积总"[:11], 'C', 10, 0}}, []string{"和平区文化"[:10]})
	rows, _, err = read(t, files{".dbf": utf, ".cpg": []byte("65001")}, ".dbf")
	if err != nil || rows[0].Record.Names[0] != "建筑面" || rows[0].Record.Values[0] != "和平区" {
		t.Errorf("%+v %v", rows, err)
	}
}

func TestEncodings(t *testing.T) {
	const text = "和平区文化路三段十一号花园小区"
	for name, k := range map[string]struct {
		f     files
		given string
		want  string // empty: an error with a hint
		note  string
	}{
		".cpg":               {files{".dbf": oneText(0, "a", gbk(text), 60), ".cpg": []byte("GBK\r\n")}, "", text, ""},
		".cpg by number":     {files{".dbf": oneText(0, "a", gbk(text), 60), ".cpg": []byte("ANSI 936")}, "", text, ""},
		"language driver":    {files{".dbf": oneText(0x4D, "a", gbk(text), 60)}, "", text, ""},
		"bytes":              {files{".dbf": oneText(0, "a", gbk(text), 60)}, "", text, "by its bytes"},
		"driver of a system": {files{".dbf": oneText(0x57, "a", gbk(text), 60)}, "", text, "by its bytes"},
		"UTF-8 by its bytes": {files{".dbf": oneText(0, "a", text, 60)}, "", text, "by its bytes"},
		"Big5":               {files{".dbf": oneText(0x4F, "a", string(charset.Encode("花園幼兒園", charset.Big5)), 60)}, "", "花園幼兒園", ""},
		"UTF-8 called GBK":   {files{".dbf": oneText(0x4D, "a", text, 60)}, "", "", ""},
		"GBK called Latin":   {files{".dbf": oneText(0x57, "a", gbk(text), 60), ".cpg": []byte("ISO-8859-1")}, "", "", ""},
		"Latin":              {files{".dbf": oneText(0, "a", "Pe\xe7e\xf1a", 60), ".cpg": []byte("88591")}, "", "Peçeña", ""},
		"the user's word":    {files{".dbf": oneText(0x4D, "a", text, 60)}, "utf-8", text, "as --encoding says"},
		"unknown .cpg":       {files{".dbf": oneText(0, "a", gbk(text), 60), ".cpg": []byte("huh")}, "gbk", text, ""},
		"unknown word":       {files{".dbf": oneText(0, "a", gbk(text), 60)}, "huh", "", ""},
		"no telling":         {files{".dbf": oneText(0, "a", "Pe\xe7e\xf1a", 60)}, "", "", ""},
		"ASCII":              {files{".dbf": oneText(0, "a", "abc", 60)}, "", "abc", ""},
	} {
		r, err := Open(k.f.save(t, ".dbf"), importers.FileOptions{Encoding: k.given})
		if k.want == "" {
			if household.HintOf(err) == "" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rows, err := readertest.ReadAll(t, r)
		notes := r.(importers.NotingReader).Notes()
		r.Close()
		if err != nil || len(rows) != 1 || rows[0].Reject != nil || rows[0].Record.Values[0] != k.want || k.note != "" && !mention(notes, k.note) {
			t.Errorf("%s: %+v %q %v", name, rows, notes, err)
		}
	}
}

func TestNamesOfEncodings(t *testing.T) {
	for in, want := range map[string]string{
		"UTF-8": "utf-8", "CP936": "gb18030", "windows-936": "gb18030", "GB2312": "gb18030", "Big-5": "big5", "950": "big5", "1251": "windows-1251",
		"ANSI 1252": "windows-1252", "874": "windows-874", "OEM 437": "ibm437", "latin2": "iso-8859-2", "latin9": "iso-8859-15", "ISO 88591": "iso-8859-1",
		"8859-15": "iso-8859-15", "28591": "iso-8859-1", "koi8r": "koi8-r", "sjis": "shift-jis", "EUC-KR": "euc-kr", "949": "euc-kr", "UTF-16": "utf-16",
		"": "", "12": "", "99999": "", "huh": "",
	} {
		if got := canonical(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	for driver, page := range driverPages {
		if name := canonical(page); name == "" {
			t.Errorf("driver %02X: code page %s is not known", driver, page)
		}
	}
}

// Every table of the shared files: iconv says what the values are.
func TestSharedTables(t *testing.T) {
	root := testdata.Path(t, "malformed")
	iconv, lookErr := exec.LookPath("iconv")
	for _, k := range []struct{ file, encoding, iconv string }{
		{"dbf/big5.dbf", "", "BIG5"},
		{"dbf/gb2312.dbf", "", "GB18030"},
		{"dbf/gbk.dbf", "", "GBK"},
		{"dbf/utf8.dbf", "", "UTF-8"},
		{"dbf/POLYGON.dbf", "", "ASCII"},
		{"dbf/duplicate_fields.dbf", "", "ASCII"},
		{"dbf/comma_separated.dbf", "", "ASCII"},
		{"dbf/ldid/chinese.dbf", "", "GBK"},
		{"shp_gbk/gbk.dbf", "", "GBK"},
		{"shp_gbk/gbk2.dbf", "", "GBK"},
		{"dbf/cpg/big5.dbf", "", "BIG5"},
		{"dbf/cpg/euckr.dbf", "", "EUC-KR"},
		{"dbf/cpg/koi8r.dbf", "", "KOI8-R"},
		{"dbf/cpg/latin2.dbf", "", "ISO-8859-2"},
		{"dbf/cpg/shiftjis.dbf", "", "SHIFT-JIS"},
		{"dbf/cpg/win1251.dbf", "", "CP1251"},
		{"dbf/cpg/win874.dbf", "", "CP874"},
		// Nothing tells these: they have to be refused.
		{"dbf/latin1.dbf", "", ""},
		{"dbf/shiftjis.dbf", "", ""},
		{"dbf/cpg/utf16.dbf", "", ""},
		{"dbf/gbk.dbf", "gb18030", "GBK"},
		{"dbf/big5.dbf", "big5", "BIG5"},
	} {
		path := filepath.Join(root, k.file)
		r, err := Open(path, importers.FileOptions{Encoding: k.encoding})
		if k.iconv == "" {
			if err == nil || household.HintOf(err) == "" {
				t.Errorf("%s: %v, want an error", k.file, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", k.file, err)
			continue
		}
		rows, err := readertest.ReadAll(t, r)
		r.Close()
		if err != nil || len(rows) == 0 {
			t.Errorf("%s: %v %v", k.file, rows, err)
			continue
		}
		if lookErr != nil {
			continue
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(iconv, "-f", k.iconv, "-t", "UTF-8")
		cmd.Stdin = bytes.NewReader(raw[binary.LittleEndian.Uint16(raw[8:]):]) // the rows
		want, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: iconv: %v", k.file, err)
		}
		for _, row := range rows {
			for _, v := range row.Record.Values {
				if row.Reject != nil || !bytes.Contains(want, []byte(v)) {
					t.Errorf("%s: %q is not in what iconv reads", k.file, v)
				}
			}
		}
	}
}
