package address

import "strconv"

// numeral is the value of a Chinese numeral's character: 0–9, 10, 100, 1000;
// -1 for others.
func numeral(c rune) int {
	switch c {
	case '零':
		return 0
	case '一':
		return 1
	case '二', '两':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	case '十':
		return 10
	case '百':
		return 100
	case '千':
		return 1000
	case '廿':
		return 20
	}
	return -1
}

// numerals counts the characters of the Chinese numeral at i.
func (t *text) numerals(i int) int {
	n := 0
	for i+n < len(t.r) && t.r[i+n] != '两' && numeral(t.r[i+n]) >= 0 {
		n++
	}
	return n
}

// readNumeral reads 十二, 一百零五, 一百二 and, figure by figure, 四零一.
func readNumeral(r []rune) string {
	if len(r) == 0 || len(r) > 9 {
		return ""
	}
	positional := true
	for _, c := range r {
		if numeral(c) >= 10 {
			positional = false
		}
	}
	if positional {
		b := make([]byte, len(r))
		for i, c := range r {
			b[i] = byte('0' + numeral(c))
		}
		return string(b)
	}
	total, digit, last := 0, -1, 10
	zero := false
	for _, c := range r {
		switch v := numeral(c); {
		case v == 20:
			total, digit, last = total+20, -1, 10
		case v >= 10:
			if digit < 0 {
				digit = 1
			}
			total, last = total+digit*v, v
			digit, zero = -1, false
		case v == 0:
			zero = true
		default:
			if digit >= 0 {
				return "" // 十一二: not a number
			}
			digit = v
		}
	}
	if digit > 0 {
		if last > 10 && !zero { // 一百二 is 120
			digit *= last / 10
		}
		total += digit
	}
	return strconv.Itoa(total)
}

// trimZeros is a number without leading zeros.
func trimZeros(s string) string {
	i := 0
	for i < len(s)-1 && s[i] == '0' && s[i+1] >= '0' && s[i+1] <= '9' {
		i++
	}
	return s[i:]
}

// token reads the number, letter or sign of a building, entrance or room at
// i: 12, 12A, A12, A, 甲, 甲12, 12甲, 十二. It returns the canonical form and
// the length; length 0: there is none.
func (t *text) token(i int) (v string, n int) {
	c := t.rune1(i)
	if isStem(c) {
		if w, m := t.plain(i + 1); m > 0 {
			return w + string(c), m + 1 // 甲12
		}
		return string(c), 1
	}
	if isLatin(c) {
		for n = 1; n < 3 && isLatin(t.rune1(i+n)); n++ {
		}
		if n > 2 {
			return "", 0
		}
		letters := string(t.r[i : i+n])
		if d := t.digits(i + n); d > 0 && d <= 5 {
			return letters + trimZeros(string(t.r[i+n:i+n+d])), n + d
		}
		return letters, n
	}
	v, n = t.plain(i)
	if n == 0 {
		return "", 0
	}
	switch c := t.rune1(i + n); {
	case isStem(c) && t.rune1(i+n+1) != '单':
		return v + string(c), n + 1
	case isLatin(c) && !isAlnum(t.rune1(i+n+1)) && c != 'F':
		return v + string(c), n + 1
	}
	return v, n
}

// plain reads digits or a Chinese numeral.
func (t *text) plain(i int) (v string, n int) {
	if n = t.digits(i); n > 0 {
		if n > 6 {
			return "", 0
		}
		return trimZeros(string(t.r[i : i+n])), n
	}
	if n = t.numerals(i); n > 0 {
		if v = readNumeral(t.r[i : i+n]); v != "" {
			return trimZeros(v), n
		}
	}
	return "", 0
}

// isStem reports whether c is one of the heavenly stems that count houses.
func isStem(c rune) bool { return c == '甲' || c == '乙' || c == '丙' || c == '丁' || c == '戊' }

// Key is the form in which names of roads, compounds and areas are compared:
// folded, without brackets and hyphens, numerals as digits (二期 is 2期, 第三
// is 3).
func Key(name string) string {
	t := fold(name)
	return keyOf(t)
}

func keyOf(t text) string {
	out := make([]rune, 0, len(t.r)+4)
	for i := 0; i < len(t.r); {
		c := t.r[i]
		switch n := t.numerals(i); {
		case n > 0:
			v := readNumeral(t.r[i : i+n])
			if v == "" {
				v = string(t.r[i : i+n])
			}
			out = append(out, []rune(v)...)
			i += n
			continue
		case c == '第' && (t.digits(i+1) > 0 || t.numerals(i+1) > 0), c == '-', c == '(', c == ')', c == '#':
		default:
			out = append(out, c)
		}
		i++
	}
	return string(out)
}
