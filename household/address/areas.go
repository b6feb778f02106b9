package address

// areas reads province, city, district, street and community from i on; each
// may be missing. It returns where they end.
func (p *parser) areas(i int) int {
	i = p.province(i)
	i = p.city(i)
	i = p.district(i)
	i = p.street(i)
	return p.community(i)
}

func (p *parser) area(k Kind, field *string, i, j int) int {
	*field = string(p.r[i:j])
	p.put(k, *field, i, j)
	return j
}

var provinceEnds = words("特别行政区 自治区 省")

func (p *parser) province(i int) int {
	for j := i + 2; j < i+8 && j < len(p.r); j++ {
		if n := p.wordAt(j, provinceEnds); n > 0 && (n > 1 || j <= i+3) {
			return p.area(Province, &p.a.Province, i, j+n)
		}
		if p.stops(j) {
			break
		}
	}
	return i
}

// stops reports whether no area's name runs across position j.
func (p *parser) stops(j int) bool {
	c := p.r[j]
	switch c {
	case '路', '巷', '号', '弄', '栋', '幢', '区', '县':
		return true
	case '街':
		return p.rune1(j+1) != '道'
	}
	return !isHan(c)
}

var (
	cityEnds = words("自治州 地区 市 盟")
	cityNot  = words("市胡同 市街 市路 市巷 市大街 市场 市口 市集 市民 市政 市府 市委 市区 市立")
)

func (p *parser) city(i int) int {
	for j := i + 2; j < i+8 && j < len(p.r); j++ {
		if n := p.wordAt(j, cityEnds); n > 0 && !p.anyAt(j, cityNot) && (p.r[j] != '盟' || p.rune1(j+1) != 0 && p.has(j+1, []rune("市"))) {
			return p.area(City, &p.a.City, i, j+n)
		}
		if p.stops(j) || p.has(j, []rune("街道")) || p.has(j, []rune("社区")) {
			break
		}
	}
	return i
}

var notDistrict = words("小区 社区 园区 院区 校区 住宅区 生活区 家属区 宿舍区 厂区 片区 街区 景区 营区 库区 特区 别墅区 公寓区 服务区")

// district reads 区, 县, 旗, and 市 below a city. A name that a building's
// number follows is a part of a compound (阳光东区3号楼), not a district.
func (p *parser) district(i int) int {
	for j := i + 1; j < i+9 && j < len(p.r); j++ {
		switch p.r[j] {
		case '区':
			if p.endsIn(i, j+1, notDistrict) || numeral(p.r[j-1]) >= 0 && p.a.City == "" || p.tail(j+1) || j == i+1 && isDirection(p.r[i]) {
				return i
			}
			return p.area(District, &p.a.District, i, j+1)
		case '县', '旗':
			if p.tail(j+1) || p.anyAt(j+1, countyNot) {
				return i
			}
			return p.area(District, &p.a.District, i, j+1)
		case '市':
			if j >= i+2 && p.a.City != "" && string(p.r[i:j+1]) != p.a.City && !p.anyAt(j, cityNot) {
				return p.area(District, &p.a.District, i, j+1)
			}
		}
		if p.stops(j) || p.has(j, []rune("街道")) || p.has(j, []rune("社区")) {
			break
		}
	}
	return i
}

var countyNot = words("前 后 府 委 政 医 城 东 西 南 北 路 街 中学 一中 二中 医院 招待所")

// endsIn reports whether the text from i to j ends in one of the words.
func (p *parser) endsIn(i, j int, list [][]rune) bool {
	for _, w := range list {
		if j-len(w) >= i && p.has(j-len(w), w) {
			return true
		}
	}
	return false
}

var (
	streetEnds = words("街道办事处 街道办 街道 地区办事处 镇 乡 苏木")
	townNot    = words("政府 东 西 南 北 中 花园 小区 家园 苑 人家 名 园 府 城 新城 里 居 景 院 路 街 大道 巷 江 海")
)

func (p *parser) street(i int) int {
	for j := i + 1; j < i+9 && j < len(p.r); j++ {
		if n := p.wordAt(j, streetEnds); n > 0 {
			if n == 1 && (p.anyAt(j+1, townNot) || p.tail(j+1)) {
				return i
			}
			return p.area(Street, &p.a.Street, i, j+n)
		}
		if p.stops(j) {
			break
		}
	}
	return i
}

var (
	communityEnds = words("社区居民委员会 社区居委会 社区 居民委员会 居委会 村民委员会 村委会")
	communityNot  = words("社区卫生 社区服务 社区医院 社区警务 社区养老 社区党群 社区活动 社区居家 社区文化 社区食堂 社区日间 社区中心 社区工作 社区办公 社区综合 社区门诊 社区老年")
	villageNot    = words("路 街 大街 大道 东路 西路 南路 北路 中路 东街 西街 南街 北街 南大街 北大街 东大街 西大街 小区 花园 家园 新村 苑 园 公寓 巷 胡同 东里 西里 南里 北里 前 后 口 宿舍 家属 小学 中学 里 村 居 北 南 东 西")
	groupUnits    = words("村民小组 小组 组 队 社")
)

// community reads a community, and a village when other names follow it: one
// that is followed by numbers of houses is what they are numbered in.
func (p *parser) community(i int) int {
	for j := i + 1; j < i+11 && j < len(p.r); j++ {
		if n := p.wordAt(j, communityEnds); n > 0 {
			if p.anyAt(j, communityNot) || n == 2 && p.r[j] == '社' && p.tail(j+n) {
				return i
			}
			return p.grid(p.area(Community, &p.a.Community, i, j+n))
		}
		if p.r[j] == '村' && p.r[j-1] != '新' && j+1 < len(p.r) && !p.tail(j+1) && !p.groupAt(j+1) && !p.anyAt(j+1, villageNot) {
			return p.grid(p.area(Community, &p.a.Community, i, j+1))
		}
		if p.stops(j) {
			break
		}
	}
	return i
}

// grid skips 第三网格 behind a community.
func (p *parser) grid(i int) int {
	for j := i; j < i+8 && j < len(p.r); j++ {
		if p.has(j, []rune("网格")) {
			return j + 2
		}
	}
	return i
}

// groupAt reports whether a villagers' group stands at i: 三组, 第2村民小组.
func (p *parser) groupAt(i int) bool {
	if p.rune1(i) == '第' {
		i++
	}
	_, n := p.plain(i)
	w := p.wordAt(i+n, groupUnits)
	return n > 0 && w > 0 && p.rune1(i+n+w) != '团' && p.rune1(i+n+w) != '区'
}
