package synthcity

// Names that a large city needs by the hundred.

var (
	sides    = []word{{"", ""}, {"东", " East"}, {"西", " West"}, {"南", " South"}, {"北", " North"}, {"中", " Central"}, {"新", " New"}}
	endings  = []word{{"", ""}, {"里", " Li"}, {"园", " Yuan"}, {"苑", " Court"}, {"桥", " Bridge"}, {"门", " Gate"}, {"湾", " Bay"}, {"台", " Terrace"}}
	families = []word{
		{"王", "Wang"},
		{"李", "Li"},
		{"张", "Zhang"},
		{"刘", "Liu"},
		{"陈", "Chen"},
		{"杨", "Yang"},
		{"赵", "Zhao"},
		{"黄", "Huang"},
		{"周", "Zhou"},
		{"吴", "Wu"},
		{"徐", "Xu"},
		{"孙", "Sun"},
		{"胡", "Hu"},
		{"朱", "Zhu"},
		{"高", "Gao"},
		{"林", "Lin"},
		{"何", "He"},
		{"郭", "Guo"},
		{"马", "Ma"},
		{"罗", "Luo"},
		{"梁", "Liang"},
		{"宋", "Song"},
		{"郑", "Zheng"},
		{"谢", "Xie"},
		{"韩", "Han"},
		{"唐", "Tang"},
		{"冯", "Feng"},
		{"于", "Yu"},
		{"董", "Dong"},
	}
	hamlets      = []word{{"家屯", "jiatun"}, {"家窝棚", "jiawopeng"}, {"家堡", "jiapu"}, {"家沟", "jiagou"}, {"家岗子", "jiagangzi"}, {"家庄", "jiazhuang"}, {"家台", "jiatai"}}
	moreDistrict = []word{
		{"城中区", "Chengzhong District"},
		{"铁东区", "Tiedong District"},
		{"文昌区", "Wenchang District"},
		{"鼓楼区", "Gulou District"},
		{"河东区", "Hedong District"},
		{"安南区", "Annan District"},
		{"柳河区", "Liuhe District"},
		{"松林区", "Songlin District"},
		{"北新区", "Beixin District"},
		{"西岗区", "Xigang District"},
		{"云峰区", "Yunfeng District"},
		{"东湖区", "Donghu District"},
		{"青山区", "Qingshan District"},
	}
)

// coin makes the k-th name of stems, sides and endings; the first of them are
// bare stems, then stems with a side, and so on.
func coin(stems []word, k int) word {
	w := stems[k*7%len(stems)]
	if len(stems)%7 == 0 {
		w = stems[k%len(stems)]
	}
	round := k / len(stems)
	s, e := sides[round%len(sides)], endings[round/len(sides)%len(endings)]
	w = word{w.zh + s.zh + e.zh, w.en + s.en + e.en}
	if again := round / (len(sides) * len(endings)); again > 0 {
		w.zh += chineseNumber(again + 1)
	}
	return w
}

// hamlet names the k-th village of a large city.
func hamlet(k int) word {
	n, m := len(families), len(hamlets)
	w, h := families[k%n], hamlets[(k+k/n)%m]
	round := k / (n * m)
	s := sides[round%len(sides)]
	out := word{s.zh + w.zh + h.zh, w.en + h.en + s.en}
	if again := round / len(sides); again > 0 {
		out.zh += chineseNumber(again + 1)
	}
	return out
}

// numbered tells the n-th, from 0, of several places of a name apart.
func numbered(n areaName, k int) areaName {
	if k == 0 {
		return n
	}
	w := pick([]word{word(n)}, k)
	return areaName(w)
}
