package xlsxfile

import (
	"strconv"
	"strings"

	"hearthmap/household"
	"hearthmap/importers"
)

const (
	// maxColumns bounds the columns of a table.
	maxColumns = 4096
	// maxHeaderRows is how deep a merged header may be.
	maxHeaderRows = 4
)

// overlap returns the merged areas that a row passes through.
func (t *table) overlap(row int64) ([]merge, error) {
	var on []merge
	for _, m := range t.merges {
		if int64(m.top) > row {
			break
		}
		if int64(m.bottom) >= row {
			on = append(on, m)
		}
	}
	if len(on) > maxCol {
		return nil, errOverlap()
	}
	return on, nil
}

func errOverlap() error {
	return household.Errorf(household.Invalid, op, "the merged areas of a sheet overlap").
		WithHint("open the file in Excel or WPS and save it as a new .xlsx workbook")
}

// own counts the cells of the row that show something of their own, not what
// a merged area shows, and returns the first.
func own(row *sheetRow, on []merge) (n, first int) {
	first = -1
	for col, v := range row.values {
		if isBlank(v) {
			continue
		}
		covered := false
		for _, m := range on {
			covered = covered || m.covers(row.num, col) && (row.num > int64(m.top) || col > int(m.left))
		}
		if !covered {
			if n++; first < 0 {
				first = col
			}
		}
	}
	return n, first
}

// heading is a header that was found.
type heading struct {
	first, last int64 // its rows
	names       []string
}

// readHeader finds the header: the row that o names, or the first that is not
// empty and not a title. A title is a row with a single cell that is merged
// over several columns, or below which, after a few more such rows, comes one
// with more cells. Where that row lacks columns that o wants, and one
// of the next rows has them all, all above that one is taken for titles. ok is
// false when the sheet ends before.
func (t *table) readHeader(o importers.FileOptions) (ok bool, err error) {
	if o.HeaderRow > 0 {
		return t.headerAt(int64(o.HeaderRow))
	}
	for {
		a, err := t.peek(0)
		if a == nil || err != nil {
			return false, err
		}
		on, err := t.overlap(a.num)
		if err != nil {
			return false, err
		}
		n, first := own(a, on)
		title, until := false, a.num
		if n == 1 {
			if title, until, err = t.isTitle(a, first, on); err != nil {
				return false, err
			}
		}
		if n > 0 && !title {
			h, err := t.heading(0)
			if err == nil {
				h, err = t.deeper(h, o)
			}
			if err != nil {
				return false, err
			}
			return t.take(h), nil
		}
		if title {
			t.noteTitle(a.num)
		}
		t.drop(until)
	}
}

func (t *table) noteTitle(row int64) {
	t.book.note("sheet %s: row "+strconv.FormatInt(row, 10)+" above the header was taken for a title and skipped", t.name)
}

// headerAt reads the header in the row of the number.
func (t *table) headerAt(row int64) (ok bool, err error) {
	for {
		a, err := t.peek(0)
		if a == nil || err != nil {
			return false, err
		}
		if a.num >= row {
			break
		}
		t.drop(a.num)
	}
	h, err := t.heading(0)
	if err != nil || h.first != row {
		return false, err
	}
	return t.take(h), nil
}

// maxTitleRows is how far below the first row that may be the header a better
// one is looked for.
const maxTitleRows = 9

// deeper returns the first header that has what o wants: h, or that of a row
// below it; h when none has.
func (t *table) deeper(h heading, o importers.FileOptions) (heading, error) {
	fits := func(h heading) bool {
		return len(o.Fit(importers.Layer{Type: importers.LayerSheet, Columns: h.names}).Missing) == 0
	}
	if o.Fit == nil || fits(h) {
		return h, nil
	}
	var above []int64
	for i := range maxTitleRows + 1 {
		row, err := t.peek(i)
		if row == nil || err != nil {
			return h, err
		}
		on, err := t.overlap(row.num)
		if err != nil {
			return h, err
		}
		n, _ := own(row, on)
		if i > 0 && n > 1 {
			below, err := t.heading(i)
			if err != nil {
				return h, err
			}
			if fits(below) {
				for _, r := range above {
					t.noteTitle(r)
				}
				return below, nil
			}
		}
		if n > 0 {
			above = append(above, row.num)
		}
	}
	return h, nil
}

// take makes the header the table's.
func (t *table) take(h heading) bool {
	t.names, t.first = h.names, h.first
	t.drop(h.last)
	t.begin(h.last)
	return len(t.names) > 0
}

// isTitle reports whether the only cell of a row is a title, and the last row
// that the title takes.
func (t *table) isTitle(a *sheetRow, col int, on []merge) (title bool, until int64, err error) {
	for _, m := range on {
		if m.covers(a.num, col) && m.right > m.left {
			return true, int64(m.bottom), nil
		}
	}
	const maxTitles, maxBlank = 4, 16
	titles := 1
	for i := 1; i <= maxBlank && titles <= maxTitles; i++ {
		b, err := t.peek(i)
		if b == nil || err != nil {
			return false, a.num, err
		}
		on, err := t.overlap(b.num)
		if err != nil {
			return false, a.num, err
		}
		switch n, _ := own(b, on); n {
		case 0:
		case 1:
			titles++
		default:
			return true, a.num, nil
		}
	}
	return false, a.num, nil
}

// heading names the columns by the rows of the header, of which the i-th from
// here is the first. It is as deep as the deepest cell merged downwards in it; two rows
// deep also when cells merged sideways each have names below them and no
// other column has anything there. The names of the rows are joined by "/".
func (t *table) heading(i int) (h heading, err error) {
	a, err := t.peek(i)
	if a == nil || err != nil {
		return h, err
	}
	on, err := t.overlap(a.num)
	if err != nil {
		return h, err
	}
	rows := []*sheetRow{a}
	h.first, h.last = a.num, a.num
	for _, m := range on {
		if int64(m.top) == a.num && int64(m.bottom) < a.num+maxHeaderRows {
			h.last = max(h.last, int64(m.bottom))
		}
	}
	for {
		i++
		b, err := t.peek(i)
		if err != nil {
			return h, err
		}
		if b == nil || b.num > max(h.last, a.num+1) {
			break
		}
		if b.num <= h.last || h.last == a.num && grouped(a, b, on) {
			rows = append(rows, b)
			h.last = max(h.last, b.num)
		}
	}
	areas := on
	for _, b := range rows[1:] {
		more, err := t.overlap(b.num)
		if err != nil {
			return h, err
		}
		areas = append(areas[:len(areas):len(areas)], more...)
	}
	h.names, err = columnNames(rows, areas)
	return h, err
}

// grouped reports whether b holds the names below the groups of a.
func grouped(a, b *sheetRow, on []merge) bool {
	groups := false
	width := max(len(a.values), len(b.values))
	for _, m := range on {
		if m.right == m.left || int64(m.top) != a.num || m.bottom != m.top {
			continue
		}
		if int(m.right) >= len(b.values) {
			return false
		}
		for col := int(m.left); col <= int(m.right); col++ {
			if isBlank(b.at(col)) {
				return false
			}
		}
		groups = true
	}
	if !groups {
		return false
	}
	for col := range width {
		inGroup := false
		for _, m := range on {
			inGroup = inGroup || m.right > m.left && m.covers(a.num, col)
		}
		if !inGroup && !isBlank(b.at(col)) {
			return false
		}
	}
	return true
}

// columnNames makes the names of the columns from the header's rows.
func columnNames(rows []*sheetRow, areas []merge) ([]string, error) {
	width := 0
	for _, r := range rows {
		for col, v := range r.values {
			if !isBlank(v) {
				width = max(width, col+1)
			}
		}
	}
	for _, m := range areas {
		if int(m.left) < width && m.right > m.left {
			width = max(width, int(m.right)+1)
		}
	}
	if width > maxColumns {
		return nil, household.Errorf(household.Invalid, op, "the header of a sheet has %d columns, more than %d", width, maxColumns).
			WithHint("check that the sheet is a table with the columns' names in its first row")
	}
	names := make([]string, width)
	for col := range names {
		names[col] = columnName(rows, areas, col)
	}
	for len(names) > 0 && names[len(names)-1] == "" {
		names = names[:len(names)-1]
	}
	return names, nil
}

// columnName joins what the header's rows show in the column. Where an area
// merged sideways gives several columns one name, the second is name/2.
func columnName(rows []*sheetRow, areas []merge, col int) string {
	var parts []string
	nth := 1
	for _, r := range rows {
		v := r.at(col)
		n := 1
		for _, m := range areas {
			if !m.covers(r.num, col) {
				continue
			}
			v = ""
			if r.num == int64(m.top) { // an area merged downwards counts once
				v = r.at(int(m.left))
				n = col - int(m.left) + 1
			}
			break
		}
		v = strings.Join(strings.Fields(v), " ")
		if v != "" && (len(parts) == 0 || parts[len(parts)-1] != v) {
			parts = append(parts, v)
			nth = n
		}
	}
	name := strings.Join(parts, "/")
	if nth > 1 {
		name += "/" + strconv.Itoa(nth)
	}
	return name
}
