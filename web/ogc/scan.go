package ogc

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind int8

const (
	endToken    tokenKind = iota
	wordToken             // a keyword or a name
	nameToken             // a name in double quotes
	textToken             // in single quotes
	numberToken           // with its sign
	signToken
)

type token struct {
	kind   tokenKind
	text   string
	number float64
	at     int // characters before it
}

// scan takes a filter apart.
func scan(s string) ([]token, error) {
	if !utf8.ValidString(s) {
		return nil, invalid("the filter is not UTF-8").WithHint("encode the address as UTF-8")
	}
	r := []rune(s)
	var out []token
	for i := 0; i < len(r); {
		start := i
		switch c := r[i]; {
		case unicode.IsSpace(c):
			i++
		case c == '\'' || c == '"':
			text, end, ok := quoted(r, i)
			if !ok {
				return nil, invalid("a quote at character %d of the filter does not end", i+1).WithHint("close it with %c", c)
			}
			kind := textToken
			if c == '"' {
				kind = nameToken
			}
			out, i = append(out, token{kind: kind, text: text, at: start}), end
		case digit(r, i) || (c == '-' || c == '+') && digit(r, i+1):
			i++
			for i < len(r) && (unicode.IsDigit(r[i]) || r[i] == '.' || r[i] == 'e' || r[i] == 'E' ||
				(r[i] == '-' || r[i] == '+') && (r[i-1] == 'e' || r[i-1] == 'E')) {
				i++
			}
			text := string(r[start:i])
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, invalid("%q at character %d of the filter is no number", text, start+1).WithHint("write it like 12 or 3.5")
			}
			out = append(out, token{kind: numberToken, text: text, number: n, at: start})
		case unicode.IsLetter(c) || c == '_':
			for i < len(r) && (unicode.IsLetter(r[i]) || unicode.IsDigit(r[i]) || r[i] == '_') {
				i++
			}
			out = append(out, token{kind: wordToken, text: string(r[start:i]), at: start})
		default:
			i++
			if i < len(r) && (c == '<' && (r[i] == '=' || r[i] == '>') || c == '>' && r[i] == '=') {
				i++
			}
			out = append(out, token{kind: signToken, text: string(r[start:i]), at: start})
		}
	}
	return append(out, token{kind: endToken, at: len(r)}), nil
}

func digit(r []rune, i int) bool {
	if i < len(r) && r[i] == '.' {
		i++
	}
	return i < len(r) && r[i] >= '0' && r[i] <= '9'
}

// quoted reads a text from its quote on; a doubled quote stands for one.
func quoted(r []rune, i int) (text string, end int, ok bool) {
	q := r[i]
	var b strings.Builder
	for i++; i < len(r); i++ {
		if r[i] == q {
			if i+1 >= len(r) || r[i+1] != q {
				return b.String(), i + 1, true
			}
			i++
		}
		b.WriteRune(r[i])
	}
	return "", 0, false
}

// likeRune is one character of a LIKE pattern, or a wildcard.
type likeRune struct {
	r         rune
	any, many bool // _ and %
}

// likePattern reads a pattern: % for any text, _ for any character, \ before
// a character that stands for itself.
func likePattern(s string) []likeRune {
	var out []likeRune
	r := []rune(s)
	for i := 0; i < len(r); i++ {
		switch {
		case r[i] == '\\' && i+1 < len(r):
			i++
			out = append(out, likeRune{r: r[i]})
		case r[i] == '%':
			out = append(out, likeRune{many: true})
		case r[i] == '_':
			out = append(out, likeRune{any: true})
		default:
			out = append(out, likeRune{r: r[i]})
		}
	}
	return out
}

// matchLike matches in time of at most the product of both lengths: on a
// mismatch it goes back to the last % only.
func matchLike(p []likeRune, s []rune) bool {
	i, j, star, mark := 0, 0, -1, 0
	for j < len(s) {
		switch {
		case i < len(p) && p[i].many:
			star, mark = i, j
			i++
		case i < len(p) && (p[i].any || p[i].r == s[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i].many {
		i++
	}
	return i == len(p)
}
