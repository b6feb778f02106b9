package xlsxfile

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/readertest"
)

// FuzzXLSX reads data as the XML of a sheet, compared with encoding/xml, and
// as a whole file.
func FuzzXLSX(f *testing.F) {
	f.Add(false, []byte(minimal(someRows)["xl/worksheets/sheet1.xml"]))
	for _, s := range []string{
		`<worksheet><sheetData><row r="1"><c t="str"><v>a</v></c></row><row><c><v>1e3</v></c></row></sheetData><mergeCells><mergeCell ref="A2:B3"/></mergeCells></worksheet>`,
		`<x:a xmlns:x="u" b='>'><![CDATA[<]]>&#x41;&lt;` + "\r\n\r" + `<!-- - --><?p i?></x:a >`,
		`<worksheet><sheetData><row><c r="A1" t="inlineStr"><is><r><t>a</t></r><rPh><t>x</t></rPh></is></c><c r="A1"/></row></sheetData>`,
		`<!DOCTYPE a><a/>`, "\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?><a/>",
	} {
		f.Add(false, []byte(s))
	}
	whole, err := os.ReadFile(minimal(someRows).related("sharedStrings", "sharedStrings.xml", "<sst><si><t>a</t></si></sst>").write(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(true, whole)
	f.Add(true, []byte("PK\x05\x06"+strings.Repeat("\x00", 18)))
	f.Add(true, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"+strings.Repeat("\x01", 600)))
	f.Fuzz(func(t *testing.T, file bool, data []byte) {
		if !file {
			compareXML(t, data)
			data = packSheet(t, data)
		}
		a := newArchive(bytes.NewReader(data), io.NopCloser(nil), int64(len(data)))
		if err := a.readDirectory(); err != nil {
			wantKnown(t, err)
			return
		}
		r, err := open(a, importers.FileOptions{}, 100)
		if err != nil {
			wantKnown(t, err)
			return
		}
		defer r.Close()
		rows, err := readertest.ReadAll(t, r)
		wantKnown(t, err)
		for _, x := range rows {
			if x.Reject == nil && x.Record.Row > maxRow {
				t.Errorf("row %d", x.Record.Row)
			}
		}
	})
}

func wantKnown(t *testing.T, err error) {
	t.Helper()
	var e *household.Error
	if err != nil && (!errors.As(err, &e) || e.Hint == "") {
		t.Errorf("%v has no hint", err)
	}
}

// packSheet puts a sheet's XML, not compressed, into a workbook.
func packSheet(t *testing.T, sheet []byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	p := minimal("")
	p["xl/worksheets/sheet1.xml"] = string(sheet)
	for name, content := range p {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name})
		if err == nil {
			_, err = io.WriteString(w, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// compareXML holds the scanner against encoding/xml: what that takes, the
// scanner takes, and both see the same.
func compareXML(t *testing.T, data []byte) {
	want, ok := oracle(data)
	if !ok {
		return
	}
	for _, in := range []io.Reader{bytes.NewReader(data), &drip{data}} {
		got, err := scan(newScanner(in))
		switch {
		case errors.Is(err, errDoctype), errors.Is(err, errTooLong), errors.Is(err, errTooDeep), errors.Is(err, errEncoding):
		case err != nil:
			t.Fatalf("%v for %q", err, data)
		case got != want:
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}

// drip hands out one byte at a time.
type drip struct{ rest []byte }

func (d *drip) Read(p []byte) (int, error) {
	if len(d.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:1], d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

func scan(s *scanner) (string, error) {
	var out []byte
	for {
		k, err := s.next()
		if err != nil {
			return "", err
		}
		switch k {
		case tokenEOF:
			return string(out), nil
		case tokenStart:
			out = fmt.Appendf(out, "\n<%s>", s.name)
			for attrs := s.attrs; ; {
				name, value, rest, ok := cutAttr(attrs)
				if !ok {
					break
				}
				text, err := appendDecoded(nil, value)
				if err != nil {
					return "", err
				}
				out = fmt.Appendf(out, " %s=%q", local(name), text)
				attrs = rest
			}
			out = append(out, '\n')
		case tokenEnd:
			out = fmt.Appendf(out, "\n</%s>\n", s.name)
		case tokenText:
			if out, err = s.appendText(out); err != nil {
				return "", err
			}
		}
	}
}

// oracle is scan by encoding/xml. It does not judge documents without exactly
// one root, which encoding/xml takes, nor names with several colons.
func oracle(data []byte) (string, bool) {
	d := xml.NewDecoder(bytes.NewReader(data))
	var out []byte
	depth, roots := 0, 0
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return string(out), roots == 1
		}
		if err != nil {
			return "", false
		}
		switch x := tok.(type) {
		case xml.StartElement:
			if depth++; depth == 1 {
				roots++
			}
			if strings.Contains(x.Name.Local, ":") {
				return "", false
			}
			out = fmt.Appendf(out, "\n<%s>", x.Name.Local)
			for _, a := range x.Attr {
				out = fmt.Appendf(out, " %s=%q", a.Name.Local, a.Value)
			}
			out = append(out, '\n')
		case xml.EndElement:
			depth--
			out = fmt.Appendf(out, "\n</%s>\n", x.Name.Local)
		case xml.CharData:
			if depth > 0 {
				out = append(out, x...)
			} else if !isBlankOrMark(x) {
				return "", false
			}
		}
	}
}

func TestScannerAgainstEncodingXML(t *testing.T) {
	for _, s := range []string{
		`<a/>`, `<a b="1" c='2'/>`, "<a>\r\n x &amp; y \r</a>", `<a><b>1</b><!-- < > --><c><![CDATA[ ]] > ]]></c><?pi ?></a>`,
		`<p:a xmlns:p="u" p:b="&#x4E1C;"><p:c></p:c></p:a>`, "<a\n\tb = \"x>y\"\n></a\n>", `<a>` + strings.Repeat("<b>text</b>", 50_000) + `</a>`,
	} {
		if _, ok := oracle([]byte(s)); !ok {
			t.Errorf("%.60q is no XML", s)
		}
		compareXML(t, []byte(s))
	}
	for _, s := range []string{"", "<a>", "<a></b>", "</a>", "<a/><b/>", "x<a/>", "<a", "<a b=\"", "<>", "< a/>", "<a><![CDATA[", "<a>&x;</a>", "<a>&", "<a><!-- </a>"} {
		if out, err := scan(newScanner(strings.NewReader(s))); err == nil {
			t.Errorf("%q was read as %q", s, out)
		}
	}
}

var _ importers.Reader = (*Reader)(nil)
