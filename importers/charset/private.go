package charset

// Private reports whether the text, which is sound UTF-8, holds a character
// of a private use area: one that somebody drew for a name (造字) and that
// means nothing, or something else, on any other machine.
func Private(s string) bool {
	for i := 0; i+1 < len(s); i++ {
		if s[i] < 0xEE {
			continue
		}
		switch c, next := s[i], s[i+1]; {
		case c == 0xEE, // U+E000–U+EFFF
			c == 0xEF && next <= 0xA3, // U+F000–U+F8FF
			c == 0xF3 && next >= 0xB0, // planes 15
			c == 0xF4:                 // and 16
			return true
		}
	}
	return false
}
