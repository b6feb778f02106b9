package household

// Category is a kind of facility, in English snake case. Standards speak of
// these categories; importers map OSM tags and a bureau's own words to them.
type Category string

// CategoryInfo names a category for people and for importers.
type CategoryInfo struct {
	ID      Category
	Zh      string
	En      string
	Aliases []string // other Chinese words that files use for it
}

// Categories lists the facility categories the product knows, in the order
// the interface shows them.
var Categories = []CategoryInfo{
	{"kindergarten", "幼儿园", "kindergarten", []string{"幼稚园"}},
	{"nursery", "托儿所", "nursery", []string{"托育机构", "托育"}},
	{"primary_school", "小学", "primary school", nil},
	{"middle_school", "初中", "junior middle school", []string{"中学", "初级中学"}},
	{"health_centre", "社区卫生服务中心", "health centre", []string{"卫生服务中心", "卫生院"}},
	{"clinic", "社区卫生服务站", "community clinic", []string{"卫生站", "卫生服务站", "诊所", "门诊部"}},
	{"hospital", "医院", "hospital", []string{"综合医院"}},
	{"pharmacy", "药店", "pharmacy", []string{"药房"}},
	{"nursing_home", "养老院", "nursing home", []string{"敬老院"}},
	{"elderly_care_home", "老年养护院", "elderly care home", []string{"养护院"}},
	{"elderly_day_care", "老年人日间照料中心", "elderly day care", []string{"日间照料中心", "托老所", "养老服务站"}},
	{"culture_centre", "文化活动中心", "culture centre", []string{"图书馆"}},
	{"culture_station", "文化活动站", "culture station", []string{"文化站"}},
	{"large_sports_ground", "大型多功能运动场地", "large sports ground", nil},
	{"medium_sports_ground", "中型多功能运动场地", "medium sports ground", nil},
	{"small_sports_ground", "小型多功能运动场地", "small sports ground", nil},
	{"outdoor_fitness", "室外综合健身场地", "outdoor fitness ground", []string{"健身场地"}},
	{"gym", "健身房", "gym", nil},
	{"service_centre", "街道服务中心", "sub-district service centre", []string{"便民服务中心"}},
	{"service_station", "社区服务站", "community service station", []string{"党群服务中心"}},
	{"police", "派出所", "police station", nil},
	{"mall", "商场", "mall", []string{"购物中心", "百货"}},
	{"supermarket", "超市", "supermarket", nil},
	{"convenience_store", "便利店", "convenience store", []string{"社区商业网点", "小卖部"}},
	{"food_market", "菜市场", "food market", []string{"农贸市场", "生鲜超市"}},
	{"restaurant", "餐饮设施", "restaurant", []string{"餐馆", "饭店", "早餐"}},
	{"bank", "银行营业网点", "bank", []string{"银行"}},
	{"telecom", "电信营业网点", "telecom shop", nil},
	{"post", "邮政营业场所", "post office", []string{"邮局", "快递", "邮政"}},
	{"bus_stop", "公交车站", "bus stop", []string{"公交站"}},
	{"metro_station", "轨道交通站点", "metro station", []string{"地铁站"}},
	{"park", "公园", "park", []string{"公园绿地"}},
	{"public_toilet", "公共厕所", "public toilet", []string{"公厕"}},
	{"recycling_point", "再生资源回收点", "recycling point", []string{"回收点"}},
	{"waste_station", "生活垃圾收集站", "waste station", []string{"垃圾站"}},
	{"laundry", "洗染店", "laundry", []string{"洗衣店"}},
	{"hairdresser", "美发店", "hairdresser", []string{"理发店"}},
	{"self_service_kiosk", "自助服务终端", "self-service kiosk", []string{"自助机"}},
	{"emergency_shelter", "应急避难场所", "emergency shelter", []string{"避难场所"}},
	{"emergency_station", "应急服务站", "emergency station", []string{"应急站", "社区应急服务站", "微型消防站"}},
	{"emergency_supply_street", "街道应急物资库", "street emergency store", []string{"街道级应急物资储备点", "乡镇应急物资库"}},
	{"emergency_supply_district", "区级应急物资库", "district emergency store", []string{"区县应急物资储备库", "应急物资储备库"}},
	{"elderly_care_station", "养老服务驿站", "elderly care station", []string{"养老驿站", "社区养老服务站"}},
	{"elderly_canteen", "老年助餐点", "elderly canteen", []string{"老年食堂", "长者食堂", "老年餐桌"}},
	{"elderly_complex", "养老服务综合体", "elderly care complex", []string{"养老综合体"}},
	{"fresh_food", "生鲜店", "fresh food shop", []string{"社区菜店", "水果店"}},
	{"breakfast", "早餐店", "breakfast shop", []string{"早餐点"}},
	{"cafe", "咖啡馆", "café", []string{"咖啡店"}},
	{"printing", "照相文印店", "copy and photo shop", []string{"文印店", "打印店", "复印店"}},
	{"housekeeping", "家政服务点", "housekeeping service", []string{"家政"}},
	{"repair", "维修点", "repair shop", []string{"维修", "维修店"}},
	{"pet_service", "宠物服务", "pet service", []string{"宠物店", "宠物医院"}},
}

// ParseCategory finds the category by its id, its Chinese name or an alias.
func ParseCategory(s string) (Category, bool) {
	for i := range Categories {
		c := &Categories[i]
		if s == string(c.ID) || s == c.Zh || s == c.En {
			return c.ID, true
		}
		for _, a := range c.Aliases {
			if s == a {
				return c.ID, true
			}
		}
	}
	return "", false
}

// Info returns the names of the category; unknown ones name themselves.
func (c Category) Info() CategoryInfo {
	for i := range Categories {
		if Categories[i].ID == c {
			return Categories[i]
		}
	}
	return CategoryInfo{ID: c, Zh: string(c), En: string(c)}
}
