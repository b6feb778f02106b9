package geojsonfile

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

const (
	blockSize = 256 << 10
	// maxValue bounds one feature. Its geometry takes up to eight times as
	// much memory as its text, and the collector lets garbage double that.
	maxValue = 8 << 20
	maxDepth = 200
)

var (
	errTooLong = errors.New("longer than 8 MiB")
	errTooDeep = fmt.Errorf("nested deeper than %d levels", maxDepth)
	errCut     = errors.New("the file ends in the middle")
)

// scanner finds where JSON values end, in bounded memory. It checks brackets
// and strings only; what is kept of a value is parsed by parser.
type scanner struct {
	in    io.Reader
	buf   []byte
	pos   int // next byte
	keep  int // start of the value being kept; -1 when none is
	read  atomic.Int64
	lines int64 // line of pos, from 1
	inEnd bool
	stack [maxDepth]byte
}

func newScanner(in io.Reader) *scanner {
	return &scanner{in: in, keep: -1, lines: 1}
}

// more reads another block behind the bytes from keep (or pos) on.
func (s *scanner) more() error {
	if s.inEnd {
		return io.EOF
	}
	from := s.pos
	if s.keep >= 0 {
		from = s.keep
	}
	if from > 0 {
		n := copy(s.buf, s.buf[from:])
		s.buf = s.buf[:n]
		s.pos -= from
		if s.keep >= 0 {
			s.keep = 0
		}
	}
	if cap(s.buf)-len(s.buf) < blockSize {
		grown := make([]byte, len(s.buf), max(2*cap(s.buf), 2*blockSize))
		copy(grown, s.buf)
		s.buf = grown
	}
	for range 100 {
		n, err := s.in.Read(s.buf[len(s.buf) : len(s.buf)+blockSize])
		s.buf = s.buf[:len(s.buf)+n]
		s.read.Add(int64(n))
		if n > 0 {
			return nil
		}
		if errors.Is(err, io.EOF) {
			s.inEnd = true
			return io.EOF
		}
		if err != nil {
			return fmt.Errorf("cannot read on: %w", err)
		}
	}
	return io.ErrNoProgress
}

// peek returns the next byte that is no white space; io.EOF at the end.
func (s *scanner) peek() (byte, error) {
	for {
		for s.pos < len(s.buf) {
			switch c := s.buf[s.pos]; c {
			case '\n':
				s.lines++
				s.pos++
			case ' ', '\t', '\r':
				s.pos++
			default:
				return c, nil
			}
		}
		if err := s.more(); err != nil {
			return 0, err
		}
	}
}

// expect consumes the byte c.
func (s *scanner) expect(c byte) error {
	got, err := s.peek()
	if err != nil {
		return cut(err)
	}
	if got != c {
		return fmt.Errorf("%q is wanted in place of %q", c, got)
	}
	s.pos++
	return nil
}

func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return errCut
	}
	return err
}

// value consumes the next value and returns its text, which is valid until
// the following call. A value that is too long is consumed, and gives
// errTooLong; errors of any other kind end the file.
func (s *scanner) value(limit int) ([]byte, error) {
	if _, err := s.peek(); err != nil {
		return nil, cut(err)
	}
	s.keep = s.pos
	tooLong, err := s.walk(limit)
	start := s.keep
	s.keep = -1
	if err != nil {
		return nil, err
	}
	if tooLong {
		return nil, errTooLong
	}
	return s.buf[start:s.pos], nil
}

// skip consumes the next value.
func (s *scanner) skip() error {
	_, err := s.value(0)
	if errors.Is(err, errTooLong) {
		return nil
	}
	return err
}

// walk moves behind the value that starts at pos.
func (s *scanner) walk(limit int) (tooLong bool, err error) {
	depth := 0
	inString, escaped, inWord := false, false, false
	for {
		for s.pos < len(s.buf) {
			c := s.buf[s.pos]
			if inString {
				s.pos++
				switch {
				case escaped:
					escaped = false
				case c == '\\':
					escaped = true
				case c == '"':
					inString = false
					if depth == 0 {
						return tooLong, nil
					}
				case c == '\n':
					s.lines++
				}
				continue
			}
			switch c {
			case '"':
				inString = true
			case '{', '[':
				if depth == maxDepth {
					return false, errTooDeep
				}
				s.stack[depth] = c + 2 // the closing bracket in ASCII
				depth++
			case '}', ']':
				if depth == 0 {
					if inWord {
						return tooLong, nil
					}
					return false, fmt.Errorf("a value is missing before %q", c)
				}
				depth--
				if s.stack[depth] != c {
					return false, fmt.Errorf("%q closes what %q should", c, s.stack[depth])
				}
				if depth == 0 {
					s.pos++
					return tooLong, nil
				}
			case ',', ':', ' ', '\t', '\r', '\n':
				if depth == 0 {
					if inWord {
						return tooLong, nil
					}
					return false, fmt.Errorf("a value is missing before %q", c)
				}
				if c == '\n' {
					s.lines++
				}
			default:
				inWord = true
			}
			s.pos++
		}
		if s.keep >= 0 && s.pos-s.keep > limit {
			s.keep, tooLong = -1, true
		}
		switch err := s.more(); {
		case errors.Is(err, io.EOF) && depth == 0 && inWord:
			return tooLong, nil
		case err != nil:
			return false, cut(err)
		}
	}
}
