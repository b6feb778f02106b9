package shapefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/transform"

	"hearthmap/household"
	"hearthmap/importers/charset"
)

// decoder decodes values of a table.
type decoder struct {
	name   string
	noText string // the reason of a reject
	t      transform.Transformer
}

func newDecoder(name string) *decoder {
	d := &decoder{name: name, noText: "the value holds bytes that are no characters of " + name}
	switch name {
	case string(charset.UTF8):
	case string(charset.GB18030), string(charset.Big5):
		d.t = charset.NewDecoder(charset.Encoding(name))
	default:
		d.t = others[name].NewDecoder()
	}
	return d
}

// others are the encodings beyond those of package charset, by the names that
// canonical gives.
var others = map[string]encoding.Encoding{
	"shift-jis": japanese.ShiftJIS, "euc-jp": japanese.EUCJP, "euc-kr": korean.EUCKR,
	"koi8-r": charmap.KOI8R, "koi8-u": charmap.KOI8U, "macintosh": charmap.Macintosh, "windows-874": charmap.Windows874,
	"iso-8859-1": charmap.ISO8859_1, "iso-8859-2": charmap.ISO8859_2, "iso-8859-3": charmap.ISO8859_3, "iso-8859-4": charmap.ISO8859_4,
	"iso-8859-5": charmap.ISO8859_5, "iso-8859-6": charmap.ISO8859_6, "iso-8859-7": charmap.ISO8859_7, "iso-8859-8": charmap.ISO8859_8,
	"iso-8859-9": charmap.ISO8859_9, "iso-8859-10": charmap.ISO8859_10, "iso-8859-13": charmap.ISO8859_13, "iso-8859-14": charmap.ISO8859_14,
	"iso-8859-15": charmap.ISO8859_15, "iso-8859-16": charmap.ISO8859_16,
	"windows-1250": charmap.Windows1250, "windows-1251": charmap.Windows1251, "windows-1252": charmap.Windows1252, "windows-1253": charmap.Windows1253,
	"windows-1254": charmap.Windows1254, "windows-1255": charmap.Windows1255, "windows-1256": charmap.Windows1256, "windows-1257": charmap.Windows1257,
	"windows-1258": charmap.Windows1258,
	"ibm437":       charmap.CodePage437, "ibm850": charmap.CodePage850, "ibm852": charmap.CodePage852, "ibm855": charmap.CodePage855,
	"ibm858": charmap.CodePage858, "ibm860": charmap.CodePage860, "ibm862": charmap.CodePage862, "ibm863": charmap.CodePage863,
	"ibm865": charmap.CodePage865, "ibm866": charmap.CodePage866,
}

// append decodes src behind dst. tail is how many bytes at its end are the
// beginning of a character; they are left out.
func (d *decoder) append(dst, src []byte) (out []byte, tail int) {
	if d.t == nil {
		tail = utf8Tail(src)
		return append(dst, src[:len(src)-tail]...), tail
	}
	d.t.Reset()
	for len(src) > 0 {
		need := 3*len(src) + utf8.UTFMax
		if cap(dst)-len(dst) < need {
			grown := make([]byte, len(dst), 2*cap(dst)+need)
			copy(grown, dst)
			dst = grown
		}
		n, used, err := d.t.Transform(dst[len(dst):cap(dst)], src, false)
		dst, src = dst[:len(dst)+n], src[used:]
		switch {
		case errors.Is(err, transform.ErrShortSrc):
			return dst, len(src)
		case err != nil && !errors.Is(err, transform.ErrShortDst):
			dst, src = utf8.AppendRune(dst, utf8.RuneError), src[1:]
		}
	}
	return dst, 0
}

// utf8Tail is how many bytes at the end begin a character that is cut off.
func utf8Tail(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if c >= 0xC0 && !utf8.FullRune(b[len(b)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

// damaged reports whether text holds bytes that are no UTF-8, or the
// replacement character that decoders write for such.
func damaged(text []byte) bool {
	return !utf8.Valid(text) || bytes.Contains(text, []byte("\uFFFD"))
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// canonical maps the names and numbers of encodings in .cpg files to ours; ""
// when it is not known.
func canonical(name string) string {
	key := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
	for _, prefix := range []string{"windows", "ansi", "oem", "cp", "ibm", "ms", "x"} {
		if rest, ok := strings.CutPrefix(key, prefix); ok && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
			key = rest
			break
		}
	}
	switch key {
	case "utf8", "65001", "unicode11utf8":
		return string(charset.UTF8)
	case "936", "gbk", "gb2312", "gb18030", "54936", "euccn", "chinesesimplified", "20936":
		return string(charset.GB18030)
	case "950", "big5", "big5hkscs", "chinesetraditional", "951":
		return string(charset.Big5)
	case "932", "shiftjis", "sjis", "31j", "windows31j":
		return "shift-jis"
	case "eucjp", "51932", "20932":
		return "euc-jp"
	case "949", "euckr", "51949", "ksc5601", "uhc", "korean":
		return "euc-kr"
	case "koi8r", "20866":
		return "koi8-r"
	case "koi8u", "21866":
		return "koi8-u"
	case "10000", "macroman", "macintosh":
		return "macintosh"
	case "874", "tis620", "iso885911":
		return "windows-874"
	case "utf16", "utf16le", "utf16be", "1200", "1201", "ucs2":
		return "utf-16"
	}
	if n, ok := latins[key]; ok {
		return "iso-8859-" + n
	}
	for prefix, to := range map[string]string{"iso8859": "iso-8859-", "8859": "iso-8859-", "2859": "iso-8859-", "12": "windows-12", "": "ibm"} {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			if _, known := others[to+rest]; known {
				return to + rest
			}
		}
	}
	return ""
}

// latins are the names by which parts of ISO 8859 go.
var latins = map[string]string{
	"latin1": "1", "latin2": "2", "latin3": "3", "latin4": "4", "latin5": "9", "latin6": "10", "latin7": "13", "latin8": "14", "latin9": "15", "latin10": "16",
}

// driverPages are the code pages of the language drivers, byte 29. 0x57 says
// only "of the system", and so nothing.
var driverPages = map[byte]string{
	0x01: "437", 0x02: "850", 0x03: "1252", 0x04: "10000", 0x08: "865", 0x09: "437", 0x0A: "850", 0x0B: "437", 0x0D: "437", 0x0E: "850",
	0x0F: "437", 0x10: "850", 0x11: "437", 0x12: "850", 0x13: "932", 0x14: "850", 0x15: "437", 0x16: "850", 0x17: "865", 0x18: "437",
	0x19: "437", 0x1A: "850", 0x1B: "437", 0x1C: "863", 0x1D: "850", 0x1F: "852", 0x22: "852", 0x23: "852", 0x24: "860", 0x25: "850",
	0x26: "866", 0x37: "850", 0x40: "852", 0x4D: "936", 0x4E: "949", 0x4F: "950", 0x50: "874", 0x58: "1252", 0x59: "1252", 0x64: "852",
	0x65: "866", 0x66: "865", 0x6C: "863", 0x78: "950", 0x79: "949", 0x7A: "936", 0x7B: "932", 0x7C: "874", 0x7D: "1255", 0x7E: "1256",
	0x87: "852", 0xC8: "1250", 0xC9: "1251", 0xCA: "1254", 0xCB: "1253", 0xCC: "1257",
}

// chooseEncoding finds the encoding of the table's text: what the user says
// counts before the .cpg, this before the language driver, and only without
// any of them the bytes decide.
func chooseEncoding(set *fileSet, l *layout, given string, notes *[]string) (*decoder, error) {
	sample, err := sampleText(set.dbf, l)
	if err != nil {
		return nil, err
	}
	said, by, err := declared(set, l)
	asked, badName := charset.Parse(given)
	switch {
	case badName != nil:
		return nil, badName
	case asked != charset.Auto:
		if said != "" && said != string(asked) {
			*notes = append(*notes, fmt.Sprintf("%s says the text is %s; it was read as %s, as --encoding says", by, said, asked))
		}
		return newDecoder(string(asked)), nil
	case err != nil:
		return nil, err
	case said != "":
		if like := otherLooks(said, sample); like != "" {
			return nil, household.Errorf(household.Invalid, op, "%s says the text is %s, but it looks like %s", by, said, like).
				WithHint("say which: --encoding %s, or write the right name into the .cpg file beside the table", like)
		}
		return newDecoder(said), nil
	case len(sample) == 0:
		return newDecoder(string(charset.UTF8)), nil
	}
	found, err := charset.Detect(sample, true)
	if err != nil {
		return nil, household.Errorf(household.Invalid, op, "cannot tell the encoding of the text in %s", set.dbf.name).
			WithHint("name it: --encoding gb18030, utf-8 or big5; for any other write its name into a file of the same name that ends in .cpg")
	}
	*notes = append(*notes, fmt.Sprintf("nothing names the encoding of the text; by its bytes it was read as %s", found))
	return newDecoder(string(found)), nil
}

// declared is the encoding that the .cpg or else the language driver names.
func declared(set *fileSet, l *layout) (name, by string, err error) {
	if set.cpg != nil {
		b, err := set.cpg.small()
		if err != nil {
			return "", "", err
		}
		text := strings.TrimSpace(strings.TrimPrefix(string(b), "\uFEFF"))
		name = canonical(text)
		switch {
		case name == "utf-16":
			return "", "", household.Errorf(household.Invalid, op, "the .cpg says the table is UTF-16, which no .dbf can be").
				WithHint("save the layer again in UTF-8, or name the encoding with --encoding")
		case name != "":
			return name, "the .cpg", nil
		case text != "" && !strings.EqualFold(text, "system"):
			return "", "", household.Errorf(household.Invalid, op, "the .cpg names an encoding that is not known").
				WithHint("write GBK, UTF-8 or Big5 into the .cpg, or name the encoding with --encoding")
		}
	}
	if page, ok := driverPages[l.driver]; ok {
		if name = canonical(page); name != "" {
			return name, "the table's header", nil
		}
	}
	return "", "", nil
}

// western are encodings in which every text looks sound, Chinese included,
// and which programs name when they know none.
var western = map[string]bool{"iso-8859-1": true, "iso-8859-15": true, "windows-1252": true, "ibm437": true, "ibm850": true}

// otherLooks is the encoding that the text has in all likelihood when it is
// not the one that was named; else "".
func otherLooks(said string, sample []byte) charset.Encoding {
	switch {
	case said != string(charset.UTF8) && surelyUTF8(sample):
		return charset.UTF8
	case western[said] && len(sample) > 0:
		if found, err := charset.Detect(sample, true); err == nil {
			return found
		}
	}
	return ""
}

// surelyUTF8 reports whether the text is UTF-8 beyond chance: two characters
// of GBK may be taken for it, eight in a row are not.
func surelyUTF8(sample []byte) bool {
	return utf8.Valid(sample) && multibyte(sample) >= 8
}

func multibyte(b []byte) int {
	n := 0
	for _, c := range b {
		if c >= 0xC0 {
			n++
		}
	}
	return n
}

const (
	sampleBytes = 64 << 10
	sampleScan  = 64 << 20 // how far the table is searched for text beyond ASCII
)

// sampleText gathers names and values beyond ASCII, one a line. Values that
// fill their column may be cut off within a character, and are taken only
// when there are no others.
func sampleText(p *part, l *layout) ([]byte, error) {
	f, err := p.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var whole, full []byte
	take := func(b []byte, width int) {
		if i := bytes.IndexByte(b, 0); i >= 0 {
			b = b[:i]
		}
		if b = bytes.TrimRight(b, " "); ascii(b) {
			return
		}
		if len(b) < width {
			whole = append(append(whole, b...), '\n')
		} else if len(full) < sampleBytes {
			full = append(append(full, b...), '\n')
		}
	}
	for _, c := range l.columns {
		take(c.raw, 9)
	}
	in := io.LimitReader(f, sampleScan)
	if _, err := io.CopyN(io.Discard, in, l.headerSize); err != nil {
		return nil, headerError(p, err)
	}
	block := make([]byte, max(1, min(int64(blockSize/l.rowSize), l.rows))*int64(l.rowSize))
	for left := l.rows; left > 0 && len(whole) < sampleBytes; {
		n, err := io.ReadFull(in, block[:min(int64(len(block)), left*int64(l.rowSize))])
		for rows := block[:n-n%l.rowSize]; len(rows) > 0; rows = rows[l.rowSize:] {
			left--
			if ascii(rows[:l.rowSize]) {
				continue
			}
			for _, c := range l.columns {
				if c.kind == textValue {
					take(rows[c.offset:c.offset+c.width], c.width)
				}
			}
		}
		if err != nil {
			break // the reader itself will say so
		}
	}
	if len(whole) == 0 {
		return full, nil
	}
	return whole, nil
}
