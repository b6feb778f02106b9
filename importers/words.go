package importers

import (
	"strings"

	"hearthmap/household"
)

// dictionary maps what files write to what the subject says. Keys are folded
// by wordKey.
type dictionary[T any] map[string]T

func wordKey(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 'A' && c <= 'Z' || c == ' ' || c == '-' || c == 0xEF {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(fold(s)))
}

// dict builds a dictionary of the subject's own words, which stand for
// themselves, and lists of aliases separated by spaces.
func dict[T ~string](lists map[T]string) dictionary[T] {
	d := dictionary[T]{}
	for to, aliases := range lists {
		if to != "" {
			d[wordKey(string(to))] = to
		}
		for _, a := range strings.Fields(aliases) {
			d[wordKey(a)] = to
		}
	}
	return d
}

// words are the dictionaries of value words, made once for an import.
type words struct {
	use       dictionary[household.Use]
	sex       dictionary[household.Sex]
	relation  dictionary[household.Relation]
	residency dictionary[household.Residency]
	tag       dictionary[household.TagKind]
	level     dictionary[household.AreaLevel]
	land      dictionary[household.LandKind]
	barrier   dictionary[household.BarrierKind]
	class     dictionary[string]
	category  dictionary[household.Category]
}

func newWords() *words {
	w := &words{
		use: dict(map[household.Use]string{
			household.UseResidential: "住宅 居住 住房 居民住宅 成套住宅 居住用房 公寓 宿舍 民宅 平房 apartments house houses dwelling home dormitory",
			household.UseMixed:       "商住 商住两用 综合 综合楼 商住楼 住商混合 底商住宅 mixed_use",
			household.UseCommercial:  "商业 商铺 店铺 门市 门市房 商服 商业用房 商业服务 网点 retail shop",
			household.UseOffice:      "办公 写字楼 办公楼 商务 办公用房 offices",
			household.UseIndustrial:  "工业 厂房 仓库 仓储 工业用房 工业仓储 industry warehouse factory",
			household.UsePublic:      "公共 公建 公共建筑 公共服务 学校 医院 教育 医疗 文化 体育 行政 机关 school hospital",
			household.UseUtility:     "配套 市政 设备 设备用房 车库 车位 配电房 附属 附属用房 garage",
			household.UseOther:       "其他 其它 未知 others",
		}),
		sex: dict(map[household.Sex]string{
			household.Male: "男 男性 m 1 man", household.Female: "女 女性 f 2 woman", household.SexUnknown: "未知 不详 0 9 unknown",
		}),
		relation: dict(map[household.Relation]string{
			household.RelationHead:   "户主 本人 房主 self householder 户主本人",
			household.RelationSpouse: "配偶 妻 妻子 夫 丈夫 爱人 之妻 之夫 wife husband",
			household.RelationChild: "子 女 子女 儿子 女儿 长子 次子 三子 四子 五子 长女 次女 三女 四女 五女 独生子 独生女 独子 独女 之子 之女 " +
				"养子 养女 继子 继女 养子或继子 养女或继女 son daughter",
			household.RelationParent:     "父 母 父母 父亲 母亲 之父 之母 公公 婆婆 岳父 岳母 继父 继母 养父 养母 father mother",
			household.RelationGrandchild: "孙 孙子 孙女 外孙 外孙子 外孙女 孙子女 外孙子女 孙子、孙女或外孙子、外孙女 之孙 grandson granddaughter",
			household.RelationSibling:    "兄 弟 姐 妹 哥哥 弟弟 姐姐 妹妹 兄弟 姐妹 兄弟姐妹 兄、弟、姐、妹 brother sister",
			household.RelationTenant:     "租户 租客 承租人 租住 租赁 房客 lodger renter",
			household.RelationOther: "其他 其它 非亲属 亲属 其他亲属 儿媳 女婿 媳妇 祖父母 祖父 祖母 外祖父 外祖母 爷爷 奶奶 外公 外婆 保姆 侄子 侄女 外甥 外甥女 " +
				"其他关系 grandparent relative",
		}),
		residency: dict(map[household.Residency]string{
			household.ResidencyResident:   "常住 常住人口 户籍常住 常住户籍 本地 人户一致 permanent",
			household.ResidencyFloating:   "流动 流动人口 外来 外来人口 暂住 暂住人口 寄住 temporary",
			household.ResidencyRegistered: "户籍 户籍人口 空挂 空挂户 在户不在人 户在人不在",
			household.ResidencyElsewhere:  "人户分离 在人不在户 人在户不在 人在户外",
		}),
		tag: dict(map[household.TagKind]string{
			household.TagSubsistence:    "低保 低保户 低保对象 最低生活保障 低保人员",
			household.TagExtremePoverty: "特困 特困人员 特困供养 五保 五保户 特困对象",
			household.TagDisabled:       "残疾 残疾人 残障 重度残疾",
			household.TagLivingAlone:    "独居老人 独居 空巢独居 孤寡老人 独居长者",
			household.TagVeteran:        "退役军人 退伍军人 复员军人 退役",
			household.TagLeftBehind:     "留守儿童 留守",
			household.TagPartyMember:    "党员 中共党员 共产党员 中共预备党员",
			household.TagDeceased:       "死亡 已故 去世 死亡注销 注销死亡",
			household.TagImprisoned:     "在押 服刑 在押人员 服刑人员 羁押",
		}),
		level: dict(map[household.AreaLevel]string{
			household.LevelCity:      "市 地级市 城市",
			household.LevelDistrict:  "区县 区 县 县级市 区（县） 县区 county",
			household.LevelStreet:    "街道 镇 乡 乡镇 街镇 乡镇街道 镇街 subdistrict town township",
			household.LevelCommunity: "社区 村 居委会 村委会 居民委员会 村民委员会 村居 社区居委会 village",
			household.LevelGrid:      "网格 微网格 责任网格 micro_grid",
		}),
		land: dict(map[household.LandKind]string{
			household.LandWater: "水域 水体 水面 河流 湖泊 水系 lake pond", household.LandGreen: "绿地 公园 草地 林地 绿化 park grass wood forest",
			household.LandFarm: "农田 耕地 农用地 farmland", household.LandResidential: "居住用地 住宅用地",
			household.LandIndustrial: "工业用地 industry", household.LandCommercial: "商业用地 商服用地 retail",
			household.LandPublic: "公共用地 公共设施用地 学校 医院 广场 公共 school hospital square",
		}),
		barrier: dict(map[household.BarrierKind]string{
			household.BarrierWall: "墙 围墙 围栏 栅栏 fence hedge retaining_wall", household.BarrierRiver: "河 河流 河道 水渠 canal stream",
			household.BarrierRailway: "铁路 铁道 rail", household.BarrierRoad: "封闭道路 高架路 隔离道路",
		}),
		class: dict(map[string]string{
			"motorway": "高速 高速公路", "trunk": "快速路 城市快速路 国道", "primary": "主干道 主干路 省道", "secondary": "次干道 次干路 县道",
			"tertiary": "支路 乡道", "residential": "居住区道路 街巷", "service": "小区路 小区道路 内部道路 通道", "pedestrian": "步行街",
			"footway": "人行道 步行道 步道", "steps": "台阶 阶梯 梯道", "path": "小路 小径", "living_street": "生活街道", "track": "机耕路",
			"cycleway": "自行车道", "crossing": "人行横道", "corridor": "连廊", "unclassified": "未分级道路",
		}),
		category: dictionary[household.Category]{},
	}
	w.sex["unknown"] = household.SexUnknown
	for _, c := range household.Categories {
		for _, name := range append([]string{string(c.ID), c.En, c.Zh}, c.Aliases...) {
			w.category[wordKey(name)] = c.ID
		}
	}
	return w
}

// learn adds a city's own categories and words for categories.
func (w *words) learn(categories []household.CategoryInfo) {
	for _, c := range categories {
		for _, name := range append([]string{string(c.ID), c.En, c.Zh}, c.Aliases...) {
			if k := wordKey(name); k != "" {
				w.category[k] = c.ID
			}
		}
	}
}

// word reads the field by the dictionary. An empty value gives empty.
func word[T any](r *row, f field, d dictionary[T], empty T, accepted string) T {
	v := r.raw(f)
	if v == "" {
		return empty
	}
	if t, ok := d[v]; ok {
		return t
	}
	if t, ok := d[wordKey(v)]; ok {
		return t
	}
	r.fail(f, RejectValue, "the value is not a known word", "use one of: "+accepted)
	return empty
}

const (
	acceptedUses      = "住宅 商住 商业 办公 工业 公共 配套 其他 (residential mixed commercial office industrial public utility other)"
	acceptedSexes     = "男 女 (male female)"
	acceptedRelations = "户主 配偶 子 女 父母 孙子女 兄弟姐妹 租户 其他 (head spouse child parent grandchild sibling tenant other)"
	acceptedResidency = "常住 流动 户籍 人户分离 (resident floating registered elsewhere)"
	acceptedTags      = "低保 特困 残疾 独居老人 退役军人 留守儿童 党员 死亡 在押 (subsistence extreme_poverty disabled living_alone veteran left_behind party_member deceased imprisoned)"
	acceptedLevels    = "市 区县 街道 社区 网格 (city district street community grid)"
)

// bool reads yes or no; empty gives empty. yes and no add the field's own
// words, separated by spaces.
func (r *row) bool(f field, empty bool, yes, no string) bool {
	v := r.raw(f)
	if v == "" {
		return empty
	}
	v = wordKey(v)
	switch v {
	case "是", "有", "yes", "y", "true", "t", "1", "√", "对":
		return true
	case "否", "无", "no", "n", "false", "f", "0", "×", "没有", "不":
		return false
	}
	if contains(yes, v) {
		return true
	}
	if !contains(no, v) {
		r.fail(f, RejectValue, "the value is neither yes nor no", "use 是 or 否 (yes or no)")
	}
	return false
}

func contains(list, w string) bool {
	for k := range strings.FieldsSeq(list) {
		if k == w {
			return true
		}
	}
	return false
}
