package geojsonfile

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"hearthmap/importers"
)

// recordSeparator begins every text of a sequence (RFC 8142).
const recordSeparator = 0x1E

// Sequence describes GeoJSON text sequences to importers.Run: features one
// after another, each behind a record separator (RFC 8142) or on a line of
// its own. One broken text spoils itself only.
func Sequence() importers.Format {
	f := Format()
	f.Name = "geojsonseq"
	f.Extensions = []string{".geojsonl", ".geojsons", ".geojsonseq", ".ndjson", ".jsonl"}
	f.Sniff = func(head []byte) bool {
		head = bytes.TrimLeft(bytes.TrimPrefix(head, bom), " \t\r\n")
		return len(head) > 0 && head[0] == recordSeparator
	}
	return f
}

// sequenceName reports whether the name is that of a sequence.
func sequenceName(path string) bool {
	ext := strings.ToLower(filepath.Ext(path))
	for _, e := range Sequence().Extensions {
		if ext == e {
			return true
		}
	}
	return false
}

// startSequence makes texts end where the sequence's do.
func (r *Reader) startSequence(first byte) {
	r.state, r.delim = inSequence, '\n'
	if first == recordSeparator {
		r.delim = recordSeparator
	}
}

// nextText returns the next feature of a sequence.
func (r *Reader) nextText() (importers.Record, error) {
	for {
		raw, err := r.scan.until(r.delim, maxValue)
		if err != nil && !errors.Is(err, errTooLong) {
			return importers.Record{}, err
		}
		raw = bytes.Trim(raw, " \t\r\n\x1e")
		if len(raw) == 0 && err == nil {
			continue
		}
		r.row++
		if err == nil && tooDeep(raw) {
			_, err = r.judge(nil, nil)
			return importers.Record{}, err
		}
		rec, rowErr := r.judge(raw, err)
		if rowErr != nil && err == nil && bareGeometry(raw) {
			return r.judge([]byte(`{"type":"Feature","geometry":`+string(raw)+`}`), nil)
		}
		return rec, rowErr
	}
}

// bareGeometry reports whether the text is a geometry without a feature.
func bareGeometry(raw []byte) bool {
	typ := ""
	p := parser{b: raw}
	err := p.members(func(key []byte) (err error) {
		if string(key) == "type" {
			typ, err = p.text()
			return err
		}
		return p.skip()
	})
	return err == nil && rootTypes[typ] && typ != "Feature" && typ != "FeatureCollection"
}

// tooDeep reports whether brackets outside of strings are nested deeper than
// the parser may go.
func tooDeep(raw []byte) bool {
	depth, inString, escaped := 0, false, false
	for _, c := range raw {
		switch {
		case escaped:
			escaped = false
		case inString:
			escaped = c == '\\'
			inString = c != '"'
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// until consumes up to the delimiter or the end, and returns what stands
// before it, valid until the following call. What is too long is consumed and
// gives errTooLong; io.EOF says that nothing is left.
func (s *scanner) until(delim byte, limit int) ([]byte, error) {
	s.keep = s.pos
	tooLong, any := false, false
	for {
		i := bytes.IndexByte(s.buf[s.pos:], delim)
		end := s.pos + i
		if i < 0 {
			end = len(s.buf)
		}
		any = any || end > s.pos
		s.lines += int64(bytes.Count(s.buf[s.pos:end], []byte{'\n'}))
		s.pos = end
		if s.keep >= 0 && s.pos-s.keep > limit {
			s.keep, tooLong = -1, true
		}
		var err error
		if i < 0 {
			if err = s.more(); err == nil {
				continue
			}
			if !errors.Is(err, io.EOF) || !any {
				s.keep = -1
				return nil, err
			}
			end = s.pos // more has moved the bytes
		}
		start := s.keep
		s.keep = -1
		if i >= 0 {
			s.pos++
			if delim == '\n' {
				s.lines++
			}
		}
		if tooLong {
			return nil, errTooLong
		}
		return s.buf[start:end], nil
	}
}
