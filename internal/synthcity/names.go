package synthcity

import "fmt"

// streetName is the name of a street; alley numbers are not part of it.
type streetName struct{ zh, en string }

// areaName is the name of an area or compound.
type areaName struct{ zh, en string }

// word is a stem of made-up names with its reading.
type word struct{ zh, en string }

var mainStems = []word{
	{"和平", "Heping"},
	{"建设", "Jianshe"},
	{"人民", "Renmin"},
	{"长安", "Chang'an"},
	{"文昌", "Wenchang"},
	{"迎宾", "Yingbin"},
	{"光明", "Guangming"},
	{"振兴", "Zhenxing"},
	{"东风", "Dongfeng"},
	{"泰山", "Taishan"},
	{"青年", "Qingnian"},
	{"黄河", "Huanghe"},
	{"胜利", "Shengli"},
	{"兴工", "Xinggong"},
	{"崇德", "Chongde"},
	{"广安", "Guang'an"},
	{"南湖", "Nanhu"},
	{"北海", "Beihai"},
}

var innerStems = []word{
	{"同德", "Tongde"},
	{"育才", "Yucai"},
	{"安乐", "Anle"},
	{"槐荫", "Huaiyin"},
	{"永丰", "Yongfeng"},
	{"桂花", "Guihua"},
	{"柳条", "Liutiao"},
	{"福民", "Fumin"},
	{"仁义", "Renyi"},
	{"望湖", "Wanghu"},
	{"杏林", "Xinglin"},
	{"南乐", "Nanle"},
	{"新风", "Xinfeng"},
	{"工农", "Gongnong"},
	{"双井", "Shuangjing"},
	{"丁香", "Dingxiang"},
	{"松涛", "Songtao"},
	{"云峰", "Yunfeng"},
	{"景明", "Jingming"},
	{"清泉", "Qingquan"},
	{"三好", "Sanhao"},
	{"凤鸣", "Fengming"},
	{"书院", "Shuyuan"},
	{"鼓楼", "Gulou"},
}

var laneStems = []word{
	{"豆腐", "Doufu"},
	{"铁匠", "Tiejiang"},
	{"石板", "Shiban"},
	{"井儿", "Jing'er"},
	{"灯市", "Dengshi"},
	{"棉花", "Mianhua"},
	{"柴棒", "Chaibang"},
	{"箭楼", "Jianlou"},
	{"马号", "Mahao"},
	{"果子", "Guozi"},
	{"白塔", "Baita"},
	{"西仓", "Xicang"},
	{"后库", "Houku"},
	{"关帝", "Guandi"},
	{"驴市", "Lüshi"},
	{"酱园", "Jiangyuan"},
}

var estateStems = []word{
	{"锦绣", "Jinxiu"},
	{"阳光", "Yangguang"},
	{"金桂", "Jingui"},
	{"翠湖", "Cuihu"},
	{"御景", "Yujing"},
	{"和谐", "Hexie"},
	{"幸福", "Xingfu"},
	{"东方", "Dongfang"},
	{"书香", "Shuxiang"},
	{"明珠", "Mingzhu"},
	{"紫金", "Zijin"},
	{"丽景", "Lijing"},
	{"香榭", "Xiangxie"},
	{"春晖", "Chunhui"},
	{"盛世", "Shengshi"},
	{"雅居", "Yaju"},
	{"天悦", "Tianyue"},
	{"云锦", "Yunjin"},
	{"吉祥", "Jixiang"},
	{"如意", "Ruyi"},
	{"康宁", "Kangning"},
	{"百合", "Baihe"},
	{"银河", "Yinhe"},
	{"枫林", "Fenglin"},
}

var (
	estateOld   = []word{{"小区", "Compound"}, {"里", "Li"}, {"新村", "Xincun"}, {"花园", "Garden"}, {"家园", "Homes"}}
	estateNew   = []word{{"公馆", "Mansion"}, {"华庭", "Court"}, {"花园", "Garden"}, {"名邸", "Residence"}, {"府", "House"}}
	dormStems   = []word{{"机械厂", "Machine Works"}, {"纺织厂", "Textile Mill"}, {"铁路局", "Railway Bureau"}, {"轴承厂", "Bearing Works"}, {"热电厂", "Power Plant"}, {"啤酒厂", "Brewery"}}
	villageWord = []word{{"柳树屯", "Liushutun"}, {"小王庄", "Xiaowangzhuang"}, {"北高台", "Beigaotai"}, {"赵家窝棚", "Zhaojiawopeng"}}
	districtWrd = []word{{"城中区", "Chengzhong District"}, {"铁东区", "Tiedong District"}, {"浑南区", "Hunnan District"}, {"北新区", "Beixin District"}}
	numerals    = []string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
)

// chineseNumber writes 1 … 9999 in Chinese.
func chineseNumber(n int) string {
	switch {
	case n < 10:
		return numerals[n]
	case n < 20:
		return "十" + digit(n%10)
	case n < 100:
		return numerals[n/10] + "十" + digit(n%10)
	case n < 1000:
		return numerals[n/100] + "百" + rest(n%100, 10)
	}
	return numerals[n/1000%10] + "千" + rest(n%1000, 100)
}

// rest writes what follows a unit: 零 stands for skipped units, and ten has
// its 一.
func rest(n, unit int) string {
	switch {
	case n == 0:
		return ""
	case n < unit:
		return "零" + rest(n, 1)
	case n >= 10 && n < 20:
		return "一" + chineseNumber(n)
	}
	return chineseNumber(n)
}

func digit(d int) string {
	if d == 0 {
		return ""
	}
	return numerals[d]
}

// pick takes the k-th of a list; after its end names go on with 二, 三 ….
func pick(list []word, k int) word {
	w, round := list[k%len(list)], k/len(list)
	if round > 0 {
		w.zh += chineseNumber(round + 1)
		w.en += fmt.Sprintf(" %d", round+1)
	}
	return w
}

// mainName names line k of the lattice: streets that run north are 街, those
// that run east 路, as in Shenyang.
func (c *city) mainName(northward bool, k int) streetName {
	l := c.plan.lat
	if northward {
		switch {
		case l.west > 0 && k == l.west:
			return streetName{"环城西路", "Ring Road West"}
		case l.west > 0 && k == l.east:
			return streetName{"环城东路", "Ring Road East"}
		case l.rail >= 0 && k == l.rail:
			return streetName{"站前街", "Zhanqian Street"}
		case l.rail >= 0 && k == l.rail+1:
			return streetName{"铁东街", "Tiedong Street"}
		}
		w := pick(mainStems, 2*k+1)
		return streetName{w.zh + "大街", w.en + " Avenue"}
	}
	switch {
	case l.south > 0 && k == l.south:
		return streetName{"环城南路", "Ring Road South"}
	case l.south > 0 && k == l.north:
		return streetName{"环城北路", "Ring Road North"}
	case l.river >= 0 && k == l.river:
		return streetName{"滨河南路", "Riverside Road South"}
	case l.river >= 0 && k == l.river+1:
		return streetName{"滨河北路", "Riverside Road North"}
	}
	w := pick(mainStems, 2*max(0, k-3))
	if c.pre.metro != nil {
		w = pick(mainStems, 2*k)
	}
	return streetName{w.zh + "路", w.en + " Road"}
}

func (c *city) innerName(northward bool, k int) streetName {
	if northward {
		w := pick(innerStems, 2*k)
		return streetName{w.zh + "街", w.en + " Street"}
	}
	w := pick(innerStems, 2*k+1)
	return streetName{w.zh + "路", w.en + " Road"}
}

func (c *city) laneName(block, k int) streetName {
	w := pick(laneStems, block*5+k)
	return streetName{w.zh + "胡同", w.en + " Hutong"}
}

func (c *city) districtName(k int) areaName {
	if c.pre.metro != nil {
		return areaName(pick(moreDistrict, k))
	}
	w := pick(districtWrd, k)
	return areaName(w)
}

func (c *city) officeName(k int) areaName {
	if c.pre.metro != nil {
		w := coin(append(append([]word(nil), mainStems...), laneStems...), k)
		return areaName{w.zh + "街道", w.en + " Subdistrict"}
	}
	w := pick(mainStems, k*3+1)
	return areaName{w.zh + "街道", w.en + " Subdistrict"}
}

func (c *city) communityName(k int) areaName {
	stems := append(append([]word(nil), estateStems...), innerStems...)
	w := pick(stems, k*7+3)
	if c.pre.metro != nil {
		w = coin(stems, k)
	}
	return areaName{w.zh + "社区", w.en + " Community"}
}

// estateName names the n-th compound of its use. Names do not repeat before
// all stems have gone with all endings.
func (c *city) estateName(u use, n int) areaName {
	if u == useDorm {
		w := pick(dormStems, n)
		return areaName{w.zh + "家属院", w.en + " Workers' Compound"}
	}
	kinds := estateOld
	if u == useMid || u == useTower {
		kinds = estateNew
	}
	stems, ends := len(estateStems), len(kinds)
	w, k := estateStems[(n*5+1)%stems], kinds[(n*3+n/stems)%ends]
	name := areaName{w.zh + k.zh, w.en + " " + k.en}
	if round := n / (stems * ends); round > 0 {
		name.zh += chineseNumber(round%98+2) + "期"
		name.en += fmt.Sprintf(" Phase %d", round+1)
	}
	return name
}
