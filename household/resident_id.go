package household

import (
	"strings"
	"time"
)

// ResidentID is a citizen identity number of 18 characters (GB 11643): six
// digits of area, eight of birth date, three of sequence (odd = male), and a
// check character. The zero value means that none is known.
type ResidentID string

var residentIDWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const residentIDChecks = "10X98765432"

// ParseResidentID reads an identity number of 18 or, in the old form, 15
// characters; the old form is upgraded. Full-width characters and a small x
// are accepted. Errors say what is wrong without repeating the number.
func ParseResidentID(s string) (ResidentID, error) {
	const op = "household.ParseResidentID"
	s = strings.ToUpper(strings.TrimSpace(foldWidth(s)))
	switch len(s) {
	case 15:
		s = s[:6] + "19" + s[6:]
		check, ok := residentIDCheck(s)
		if !ok {
			return "", Errorf(Invalid, op, "identity number has characters other than digits")
		}
		s += string(check)
	case 18:
		check, ok := residentIDCheck(s[:17])
		if !ok {
			return "", Errorf(Invalid, op, "identity number has characters other than digits")
		}
		if s[17] != check {
			return "", Errorf(Invalid, op, "identity number fails its check character").
				WithHint("compare it with the card; a digit is wrong or two are swapped")
		}
	default:
		return "", Errorf(Invalid, op, "identity number has %d characters, not 18 or 15", len(s))
	}
	id := ResidentID(s)
	if id.BirthDate().IsZero() {
		return "", Errorf(Invalid, op, "identity number holds no valid birth date")
	}
	return id, nil
}

// residentIDCheck is the check character of 17 digits.
func residentIDCheck(s string) (byte, bool) {
	sum := 0
	for i := range 17 {
		c := s[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		sum += int(c-'0') * residentIDWeights[i]
	}
	return residentIDChecks[sum%11], true
}

// MakeResidentID joins area, birth date and sequence and adds the check
// character.
func MakeResidentID(area string, birth time.Time, sequence int) (ResidentID, error) {
	const op = "household.MakeResidentID"
	if len(area) != 6 || sequence < 0 || sequence > 999 {
		return "", Errorf(Invalid, op, "an identity number needs an area of six digits and a sequence of 0 to 999")
	}
	digits := []byte{byte('0' + sequence/100), byte('0' + sequence/10%10), byte('0' + sequence%10)}
	s := area + birth.Format("20060102") + string(digits)
	check, ok := residentIDCheck(s)
	if !ok {
		return "", Errorf(Invalid, op, "the area of an identity number is six digits")
	}
	return ResidentID(s + string(check)), nil
}

// BirthDate is the date the number holds, or the zero time.
func (id ResidentID) BirthDate() time.Time {
	if len(id) != 18 {
		return time.Time{}
	}
	t, err := time.Parse("20060102", string(id[6:14]))
	if err != nil || t.Year() < 1850 || t.After(time.Now().AddDate(0, 0, 1)) {
		return time.Time{}
	}
	return t
}

// Sex is the sex the number holds.
func (id ResidentID) Sex() Sex {
	if len(id) != 18 {
		return SexUnknown
	}
	if (id[16]-'0')%2 == 1 {
		return Male
	}
	return Female
}

// Masked shows the area and the last character only: 990001***********X.
func (id ResidentID) Masked() string {
	if len(id) != 18 {
		return ""
	}
	return string(id[:6]) + "***********" + string(id[17:])
}

// MaskPhone shows the first three and last two digits of a phone number.
func MaskPhone(phone string) string {
	if len(phone) < 7 {
		return strings.Repeat("*", len(phone))
	}
	return phone[:3] + strings.Repeat("*", len(phone)-5) + phone[len(phone)-2:]
}

// MaskName shows the first character of a name: 王**.
func MaskName(name string) string {
	r := []rune(name)
	if len(r) == 0 {
		return ""
	}
	return string(r[0]) + strings.Repeat("*", len(r)-1)
}

// foldWidth maps full-width ASCII and the ideographic space to their
// half-width forms.
func foldWidth(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFEE0
		case r == 0x3000:
			return ' '
		}
		return r
	}, s)
}
