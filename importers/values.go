package importers

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// float reads a finite number; ok is false when it is empty or the row fails.
func (r *row) float(f field, what string) (v float64, ok bool) {
	s := r.raw(f)
	if s == "" {
		r.fail(f, RejectMissing, what+" is missing", "fill it in")
		return 0, false
	}
	v, ok = parseFloat(s)
	if !ok {
		r.fail(f, RejectValue, what+" is not a number", "write it with digits and a point, such as 123.4567")
	}
	return v, ok
}

func parseFloat(s string) (float64, bool) {
	s = fold(s)
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false // what ParseFloat allows beyond: Inf, NaN, hexadecimal, underscores
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

// number reads an optional number within lo and hi, which may be followed by
// one of the units; empty gives 0.
func (r *row) number(f field, lo, hi float64, what string, units ...string) float64 {
	s := r.raw(f)
	if s == "" {
		return 0
	}
	s = fold(s)
	v, ok := parseFloat(s)
	for _, u := range units {
		if ok {
			break
		}
		if t, cut := strings.CutSuffix(s, u); cut {
			v, ok = parseFloat(strings.TrimSpace(t))
		}
	}
	if !ok {
		r.fail(f, RejectValue, what+" is not a number", "write it with digits")
		return 0
	}
	if v < lo || v > hi {
		r.fail(f, RejectValue, what+" is not within "+trimFloat(lo)+" and "+trimFloat(hi), "correct it")
		return 0
	}
	return v
}

func trimFloat(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// integer is number without a fraction.
func (r *row) integer(f field, lo, hi float64, what string, units ...string) int {
	v := r.number(f, lo, hi, what, units...)
	if v != math.Trunc(v) {
		r.fail(f, RejectValue, what+" is not a whole number", "write it without a fraction")
		return 0
	}
	return int(v)
}

// date reads 1990-01-31, 1990/1/31, 1990.1.31, 19900131 and 1990年1月31日, with
// or without a time of day, which is dropped. Empty gives the zero time.
func (r *row) date(f field, what string) time.Time {
	s := r.raw(f)
	if s == "" {
		return time.Time{}
	}
	t, ok := r.mapping.date(fold(s))
	if !ok {
		t, ok = parseDate(fold(s))
	}
	switch {
	case !ok:
		r.fail(f, RejectValue, what+" is not a date", "write it as 1990-01-31, 1990/1/31, 19900131 or 1990年1月31日")
	case t.Year() < 1850 || t.After(time.Now().AddDate(0, 0, 1)):
		r.fail(f, RejectValue, what+" is before 1850 or in the future", "correct it")
	default:
		return t
	}
	return time.Time{}
}

func parseDate(s string) (time.Time, bool) {
	var n [3]int
	part, digits, i := 0, 0, 0
	compact := len(s) >= 8
	for j := 0; j < 8 && compact; j++ {
		compact = s[j] >= '0' && s[j] <= '9'
	}
	if compact {
		n[0], n[1], n[2] = atoi(s[:4]), atoi(s[4:6]), atoi(s[6:8])
		i = 8
	} else {
		for ; i < len(s) && part < 3; i++ {
			c := s[i]
			switch {
			case c >= '0' && c <= '9' && digits < 4:
				n[part] = n[part]*10 + int(c-'0')
				digits++
			case digits == 0 || part == 0 && digits != 4 || part > 0 && digits > 2:
				return time.Time{}, false
			case part < 2 && (c == '-' || c == '/' || c == '.'):
				part, digits = part+1, 0
			case part < 2 && strings.HasPrefix(s[i:], [2]string{"年", "月"}[part]):
				part, digits, i = part+1, 0, i+2
			case part == 2:
				part = 3
				i-- // what follows the day
			default:
				return time.Time{}, false
			}
		}
		if part < 2 || part == 2 && (digits == 0 || digits > 2) {
			return time.Time{}, false
		}
	}
	if !timeOfDay(strings.TrimPrefix(s[i:], "日")) {
		return time.Time{}, false
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, time.UTC)
	return t, t.Year() == n[0] && int(t.Month()) == n[1] && t.Day() == n[2]
}

// timeOfDay reports whether s, behind a date, is empty or a time.
func timeOfDay(s string) bool {
	if s == "" {
		return true
	}
	if s[0] != ' ' && s[0] != 'T' {
		return false
	}
	return strings.Trim(s[1:], "0123456789:.+-Z ") == ""
}

func atoi(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// entrance is the number of a 单元 as units and residents share it: "2单元" is
// "2"; empty is "1".
func (r *row) entrance() string {
	v := strings.ToUpper(r.code(fEntrance))
	for _, s := range []string{"单元", "號", "号", "门"} {
		if t, ok := strings.CutSuffix(v, s); ok && t != "" {
			v = t
			break
		}
	}
	if t := strings.TrimLeft(v, "0"); t != "" && len(t) < len(v) && v[0] == '0' {
		v = t // 01 and 1 are one entrance
	}
	if v == "" {
		return "1"
	}
	return v
}

// room is the number of a room as units and residents share it: "401室" is
// "401".
func (r *row) room() string {
	v := strings.ToUpper(r.required(fRoom, "the room"))
	for _, s := range []string{"室", "房", "号", "户"} {
		if t, ok := strings.CutSuffix(v, s); ok && t != "" {
			return t
		}
	}
	return v
}

// floor reads the floor (3, 3层, 3F, -1, B1, 负一 is not read), or derives it
// from the room when the column is missing or empty.
func (r *row) floor(room string) int16 {
	const suggestion = "write the storey: 1 is the ground floor, -1 the first below"
	s := strings.ToUpper(fold(r.raw(fFloor)))
	if s == "" {
		n, ok := floorOfRoom(room)
		if !ok {
			r.fail(fRoom, RejectMissing, "the floor is missing and cannot be told from the room", suggestion)
		}
		return n
	}
	for _, unit := range []string{"层", "楼", "F"} {
		if t, ok := strings.CutSuffix(s, unit); ok {
			s = t
			break
		}
	}
	s = strings.TrimPrefix(strings.TrimPrefix(s, "第"), "F")
	for _, below := range []string{"B", "负", "地下"} {
		if t, ok := strings.CutPrefix(s, below); ok {
			s = "-" + t
			break
		}
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		if f, ok := parseFloat(s); ok && f == math.Trunc(f) && math.Abs(f) < 1000 { // 3.0, as spreadsheets write
			n, err = int(f), nil
		}
	}
	switch {
	case err != nil:
		r.fail(fFloor, RejectValue, "the floor is not a number", suggestion)
	case n == 0:
		r.fail(fFloor, RejectValue, "there is no floor 0", suggestion)
	case n < -10 || n > 200:
		r.fail(fFloor, RejectValue, "the floor is not within -10 and 200", suggestion)
	}
	return int16(max(-10, min(n, 200)))
}

// floorOfRoom derives the floor of a room number of three or four digits:
// 401 is on 4, 1203 on 12, B101 and -101 on -1.
func floorOfRoom(room string) (int16, bool) {
	s := strings.TrimRight(room, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	sign := int16(1)
	if t, ok := strings.CutPrefix(s, "B"); ok {
		s, sign = t, -1
	} else if t, ok := strings.CutPrefix(s, "-"); ok {
		s, sign = t, -1
	}
	if len(s) < 3 || len(s) > 4 {
		return 0, false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n := int16(atoi(s[:len(s)-2]))
	if n == 0 || sign < 0 && n > 10 {
		return 0, false
	}
	return n * sign, true
}
