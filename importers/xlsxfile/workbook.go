package xlsxfile

import (
	"io"
	"path"
	"strconv"
	"strings"

	"hearthmap/household"
)

// maxSheets bounds the sheets that are listed.
const maxSheets = 4096

// sheetRef is a sheet as the workbook lists it.
type sheetRef struct {
	name   string
	part   string
	hidden bool
}

// workbook is what the parts besides the sheets say.
type workbook struct {
	all      []sheetRef // that can hold cells, hidden ones as well
	date1904 bool
	styles   []numberFormat
	strings  *sharedStrings
	notes    []string
}

// relation is one line of a .rels part.
type relation struct{ kind, target string }

// readRelations reads the relations of a part: where the parts are that it
// refers to. Without a .rels part there are none.
func readRelations(a *archive, of string) (map[string]relation, error) {
	dir, file := path.Split(of)
	name := dir + "_rels/" + file + ".rels"
	relations := map[string]relation{}
	if !a.has(name) {
		return relations, nil
	}
	err := eachElement(a, name, func(s *scanner) error {
		if string(s.name) != "Relationship" || string(attr(s.attrs, "TargetMode")) == "External" {
			return nil
		}
		target, err := attrText(s.attrs, "Target")
		if err != nil {
			return err
		}
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/", dir, target)
		}
		// The kinds of strict workbooks differ in all but their last word.
		kind := string(attr(s.attrs, "Type"))
		kind = kind[strings.LastIndexByte(kind, '/')+1:]
		relations[string(attr(s.attrs, "Id"))] = relation{kind, partName(target)}
		return nil
	})
	return relations, err
}

// eachElement calls each at every start tag of a part.
func eachElement(a *archive, name string, each func(*scanner) error) error {
	in, err := a.open(name, 2)
	if err != nil {
		return err
	}
	defer in.Close()
	s := newScanner(in)
	for {
		t, err := s.next()
		if err == nil && t == tokenStart {
			err = each(s)
		}
		if err != nil {
			return partError(name, err)
		}
		if t == tokenEOF {
			return nil
		}
	}
}

// readWorkbook reads everything but the sheets.
func readWorkbook(a *archive, stringsLimit int) (*workbook, error) {
	root, err := readRelations(a, "")
	if err != nil {
		return nil, err
	}
	book := "xl/workbook.xml"
	for _, r := range root {
		if r.kind == "officeDocument" && a.has(r.target) {
			book = r.target
		}
	}
	if !a.has(book) || strings.HasSuffix(book, ".bin") || strings.HasPrefix(book, "word/") || strings.HasPrefix(book, "ppt/") {
		return nil, notWorkbook(a)
	}
	relations, err := readRelations(a, book)
	if err != nil {
		return nil, err
	}
	w := &workbook{}
	if err := w.readSheets(a, book, relations); err != nil {
		return nil, err
	}
	return w, w.readTables(a, relations, stringsLimit)
}

func (w *workbook) readSheets(a *archive, book string, relations map[string]relation) error {
	err := eachElement(a, book, func(s *scanner) error {
		switch string(s.name) {
		case "workbookPr":
			v := string(attr(s.attrs, "date1904"))
			w.date1904 = w.date1904 || v == "1" || v == "true" || v == "on"
		case "sheet":
			if len(w.all) == maxSheets {
				return household.Errorf(household.Invalid, op, "the workbook has more than %d sheets", maxSheets).
					WithHint("divide it into several workbooks")
			}
			name, err := attrText(s.attrs, "name")
			if err != nil {
				return err
			}
			state := string(attr(s.attrs, "state"))
			w.addSheet(sheetRef{name: name, hidden: state == "hidden" || state == "veryHidden"}, relations[string(relationID(s.attrs))])
		}
		return nil
	})
	if err == nil && len(w.all) == 0 && len(w.notes) == 0 {
		err = household.Errorf(household.Invalid, op, "the workbook lists no sheets").
			WithHint("open it in Excel or WPS, check that the table is there, and save it as a new .xlsx workbook")
	}
	return err
}

// relationID returns the attribute r:id; its prefix differs.
func relationID(attrs []byte) []byte {
	for {
		name, value, rest, ok := cutAttr(attrs)
		if !ok {
			return nil
		}
		if l := local(name); len(l) < len(name) && string(l) == "id" {
			return value
		}
		attrs = rest
	}
}

func (w *workbook) addSheet(s sheetRef, r relation) {
	if r.kind != "worksheet" && r.kind != "" {
		w.note("sheet %s holds no cells and was skipped", s.name)
		return
	}
	if s.hidden {
		w.note("sheet %s is hidden and was skipped", s.name)
	}
	s.part = r.target // empty: open says that it is missing
	w.all = append(w.all, s)
}

// hiddenNames lists the hidden sheets for a hint.
func (w *workbook) hiddenNames() string {
	var names []string
	for _, s := range w.all {
		if s.hidden && len(names) < 10 {
			names = append(names, strconv.Quote(shorten(s.name)))
		}
	}
	if names == nil {
		return ""
	}
	return " (hidden: " + strings.Join(names, ", ") + ")"
}

func shorten(sheet string) string {
	if r := []rune(sheet); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return sheet
}

// note adds a remark on a sheet; the sheet's name takes the place of %s.
func (w *workbook) note(format, sheet string) {
	if len(w.notes) == 200 { // a remark per sheet is enough, a flood is not
		return
	}
	w.notes = append(w.notes, strings.Replace(format, "%s", strconv.Quote(shorten(sheet)), 1))
}

// readTables reads the styles and the shared strings, if there are any.
func (w *workbook) readTables(a *archive, relations map[string]relation, stringsLimit int) error {
	read := func(kind string, each func(io.Reader) error) error {
		for _, r := range relations {
			if r.kind != kind {
				continue
			}
			in, err := a.open(r.target, 2)
			if err != nil {
				return err
			}
			defer in.Close()
			return partError(r.target, each(in))
		}
		return nil
	}
	err := read("styles", func(in io.Reader) (err error) {
		w.styles, err = readStyles(in)
		return err
	})
	if err != nil {
		return err
	}
	return read("sharedStrings", func(in io.Reader) (err error) {
		w.strings, err = readStrings(in, stringsLimit)
		return err
	})
}
