package xlsxfile

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

// token is a kind of XML token.
type token uint8

const (
	tokenEOF token = iota
	tokenStart
	tokenEnd
	tokenText
)

const (
	scanBlock = 128 << 10
	// maxToken bounds one tag or run of text. Excel allows 32,767 characters
	// in a cell.
	maxToken = 1 << 20
	maxDepth = 128
)

var (
	errSyntax    = errors.New("the XML is not well formed")
	errTruncated = errors.New("the XML ends too early")
	errTooLong   = errors.New("a text or tag of the XML is longer than 1 MiB")
	errTooDeep   = errors.New("the XML is nested too deeply")
	errDoctype   = errors.New("the XML declares a document type or entities")
	errEntity    = errors.New("the XML refers to an entity it may not use")
	errEncoding  = errors.New("the XML is neither UTF-8 nor UTF-16")
)

// scanner cuts XML into tags and text without building anything. It knows
// what workbooks need and no more: namespaces are cut off names, a document
// type is refused, and with it every entity but the five of XML itself.
type scanner struct {
	in       io.Reader
	buf      []byte
	pos, end int // buf[pos:end] is not consumed yet
	inEnd    bool

	// Of the token; valid until the next one is read.
	name  []byte // of a tag, without prefix
	attrs []byte // of a start tag, see cutAttr
	text  []byte // raw; appendText decodes it
	empty bool   // <a/>: its tokenEnd follows

	cdata bool
	open  []byte // qualified names of the open elements, one behind the other
	marks []int  // where they begin
	last  int    // start of the last name in open
	done  bool   // the root element has ended
}

func newScanner(in io.Reader) *scanner {
	return &scanner{in: in, buf: make([]byte, scanBlock)}
}

// depth is the number of open elements.
func (s *scanner) depth() int { return len(s.marks) }

// fill reads more behind buf[end], moving what is not consumed to the front.
func (s *scanner) fill() error {
	if s.inEnd {
		return io.EOF
	}
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) {
		if s.end >= maxToken {
			return errTooLong
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range 100 {
		n, err := s.in.Read(s.buf[s.end:])
		s.end += n
		if errors.Is(err, io.EOF) {
			s.inEnd = true
			if n == 0 {
				return io.EOF
			}
			return nil
		}
		if err != nil {
			return err
		}
		if n > 0 {
			return nil
		}
	}
	return io.ErrNoProgress
}

// next reads the next token.
func (s *scanner) next() (token, error) {
	if s.empty {
		s.empty = false
		s.pop()
		return tokenEnd, nil
	}
	for {
		if s.pos == s.end {
			if err := s.fill(); err == io.EOF {
				if s.depth() > 0 || !s.done {
					return 0, errTruncated
				}
				return tokenEOF, nil
			} else if err != nil {
				return 0, err
			}
		}
		if s.buf[s.pos] != '<' {
			if err := s.runOfText(); err != nil {
				return 0, err
			}
			if s.depth() > 0 {
				return tokenText, nil
			}
			if !isBlankOrMark(s.text) {
				return 0, errSyntax
			}
			continue
		}
		if err := s.need(2); err != nil {
			return 0, err
		}
		switch s.buf[s.pos+1] {
		case '/':
			return tokenEnd, s.endTag()
		case '?':
			if err := s.instruction(); err != nil {
				return 0, err
			}
		case '!':
			isText, err := s.declaration()
			if err != nil {
				return 0, err
			}
			if isText {
				return tokenText, nil
			}
		default:
			return tokenStart, s.startTag()
		}
	}
}

// need makes n bytes available.
func (s *scanner) need(n int) error {
	for s.end-s.pos < n {
		if err := s.fill(); err == io.EOF {
			return errTruncated
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (s *scanner) runOfText() error {
	from := 0
	for {
		if i := bytes.IndexByte(s.buf[s.pos+from:s.end], '<'); i >= 0 {
			s.take(from + i)
			return nil
		}
		from = s.end - s.pos
		if err := s.fill(); err == io.EOF {
			s.take(from)
			return nil
		} else if err != nil {
			return err
		}
	}
}

func (s *scanner) take(n int) {
	s.text, s.cdata = s.buf[s.pos:s.pos+n], false
	s.pos += n
}

// isBlankOrMark reports whether text outside the root element is white space
// or a byte order mark.
func isBlankOrMark(b []byte) bool {
	return len(bytes.Trim(bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF")), " \t\r\n")) == 0
}

// until consumes up to the mark, from behind the first skip bytes, and
// returns what lies between.
func (s *scanner) until(skip int, mark string) ([]byte, error) {
	for {
		if s.end-s.pos > skip {
			if i := bytes.Index(s.buf[s.pos+skip:s.end], []byte(mark)); i >= 0 {
				between := s.buf[s.pos+skip : s.pos+skip+i]
				s.pos += skip + i + len(mark)
				return between, nil
			}
		}
		if err := s.fill(); err == io.EOF {
			return nil, errTruncated
		} else if err != nil {
			return nil, err
		}
	}
}

// instruction skips <?…?>, and looks at the encoding of <?xml …?>.
func (s *scanner) instruction() error {
	b, err := s.until(2, "?>")
	if err != nil {
		return err
	}
	rest, ok := bytes.CutPrefix(b, []byte("xml"))
	if !ok || len(rest) == 0 || !isSpace(rest[0]) {
		return nil
	}
	switch string(bytes.ToLower(attr(rest, "encoding"))) {
	case "", "utf-8", "utf8", "us-ascii", "ascii", "utf-16":
		return nil
	}
	return errEncoding
}

// declaration skips a comment; isText tells of a CDATA section.
func (s *scanner) declaration() (isText bool, err error) {
	if err := s.need(4); err != nil {
		return false, err
	}
	if bytes.HasPrefix(s.buf[s.pos:s.end], []byte("<!--")) {
		_, err := s.until(4, "-->")
		return false, err
	}
	const section = "<![CDATA["
	if s.buf[s.pos+2] != '[' {
		return false, errDoctype
	}
	if err := s.need(len(section)); err != nil {
		return false, err
	}
	if !bytes.HasPrefix(s.buf[s.pos:s.end], []byte(section)) || s.depth() == 0 {
		return false, errSyntax
	}
	s.text, err = s.until(len(section), "]]>")
	s.cdata = true
	return true, err
}

// tag makes the whole tag available and consumes it.
func (s *scanner) tag() ([]byte, error) {
	for {
		switch i := tagEnd(s.buf[s.pos:s.end]); i {
		case -1:
			if err := s.fill(); err == io.EOF {
				return nil, errTruncated
			} else if err != nil {
				return nil, err
			}
		case -2:
			return nil, errSyntax
		default:
			b := s.buf[s.pos : s.pos+i]
			s.pos += i + 1
			return b, nil
		}
	}
}

// tagEnd returns the index of the > that ends the tag; -1 when more must be
// read, -2 when a < comes before.
func tagEnd(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch c := b[i]; c {
		case '>':
			return i
		case '<':
			return -2
		case '"', '\'':
			j := bytes.IndexByte(b[i+1:], c)
			if j < 0 {
				return -1
			}
			i += j + 1
		}
	}
	return -1
}

func (s *scanner) startTag() error {
	b, err := s.tag()
	if err != nil {
		return err
	}
	if s.done {
		return errSyntax
	}
	b = b[1:]
	if n := len(b); n > 0 && b[n-1] == '/' {
		s.empty = true
		b = b[:n-1]
	}
	n := 0
	for n < len(b) && !isSpace(b[n]) {
		n++
	}
	if n == 0 || len(s.marks) >= maxDepth {
		if n == 0 {
			return errSyntax
		}
		return errTooDeep
	}
	s.name, s.attrs = local(b[:n]), b[n:]
	s.last = len(s.open)
	s.marks = append(s.marks, s.last)
	s.open = append(s.open, b[:n]...)
	return nil
}

func (s *scanner) endTag() error {
	b, err := s.tag()
	if err != nil {
		return err
	}
	b = b[2:]
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	if s.depth() == 0 || !bytes.Equal(b, s.open[s.last:]) {
		return errSyntax
	}
	s.name = local(b)
	s.pop()
	return nil
}

// pop closes the innermost element.
func (s *scanner) pop() {
	s.open = s.open[:s.last]
	s.marks = s.marks[:len(s.marks)-1]
	if len(s.marks) == 0 {
		s.done = true
		return
	}
	s.last = s.marks[len(s.marks)-1]
}

// skip reads to the end of the element whose start was the last token.
func (s *scanner) skip() error {
	for depth := s.depth() - 1; s.depth() > depth; {
		if _, err := s.next(); err != nil {
			return err
		}
	}
	return nil
}

// local cuts the namespace's prefix off.
func local(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// cutAttr cuts the first attribute off attrs; ok is false when there is none
// or it is malformed. The value is raw.
func cutAttr(attrs []byte) (name, value, rest []byte, ok bool) {
	i := 0
	for i < len(attrs) && isSpace(attrs[i]) {
		i++
	}
	from := i
	for i < len(attrs) && attrs[i] != '=' && !isSpace(attrs[i]) {
		i++
	}
	name = attrs[from:i]
	for i < len(attrs) && isSpace(attrs[i]) {
		i++
	}
	if len(name) == 0 || i == len(attrs) || attrs[i] != '=' {
		return nil, nil, nil, false
	}
	i++
	for i < len(attrs) && isSpace(attrs[i]) {
		i++
	}
	if i == len(attrs) || attrs[i] != '"' && attrs[i] != '\'' {
		return nil, nil, nil, false
	}
	end := bytes.IndexByte(attrs[i+1:], attrs[i])
	if end < 0 {
		return nil, nil, nil, false
	}
	return name, attrs[i+1 : i+1+end], attrs[i+end+2:], true
}

// attr returns the raw value of the attribute with the local name.
func attr(attrs []byte, want string) []byte {
	for {
		name, value, rest, ok := cutAttr(attrs)
		if !ok {
			return nil
		}
		if string(local(name)) == want {
			return value
		}
		attrs = rest
	}
}

// attrText returns the value of the attribute, decoded.
func attrText(attrs []byte, want string) (string, error) {
	b, err := appendDecoded(nil, attr(attrs, want))
	return string(b), err
}

// appendText appends the text of the last token, decoded.
func (s *scanner) appendText(dst []byte) ([]byte, error) {
	if s.cdata {
		return appendLines(dst, s.text), nil
	}
	return appendDecoded(dst, s.text)
}

// appendDecoded appends raw text, its references resolved.
func appendDecoded(dst, raw []byte) ([]byte, error) {
	for {
		i := bytes.IndexByte(raw, '&')
		if i < 0 {
			return appendLines(dst, raw), nil
		}
		dst = appendLines(dst, raw[:i])
		raw = raw[i+1:]
		end := bytes.IndexByte(raw, ';')
		if end < 0 || end > 10 {
			return dst, errEntity
		}
		c, ok := reference(raw[:end])
		if !ok {
			return dst, errEntity
		}
		dst = utf8.AppendRune(dst, c)
		raw = raw[end+1:]
	}
}

// appendLines appends text with the line ends of Windows and of old Macs as
// \n, as XML says.
func appendLines(dst, raw []byte) []byte {
	if bytes.IndexByte(raw, '\r') < 0 {
		return append(dst, raw...)
	}
	for i, c := range raw {
		switch {
		case c != '\r':
			dst = append(dst, c)
		case i+1 == len(raw) || raw[i+1] != '\n':
			dst = append(dst, '\n')
		}
	}
	return dst
}

// reference returns the character that &name; stands for.
func reference(name []byte) (rune, bool) {
	switch string(name) {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], rune(10)
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	c := rune(0)
	for _, d := range digits {
		v := hexDigit(d)
		if v < 0 || v >= base || c > utf8.MaxRune {
			return 0, false
		}
		c = c*base + v
	}
	return c, len(digits) > 0 && c > 0 && utf8.ValidRune(c)
}

func hexDigit(d byte) rune {
	switch {
	case d >= '0' && d <= '9':
		return rune(d - '0')
	case d >= 'a' && d <= 'f':
		return rune(d-'a') + 10
	case d >= 'A' && d <= 'F':
		return rune(d-'A') + 10
	}
	return -1
}
