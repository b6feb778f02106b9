package importers

import (
	"strings"

	"github.com/paulmach/orb"

	"hearthmap/geo/crs"
	"hearthmap/household"
	"hearthmap/importers/charset"
)

// judge turns the records of a kind into items. It is used by several
// goroutines at a time and holds no state of a record.
type judge struct {
	kind    Kind
	crs     crs.CRS
	carried string // the name of crs, when a rejects file says it
	words   *words
	mapping *applied // nil: none
	mends   *mends
	ground  *ground
	homes   *homes // nil: addresses are not matched
}

// judge appends the items of the record: its entities, or one reject.
func (j *judge) judge(items []Item, rec Record, l *layout) []Item {
	r := row{Record: rec, layout: l, crs: j.crs, mapping: j.mapping, mends: j.mends, ground: j.ground, homes: j.homes}
	n := len(items)
	j.otherCRS(&r)
	if f, bad := r.damaged(); bad {
		r.fail(f, RejectEncoding, "the text holds characters that were lost in a conversion", "type them again, or export the file as UTF-8")
	} else if f, bad := r.private(); bad {
		r.fail(f, RejectEncoding, "the text holds a character of somebody's own font (造字, private use area), which no other machine can show",
			"type the character that GB 18030-2022 has for it; where it has none, the one on the identity card in pinyin")
	} else {
		items = j.entities(items, &r)
	}
	if r.doubt != nil && r.reject == nil {
		r.doubtful(items[n].Entity)
	}
	if r.reject == nil {
		return items
	}
	return append(items[:n], Item{Row: rec.Row, Sheet: rec.Sheet, Reject: r.reject})
}

// damaged finds a replacement character or NUL in a value that will be used.
func (r *row) damaged() (field, bool) {
	for f, i := range r.layout.at {
		if i < 0 {
			continue
		}
		if v := r.Values[i]; strings.IndexByte(v, 0) >= 0 || strings.Contains(v, "\uFFFD") {
			return field(f), true
		}
	}
	return 0, false
}

// private finds a character of a private use area in a value that will be
// used.
func (r *row) private() (field, bool) {
	for f, i := range r.layout.at {
		if i >= 0 && charset.Private(r.Values[i]) {
			return field(f), true
		}
	}
	return 0, false
}

func (j *judge) entities(items []Item, r *row) []Item {
	add := func(e Entity) { items = append(items, Item{Row: r.Row, Sheet: r.Sheet, Entity: e}) }
	switch j.kind {
	case Areas:
		j.area(r, add)
	case Compounds:
		j.compound(r, add)
	case Streets:
		j.street(r, add)
	case Buildings:
		j.building(r, add)
	case Units:
		items = append(items, Item{Row: r.Row, Sheet: r.Sheet, Entity: j.unit(r), Address: r.raw(fAddress)})
	case Residents:
		items = append(items, Item{Row: r.Row, Sheet: r.Sheet, Entity: j.resident(r), Address: r.raw(fAddress)})
	case Facilities:
		j.facility(r, add)
	}
	return items
}

func (j *judge) area(r *row, add func(Entity)) {
	a := household.Area{
		Code: r.required(fCode, "the code"), Name: r.text(fName), NameEn: r.text(fNameEn), ParentCode: r.code(fParent),
		Level: word(r, fLevel, j.words.level, "", acceptedLevels),
	}
	if a.Level == "" {
		r.fail(fLevel, RejectMissing, "the level is missing", "use one of: "+acceptedLevels)
	}
	if a.Name == "" {
		r.fail(fName, RejectMissing, "the name is missing", "fill it in")
	}
	if a.Code != "" && a.Code == a.ParentCode {
		r.fail(fParent, RejectReference, "the area is its own parent", "name the area of the next higher level")
	}
	g := r.shape()
	if g == nil {
		return
	}
	var ok bool
	if a.Geom, ok = multiPolygon(g); !ok {
		r.fail(fWKT, RejectGeometry, "an area is a polygon", "draw its boundary")
	}
	add(a)
}

func (j *judge) compound(r *row, add func(Entity)) {
	g := r.shape()
	switch g := g.(type) {
	case nil:
	case orb.Point:
		add(j.gate(r, g))
	case orb.LineString, orb.MultiLineString:
		add(j.barrier(r, g, household.BarrierWall))
	default:
		c := household.Compound{
			Code: r.required(fCode, "the code"), Name: r.text(fName), NameEn: r.text(fNameEn), AreaCode: r.code(fAreaCode),
			Aliases: household.Aliases(r.text(fName), r.text(fAliases)),
			Walled:  r.bool(fWalled, false, "封闭 封闭式 walled closed gated", "开放 开放式 open"),
		}
		c.Geom, _ = multiPolygon(g)
		add(c)
	}
}

func (j *judge) gate(r *row, p orb.Point) household.Gate {
	g := household.Gate{
		Code: r.code(fCode), Name: r.text(fName), CompoundCode: r.code(fCompound), Kind: wordKey(r.code(fKind)),
		Open: r.bool(fOpen, true, "开 开放 open permissive", "关 关闭 封闭 closed locked private"), Geom: p,
		Hours: r.text(fHours),
	}
	switch {
	case g.Kind == "":
		r.fail(fKind, RejectMissing, "a point without a kind is no gate", "write kind=gate for gates")
	case g.Kind == "大门" || g.Kind == "门" || g.Kind == "出入口":
		g.Kind = "gate"
	case !tagValue(g.Kind):
		r.fail(fKind, RejectValue, "the kind of the gate is not known", "write kind=gate, or OSM's value of barrier")
	}
	if _, ok := household.OpenAt(g.Hours, household.Daytime); g.Hours != "" && !ok {
		r.fail(fHours, RejectValue, "the hours are not understood", "write 06:00-22:00, Mo-Fr 07:00-19:00; Sa,Su off, or 24/7")
	}
	if g.Code == "" {
		g.Code = geometryCode("gate", p)
	}
	return g
}

// tagValue reports whether s has the form of a value of OSM's keys.
func tagValue(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 'a' || c > 'z') && c != '_' && (c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 40
}

func (j *judge) barrier(r *row, g orb.Geometry, empty household.BarrierKind) household.Barrier {
	b := household.Barrier{
		Code: r.code(fCode), Kind: word(r, fKind, j.words.barrier, empty, "墙 河流 铁路 封闭道路 (wall river railway road)"),
	}
	b.Geom, _ = multiLine(g)
	if b.Code == "" {
		b.Code = geometryCode("barrier", b.Geom)
	}
	return b
}

func (j *judge) facility(r *row, add func(Entity)) {
	f := household.Facility{
		Code: r.required(fCode, "the code"), Name: r.text(fName), NameEn: r.text(fNameEn), Address: r.text(fAddress),
		Capacity: int32(r.integer(fCapacity, 0, 1e9, "the capacity", "人", "床", "张", "个")),
	}
	if f.Name == "" {
		r.fail(fName, RejectMissing, "the name is missing", "fill it in")
	}
	f.Category = j.category(r)
	if code := r.raw(fCredit); code != "" && !household.ValidCreditCode(code) {
		j.mends.creditCodes.Add(1)
	}
	switch g := r.shape().(type) {
	case nil:
	case orb.Point:
		f.Geom = g
	default:
		r.fail(fWKT, RejectGeometry, "a facility is a point", "write the place of its door")
	}
	add(f)
}

func (j *judge) category(r *row) household.Category {
	s := r.text(fCategory)
	if s == "" {
		r.fail(fCategory, RejectMissing, "the category is missing", "use a category such as 幼儿园 or kindergarten")
		return ""
	}
	if c, ok := j.words.category[wordKey(s)]; ok {
		return c
	}
	c, ok := household.ParseCategory(fold(s))
	if !ok {
		r.fail(fCategory, RejectValue, "the category is not known", "use a category such as 幼儿园, 菜市场, 药店 (kindergarten, food_market, pharmacy)")
	}
	return c
}
