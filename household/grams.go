package household

import (
	"slices"
	"strings"
	"unicode"
)

// Grams returns the distinct bigrams of the texts, sorted, after Fold. A GIN
// index over them finds a two-character name, which trigrams cannot.
func Grams(texts ...string) []string {
	n := 0
	for _, t := range texts {
		n += len(t)
	}
	out := make([]string, 0, n/2)
	for _, t := range texts {
		// Bigrams share the memory of the folded text.
		f := Fold(t)
		before, last := -1, -1 // where the two runes before begin
		for i := range f {
			if before >= 0 {
				out = append(out, f[before:i])
			}
			before, last = last, i
		}
		switch {
		case before >= 0:
			out = append(out, f[before:])
		case last >= 0:
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Fold is the form in which texts are compared: half-width, lower case,
// letters and digits only, and the common ways of writing a building number
// (3幢, 3栋, 3#) made one (3号楼).
func Fold(s string) string { return string(foldedRunes(s)) }

func foldedRunes(s string) []rune {
	r := make([]rune, 0, len(s))
	digit := false
	for _, c := range strings.ToLower(foldWidth(s)) {
		switch {
		case digit && (c == '幢' || c == '栋' || c == '#'):
			r = append(r, '号', '楼')
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			r = append(r, c)
		}
		digit = unicode.IsDigit(c)
	}
	return r
}
