package charset

import (
	"bytes"
	"unicode/utf8"

	"hearthmap/household"
)

// DetectBytes is how much of a file's head Detect wants to see.
const DetectBytes = 256 << 10

// Detect names the encoding of a file from its first bytes (whole says that
// they are all of it). When the bytes fit two encodings or none, it refuses
// with a *household.Error that says how to choose.
//
// UTF-8 is told by its form. GB 2312 and Big5 share their ranges, so they are
// told by frequency: both put their everyday characters first, GB in leads
// B0–D7 and Big5 in A4–C6, and 95 % of a text is of those.
func Detect(head []byte, whole bool) (Encoding, error) {
	const op = "charset.Detect"
	if bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")) {
		return UTF8, nil
	}
	if bytes.HasPrefix(head, []byte("\xFF\xFE")) || bytes.HasPrefix(head, []byte("\xFE\xFF")) {
		return "", household.Errorf(household.Invalid, op, "the file is UTF-16 text").
			WithHint("save it as CSV UTF-8")
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0")) {
		return "", household.Errorf(household.Invalid, op, "the file is a workbook or an archive, not text").
			WithHint("save it as CSV UTF-8")
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return "", household.Errorf(household.Invalid, op, "the file holds NUL bytes and is not text").
			WithHint("check that the file is complete, and export it again as CSV UTF-8")
	}
	good, bad := countUTF8(head, whole)
	if bad == 0 || good >= 20*bad {
		return UTF8, nil
	}
	gb, gbOK := score(head, 0xB0, 0xD7, gbPairs)
	big5, big5OK := score(head, 0xA4, 0xC6, big5Pairs)
	switch {
	case gbOK && gb >= 0.6 && (!big5OK || gb-big5 >= 0.15):
		return GB18030, nil
	case big5OK && big5 >= 0.6 && (!gbOK || big5-gb >= 0.15):
		return Big5, nil
	}
	return "", household.Errorf(household.Invalid, op, "cannot tell the file's encoding").
		WithHint("name it: --encoding gb18030 for files of Excel in Chinese, else --encoding utf-8 or big5")
}

// countUTF8 counts the multi-byte characters and the bytes that belong to
// none. An incomplete character at the end of a cut head is neither.
func countUTF8(b []byte, whole bool) (good, bad int) {
	for len(b) > 0 {
		if b[0] < 0x80 {
			b = b[1:]
			continue
		}
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			if !whole && len(b) < utf8.UTFMax && !utf8.FullRune(b) {
				return good, bad
			}
			bad++
		} else {
			good++
		}
		b = b[size:]
	}
	return good, bad
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

// score is the share of everyday characters (leads lo to hi and, where the
// standard says so, trails from A1) among those that are no punctuation; ok
// says that practically all bytes are characters at all.
func score(b []byte, lo, hi byte, size pairs) (share float64, ok bool) {
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
	if all == 0 {
		return 0, false
	}
	return float64(everyday) / float64(all), bad*50 <= all
}
