package charset

import (
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// gbPatches are the two-byte codes of GB18030 that golang.org/x/text (v0.43)
// decodes to U+FFFD, with the characters that iconv gives (see the test).
var gbPatches = []struct {
	code uint16
	r    rune
}{
	{0xA6D9, 0xFE10},
	{0xA6DA, 0xFE12},
	{0xA6DB, 0xFE11},
	{0xA6DC, 0xFE13},
	{0xA6DD, 0xFE14},
	{0xA6DE, 0xFE15},
	{0xA6DF, 0xFE16},
	{0xA6EC, 0xFE17},
	{0xA6ED, 0xFE18},
	{0xA6F3, 0xFE19},
	{0xA8BC, 0x1E3F},
	{0xFE51, 0x20087},
	{0xFE52, 0x20089},
	{0xFE53, 0x200CC},
	{0xFE59, 0x9FB4},
	{0xFE61, 0x9FB5},
	{0xFE66, 0x9FB6},
	{0xFE67, 0x9FB7},
	{0xFE6C, 0x215D7},
	{0xFE6D, 0x9FB8},
	{0xFE76, 0x2298F},
	{0xFE7E, 0x9FB9},
	{0xFE90, 0x9FBA},
	{0xFE91, 0x241FE},
	{0xFEA0, 0x9FBB},
}

func gbPatchCode(r rune) (uint16, bool) {
	for _, p := range gbPatches {
		if p.r == r {
			return p.code, true
		}
	}
	return 0, false
}

const (
	gbLeads  = 0xFE - 0x81 + 1
	gbTrails = 0xFE - 0x40 + 1
)

// gbDecoder decodes GB18030 with a table of all two-byte codes.
type gbDecoder struct {
	transform.NopResetter
	table [gbLeads * gbTrails]rune
	four  *encoding.Decoder
}

func newGBDecoder() *gbDecoder {
	d := &gbDecoder{four: simplifiedchinese.GB18030.NewDecoder()}
	var pair [2]byte
	var dst [8]byte
	for lead := 0x81; lead <= 0xFE; lead++ {
		for trail := 0x40; trail <= 0xFE; trail++ {
			pair[0], pair[1] = byte(lead), byte(trail)
			d.four.Reset()
			n, _, err := d.four.Transform(dst[:], pair[:], true)
			r, size := utf8.DecodeRune(dst[:n])
			if err != nil || size != n || trail == 0x7F || trail == 0xFF {
				r = utf8.RuneError
			}
			d.table[gbIndex(byte(lead), byte(trail))] = r
		}
	}
	for _, p := range gbPatches {
		d.table[gbIndex(byte(p.code>>8), byte(p.code))] = p.r
	}
	return d
}

func gbIndex(lead, trail byte) int { return int(lead-0x81)*gbTrails + int(trail-0x40) }

// Transform implements transform.Transformer.
func (d *gbDecoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		c := src[nSrc]
		if c < 0x80 {
			if nDst == len(dst) {
				return nDst, nSrc, transform.ErrShortDst
			}
			dst[nDst] = c
			nDst++
			nSrc++
			continue
		}
		if nDst+utf8.UTFMax > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		r, size := d.decode(src[nSrc:])
		if size == 0 {
			if !atEOF {
				return nDst, nSrc, transform.ErrShortSrc
			}
			r, size = utf8.RuneError, 1
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc += size
	}
	return nDst, nSrc, nil
}

// decode reads one character of two or four bytes; size 0 asks for more. Of
// bytes that are no character only the first is taken, so that a separator or
// line end behind a broken one is not swallowed.
func (d *gbDecoder) decode(b []byte) (r rune, size int) {
	lead := b[0]
	if lead == 0x80 {
		return '€', 1 // as Windows writes it in code page 936
	}
	if lead == 0xFF {
		return utf8.RuneError, 1
	}
	if len(b) < 2 {
		return 0, 0
	}
	if b[1] >= 0x40 && b[1] != 0x7F && b[1] != 0xFF {
		if r = d.table[gbIndex(lead, b[1])]; r == utf8.RuneError && b[1] < 0x80 {
			return r, 1
		}
		return r, 2
	}
	if b[1] < '0' || b[1] > '9' {
		return utf8.RuneError, 1
	}
	if len(b) < 4 {
		return 0, 0
	}
	if b[2] < 0x81 || b[2] > 0xFE || b[3] < '0' || b[3] > '9' {
		return utf8.RuneError, 1
	}
	var dst [8]byte
	d.four.Reset()
	n, _, err := d.four.Transform(dst[:], b[:4], true)
	r, size = utf8.DecodeRune(dst[:n])
	if err != nil || size != n {
		return utf8.RuneError, 4
	}
	return r, 4
}
