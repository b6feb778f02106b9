package importers

import (
	"strings"
	"time"

	"github.com/paulmach/orb"

	"hearthmap/household"
	"hearthmap/household/address"
)

// building reads a building, or an entrance when the record is a point of
// kind entrance.
func (j *judge) building(r *row, add func(Entity)) {
	g := r.shape()
	if p, ok := g.(orb.Point); ok {
		switch wordKey(r.raw(fKind)) {
		case "entrance", "单元", "单元门", "出入口", "入口":
			add(j.entrancePoint(r, p))
			return
		}
	}
	b := household.Building{
		Code: r.required(fCode, "the code"), Name: r.text(fName), Address: r.text(fAddress),
		Use:          word(r, fUse, j.words.use, household.UseOther, acceptedUses),
		Floors:       int16(r.integer(fFloors, 0, 200, "the number of floors", "层", "F", "f")),
		Height:       float32(r.number(fHeight, 0, 1000, "the height", "米", "m")),
		AreaCode:     r.code(fAreaCode),
		CompoundCode: r.code(fCompound),
		Geom:         g,
	}
	if year := r.integer(fBuiltYear, 0, float64(time.Now().Year()+10), "the year of building", "年", "年代"); year != 0 {
		if b.BuiltYear = int16(year); year < 1000 {
			r.fail(fBuiltYear, RejectValue, "the year of building is before 1000", "write it with four digits")
		}
	}
	switch g.(type) {
	case nil, orb.Point, orb.Polygon, orb.MultiPolygon:
	default:
		r.fail(fWKT, RejectGeometry, "a building is a polygon or a point", "draw its footprint")
	}
	add(b)
}

func (j *judge) entrancePoint(r *row, p orb.Point) household.Entrance {
	e := household.Entrance{BuildingCode: r.code(fBuilding), Geom: p, Located: true, Kind: wordKey(r.code(fEntranceKind))}
	if e.BuildingCode == "" {
		e.BuildingCode = r.required(fCode, "the building's code")
	}
	if r.raw(fEntrance) == "" {
		r.fail(fEntrance, RejectMissing, "the number of the entrance is missing", "fill in the 单元, such as 1")
	}
	e.Number = r.entrance()
	switch e.Kind {
	case "主入口", "主门", "yes":
		e.Kind = "main"
	case "单元门", "单元", "staircase":
		e.Kind = "stairwell"
	case "", "main", "stairwell", "service", "emergency":
	default:
		r.fail(fEntranceKind, RejectValue, "the kind of the entrance is not known", "use main, stairwell, service or emergency, or leave it empty")
	}
	return e
}

// home reads the building of a unit or person.
func (r *row) building() string {
	code := r.code(fBuilding)
	if code == "" {
		if r.raw(fAddress) != "" {
			if r.homes != nil {
				return r.homes.find(r)
			}
			r.fail(fBuilding, RejectReference, "the row names its building by an address only", "add the building's code; this store does not match addresses")
		}
		r.fail(fBuilding, RejectMissing, "the building's code is missing", "fill it in")
		return code
	}
	if r.raw(fRoom) == "" && r.raw(fAddress) != "" {
		// Mended with a code: entrance and room still stand in the address.
		if a := address.Parse(r.text(fAddress)); a.Room != "" && !a.Ambiguous {
			r.home = &a
		}
	}
	return code
}

func (j *judge) unit(r *row) household.Unit {
	u := household.Unit{
		BuildingCode: r.building(), Entrance: r.homeEntrance(), Room: r.homeRoom(),
		Use:    word(r, fUse, j.words.use, household.UseResidential, acceptedUses),
		AreaM2: float32(r.number(fArea, 0, 1e6, "the area", "平方米", "平米", "㎡", "m2", "m²")),
	}
	if r.reject == nil {
		if r.home != nil && r.home.Floor != 0 && r.raw(fFloor) == "" {
			u.Floor = r.home.Floor
		} else {
			u.Floor = r.floor(u.Room)
		}
	}
	return u
}

func (j *judge) resident(r *row) household.Resident {
	p := household.Resident{
		Name: r.text(fName), BuildingCode: r.building(), Entrance: r.homeEntrance(), Room: r.homeRoom(),
		Phone:     r.phone(),
		Sex:       word(r, fSex, j.words.sex, household.SexUnknown, acceptedSexes),
		BirthDate: r.date(fBirth, "the date of birth"),
		Relation:  word(r, fRelation, j.words.relation, household.RelationOther, acceptedRelations),
		Residency: word(r, fResidency, j.words.residency, household.ResidencyResident, acceptedResidency),
		Tags:      j.tags(r),
	}
	if p.Name == "" {
		r.fail(fName, RejectMissing, "the name is missing", "fill it in")
	}
	r.identity(&p)
	return p
}

// identity reads the identity number, and sex and birth date from it where
// the file has none; where it has them they must agree.
func (r *row) identity(p *household.Resident) {
	s := r.raw(fID)
	if s == "" {
		if p.BirthDate.IsZero() {
			r.fail(fID, RejectMissing, "both the identity number and the date of birth are missing", "fill in one of them")
		}
		return
	}
	id, err := household.ParseResidentID(s)
	if err != nil {
		suggestion := household.HintOf(err)
		if suggestion == "" {
			suggestion = "compare it with the card"
		}
		reason := "the identity number is not valid"
		if e, ok := err.(*household.Error); ok { // its messages hold no digits
			reason = "the " + e.Message
		}
		r.fail(fID, RejectResidentID, reason, suggestion)
		return
	}
	p.ID = id
	birth := id.BirthDate()
	switch {
	case p.BirthDate.IsZero():
		p.BirthDate = birth
	case !p.BirthDate.Equal(birth):
		r.fail(fBirth, RejectResidentID, "the date of birth is not that of the identity number", "correct the one that is wrong")
	}
	switch {
	case p.Sex == household.SexUnknown:
		p.Sex = id.Sex()
	case p.Sex != id.Sex():
		r.fail(fSex, RejectResidentID, "the sex is not that of the identity number", "correct the one that is wrong")
	}
}

// phone is the number's digits, with a + before a foreign one.
func (r *row) phone() string {
	s := fold(r.raw(fPhone))
	if s == "" {
		return ""
	}
	digits := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c == '+' && len(digits) == 0:
			digits = append(digits, c)
		case strings.IndexByte(" -()", c) >= 0:
		default:
			r.fail(fPhone, RejectValue, "the phone number holds other characters than digits", "write one number, or leave it empty")
			return ""
		}
	}
	if len(digits) > 20 || len(digits) < 3 {
		r.fail(fPhone, RejectValue, "the phone number has too few or too many digits", "write one number, or leave it empty")
		return ""
	}
	if string(digits) == s {
		return s
	}
	return string(digits)
}

func (j *judge) tags(r *row) []household.TagKind {
	s := r.raw(fTags)
	if s == "" || s == "无" {
		return nil
	}
	var tags []household.TagKind
next:
	for _, w := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(";；、,，|/", c) }) {
		w = strings.TrimFunc(w, isSpace)
		if w == "" || w == "无" {
			continue
		}
		if w = r.mapping.translate(fTags, w); w == "" {
			continue
		}
		t, ok := j.words.tag[wordKey(w)]
		if !ok {
			r.fail(fTags, RejectValue, "a tag is not known", "use, separated by ';': "+acceptedTags)
			return nil
		}
		for _, have := range tags {
			if have == t {
				continue next
			}
		}
		tags = append(tags, t)
	}
	return tags
}
