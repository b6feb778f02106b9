package synthcity

import "hearthmap/household"

// trade is a kind of small shop: how common it is, and the words its names
// end with.
type trade struct {
	category household.Category
	weight   int
	words    []string
}

var trades = []trade{
	{"restaurant", 30, []string{"饺子馆", "面馆", "早餐店", "家常菜", "烧烤店"}},
	{"convenience_store", 17, []string{"便利店", "食杂店"}},
	{"hairdresser", 10, []string{"理发店", "美发沙龙"}},
	{"pharmacy", 8, []string{"大药房"}},
	{"supermarket", 5, []string{"超市", "生活超市"}},
	{"laundry", 5, []string{"洗衣店"}},
	{"bank", 4, []string{"银行支行"}},
	{"telecom", 4, []string{"通信营业厅"}},
	{"post", 4, []string{"快递驿站"}},
	{"gym", 2, []string{"健身房"}},
	{"recycling_point", 2, []string{"废品回收站"}},
}

var shopStems = []string{
	"福源", "老李", "金穗", "大众", "好邻居", "百姓", "鑫鑫", "四季", "万家", "东来顺意", "顺达", "小王", "喜乐", "惠民", "丰泽", "宏运",
	"康健", "佳佳", "兴隆", "老地方", "家家悦", "红星", "同兴", "聚福", "仁和堂", "天一",
}

// letShops gives about half of the shops a trade that the register knows.
func (b *block) letShops() {
	total := 0
	for _, t := range trades {
		total += t.weight
	}
	for _, s := range b.shops {
		if !chance(b.r, 0.5) {
			continue
		}
		k := b.r.IntN(total)
		for _, t := range trades {
			if k -= t.weight; k < 0 {
				name := shopStems[b.r.IntN(len(shopStems))] + t.words[b.r.IntN(len(t.words))]
				b.c.putFacility(facility{name, t.category, b.capacity(t.category), s.address, s.at})
				break
			}
		}
	}
	if b.f.use == useVillage && len(b.shops) > 0 {
		b.c.putFacility(facility{"屯里食杂店", "convenience_store", 0, b.shops[0].address, b.shops[0].at})
	}
}

// capacities are places, beds or people served, from and to; the unit depends
// on the category.
var capacities = map[household.Category][2]int{
	"kindergarten": {120, 360}, "nursery": {30, 90}, "primary_school": {600, 1500}, "middle_school": {600, 1600}, "health_centre": {200, 500},
	"clinic": {40, 120}, "hospital": {400, 900}, "nursing_home": {60, 180}, "elderly_care_home": {80, 220}, "elderly_day_care": {20, 60},
	"culture_centre": {200, 600}, "culture_station": {40, 120}, "service_centre": {100, 300}, "service_station": {20, 60}, "mall": {4000, 9000},
	"food_market": {60, 200}, "restaurant": {20, 120}, "gym": {30, 150}, "small_sports_ground": {30, 60}, "medium_sports_ground": {100, 300},
	"outdoor_fitness": {20, 60},
}

func (b *block) capacity(cat household.Category) int {
	c, ok := capacities[cat]
	if !ok {
		return 0
	}
	return between(b.r, c[0]/10, c[1]/10) * 10
}

// writeBusStops puts stops on the pavements of the main streets.
func (c *city) writeBusStops() {
	for i := range c.plan.edges {
		e := &c.plan.edges[i]
		if e.class != classPrimary && e.class != classSecondary || e.bridge || e.tunnel || i%3 == 1 || len(e.pts) < 6 {
			continue
		}
		k := len(e.pts) / 3
		n := left(unit(sub(e.pts[k+1], e.pts[k])))
		if e.left < 0 || c.plan.faces[e.left].kind != faceBlock {
			n = mul(n, -1)
		}
		name := c.plan.roads[e.road].name.zh
		at := snap(add(e.pts[k], mul(n, classes[e.class].half+2)))
		c.putFacility(facility{name + chineseNumber(int(e.start/400)%80+1) + "站", "bus_stop", 0, name, at})
	}
}
