package ogc

import (
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
)

// truth is SQL's three-valued logic: comparing with nothing is unknown.
type truth int8

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// expression is a compiled filter: whether it holds for a feature.
type expression func(c *cityindex.City, i int32) truth

// maxDepth bounds how deep a filter may be nested.
const maxDepth = 64

// parseFilter compiles CQL2 text.
func parseFilter(l *collection, s string) (expression, error) {
	tokens, err := scan(s)
	if err != nil {
		return nil, err
	}
	p := &parser{of: l, tokens: tokens}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != endToken {
		return nil, p.wrong(t, "AND, OR or the end")
	}
	return e, nil
}

// equals is the filter of a parameter that is named like a column.
func equals(l *collection, k int, s string) (expression, error) {
	col := l.columns[k]
	want := operand{kind: col.kind, literal: value{text: s}}
	if col.kind != textKind {
		n, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, invalid("%s is compared with something that is no number", col.name).WithHint("for example %s=6", col.name)
		}
		want.literal.number = n
	}
	return compare(operand{kind: col.kind, column: &l.columns[k]}, "=", want), nil
}

type parser struct {
	of     *collection
	tokens []token
	at     int
	depth  int
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != endToken {
		p.at++
	}
	return t
}

// word takes the keyword if it comes next.
func (p *parser) word(w string) bool {
	if t := p.peek(); t.kind == wordToken && strings.EqualFold(t.text, w) {
		p.at++
		return true
	}
	return false
}

func (p *parser) sign(s string) bool {
	if t := p.peek(); t.kind == signToken && t.text == s {
		p.at++
		return true
	}
	return false
}

func (p *parser) wrong(t token, want string) error {
	found := strconv.Quote(t.text)
	if t.kind == endToken {
		found = "the end"
	}
	return invalid("the filter has %s at character %d where %s should be", found, t.at+1, want).
		WithHint("CQL2 text, for example: use = 'residential' AND floors >= 7")
}

func (p *parser) need(sign string) error {
	if !p.sign(sign) {
		return p.wrong(p.peek(), sign)
	}
	return nil
}

func (p *parser) or() (expression, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, invalid("the filter is nested more than %d deep", maxDepth).WithHint("say it more simply")
	}
	defer func() { p.depth-- }()
	left, err := p.and()
	for err == nil && p.word("OR") {
		var right expression
		a := left
		if right, err = p.and(); err == nil {
			left = func(c *cityindex.City, i int32) truth { return max(a(c, i), right(c, i)) }
		}
	}
	return left, err
}

func (p *parser) and() (expression, error) {
	left, err := p.not()
	for err == nil && p.word("AND") {
		var right expression
		a := left
		if right, err = p.not(); err == nil {
			left = func(c *cityindex.City, i int32) truth { return min(a(c, i), right(c, i)) }
		}
	}
	return left, err
}

func negate(e expression) expression {
	return func(c *cityindex.City, i int32) truth { return yes - e(c, i) }
}

func (p *parser) not() (expression, error) {
	negated := false
	for p.word("NOT") {
		negated = !negated
	}
	e, err := p.predicate()
	if err == nil && negated {
		e = negate(e)
	}
	return e, err
}

func (p *parser) predicate() (expression, error) {
	switch {
	case p.sign("("):
		e, err := p.or()
		if err == nil {
			err = p.need(")")
		}
		return e, err
	case p.word("TRUE"):
		return func(*cityindex.City, int32) truth { return yes }, nil
	case p.word("FALSE"):
		return func(*cityindex.City, int32) truth { return no }, nil
	case p.word("S_INTERSECTS"):
		return p.intersects()
	}
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	if p.word("IS") {
		negated := p.word("NOT")
		if !p.word("NULL") {
			return nil, p.wrong(p.peek(), "NULL")
		}
		return isNull(left, negated), nil
	}
	negated := p.word("NOT")
	var e expression
	switch t := p.next(); {
	case t.kind == wordToken && strings.EqualFold(t.text, "LIKE"):
		e, err = p.like(left)
	case t.kind == wordToken && strings.EqualFold(t.text, "BETWEEN"):
		e, err = p.between(left)
	case t.kind == wordToken && strings.EqualFold(t.text, "IN"):
		e, err = p.in(left)
	case t.kind == signToken && !negated && comparison[t.text] != nil:
		var right operand
		if right, err = p.comparable(left); err == nil {
			e = compare(left, t.text, right)
		}
	default:
		return nil, p.wrong(t, "a comparison")
	}
	if err == nil && negated {
		e = negate(e)
	}
	return e, err
}

// operand is a column or a literal.
type operand struct {
	kind    kind
	column  *column
	literal value
}

func (o operand) of(c *cityindex.City, i int32) value {
	if o.column != nil {
		return o.column.value(c, i)
	}
	return o.literal
}

func (p *parser) operand() (operand, error) {
	switch t := p.next(); t.kind {
	case textToken:
		return operand{kind: textKind, literal: value{text: t.text}}, nil
	case numberToken:
		return operand{kind: decimalKind, literal: value{number: t.number}}, nil
	case wordToken, nameToken:
		if k, ok := p.of.column(t.text); ok {
			return operand{kind: p.of.columns[k].kind, column: &p.of.columns[k]}, nil
		}
		return operand{}, invalid("the filter names %q at character %d, which is no property of %s", t.text, t.at+1, p.of.id).
			WithHint("there are %s; texts stand in single quotes", strings.Join(p.of.names(), ", "))
	default:
		return operand{}, p.wrong(t, "a property or a value")
	}
}

// comparable reads an operand that can be compared with left.
func (p *parser) comparable(left operand) (operand, error) {
	at := p.peek()
	right, err := p.operand()
	if err == nil && (left.kind == textKind) != (right.kind == textKind) {
		return right, invalid("the filter compares a text with a number at character %d", at.at+1).
			WithHint("texts stand in single quotes, numbers do not")
	}
	return right, err
}

var comparison = map[string]func(order int) bool{
	"=":  func(o int) bool { return o == 0 },
	"<>": func(o int) bool { return o != 0 },
	"<":  func(o int) bool { return o < 0 },
	"<=": func(o int) bool { return o <= 0 },
	">":  func(o int) bool { return o > 0 },
	">=": func(o int) bool { return o >= 0 },
}

func compare(a operand, sign string, b operand) expression {
	holds := comparison[sign]
	return func(c *cityindex.City, i int32) truth {
		x, y := a.of(c, i), b.of(c, i)
		if x.null || y.null {
			return unknown
		}
		return truthOf(holds(order(a.kind, x, y)))
	}
}

func order(k kind, x, y value) int {
	switch {
	case k == textKind:
		return strings.Compare(x.text, y.text)
	case x.number < y.number:
		return -1
	case x.number > y.number:
		return 1
	default:
		return 0
	}
}

func isNull(o operand, negated bool) expression {
	return func(c *cityindex.City, i int32) truth { return truthOf(o.of(c, i).null != negated) }
}

func (p *parser) between(left operand) (expression, error) {
	low, err := p.comparable(left)
	if err != nil {
		return nil, err
	}
	if !p.word("AND") {
		return nil, p.wrong(p.peek(), "AND")
	}
	high, err := p.comparable(left)
	if err != nil {
		return nil, err
	}
	from, to := compare(left, ">=", low), compare(left, "<=", high)
	return func(c *cityindex.City, i int32) truth { return min(from(c, i), to(c, i)) }, nil
}

func (p *parser) in(left operand) (expression, error) {
	if err := p.need("("); err != nil {
		return nil, err
	}
	var any []expression
	for {
		o, err := p.comparable(left)
		if err != nil {
			return nil, err
		}
		any = append(any, compare(left, "=", o))
		if !p.sign(",") {
			break
		}
	}
	if err := p.need(")"); err != nil {
		return nil, err
	}
	return func(c *cityindex.City, i int32) truth {
		t := no
		for _, e := range any {
			t = max(t, e(c, i))
		}
		return t
	}, nil
}

func (p *parser) like(left operand) (expression, error) {
	t := p.next()
	if t.kind != textToken || left.kind != textKind {
		return nil, p.wrong(t, "a text (LIKE compares texts)")
	}
	pattern := likePattern(t.text)
	return func(c *cityindex.City, i int32) truth {
		v := left.of(c, i)
		if v.null {
			return unknown
		}
		return truthOf(matchLike(pattern, []rune(v.text)))
	}, nil
}

func (p *parser) intersects() (expression, error) {
	if err := p.need("("); err != nil {
		return nil, err
	}
	if t := p.next(); t.text != geometryName || t.kind != wordToken && t.kind != nameToken {
		return nil, p.wrong(t, geometryName)
	}
	if err := p.need(","); err != nil {
		return nil, err
	}
	g, err := p.shape()
	if err != nil {
		return nil, err
	}
	if err := p.need(")"); err != nil {
		return nil, err
	}
	of := p.of
	return func(c *cityindex.City, i int32) truth { return truthOf(intersect(of.geometry(c, i), g)) }, nil
}

// shape reads BBOX(…), POINT(…) or POLYGON(…).
func (p *parser) shape() (orb.Geometry, error) {
	t := p.next()
	word := strings.ToUpper(t.text)
	if t.kind != wordToken || word != "BBOX" && word != "POINT" && word != "POLYGON" {
		return nil, p.wrong(t, "BBOX(west, south, east, north), POINT(lon lat) or POLYGON((…))")
	}
	if word == "BBOX" {
		var n []string
		if err := p.need("("); err != nil {
			return nil, err
		}
		for p.peek().kind == numberToken {
			n = append(n, p.next().text)
			if !p.sign(",") {
				break
			}
		}
		if err := p.need(")"); err != nil {
			return nil, err
		}
		b, err := parseBox(strings.Join(n, ","))
		return b.ToPolygon(), err
	}
	if word == "POINT" {
		line, err := p.positions()
		if err == nil && len(line) != 1 {
			err = p.wrong(p.peek(), "one position")
		}
		if err != nil {
			return nil, err
		}
		return line[0], nil
	}
	var out orb.Polygon
	if err := p.need("("); err != nil {
		return nil, err
	}
	for {
		line, err := p.positions()
		if err != nil {
			return nil, err
		}
		if len(line) < 4 || line[0] != line[len(line)-1] {
			return nil, p.wrong(p.peek(), "a closed ring of four positions or more")
		}
		out = append(out, orb.Ring(line))
		if !p.sign(",") {
			return out, p.need(")")
		}
	}
}

func (p *parser) positions() (orb.LineString, error) {
	if err := p.need("("); err != nil {
		return nil, err
	}
	var line orb.LineString
	for {
		x, y := p.next(), p.next()
		if x.kind != numberToken || y.kind != numberToken {
			return nil, p.wrong(x, "longitude and latitude")
		}
		line = append(line, orb.Point{x.number, y.number})
		if !p.sign(",") {
			return line, p.need(")")
		}
	}
}
