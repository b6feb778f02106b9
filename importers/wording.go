package importers

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// wording is a text for clerks: a stable identifier, and the text in English
// and Chinese.
type wording struct{ id, en, zh string }

// Text is a reason, suggestion or note with its Chinese.
type Text struct {
	ID     string   // stable; empty for texts that are not listed
	Params []string // what {0}, {1} … of the text are, as written in En
	En     string
	Zh     string // En where there is none
}

// In returns the text in a language: "zh" or English.
func (t Text) In(lang string) string {
	if lang == "zh" {
		return t.Zh
	}
	return t.En
}

// TextOf finds the text of a reason, suggestion or note as this package and
// its readers write them.
func TextOf(en string) Text {
	t := Text{En: en, Zh: en, Params: []string{}}
	if en == "" {
		return t
	}
	b := wordingsByText()
	if w, ok := b.plain[en]; ok {
		t.ID, t.Zh = w.id, w.zh
		return t
	}
	for _, p := range b.patterns {
		if params, ok := p.match(en); ok {
			t.ID, t.Params, t.Zh = p.id, params, p.fill(params)
			return t
		}
	}
	t.Zh = fieldsInChinese(en)
	return t
}

// pattern is a wording with places for parameters.
type pattern struct {
	wording
	parts  []string // of the English text, between its places
	places []int    // which parameter stands behind parts[i]
	size   int      // bytes of the parts
}

type textBook struct {
	plain    map[string]wording
	patterns []pattern // the longest first, so that the closest fits
}

var wordingsByText = sync.OnceValue(func() *textBook {
	b := &textBook{plain: map[string]wording{}}
	for _, list := range [][]wording{wordings, advice, remarks, subjects} {
		for _, w := range list {
			p := parsePattern(w)
			if len(p.places) == 0 {
				b.plain[w.en] = w
			} else {
				b.patterns = append(b.patterns, p)
			}
		}
	}
	slices.SortStableFunc(b.patterns, func(a, b pattern) int { return cmp.Compare(b.size, a.size) })
	return b
})

func parsePattern(w wording) pattern {
	p := pattern{wording: w}
	rest := w.en
	for {
		i := strings.IndexByte(rest, '{')
		if i < 0 || i+2 >= len(rest) || rest[i+2] != '}' || rest[i+1] < '0' || rest[i+1] > '9' {
			break
		}
		p.parts, p.places = append(p.parts, rest[:i]), append(p.places, int(rest[i+1]-'0'))
		rest = rest[i+3:]
	}
	p.parts = append(p.parts, rest)
	for _, s := range p.parts {
		p.size += len(s)
	}
	return p
}

// match returns what stands in the text's places.
func (p *pattern) match(text string) ([]string, bool) {
	rest, ok := strings.CutPrefix(text, p.parts[0])
	if !ok {
		return nil, false
	}
	params := make([]string, len(p.places))
	for i, at := range p.places {
		part, end := p.parts[i+1], 0
		if last := i == len(p.places)-1; last {
			if !strings.HasSuffix(rest, part) {
				return nil, false
			}
			end = len(rest) - len(part)
		} else if end = strings.Index(rest, part); end < 0 {
			return nil, false
		}
		if end == 0 {
			return nil, false
		}
		params[at], rest = rest[:end], rest[end+len(part):]
	}
	return params, true
}

// fill puts the parameters into the Chinese text.
func (p *pattern) fill(params []string) string {
	var pairs []string
	for i, v := range params {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", inChinese(v))
	}
	return strings.NewReplacer(pairs...).Replace(p.zh)
}

// mendings are the parts of the note on mended polygons.
var mendings = strings.NewReplacer("closed ", "闭合 ", "dropped repeated points from ", "去重复点 ", "cut spikes without area off ", "去尖刺 ",
	"turned the direction of ", "调转方向 ", ", ", "，")

// inChinese is a parameter in Chinese: another text, names of fields, or as it
// is.
func inChinese(v string) string {
	if t := TextOf(v); t.Zh != v {
		return t.Zh
	}
	if i := strings.LastIndex(v, " ("); i > 0 && strings.HasSuffix(v, ")") && strings.IndexFunc(v[:i], isHan) >= 0 {
		return v[:i] // words in Chinese, and in brackets again in English
	}
	if strings.HasPrefix(v, "closed ") || strings.HasPrefix(v, "dropped ") || strings.HasPrefix(v, "cut ") || strings.HasPrefix(v, "turned ") {
		return mendings.Replace(v)
	}
	return v
}

var fieldWords = sync.OnceValue(func() map[string]string {
	words := map[string]string{"and": "和", "or": "或"}
	for _, k := range slices.Backward(Kinds) { // homes before buildings
		for _, c := range tableOf(k).columns {
			if len(c.names) > 1 && words[c.names[0]] == "" {
				words[c.names[0]] = c.names[1]
			}
		}
	}
	words["wkt"] = "图形"
	return words
})

// fieldsInChinese translates a list such as "building_code or address"; a text
// that is none stays as it is.
func fieldsInChinese(v string) string {
	words := fieldWords()
	parts := strings.Fields(v)
	var b strings.Builder
	for _, p := range parts {
		zh, ok := words[p]
		if !ok {
			return v
		}
		b.WriteString(zh)
	}
	return b.String()
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// languageOf is the language in which rejects of a file are explained: that of
// its columns' names.
func languageOf(names []string) string {
	for _, n := range names {
		if strings.IndexFunc(n, isHan) >= 0 {
			return "zh"
		}
	}
	return "en"
}
