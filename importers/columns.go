package importers

import (
	"slices"
	"strconv"
	"strings"

	"hearthmap/household"
)

// field is what a column means.
type field uint8

const (
	fCode field = iota
	fName
	fNameEn
	fLevel
	fParent
	fAreaCode
	fAliases
	fWalled
	fOpen
	fKind
	fCompound
	fClass
	fFoot
	fSteps
	fBridge
	fTunnel
	fLayer
	fFootOneway
	fCrossing
	fWheelchair
	fHours
	fAddress
	fLon
	fLat
	fWKT
	fFloors
	fHeight
	fUse
	fBuiltYear
	fBuilding
	fEntrance
	fEntranceKind
	fFloor
	fRoom
	fArea
	fID
	fSex
	fBirth
	fPhone
	fRelation
	fResidency
	fTags
	fCategory
	fCapacity
	fCredit
	fieldCount
)

// column says under which names a field is found. The first name is the
// contract's English one, the second its Chinese alias.
type column struct {
	field field
	names []string
}

// table is the columns of a kind.
type table struct {
	columns []column
	// needs lists what a table must have: of each group at least one way, a
	// way being a set of fields.
	needs [][][]field
}

func need(ways ...[]field) [][]field { return ways }

var (
	placeColumns = []column{
		{fLon, []string{"lon", "经度", "lng", "longitude", "x", "东经"}},
		{fLat, []string{"lat", "纬度", "latitude", "y", "北纬"}},
		{fWKT, []string{"wkt", "geom", "geometry", "几何", "图形"}},
	}
	homeColumns = []column{
		{fBuilding, []string{"building_code", "楼栋编码", "楼栋编号", "楼栋代码", "building"}},
		{fAddress, []string{"address", "地址", "详细地址", "住址", "现住址", "居住地址"}},
		{fEntrance, []string{"entrance", "单元", "单元号", "单元编号"}},
		{fRoom, []string{"room", "房号", "室", "户号", "门牌号", "房间号", "房屋编号"}},
	}
)

// tableOf returns the columns of the kind.
func tableOf(kind Kind) table {
	code := []string{"code", "编码", "编号", "代码"}
	name := []string{"name", "名称"}
	nameEn := column{fNameEn, []string{"name_en", "英文名称", "英文名", "name:en"}}
	areaCode := column{fAreaCode, []string{"area_code", "社区编码", "所属社区编码", "社区代码", "community_code"}}
	switch kind {
	case Areas:
		return table{columns: append([]column{
			{fCode, append(code, "区划代码", "网格编码", "area_code")},
			{fName, append(name, "区划名称", "网格名称")},
			nameEn,
			{fLevel, []string{"level", "级别", "层级", "类型"}},
			{fParent, []string{"parent_code", "上级编码", "父级编码", "上级代码", "所属社区编码"}},
		}, placeColumns...), needs: [][][]field{need([]field{fCode}), need([]field{fName}), need([]field{fLevel}), need([]field{fWKT})}}
	case Compounds:
		return table{columns: append([]column{
			{fCode, append(code, "小区编码", "大门编码")},
			{fName, append(name, "小区名称")},
			nameEn,
			{fAliases, []string{"aliases", "别名", "曾用名", "小区别名", "alias", "alt_name"}},
			areaCode,
			{fWalled, []string{"walled", "是否封闭", "封闭", "围墙"}},
			{fKind, []string{"kind", "类型", "类别", "barrier"}},
			{fCompound, []string{"compound_code", "所属小区", "所属小区编码", "compound", "小区"}},
			{fOpen, []string{"open", "开放", "是否开放"}},
			{fHours, []string{"hours", "开放时间", "opening_hours"}},
		}, placeColumns...), needs: [][][]field{need([]field{fWKT})}}
	case Streets:
		return table{columns: append([]column{
			{fCode, append(code, "道路编码")},
			{fName, append(name, "道路名称", "路名")},
			nameEn,
			{fClass, []string{"class", "道路等级", "等级", "highway"}},
			{fKind, []string{"kind", "类型", "类别"}},
			{fFoot, []string{"foot", "步行", "可步行"}},
			{fSteps, []string{"steps", "台阶"}},
			{fBridge, []string{"bridge", "桥", "桥梁"}},
			{fTunnel, []string{"tunnel", "隧道"}},
			{fLayer, []string{"layer", "层", "图层"}},
			{fFootOneway, []string{"foot_oneway", "步行单向"}},
			{fCrossing, []string{"crossing", "过街方式", "过街"}},
			{fWheelchair, []string{"wheelchair", "轮椅通行", "无障碍"}},
		}, placeColumns...), needs: [][][]field{need([]field{fWKT})}}
	case Buildings:
		return table{columns: append([]column{
			{fCode, append(code, "楼栋编码", "楼栋编号", "楼栋代码")},
			{fName, append(name, "楼栋名称", "楼名")},
			{fAddress, []string{"address", "地址", "详细地址", "标准地址"}},
			{fFloors, []string{"floors", "层数", "楼层数", "地上层数", "building:levels", "levels"}},
			{fHeight, []string{"height", "高度", "楼高"}},
			{fUse, []string{"use", "用途", "房屋用途", "使用性质"}},
			{fBuiltYear, []string{"built_year", "建成年份", "建成年代", "竣工年份", "建筑年代"}},
			areaCode,
			{fCompound, []string{"compound", "小区", "小区编码", "所属小区", "compound_code"}},
			{fKind, []string{"kind", "类型"}},
			{fBuilding, []string{"building_code", "所属楼栋", "所属楼栋编码"}},
			{fEntrance, []string{"number", "单元", "单元号", "entrance"}},
			{fEntranceKind, []string{"entrance_kind", "出入口类型"}},
		}, placeColumns...), needs: [][][]field{need([]field{fCode}), need([]field{fLon, fLat}, []field{fWKT})}}
	case Units:
		return table{columns: append([]column{
			{fFloor, []string{"floor", "楼层", "所在楼层", "所在层"}},
			{fUse, []string{"use", "用途", "房屋用途"}},
			{fArea, []string{"area_m2", "面积", "建筑面积", "area"}},
		}, homeColumns...), needs: [][][]field{need([]field{fBuilding}, []field{fAddress}), need([]field{fRoom}, []field{fAddress})}}
	case Residents:
		return table{columns: append([]column{
			{fID, []string{"id_number", "身份证号", "身份证号码", "公民身份号码", "证件号码", "身份证"}},
			{fName, []string{"name", "姓名"}},
			{fSex, []string{"sex", "性别", "gender"}},
			{fBirth, []string{"birth_date", "出生日期", "出生年月日", "生日", "birthday"}},
			{fPhone, []string{"phone", "联系电话", "电话", "手机", "手机号", "手机号码", "联系方式"}},
			{fRelation, []string{"relation", "与户主关系", "户主关系", "关系"}},
			{fResidency, []string{"residency", "人口类型", "居住类型", "人员类别"}},
			{fTags, []string{"tags", "标签", "人员标签"}},
		}, homeColumns...), needs: [][][]field{
			need([]field{fID}, []field{fBirth}), need([]field{fName}),
			need([]field{fBuilding}, []field{fAddress}), need([]field{fRoom}, []field{fAddress}),
		}}
	case Facilities:
		return table{columns: append([]column{
			{fCode, append(code, "设施编码")},
			{fName, append(name, "设施名称")},
			nameEn,
			{fCategory, []string{"category", "类别", "设施类别", "类型"}},
			{fCapacity, []string{"capacity", "容量", "规模", "床位数", "学位数"}},
			{fAddress, []string{"address", "地址", "详细地址"}},
			{fCredit, []string{"credit_code", "统一社会信用代码", "社会信用代码", "信用代码"}},
		}, placeColumns...), needs: [][][]field{
			need([]field{fCode}), need([]field{fName}), need([]field{fCategory}), need([]field{fLon, fLat}, []field{fWKT}),
		}}
	}
	return table{}
}

// layout says in which column of a record each field is.
type layout struct {
	at      [fieldCount]int16 // -1: the file does not have it
	crs     int16             // of a rejects file: the column of the reference system; -1: none
	names   []string
	unknown []string // columns that mean nothing to us
}

// columnName is the form in which headers are compared: no width, case,
// spaces, punctuation or units in brackets.
func columnName(s string) string {
	s = strings.NewReplacer("（", "(", "【", "(", "[", "(").Replace(s)
	if i := strings.IndexByte(s, '('); i > 0 {
		s = s[:i]
	}
	return household.Fold(strings.TrimPrefix(s, "\uFEFF"))
}

// KnownColumn reports whether a column of this name has a meaning in any kind
// of file.
func KnownColumn(name string) bool {
	folded := columnName(name)
	for _, kind := range Kinds {
		for _, c := range tableOf(kind).columns {
			for _, alias := range c.names {
				if columnName(alias) == folded {
					return true
				}
			}
		}
	}
	return false
}

// arrange finds the fields of a kind among the names. Of two columns for one
// field the one whose name is listed first wins, and twins by name are an
// error.
//
// A mapping, which may be nil, goes before the names.
func (t table) arrange(names []string, m *applied) (layout, error) {
	l := layout{names: names, crs: int16(slices.Index(names, ownCRS))}
	for i := range l.at {
		l.at[i] = -1
	}
	folded := make([]string, len(names))
	for i, n := range names {
		if !isOwn(n) { // of a rejects file, mended and handed in again
			folded[i] = columnName(n)
		}
	}
	used := make([]bool, len(names))
	if err := l.arrangeMapped(folded, used, m); err != nil {
		return l, err
	}
	if i := slices.Index(names, ownShape); i >= 0 {
		l.at[fWKT] = int16(i)
	}
	for _, c := range t.columns {
		if l.at[c.field] >= 0 {
			continue
		}
	aliases:
		for _, alias := range c.names {
			want := columnName(alias)
			for i, n := range folded {
				if n != want || used[i] {
					continue
				}
				if j := slices.Index(folded[i+1:], n); j >= 0 {
					return l, household.Errorf(household.Invalid, "importers.arrange", "column %q occurs twice", names[i]).
						WithHint("rename or remove one of them")
				}
				l.at[c.field] = int16(i)
				used[i] = true
				break aliases
			}
		}
	}
	for i, n := range names {
		if !used[i] && folded[i] != "" {
			l.unknown = append(l.unknown, n)
		}
	}
	return l, nil
}

// arrangeMapped gives columns the fields that the mapping names.
func (l *layout) arrangeMapped(folded []string, used []bool, m *applied) error {
	if m == nil {
		return nil
	}
	for i, n := range folded {
		f, ok := m.columns[n]
		if !ok || n == "" {
			continue
		}
		used[i] = true
		if f == fieldCount {
			continue
		}
		if l.at[f] >= 0 {
			return household.Errorf(household.Invalid, "importers.arrange", "by the mapping the columns %q and %q hold the same",
				l.names[l.at[f]], l.names[i]).WithHint(`write "-" for the one that is not used`)
		}
		l.at[f] = int16(i)
	}
	return nil
}

// unmet lists the needs that neither a column nor a constant of the mapping
// meets. With shapes, places are there; and a layer of entrances names its
// buildings.
func (t table) unmet(l layout, m *applied, shapes bool) (unmet [][][]field) {
	have := func(f field) bool {
		switch {
		case l.at[f] >= 0 || m != nil && m.constants[f] != "":
			return true
		case shapes && (f == fWKT || f == fLon || f == fLat):
			return true
		}
		return shapes && f == fCode && l.at[fBuilding] >= 0
	}
	for _, ways := range t.needs {
		if !slices.ContainsFunc(ways, func(way []field) bool {
			return !slices.ContainsFunc(way, func(f field) bool { return !have(f) })
		}) {
			unmet = append(unmet, ways)
		}
	}
	return unmet
}

// lacks names the unmet needs.
func (t table) lacks(l layout, m *applied, shapes bool) []string {
	missing := []string{}
	for _, ways := range t.unmet(l, m, shapes) {
		var names []string
		for _, way := range ways {
			var parts []string
			for _, f := range way {
				parts = append(parts, t.column(f).names[0])
			}
			names = append(names, strings.Join(parts, " and "))
		}
		missing = append(missing, strings.Join(names, " or "))
	}
	return missing
}

// check returns an error that names the columns the table lacks and what
// they may be called.
func (t table) check(l layout, kind Kind, m *applied, shapes bool) error {
	missing := t.lacks(l, m, shapes)
	if len(missing) == 0 {
		return nil
	}
	var accepted []string
	for _, ways := range t.unmet(l, m, shapes) {
		for _, way := range ways {
			for _, f := range way {
				accepted = append(accepted, strings.Join(t.column(f).names, " | "))
			}
		}
	}
	word := "a column"
	if len(missing) > 1 {
		word = strconv.Itoa(len(missing)) + " columns"
	}
	return household.Errorf(household.Invalid, "importers.check", "the file lacks %s of %s: %s", word, kind, strings.Join(missing, "; ")).
		WithHint("name the columns so: %s; or say with --mapping which they are (hearthmap import inspect writes such a file); if they are named further down, say in which row with --header-row", strings.Join(accepted, "; "))
}

func (t table) column(f field) column {
	for _, c := range t.columns {
		if c.field == f {
			return c
		}
	}
	return column{field: f, names: []string{"?"}}
}
