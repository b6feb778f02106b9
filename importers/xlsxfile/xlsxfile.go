// Package xlsxfile reads Excel workbooks (.xlsx, ISO/IEC 29500, transitional
// and strict) row by row, with memory that does not grow with the file.
//
// What is a record. Every visible sheet is a table of its own and is read in
// turn; hidden and empty ones are skipped, as are those that lack what the
// kind needs (see OpenWith). The header is the first row that is not empty;
// titles above it are skipped: rows with a single cell, if it is merged over
// several columns or a row with more cells follows, and rows above one that
// has all the columns that are needed, when the first has not. A header
// of several rows, as merged cells make it, gives names joined by "/":
// 住址 above 楼栋 and 单元 is 住址/楼栋 and 住址/单元. Below, the value of a merged area counts for each of its
// cells, and a row that has nothing but such values is no record. Row numbers
// are Excel's.
//
// What is a value. Text as it stands, numbers with the 15 digits that Excel
// keeps, with leading zeros where the format says 000000 and without percent
// or thousands marks; dates by their number format as 2006-01-02 or
// 2006-01-02 15:04:05, times as 15:04:05; booleans as TRUE and FALSE.
//
// What is refused. A number of 16 digits or more, an error such as #N/A, a
// formula whose result was not saved, a cell twice, and values beyond the
// header spoil their row. Workbooks with a password, other formats under the
// name .xlsx, damaged files, XML with entities and archives that grow beyond
// measure give an error that says what to do.
package xlsxfile

import (
	"errors"
	"io"
	"strconv"
	"strings"

	"hearthmap/household"
	"hearthmap/importers"
)

const op = "xlsxfile.Open"

// Format describes workbooks to importers.Run. It also takes files that it
// cannot read, such as .xls, to say what to do about them.
func Format() importers.Format {
	return importers.Format{
		Name:       "xlsx",
		Extensions: []string{".xlsx", ".xlsm"},
		Kinds: []importers.Kind{
			importers.Areas, importers.Compounds, importers.Streets, importers.Buildings,
			importers.Units, importers.Residents, importers.Facilities,
		},
		Sniff:      sniff,
		OpenReader: OpenWith,
		Layers:     Layers,
	}
}

// Reader reads the sheets of one workbook. It implements importers.Reader and
// importers.NotingReader.
type Reader struct {
	archive  *archive
	book     *workbook
	opts     importers.FileOptions
	sheets   []sheetRef // not begun yet
	several  bool       // sheets hold cells
	skipped  []string   // sheets that do not suit the kind, and why
	table    *table
	finished error
}

// headed is the Reader of a workbook with one table.
type headed struct {
	*Reader
	names []string
}

// Header returns the names of the columns.
func (r headed) Header() []string { return r.names }

// Open opens the workbook and reads the header of its first sheet. When only
// one sheet holds anything, the reader is an importers.HeaderReader. Errors
// are *household.Error.
func Open(path string) (importers.Reader, error) { return OpenWith(path, importers.FileOptions{}) }

// OpenWith is Open with the options of an import. Of a workbook with several
// sheets those that do not fit are skipped, with a remark; a sheet that
// is like what is wanted and lacks a column is an error.
func OpenWith(path string, o importers.FileOptions) (importers.Reader, error) {
	a, err := openArchive(path)
	if err != nil {
		return nil, err
	}
	return open(a, o, stringsInMemory)
}

// open reads what stands before the first record, and closes the archive when
// it fails. Shared strings beyond stringsLimit bytes go to a temporary file.
func open(a *archive, o importers.FileOptions, stringsLimit int) (importers.Reader, error) {
	r := &Reader{archive: a, opts: o}
	if err := r.begin(stringsLimit); err != nil {
		r.Close()
		return nil, err
	}
	if len(r.sheets) == 0 {
		return headed{r, r.table.names}, nil
	}
	return r, nil
}

// begin reads what the sheets need, sorts out the empty sheets and opens the
// first of the others.
func (r *Reader) begin(stringsLimit int) (err error) {
	if r.book, err = readWorkbook(r.archive, stringsLimit); err != nil {
		return err
	}
	if err := r.chooseSheets(); err != nil {
		return err
	}
	r.several = len(r.sheets) > 1
	if err := r.nextTable(); err != nil {
		return err
	}
	switch {
	case r.table != nil:
		return nil
	case len(r.skipped) > 0:
		return household.Errorf(household.Invalid, op, "no sheet of the workbook has the columns that are needed: %s", strings.Join(r.skipped, "; ")).
			WithHint("name the sheet with --sheet, the row of its names with --header-row, and what its columns mean with --mapping (hearthmap import inspect writes such a file)")
	}
	return household.Errorf(household.Invalid, op, "no visible sheet of the workbook holds a table").
		WithHint("the first row of a sheet must name the columns; unhide the sheet if it is hidden, or name it with --sheet%s", r.book.hiddenNames())
}

// chooseSheets lists the sheets to read: the one that is named, or the
// visible ones that hold cells.
func (r *Reader) chooseSheets() error {
	if r.opts.Layer != "" {
		list := make([]importers.Layer, len(r.book.all))
		for i, s := range r.book.all {
			list[i] = importers.Layer{Name: s.name, Type: importers.LayerSheet, Hidden: s.hidden}
		}
		i, err := importers.NamedLayer(list, r.opts.Layer)
		if err != nil {
			return err
		}
		r.book.notes = nil // the others are not wanted
		r.sheets = r.book.all[i : i+1]
		return nil
	}
	for _, s := range r.book.all {
		if s.hidden {
			continue
		}
		full, err := r.full(s)
		if err != nil {
			return err
		}
		if full {
			r.sheets = append(r.sheets, s)
		}
	}
	return nil
}

// full reports whether the sheet holds cells.
func (r *Reader) full(s sheetRef) (bool, error) {
	in, err := r.archive.open(s.part, 0)
	if err != nil {
		return false, err
	}
	defer in.Close()
	full, err := holdsCells(in, r.book)
	return full, partError(s.part, err)
}

// nextTable opens the next sheet that has a header and fits; without one,
// table is nil.
func (r *Reader) nextTable() error {
	for r.table == nil && len(r.sheets) > 0 {
		ref := r.sheets[0]
		r.sheets = r.sheets[1:]
		t, err := openTable(r.archive, r.book, ref, r.opts)
		if err != nil {
			return err
		}
		if t == nil {
			r.book.note("sheet %s holds no table and was skipped", ref.name)
			continue
		}
		wanted, err := r.wanted(t)
		if err != nil || !wanted {
			t.close()
			if err != nil {
				return err
			}
			continue
		}
		r.table = t
	}
	return nil
}

// wanted reports whether the sheet suits the kind. The only sheet, or the one
// that was named, is always read: what it lacks is said as of any table.
func (r *Reader) wanted(t *table) (bool, error) {
	if !r.several || r.opts.Fit == nil {
		return true, nil
	}
	f := r.opts.Fit(t.public())
	if len(f.Missing) == 0 {
		return true, nil
	}
	lacks := strconv.Quote(shorten(t.name)) + " lacks " + strings.Join(f.Missing, " and ")
	if f.Alike {
		return false, household.Errorf(household.Invalid, op, "a sheet cannot be read like the others: %s", lacks).
			WithHint("name its columns, or their row with --header-row; to read one sheet only, name it with --sheet")
	}
	r.book.note("sheet %s was skipped: it lacks "+strings.Join(f.Missing, " and "), t.name)
	if len(r.skipped) < 20 {
		r.skipped = append(r.skipped, lacks)
	}
	return false, nil
}

// Layers lists the sheets of a workbook, hidden and empty ones as well, with
// the columns of those that hold a table.
func Layers(path string, o importers.FileOptions) ([]importers.Layer, error) {
	a, err := openArchive(path)
	if err != nil {
		return nil, err
	}
	r := &Reader{archive: a}
	defer r.Close()
	if r.book, err = readWorkbook(a, stringsInMemory); err != nil {
		return nil, err
	}
	var list []importers.Layer
	for _, s := range r.book.all {
		l := importers.Layer{Name: s.name, Type: importers.LayerSheet, Rows: -1, Hidden: s.hidden}
		full, err := r.full(s)
		var t *table
		if full && err == nil {
			t, err = openTable(a, r.book, s, o)
		}
		switch {
		case err != nil && !s.hidden:
			return nil, err
		case err == nil && !full:
			l.Rows = 0
		case t != nil:
			p := t.public()
			l.Columns, l.Header = p.Columns, p.Header
			t.close()
		}
		list = append(list, l)
	}
	return list, nil
}

// Notes returns remarks on the sheets that were read so far.
func (r *Reader) Notes() []string { return r.book.notes }

// Progress returns the bytes read and the size of the file.
func (r *Reader) Progress() (read, total int64) {
	return min(r.archive.halves.Load()/2, r.archive.size), r.archive.size
}

var errClosed = errors.New("xlsxfile: the reader is closed")

// Close closes the file.
func (r *Reader) Close() error {
	r.finished = errClosed
	if r.table != nil {
		r.table.close()
		r.table = nil
	}
	if r.book != nil {
		r.book.strings.close()
	}
	return r.archive.file.Close()
}

// Next returns the next record; see importers.Reader.
func (r *Reader) Next() (importers.Record, error) {
	if r.finished != nil {
		return importers.Record{}, r.finished
	}
	for r.table != nil {
		rec, err := r.table.record()
		if err == nil {
			return rec, nil
		}
		var bad *importers.RowError
		if errors.As(err, &bad) {
			return rec, err
		}
		if err == io.EOF {
			r.table.close()
			r.table = nil
			err = r.nextTable()
		}
		if err != nil {
			r.finished = err
			return importers.Record{}, err
		}
	}
	r.finished = io.EOF
	r.archive.halves.Store(2 * r.archive.size)
	return importers.Record{}, io.EOF
}
