package ogc

import (
	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

var areas = &collection{
	id: "areas", title: "辖区 Areas", about: "The areas of all levels, from the city to the grid, with their counts.",
	len:      func(c *cityindex.City) int { return len(c.Data().Areas) },
	find:     (*cityindex.City).Area,
	in:       areasIn,
	geometry: func(c *cityindex.City, i int32) orb.Geometry { return c.AreaAt(i).Geom },
	columns: append([]column{
		{"code", "编码", textKind, nil, func(c *cityindex.City, i int32) value { return text(c.AreaAt(i).Code) }},
		{"name", "名称", textKind, nil, func(c *cityindex.City, i int32) value { return text(c.AreaAt(i).Name) }},
		{"name_en", "英文名称", textKind, nil, func(c *cityindex.City, i int32) value { return text(c.AreaAt(i).NameEn) }},
		{"level", "级别", textKind, levels(), func(c *cityindex.City, i int32) value { return text(string(c.AreaAt(i).Level)) }},
		{"parent_code", "上级编码", textKind, nil, func(c *cityindex.City, i int32) value { return areaCode(c, c.Parent(i)) }},
		{"buildings", "楼栋数", wholeKind, nil, func(c *cityindex.City, i int32) value { return number(c.AreaTotals(i).Buildings) }},
		{"facilities", "设施数", wholeKind, nil, func(c *cityindex.City, i int32) value { return number(c.AreaTotals(i).Facilities) }},
	}, countColumns(func(c *cityindex.City, i int32) cityindex.Counts { return c.AreaTotals(i).Counts })...),
}

var compounds = &collection{
	id: "compounds", title: "小区 Compounds", about: "The housing compounds with their counts.",
	len:      func(c *cityindex.City) int { return len(c.Data().Compounds) },
	find:     (*cityindex.City).Compound,
	in:       (*cityindex.City).CompoundsIn,
	geometry: func(c *cityindex.City, i int32) orb.Geometry { return c.CompoundAt(i).Geom },
	columns: append([]column{
		{"code", "编码", textKind, nil, func(c *cityindex.City, i int32) value { return text(c.CompoundAt(i).Code) }},
		{"name", "名称", textKind, nil, func(c *cityindex.City, i int32) value { return text(c.CompoundAt(i).Name) }},
		{"name_en", "英文名称", textKind, nil, func(c *cityindex.City, i int32) value { return text(c.CompoundAt(i).NameEn) }},
		{"area_code", "社区编码", textKind, nil, func(c *cityindex.City, i int32) value { return areaOfID(c, c.CompoundAt(i).AreaID) }},
		{"walled", "封闭", wholeKind, nil, func(c *cityindex.City, i int32) value {
			if c.CompoundAt(i).Walled {
				return number(1)
			}
			return number(0)
		}},
		{"buildings", "楼栋数", wholeKind, nil, func(c *cityindex.City, i int32) value { return number(c.CompoundTotals(i).Buildings) }},
	}, countColumns(func(c *cityindex.City, i int32) cityindex.Counts { return c.CompoundTotals(i).Counts })...),
}

var buildings = &collection{
	id: "buildings", title: "楼栋 Buildings", about: "The buildings with the numbers of their residents, households and units.",
	len:      func(c *cityindex.City) int { return len(c.Data().Buildings) },
	find:     (*cityindex.City).Building,
	in:       (*cityindex.City).BuildingsIn,
	geometry: func(c *cityindex.City, i int32) orb.Geometry { return c.BuildingAt(i).Geom },
	columns: append([]column{
		{"code", "楼栋编码", textKind, nil, func(c *cityindex.City, i int32) value { return text(c.BuildingAt(i).Code) }},
		{"name", "名称", textKind, nil, func(c *cityindex.City, i int32) value { return text(c.BuildingAt(i).Name) }},
		{"address", "地址", textKind, nil, func(c *cityindex.City, i int32) value { return text(c.BuildingAt(i).Address) }},
		{"use", "用途", textKind, uses, func(c *cityindex.City, i int32) value { return text(string(c.BuildingAt(i).Use)) }},
		{"floors", "层数", wholeKind, nil, func(c *cityindex.City, i int32) value { return known(float64(c.BuildingAt(i).Floors)) }},
		{"height_m", "高度（米）", decimalKind, nil, func(c *cityindex.City, i int32) value { return known(float64(c.BuildingAt(i).Height)) }},
		{"built_year", "建成年份", wholeKind, nil, func(c *cityindex.City, i int32) value { return known(float64(c.BuildingAt(i).BuiltYear)) }},
		{"area_code", "社区编码", textKind, nil, func(c *cityindex.City, i int32) value { return areaCode(c, c.CommunityOf(i)) }},
		{"grid_code", "网格编码", textKind, nil, func(c *cityindex.City, i int32) value { return areaCode(c, c.GridOf(i)) }},
		{"compound_code", "小区编码", textKind, nil, func(c *cityindex.City, i int32) value {
			if k := c.CompoundOf(i); k != cityindex.None {
				return text(c.CompoundAt(k).Code)
			}
			return value{null: true}
		}},
	}, countColumns(func(c *cityindex.City, i int32) cityindex.Counts { return c.BuildingAt(i).Counts })...),
}

var facilities = &collection{
	id: "facilities", title: "设施 Facilities", about: "The places of service, by category.",
	len:      func(c *cityindex.City) int { return len(c.Data().Facilities) },
	find:     (*cityindex.City).Facility,
	in:       (*cityindex.City).FacilitiesIn,
	geometry: func(c *cityindex.City, i int32) orb.Geometry { return c.FacilityAt(i).Geom },
	columns: []column{
		{"code", "编码", textKind, nil, func(c *cityindex.City, i int32) value { return text(c.FacilityAt(i).Code) }},
		{"name", "名称", textKind, nil, func(c *cityindex.City, i int32) value { return text(c.FacilityAt(i).Name) }},
		{"name_en", "英文名称", textKind, nil, func(c *cityindex.City, i int32) value { return text(c.FacilityAt(i).NameEn) }},
		{"category", "类别", textKind, nil, func(c *cityindex.City, i int32) value { return text(string(c.FacilityAt(i).Category)) }},
		{"capacity", "容量", wholeKind, nil, func(c *cityindex.City, i int32) value { return known(float64(c.FacilityAt(i).Capacity)) }},
		{"address", "地址", textKind, nil, func(c *cityindex.City, i int32) value { return text(c.FacilityAt(i).Address) }},
		{"area_code", "社区编码", textKind, nil, func(c *cityindex.City, i int32) value { return areaCode(c, c.AreaOfFacility(i)) }},
	},
}

// countColumns are the numbers that areas, compounds and buildings share.
func countColumns(of func(c *cityindex.City, i int32) cityindex.Counts) []column {
	list := []struct {
		name, title string
		get         func(n *cityindex.Counts) int32
	}{
		{"people", "实有人口", func(n *cityindex.Counts) int32 { return n.People }},
		{"households", "户数", func(n *cityindex.Counts) int32 { return n.Households }},
		{"units", "户室数", func(n *cityindex.Counts) int32 { return n.Units }},
		{"age_0_2", "0–2 岁", func(n *cityindex.Counts) int32 { return n.Age0to2 }},
		{"age_3_5", "3–5 岁", func(n *cityindex.Counts) int32 { return n.Age3to5 }},
		{"age_6_14", "6–14 岁", func(n *cityindex.Counts) int32 { return n.Age6to14 }},
		{"age_60_up", "60 岁及以上", func(n *cityindex.Counts) int32 { return n.Age60up }},
		{"age_80_up", "80 岁及以上", func(n *cityindex.Counts) int32 { return n.Age80up }},
	}
	var out []column
	for _, k := range list {
		out = append(out, column{k.name, k.title, wholeKind, nil, func(c *cityindex.City, i int32) value {
			counts := of(c, i)
			return number(k.get(&counts))
		}})
	}
	return out
}

var uses = []string{
	string(household.UseResidential), string(household.UseMixed), string(household.UseCommercial), string(household.UseOffice),
	string(household.UseIndustrial), string(household.UsePublic), string(household.UseUtility), string(household.UseOther),
}

func levels() (names []string) {
	for _, l := range household.AreaLevels {
		names = append(names, string(l))
	}
	return names
}

func areasIn(c *cityindex.City, b orb.Bound, yield func(int32) bool) {
	more := true
	for _, l := range household.AreaLevels {
		if more {
			c.AreasIn(l, b, func(i int32) bool {
				more = yield(i)
				return more
			})
		}
	}
}

func areaCode(c *cityindex.City, i int32) value {
	if i == cityindex.None {
		return value{null: true}
	}
	return text(c.AreaAt(i).Code)
}

func areaOfID(c *cityindex.City, id int64) value {
	if i, ok := c.AreaByID(id); ok {
		return areaCode(c, i)
	}
	return value{null: true}
}
