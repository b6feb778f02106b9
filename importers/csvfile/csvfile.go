// Package csvfile reads tables of text: comma, semicolon, tab or vertical bar
// between fields, RFC 4180 quotes, any of the encodings of package charset.
//
// It is lenient where clerks' files are (a quote inside an unquoted field,
// blank lines, empty fields too many at the end) and strict where silence
// would lose data: a row of another length than the header, a field that
// never closes and bytes that are no characters spoil the row.
package csvfile

import (
	"bytes"
	"errors"
	"io"
	"os"
	"sync/atomic"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/charset"
)

const (
	maxField  = 1 << 20
	maxRecord = 8 << 20
	blockSize = 256 << 10
	// maxColumns bounds what a header of separators alone can ask for.
	maxColumns = 4096
)

// Format describes CSV files to importers.Run.
func Format() importers.Format {
	return importers.Format{
		Name:       "csv",
		Extensions: []string{".csv", ".tsv", ".txt"},
		Kinds: []importers.Kind{
			importers.Areas, importers.Compounds, importers.Streets, importers.Buildings,
			importers.Units, importers.Residents, importers.Facilities,
		},
		OpenReader: func(path string, o importers.FileOptions) (importers.Reader, error) {
			return OpenWith(path, o)
		},
	}
}

// Reader reads one file. It implements importers.Reader,
// importers.HeaderReader and importers.TextReader.
type Reader struct {
	file io.Closer
	text importers.TextFormat
	eol  byte // the line end's last byte: \n, or \r for the oldest files

	in    io.Reader // UTF-8
	count *countingReader
	size  int64

	buf      []byte // what is read and not yet consumed, from pos on
	pos      int
	line     int64 // of buf[pos]
	inEnd    bool
	names    []string
	values   []string
	fields   []field // of the record being parsed
	scratch  []byte  // unquoted fields of the record being parsed
	ragged   map[int]string
	finished error
}

type field struct{ from, to int } // in the record or in scratch

// Open opens the file. encoding is as in charset.Parse. Errors are
// *household.Error.
func Open(path, encoding string) (*Reader, error) {
	return OpenWith(path, importers.FileOptions{Encoding: encoding})
}

// OpenWith is Open with the options of an import. The header of a rejects
// file is its first line, whatever the options say, and a byte order mark
// names the encoding.
func OpenWith(path string, o importers.FileOptions) (*Reader, error) {
	const op = "csvfile.Open"
	enc, err := charset.Parse(o.Encoding)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, household.Errorf(household.Invalid, op, "cannot open the file: %w", err).
			WithHint("check its name and that you may read it")
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, household.Errorf(household.Invalid, op, "cannot read the file: %w", err)
	}
	r, err := newReader(f, info.Size(), enc, o.HeaderRow)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.file = f
	return r, nil
}

// newReader reads the head, chooses encoding, separator and line end, and
// reads the header.
func newReader(in io.Reader, size int64, enc charset.Encoding, headerRow int) (*Reader, error) {
	const op = "csvfile.Open"
	r := &Reader{size: size, line: 1, ragged: map[int]string{}, count: &countingReader{in: in}}
	head := make([]byte, charset.DetectBytes)
	n, err := io.ReadFull(r.count, head)
	whole := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if err != nil && !whole {
		return nil, household.Errorf(household.Invalid, op, "cannot read the file: %w", err)
	}
	head = head[:n]
	if len(bytes.TrimSpace(bytes.TrimPrefix(head, bom))) == 0 && whole {
		return nil, household.Errorf(household.Invalid, op, "the file is empty").
			WithHint("check that the export ended well; its first line names the columns")
	}
	if marked, ok := byMark(head); ok {
		enc = marked
	} else if enc == charset.Auto {
		if enc, err = charset.Choose(head, whole, importers.KnownColumn); err != nil {
			return nil, err
		}
	}
	r.text = importers.TextFormat{Encoding: string(enc)}
	_, r.text.BOM = byMark(head)
	r.lineEnds(head)
	r.in = charset.NewReader(io.MultiReader(bytes.NewReader(head), r.count), enc)
	if err := r.readHeader(headerRow); err != nil {
		return nil, err
	}
	return r, nil
}

// byMark tells the encoding by a byte order mark.
func byMark(head []byte) (charset.Encoding, bool) {
	switch {
	case bytes.HasPrefix(head, bom):
		return charset.UTF8, true
	case bytes.HasPrefix(head, []byte("\xFF\xFE")):
		return charset.UTF16LE, true
	case bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return charset.UTF16BE, true
	}
	return "", false
}

// lineEnds tells how lines end.
func (r *Reader) lineEnds(head []byte) {
	if e := charset.Encoding(r.text.Encoding); e == charset.UTF16LE || e == charset.UTF16BE {
		// Decoders replace what they cannot read; they do not fail.
		head, _ = io.ReadAll(charset.NewReader(bytes.NewReader(head), e))
	}
	r.eol = '\n'
	if i := bytes.IndexByte(head, '\n'); i < 0 && bytes.IndexByte(head, '\r') >= 0 {
		r.eol = '\r'
	} else if i > 0 && head[i-1] == '\r' {
		r.text.CRLF = true
	}
}

var bom = []byte("\xEF\xBB\xBF")

// readHeader reads the names of the columns from line headerRow on.
func (r *Reader) readHeader(headerRow int) error {
	const op = "csvfile.Open"
	if err := r.fill(0); err != nil {
		return err
	}
	r.buf = bytes.TrimPrefix(r.buf, bom)
	if headerRow > 1 && !r.ownRejects() {
		if err := r.skipLines(headerRow - 1); err != nil {
			return err
		}
	}
	r.text.Comma = separator(r.buf[r.pos:], r.eol)
	rec, err := r.next()
	var bad *importers.RowError
	switch {
	case errors.Is(err, io.EOF):
		return household.Errorf(household.Invalid, op, "the file has no header").
			WithHint("its first line must name the columns")
	case errors.As(err, &bad):
		return household.Errorf(household.Invalid, op, "the header cannot be read: %s", bad.Reject.Reason).
			WithHint("its first line must name the columns; with another encoding use --encoding")
	case err != nil:
		return err
	case len(rec.Values) > maxColumns:
		return household.Errorf(household.Invalid, op, "the header has %d columns, more than %d", len(rec.Values), maxColumns).
			WithHint("check that the file is a table with the columns' names in its first line")
	}
	names := append([]string(nil), rec.Values...)
	for len(names) > 1 && names[len(names)-1] == "" {
		names = names[:len(names)-1]
	}
	r.names = names
	return nil
}

// ownRejects reports whether the first line is the header of a rejects file.
func (r *Reader) ownRejects() bool {
	line, _, _ := bytes.Cut(r.buf, []byte{r.eol})
	for _, name := range []string{"_row", "_code", "_reason", "_suggestion"} {
		if !bytes.Contains(line, []byte(name)) {
			return false
		}
	}
	return true
}

// skipLines goes over the lines above the header.
func (r *Reader) skipLines(n int) error {
	for range n {
		end, err := r.lineEnd(0)
		if err != nil {
			return err
		}
		if end <= 0 {
			break // the end, or no table: reading the header says so
		}
		r.consume(end, 1)
	}
	return r.fill(len(r.buf) - r.pos)
}

// Header returns the names of the columns.
func (r *Reader) Header() []string { return r.names }

// Text returns how the file is written.
func (r *Reader) Text() importers.TextFormat { return r.text }

// Progress returns the bytes read and the size of the file.
func (r *Reader) Progress() (read, total int64) {
	return min(r.count.n.Load(), r.size), r.size
}

// Close closes the file.
func (r *Reader) Close() error {
	r.finished = errClosed
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}

var errClosed = errors.New("csvfile: the reader is closed")

// Next returns the next record; see importers.Reader.
func (r *Reader) Next() (importers.Record, error) {
	if r.finished != nil {
		return importers.Record{}, r.finished
	}
	rec, err := r.next()
	if err != nil {
		var bad *importers.RowError
		if !errors.As(err, &bad) {
			r.finished = err
		}
	}
	return rec, err
}

// countingReader counts the bytes read, for any goroutine to see.
type countingReader struct {
	in io.Reader
	n  atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// separator is the one that occurs most in the first line outside quotes.
func separator(head []byte, eol byte) byte {
	counts := map[byte]int{}
	quoted := false
	seen := false
	for _, c := range head {
		if c == '"' {
			quoted = !quoted
		}
		if c == eol && !quoted {
			if seen {
				break
			}
			continue // blank lines before the header
		}
		seen = seen || c != '\r'
		if !quoted {
			counts[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte{';', '\t', '|'} {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best
}
