package charset

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Candidate is an encoding that a file may be in, with what speaks for it.
type Candidate struct {
	Encoding Encoding `json:"encoding"`
	// Score is 0 to 1. Scores compare candidates; they are no probabilities.
	Score float64 `json:"score"`
	// Valid is the share of the file's characters beyond ASCII that are
	// characters of the encoding at all.
	Valid float64 `json:"valid"`
	// Common is the share of these that are everyday characters.
	Common float64 `json:"common"`
	// Known of Columns columns with Chinese names are known by them.
	Known   int `json:"known_columns"`
	Columns int `json:"chinese_columns"`
	// Header is the first line as it reads in this encoding, in pieces, with
	// digits hidden; empty when it looks like a row and not like a header.
	Header []string `json:"header"`
	// Reason is the evidence in words.
	Reason string `json:"reason"`
}

// asciiOnly is the reason when no byte tells encodings apart.
const asciiOnly = "the file holds nothing but ASCII, which reads the same in all"

// Candidates judges the encodings for a file that begins with head (whole
// says that this is all of it), the likeliest first. known, which may be nil,
// tells names of columns. Encodings that the bytes rule out are left out.
func Candidates(head []byte, whole bool, known func(name string) bool) []Candidate {
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		return []Candidate{certain(UTF8, head, whole, known)}
	case bytes.HasPrefix(head, []byte("\xFF\xFE")):
		return []Candidate{certain(UTF16LE, head, whole, known)}
	case bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return []Candidate{certain(UTF16BE, head, whole, known)}
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return utf16Candidates(head, whole, known)
	}
	if !slices.ContainsFunc(head, func(c byte) bool { return c >= utf8.RuneSelf }) {
		c := Candidate{Encoding: UTF8, Score: 1, Valid: 1, Header: header(string(head)), Reason: asciiOnly}
		return []Candidate{c}
	}
	list := []Candidate{utf8Candidate(head, whole, known)}
	for _, e := range []Encoding{GB18030, Big5} {
		lead, trail, pair := byte(0xB0), byte(0xD7), gbPairs
		if e == Big5 {
			lead, trail, pair = 0xA4, 0xC6, big5Pairs
		}
		everyday, valid := score(head, lead, trail, pair)
		c := read(e, head, known)
		c.Valid = valid
		// Most of a text is of the everyday half of the code table, and a
		// third of it and more of the few hundred commonest characters.
		c.Score = 0.5*everyday + 0.5*min(1, c.Common/0.25)
		if valid < 0.98 {
			c.Score *= 0.3
		}
		list = append(list, c)
	}
	weigh(list)
	for i := range list {
		c := &list[i]
		c.Score, c.Valid, c.Common = round(c.Score), round(c.Valid), round(c.Common)
	}
	list = slices.DeleteFunc(list, func(c Candidate) bool { return c.Valid < 0.5 })
	slices.SortStableFunc(list, func(a, b Candidate) int { return cmp.Compare(b.Score, a.Score) })
	return list
}

// round keeps what matters of a share, for people and for JSON.
func round(v float64) float64 { return math.Round(v*1e4) / 1e4 }

func certain(e Encoding, head []byte, whole bool, known func(string) bool) Candidate {
	c := read(e, head, known)
	c.Score, c.Valid, c.Reason = 1, 1, "the file begins with the byte order mark of "+string(e)
	return c
}

// weigh lets the names of columns speak, where any candidate has known ones,
// and puts the evidence in words.
func weigh(list []Candidate) {
	any := slices.ContainsFunc(list, func(c Candidate) bool { return c.Known > 0 })
	for i := range list {
		c := &list[i]
		if any && c.Columns > 0 {
			c.Score = 0.6*c.Score + 0.4*float64(c.Known)/float64(c.Columns)
		} else if any {
			c.Score *= 0.6
		}
		if c.Reason == "" {
			c.Reason = fmt.Sprintf("%.0f %% of the bytes beyond ASCII are characters, %.0f %% of them common ones", 100*c.Valid, 100*c.Common)
			if c.Columns > 0 {
				c.Reason += fmt.Sprintf("; %d of %d Chinese column names known", c.Known, c.Columns)
			}
		}
	}
}

// utf8Candidate judges by form: three and four bytes that fit by accident are
// rare, two are not (a GB 2312 character may look like a Greek letter).
func utf8Candidate(head []byte, whole bool, known func(string) bool) Candidate {
	c := read(UTF8, head, known)
	good, long, bad := countUTF8(head, whole)
	c.Valid = share(good, good+bad)
	switch {
	case bad > 0 && good < 20*bad:
		c.Score = 0.3 * c.Valid
	case long > 0:
		c.Score = c.Valid
	default: // two bytes each
		c.Score = 0.86 * c.Valid
	}
	if bad == 0 && long >= 3 || bad > 0 && good >= 20*bad {
		c.Score = 1
	}
	return c
}

func share(part, all int) float64 {
	if all == 0 {
		return 0
	}
	return float64(part) / float64(all)
}

// utf16Candidates judges a file with NUL bytes: in UTF-16 they are the upper
// halves of digits, separators and line ends, all on the same side.
func utf16Candidates(head []byte, whole bool, known func(string) bool) []Candidate {
	var list []Candidate
	for _, e := range []Encoding{UTF16LE, UTF16BE} {
		units := len(head) / 2
		ascii, broken, odd := 0, 0, 0
		for i := range units {
			lo, hi := head[2*i], head[2*i+1]
			if e == UTF16BE {
				lo, hi = hi, lo
			}
			u := rune(hi)<<8 | rune(lo)
			switch {
			case hi == 0 && (lo >= ' ' && lo < 0x7F || lo == '\n' || lo == '\r' || lo == '\t'):
				ascii++
			case utf16.IsSurrogate(u):
				broken++ // rare enough to count pairs as well
			case hi == 0 && lo < ' ' || unicode.Is(unicode.Co, u) || !unicode.IsGraphic(u):
				odd++
			}
		}
		c := read(e, head, known)
		c.Valid = 1 - share(broken+odd, units)
		table := c.Known > 0 || strings.ContainsAny(firstLine(decodeHead(e, head)), ",;\t|")
		if !table || share(ascii, units) < 0.05 || c.Valid < 0.9 || whole && len(head)%2 == 1 {
			continue
		}
		c.Score = c.Valid
		c.Reason = fmt.Sprintf("every second byte of %.0f %% of the characters is NUL, as %s has it", 100*share(ascii, units), e)
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b Candidate) int { return cmp.Compare(b.Score, a.Score) })
	return list
}

// sampleBytes bounds what is decoded to look at its characters.
const sampleBytes = 64 << 10

// read decodes the head and looks at its characters and its first line.
func read(e Encoding, head []byte, known func(string) bool) Candidate {
	text := decodeHead(e, head)
	c := Candidate{Encoding: e, Header: header(text)}
	everyday := make(map[rune]bool, len(commonCharacters)/3)
	for _, r := range commonCharacters {
		everyday[r] = true
	}
	all, common := 0, 0
	for _, r := range text {
		if r < utf8.RuneSelf || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r < 0xFFF0 { // the same in all encodings
			continue
		}
		all++
		if everyday[r] {
			common++
		}
	}
	c.Common = share(common, all)
	for _, name := range cells(text) {
		if strings.IndexFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
			continue
		}
		c.Columns++
		if known != nil && known(name) {
			c.Known++
		}
	}
	return c
}

func decodeHead(e Encoding, head []byte) string {
	raw := head[:min(len(head), sampleBytes)]
	decoded, _ := io.ReadAll(NewReader(bytes.NewReader(raw), e)) // decoders replace, they do not fail
	return strings.ToValidUTF8(strings.TrimPrefix(string(decoded), "\uFEFF"), "\uFFFD")
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimLeft(text, " \t\r\n"), "\n")
	line, _, _ = strings.Cut(line, "\r")
	return line
}

// cells cuts the first line that is not blank at separators.
func cells(text string) []string {
	return strings.FieldsFunc(firstLine(text), func(r rune) bool { return strings.ContainsRune(",;\t|\"", r) })
}

// header is the first line as it may be shown to anybody who sees errors.
func header(text string) []string {
	names := cells(text)
	shown := make([]string, 0, min(len(names), 12))
	for _, n := range names {
		digits := 0
		n = strings.Map(func(r rune) rune {
			switch {
			case unicode.IsDigit(r):
				digits++
				return '0'
			case r == utf8.RuneError || !unicode.IsPrint(r):
				return '?'
			}
			return r
		}, n)
		if digits >= 11 { // a phone or identity number: this is a person's row
			return []string{}
		}
		if r := []rune(n); len(r) > 20 {
			n = string(r[:20]) + "…"
		}
		if len(shown) < 12 {
			shown = append(shown, n)
		}
	}
	return shown
}

// commonCharacters are the commonest of running text, of addresses, names and
// tables, simplified and traditional.
const commonCharacters = "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长" +
	"區號樓單電話證編碼類別姓名身份址現住戶與關係標籤經緯層數積產權間" +
	"市区县街道社村镇乡路巷弄里号楼栋幢单元室房屋层户门园苑小花城庄屯胡同东南西北中新华福安康和平阳光幸福金银山河江湖海桥站场" +
	"王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文" +
	"張劉陳楊趙黃吳孫鄭謝韓馮鄧許蕭呂蘇盧蔣賈葉閻譚鄒陸顧龍萬錢湯喬賀賴龔" +
	"姓名性别男女出生日期身份证号码编电话联系手机地址现住户籍与主关系人口类型标签备注序经纬度用途面积建成年份称代码级上所属容量规模类设施" +
	"伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅国建志文斌婷宇浩欣子涵雨轩梓一诺思嘉怡" +
	"住宅商业办公工常流动离配偶父母女低保特困残疾独居退役留守党员医院学校幼儿药店菜市超银行邮局公共厕所卫生服务中心活动站点是否有无" +
	"個來們這為會時過後還發經頭長動無開見說國對學裡麼沒於當樣與從東車門間問關愛樂業產務員實現體義點種書縣鄉鎮莊園橋場衛醫藥廁郵銀"
