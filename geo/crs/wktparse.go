package crs

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a definition; the longest of EPSG's has some 5,000 bytes.
const (
	maxWKTBytes = 64 << 10
	maxWKTDepth = 32
)

// wktNode is KEY["name", values and nodes…].
type wktNode struct {
	key      string // upper case
	texts    []string
	numbers  []float64 // NaN for words that are no numbers, such as AXIS[…,EAST]
	children []*wktNode
}

// name is the first text, safe to show.
func (n *wktNode) name() string {
	if len(n.texts) == 0 {
		return ""
	}
	name := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, n.texts[0])
	if r := []rune(name); len(r) > 80 {
		name = string(r[:80]) + "…"
	}
	return name
}

func (n *wktNode) number(i int) (float64, bool) {
	if i >= len(n.numbers) || math.IsNaN(n.numbers[i]) {
		return 0, false
	}
	return n.numbers[i], true
}

// child is the first child with one of the keys.
func (n *wktNode) child(keys ...string) *wktNode {
	for _, c := range n.children {
		for _, k := range keys {
			if c.key == k {
				return c
			}
		}
	}
	return nil
}

// plain is the form in which names are compared: letters and digits only.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// wktParser reads one definition.
type wktParser struct {
	s string
	i int
}

func notWKT(reason string) error {
	return &WKTError{Reason: "the definition cannot be read: " + reason, Hint: "replace the .prj file by a sound one, or name the system with --crs: " + Accepted}
}

func parseWKT(s string) (*wktNode, error) {
	s = strings.TrimPrefix(s, "\uFEFF")
	if len(s) > maxWKTBytes {
		return nil, notWKT("it is longer than 64 KiB")
	}
	p := &wktParser{s: s}
	p.space()
	if p.i == len(s) {
		return nil, notWKT("it is empty")
	}
	n, err := p.node(0)
	if err != nil {
		return nil, err
	}
	p.space()
	if p.i < len(p.s) {
		return nil, notWKT("text follows its last bracket")
	}
	return n, nil
}

func (p *wktParser) space() {
	for p.i < len(p.s) && (p.s[p.i] <= ' ') {
		p.i++
	}
}

func (p *wktParser) peek() byte {
	p.space()
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

// word reads what stands up to a bracket, comma, quote or space.
func (p *wktParser) word() string {
	start := p.i
	for p.i < len(p.s) && !strings.ContainsRune("[](),\"", rune(p.s[p.i])) && p.s[p.i] > ' ' {
		p.i++
	}
	return p.s[start:p.i]
}

func (p *wktParser) node(depth int) (*wktNode, error) {
	if depth > maxWKTDepth {
		return nil, notWKT("its brackets are nested too deeply")
	}
	n := &wktNode{key: strings.ToUpper(p.word())}
	if c := p.peek(); n.key == "" || c != '[' && c != '(' {
		return nil, notWKT("it is not well-known text")
	}
	return n, p.fill(n, depth)
}

// fill reads the bracket behind the key.
func (p *wktParser) fill(n *wktNode, depth int) error {
	p.i++
	for {
		switch c := p.peek(); {
		case c == 0:
			return notWKT("it is cut off")
		case c == '"':
			text, err := p.text()
			if err != nil {
				return err
			}
			n.texts = append(n.texts, text)
		case c == ']' || c == ')' || c == ',':
		default:
			word := p.word()
			if next := p.peek(); word != "" && (next == '[' || next == '(') {
				child := &wktNode{key: strings.ToUpper(word)}
				if depth >= maxWKTDepth {
					return notWKT("its brackets are nested too deeply")
				}
				if err := p.fill(child, depth+1); err != nil {
					return err
				}
				n.children = append(n.children, child)
				break
			}
			f, err := strconv.ParseFloat(word, 64)
			if err != nil || math.IsInf(f, 0) {
				f = math.NaN()
			}
			n.numbers = append(n.numbers, f)
		}
		switch p.peek() {
		case ',':
			p.i++
		case ']', ')':
			p.i++
			return nil
		case 0:
			return notWKT("it is cut off")
		default:
			return notWKT("a comma is missing")
		}
	}
}

// text reads a quoted text; a quote inside is written twice.
func (p *wktParser) text() (string, error) {
	var b strings.Builder
	for p.i++; p.i < len(p.s); p.i++ {
		if p.s[p.i] != '"' {
			b.WriteByte(p.s[p.i])
			continue
		}
		p.i++
		if p.i == len(p.s) || p.s[p.i] != '"' {
			return b.String(), nil
		}
		b.WriteByte('"')
	}
	return "", notWKT("a quote is not closed")
}
