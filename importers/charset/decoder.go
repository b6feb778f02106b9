package charset

import (
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// NewDecoder returns a decoder of single values, for formats that mix text
// with other bytes. It may be used again after Reset; with atEOF false it
// tells a character that is cut off at the end by transform.ErrShortSrc.
func NewDecoder(e Encoding) transform.Transformer {
	switch e {
	case GB18030:
		return newGBDecoder()
	case Big5:
		return traditionalchinese.Big5.NewDecoder()
	case UTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	case UTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	}
	return encoding.Nop.NewDecoder()
}
