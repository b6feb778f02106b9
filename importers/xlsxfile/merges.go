package xlsxfile

import (
	"bytes"
	"cmp"
	"io"
	"slices"

	"hearthmap/household"
)

// maxMerges bounds the merged areas of a sheet, 24 bytes each.
const maxMerges = 2 << 20

// merge is a merged area; its rows count from 1, its columns from 0.
type merge struct {
	top, bottom int32
	left, right int16
}

func (m merge) covers(row int64, col int) bool {
	return row >= int64(m.top) && row <= int64(m.bottom) && col >= int(m.left) && col <= int(m.right)
}

// readMerges returns the merged areas of a sheet by their top row. They stand
// behind the cells, so the sheet is read to its end for them; searching for
// the end of the cells is much cheaper than reading them, and the check sum
// is verified before the first row is handed out.
func readMerges(in io.Reader) ([]merge, error) {
	rest, err := behindCells(in)
	if err != nil || rest == nil {
		return nil, err
	}
	// What follows is the tail of an element, which a scanner does not take.
	s := newScanner(io.MultiReader(bytes.NewReader([]byte("<rest>")), rest))
	var merges []merge
	for {
		t, err := s.next()
		if err == errSyntax && s.depth() == 1 && t != tokenStart {
			break // the end tag of the sheet
		}
		if err != nil {
			return nil, err
		}
		if t == tokenEOF {
			break
		}
		if t != tokenStart || string(s.name) != "mergeCell" {
			continue
		}
		m, ok := parseArea(attr(s.attrs, "ref"))
		if !ok {
			return nil, errSyntax
		}
		if len(merges) == maxMerges {
			return nil, household.Errorf(household.Invalid, op, "a sheet has more than %d merged areas", maxMerges).
				WithHint("unmerge its cells, or save the sheet as CSV")
		}
		if m.top < m.bottom || m.left < m.right {
			merges = append(merges, m)
		}
	}
	if _, err := io.Copy(io.Discard, rest); err != nil { // up to the check sum
		return nil, err
	}
	slices.SortFunc(merges, func(a, b merge) int {
		return cmp.Or(cmp.Compare(a.top, b.top), cmp.Compare(a.left, b.left))
	})
	return merges, nil
}

// behindCells reads to the end tag of sheetData and returns what follows; nil
// when there is no such tag.
func behindCells(in io.Reader) (io.Reader, error) {
	const mark = "sheetData>"
	const keep = 64 // the mark and the prefix that may stand before it
	buf := make([]byte, scanBlock)
	n := 0
	for {
		m, err := in.Read(buf[n:])
		from := max(0, n-keep)
		n += m
		for {
			i := bytes.Index(buf[from:n], []byte(mark))
			if i < 0 {
				break
			}
			end := from + i + len(mark)
			if open := bytes.LastIndexByte(buf[:from+i], '<'); open >= 0 && open+1 < n && buf[open+1] == '/' {
				return io.MultiReader(bytes.NewReader(bytes.Clone(buf[end:n])), in), nil
			}
			from = end
		}
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if n == len(buf) {
			n = copy(buf, buf[n-2*keep:n])
		}
	}
}

// parseArea reads A1:C3.
func parseArea(ref []byte) (merge, bool) {
	from, to, both := bytes.Cut(ref, []byte{':'})
	if !both {
		to = from
	}
	c1, r1, ok1 := parseRef(from)
	c2, r2, ok2 := parseRef(to)
	if !ok1 || !ok2 || r1 == 0 || r2 < r1 || c2 < c1 {
		return merge{}, false
	}
	return merge{top: int32(r1), bottom: int32(r2), left: int16(c1), right: int16(c2)}, true
}

const (
	maxRow = 1 << 20
	maxCol = 1 << 14
)

// parseRef reads a cell's reference such as AB12 or $AB$12: the column from
// 0, the row from 1, or 0 when there is none.
func parseRef(ref []byte) (col int, row int64, ok bool) {
	i := 0
	if i < len(ref) && ref[i] == '$' {
		i++
	}
	from := i
	for ; i < len(ref) && i < from+4; i++ {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		col = col*26 + int(c-'A') + 1
	}
	if i == from || col > maxCol {
		return 0, 0, false
	}
	if i < len(ref) && ref[i] == '$' {
		i++
	}
	for ; i < len(ref); i++ {
		if ref[i] < '0' || ref[i] > '9' {
			return 0, 0, false
		}
		if row = row*10 + int64(ref[i]-'0'); row > maxRow {
			return 0, 0, false
		}
	}
	return col - 1, row, true
}

// columnLetters returns the name of a column counted from 0.
func columnLetters(col int) string {
	var b []byte
	for col++; col > 0; col = (col - 1) / 26 {
		b = append(b, byte('A'+(col-1)%26))
	}
	slices.Reverse(b)
	return string(b)
}
