package xlsxfile

import (
	"io"
	"slices"
	"strconv"

	"hearthmap/importers"
)

// table reads the records of one sheet.
type table struct {
	name  string
	part  string
	book  *workbook
	in    io.Closer
	cells *cells
	names []string
	first int64 // row of the header

	queue  []*sheetRow // rows read ahead for the header
	row    sheetRow
	merges []merge // by their top row
	next   int     // the first merge that has not begun
	active []filling
	areas  int64 // merged areas among the records

	nameless []int // columns within the table that the header does not name
	unused   []int // those of them that have values
}

// filling is a merged area that the current row passes through.
type filling struct {
	merge
	value    string
	problems []problem
}

// openTable reads the merged areas of the sheet and its header. It returns
// nil when the sheet has none.
func openTable(a *archive, book *workbook, ref sheetRef, o importers.FileOptions) (_ *table, err error) {
	in, err := a.open(ref.part, 1)
	if err != nil {
		return nil, err
	}
	merges, err := readMerges(in)
	in.Close()
	if err != nil {
		return nil, partError(ref.part, err)
	}
	if in, err = a.open(ref.part, 1); err != nil {
		return nil, err
	}
	t := &table{name: ref.name, part: ref.part, book: book, in: in, merges: merges}
	ok := false
	if t.cells, err = newCells(newScanner(in), book); err == nil {
		ok, err = t.readHeader(o)
	}
	if !ok || err != nil {
		in.Close()
		return nil, partError(ref.part, err)
	}
	return t, nil
}

// public is the table as it is listed.
func (t *table) public() importers.Layer {
	return importers.Layer{Name: t.name, Type: importers.LayerSheet, Columns: t.names, Rows: -1, Header: int(t.first)}
}

// peek returns the i-th row from here, nil behind the last.
func (t *table) peek(i int) (*sheetRow, error) {
	for len(t.queue) <= i {
		more, err := t.cells.next(&t.row)
		if !more || err != nil {
			return nil, err
		}
		t.queue = append(t.queue, t.row.clone())
	}
	return t.queue[i], nil
}

// drop forgets the rows up to a number.
func (t *table) drop(until int64) {
	for len(t.queue) > 0 && t.queue[0].num <= until {
		t.queue = t.queue[1:]
	}
}

// begin makes the records begin behind the header, and with them the merged
// areas that count.
func (t *table) begin(header int64) {
	for t.next < len(t.merges) && int64(t.merges[t.next].top) <= header {
		t.next++
	}
	for col, name := range t.names {
		if name == "" {
			t.nameless = append(t.nameless, col)
		}
	}
}

// record returns the next record, io.EOF behind the last.
func (t *table) record() (importers.Record, error) {
	for {
		row := &t.row
		if len(t.queue) > 0 {
			row, t.queue = t.queue[0], t.queue[1:]
		} else if more, err := t.cells.next(row); err != nil {
			return importers.Record{}, partError(t.part, err)
		} else if !more {
			t.finish()
			return importers.Record{}, io.EOF
		}
		blank, err := t.fill(row)
		if err != nil {
			return importers.Record{}, partError(t.part, err)
		}
		if !blank {
			return t.judge(row)
		}
	}
}

// fill gives every cell of a merged area the value of its first. It reports
// whether the row has nothing of its own: then it is no record.
func (t *table) fill(row *sheetRow) (blank bool, err error) {
	if t.next == len(t.merges) && len(t.active) == 0 {
		return t.blank(row), nil
	}
	live := t.active[:0]
	for _, f := range t.active {
		if int64(f.bottom) >= row.num {
			live = append(live, f)
		}
	}
	t.active = live
	for t.next < len(t.merges) && int64(t.merges[t.next].top) <= row.num {
		m := t.merges[t.next]
		t.next++
		if int64(m.bottom) < row.num || int(m.left) >= len(t.names) {
			continue
		}
		f := filling{merge: m}
		if int64(m.top) == row.num {
			f.value = row.at(int(m.left))
			for _, p := range row.problems {
				if p.col == int(m.left) {
					f.problems = append(f.problems, p)
				}
			}
		}
		if t.active = append(t.active, f); len(t.active) > maxColumns {
			return false, errOverlap()
		}
		t.areas++
	}
	for i := range t.active {
		t.each(&t.active[i], row, func(col int) {
			row.set(col, "")
			row.problems = without(row.problems, col)
		})
	}
	if t.blank(row) {
		return true, nil
	}
	for i := range t.active {
		f := &t.active[i]
		t.each(f, row, func(col int) {
			row.set(col, f.value)
			for _, p := range f.problems {
				p.col = col
				row.problems = append(row.problems, p)
			}
		})
	}
	return false, nil
}

// each calls do for the cells of the row that the area covers, its first
// excepted.
func (t *table) each(f *filling, row *sheetRow, do func(col int)) {
	from := int(f.left)
	if int64(f.top) == row.num {
		from++
	}
	for col := from; col <= int(f.right); col++ {
		if col >= len(t.names) && f.right > f.left && col >= len(row.values) {
			break // beyond the table and the row
		}
		if col < len(t.names) || col < len(row.values) {
			do(col)
		}
	}
}

// without removes the problems of a column.
func without(problems []problem, col int) []problem {
	kept := problems[:0]
	for _, p := range problems {
		if p.col != col {
			kept = append(kept, p)
		}
	}
	return kept
}

func (t *table) blank(row *sheetRow) bool {
	if len(row.problems) > 0 {
		return false
	}
	for _, v := range row.values {
		if !isBlank(v) {
			return false
		}
	}
	return true
}

// judge makes the record of a row, or its RowError.
func (t *table) judge(row *sheetRow) (importers.Record, error) {
	n := len(row.values)
	for n > len(t.names) && isBlank(row.values[n-1]) {
		n--
	}
	row.values = row.values[:n]
	row.grow(len(t.names))
	if len(row.problems) > 0 {
		return t.spoiled(row, row.problems[0])
	}
	if n > len(t.names) {
		return t.spoiled(row, problem{
			col: n - 1, code: importers.RejectSyntax,
			reason:     "column " + columnLetters(n-1) + " has a value, but the header ends with column " + columnLetters(len(t.names)-1),
			suggestion: "name the column in the header, or clear the cell",
		})
	}
	for i := 0; i < len(t.nameless); i++ {
		if col := t.nameless[i]; !isBlank(row.values[col]) {
			t.unused = append(t.unused, col)
			t.nameless = slices.Delete(t.nameless, i, i+1)
			i--
		}
	}
	return importers.Record{Row: row.num, Sheet: t.name, Names: t.names, Values: row.values}, nil
}

func (t *table) spoiled(row *sheetRow, p problem) (importers.Record, error) {
	column := "column " + columnLetters(p.col)
	if p.col < len(t.names) && t.names[p.col] != "" {
		column = t.names[p.col]
	}
	return importers.Record{}, &importers.RowError{
		Reject: importers.Reject{
			Row: row.num, Sheet: t.name, Column: column, Code: p.code, Reason: p.reason, Suggestion: p.suggestion,
		},
		Record: importers.Record{Row: row.num, Sheet: t.name, Names: t.names, Values: append([]string(nil), row.values...)},
	}
}

// finish writes what is to be said of the whole sheet.
func (t *table) finish() {
	if t.areas > 0 {
		t.book.note("sheet %s: the value of a merged area was taken for each of its rows and columns ("+
			strconv.FormatInt(t.areas, 10)+" areas)", t.name)
	}
	for _, col := range t.unused {
		t.book.note("sheet %s: column "+columnLetters(col)+" has values but no name in the header, and was not used", t.name)
	}
	if t.cells.hidden > 0 {
		t.book.note("sheet %s: "+strconv.FormatInt(t.cells.hidden, 10)+" hidden rows were read like the others", t.name)
	}
}

func (t *table) close() error { return t.in.Close() }
