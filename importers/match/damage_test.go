package match_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// label is a written address and the building it means; no code: it must not
// be linked.
type label struct {
	text, code string
	kind       string // of damage, for the report
}

// writing is an address on its way: what is kept of the truth, and how.
type writing struct {
	r                         *rand.Rand
	c                         *labelCity
	h                         *home
	city, district, street    bool
	community, road, compound bool
	name, roadName, alias     string // as written
	number, building          string
	kind                      string
	spoilt                    bool // must not be linked
}

// labels writes n addresses.
func (c *labelCity) labels(n int, seed uint64) []label {
	r := rand.New(rand.NewPCG(seed, 99))
	var known []*home
	for i := range c.homes {
		if h := &c.homes[i]; h.building != "" || h.road != "" {
			known = append(known, h)
		}
	}
	var out []label
	for len(out) < n {
		w := writing{r: r, c: c, h: known[r.IntN(len(known))]}
		if l, ok := w.write(); ok {
			out = append(out, l)
		}
	}
	return out
}

func (w *writing) chance(p float64) bool { return w.r.Float64() < p }

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func (w *writing) write() (label, bool) {
	h := w.h
	w.name, w.roadName, w.number, w.building = h.compound, h.road, h.number, h.building
	w.city, w.district, w.street, w.community = w.chance(0.35), w.chance(0.65), w.chance(0.3), w.chance(0.25)
	w.road, w.compound = h.road != "" && (h.compound == "" || w.chance(0.7)), h.compound != "" && (h.road == "" || w.chance(0.93))
	if !w.road && !w.compound {
		w.compound, w.road = h.compound != "", h.compound == ""
	}
	w.kind = "as it should be"
	switch x := w.r.Float64(); {
	case x < 0.20:
		w.spoilt = true
		if !w.spoil() {
			return label{}, false
		}
	case x < 0.25:
		if !w.misspell() {
			return label{}, false
		}
	case x < 0.29:
		w.oldName()
	case x < 0.33:
		w.ending()
	}
	l := label{text: w.text(), kind: w.kind}
	if !w.spoilt {
		if n := w.meant(); n == 1 {
			l.code = h.in.Code
		} else {
			l.kind = "several buildings fit"
		}
	}
	return l, true
}

// meant counts the buildings of which everything is true that is written: an
// oracle that knows nothing of the matcher.
func (w *writing) meant() int {
	n := 0
	for i := range w.c.homes {
		o := &w.c.homes[i]
		h := w.h
		if w.district && o.district != h.district || w.street && o.street != h.street || w.community && o.community != h.community {
			continue
		}
		if w.road && (o.road != h.road || o.number != h.number) || w.compound && o.compound != h.compound || o.building != h.building {
			continue
		}
		n++
	}
	return n
}

// spoil makes the address one that no building has.
func (w *writing) spoil() bool {
	h := w.h
	switch w.r.IntN(9) {
	case 0:
		w.kind = "no such building number"
		if h.building == "" {
			return false
		}
		w.building = w.freeNumber()
	case 1:
		w.kind = "no such house number"
		if h.road == "" {
			return false
		}
		w.road, w.compound = true, w.compound && w.chance(0.5)
		w.number = strconv.Itoa(3000 + w.r.IntN(900))
	case 2:
		w.kind = "no such compound"
		if h.compound == "" {
			return false
		}
		w.compound, w.road = true, false
		w.name = pick(w.r, "望京", "碧波", "龙湾", "万科", "绿城", "玫瑰", "北辰") + pick(w.r, "小区", "花园", "府", "家园", "新城")
		if w.c.names[w.name] {
			return false
		}
	case 3:
		w.kind = "another city"
		w.city, w.district = true, true
	case 4:
		w.kind = "wrong house number"
		if !w.road || !w.compound {
			return false
		}
		w.number = otherNumber(w.r, h.number)
	case 5:
		w.kind = "wrong district"
		var other []string
		for i := range w.c.homes {
			if d := w.c.homes[i].district; d != h.district && !slices.Contains(other, d) {
				other = append(other, d)
			}
		}
		if len(other) == 0 {
			return false
		}
		o := *h
		o.district = other[w.r.IntN(len(other))]
		w.h, w.district = &o, true
		if w.meant() > 0 {
			return false
		}
	case 6:
		w.kind = "a place near another"
	case 8:
		w.kind = "a compound of a similar name"
		r := []rune(h.compound)
		if len(r) < 3 || strings.HasSuffix(h.compound, "村") {
			return false
		}
		w.compound = true
		r[w.r.IntN(2)] = pick(w.r, []rune("龙江凤翔瑞安嘉华中央国际北大东城西新世纪")...)
		w.name = string(r)
		if w.c.names[w.name] {
			return false
		}
		w.road = false
	case 7:
		w.kind = "wrong compound"
		if !w.road || !w.compound {
			return false
		}
		o := &w.c.homes[w.r.IntN(len(w.c.homes))]
		if o.compound == "" || o.compound == h.compound || slices.Contains(w.c.aliases[h.codeOfCompound], o.compound) {
			return false
		}
		w.name = o.compound
	}
	return true
}

// freeNumber is a building's number that no compound of the name has.
func (w *writing) freeNumber() string {
	for {
		s := strconv.Itoa(1 + w.r.IntN(160))
		if !slices.ContainsFunc(w.c.homes, func(o home) bool {
			return o.building == s && (o.compound == w.h.compound || o.road == w.h.road && o.number == w.h.number)
		}) {
			return s
		}
	}
}

func otherNumber(r *rand.Rand, s string) string {
	n, _ := strconv.Atoi(s)
	return strconv.Itoa(max(1, n+pick(r, 1, 2, 10, 100, -1)*1) + map[bool]int{true: 7}[n <= 1])
}

// slips are pairs that are typed for one another by their sound; half of the
// misspellings come from here, the others replace, drop, or swap characters
// at random.
var slips = map[rune]string{
	'秀': "绣", '阳': "杨洋", '桂': "贵", '湖': "胡", '景': "井", '福': "富", '方': "芳", '珠': "株", '香': "相", '晖': "辉", '悦': "月", '云': "芸", '宁': "凝", '合': "和", '枫': "风",
	'园': "元", '苑': "院", '建': "健", '设': "社", '明': "名", '泰': "太", '青': "清", '胜': "圣", '柳': "刘", '民': "敏", '新': "心", '望': "旺", '峰': "丰", '泉': "全", '豆': "斗", '石': "时", '板': "版", '马': "码",
}

const anyCharacters = "光芳志强国海鹏磊涛勇军杰娟艳霞秋燕莹雪荣飞桃琴冰"

// misspell changes one character of the compound's or the road's name.
func (w *writing) misspell() bool {
	name := &w.name
	w.kind = "misspelt compound"
	if !w.compound || w.road && w.chance(0.4) {
		name = &w.roadName
		w.kind = "misspelt road"
	}
	r := []rune(*name)
	if len(r) < 4 {
		return false
	}
	switch x := w.r.Float64(); {
	case x < 0.5:
		var at []int
		for i, c := range r {
			if slips[c] != "" {
				at = append(at, i)
			}
		}
		if len(at) == 0 {
			return false
		}
		i := pick(w.r, at...)
		r[i] = pick(w.r, []rune(slips[r[i]])...)
	case x < 0.7:
		r[w.r.IntN(2)] = pick(w.r, []rune(anyCharacters)...)
	case x < 0.85:
		i := w.r.IntN(2)
		r = slices.Delete(r, i, i+1)
	default:
		r[0], r[1] = r[1], r[0]
	}
	*name = string(r)
	return !w.c.names[*name]
}

// oldName writes the compound by an old name, or adds one in brackets.
func (w *writing) oldName() {
	list := w.c.aliases[w.h.codeOfCompound]
	if len(list) == 0 || !w.compound {
		return
	}
	for i := range w.c.homes { // the name may be another's, too
		if o := &w.c.homes[i]; o.codeOfCompound != w.h.codeOfCompound && slices.Equal(w.c.aliases[o.codeOfCompound], list) {
			return
		}
	}
	w.kind = "old name"
	if w.chance(0.5) {
		w.name = list[0]
	} else {
		w.alias = list[0]
	}
}

// ending drops or adds 小区.
func (w *writing) ending() {
	if !w.compound {
		return
	}
	if s, ok := strings.CutSuffix(w.name, "小区"); ok {
		for n := range w.c.names {
			if n != w.name && strings.HasPrefix(n, s) {
				return // 锦绣 may then be 锦绣花园
			}
		}
		w.name = s
	} else if !strings.HasSuffix(w.name, "村") {
		if w.c.names[w.name+"小区"] {
			return
		}
		w.name += "小区"
	} else {
		return
	}
	w.kind = "小区 dropped or added"
}

// text writes it all down.
func (w *writing) text() string {
	var b strings.Builder
	h := w.h
	w.areas(&b, h)
	if w.road {
		b.WriteString(w.roadName)
		b.WriteString(w.houseNumber())
	}
	if w.compound {
		b.WriteString(w.name)
	}
	if w.alias != "" {
		fmt.Fprintf(&b, pick(w.r, "(原%s)", "（原名：%s）", "（曾用名%s）", "[旧称%s]"), w.alias)
	}
	b.WriteString(w.inside())
	s := b.String()
	if w.kind == "a place near another" {
		s += pick(w.r, "对面", "附近", "斜对面", "旁边平房", "北侧")
	}
	return w.style(s)
}

func (w *writing) areas(b *strings.Builder, h *home) {
	if w.kind == "another city" {
		b.WriteString(pick(w.r, "", "江苏省") + pick(w.r, "苏州市姑苏区", "无锡市梁溪区", "南京市玄武区"))
		return
	}
	if w.city {
		b.WriteString(h.city)
	}
	if w.district {
		if w.chance(0.1) && len([]rune(h.district)) > 2 && (w.road || w.compound) && !w.street {
			b.WriteString(strings.TrimSuffix(h.district, "区"))
		} else {
			b.WriteString(h.district)
		}
	}
	if w.street {
		b.WriteString(h.street + pick(w.r, "", "", "", "办事处"))
	}
	if w.community {
		b.WriteString(h.community + pick(w.r, "", "", "", "居委会"))
	}
}

func (w *writing) houseNumber() string {
	n := w.number
	if w.chance(0.1) {
		v, _ := strconv.Atoi(n)
		return chinese(v) + "号"
	}
	if w.compound && w.chance(0.1) {
		return n
	}
	if w.building != "" && w.chance(0.15) {
		return n + pick(w.r, "号院", "号大院")
	}
	return n + "号"
}

// inside writes building, entrance and room.
func (w *writing) inside() string {
	r, e, f := w.r, strconv.Itoa(1+w.r.IntN(w.h.entrance)), 1+w.r.IntN(w.h.floors)
	room := fmt.Sprintf("%d%02d", f, 1+r.IntN(4))
	if w.building == "" { // a house on a road
		return pick(r, "", "", room+"室", "1单元"+room, "1-"+room)
	}
	n, _ := strconv.Atoi(w.building)
	village := strings.HasSuffix(w.h.compound, "村") && !strings.HasSuffix(w.h.compound, "新村")
	if village {
		return pick(r, w.building+"号", w.building+"号", chinese(n)+"号", w.building)
	}
	b := pick(r, "%s号楼", "%s号楼", "%s号楼", "%s栋", "%s幢", "%s#", "%s#楼", "第%s栋", "%s座", "一", "一栋")
	switch b {
	case "一":
		b = chinese(n) + "号楼"
	case "一栋":
		b = chinese(n) + "栋"
	default:
		b = fmt.Sprintf(b, w.building)
	}
	switch x := r.Float64(); {
	case x < 0.2 && (w.compound || w.road):
		return w.building + "-" + e + "-" + room + pick(r, "", "室")
	case x < 0.25 && w.compound:
		return w.building + "-" + room
	case x < 0.3 && w.compound:
		return w.building + "号" + pick(r, "", room+"室")
	case x < 0.4:
		return b + e + "-" + room
	case x < 0.5:
		return b
	}
	door := pick(r, e+"单元", e+"单元", e+"单元", e+"门", chinese(atoi(e))+"单元", "第"+e+"单元", "")
	return b + door + pick(r, room+"室", room+"室", room, room+"号", strconv.Itoa(f)+"楼"+room, chinese(f)+"层"+room+"室")
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func chinese(n int) string {
	const d = "零一二三四五六七八九"
	digit := func(k int) string { return string([]rune(d)[k]) }
	switch {
	case n >= 100 && n < 1000:
		s := digit(n/100) + "百"
		switch m := n % 100; {
		case m == 0:
		case m < 10:
			s += "零" + digit(m)
		case m < 20:
			s += "一" + chinese(m)
		default:
			s += chinese(m)
		}
		return s
	case n >= 1000:
		return strconv.Itoa(n)
	case n < 10:
		return digit(n)
	case n < 20:
		return "十" + strings.TrimSuffix(digit(n%10), "零")
	}
	return digit(n/10) + "十" + strings.TrimSuffix(digit(n%10), "零")
}

var traditional = strings.NewReplacer("号", "號", "楼", "樓", "区", "區", "东", "東", "园", "園", "锦", "錦", "绣", "繡", "丽", "麗", "华", "華", "单", "單", "层", "層", "厂", "廠", "铁", "鐵")

// style is how the whole text is typed.
func (w *writing) style(s string) string {
	if w.chance(0.1) {
		s = strings.Map(func(c rune) rune {
			if c > ' ' && c < 0x7F {
				return c + 0xFEE0
			}
			return c
		}, s)
	}
	if w.chance(0.05) {
		s = traditional.Replace(s)
	}
	if w.chance(0.08) {
		r := []rune(s)
		for i := len(r) - 1; i > 0; i-- {
			if r[i] > 0x3000 && r[i-1] > 0x3000 && r[i] < 0xFF00 && r[i-1] < 0xFF00 && w.chance(0.15) {
				r = slices.Insert(r, i, ' ')
			}
		}
		s = string(r)
	}
	if w.chance(0.06) {
		s += pick(w.r, "（出租）", "(快递放门卫)", " 13900000000", "，电话13900000000", "（自住）", " 备注：晚上在家")
	}
	if w.chance(0.03) {
		s = pick(w.r, "地址：", "现住址:", "中国") + s
	}
	return s
}
