package xlsxfile

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"hearthmap/importers"
	"hearthmap/importers/readertest"
)

const (
	mainNS = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relNS  = `xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	relURI = `http://schemas.openxmlformats.org/officeDocument/2006/relationships/`
)

// parts are the parts of a workbook by their path.
type parts map[string]string

// minimal returns the parts of a workbook with one sheet called 表, whose
// sheetData and what follows it are given.
func minimal(body string) parts {
	return parts{
		"_rels/.rels":                `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + relURI + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<?xml version="1.0" encoding="UTF-8"?><workbook ` + mainNS + ` ` + relNS + `><sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + relURI + `worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<?xml version="1.0" encoding="UTF-8"?><worksheet ` + mainNS + `>` + body + `</worksheet>`,
	}
}

// related adds a part that the workbook refers to.
func (p parts) related(kind, target, content string) parts {
	const rels = "xl/_rels/workbook.xml.rels"
	p[rels] = strings.Replace(p[rels], "</Relationships>",
		`<Relationship Id="x`+kind+`" Type="`+relURI+kind+`" Target="`+target+`"/></Relationships>`, 1)
	p["xl/"+target] = content
	return p
}

func (p parts) write(tb testing.TB) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "t.xlsx")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for name, content := range p {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

// save writes a workbook made with excelize.
func save(tb testing.TB, f *excelize.File) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "t.xlsx")
	if err := f.SaveAs(path); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

func mustOpen(tb testing.TB, path string) importers.Reader {
	tb.Helper()
	r, err := Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { r.Close() })
	return r
}

// lines reads everything and writes each row as "sheet row: value|value" or
// "sheet row! column code".
func lines(tb testing.TB, r importers.Reader) []string {
	tb.Helper()
	rows, err := readertest.ReadAll(tb, r)
	if err != nil {
		tb.Fatal(err)
	}
	var out []string
	for _, x := range rows {
		if x.Reject != nil {
			out = append(out, fmt.Sprintf("%s %d! %s %s", x.Reject.Sheet, x.Reject.Row, x.Reject.Column, x.Reject.Code))
		} else {
			out = append(out, fmt.Sprintf("%s %d: %s", x.Record.Sheet, x.Record.Row, strings.Join(x.Record.Values, "|")))
		}
	}
	return out
}

// wantLines compares what lines gives.
func wantLines(tb testing.TB, got []string, want ...string) {
	tb.Helper()
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		tb.Errorf("got\n%s\nwant\n%s", g, w)
	}
}

func header(tb testing.TB, r importers.Reader) []string {
	tb.Helper()
	h, ok := r.(importers.HeaderReader)
	if !ok {
		tb.Fatal("no header")
	}
	return h.Header()
}
