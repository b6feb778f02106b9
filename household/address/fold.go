package address

import "unicode"

// text is a folded text and where its runes come from: rune k was written in
// the bytes from at[k] to end[k].
type text struct {
	r       []rune
	at, end []int32
}

// fold brings a text into normal form: half-width, capitals, simplified and
// common characters, one kind of hyphen and bracket. Blanks and commas
// between digits or letters become hyphens, others vanish.
func fold(s string) text {
	t := text{r: make([]rune, 0, len(s)/3+8)}
	pos := make([]int32, 0, 2*cap(t.r))
	gap := false
	for i, c := range s {
		if len(t.r) >= maxRunes {
			break
		}
		c = foldRune(c)
		switch c {
		case 0:
			continue
		case ' ':
			gap = len(t.r) > 0
			continue
		}
		if n := len(t.r); gap && isAlnum(c) && isAlnum(t.r[n-1]) {
			t.r = append(t.r, '-')
			pos = append(pos, int32(i), int32(i))
		}
		gap = false
		if n := len(t.r); c == '-' && n > 0 && t.r[n-1] == '-' {
			continue
		}
		t.r = append(t.r, c)
		pos = append(pos, int32(i), int32(i+width(s[i])))
	}
	n := len(t.r)
	both := make([]int32, 2*n)
	t.at, t.end = both[:n:n], both[n:]
	for k := range n {
		t.at[k], t.end[k] = pos[2*k], pos[2*k+1]
	}
	return t
}

// width is the length of the UTF-8 sequence that begins with b; 1 for bytes
// that begin none.
func width(b byte) int {
	switch {
	case b >= 0xF0 && b < 0xF8:
		return 4
	case b >= 0xE0 && b < 0xF0:
		return 3
	case b >= 0xC0 && b < 0xE0:
		return 2
	}
	return 1
}

// foldRune returns the normal form of a character: 0 for those that vanish,
// ' ' for those that separate.
func foldRune(c rune) rune {
	switch {
	case c >= 0xFF01 && c <= 0xFF5E:
		c -= 0xFEE0
	case c >= 0x2460 && c <= 0x2468: // ①
		return '1' + c - 0x2460
	case c >= 0x2160 && c <= 0x2168: // Ⅰ
		return '1' + c - 0x2160
	}
	if c < 0x80 {
		switch {
		case c >= 'a' && c <= 'z':
			return c - 'a' + 'A'
		case c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c == '-' || c == '#' || c == '(' || c == ')':
			return c
		case c == '[' || c == '{' || c == '<':
			return '('
		case c == ']' || c == '}' || c == '>':
			return ')'
		}
		return ' '
	}
	switch c {
	case '－', '—', '–', '―', '─', '﹣', '‐', '‑', '−', '～':
		return '-'
	case '【', '〔', '「', '『', '《', '〈', '〖':
		return '('
	case '】', '〕', '」', '』', '》', '〉', '〗':
		return ')'
	case '〇', '○', '◯':
		return '零'
	case 0x200B, 0x200C, 0x200D, 0xFEFF, 0xFFFD, 0x00AD:
		return 0
	}
	if isHan(c) {
		if v, ok := variants[c]; ok {
			return v
		}
		return c
	}
	if unicode.IsLetter(c) {
		return unicode.ToUpper(c)
	}
	if unicode.IsSpace(c) || unicode.IsPunct(c) || unicode.IsSymbol(c) {
		return ' '
	}
	return 0
}

func isHan(c rune) bool {
	return c >= 0x4E00 && c <= 0x9FFF || c >= 0x3400 && c <= 0x4DBF || c >= 0x20000 && c <= 0x3FFFF || c == '零'
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

func isLatin(c rune) bool { return c >= 'A' && c <= 'Z' }

func isAlnum(c rune) bool { return isDigit(c) || isLatin(c) }

// variants are the traditional and variant characters that occur in
// addresses; it is no general table.
var variants = pairs("號号樓楼區区縣县鎮镇鄉乡單单層层棟栋門门東东廣广場场園园莊庄庒庄灣湾橋桥龍龙華华陽阳長长馬马鐵铁漢汉濱滨" +
	"錦锦繡绣麗丽興兴國国開开發发學学醫医廠厂屬属對对舊旧電电話话條条衛卫豐丰賓宾騰腾鳳凤雲云萬万義义與与員员車车時时師师" +
	"後后裡里裏里臺台灘滩戶户戸户爲为為为莲莲蓮莲榮荣寧宁順顺勝胜慶庆貴贵賢贤齊齐齋斋書书畫画禮礼藝艺業业農农織织機机軸轴" +
	"紡纺絲丝綠绿紅红銀银鋼钢鑫鑫東东巖岩嶺岭島岛澤泽濟济漁渔淺浅溝沟潤润瀋沈瀘泸爾尔獅狮環环瑪玛瑤瑶瓊琼畝亩當当礦矿" +
	"種种穀谷窩窝競竞築筑節节範范糧粮紀纪級级綫线線线組组經经緯纬網网罗罗羅罗職职聯联聖圣肅肃腳脚膠胶蘇苏蘭兰處处術术衆众" +
	"見见親亲觀观訊讯設设許许証证證证譚谭讓让豔艳貨货質质趙赵車车軍军輕轻輔辅輪轮農农運运過过遠远達达選选郵邮鄭郑鄧邓" +
	"醬酱鍾钟鐘钟錢钱鑄铸關关間间閣阁閘闸陳陈陸陆隊队階阶際际隨随險险雙双雜杂離离靈灵靜静項项須须領领頭头題题額额" +
	"風风飛飞館馆駅驿驛驿體体鬥斗魚鱼魯鲁鮮鲜鳥鸟鴻鸿鶴鹤麥麦黃黄點点龜龟葉叶莊庄壩坝塊块壹一貳二贰二叁三")

func pairs(s string) map[rune]rune {
	m := map[rune]rune{}
	r := []rune(s)
	for i := 0; i+1 < len(r); i += 2 {
		if r[i] != r[i+1] {
			m[r[i]] = r[i+1]
		}
	}
	return m
}

// has reports whether w stands at position i.
func (t *text) has(i int, w []rune) bool {
	if i < 0 || i+len(w) > len(t.r) {
		return false
	}
	for k, c := range w {
		if t.r[i+k] != c {
			return false
		}
	}
	return true
}

// anyAt reports whether one of the words stands at position i.
func (t *text) anyAt(i int, list [][]rune) bool { return t.wordAt(i, list) > 0 }

// wordAt returns the length of the first of the words that stands at i, or 0.
func (t *text) wordAt(i int, list [][]rune) int {
	if i >= len(t.r) {
		return 0
	}
	for _, w := range list {
		if w[0] == t.r[i] && t.has(i, w) {
			return len(w)
		}
	}
	return 0
}

// rune1 is the rune at i, 0 outside the text.
func (t *text) rune1(i int) rune {
	if i < 0 || i >= len(t.r) {
		return 0
	}
	return t.r[i]
}

// digits counts the digits at i.
func (t *text) digits(i int) int {
	n := 0
	for i+n < len(t.r) && isDigit(t.r[i+n]) {
		n++
	}
	return n
}

// cut removes the positions from i to j.
func (t *text) cut(i, j int) {
	t.r = append(t.r[:i], t.r[j:]...)
	t.at = append(t.at[:i], t.at[j:]...)
	t.end = append(t.end[:i], t.end[j:]...)
}
