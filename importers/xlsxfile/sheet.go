package xlsxfile

import (
	"bytes"
	"errors"
	"io"

	"hearthmap/household"
	"hearthmap/importers"
)

// maxRowText bounds the text of one row's cells.
const maxRowText = 8 << 20

var errLongRow = errors.New("the texts of a row are longer than 8 MiB")

// problem is why a cell spoils its row.
type problem struct {
	col                int
	code               importers.RejectCode
	reason, suggestion string
}

// sheetRow is a row as the file has it: texts by column, "" where there is
// none, and what is wrong with its cells.
type sheetRow struct {
	num      int64
	values   []string
	problems []problem
}

func (r *sheetRow) clone() *sheetRow {
	return &sheetRow{
		num: r.num, values: append([]string(nil), r.values...), problems: append([]problem(nil), r.problems...),
	}
}

// at returns the text of a column.
func (r *sheetRow) at(col int) string {
	if col >= len(r.values) {
		return ""
	}
	return r.values[col]
}

// set puts a text into a column.
func (r *sheetRow) set(col int, v string) {
	r.grow(col + 1)
	r.values[col] = v
}

func (r *sheetRow) grow(n int) {
	for len(r.values) < n {
		r.values = append(r.values, "")
	}
}

// cells reads the rows of one sheet.
type cells struct {
	in   *scanner
	book *workbook
	last int64 // row
	done bool

	raw     []byte // text of the cell being read
	scratch []byte // texts of the row that are not shared
	places  []place
	hidden  int64 // rows that are hidden

	borrowed int // bytes of the row's shared texts
}

// place is where in scratch the text of a column is.
type place struct{ col, from, to int }

// newCells goes to the first row.
func newCells(in *scanner, book *workbook) (*cells, error) {
	c := &cells{in: in, book: book}
	for {
		t, err := in.next()
		if err != nil {
			return nil, err
		}
		switch {
		case t == tokenEOF:
			c.done = true
			return c, nil
		case t == tokenStart && string(in.name) == "sheetData":
			return c, nil
		case t == tokenStart && in.depth() > 1:
			if err := in.skip(); err != nil {
				return nil, err
			}
		}
	}
}

// next reads the next row that the file has, blank or not; it returns false
// behind the last.
func (c *cells) next(row *sheetRow) (bool, error) {
	for !c.done {
		t, err := c.in.next()
		if err != nil {
			return false, err
		}
		switch t {
		case tokenEOF:
			c.done = true
		case tokenEnd: // of sheetData; what follows was read by readMerges
			c.done = true
		case tokenStart:
			if string(c.in.name) == "row" {
				return true, c.row(row)
			}
			if err := c.in.skip(); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

func (c *cells) row(row *sheetRow) error {
	row.values, row.problems = row.values[:0], row.problems[:0]
	c.scratch, c.places, c.borrowed = c.scratch[:0], c.places[:0], 0
	row.num = c.last + 1
	for attrs := c.in.attrs; ; {
		name, value, rest, ok := cutAttr(attrs)
		if !ok {
			break
		}
		attrs = rest
		switch string(name) {
		case "r":
			n, ok := atoi(value)
			if !ok || n < 1 {
				return errSyntax
			}
			row.num = int64(n)
		case "hidden":
			if v := string(value); v == "1" || v == "true" {
				c.hidden++
			}
		}
	}
	if row.num <= c.last || row.num > maxRow {
		return household.Errorf(household.Invalid, op, "the rows of a sheet are not in their order").
			WithHint("open the file in Excel or WPS and save it as a new .xlsx workbook")
	}
	c.last = row.num
	col := -1
	for {
		t, err := c.in.next()
		if err != nil {
			return err
		}
		switch t {
		case tokenEnd:
			c.finish(row)
			return nil
		case tokenStart:
			if string(c.in.name) != "c" {
				if err := c.in.skip(); err != nil {
					return err
				}
				continue
			}
			if col, err = c.cell(row, col); err != nil {
				return err
			}
			if len(c.scratch)+c.borrowed > maxRowText {
				return errLongRow
			}
		}
	}
}

// finish makes the texts of the row out of scratch, in one piece of memory.
func (c *cells) finish(row *sheetRow) {
	all := string(c.scratch)
	for _, p := range c.places {
		row.values[p.col] = all[p.from:p.to]
	}
}

// cell reads the cell whose start tag was the last token. Its column is the
// one behind prev unless it names its own.
func (c *cells) cell(row *sheetRow, prev int) (col int, err error) {
	col = prev + 1
	style := 0
	kind := byte('n')
	for attrs := c.in.attrs; ; {
		name, value, rest, ok := cutAttr(attrs)
		if !ok {
			break
		}
		attrs = rest
		if len(name) != 1 {
			continue
		}
		switch name[0] {
		case 'r':
			if col, _, ok = parseRef(value); !ok {
				return 0, errSyntax
			}
		case 's':
			style, _ = atoi(value)
		case 't':
			kind = cellKind(value)
		}
	}
	if col >= maxCol {
		return 0, errSyntax
	}
	if c.in.empty {
		_, err := c.in.next()
		return col, err
	}
	valued, formula, err := c.content(kind)
	if err != nil {
		return 0, err
	}
	if !valued {
		if formula {
			row.problems = append(row.problems, problem{
				col: col, code: importers.RejectValue, reason: "the cell holds a formula without its result",
				suggestion: "open the workbook in Excel or WPS, let it compute, and save it",
			})
			row.grow(col + 1)
		}
		return col, nil
	}
	if row.at(col) != "" || c.taken(col, prev) {
		row.problems = append(row.problems, problem{
			col: col, code: importers.RejectSyntax, reason: "the file holds the cell twice",
			suggestion: "open the workbook in Excel or WPS and save it anew",
		})
		return col, nil
	}
	return col, c.value(row, col, kind, style)
}

// taken reports whether the row has a text for the column already. Cells come
// in order, so it looks only when this one does not.
func (c *cells) taken(col, prev int) bool {
	if col > prev {
		return false
	}
	for _, p := range c.places {
		if p.col == col {
			return true
		}
	}
	return false
}

// cellKind shortens the type of a cell: n number, s shared, i inline, f result
// of a formula, b boolean, e error, d date; 0 for what the standard does not
// know.
func cellKind(t []byte) byte {
	switch string(t) {
	case "s", "b", "e", "d", "n":
		return t[0]
	case "str":
		return 'f'
	case "inlineStr":
		return 'i'
	}
	return 0
}

// content reads a cell to its end and puts its raw text into raw.
func (c *cells) content(kind byte) (valued, formula bool, err error) {
	c.raw = c.raw[:0]
	for {
		t, err := c.in.next()
		if err != nil {
			return false, false, err
		}
		switch t {
		case tokenEnd:
			return valued, formula, nil
		case tokenStart:
			switch string(c.in.name) {
			case "v":
				if kind == 'i' && valued { // <is> counts
					err = c.in.skip()
					break
				}
				valued = true
				err = c.rawText()
			case "is":
				valued = true
				c.raw, err = richText(c.in, c.raw[:0])
			case "f":
				formula = true
				err = c.in.skip()
			default:
				err = c.in.skip()
			}
			if err != nil {
				return false, false, err
			}
		}
	}
}

// rawText reads the text of the element just begun.
func (c *cells) rawText() error {
	c.raw = c.raw[:0]
	for {
		t, err := c.in.next()
		if err != nil {
			return err
		}
		switch t {
		case tokenText:
			if c.raw, err = c.in.appendText(c.raw); err != nil {
				return err
			}
			if len(c.raw) > maxText {
				return errTooLong
			}
		case tokenEnd:
			return nil
		case tokenStart:
			if err := c.in.skip(); err != nil {
				return err
			}
		}
	}
}

// value puts the text of raw into the row, as Excel shows it.
func (c *cells) value(row *sheetRow, col int, kind byte, style int) error {
	row.grow(col + 1)
	from := len(c.scratch)
	switch kind {
	case 's':
		return c.shared(row, col)
	case 'n':
		if p := c.number(style); p != nil {
			p.col = col
			row.problems = append(row.problems, *p)
		}
	case 'b':
		switch string(bytes.TrimSpace(c.raw)) {
		case "1", "true":
			c.scratch = append(c.scratch, "TRUE"...)
		case "0", "false":
			c.scratch = append(c.scratch, "FALSE"...)
		default:
			c.scratch = append(c.scratch, c.raw...)
		}
	case 'd':
		c.scratch = append(c.scratch, isoDate(bytes.TrimSpace(c.raw))...)
	default:
		c.scratch = append(c.scratch, c.raw...)
		c.scratch = finishText(c.scratch, from)
		if kind == 'e' {
			row.problems = append(row.problems, problem{
				col: col, code: importers.RejectValue, reason: "the cell holds an error instead of a value",
				suggestion: "mend the formula, or type the value; an empty cell is allowed where the value is not needed",
			})
		}
	}
	if len(c.scratch) > from {
		c.places = append(c.places, place{col, from, len(c.scratch)})
	}
	return nil
}

func (c *cells) shared(row *sheetRow, col int) error {
	if c.book.strings == nil {
		return household.Errorf(household.Invalid, op, "the workbook lacks the part that holds its texts").
			WithHint("open the file in Excel or WPS and save it as a new .xlsx workbook")
	}
	i, ok := atoi(c.raw)
	if !ok {
		i, ok = atoi(bytes.TrimSpace(c.raw))
	}
	if ok {
		var err error
		if row.values[col], ok, err = c.book.strings.get(i); err != nil {
			return err
		}
		c.borrowed += len(row.values[col])
	}
	if !ok {
		row.problems = append(row.problems, problem{
			col: col, code: importers.RejectSyntax, reason: "the cell refers to a text that the workbook does not hold",
			suggestion: "type the value again; if many rows have this fault, export the workbook again",
		})
	}
	return nil
}

// number appends the number in raw to scratch in the cell's format.
func (c *cells) number(style int) *problem {
	var format numberFormat
	if style < len(c.book.styles) {
		format = c.book.styles[style]
	}
	if len(c.raw) == 0 {
		return nil
	}
	from := len(c.scratch)
	out, f, lost, ok := appendNumber(c.scratch, c.raw)
	c.scratch = out
	switch {
	case !ok:
		c.scratch = append(c.scratch, c.raw...)
		c.scratch = finishText(c.scratch, from)
		return &problem{
			code: importers.RejectValue, reason: "the cell says that it holds a number and does not",
			suggestion: "type the value again",
		}
	case lost:
		return &problem{
			code: importers.RejectValue, reason: "the number has more than 15 digits; Excel keeps no more, so its last digits are lost",
			suggestion: "format the column as text, then type or paste the numbers again from their source",
		}
	case format.kind == formatZeros:
		if padded, ok := appendZeros(c.scratch[:from], f, int(format.zeros)); ok {
			c.scratch = padded
		}
	case format.kind != formatGeneral:
		if date, ok := appendSerial(out[:from], f, format.kind, c.book.date1904); ok {
			c.scratch = date // else nothing was written over the number
		}
	}
	return nil
}

// holdsCells reports whether a sheet has a cell with something in it.
func holdsCells(in io.Reader, book *workbook) (bool, error) {
	c, err := newCells(newScanner(in), book)
	if err != nil {
		return false, err
	}
	var row sheetRow
	for {
		more, err := c.next(&row)
		if !more || err != nil {
			return false, err
		}
		for _, v := range row.values {
			if !isBlank(v) {
				return true, nil
			}
		}
		if len(row.problems) > 0 {
			return true, nil
		}
	}
}
