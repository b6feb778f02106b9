package importers

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// ColumnSurvey is what a column holds. Samples are shown as they are only
// where they cannot be a person's: in columns that are known and not
// personal. Else they show the form: 汉 a Chinese character, A and a letters,
// 9 a digit, {n} how many of them.
type ColumnSurvey struct {
	Name   string `json:"name"`
	Field  string `json:"field"`  // its English name; empty when the column is not used
	Mapped bool   `json:"mapped"` // by the mapping, not by its name
	Filled int64  `json:"filled"` // rows that have a value
	Masked bool   `json:"masked"`
	// Samples are the first few different values or forms.
	Samples []string `json:"samples"`
	// Words are values that are no known words of the field.
	Words []UnknownWord `json:"unknown_words,omitempty"`
	// NoDates are values of a date that are written in no known way.
	NoDates int64 `json:"unread_dates,omitempty"`

	field field
	words map[string]int64
}

// UnknownWord is a value that a mapping may translate.
type UnknownWord struct {
	Word  string `json:"word"`
	Count int64  `json:"count"`
}

const (
	columnSamples = 3
	maxWords      = 200
	shownWords    = 30
	sampleRunes   = 30
)

// surveyColumns gathers the columns of all layouts of a file.
type surveyColumns struct {
	kind    Kind
	words   *words
	mapping *applied
	list    []*ColumnSurvey
	at      map[*layout][]*ColumnSurvey
}

// of returns the columns of the layout, in its order.
func (s *surveyColumns) of(l *layout) []*ColumnSurvey {
	if c, ok := s.at[l]; ok {
		return c
	}
	columns := make([]*ColumnSurvey, len(l.names))
	for i, name := range l.names {
		if columnName(name) == "" {
			continue
		}
		j := slices.IndexFunc(s.list, func(c *ColumnSurvey) bool { return c.Name == name })
		if j < 0 {
			if len(s.list) >= 1000 {
				continue
			}
			j = len(s.list)
			s.list = append(s.list, s.newColumn(name, l, i))
		}
		columns[i] = s.list[j]
	}
	if len(s.at) >= maxLayouts {
		clear(s.at)
	}
	s.at[l] = columns
	return columns
}

func (s *surveyColumns) newColumn(name string, l *layout, i int) *ColumnSurvey {
	c := &ColumnSurvey{Name: name, field: fieldCount, Masked: true, Samples: []string{}, words: map[string]int64{}}
	for f, at := range l.at {
		if int(at) != i {
			continue
		}
		c.field = field(f)
		c.Field = tableOf(s.kind).column(c.field).names[0]
		c.Masked = personal(s.kind, c.field)
	}
	if s.mapping != nil {
		_, c.Mapped = s.mapping.columns[columnName(name)]
	}
	return c
}

// personal reports whether a field tells who somebody is or where somebody
// lives. Columns that are not used may hold anything.
func personal(kind Kind, f field) bool {
	switch f {
	case fSex, fRelation, fResidency:
		return false
	case fPhone, fID, fBirth, fTags, fieldCount:
		return true
	}
	return kind == Residents || kind == ""
}

// see looks at the values of a record.
func (s *surveyColumns) see(rec Record, l *layout) {
	for i, c := range s.of(l) {
		if c == nil || i >= len(rec.Values) {
			continue
		}
		v := strings.TrimFunc(rec.Values[i], isSpace)
		if v == "" {
			continue
		}
		c.Filled++
		s.word(c, v)
		if len(c.Samples) == columnSamples {
			continue
		}
		if c.Masked {
			v = form(v)
		} else {
			v = shorten(v)
		}
		if !slices.Contains(c.Samples, v) {
			c.Samples = append(c.Samples, v)
		}
	}
}

// word notes values that are not words of the field.
func (s *surveyColumns) word(c *ColumnSurvey, v string) {
	switch c.field {
	case fieldCount:
		return
	case fBirth:
		_, ok := s.mapping.date(fold(v))
		if !ok {
			_, ok = parseDate(fold(v))
		}
		if !ok {
			c.NoDates++
		}
		return
	}
	accepted := s.words.accepted(c.field)
	if accepted == nil {
		return
	}
	parts := []string{v}
	if c.field == fTags {
		parts = strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune(";；、,，|/", r) })
	}
	for _, w := range parts {
		w = strings.TrimFunc(w, isSpace)
		if w == "" || w == "无" || accepted(w) || accepted(s.mapping.translate(c.field, w)) || s.mapping.translate(c.field, w) == "" {
			continue
		}
		if _, known := c.words[w]; known || len(c.words) < maxWords {
			c.words[w]++
		}
	}
}

// finish sorts what was gathered. Of files of persons only words that occur
// more than once and hold no number are shown: a value in the wrong column is
// not.
func (s *surveyColumns) finish() []*ColumnSurvey {
	for _, c := range s.list {
		for w, n := range c.words {
			digits := strings.IndexFunc(w, unicode.IsDigit) >= 0
			if s.kind == Residents && (n < 2 || digits || len([]rune(w)) > 12) {
				continue
			}
			c.Words = append(c.Words, UnknownWord{shorten(w), n})
		}
		slices.SortFunc(c.Words, func(a, b UnknownWord) int {
			if a.Count != b.Count {
				return int(b.Count - a.Count)
			}
			return strings.Compare(a.Word, b.Word)
		})
		c.Words = c.Words[:min(len(c.Words), shownWords)]
	}
	if s.list == nil {
		return []*ColumnSurvey{}
	}
	return s.list
}

func shorten(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > sampleRunes {
		return string(r[:sampleRunes]) + "…"
	}
	return s
}

// form shows what kind of characters a value has: 990001199001310014 is
// 9{18}, 张三 is 汉{2}.
func form(s string) string {
	var b strings.Builder
	last, run := rune(0), 0
	flush := func() {
		switch {
		case run == 0:
		case run == 1:
			b.WriteRune(last)
		default:
			b.WriteRune(last)
			b.WriteString("{" + strconv.Itoa(run) + "}")
		}
		run = 0
	}
	n := 0
	for _, r := range s {
		if n++; n > 200 {
			break
		}
		class := r
		switch {
		case unicode.Is(unicode.Han, r):
			class = '汉'
		case unicode.IsDigit(r):
			class = '9'
		case unicode.IsUpper(r):
			class = 'A'
		case unicode.IsLetter(r):
			class = 'a'
		case unicode.Is(unicode.Co, r):
			class = '造'
		case !unicode.IsPrint(r):
			class = '?'
		}
		if class != last {
			flush()
			last = class
		}
		run++
	}
	flush()
	return b.String()
}
