package address

// brackets takes what stands in brackets out of the text and keeps it aside.
// Parts of names (（二期）, （北区）) stay, without their brackets.
func (p *parser) brackets() {
	for i := 0; i < len(p.r); {
		switch p.r[i] {
		case ')':
			p.cut(i, i+1)
		case '(':
			j, depth := i+1, 1
			for ; j < len(p.r); j++ {
				if p.r[j] == '(' {
					depth++
				} else if p.r[j] == ')' {
					if depth--; depth == 0 {
						break
					}
				}
			}
			if j == len(p.r) || zone(p.r[i+1:j]) { // no end, or part of the name
				if j < len(p.r) {
					p.cut(j, j+1)
				}
				p.cut(i, i+1)
				continue
			}
			in := text{r: append([]rune(nil), p.r[i+1:j]...), at: append([]int32(nil), p.at[i+1:j]...), end: append([]int32(nil), p.end[i+1:j]...)}
			p.aside = append(p.aside, in)
			p.cut(i, j+1)
		default:
			i++
		}
	}
}

// zone reports whether a bracket holds a part of a name: 二期, 北区, A区, 南院.
func zone(r []rune) bool {
	if len(r) < 2 || len(r) > 4 {
		return false
	}
	switch r[len(r)-1] {
	case '期', '区', '院', '组':
	default:
		return false
	}
	for _, c := range r[:len(r)-1] {
		if numeral(c) < 0 && !isAlnum(c) && !isDirection(c) && c != '第' && c != '小' {
			return false
		}
	}
	return true
}

func isDirection(c rune) bool {
	return c == '东' || c == '西' || c == '南' || c == '北' || c == '中'
}

var (
	noiseWords = words("联系电话 联系方式 联系人 电话号码 电话 手机号 手机 快递 备注 请放 放门 放在 放到 送货 送到 邮编 邮政编码 微信 代收 丰巢 菜鸟 转交 收件人 TEL QQ")
	noiseNot   = words("电话局 电话公司 手机厂 快递公司 电话设备 手机城")
	vagueWords = words("斜对面 对面 对过 附近 旁边 隔壁 路口 交叉口 交叉路口 交汇处 交汇 交界 十字路口 周边 东侧 西侧 南侧 北侧 两侧 以东 以西 以南 以北 东行 西行 往东 往西 往南 往北 向东 向西 向南 向北 拐角 尽头 之间 旁 沿线 一带")
	formerHead = words("原名 原址 原称 原 旧名 旧称 旧址 旧 曾用名 曾用 曾名 曾称 曾 又名 又称 别名 别称 俗称 亦称 亦名 老")
)

// noise cuts the text where a remark for somebody begins, and notices words
// that say that another place is meant.
func (p *parser) noise() {
	for i := range p.r {
		if n := p.digits(i); n >= 7 && (i == 0 || !isAlnum(p.r[i-1])) || i > 0 && p.anyAt(i, noiseWords) && !p.anyAt(i, noiseNot) {
			p.put(Remark, "", i, len(p.r))
			p.truncate(i)
			break
		}
	}
	for i := range p.r {
		if n := p.wordAt(i, vagueWords); n > 0 && i > 0 {
			p.put(Vague, "", i, i+n)
			p.a.Vague = true
			p.truncate(i)
			break
		}
	}
	for _, c := range p.r {
		if c == '-' {
			p.dashes++
		}
	}
}

func (p *parser) truncate(i int) { p.r, p.at, p.end = p.r[:i], p.at[:i], p.end[:i] }

// formers reads what stood in brackets: old names, or the road of a compound.
func (p *parser) formers() {
	for _, in := range p.aside {
		if len(in.r) == 0 {
			continue
		}
		q := parser{text: in}
		k := in.wordAt(0, formerHead)
		i := q.names(q.areas(k))
		q.inside(i)
		a := &q.a
		name := a.Compound
		if name == "" {
			name = a.Road
		}
		part := Part{Kind: Remark, From: int(in.at[0]), To: int(in.end[len(in.end)-1])}
		switch {
		case k > 0 && name != "":
			part.Kind, part.Value = Former, name
			b := a.Building
			if a.Compound == "" && b == "" {
				b = a.Number
			}
			p.a.Former = append(p.a.Former, FormerName{Name: name, Building: b})
		case k == 0 && a.Road != "" && a.Number != "" && p.a.Road == "":
			p.a.Road, p.a.Number = a.Road, a.Number
			part.Kind, part.Value = Road, a.Road
		case k == 0 && a.Road == "" && p.a.Compound == "" && a.Compound != "" && a.Building == "" && len(in.r) <= 10 && likelyCompound(in.r):
			p.a.Compound = a.Compound
			part.Kind, part.Value = Compound, a.Compound
		}
		p.a.Parts = append(p.a.Parts, part)
	}
}

var compoundEnds = words("小区 花园 家园 新村 公寓 家属院 宿舍 苑 园 里 公馆 华庭 名邸 大院 新城 广场 大厦")

func likelyCompound(r []rune) bool {
	t := text{r: r}
	for _, w := range compoundEnds {
		if len(r) > len(w) && t.has(len(r)-len(w), w) {
			return true
		}
	}
	return false
}
