// Package charset reads and writes the encodings that Chinese text files come
// in: UTF-8 with and without a byte order mark, GB18030 (with GBK and GB 2312
// in it), Big5, and UTF-16 as spreadsheets write it.
//
// What cannot be decoded becomes U+FFFD, never anything else, so that a
// reader can reject the row.
package charset

import (
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"hearthmap/household"
)

// Encoding is a text encoding.
type Encoding string

// The encodings.
const (
	Auto    Encoding = "auto"
	UTF8    Encoding = "utf-8"
	GB18030 Encoding = "gb18030"
	Big5    Encoding = "big5"
	UTF16LE Encoding = "utf-16le"
	UTF16BE Encoding = "utf-16be"
)

// Accepted lists the names that Parse reads, for hints.
const Accepted = "auto, utf-8, gb18030, big5, utf-16le or utf-16be"

// Parse reads the name of an encoding; empty is Auto, GBK and GB 2312 are
// read as GB18030, which holds them. UTF-16 without an order of bytes is
// little-endian, as Windows writes it.
func Parse(s string) (Encoding, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "auto":
		return Auto, nil
	case "utf-8", "utf8":
		return UTF8, nil
	case "gb18030", "gbk", "gb2312", "cp936":
		return GB18030, nil
	case "big5", "cp950":
		return Big5, nil
	case "utf-16le", "utf16le", "utf-16", "utf16", "unicode":
		return UTF16LE, nil
	case "utf-16be", "utf16be":
		return UTF16BE, nil
	}
	return "", household.Errorf(household.Invalid, "charset.Parse", "unknown encoding %q", s).
		WithHint("use %s", Accepted)
}

// NewReader returns r decoded to UTF-8. A byte order mark is kept, as U+FEFF.
func NewReader(r io.Reader, e Encoding) io.Reader {
	switch e {
	case GB18030:
		return transform.NewReader(r, newGBDecoder())
	case Big5:
		return transform.NewReader(r, traditionalchinese.Big5.NewDecoder())
	case UTF16LE:
		return transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder())
	case UTF16BE:
		return transform.NewReader(r, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder())
	}
	return r
}

// Encode returns the text in the encoding; characters that it does not have
// become question marks.
func Encode(s string, e Encoding) []byte {
	switch e {
	case GB18030:
		return encodeGB(s)
	case Big5:
		enc := traditionalchinese.Big5.NewEncoder()
		out := make([]byte, 0, len(s))
		for _, r := range s {
			if b, err := enc.Bytes([]byte(string(r))); err == nil {
				out = append(out, b...)
			} else {
				out = append(out, '?')
			}
		}
		return out
	case UTF16LE, UTF16BE:
		return encodeUTF16(s, e)
	}
	return []byte(s)
}

func encodeUTF16(s string, e Encoding) []byte {
	var order interface {
		AppendUint16([]byte, uint16) []byte
	} = binary.LittleEndian
	if e == UTF16BE {
		order = binary.BigEndian
	}
	out := make([]byte, 0, 2*len(s))
	for _, unit := range utf16.Encode([]rune(s)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

func encodeGB(s string) []byte {
	enc := simplifiedchinese.GB18030.NewEncoder()
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r < 0x80 {
			out = append(out, byte(r))
			continue
		}
		if code, ok := gbPatchCode(r); ok {
			out = append(out, byte(code>>8), byte(code))
			continue
		}
		b, err := enc.Bytes([]byte(string(r)))
		if err != nil {
			b = []byte{'?'}
		}
		out = append(out, b...)
	}
	return out
}
