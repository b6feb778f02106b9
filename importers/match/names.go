package match

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/mozillazg/go-pinyin"

	"hearthmap/household/address"
)

// names are the names of one kind, found exactly, without their ending, or
// with one character wrong.
type names struct {
	table
	seed  maphash.Seed
	near  []hashed           // names by each way of leaving out a character, sorted
	cores map[string][]int32 // names by what stands before a common ending
}

// hashed is a name under the hash of what is left when a character is taken
// away, or of itself.
type hashed struct {
	hash uint64
	id   int32
}

func (n *names) finish() {
	n.seed = maphash.MakeSeed()
	n.cores = map[string][]int32{}
	for id, s := range n.s {
		n.each(s, func(h uint64) { n.near = append(n.near, hashed{h, int32(id)}) })
		if c := core(s); c != s {
			n.cores[c] = append(n.cores[c], int32(id))
		}
	}
	slices.SortFunc(n.near, func(a, b hashed) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.id, b.id)) })
	n.near = slices.Clip(slices.Compact(n.near))
}

// each yields the hashes of the name and of all its shortenings by one
// character.
func (n *names) each(s string, yield func(uint64)) {
	yield(maphash.String(n.seed, s))
	var h maphash.Hash
	for i, c := range s {
		h.SetSeed(n.seed)
		h.WriteString(s[:i])
		h.WriteString(s[i+len(string(c)):])
		yield(h.Sum64())
	}
}

// similar returns the names that differ from s by one character, wrong,
// missing, added, or swapped with its neighbour, and how.
func (n *names) similar(s string) []guess {
	var out []guess
	r := []rune(s)
	if len(r) < 3 || len(r) > 20 {
		return nil
	}
	n.each(s, func(h uint64) {
		lo, _ := slices.BinarySearchFunc(n.near, hashed{h, -1}, func(a, b hashed) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.id, b.id)) })
		for ; lo < len(n.near) && n.near[lo].hash == h; lo++ {
			id := n.near[lo].id
			if slices.ContainsFunc(out, func(g guess) bool { return g.id == id }) {
				continue
			}
			if q := compare(r, []rune(n.s[id])); q != unlike {
				out = append(out, guess{id: id, q: q})
			}
		}
	})
	return out
}

// quality is how well a name fits.
type quality uint8

const (
	unlike  quality = iota
	apart           // what differs tells neighbours apart: 东区, 二期
	part            // the name, and something that is not known
	typo            // one character differs
	sounds          // one character is a look-alike or sounds alike, or two are swapped
	shorter         // an ending such as 小区 is missing or added
	exact
)

// guess is a name that the text may mean.
type guess struct {
	id   int32
	q    quality
	rest string // what follows the name
}

// compare tells how a differs from b, when it is by one character. Numbers,
// letters and directions tell places apart and are never taken for slips.
func compare(a, b []rune) quality {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0] && a[0] >= 0x80 && a[1] >= 0x80 {
		return sounds
	}
	for _, c := range append(slices.Clip(a), b...) {
		if c < 0x80 || strings.ContainsRune(telling, c) {
			if len(a) > 1 || len(b) > 1 {
				return unlike
			}
			return apart
		}
	}
	switch {
	case len(a) == 0 && len(b) == 0:
		return exact
	case len(a)+len(b) == 1:
		return typo
	case len(a) == 1 && len(b) == 1:
		if alike(a[0], b[0]) {
			return sounds
		}
		return typo
	}
	return unlike
}

// telling characters distinguish neighbouring places.
const telling = "东西南北中上下前后左右内外新老旧大小甲乙丙丁期区"

// lookAlikes are characters taken for one another: by their sound, or by
// their shape.
var lookAlikes = groups("秀绣锈袖 锦绵棉 金今 阳杨洋扬羊 花华画 园圆元源苑院 辉晖挥 景井境 丽利莉力 湖胡糊葫 悦月越岳 福富付 兴星 和合河何禾 平萍坪 建健 设社 明名铭鸣 " +
	"祥详翔 康糠 宁凝 幸辛 桂贵 枫风丰峰锋凤 林琳霖 城成诚 世市式 雅亚 居局 御玉裕誉 翠萃脆 香湘乡 榭谢 春椿 银垠 百柏白 紫子梓 吉级 如茹 意义逸 方芳坊 书舒 珠朱株 云芸 盛圣胜 " +
	"天添 谐偕协 民敏 人仁 安庵 文纹 昌长常 迎营 宾滨彬 光广 振镇震 泰太 山珊 青清晴情 年念 黄皇 河何 利力 工公 崇重 德得 海诲 同桐 育玉 才材财 乐悦 槐怀 荫阴银 永勇咏 柳刘 条 " +
	"望旺 杏兴 工功 双霜 丁叮 松淞 涛桃 峰丰 泉全 好号 鼓古 楼搂 豆斗 腐付 铁贴 匠将 石时 板版 灯登 柴材 棒帮 箭建 马码 果裹 白百 塔搭 仓苍 库裤 帝地 酱将 村邨 屯囤 庄装 台抬 " +
	"赵召 窝我 棚朋 机几 械戒 纺访 织职 厂场 轴铀 承成 热 电店 啤脾 酒久 府俯 邸底 馆管 庭廷亭 苑宛 嘉佳家 郡群 澜蓝兰 湾弯 雍拥 竹祝 梅煤 荷何")

func groups(s string) map[rune][]rune {
	m := map[rune][]rune{}
	for w := range strings.FieldsSeq(s) {
		for _, a := range w {
			m[a] = append(m[a], []rune(w)...)
		}
	}
	return m
}

// alike reports whether the characters look alike or can be read alike, tones
// aside.
func alike(a, b rune) bool {
	if slices.Contains(lookAlikes[a], b) {
		return true
	}
	args := pinyin.NewArgs()
	args.Heteronym = true
	readings := pinyin.SinglePinyin(a, args)
	return slices.ContainsFunc(pinyin.SinglePinyin(b, args), func(r string) bool { return slices.Contains(readings, r) })
}

// endings are the words at the end of compounds' names that people leave out
// or add. Different endings mean different compounds.
var endings = strings.Fields("住宅小区 小区 家属院 家属楼 宿舍 花园 家园 新村 公寓 公馆 华庭 名邸 社区 大院 大厦 新城 苑 村 里 府 园 院")

// core is a name without its ending.
func core(s string) string {
	for _, e := range endings {
		if c, ok := strings.CutSuffix(s, e); ok && len(c) >= 6 {
			return c
		}
	}
	return s
}

// areaName is the form in which areas are compared: 街道办事处 is 街道, 居委会
// 社区.
func areaName(s string) string {
	k := address.Key(s)
	for _, e := range areaEndings {
		if c, ok := strings.CutSuffix(k, e[0]); ok && c != "" {
			return c + e[1]
		}
	}
	return k
}

var areaEndings = [][2]string{
	{"街道办事处", "街道"},
	{"街道办", "街道"},
	{"社区居民委员会", "社区"},
	{"社区居委会", "社区"},
	{"居民委员会", "社区"},
	{"居委会", "社区"},
	{"村民委员会", "村"},
	{"村委会", "村"},
}

// stem is an area's name without its level, when two characters or more are
// left.
func stem(s string) string {
	for _, e := range []string{"自治县", "街道", "社区", "区", "县", "市", "镇", "乡", "村"} {
		if c, ok := strings.CutSuffix(s, e); ok && len(c) >= 6 {
			return c
		}
	}
	return ""
}
