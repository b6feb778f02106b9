package xlsxfile

import (
	"bytes"
	"encoding/binary"
	"io"

	"hearthmap/household"
)

var (
	zipMark = []byte("PK\x03\x04")
	oleMark = []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
)

// sniff reports whether the file may be meant as a workbook, so that those of
// older and protected kinds get an error that says so.
func sniff(head []byte) bool {
	return bytes.HasPrefix(head, oleMark) ||
		bytes.HasPrefix(head, zipMark) && (bytes.Contains(head, []byte("[Content_Types].xml")) || bytes.Contains(head, []byte("xl/")))
}

// foreign returns an error that tells what the file is when it is no zip
// file.
func foreign(f io.ReaderAt, size int64) error {
	head := make([]byte, 4096)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return household.Errorf(household.Invalid, op, "cannot read the file: %w", err).
			WithHint("check the disk or share the file lies on")
	}
	head = head[:n]
	text := bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")))
	switch {
	case len(text) == 0:
		return household.Errorf(household.Invalid, op, "the file is empty").WithHint("check that the export ended well")
	case bytes.HasPrefix(head, oleMark):
		return compound(f, head, size)
	case bytes.HasPrefix(head, []byte("PK")):
		return nil
	case text[0] == '<':
		return household.Errorf(household.Invalid, op, "the file is a web page or XML, not a workbook, whatever its name says").
			WithHint("open it in Excel or WPS and save it as .xlsx")
	case bytes.IndexByte(head, 0) < 0:
		return household.Errorf(household.Invalid, op, "the file is text, not a workbook, whatever its name says").
			WithHint("give it a name that ends in .csv")
	case n >= 8 && head[0] == 0x09 && head[1] <= 0x08 && head[3] == 0:
		return oldBook()
	}
	return household.Errorf(household.Invalid, op, "the file is not a workbook: it does not begin as a zip file does").
		WithHint("if Excel or WPS opens it, save it as .xlsx from there; else copy or export it again")
}

func oldBook() error {
	return household.Errorf(household.Invalid, op, "the file is a workbook of Excel 97–2003 (.xls), which is not read").
		WithHint("open it in Excel or WPS and save it as .xlsx")
}

// compound tells what an OLE compound file is, by the names in the first
// sector of its directory ([MS-CFB] 2.2 and 2.6).
func compound(f io.ReaderAt, head []byte, size int64) error {
	if len(head) >= 512 {
		shift := binary.LittleEndian.Uint16(head[30:])
		sector := int64(binary.LittleEndian.Uint32(head[48:]))
		if at := (sector + 1) << (shift & 15); at < size {
			more := make([]byte, 64<<10)
			n, _ := f.ReadAt(more, at) // a short read tells what it can
			head = append(head, more[:n]...)
		}
	}
	has := func(name string) bool {
		var wide []byte
		for _, c := range []byte(name) {
			wide = append(wide, c, 0)
		}
		return bytes.Contains(head, append(wide, 0, 0))
	}
	switch {
	case has("EncryptedPackage"), has("EncryptionInfo"):
		return household.Errorf(household.Invalid, op, "the workbook is protected with a password").
			WithHint("open it in Excel or WPS, remove the password and save it as .xlsx")
	case has("Workbook"), has("Book"):
		return oldBook()
	}
	return household.Errorf(household.Invalid, op, "the file is an older Office file, not an .xlsx workbook").
		WithHint("if it is a workbook, open it in Excel or WPS and save it as .xlsx")
}

// notWorkbook tells what a zip file without a workbook in it is.
func notWorkbook(a *archive) error {
	const save = "open it in Excel, WPS or LibreOffice and save it as .xlsx"
	for _, k := range []struct{ part, what, hint string }{
		{"xl/workbook.bin", "is a binary workbook (.xlsb), which is not read", save},
		{"content.xml", "is an OpenDocument file, which is not read", save},
		{"word/document.xml", "is a text document, not a workbook", "copy its table to a workbook"},
		{"ppt/presentation.xml", "is a presentation, not a workbook", "copy its table to a workbook"},
		{"index/document.iwa", "is a document of Apple's programs, which is not read", "export it as .xlsx"},
	} {
		if a.has(k.part) {
			return household.Errorf(household.Invalid, op, "the file %s", k.what).WithHint("%s", k.hint)
		}
	}
	return household.Errorf(household.Invalid, op, "the file is a zip file, but holds no workbook").
		WithHint("unpack it and import the files in it; if it should be a workbook, export it again")
}
