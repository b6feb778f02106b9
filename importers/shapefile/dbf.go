package shapefile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"hearthmap/household"
	"hearthmap/importers"
)

// layout is what the header of a .dbf says.
type layout struct {
	version, driver byte // driver: the language driver, byte 29
	rows            int64
	headerSize      int64
	rowSize         int
	columns         []column
	unread          []string // columns whose values lie elsewhere or are no text
}

// column is a field of the table.
type column struct {
	raw    []byte // its name as written
	name   string
	kind   valueKind
	offset int // in the row
	width  int
}

// dBase7 tells the tables of dBase 7, which write binary numbers the other
// way round.
func (l *layout) dBase7() bool { return l.version&7 == 4 }

// foxPro tells the tables of Visual FoxPro, whose B is a double.
func (l *layout) foxPro() bool { return l.version >= 0x30 && l.version <= 0x32 }

// looksLikeTable reports whether the first bytes can be those of a .dbf.
func looksLikeTable(head []byte) bool {
	if len(head) < 65 {
		return false
	}
	switch head[0] {
	case 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8C, 0xCB, 0xF5, 0xFB:
	default:
		return false
	}
	month, day := head[2], head[3]
	headerSize, rowSize := binary.LittleEndian.Uint16(head[8:]), binary.LittleEndian.Uint16(head[10:])
	return month <= 12 && day <= 31 && headerSize >= 65 && rowSize >= 2 && strings.ContainsRune("CNFDLMIBOTYG+@PVQW0", rune(head[43]))
}

// readLayout reads the header.
func readLayout(in io.Reader, p *part) (*layout, error) {
	var head [32]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, headerError(p, err)
	}
	l := &layout{
		version: head[0], driver: head[29], rows: int64(binary.LittleEndian.Uint32(head[4:])),
		headerSize: int64(binary.LittleEndian.Uint16(head[8:])), rowSize: int(binary.LittleEndian.Uint16(head[10:])),
	}
	switch {
	case head[0] == 2:
		return nil, household.Errorf(household.Invalid, op, "%s is a table of dBase II", p.name).WithHint("save it as dBase IV or CSV")
	case l.headerSize < 33 || l.rowSize < 2:
		return nil, household.Errorf(household.Invalid, op, "%s is no dBase table", p.name).
			WithHint("check that the file is what its name says; export it again")
	}
	rest := make([]byte, l.headerSize-32)
	if _, err := io.ReadFull(in, rest); err != nil {
		return nil, headerError(p, err)
	}
	if err := l.readColumns(rest, p); err != nil {
		return nil, err
	}
	if have := (p.size - l.headerSize) / int64(l.rowSize); have < l.rows {
		return nil, cutShort(p.name, fmt.Sprintf("it has %d rows of %d", max(have, 0), l.rows))
	}
	return l, nil
}

func headerError(p *part, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return cutShort(p.name, "its header is not complete")
	}
	return unreadable(p.name, err)
}

// readColumns reads the descriptions of the columns, up to the byte 0D.
func (l *layout) readColumns(b []byte, p *part) error {
	stride, nameSize := 32, 11
	if l.dBase7() {
		if len(b) < 36 {
			return headerError(p, io.EOF)
		}
		b, stride, nameSize = b[36:], 48, 32
	}
	type field struct {
		name           []byte
		typ            byte
		width, decimal int
	}
	var fields []field
	plain, wide := 1, 1 // the row's size, by either reading of a text's width
	for ; len(b) >= stride && b[0] != 0x0D; b = b[stride:] {
		d := b[nameSize:]
		f := field{name: trimName(b[:nameSize]), typ: d[0], width: int(d[5]), decimal: int(d[6])}
		if stride == 48 {
			f.width, f.decimal = int(d[1]), int(d[2])
		}
		plain += f.width
		if wide += f.width; f.typ == 'C' {
			wide += f.decimal << 8
		}
		fields = append(fields, f)
	}
	// Clipper and FoxPro put the high byte of a text's width where others
	// have decimals; only the row's size tells.
	useWide := plain != l.rowSize && wide == l.rowSize
	offset := 1
	for i, f := range fields {
		if useWide && f.typ == 'C' {
			f.width += f.decimal << 8
		}
		c := column{raw: f.name, offset: offset, width: f.width, kind: kindOfValue(f.typ, f.width, l)}
		if offset += f.width; offset > l.rowSize {
			return household.Errorf(household.Invalid, op, "the rows of %s are shorter than its columns together", p.name).
				WithHint("it is damaged; export it again")
		}
		switch {
		case f.typ == '0': // FoxPro's flags of empty values
		case c.kind == notRead || f.width == 0:
			l.unread = append(l.unread, fmt.Sprint(i+1))
		default:
			l.columns = append(l.columns, c)
		}
	}
	if len(l.columns) == 0 {
		return household.Errorf(household.Invalid, op, "%s has no columns that can be read", p.name).
			WithHint("check that the file is what its name says; export it again")
	}
	return nil
}

func trimName(b []byte) []byte {
	for i, c := range b {
		if c == 0 {
			b = b[:i]
			break
		}
	}
	return []byte(strings.TrimRight(string(b), " "))
}

// table reads the rows of a .dbf.
type table struct {
	layout
	part  *part
	file  io.Closer
	in    *bufio.Reader
	drain bool

	text    *decoder
	names   []string
	notes   []string
	row     int64
	deleted int64
	cut     int64 // values that ended within a character

	scratch []byte
	ends    []int
	values  []string
}

func openTable(set *fileSet, o importers.FileOptions) (*table, error) {
	f, err := set.dbf.open()
	if err != nil {
		return nil, err
	}
	t := &table{part: set.dbf, file: f, in: bufio.NewReaderSize(countingReader{f, &set.read}, bufferSize(set.dbf.size)), drain: set.archive}
	if err := t.start(set, o); err != nil {
		f.Close()
		return nil, err
	}
	return t, nil
}

func (t *table) start(set *fileSet, o importers.FileOptions) error {
	l, err := readLayout(t.in, set.dbf)
	if err != nil {
		return err
	}
	t.layout = *l
	if t.text, err = chooseEncoding(set, &t.layout, o.Encoding, &t.notes); err != nil {
		return err
	}
	if err := t.nameColumns(); err != nil {
		return err
	}
	if l.unread != nil {
		t.notes = append(t.notes, "columns of the .dbf that hold memos or binary values were not read (places "+strings.Join(l.unread, ", ")+")")
	}
	if extra := (t.part.size - l.headerSize - l.rows*int64(l.rowSize)) / int64(l.rowSize); extra > 0 {
		t.notes = append(t.notes, fmt.Sprintf("%s says it has %d rows; the %d that may follow them were not read", t.part.name, l.rows, extra))
	}
	return nil
}

// nameColumns decodes the names: whole characters only, and no name twice.
func (t *table) nameColumns() error {
	seen := map[string]bool{}
	for i := range t.columns {
		c := &t.columns[i]
		name, tail := t.text.append(nil, c.raw)
		if tail > 0 && len(c.raw) >= 9 {
			t.notes = append(t.notes, fmt.Sprintf("the name of column %d ends within a character; it is read as %q", i+1, name))
		} else if tail > 0 || damaged(name) {
			return household.Errorf(household.Invalid, op, "the name of column %d of %s is no text of %s", i+1, t.part.name, t.text.name).
				WithHint("name the encoding: --encoding gb18030, utf-8 or big5")
		}
		c.name = strings.TrimSpace(string(name))
		if c.name == "" {
			c.name = fmt.Sprintf("column%d", i+1)
		}
		if seen[c.name] {
			twin := c.name
			for n := 2; seen[c.name]; n++ {
				c.name = fmt.Sprintf("%s_%d", twin, n)
			}
			t.notes = append(t.notes, fmt.Sprintf("the column %s occurs more than once; its next is read as %s", twin, c.name))
		}
		seen[c.name] = true
		t.names = append(t.names, c.name)
	}
	return nil
}

func (t *table) close() error { return t.file.Close() }

// remarks are notes for the report.
func (t *table) remarks() []string {
	notes := append([]string(nil), t.notes...)
	if t.deleted > 0 {
		notes = append(notes, fmt.Sprintf("%d rows are marked as deleted and were skipped", t.deleted))
	}
	if t.cut > 0 {
		notes = append(notes, fmt.Sprintf("%d values were cut off within their last character when they were written; the half character was dropped", t.cut))
	}
	return notes
}

const (
	deletedMark = '*'
	endMark     = 0x1A
)

// next returns the next row. Of a deleted one only its number is told.
func (t *table) next() (rec importers.Record, deleted bool, err error) {
	if t.row == t.rows {
		return rec, false, t.end()
	}
	b, err := t.in.Peek(t.rowSize)
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return rec, false, cutShort(t.part.name, fmt.Sprintf("it has %d rows of %d", t.row, t.rows))
		}
		return rec, false, unreadable(t.part.name, err)
	}
	if b[0] == endMark {
		return rec, false, cutShort(t.part.name, fmt.Sprintf("its end is marked behind %d rows of %d", t.row, t.rows))
	}
	t.row++
	if b[0] == deletedMark {
		t.deleted++
		deleted = true
	} else {
		rec, err = t.record(b)
	}
	if _, discardErr := t.in.Discard(t.rowSize); discardErr != nil {
		return rec, deleted, unreadable(t.part.name, discardErr)
	}
	return rec, deleted, err
}

func (t *table) end() error {
	if t.drain {
		if _, err := io.Copy(io.Discard, t.in); err != nil {
			return unreadable(t.part.name, err)
		}
	}
	return io.EOF
}

// record reads the values of a row. They share one string.
func (t *table) record(b []byte) (importers.Record, error) {
	t.scratch, t.ends = t.scratch[:0], t.ends[:0]
	var first *importers.Reject
	for i := range t.columns {
		c := &t.columns[i]
		if bad := t.value(c, b[c.offset:c.offset+c.width]); bad != nil && first == nil {
			first = &importers.Reject{Row: t.row, Column: c.name, Code: bad.code, Reason: bad.reason, Suggestion: bad.suggestion}
		}
		t.ends = append(t.ends, len(t.scratch))
	}
	all := string(t.scratch)
	if first != nil || t.values == nil {
		t.values = make([]string, len(t.columns))
	}
	from := 0
	for i, end := range t.ends {
		t.values[i] = all[from:end]
		from = end
	}
	rec := importers.Record{Row: t.row, Names: t.names, Values: t.values}
	if first != nil {
		t.values = nil
		return importers.Record{}, &importers.RowError{Reject: *first, Record: rec}
	}
	return rec, nil
}
