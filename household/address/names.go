package address

// names reads roads with their numbers and the name of the compound, from i
// to where the numbers of buildings begin.
func (p *parser) names(i int) int {
	i = p.number(i, false) // 12号锦绣小区…: a number before any name
	joined := false        // the last road has no number yet and may go on: 建设路 + 二巷
	for i < len(p.r) {
		if c := p.r[i]; p.a.Road != "" && (c == '与' || c == '和') && p.a.Vague {
			i++
		}
		j, road := p.chunk(i)
		if j == i {
			break
		}
		name := string(p.r[i:j])
		if !road {
			p.a.Compound = name
			p.put(Compound, name, i, j)
			i = j
			if p.groupAt(i) {
				i = p.group(i)
			}
			break
		}
		if joined && p.branch(i, j) {
			p.a.Road += name
		} else {
			if p.a.Road != "" {
				p.a.Upper = p.a.Road
			}
			p.a.Road, p.a.Number = name, ""
		}
		p.put(Road, p.a.Road, i, j)
		i = p.number(j, true)
		joined = i == j
	}
	return i
}

// branch reports whether a road's name from i to j is a branch of the one
// before: 二巷, 3段, 东段.
func (p *parser) branch(i, j int) bool {
	n := p.numerals(i) + p.digits(i)
	if n == 0 && isDirection(p.r[i]) && p.rune1(i+1) == '段' {
		n = 1
	}
	return n > 0 && j-i-n <= 2
}

// group reads 三组 behind a village.
func (p *parser) group(i int) int {
	j := i
	if p.rune1(j) == '第' {
		j++
	}
	v, n := p.plain(j)
	if n == 0 {
		return i
	}
	w := p.wordAt(j+n, groupUnits)
	if w == 0 {
		return i
	}
	p.a.Group = v
	p.put(Group, v, i, j+n+w)
	return j + n + w
}

// chunk finds the end of the name that begins at i, and whether it is a road.
func (p *parser) chunk(i int) (end int, road bool) {
	for j := i; j < len(p.r); {
		if j > i && p.groupAt(j) && contains("村屯庄寨堡岗窝棚甸沟营店", p.r[j-1]) {
			return j, false
		}
		if p.tail(j) && (j > i || !p.roadOfNumber(j)) {
			return j, false
		}
		if n := p.roadEnd(i, j); n > 0 {
			return j + n, true
		}
		if n := p.digits(j); n > 0 {
			j += n
			continue
		}
		j++
	}
	return len(p.r), false
}

// roadOfNumber reports whether a road's name begins with the number at i: 三号路.
func (p *parser) roadOfNumber(i int) bool {
	_, n := p.plain(i)
	return n > 0 && p.rune1(i+n) == '号' && p.anyAt(i+n+1, lineNames)
}

var (
	roadEnds  = words("大街 大道 胡同 公路 路 街 巷 道 里弄 支弄")
	lineNames = words("路 街 大街 公路 巷 胡同 桥 线 干线 渠 坝 码头 地块")
	// roadNot follow a road's ending in names of other things: 铁路局, 建设路小区.
	roadNot = words("局 桥 段 政 管 面 灯 障 心 办 口 坊 边 北小区 南小区 东小区 西小区 北里 南里 东里 西里 小区 社区 住宅 家属 宿舍 新村 市场 小学 中学 派出所 幼儿园 " +
		"医院 商场 大厦 广场 大院 公寓 菜市场 集贸 工人村 花园 家园 号院 一号院 车站 站 尾 头 子 庄 村 店 湾 苑 府 壹号 1号院")
	plainWays = "铁公马电网思水油线弯岔半管铺开拆"
)

// roadEnd returns the length of a road's ending at j of a name from i; 0 when
// none is there.
func (p *parser) roadEnd(i, j int) int {
	n := p.wordAt(j, roadEnds)
	if n == 0 {
		if p.r[j] == '段' && j > i && p.branch(i, j+1) && p.a.Road != "" {
			return 1
		}
		if p.r[j] == '条' && j > i && numeral(p.r[j-1]) >= 0 && (p.tail(j+1) || p.has(j+1, []rune("胡同"))) && !p.has(j+1, []rune("胡同")) {
			return 1
		}
		return 0
	}
	if j == i && n == 1 {
		return 0
	}
	next := j + n
	switch p.r[j] {
	case '街':
		if n == 1 && contains("业行食情货", p.r[j-1]) && j > i+1 { // 商业街, 步行街: a place, with buildings of its own
			return 0
		}
	case '道':
		if prev := p.r[j-1]; !p.numberAt(next) && prev != '大' && prev != '街' {
			return 0
		}
	}
	if next < len(p.r) && p.wordAt(next, roadEnds) > 0 && p.r[next] != '里' { // 路街: the ending is the later one
		if p.rune1(next) == '街' || p.rune1(next) == '路' || p.rune1(next) == '巷' {
			return 0
		}
	}
	if j == i+1 && n == 1 && contains(plainWays, p.r[i]) && !p.numberAt(next) {
		return 0
	}
	if p.numberAt(next) {
		return n
	}
	if p.anyAt(next, roadNot) && !p.branchAhead(next) {
		return 0
	}
	return n
}

// branchAhead reports whether 东段 and the like stand at i.
func (p *parser) branchAhead(i int) bool { return isDirection(p.rune1(i)) && p.rune1(i+1) == '段' }

func contains(s string, c rune) bool {
	for _, k := range s {
		if k == c {
			return true
		}
	}
	return false
}

// numberAt reports whether a house number may begin at i.
func (p *parser) numberAt(i int) bool {
	c := p.rune1(i)
	switch {
	case isDigit(c), c == '-' && isDigit(p.rune1(i+1)):
		return true
	case isStem(c):
		return p.digits(i+1) > 0 || p.numerals(i+1) > 0
	case c == '附':
		return p.digits(i+1) > 0 || p.numerals(i+1) > 0
	}
	if n := p.numerals(i); n > 0 {
		return p.anyAt(i+n, tailUnits) && !p.anyAt(i+n+1, lineNames)
	}
	return false
}

// tailUnits follow the numbers of buildings, entrances, floors and rooms;
// those of one character that also occur in names are left to tail.
var tailUnits = words("号楼 号栋 号幢 号座 号院 号大院 号 栋 幢 座 # 单元 层 楼 室 弄 户 房")

// namesGoOn follow digits that belong to a name: 2期, 3区, 17中, 101医院.
var namesGoOn = words("期 区 段 中学 小学 中家属 中宿舍 中小区 中 小 厂 条 街 路 道 巷 局 处 校 所 连 团 师 航 冶 建 医 院 军 村 里 纬 经 度 时代 城 公馆 世纪 米 国道 省道 县道 地块")

// tail reports whether the numbers of a building or room begin at i.
func (p *parser) tail(i int) bool {
	c := p.rune1(i)
	switch {
	case c == 0:
		return false
	case isDigit(c):
		n := p.digits(i)
		if p.anyAt(i+n, namesGoOn) {
			return false
		}
		return !(p.rune1(i+n) == '号' && p.anyAt(i+n+1, lineNames))
	case c == '-':
		return isAlnum(p.rune1(i+1)) || p.numerals(i+1) > 0
	case c == '#', c == '附':
		return isDigit(p.rune1(i+1)) || c == '附' && p.numerals(i+1) > 0
	case c == '第':
		v, n := p.plain(i + 1)
		return v != "" && p.anyAt(i+1+n, firmUnits)
	case c == '负':
		_, n := p.plain(i + 1)
		return n > 0 && p.anyAt(i+1+n, floorUnits)
	case c == '地':
		return p.has(i, []rune("地下")) && (p.rune1(i+2) == '室' || p.digits(i+2) > 0 || p.numerals(i+2) > 0)
	case isLatin(c):
		return p.latinTail(i)
	case isStem(c):
		next := p.rune1(i + 1)
		return isDigit(next) || p.numerals(i+1) > 0 && p.anyAt(i+1+p.numerals(i+1), firmUnits) || p.anyAt(i+1, firmUnits)
	case isDirection(c):
		next := p.rune1(i + 1)
		return next == '单' && p.rune1(i+2) == '元' || next == '座' && !isHan(p.rune1(i+2)) ||
			next == '楼' && (i+2 == len(p.r) || isDigit(p.rune1(i+2)) || p.has(i+3, []rune("单元")))
	}
	if n := p.numerals(i); n > 0 {
		if p.rune1(i+n) == '-' && (p.numerals(i+n+1) > 0 || p.digits(i+n+1) > 0) {
			return true
		}
		if p.rune1(i+n) == '号' {
			return !p.anyAt(i+n+1, lineNames)
		}
		return p.anyAt(i+n, firmUnits)
	}
	return false
}

// firmUnits make a Chinese numeral or a letter before them a number.
var firmUnits = words("号楼 号栋 号幢 号座 号院 号大院 号 栋 幢 座 # 单元 层 楼 室 弄 门")

var floorUnits = words("层 楼 F")

func (p *parser) latinTail(i int) bool {
	n := 1
	for isLatin(p.rune1(i + n)) {
		n++
	}
	if n > 2 {
		return false
	}
	if d := p.digits(i + n); d > 0 {
		return !p.anyAt(i+n+d, namesGoOn)
	}
	if p.rune1(i+n) == '-' {
		return isAlnum(p.rune1(i + n + 1))
	}
	return i+n == len(p.r) && i > 0 || p.anyAt(i+n, firmUnits)
}

// number reads the number of a house on a road: 12号, 甲12号, 12-1号, 12号之一,
// 12号附1号, 200弄, 12号院, or, before a name or at the end, 12. What is a
// building's number (12号楼, 12-2-401) is left alone.
func (p *parser) number(i int, onRoad bool) int {
	from := i
	if p.rune1(i) == '-' {
		i++
	}
	v, n := p.token(i)
	if n == 0 || isHan(p.r[i]) && p.numerals(i) == 0 && !isStem(p.r[i]) || isLatin(p.r[i]) {
		return from
	}
	j := i + n
	if isStem(p.r[i]) && n == 1 {
		return from
	}
	if w, m := p.suffixed(j); m > 0 && p.rune1(j+m) == '号' && !p.anyAt(j+m, buildingUnits) { // 12-1号, 12之1号
		v, j = v+w, j+m
	}
	switch {
	case p.anyAt(j, buildingUnits):
		return from
	case p.rune1(j) == '弄':
		v, j = v+"弄", j+1
	case p.has(j, []rune("号大院")):
		j += 3
	case p.has(j, []rune("号院")):
		j += 2
	case p.rune1(j) == '号' && !p.anyAt(j+1, lineNames):
		if !onRoad && !p.nameAfter(j+1) {
			return from
		}
		j++
		if w, m := p.variant(j); m > 0 {
			v, j = v+w, j+m
		}
	case onRoad && isDigit(p.r[j-n]) && (j == len(p.r) || p.nameAfter(j) && !p.anyAt(j, tailUnits) && !p.anyAt(j, namesGoOn) && p.rune1(j) != '门'):
	default:
		return from
	}
	p.a.Number = v
	p.put(Number, v, from, j)
	return j
}

// nameAfter reports whether a name, and not a number, stands at i.
func (p *parser) nameAfter(i int) bool {
	return i < len(p.r) && isHan(p.r[i]) && !p.tail(i)
}

// suffixed reads -1, 之1, 之一 directly behind a number.
func (p *parser) suffixed(i int) (v string, n int) {
	if c := p.rune1(i); c != '-' && c != '之' {
		return "", 0
	}
	w, m := p.plain(i + 1)
	if m == 0 || m > 3 {
		return "", 0
	}
	return "-" + w, m + 1
}

// variant reads what follows 号: 甲, 之一, -1 before no further number, 附1号.
func (p *parser) variant(i int) (v string, n int) {
	switch c := p.rune1(i); {
	case isStem(c):
		if next := p.rune1(i + 1); isDigit(next) || p.anyAt(i+1, firmUnits) {
			return "", 0
		}
		return string(c), 1
	case c == '之':
		return p.suffixed(i)
	case c == '-':
		if w, m := p.suffixed(i); m > 0 && m <= 3 && !isAlnum(p.rune1(i+m)) && p.rune1(i+m) != '-' && !p.anyAt(i+m, tailUnits) && p.rune1(i+m) != '门' {
			return w, m
		}
	case c == '附':
		w, m := p.plain(i + 1)
		if m == 0 || p.anyAt(i+1+m, buildingUnits) {
			return "", 0
		}
		m++
		if p.rune1(i+m) == '号' {
			m++
		}
		return "附" + w, m
	case isLatin(c):
		if next := p.rune1(i + 1); !isAlnum(next) && next != '-' && !p.anyAt(i+1, firmUnits) && next != '区' && next != '期' {
			return string(c), 1
		}
	}
	return "", 0
}
