package address

import "strings"

// Kind is what a part of an address is.
type Kind uint8

// The kinds, from the largest to the smallest, and what else is found.
const (
	Province  Kind = iota // 辽宁省
	City                  // 沈阳市
	District              // 和平区, 新民市
	Street                // 南湖街道, 胡台镇
	Community             // 文安社区, a village before other names
	Road                  // 建设东路
	Number                // 12号, 12号院, 200弄
	Compound              // 锦绣小区, 柳树屯村
	Group                 // 三组
	Building              // 3号楼
	Entrance              // 2单元
	Floor                 // 四楼
	Room                  // 401室
	Former                // （原机械厂宿舍）
	Remark                // telephone numbers, notes in brackets: left out
	Vague                 // 对面, 附近: the place named is not the place meant
	Unread                // what was not understood
	kindCount
)

var kindNames = [kindCount]string{
	"province", "city", "district", "street", "community", "road", "number", "compound", "group", "building",
	"entrance", "floor", "room", "former", "remark", "vague", "unread",
}

// String returns the kind's English name.
func (k Kind) String() string {
	if k < kindCount {
		return kindNames[k]
	}
	return "?"
}

// Part is a piece of the text and what it was read as.
type Part struct {
	Kind Kind
	// Value is what the address's field of this kind says.
	Value string
	// From and To are byte offsets into the text given to Parse.
	From, To int
}

// FormerName is an old or other name of the place: of its compound, with the
// old number of the building where one is given.
type FormerName struct{ Name, Building string }

// Address is an address taken apart. Names are in normal form (half-width,
// simplified); numbers are digits without leading zeros, with what makes them
// different behind: 12-1 for 12号之一, 12甲 for 甲12号, 12附1, 200弄.
// Empty fields were not found.
type Address struct {
	Province, City, District, Street, Community string

	Road   string
	Number string // of the house or yard on the road
	// Upper is a road named before Road, as 建设路 in 建设路豆腐胡同3号.
	Upper    string
	Compound string // also a village whose houses are numbered
	Group    string // 村民小组
	Building string
	Entrance string
	Floor    int16 // -1 is the first below ground; 0: not given
	Room     string

	Former []FormerName
	Parts  []Part // in the order they were read

	// Vague says that the text describes a place by another: 对面, 附近, 路口.
	Vague bool
	// Ambiguous says that a number could be read in two ways; the fields hold
	// the likelier one.
	Ambiguous bool
}

// Field returns the text of a kind that has one.
func (a *Address) Field(k Kind) string {
	switch k {
	case Province:
		return a.Province
	case City:
		return a.City
	case District:
		return a.District
	case Street:
		return a.Street
	case Community:
		return a.Community
	case Road:
		return a.Road
	case Number:
		return a.Number
	case Compound:
		return a.Compound
	case Group:
		return a.Group
	case Building:
		return a.Building
	case Entrance:
		return a.Entrance
	case Room:
		return a.Room
	}
	return ""
}

// maxRunes bounds what is read of a text; real addresses have fewer than 100.
const maxRunes = 300

// Parse takes an address apart. It never fails: what it cannot read is left
// in parts of kind Unread.
func Parse(s string) Address {
	var p parser
	p.text = fold(s)
	p.brackets()
	p.noise()
	i := p.areas(p.start())
	i = p.names(i)
	i = p.inside(i)
	p.rest(i)
	p.formers()
	return p.a
}

// parser is one address on its way.
type parser struct {
	text
	a      Address
	aside  []text // what stands in brackets
	dashes int    // hyphens in the text
}

// put notes the part between folded positions i and j.
func (p *parser) put(k Kind, value string, i, j int) {
	if i >= j {
		return
	}
	p.a.Parts = append(p.a.Parts, Part{Kind: k, Value: value, From: int(p.at[i]), To: int(p.end[j-1])})
}

// start skips labels before the address: 地址：, 中国, a postal code.
func (p *parser) start() int {
	i := 0
	for _, w := range labels {
		if p.has(i, w) {
			i += len(w)
		}
	}
	if n := p.digits(i); n == 6 && i+n < len(p.r) && isHan(p.r[i+n]) && !p.anyAt(i+n, tailUnits) {
		p.put(Remark, "", i, i+n)
		i += n
	}
	for _, w := range countries {
		if p.has(i, w) {
			i += len(w)
		}
	}
	return i
}

var (
	labels    = words("详细地址 现居住地址 居住地址 现住址 户籍地址 户籍地 家庭住址 住址 地址")
	countries = words("中华人民共和国 中国")
)

// rest notes what was not read.
func (p *parser) rest(i int) {
	for i < len(p.r) && (p.r[i] == '-' || p.r[i] == ',') {
		i++
	}
	if i < len(p.r) {
		p.put(Unread, "", i, len(p.r))
	}
}

// words splits a list of words into runes, in its order.
func words(s string) [][]rune {
	var out [][]rune
	for w := range strings.FieldsSeq(s) {
		out = append(out, []rune(w))
	}
	return out
}
