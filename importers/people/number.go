package people

import (
	"time"

	"hearthmap/household"
)

// number compares two identity numbers. Both have passed their check
// character, so that a plain slip of the pen is rare among them; what happens is
// that a person was given two, or that somebody mended a number until it
// passed.
func number(x, y household.ResidentID) Code {
	switch {
	case x == "" || y == "":
		return NumberMissing
	case x == y:
		return NumberEqual
	case len(x) != 18 || len(y) != 18:
		return NumberDiffer
	}
	a, b := x[:17], y[:17]
	switch {
	case a[6:14] == b[6:14] && a[:6] == b[:6]:
		return NumberSequence // as twins have it, and as numbers given twice
	case a[6:] == b[6:]:
		return NumberArea
	case oneDigit(string(a), string(b)), neighbours(string(a), string(b)):
		return NumberDigit
	}
	return NumberDiffer
}

// oneDigit reports whether texts of one length differ in one place.
func oneDigit(a, b string) bool {
	n := 0
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n == 1
}

// neighbours reports whether two neighbours changed places.
func neighbours(a, b string) bool {
	for i := range a {
		if a[i] != b[i] {
			return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
}

// A date of the farmers' calendar lies 17 to 50 days before that of the same
// name in the common one, whatever the year.
const calendarMin, calendarMax = 17, 50

// birth compares two dates of birth.
func birth(x, y time.Time) Code {
	switch {
	case x.IsZero() || y.IsZero():
		return BirthMissing
	case x.Equal(y):
		return BirthEqual
	case x.Year() == y.Year() && int(x.Month()) == y.Day() && int(y.Month()) == x.Day():
		return BirthSwapped
	}
	a, b := x.Format("20060102"), y.Format("20060102")
	switch {
	case a[4:] == b[4:] && (oneDigit(a, b) || neighbours(a, b)):
		return BirthYear
	case oneDigit(a, b), neighbours(a, b):
		return BirthDigit
	case x.Year() == y.Year() && (a[4:] == "0101" || b[4:] == "0101"):
		return BirthNewYear // the day was unknown to whoever wrote it
	}
	days := x.Sub(y) / (24 * time.Hour)
	if days = max(days, -days); days >= calendarMin && days <= calendarMax {
		return BirthCalendar
	}
	return BirthDiffer
}
