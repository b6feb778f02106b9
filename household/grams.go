package household

import (
	"slices"
	"strings"
	"unicode"
)

// Grams returns the distinct bigrams of the texts, sorted, after folding
// width and case and dropping everything but letters and digits. A GIN index
// over them finds a two-character name, which trigrams cannot.
func Grams(texts ...string) []string {
	var out []string
	for _, t := range texts {
		r := foldedRunes(t)
		if len(r) == 1 {
			out = append(out, string(r))
		}
		for i := 1; i < len(r); i++ {
			out = append(out, string(r[i-1:i+1]))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Fold is the form in which texts are compared: half-width, lower case,
// letters and digits only.
func Fold(s string) string { return string(foldedRunes(s)) }

func foldedRunes(s string) []rune {
	var r []rune
	for _, c := range strings.ToLower(foldWidth(s)) {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			r = append(r, c)
		}
	}
	return r
}
