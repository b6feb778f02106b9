package xlsxfile

import (
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// formatKind is what a number format makes of a number.
type formatKind uint8

const (
	formatGeneral formatKind = iota
	formatDate               // a date, or a date with a time
	formatTime               // a time of day
	formatElapsed            // [h]:mm, hours beyond 24
	formatZeros              // 000000: leading zeros are part of the text
)

// numberFormat is a number format, as far as it matters here.
type numberFormat struct {
	kind  formatKind
	zeros uint8 // of formatZeros: the number of digits
}

const maxStyles = 1 << 20

// readStyles reads the number format of each cell style, by its index.
func readStyles(in io.Reader) ([]numberFormat, error) {
	s := newScanner(in)
	custom := map[int]numberFormat{}
	var styles []numberFormat
	inXfs := false
	for {
		t, err := s.next()
		if err != nil {
			return nil, err
		}
		switch t {
		case tokenEOF:
			return styles, nil
		case tokenEnd:
			if string(s.name) == "cellXfs" {
				inXfs = false
			}
		case tokenStart:
			switch string(s.name) {
			case "cellXfs":
				inXfs = !s.empty
			case "numFmt":
				id, ok := atoi(attr(s.attrs, "numFmtId"))
				code, err := attrText(s.attrs, "formatCode")
				if err != nil {
					return nil, err
				}
				if ok && len(custom) < maxStyles {
					custom[id] = parseFormat(code)
				}
			case "xf":
				if !inXfs || len(styles) == maxStyles {
					continue
				}
				id, _ := atoi(attr(s.attrs, "numFmtId"))
				f, ok := custom[id]
				if !ok {
					f = builtIn(id)
				}
				styles = append(styles, f)
			}
		}
	}
}

// builtIn returns the format of an id that needs no code: ISO/IEC 29500-1,
// 18.8.30, with the East Asian ids 27–36 and 50–58 as Chinese Excel has them.
func builtIn(id int) numberFormat {
	switch {
	case id >= 14 && id <= 17, id == 22, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return numberFormat{kind: formatDate}
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id == 45, id == 47, id == 55, id == 56:
		return numberFormat{kind: formatTime}
	case id == 46:
		return numberFormat{kind: formatElapsed}
	}
	return numberFormat{}
}

// parseFormat reads a format code such as yyyy"年"m"月"d"日";@. Only its first
// section counts, that of positive numbers.
func parseFormat(code string) numberFormat {
	lower := strings.ToLower(code)
	if strings.HasPrefix(lower, "general") || strings.HasPrefix(lower, "standard") || strings.HasPrefix(lower, "g/") {
		return numberFormat{}
	}
	bare, elapsed := bareFormat(lower)
	if n := len(bare); n > 1 && n <= 15 && strings.Trim(bare, "0") == "" {
		return numberFormat{kind: formatZeros, zeros: uint8(n)}
	}
	clock := strings.ContainsAny(bare, "hs")
	switch {
	case elapsed:
		return numberFormat{kind: formatElapsed}
	case strings.ContainsAny(bare, "yd") || era(bare) || strings.Contains(bare, "aaa"):
		return numberFormat{kind: formatDate}
	case clock:
		return numberFormat{kind: formatTime}
	case strings.Contains(bare, "m"):
		return numberFormat{kind: formatDate}
	}
	return numberFormat{}
}

// bareFormat returns the first section of a lower-case code without quoted
// text, escapes, fillers and brackets.
func bareFormat(code string) (bare string, elapsed bool) {
	var b strings.Builder
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case ';':
			return b.String(), elapsed
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return b.String(), elapsed
			}
			i += end + 1
		case '\\', '_', '*': // the next character is literal
			if i+1 < len(code) {
				_, n := utf8.DecodeRuneInString(code[i+1:])
				i += n
			}
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return b.String(), elapsed
			}
			if inner := code[i+1 : i+end]; inner != "" &&
				(strings.Trim(inner, "h") == "" || strings.Trim(inner, "m") == "" || strings.Trim(inner, "s") == "") {
				elapsed = true
			}
			i += end
		case 'a':
			if strings.HasPrefix(code[i:], "am/pm") {
				i += 4
				b.WriteByte('h')
			} else if strings.HasPrefix(code[i:], "a/p") {
				i += 2
				b.WriteByte('h')
			} else {
				b.WriteByte(c)
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), elapsed
}

// era reports whether e stands for the year of an era; in 0.00e+00 it is an
// exponent.
func era(bare string) bool {
	for i := 0; i < len(bare); i++ {
		if bare[i] == 'e' && (i+1 == len(bare) || bare[i+1] != '+' && bare[i+1] != '-') {
			return true
		}
	}
	return false
}

// atoi reads a number of an attribute.
func atoi(b []byte) (int, bool) {
	if len(b) == 0 || len(b) > 9 {
		return 0, false
	}
	n, err := strconv.Atoi(string(b))
	return n, err == nil
}
