package xlsxfile

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// finishText turns what stands in dst from from on into the text of a cell:
// _xHHHH_ escapes resolved, bytes that are no characters replaced by U+FFFD,
// for which the row is rejected later.
func finishText(dst []byte, from int) []byte {
	b := dst[from:]
	if isASCII(b) {
		if bytes.Contains(b, []byte("_x")) {
			return appendUnescaped(dst[:from], string(b))
		}
		return dst
	}
	if !utf8.Valid(b) {
		dst = append(dst[:from], strings.ToValidUTF8(string(b), "\uFFFD")...)
		b = dst[from:]
	}
	if bytes.Contains(b, []byte("_x")) {
		return appendUnescaped(dst[:from], string(b))
	}
	return dst
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// appendUnescaped resolves _xHHHH_, in which workbooks write the UTF-16 units
// that XML does not allow (ISO/IEC 29500-1, 22.9.2.19, ST_Xstring).
func appendUnescaped(dst []byte, s string) []byte {
	for {
		i := strings.Index(s, "_x")
		if i < 0 {
			return append(dst, s...)
		}
		unit, ok := escape(s[i:])
		if !ok {
			dst = append(dst, s[:i+2]...)
			s = s[i+2:]
			continue
		}
		dst = append(dst, s[:i]...)
		s = s[i+7:]
		if utf16.IsSurrogate(unit) {
			low, ok := escape(s)
			if pair := utf16.DecodeRune(unit, low); ok && pair != utf8.RuneError {
				unit, s = pair, s[7:]
			}
		}
		dst = utf8.AppendRune(dst, unit) // a lone surrogate becomes U+FFFD
	}
}

// escape reads one _xHHHH_ at the beginning of s.
func escape(s string) (rune, bool) {
	if len(s) < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_' {
		return 0, false
	}
	c := rune(0)
	for i := 2; i < 6; i++ {
		v := hexDigit(s[i])
		if v < 0 {
			return 0, false
		}
		c = c<<4 | v
	}
	return c, true
}

func isBlank(s string) bool { return s == "" || strings.TrimSpace(s) == "" }
