package importers

import (
	"strings"
	"time"
)

// dateFormat is a date's parts and what stands between them.
type dateFormat []datePart

type datePart struct {
	unit     byte // Y, M, D, or 0 for literal text
	min, max int  // digits
	literal  string
}

// parseDateFormat reads YYYY or YY, MM or M, and DD or D, once each.
func parseDateFormat(s string) (dateFormat, bool) {
	var d dateFormat
	seen := map[byte]bool{}
	if len(s) > 100 {
		return nil, false
	}
	for i := 0; i < len(s); {
		c := s[i]
		n := 1
		for i+n < len(s) && s[i+n] == c {
			n++
		}
		switch {
		case c == 'Y' && (n == 4 || n == 2), (c == 'M' || c == 'D') && n <= 2:
			if seen[c] {
				return nil, false
			}
			seen[c] = true
			p := datePart{unit: c, min: n, max: n}
			if c != 'Y' && n == 1 {
				p.max = 2
			}
			d = append(d, p)
		case c == 'Y' || c == 'M' || c == 'D' || c >= '0' && c <= '9':
			return nil, false
		default:
			d = append(d, datePart{literal: s[i : i+n]})
		}
		i += n
	}
	return d, len(seen) == 3
}

// parse reads a date that follows the format; what follows it may be a time
// of day. Years of two digits are the latest that are not in the future.
func (d dateFormat) parse(s string) (time.Time, bool) {
	var year, month, day int
	for _, p := range d {
		if p.unit == 0 {
			rest, ok := strings.CutPrefix(s, p.literal)
			if !ok {
				return time.Time{}, false
			}
			s = rest
			continue
		}
		n := 0
		for n < len(s) && n < p.max && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		if n < p.min {
			return time.Time{}, false
		}
		v := atoi(s[:n])
		s = s[n:]
		switch p.unit {
		case 'Y':
			if year = v; p.max == 2 {
				year += time.Now().Year() / 100 * 100
				if year > time.Now().Year() {
					year -= 100
				}
			}
		case 'M':
			month = v
		case 'D':
			day = v
		}
	}
	if !timeOfDay(s) {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t, t.Year() == year && int(t.Month()) == month && t.Day() == day
}

// date reads a date by the mapping's formats.
func (a *applied) date(s string) (time.Time, bool) {
	if a == nil {
		return time.Time{}, false
	}
	for _, d := range a.dates {
		if t, ok := d.parse(s); ok {
			return t, true
		}
	}
	return time.Time{}, false
}
