package reports

import (
	"fmt"
	"strings"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// pick chooses by language; a missing English name falls back to the Chinese
// one, and the other way round.
func (l Lang) pick(zh, en string) string {
	if l == English && en != "" || zh == "" {
		return en
	}
	return zh
}

// list joins words as the language does.
func (l Lang) list(words []string) string { return strings.Join(words, l.pick("、", ", ")) }

func (l Lang) level(v household.AreaLevel) string {
	if l == English {
		switch v {
		case coverage.LevelHex8, coverage.LevelHex9, coverage.LevelHex10:
			return "hexagon (H3 " + strings.TrimPrefix(string(v), "hex") + ")"
		}
		return string(v)
	}
	return map[household.AreaLevel]string{
		household.LevelCity: "市", household.LevelDistrict: "区县", household.LevelStreet: "街道",
		household.LevelCommunity: "社区", household.LevelGrid: "网格",
		coverage.LevelHex8: "六边形（H3 8 级）", coverage.LevelHex9: "六边形（H3 9 级）", coverage.LevelHex10: "六边形（H3 10 级）", coverage.LevelPolygon: "自定义范围",
	}[v]
}

// levels is the level in the plural, for headings.
func (l Lang) levels(v household.AreaLevel) string {
	if l == Chinese {
		return l.level(v)
	}
	return map[household.AreaLevel]string{
		household.LevelCity: "cities", household.LevelDistrict: "districts", household.LevelStreet: "streets",
		household.LevelCommunity: "communities", household.LevelGrid: "grids",
		coverage.LevelHex8: "hexagons", coverage.LevelHex9: "hexagons", coverage.LevelHex10: "hexagons", coverage.LevelPolygon: "own areas",
	}[v]
}

func (l Lang) minutes(m int) string { return fmt.Sprintf(l.pick("%d分钟", "%d min"), m) }

func (l Lang) category(q *Requirement) string { return l.pick(q.NameZh, q.NameEn) }

// requirement names a line of a standard: the category and its minutes.
func (l Lang) requirement(q *Requirement) string {
	return l.category(q) + l.pick("（"+l.minutes(q.Minutes)+"）", " ("+l.minutes(q.Minutes)+")")
}

func (l Lang) area(a *coverage.AreaReport) string { return l.pick(a.Name, a.NameEn) }

func (l Lang) group(g coverage.Group) string {
	if l == English {
		return map[coverage.Group]string{
			coverage.Everyone: "all residents", coverage.Age0to2: "aged 0–2", coverage.Age3to5: "aged 3–5",
			coverage.Age6to14: "aged 6–14", coverage.Age60up: "aged 60 and over", coverage.Age80up: "aged 80 and over",
		}[g]
	}
	return map[coverage.Group]string{
		coverage.Everyone: "全体居民", coverage.Age0to2: "0–2岁", coverage.Age3to5: "3–5岁",
		coverage.Age6to14: "6–14岁", coverage.Age60up: "60岁及以上", coverage.Age80up: "80岁及以上",
	}[g]
}

func (l Lang) method(m coverage.Method) string {
	if m == coverage.MethodRadius {
		return l.pick("直线半径法", "straight radius")
	}
	return l.pick("步行路网法", "walking network")
}

func (l Lang) profile(p coverage.Profile) string {
	switch p {
	case coverage.ProfileAdult:
		return l.pick("成年人", "adult")
	case coverage.ProfileElderly:
		return l.pick("老年人", "elderly")
	case coverage.ProfileWheelchair:
		return l.pick("轮椅", "wheelchair")
	}
	return l.pick("标准步行者", "the standard's walker")
}

// unit is what a report counts, in the heading of a column.
func (l Lang) unit(b basis) string {
	if b == byBuildings {
		return l.pick("住宅楼栋", "residential buildings")
	}
	return l.pick("人", "people")
}

func (l Lang) standard(s *coverage.Standard) string { return l.pick(s.NameZh, s.NameEn) }

// place names what the report is about: the area asked for, or the city.
func (c *Coverage) place(o Options) string {
	data, code := c.data(), c.Area
	var only *cityindex.Area
	cities := 0
	for i := range data.Areas {
		a := &data.Areas[i]
		if code != "" && a.Code == code {
			return o.Lang.pick(a.Name, a.NameEn)
		}
		if a.Level == household.LevelCity {
			only, cities = a, cities+1
		}
	}
	switch {
	case o.City != "":
		return o.City
	case cities == 1:
		return o.Lang.pick(only.Name, only.NameEn)
	}
	return data.City
}

func (c *Coverage) title(o Options) string {
	if o.Title != "" {
		return o.Title
	}
	if place := c.place(o); place != "" {
		return place + o.Lang.pick("步行服务圈覆盖分析报告", ": who reaches what on foot")
	}
	return o.Lang.pick("步行服务圈覆盖分析报告", "Who reaches what on foot")
}
