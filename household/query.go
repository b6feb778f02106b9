package household

import (
	"regexp"
	"strings"
)

// Query is what someone typed into the search box, taken apart. The parts
// are guesses; a search tries them in turn.
type Query struct {
	Text string // folded for comparison, see Fold
	// Code is the text as a code might be written: trimmed, half-width.
	Code string
	ID   ResidentID // the text is a valid identity number
	// Phone is the text when it is a phone number; PhoneTail when it is four
	// digits and so may be the end of one.
	Phone, PhoneTail string
	// Place, Entrance and Room are set when the text ends in a room: of
	// "锦绣花园3号楼2单元401" they are "锦绣花园3号楼", "2" and "401".
	Place, Entrance, Room string
}

var (
	// 17-3-2-401, B000123-1-401: place, entrance and room joined by hyphens.
	hyphenRoom = regexp.MustCompile(`^(.+?)[-－—]([0-9A-Za-z]{1,3})[-－—]([0-9]{3,4}[A-Za-z]?)$`)
	// …3号楼2单元401室, …3栋401: the entrance may be missing.
	wordRoom  = regexp.MustCompile(`^(.+?)(?:([0-9一二三四五六七八九十东西甲乙丙]{1,3})单元|[楼幢栋#座])\s*([0-9]{3,4})(?:室|号|房)?$`)
	spaceRoom = regexp.MustCompile(`^(.+?)\s+([0-9]{3,4})(?:室|号|房)?$`)
	digits    = regexp.MustCompile(`^[0-9]+$`)
)

// ParseQuery takes a search text apart.
func ParseQuery(s string) Query {
	s = strings.TrimSpace(foldWidth(s))
	q := Query{Text: Fold(s), Code: s}
	if id, err := ParseResidentID(s); err == nil {
		q.ID = id
	}
	if digits.MatchString(s) {
		switch len(s) {
		case 4:
			q.PhoneTail = s
		case 7, 8, 11, 12:
			q.Phone = s
		}
	}
	if m := hyphenRoom.FindStringSubmatch(s); m != nil {
		q.Place, q.Entrance, q.Room = hyphenPlace(m[1]), m[2], m[3]
	} else if m := wordRoom.FindStringSubmatchIndex(s); m != nil {
		q.Place, q.Room = s[:m[3]], s[m[6]:m[7]]
		if m[4] >= 0 {
			q.Entrance = s[m[4]:m[5]]
		} else { // the 楼 or 栋 belongs to the place
			q.Place = strings.TrimSpace(s[:m[6]])
		}
	} else if m := spaceRoom.FindStringSubmatch(s); m != nil {
		q.Place, q.Room = m[1], m[2]
	}
	q.Place = strings.TrimSpace(q.Place)
	return q
}

// hyphenPlace reads the place of a hyphenated room: when it ends in a number
// of its own, as in "锦绣花园-3", that is the building's.
func hyphenPlace(s string) string {
	if i := strings.LastIndexAny(s, "-－—"); i > 0 {
		tail := strings.TrimLeft(s[i:], "-－—")
		if digits.MatchString(tail) && len(tail) <= 3 {
			return s[:i] + " " + tail + "号楼"
		}
	}
	return s
}
