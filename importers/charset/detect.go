package charset

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"hearthmap/household"
)

// DetectBytes is how much of a file's head Detect wants to see.
const DetectBytes = 256 << 10

// Detect names the encoding of a file from its first bytes (whole says that
// they are all of it). When the bytes fit two encodings or none, it refuses
// with a *household.Error that says how to choose.
func Detect(head []byte, whole bool) (Encoding, error) { return Choose(head, whole, nil) }

// Choose is Detect for a table: known, which may be nil, tells the names of
// columns, which are strong evidence.
func Choose(head []byte, whole bool, known func(name string) bool) (Encoding, error) {
	const op = "charset.Detect"
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0")) {
		return "", household.Errorf(household.Invalid, op, "the file is a workbook or an archive, not text").
			WithHint("give it its proper name, such as .xlsx, or save it as CSV UTF-8")
	}
	list := Candidates(head, whole, known)
	if e, ok := Certain(list); ok {
		return e, nil
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return "", household.Errorf(household.Invalid, op, "the file holds NUL bytes and is not text").
			WithHint("check that the file is complete, and export it again as CSV UTF-8")
	}
	return "", undecided(list)
}

const (
	certainScore  = 0.6
	certainMargin = 0.15
)

// Certain returns the encoding of the first candidate if it stands out.
func Certain(list []Candidate) (Encoding, bool) {
	if len(list) == 0 || list[0].Score < certainScore {
		return "", false
	}
	if len(list) > 1 && list[0].Score-list[1].Score < certainMargin {
		return "", false
	}
	return list[0].Encoding, true
}

// undecided shows how the header reads in each encoding. It names headers
// only, never what stands below them.
func undecided(list []Candidate) *household.Error {
	const op = "charset.Detect"
	var reads, flags []string
	for _, c := range list {
		if c.Score < 0.2 || c.Encoding == UTF8 && c.Valid < 0.9 {
			continue
		}
		text := "a first line that is not shown, for it looks like a person's row"
		if len(c.Header) > 0 {
			text = "“" + strings.Join(c.Header, ", ") + "”"
		}
		reads = append(reads, fmt.Sprintf("%s reads %s (score %.2f)", c.Encoding, text, c.Score))
		flags = append(flags, "--encoding "+string(c.Encoding))
	}
	if len(reads) == 0 {
		return household.Errorf(household.Invalid, op, "cannot tell the file's encoding: its bytes are Chinese text in none of utf-8, gb18030 and big5").
			WithHint("open it in the program it comes from and save it as CSV UTF-8; to read it all the same and reject what is damaged, name one: --encoding gb18030")
	}
	return household.Errorf(household.Invalid, op, "cannot tell the file's encoding; as %s", strings.Join(reads, "; as ")).
		WithHint("choose the one that reads well: %s", strings.Join(flags, " or "))
}

// countUTF8 counts the multi-byte characters, those of three and four bytes
// among them, and the bytes that belong to none. An incomplete character at
// the end of a cut head is neither.
func countUTF8(b []byte, whole bool) (good, long, bad int) {
	for len(b) > 0 {
		if b[0] < 0x80 {
			b = b[1:]
			continue
		}
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			if !whole && len(b) < utf8.UTFMax && !utf8.FullRune(b) {
				return good, long, bad
			}
			bad++
		} else {
			good++
			if size > 2 {
				long++
			}
		}
		b = b[size:]
	}
	return good, long, bad
}

// pairs says how the bytes from a lead byte on are read: the size of the
// character, 0 when they are none.
type pairs func(b []byte) int

func gbPairs(b []byte) int {
	switch {
	case len(b) < 2 || b[0] == 0xFF:
		return 0
	case b[1] >= 0x40 && b[1] != 0x7F && b[1] != 0xFF:
		return 2
	case len(b) >= 4 && b[1] >= '0' && b[1] <= '9' && b[2] >= 0x81 && b[3] >= '0' && b[3] <= '9':
		return 4
	}
	return 0
}

func big5Pairs(b []byte) int {
	if len(b) >= 2 && b[0] >= 0x81 && b[0] <= 0xFE && (b[1] >= 0x40 && b[1] <= 0x7E || b[1] >= 0xA1 && b[1] <= 0xFE) {
		return 2
	}
	return 0
}

// score is the share of everyday characters among those that are no
// punctuation, and the share of characters that are any at all. GB 2312 and
// Big5 share their ranges, but both put their everyday characters first, GB in
// leads B0–D7 (with trails from A1) and Big5 in A4–C6, and 95 % of a text is
// of those.
func score(b []byte, lo, hi byte, size pairs) (everydayShare, valid float64) {
	everyday, all, bad := 0, 0, 0
	gb := lo == 0xB0
	for len(b) > 0 {
		if b[0] < 0x80 {
			b = b[1:]
			continue
		}
		n := size(b)
		if n == 0 {
			if len(b) >= 4 { // else the head was cut here
				bad++
			}
			b = b[1:]
			continue
		}
		if b[0] < 0xA1 || b[0] > 0xA3 { // punctuation and full-width forms are the same in both
			all++
			if b[0] >= lo && b[0] <= hi && (!gb || b[1] >= 0xA1) {
				everyday++
			}
		}
		b = b[n:]
	}
	if all == 0 && bad == 0 { // punctuation only
		return 0, 1
	}
	return share(everyday, all), share(all, all+bad)
}
