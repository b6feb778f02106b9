package reports

import (
	"fmt"
	"strings"

	"hearthmap/geo/coverage"
)

// note is one line of how the numbers were made.
type note struct{ Label, Text string }

// notes say what a reader needs to judge the numbers: the standard and what
// of it is unverified, how distance is measured, who is counted, from what.
func (c *Coverage) notes(l Lang) []note {
	s := c.sum()
	std := c.result.Standard
	list := []note{
		{l.pick("依据标准", "Standard"), l.standard(std) + l.pick("（", " (") + std.ID + l.pick("）", ")")},
		{l.pick("数值核对", "Verification"), c.verification(l)},
		{l.pick("测距方法", "Distance"), c.distance(l)},
		{l.pick("步行速度", "Walker"), c.walker(l)},
		{l.pick("统计对象", "Counted"), fmt.Sprintf(l.pick(
			"%s个%s单元、%s名在住居民、%s栋住宅楼。每名居民只计一次：已覆盖、未覆盖、无法到达三者之和等于总数；未划入任何单元的另列一行。",
			"%[1]s areas (%[2]s), %[3]s residents present, %[4]s residential buildings. Everybody is counted exactly once: covered, uncovered and unreachable add up; those in no area have a row of their own."),
			grouped(c.named()), l.levels(c.Level), grouped(s.People), grouped(s.Buildings))},
		{l.pick("服务人群", "Groups"), l.pick(
			"幼儿园、小学、养老等设施只统计其服务的年龄段；该年龄段无人居住的单元以“–”表示，不记为0%。",
			"Kindergartens, schools and care for the elderly count only the ages they serve; an area where none of them live shows “–”, not 0 %.")},
		{l.pick("全部达标", "All required"), l.pick(
			"同时在规定距离内到达每一类必配设施的居民所占比例。各级生活圈互不替代，分别计算。",
			"The share of residents who reach every required category within its distance. Levels do not replace one another; each is scored by itself.")},
		{l.pick("平均达标率", "Mean share"), l.pick(
			"各必配设施的覆盖人数之和除以服务人数之和，反映整体差距；不等于“全部达标”。",
			"Covered people summed over the required categories, divided by the people they serve. It shows how far off an area is on the whole, and is not “all required”.")},
	}
	if std.Note != "" && l == English {
		list = append(list, note{"On the standard", std.Note})
	}
	if text := c.notJoined(l); text != "" {
		list = append(list, note{l.pick("未接入路网", "Not joined"), text})
	}
	if c.basis() == byBuildings {
		list = append(list, note{l.pick("按楼栋统计", "By buildings"), l.pick(
			"本次数据没有居民登记，所有比例按住宅楼栋数计算，不代表人口比例。",
			"The data hold no residents. All shares are of residential buildings, not of people.")})
	}
	return append(list, note{l.pick("数据指纹", "Input"), "SHA-256 " + c.InputSHA256 + l.pick(
		"。由建筑、人口数、设施、路网、标准、方法和步行者共同算出；指纹相同，结果必然相同。",
		". Made from buildings, counts, facilities, streets, standard, method and walker; the same hash means the same numbers.")})
}

// verification says which of the standard's values nobody compared with it.
func (c *Coverage) verification(l Lang) string {
	var verified []string
	for i := range c.Requirements {
		if c.Requirements[i].Verified {
			verified = append(verified, l.requirement(&c.Requirements[i]))
		}
	}
	n := len(c.Requirements)
	switch {
	case len(verified) == n:
		return fmt.Sprintf(l.pick("全部%d项距离均已与来源文本核对。", "All %d distances were compared with their source."), n)
	case len(verified) == 0:
		return fmt.Sprintf(l.pick("全部%d项距离尚未与标准原文核对，引用前请自行核实。",
			"None of the %d distances was compared with the standard's text yet; check before quoting."), n)
	}
	return fmt.Sprintf(l.pick("%d项距离中%d项尚未与标准原文核对（表中标※），引用前请自行核实。已核对：%s。",
		"Of %d distances %d were not compared with the standard's text yet (marked ※); check before quoting. Verified: %s."),
		n, n-len(verified), l.list(verified))
}

func (c *Coverage) distance(l Lang) string {
	if c.Method == coverage.MethodRadius {
		return l.method(c.Method) + l.pick(
			"：住宅楼栋到最近设施的直线距离，与标准图则的半径画法一致；不考虑围墙、河流和绕行，结果偏乐观。",
			": straight lines from residential buildings to the nearest facility, as standards draw their radii. Walls, rivers and detours are left out, so it flatters.")
	}
	return l.method(c.Method) + l.pick(
		"：从楼栋单元门沿可步行道路到最近设施，两端接入距离计算在内；封闭小区经开放的大门出入，不穿越围墙、河流和铁路。",
		": from the doors of buildings along walkable streets to the nearest facility, both access legs included; people leave a walled compound by its open gates and cross no wall, river or railway.")
}

func (c *Coverage) walker(l Lang) string {
	text := fmt.Sprintf(l.pick("%s，%.1f米/秒。标准距离按1.0米/秒理解", "%s, %.1f m/s. A standard's metres are read at 1.0 m/s"), l.profile(c.Profile), c.Profile.Speed())
	if v := c.Profile.Speed(); v != 1 {
		text += fmt.Sprintf(l.pick("，本报告按同样时间折算为标准距离的%.0f%%", "; the same time makes %.0f %% of them here"), v*100)
	}
	if c.Profile == coverage.ProfileWheelchair {
		text += l.pick("，不走台阶", ", no steps")
	}
	return text + l.pick("。", ".")
}

// mark stands beside the name of an unverified value.
func mark(q *Requirement) string {
	if q.Verified {
		return ""
	}
	return "※"
}

// NotJoined says in English what does not join the streets; nothing when all
// does, or when streets do not matter.
func (c *Coverage) NotJoined() []string {
	if text := c.notJoined(English); text != "" {
		return []string{text}
	}
	return nil
}

// notJoined tells of facilities that join no street, buildings that do not,
// and parts of the network below a viable size, of the whole city.
func (c *Coverage) notJoined(l Lang) string {
	if c.Method != coverage.MethodNetwork {
		return ""
	}
	n := c.result.Engine().Network(c.Profile)
	var parts []string
	facilities := map[coverage.Reason]int{}
	for _, f := range n.Facilities {
		facilities[f.Reason] += f.Count
	}
	for _, reason := range []coverage.Reason{coverage.NoStreet, coverage.BehindBarrier} {
		if k := facilities[reason]; k > 0 {
			parts = append(parts, fmt.Sprintf(l.pick("%s处设施无法接入路网（%s），不服务任何人", "%s facilities join no street (%s) and serve nobody"), grouped(int64(k)), l.missed(reason)))
		}
	}
	for _, b := range n.Buildings {
		parts = append(parts, fmt.Sprintf(l.pick("%s栋住宅楼无法接入路网（%s），居民%s人", "%s residential buildings join no street (%s), %s residents"),
			grouped(int64(b.Buildings)), l.missed(b.Reason), grouped(b.People)))
	}
	if n.Islands > 0 && n.OnIslands > 0 {
		parts = append(parts, fmt.Sprintf(l.pick("%s处不足%.0f米的孤立路段，其上有%s栋住宅楼", "%s parts of the network are shorter than %.0f m, with %s residential buildings on them"),
			grouped(int64(n.Islands)), n.ViableMetres, grouped(int64(n.OnIslands))))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, l.pick("；", "; ")) + l.pick("。", ".")
}

// missed names why something joins no street.
func (l Lang) missed(r coverage.Reason) string {
	if r == coverage.BehindBarrier {
		return l.pick("被围墙、河流或铁路隔开", "behind a wall, river or railway")
	}
	return l.pick("附近没有可步行道路", "no street near")
}
