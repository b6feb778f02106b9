package geojsonfile

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// parser reads the JSON text of one feature strictly. The scanner has
// bounded its depth.
type parser struct {
	b       []byte
	i       int
	scratch []byte // unescaped strings
}

var errSyntax = errors.New("the feature is not valid JSON")

func (p *parser) space() {
	for p.i < len(p.b) {
		switch p.b[p.i] {
		case ' ', '\t', '\r', '\n':
			p.i++
		default:
			return
		}
	}
}

// next skips white space and returns the byte there, 0 at the end.
func (p *parser) next() byte {
	p.space()
	if p.i < len(p.b) {
		return p.b[p.i]
	}
	return 0
}

func (p *parser) take(c byte) bool {
	if p.next() == c {
		p.i++
		return true
	}
	return false
}

// members calls f for each member of the object at i, with the key in memory
// that the next string overwrites. f must consume the value.
func (p *parser) members(f func(key []byte) error) error {
	if !p.take('{') {
		return errSyntax
	}
	if p.take('}') {
		return nil
	}
	for {
		if p.next() != '"' {
			return errSyntax
		}
		p.scratch = p.scratch[:0]
		if err := p.str(); err != nil {
			return err
		}
		key := p.scratch
		if !p.take(':') {
			return errSyntax
		}
		p.space()
		if err := f(key); err != nil {
			return err
		}
		if p.take('}') {
			return nil
		}
		if !p.take(',') {
			return errSyntax
		}
	}
}

// elements calls f at each element of the array at i.
func (p *parser) elements(f func() error) error {
	if !p.take('[') {
		return errSyntax
	}
	if p.take(']') {
		return nil
	}
	for {
		p.space()
		if err := f(); err != nil {
			return err
		}
		if p.take(']') {
			return nil
		}
		if !p.take(',') {
			return errSyntax
		}
	}
}

// raw consumes any value and returns its text.
func (p *parser) raw() ([]byte, error) {
	p.space()
	start := p.i
	err := p.skip()
	return p.b[start:p.i], err
}

func (p *parser) skip() error {
	switch c := p.next(); {
	case c == '{':
		return p.members(func([]byte) error { return p.skip() })
	case c == '[':
		return p.elements(p.skip)
	case c == '"':
		p.scratch = p.scratch[:0]
		return p.str()
	case c == '-' || c >= '0' && c <= '9':
		_, err := p.number()
		return err
	}
	for _, w := range []string{"null", "true", "false"} {
		if p.word(w) {
			return nil
		}
	}
	return errSyntax
}

func (p *parser) word(w string) bool {
	if len(p.b)-p.i >= len(w) && string(p.b[p.i:p.i+len(w)]) == w {
		p.i += len(w)
		return true
	}
	return false
}

// number consumes a number by JSON's grammar and returns its text.
func (p *parser) number() ([]byte, error) {
	start := p.i
	if p.i < len(p.b) && p.b[p.i] == '-' {
		p.i++
	}
	whole := p.digits()
	if whole == 0 || whole > 1 && p.b[p.i-whole] == '0' {
		return nil, errSyntax
	}
	if p.i < len(p.b) && p.b[p.i] == '.' {
		p.i++
		if p.digits() == 0 {
			return nil, errSyntax
		}
	}
	if p.i < len(p.b) && (p.b[p.i] == 'e' || p.b[p.i] == 'E') {
		p.i++
		if p.i < len(p.b) && (p.b[p.i] == '+' || p.b[p.i] == '-') {
			p.i++
		}
		if p.digits() == 0 {
			return nil, errSyntax
		}
	}
	return p.b[start:p.i], nil
}

func (p *parser) digits() int {
	start := p.i
	for p.i < len(p.b) && p.b[p.i] >= '0' && p.b[p.i] <= '9' {
		p.i++
	}
	return p.i - start
}

// float consumes a number. Numbers beyond the range of float64 are errors.
func (p *parser) float() (float64, error) {
	p.space()
	if p.i < len(p.b) && p.b[p.i] != '-' && (p.b[p.i] < '0' || p.b[p.i] > '9') {
		return 0, errors.New("a coordinate is not a number")
	}
	text, err := p.number()
	if err != nil {
		return 0, err
	}
	// ParseFloat does not keep its argument.
	f, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(text), len(text)), 64)
	if err != nil {
		return 0, errors.New("a coordinate is out of range")
	}
	return f, nil
}

// str consumes a string and appends it unescaped to scratch. Bytes that are
// no UTF-8 and half surrogates become U+FFFD.
func (p *parser) str() error {
	p.i++
	for p.i < len(p.b) {
		start := p.i
		for p.i < len(p.b) && p.b[p.i] != '"' && p.b[p.i] != '\\' && p.b[p.i] >= 0x20 && p.b[p.i] < utf8.RuneSelf {
			p.i++
		}
		p.scratch = append(p.scratch, p.b[start:p.i]...)
		if p.i == len(p.b) {
			break
		}
		switch c := p.b[p.i]; {
		case c == '"':
			p.i++
			return nil
		case c == '\\':
			if err := p.escape(); err != nil {
				return err
			}
		case c < 0x20:
			return fmt.Errorf("%w: a control character in a string", errSyntax)
		default:
			r, size := utf8.DecodeRune(p.b[p.i:])
			p.scratch = utf8.AppendRune(p.scratch, r)
			p.i += size
		}
	}
	return errSyntax
}

func (p *parser) escape() error {
	if p.i+1 >= len(p.b) {
		return errSyntax
	}
	c := p.b[p.i+1]
	p.i += 2
	switch c {
	case '"', '\\', '/':
		p.scratch = append(p.scratch, c)
	case 'b':
		p.scratch = append(p.scratch, '\b')
	case 'f':
		p.scratch = append(p.scratch, '\f')
	case 'n':
		p.scratch = append(p.scratch, '\n')
	case 'r':
		p.scratch = append(p.scratch, '\r')
	case 't':
		p.scratch = append(p.scratch, '\t')
	case 'u':
		r, ok := p.hex4()
		if !ok {
			return errSyntax
		}
		if utf16.IsSurrogate(r) {
			second := rune(utf8.RuneError)
			if p.i+1 < len(p.b) && p.b[p.i] == '\\' && p.b[p.i+1] == 'u' {
				p.i += 2
				if second, ok = p.hex4(); !ok {
					return errSyntax
				}
			}
			r = utf16.DecodeRune(r, second)
		}
		p.scratch = utf8.AppendRune(p.scratch, r)
	default:
		return errSyntax
	}
	return nil
}

func (p *parser) hex4() (rune, bool) {
	if p.i+4 > len(p.b) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.b[p.i:p.i+4]), 16, 16)
	p.i += 4
	return rune(n), err == nil
}
