package xlsxfile

import (
	"bytes"
	"math"
	"strconv"
)

// lostDigits is the first number whose units digit is beyond the 15 digits
// that Excel keeps.
const lostDigits = 1e15

// appendNumber appends a number as Excel shows it in a cell wide enough: 15
// significant digits, no exponent. lost tells of a number of 16 digits or
// more, ok is false when v is no number at all.
func appendNumber(dst, v []byte) (_ []byte, f float64, lost, ok bool) {
	if f, ok := plainNumber(v); ok {
		return append(dst, v...), f, false, true
	}
	if f, ok = parseNumber(v); !ok {
		return dst, 0, false, false
	}
	if f >= lostDigits || f <= -lostDigits {
		return append(dst, v...), f, true, true
	}
	f, _ = strconv.ParseFloat(strconv.FormatFloat(f, 'e', 14, 64), 64)
	if f == 0 {
		f = 0 // not -0
		return append(dst, '0'), f, false, true
	}
	if math.Abs(f) < 1e-9 {
		return strconv.AppendFloat(dst, f, 'g', -1, 64), f, false, true
	}
	if f >= lostDigits || f <= -lostDigits { // 999999999999999.9
		return append(dst, v...), f, true, true
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64), f, false, true
}

// plainNumber reads a number that already has the form that appendNumber
// gives: the usual case.
func plainNumber(v []byte) (f float64, ok bool) {
	digits, point := 0, -1
	whole := uint64(0)
	i := 0
	if len(v) > 0 && v[0] == '-' {
		i = 1
	}
	first := i
	for ; i < len(v); i++ {
		switch c := v[i]; {
		case c >= '0' && c <= '9':
			digits++
			whole = whole*10 + uint64(c-'0')
		case c == '.' && point < 0 && i > first:
			point = i
		default:
			return 0, false
		}
		if digits > 15 {
			return 0, false
		}
	}
	if digits == 0 || first == 1 && whole == 0 {
		return 0, false
	}
	if v[first] == '0' && len(v) > first+1 && v[first+1] != '.' {
		return 0, false // leading zeros
	}
	if point >= 0 {
		if last := v[len(v)-1]; last == '0' || last == '.' {
			return 0, false
		}
		if v[first] == '0' && len(v) > 8 {
			return 0, false // may be below what is written without an exponent
		}
		f, err := strconv.ParseFloat(string(v), 64)
		return f, err == nil
	}
	f = float64(whole)
	if first == 1 {
		f = -f
	}
	return f, true
}

func parseNumber(v []byte) (float64, bool) {
	v = bytes.TrimFunc(v, func(c rune) bool { return c < 0x80 && isSpace(byte(c)) })
	for _, c := range v {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false // what ParseFloat allows beyond: Inf, NaN, hexadecimal, underscores
		}
	}
	f, err := strconv.ParseFloat(string(v), 64)
	return f, err == nil
}

// appendZeros appends a whole number of at least n digits, as the format
// 000000 shows it; ok is false for other numbers.
func appendZeros(dst []byte, f float64, n int) (_ []byte, ok bool) {
	if f < 0 || f >= lostDigits || f != math.Trunc(f) {
		return dst, false
	}
	s := strconv.FormatInt(int64(f), 10)
	for range n - len(s) {
		dst = append(dst, '0')
	}
	return append(dst, s...), true
}

// appendSerial appends the date and time of a serial number. It is false for
// numbers that are no dates in the workbook's system; they stay numbers.
//
// The date comes out as 2006-01-02, with a time behind it unless that is
// midnight; a number below one day as a time alone; elapsed hours may be more
// than 23. In the 1900 system day 60 is 1900-02-29, which never was: it comes
// out as Excel shows it, for the row to be rejected, and day 0 likewise as
// 1900-01-00.
func appendSerial(dst []byte, f float64, k formatKind, date1904 bool) (_ []byte, ok bool) {
	const lastDay = 2958465 // 9999-12-31 in the 1900 system
	const offset1904 = 1462
	if f < 0 || f >= lastDay+1 || date1904 && f >= lastDay+1-offset1904 {
		return dst, false
	}
	day := math.Floor(f)
	seconds := int(math.Round((f - day) * 86400))
	if seconds == 86400 {
		day, seconds = day+1, 0
	}
	if k == formatElapsed {
		return appendClock(dst, int(day)*24+seconds/3600, seconds), true
	}
	if day == 0 && (k == formatTime || seconds > 0) {
		return appendClock(dst, seconds/3600, seconds), true
	}
	n := int(day)
	if date1904 {
		n += offset1904
	}
	switch {
	case n > lastDay:
		return dst, false
	case n == 60 && !date1904:
		dst = append(dst, "1900-02-29"...)
	case n == 0:
		dst = append(dst, "1900-01-00"...)
	default:
		if n < 60 {
			n++ // before the day that never was
		}
		dst = appendDay(dst, n-25569)
	}
	if seconds == 0 {
		return dst, true
	}
	return appendClock(append(dst, ' '), seconds/3600, seconds), true
}

// appendDay appends the date of a day counted from 1970-01-01, by Howard
// Hinnant's civil_from_days.
func appendDay(dst []byte, days int) []byte {
	z := days + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d := doy - (153*mp+2)/5 + 1
	m := mp + 3
	if m > 12 {
		m -= 12
	}
	y := yoe + era*400
	if m <= 2 {
		y++
	}
	dst = append(dst, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-')
	dst = append(appendTwo(dst, m), '-')
	return appendTwo(dst, d)
}

func appendTwo(dst []byte, n int) []byte {
	if n > 99 {
		return strconv.AppendInt(dst, int64(n), 10)
	}
	return append(dst, byte('0'+n/10), byte('0'+n%10))
}

func appendClock(dst []byte, hours, seconds int) []byte {
	dst = append(appendTwo(dst, hours), ':')
	dst = append(appendTwo(dst, seconds/60%60), ':')
	return appendTwo(dst, seconds%60)
}

// isoDate shortens the value of a cell of type d, which strict workbooks
// have, to the form of appendSerial.
func isoDate(v []byte) []byte {
	v = bytes.TrimSuffix(v, []byte{'Z'})
	if i := bytes.IndexByte(v, '.'); i >= 0 {
		v = v[:i]
	}
	date, clock, both := bytes.Cut(v, []byte{'T'})
	switch {
	case !both:
		return v
	case string(clock) == "00:00:00" || string(clock) == "00:00":
		return date
	case len(date) == 0:
		return clock
	}
	v[len(date)] = ' '
	return v
}
