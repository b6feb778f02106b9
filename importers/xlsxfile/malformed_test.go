package xlsxfile

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/internal/testdata"
)

// readAll opens and reads a file to its end; err is that of the file.
func readAll(path string) (rows, rejects int, r importers.Reader, err error) {
	r, err = Open(path)
	if err != nil {
		return 0, 0, nil, err
	}
	defer r.Close()
	for {
		_, err := r.Next()
		var bad *importers.RowError
		switch {
		case err == io.EOF:
			return rows, rejects, r, nil
		case errors.As(err, &bad):
			rejects++
		case err != nil:
			return rows, rejects, r, err
		default:
			rows++
		}
	}
}

// wantClear checks that an error tells the user what is wrong and what to do.
func wantClear(tb testing.TB, err error, message string) {
	tb.Helper()
	var e *household.Error
	switch {
	case !errors.As(err, &e):
		tb.Errorf("%v is no *household.Error", err)
	case !strings.Contains(e.Message, message):
		tb.Errorf("%q does not say %q", e.Message, message)
	case e.Hint == "" || e.Code != household.Invalid:
		tb.Errorf("%q: code %q, hint %q", e.Message, e.Code, e.Hint)
	}
}

// Every broken or odd file ends in a clear error or a correct reading.
func TestMalformed(t *testing.T) {
	const noBook = "holds no workbook"
	want := map[string]string{ // the error, or what is read
		"xlsx/BadWorkbook.xlsx":         "lists no sheets",
		"xlsx/Book1.xlsx":               "10 and 2 rejects", // the rejects are wider than the header
		"xlsx/CalcChain.xlsx":           "0 and 0 rejects",
		"xlsx/MergeCell.xlsx":           "11 and 0 rejects",
		"xlsx/OverflowNumericCell.xlsx": "0 and 0 rejects",
		"xlsx/SharedStrings.xlsx":       "0 and 0 rejects",
		"xlsx/encryptAES.xlsx":          "protected with a password",
		"xlsx/encryptSHA1.xlsx":         "protected with a password",
		"xlsx/encryptSHA512.xlsx":       "protected with a password",
		"zip/comment-truncated.zip":     "damaged",
		"zip/test-prefix.zip":           "does not begin as a zip file",
	}
	for _, dir := range []string{"xlsx", "zip"} {
		files, err := filepath.Glob(filepath.Join(testdata.Path(t, "malformed/"+dir), "*"))
		if err != nil || len(files) < 9 {
			t.Fatalf("%d files, %v", len(files), err)
		}
		for _, path := range files {
			name := dir + "/" + filepath.Base(path)
			t.Run(name, func(t *testing.T) {
				expected, ok := want[name]
				if !ok && dir == "zip" {
					expected = noBook
				}
				rows, rejects, _, err := readAll(path)
				if err != nil {
					wantClear(t, err, expected)
					return
				}
				if got := fmt.Sprintf("%d and %d rejects", rows, rejects); got != expected {
					t.Errorf("%s, want %q", got, expected)
				}
			})
		}
	}
}

func TestForeignFiles(t *testing.T) {
	for _, k := range []struct{ name, content, want string }{
		{"empty", "", "empty"},
		{"web page", "\xEF\xBB\xBF\n<html><table>", "web page"},
		{"text", "a,b\r\n1,2", "is text"},
		{"other", "\x00\x01\x02\x03", "not a workbook"},
		{"old excel", "\x09\x08\x10\x00\x00\x06\x05\x00", "97–2003"},
		{"other ole", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600), "older Office"},
		{"cut off", "PK\x03\x04" + strings.Repeat("x", 300), "cut off"},
	} {
		path := filepath.Join(t.TempDir(), "t.xlsx")
		if err := os.WriteFile(path, []byte(k.content), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Run(k.name, func(t *testing.T) {
			_, err := Open(path)
			wantClear(t, err, k.want)
		})
	}
	_, err := Open(filepath.Join(t.TempDir(), "none.xlsx"))
	wantClear(t, err, "cannot open")
}

func TestBrokenParts(t *testing.T) {
	const row = `<row><c t="str"><v>a</v></c><c t="str"><v>b</v></c></row>`
	sheet := func(body string) parts { return minimal("<sheetData>" + row + body + "</sheetData>") }
	change := func(name string, f func(string) string) parts {
		p := sheet(row)
		p[name] = f(p[name])
		return p
	}
	without := func(name string) parts {
		p := sheet(row)
		delete(p, name)
		return p
	}
	repeated := func(s string, n int) string { return strings.Repeat(s, n) }
	for _, k := range []struct {
		name string
		p    parts
		want string
	}{
		{"binary workbook", parts{"xl/workbook.bin": ""}, "xlsb"},
		{"opendocument", parts{"content.xml": "", "mimetype": ""}, "OpenDocument"},
		{"word", parts{"word/document.xml": ""}, "text document"},
		{"no sheet part", without("xl/worksheets/sheet1.xml"), "lacks its part"},
		{"no relations", without("xl/_rels/workbook.xml.rels"), "lacks its part"},
		{"no texts", sheet(`<row><c t="s"><v>0</v></c></row>`), "lacks the part that holds its texts"},
		{"doctype", change("xl/worksheets/sheet1.xml", func(s string) string {
			return `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>` + s
		}), "document type"},
		{"doctype in the workbook", change("xl/workbook.xml", func(s string) string { return `<!DOCTYPE x SYSTEM "file:///etc/passwd">` + s }), "document type"},
		{"entity", sheet(`<row><c t="str"><v>&bomb;</v></c></row>`), "entity"},
		{"bad reference", sheet(`<row><c t="str"><v>&#xFFFFFFFFFF;</v></c></row>`), "entity"},
		{"deep", sheet("<row>" + repeated("<a>", 10000)), "nested"},
		{"cut off", change("xl/worksheets/sheet1.xml", func(s string) string { return s[:len(s)-30] }), "too early"},
		{"crossed tags", sheet(`<row><c><v>1</c></v></row>`), "not well formed"},
		{"long text", sheet(`<row><c t="str"><v>` + repeated("x", 3<<20) + `</v></c></row>`), "1 MiB"},
		{"long text in pieces", sheet(`<row><c t="str"><v>` + repeated(repeated("x", 1000)+"<!---->", 2000) + `</v></c></row>`), "1 MiB"},
		{"long row", sheet(`<row>` + repeated(`<c t="str"><v>`+repeated("x", 1<<19)+`</v></c>`, 20) + `</row>`), "8 MiB"},
		{"rows out of order", sheet(`<row r="5"/><row r="4"/>`), "order"},
		{"row beyond the last", sheet(`<row r="1048577"/>`), "order"},
		{"column beyond the last", sheet(`<row><c r="XFE2"/></row>`), "not well formed"},
		{"other encoding", change("xl/worksheets/sheet1.xml", func(s string) string { return strings.Replace(s, "UTF-8", "GBK", 1) }), "UTF-8"},
		{"bad merge", minimal("<sheetData>" + row + `</sheetData><mergeCell ref="B2:A1"/>`), "not well formed"},
		{"overlapping merges", minimal("<sheetData>" + row + row + "</sheetData>" + repeated(`<mergeCell ref="A2:B9"/>`, 5000)), "overlap"},
		{"bomb", sheet(repeated(`<row><c s="1"/><c s="1"/><c s="1"/><c s="1"/></row>`, 3<<19)), "grows without end"},
		{"nothing in it", minimal("<sheetData/>"), "holds a table"},
		{"no sheet data", minimal(""), "holds a table"},
		{"all hidden", change("xl/workbook.xml", func(s string) string { return strings.Replace(s, "sheetId", `state="veryHidden" sheetId`, 1) }), "holds a table"},
		{"wide header", minimal(`<sheetData><row><c r="A1"><v>1</v></c><c r="GGG1"><v>1</v></c></row></sheetData>`), "columns"},
	} {
		t.Run(k.name, func(t *testing.T) {
			_, _, _, err := readAll(k.p.write(t))
			wantClear(t, err, k.want)
		})
	}
}

// A damaged byte anywhere, or an end anywhere, gives an error or the same
// rows, and the check sum is looked at before the first row is handed out.
func TestDamagedArchive(t *testing.T) {
	whole, err := os.ReadFile(minimal(someRows).write(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "t.xlsx")
	try := func(content []byte) (int, error) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		rows, _, _, err := readAll(path)
		return rows, err
	}
	sound, err := try(whole)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += slow {
		if _, err := try(whole[:i]); err == nil {
			t.Errorf("cut off at %d of %d: no error", i, len(whole))
		}
		damaged := bytes.Clone(whole)
		damaged[i] ^= 0x10
		rows, err := try(damaged)
		var e *household.Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("byte %d: %v is no *household.Error", i, err)
		}
		if err == nil && rows != sound || err != nil && rows > 0 {
			t.Errorf("byte %d: %d rows, %v", i, rows, err)
		}
	}
}

// rawZip writes entries whose headers say what the test wants.
func rawZip(tb testing.TB, entries ...zip.FileHeader) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "t.xlsx")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range entries {
		h := &entries[i]
		content := []byte(h.Comment)
		h.Comment = ""
		h.CRC32 = crc32.ChecksumIEEE(content)
		h.UncompressedSize64, h.CompressedSize64 = uint64(len(content)), uint64(len(content))
		w, err := z.CreateRaw(h)
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func TestHostileArchives(t *testing.T) {
	book := zip.FileHeader{Name: "xl/workbook.xml", Comment: "<workbook/>"}
	twin := book
	twin.Name = "XL/Workbook.xml"
	locked := book
	locked.Flags = 1
	packed := book
	packed.Method = 12
	for _, k := range []struct {
		name, want string
		entries    []zip.FileHeader
	}{
		{"twice", "twice", []zip.FileHeader{book, twin}},
		{"zip password", "password", []zip.FileHeader{locked}},
		{"bzip2", "method", []zip.FileHeader{packed}},
	} {
		t.Run(k.name, func(t *testing.T) {
			_, err := Open(rawZip(t, k.entries...))
			wantClear(t, err, k.want)
		})
	}
	t.Run("directory", func(t *testing.T) {
		many := make([]zip.FileHeader, 200_000)
		for i := range many {
			many[i].Name = fmt.Sprint(i)
		}
		_, err := Open(rawZip(t, many...))
		wantClear(t, err, "directory")
	})
}
