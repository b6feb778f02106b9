package csvfile

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/charset"
)

// fill makes at least one byte more than have available behind pos, or sets
// inEnd.
func (r *Reader) fill(have int) error {
	if r.pos > 0 {
		r.buf = append(r.buf[:0], r.buf[r.pos:]...)
		r.pos = 0
	}
	for len(r.buf) <= have && !r.inEnd {
		if cap(r.buf)-len(r.buf) < blockSize {
			grown := make([]byte, len(r.buf), max(2*cap(r.buf), 2*blockSize))
			copy(grown, r.buf)
			r.buf = grown
		}
		n, err := r.in.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+n]
		if errors.Is(err, io.EOF) {
			r.inEnd = true
		} else if err != nil {
			return household.Errorf(household.Invalid, "csvfile.Next", "cannot read on: %w", err).
				WithHint("check the disk or share the file lies on")
		}
	}
	return nil
}

// next returns the next record that is not blank.
func (r *Reader) next() (importers.Record, error) {
	for {
		if r.pos == len(r.buf) {
			if err := r.fill(0); err != nil {
				return importers.Record{}, err
			}
			if r.pos == len(r.buf) {
				return importers.Record{}, io.EOF
			}
		}
		end, err := r.lineEnd(0)
		if err != nil {
			return importers.Record{}, err
		}
		if end < 0 {
			return r.skipLongLine()
		}
		line := trimEOL(r.buf[r.pos : r.pos+end])
		row := r.line
		if bytes.IndexByte(line, '"') < 0 {
			r.consume(end, 1)
			if r.blank(line) {
				continue
			}
			return r.record(row, r.splitPlain(string(line)))
		}
		rec, err := r.quotedRecord(row, end)
		if err == errBlank {
			continue
		}
		return rec, err
	}
}

func (r *Reader) consume(n int, lines int64) {
	r.pos += n
	r.line += lines
}

// lineEnd returns the offset from pos behind the end of the line that starts
// at pos+from; -1 when the record is too long.
func (r *Reader) lineEnd(from int) (int, error) {
	for {
		if i := bytes.IndexByte(r.buf[r.pos+from:], r.eol); i >= 0 {
			return from + i + 1, nil
		}
		have := len(r.buf) - r.pos
		if r.inEnd {
			return have, nil
		}
		if have > maxRecord {
			return -1, nil
		}
		from = have
		if err := r.fill(have); err != nil {
			return 0, err
		}
	}
}

// skipLongLine rejects a line longer than maxRecord and goes to its end.
func (r *Reader) skipLongLine() (importers.Record, error) {
	row := r.line
	for {
		r.pos = len(r.buf)
		if err := r.fill(0); err != nil {
			return importers.Record{}, err
		}
		i := bytes.IndexByte(r.buf, r.eol)
		if i >= 0 {
			r.consume(i+1, 1)
			break
		}
		if r.inEnd {
			r.consume(len(r.buf), 1)
			break
		}
	}
	return r.spoiled(row, nil, importers.RejectSyntax, "the row is longer than 8 MiB",
		"check that the lines of the file end as they should")
}

func trimEOL(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'})
}

// blank reports whether a line holds nothing but separators and spaces, as
// spreadsheets leave them below a table.
func (r *Reader) blank(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' && c != r.text.Comma {
			return false
		}
	}
	return true
}

// splitPlain splits a line without quotes; the fields share its memory.
func (r *Reader) splitPlain(line string) []string {
	values := r.values[:0]
	sep := r.text.Comma
	start := 0
	for i := 0; i < len(line); i++ {
		if line[i] == sep {
			values = append(values, line[start:i])
			start = i + 1
		}
	}
	r.values = append(values, line[start:])
	return r.values
}

var errBlank = errors.New("blank")

// quotedRecord parses a record with quotes, whose first line ends at end. A
// record that cannot be parsed spoils its first line only: reading goes on
// with the next, so that one stray quote does not swallow what follows.
func (r *Reader) quotedRecord(row int64, end int) (importers.Record, error) {
	first := end
	r.fields, r.scratch = r.fields[:0], r.scratch[:0]
	lines := int64(1)
	at := 0
	for {
		from := len(r.scratch)
		p := r.buf[r.pos:]
		if at < end && p[at] == '"' {
			at++
			for { // up to the closing quote
				i := bytes.IndexByte(p[at:end], '"')
				if i < 0 {
					r.scratch = append(r.scratch, p[at:end]...)
					if len(r.scratch)-from > maxField || end > maxRecord {
						return r.spoilLine(row, first, "a quoted field is longer than 1 MiB, or its closing quote is missing")
					}
					at = end
					more, err := r.lineEnd(end)
					if err != nil {
						return importers.Record{}, err
					}
					if more == end || more < 0 {
						return r.spoilLine(row, first, "a quoted field has no closing quote")
					}
					end, p = more, r.buf[r.pos:]
					lines++
					continue
				}
				r.scratch = append(r.scratch, p[at:at+i]...)
				at += i + 1
				if at < end && p[at] == '"' {
					r.scratch = append(r.scratch, '"')
					at++
					continue
				}
				break
			}
			r.fields = append(r.fields, field{from, len(r.scratch)})
			rest := trimEOL(p[at:end])
			if len(rest) == 0 {
				break
			}
			if rest[0] != r.text.Comma {
				return r.spoilLine(row, first, "text follows the closing quote of a field")
			}
			at++
			if len(rest) == 1 { // the row ends with an empty field
				r.fields = append(r.fields, field{len(r.scratch), len(r.scratch)})
				break
			}
			continue
		}
		rest := trimEOL(p[at:end])
		i := bytes.IndexByte(rest, r.text.Comma)
		if i < 0 {
			i = len(rest)
		}
		r.scratch = append(r.scratch, rest[:i]...)
		r.fields = append(r.fields, field{from, len(r.scratch)})
		if i == len(rest) {
			break
		}
		at += i + 1
		if i+1 == len(rest) {
			r.fields = append(r.fields, field{len(r.scratch), len(r.scratch)})
			break
		}
	}
	r.consume(end, lines)
	all := string(r.scratch)
	values := r.values[:0]
	for _, f := range r.fields {
		values = append(values, all[f.from:f.to])
	}
	r.values = values
	if r.names != nil && r.blank(r.scratch) && len(values) < 2 {
		return importers.Record{}, errBlank
	}
	return r.record(row, values)
}

// spoilLine rejects the physical line at pos.
func (r *Reader) spoilLine(row int64, end int, reason string) (importers.Record, error) {
	values := r.splitPlain(string(trimEOL(r.buf[r.pos : r.pos+end])))
	r.consume(end, 1)
	return r.spoiled(row, values, importers.RejectSyntax, reason, `write a quote inside a field twice (""), and end the field with one`)
}

func (r *Reader) spoiled(row int64, values []string, code importers.RejectCode, reason, suggestion string) (importers.Record, error) {
	return importers.Record{}, &importers.RowError{
		Reject: importers.Reject{Row: row, Code: code, Reason: reason, Suggestion: suggestion},
		Record: importers.Record{Row: row, Names: r.names, Values: append([]string(nil), values...)},
	}
}

// record checks the values of a row against the header.
func (r *Reader) record(row int64, values []string) (importers.Record, error) {
	for _, v := range values {
		if len(v) > maxField {
			return r.spoiled(row, nil, importers.RejectSyntax, "a field is longer than 1 MiB", "check that the row's quotes and line ends are right")
		}
	}
	if bad := badText(values); bad >= 0 {
		_, err := r.spoiled(row, values, importers.RejectEncoding, "the row holds bytes that are no characters of "+r.text.Encoding,
			"read the file with its right encoding ("+otherEncodings(r.text.Encoding)+"), or type the damaged characters again")
		rowErr := err.(*importers.RowError)
		if bad < len(r.names) {
			rowErr.Reject.Column = r.names[bad]
		}
		return importers.Record{}, rowErr
	}
	if r.names == nil {
		return importers.Record{Row: row, Values: values}, nil
	}
	for len(values) > len(r.names) && values[len(values)-1] == "" {
		values = values[:len(values)-1]
	}
	if len(values) != len(r.names) {
		return r.spoiled(row, values, importers.RejectSyntax, r.raggedReason(len(values)),
			"add or remove separators; a separator inside a field needs quotes around the field")
	}
	return importers.Record{Row: row, Names: r.names, Values: values}, nil
}

// badText returns the index of the first value that is not sound UTF-8 or
// holds a replacement character, else -1.
func badText(values []string) int {
	for i, v := range values {
		if !ascii(v) && (!utf8.ValidString(v) || strings.ContainsRune(v, utf8.RuneError)) {
			return i
		}
	}
	return -1
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func otherEncodings(used string) string {
	switch charset.Encoding(used) {
	case charset.UTF16LE, charset.UTF16BE:
		return "--encoding utf-8 or gb18030"
	case charset.UTF8:
		return "--encoding gb18030 or big5"
	case charset.GB18030:
		return "--encoding utf-8 or big5"
	}
	return "--encoding utf-8 or gb18030"
}

// raggedReason is one string for all rows of a length: there may be a million.
func (r *Reader) raggedReason(fields int) string {
	if s, ok := r.ragged[fields]; ok {
		return s
	}
	s := "the row has " + plural(fields, "field") + ", the header " + plural(len(r.names), "column")
	if len(r.ragged) < 1000 {
		r.ragged[fields] = s
	}
	return s
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}
