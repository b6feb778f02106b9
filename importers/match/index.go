package match

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"hearthmap/household/address"
)

// Building is what the index knows a building by.
type Building struct {
	Code, Name, Address string
	// CompoundCode and CompoundName are those of the compound it stands in;
	// empty when there is none.
	CompoundCode, CompoundName string
	Aliases                    []string // other and old names of the compound
	// Areas are the names of the areas it lies in: city, district, street,
	// community, in any order.
	Areas []string
}

// Builder collects buildings for an Index. The zero value is not ready; use
// NewBuilder.
type Builder struct {
	x         *Index
	placeOf   map[string]int32 // compound code, or name and areas
	chains    map[string]int32
	roadAt    []entry
	placeAt   []entry
	buildings map[string]bool
}

// Index finds buildings by their addresses. It is immutable, and safe for use
// from several goroutines.
type Index struct {
	buildings []building
	words     table // numbers of houses and buildings, names of single buildings
	roads     names
	compounds names
	placesOf  [][]int32 // places by compound name
	placeAt   []entry   // buildings by place and building number, sorted
	roadAt    []entry   // buildings by road and house number, sorted
	areas     table     // normal names of areas
	stems     map[string]bool
	chains    [][]int32 // areas of a building
}

// building is one building: ids into the index's tables, -1 for none.
type building struct {
	code         string
	place, other int32 // compounds it is known in
	road, number int32
	bnum, chain  int32
}

// entry is a building under a group and a number, or the group's building
// without a number (-1).
type entry struct{ group, number, b int32 }

// none is the id of nothing.
const none = int32(-1)

// table numbers strings.
type table struct {
	ids map[string]int32
	s   []string
}

func (t *table) add(s string) int32 {
	if s == "" {
		return none
	}
	if id, ok := t.ids[s]; ok {
		return id
	}
	if t.ids == nil {
		t.ids = map[string]int32{}
	}
	s = strings.Clone(s)
	id := int32(len(t.s))
	t.ids[s] = id
	t.s = append(t.s, s)
	return id
}

func (t *table) find(s string) int32 {
	if id, ok := t.ids[s]; ok && s != "" {
		return id
	}
	return none
}

// NewBuilder returns an empty Builder.
func NewBuilder() *Builder {
	return &Builder{x: &Index{stems: map[string]bool{}}, placeOf: map[string]int32{}, chains: map[string]int32{}, buildings: map[string]bool{}}
}

// Add adds a building. A code that was added before is ignored.
func (b *Builder) Add(in Building) {
	if in.Code == "" || b.buildings[in.Code] {
		return
	}
	x := b.x
	id := int32(len(x.buildings))
	bd := building{code: strings.Clone(in.Code), place: none, other: none, road: none, number: none, bnum: none, chain: b.chain(in.Areas)}
	b.buildings[bd.code] = true
	a, own := address.Parse(in.Address), address.Parse(in.Name)
	number := a.Building
	if number == "" && own.Compound == "" && own.Road == "" {
		number = own.Building
	}
	if a.Road != "" {
		bd.road = x.roads.add(address.Key(a.Road))
		bd.number = x.words.add(a.Number)
		b.roadAt = append(b.roadAt, entry{bd.road, bd.number, id})
	}
	number = b.compound(&bd, id, in, &a, number)
	bd.bnum = x.words.add(number)
	switch {
	case own.Compound != "" && address.Key(own.Compound) != address.Key(a.Compound) && own.Road == "" && (own.Building != "" || a.Compound == "" && in.CompoundName == ""):
		bd.other = b.place("", own.Compound, bd.chain)
		b.placeAt = append(b.placeAt, entry{bd.other, x.words.add(own.Building), id})
	case len(a.Former) > 0 && a.Former[0].Building != "":
		f := a.Former[0]
		bd.other = b.place("", f.Name, bd.chain)
		b.placeAt = append(b.placeAt, entry{bd.other, x.words.add(f.Building), id})
	}
	x.buildings = append(x.buildings, bd)
}

// compound files the building under its compound and returns the number, or
// the name, that it has there.
func (b *Builder) compound(bd *building, id int32, in Building, a *address.Address, number string) string {
	x := b.x
	key, written := address.Key(in.CompoundName), address.Key(a.Compound)
	switch {
	case key == "" && written == "":
		return number
	case key == "":
		bd.place = b.place("", a.Compound, bd.chain)
	default:
		bd.place = b.place(in.CompoundCode, in.CompoundName, bd.chain)
		for _, alias := range in.Aliases {
			b.name(bd.place, alias)
		}
		rest, inside := strings.CutPrefix(written, key)
		switch {
		case inside && rest != "" && number == "":
			number = rest // 锦绣小区物业楼
		case !inside && number != "" && written != "":
			b.name(bd.place, a.Compound)
		}
	}
	if number == "" && in.Name != "" && in.CompoundName != "" && a.Compound != "" {
		if own := address.Key(in.Name); own != key && !strings.HasPrefix(own, key) {
			number = own
		}
	}
	for _, f := range a.Former {
		if f.Building == "" {
			b.name(bd.place, f.Name)
		}
	}
	b.placeAt = append(b.placeAt, entry{bd.place, x.words.add(number), id})
	return number
}

// place returns the compound of the code, or of the name within the areas.
func (b *Builder) place(code, name string, chain int32) int32 {
	key := "c" + code
	if code == "" {
		key = "n" + address.Key(name) + "\x00" + strconv.Itoa(int(chain))
	}
	id, ok := b.placeOf[key]
	if !ok {
		id = int32(len(b.placeOf))
		b.placeOf[strings.Clone(key)] = id
	}
	b.name(id, name)
	return id
}

// name makes the place known by the name.
func (b *Builder) name(place int32, name string) {
	x := b.x
	n := x.compounds.add(address.Key(name))
	if n == none {
		return
	}
	for int(n) >= len(x.placesOf) {
		x.placesOf = append(x.placesOf, nil)
	}
	if !slices.Contains(x.placesOf[n], place) {
		x.placesOf[n] = append(x.placesOf[n], place)
	}
}

// chain returns the id of a list of areas.
func (b *Builder) chain(areas []string) int32 {
	key := strings.Join(areas, "\x00")
	if id, ok := b.chains[key]; ok {
		return id
	}
	list := make([]int32, 0, len(areas))
	for _, a := range areas {
		if n := areaName(a); n != "" {
			list = append(list, b.x.areas.add(n))
			if s := stem(n); s != "" {
				b.x.stems[s] = true
			}
		}
	}
	id := int32(len(b.x.chains))
	b.x.chains = append(b.x.chains, list)
	b.chains[key] = id
	return id
}

// Build returns the index. The builder is of no use afterwards.
func (b *Builder) Build() *Index {
	x := b.x
	for _, list := range []*[]entry{&b.roadAt, &b.placeAt} {
		slices.SortFunc(*list, func(a, b entry) int {
			return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.number, b.number), cmp.Compare(a.b, b.b))
		})
		*list = slices.Clip(slices.Compact(*list))
	}
	x.roadAt, x.placeAt = b.roadAt, b.placeAt
	for _, p := range x.placeAt {
		bd := &x.buildings[p.b]
		if bd.place != p.group {
			bd.other = p.group
		}
	}
	x.roads.finish()
	x.compounds.finish()
	*b = Builder{}
	return x
}

// Len is the number of buildings.
func (x *Index) Len() int { return len(x.buildings) }

// at returns the entries of the group with the number.
func at(list []entry, group, number int32) []entry {
	lo, _ := slices.BinarySearchFunc(list, entry{group, number, -1}, compareEntry)
	hi := lo
	for hi < len(list) && list[hi].group == group && list[hi].number == number {
		hi++
	}
	return list[lo:hi]
}

// of returns all entries of the group.
func of(list []entry, group int32) []entry {
	lo, _ := slices.BinarySearchFunc(list, entry{group, -1, -1}, compareEntry)
	hi, _ := slices.BinarySearchFunc(list, entry{group + 1, -1, -1}, compareEntry)
	return list[lo:hi]
}

func compareEntry(a, b entry) int {
	return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.number, b.number), cmp.Compare(a.b, b.b))
}
