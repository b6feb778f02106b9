package match

import (
	"slices"

	"hearthmap/household/address"
)

// collect gathers the buildings that have the numbers of the address in one
// of its compounds or on one of its roads.
func (q *query) collect() {
	x := q.x
	number := x.words.find(q.building)
	for _, g := range q.compounds {
		w := number
		if g.rest != "" && g.q == exact {
			w = x.words.find(g.rest)
		}
		for _, place := range x.placesOf[g.id] {
			all := of(x.placeAt, place)
			switch {
			case w != none:
				q.addAll(at(x.placeAt, place, w), g, guess{}, len(all) == 1)
			case q.building == "":
				q.addAll(all, g, guess{}, len(all) == 1)
			}
		}
	}
	house := x.words.find(q.a.Number)
	if house == none && q.a.Number == "" && q.a.Compound == "" {
		house = number // 建设路12号楼 for 建设路12号
	}
	if house == none {
		return
	}
	for _, g := range q.roads {
		all := at(x.roadAt, g.id, house)
		for _, e := range all {
			b := &x.buildings[e.b]
			if q.building == "" || b.bnum == number || b.bnum == none {
				q.add(e.b, guess{}, g, len(all) == 1)
			}
		}
	}
}

// inPlace reports whether the building has the number in one of its compounds.
func (q *query) inPlace(b, number int32) bool {
	bd := &q.x.buildings[b]
	for _, place := range [2]int32{bd.place, bd.other} {
		if place != none && number != none && slices.ContainsFunc(at(q.x.placeAt, place, number), func(e entry) bool { return e.b == b }) {
			return true
		}
	}
	return false
}

func (q *query) addAll(list []entry, compound, road guess, sole bool) {
	for _, e := range list {
		q.add(e.b, compound, road, sole)
	}
}

func (q *query) add(b int32, compound, road guess, sole bool) {
	for i := range q.found {
		if c := &q.found[i]; c.b == b {
			c.compound, c.road, c.sole = max(c.compound, compound.q), max(c.road, road.q), c.sole || sole
			return
		}
	}
	if len(q.found) < maxSeen {
		q.found = append(q.found, candidate{b: b, compound: compound.q, road: road.q, sole: sole})
	}
}

// score compares the parts of the address with the building.
func (q *query) score(c *candidate) {
	x, a := q.x, q.a
	b := &x.buildings[c.b]
	c.Code = b.code
	q.areas(c, x.chains[b.chain])
	c.Parts[address.Compound] = q.compound(c, b)
	c.Parts[address.Road] = q.road(c, b)
	switch {
	case a.Number == "":
	case b.number == none:
		c.Parts[address.Number] = Unknown
	case x.words.s[b.number] == a.Number:
		c.Parts[address.Number] = Agrees
	default:
		c.Parts[address.Number] = Differs
	}
	switch {
	case q.building == "" && !q.named():
	case b.bnum == none && b.other == none:
		c.Parts[address.Building] = Unknown
	case q.named() || b.bnum != none && x.words.s[b.bnum] == q.building || c.compound != unlike && q.inPlace(c.b, x.words.find(q.building)):
		c.Parts[address.Building] = Agrees
	default:
		c.Parts[address.Building] = Differs
	}
	sum, all := 0.0, 0.0
	for k, o := range c.Parts {
		w := weights[k]
		switch o {
		case Unwritten:
			continue
		case Agrees:
			sum += w
		case Similar:
			sum += 0.75 * w
		case Unknown:
			sum += 0.5 * w
		}
		all += w
	}
	if all > 0 {
		c.Score = sum / all
	}
}

// named says that the building is known by a name in its compound.
func (q *query) named() bool {
	return q.building == "" && len(q.compounds) == 1 && q.compounds[0].q == exact && q.compounds[0].rest != ""
}

func outcome(q quality) Outcome {
	switch q {
	case exact, shorter:
		return Agrees
	case unlike:
		return Differs
	}
	return Similar
}

func (q *query) compound(c *candidate, b *building) Outcome {
	if q.a.Compound == "" {
		return Unwritten
	}
	if c.compound != unlike {
		return outcome(c.compound)
	}
	if b.place == none && b.other == none {
		return Unknown
	}
	return Differs
}

func (q *query) road(c *candidate, b *building) Outcome {
	switch {
	case q.a.Road == "":
		return Unwritten
	case b.road == none:
		if house := q.x.words.find(q.a.Number); house != none && len(q.roads) == 1 && q.roads[0].q == exact && len(at(q.x.roadAt, q.roads[0].id, house)) > 0 {
			return Differs // others stand there
		}
		return Unknown
	}
	for _, g := range q.roads {
		if g.id == b.road {
			c.road = max(c.road, g.q)
			return outcome(g.q)
		}
	}
	return Differs
}

// areas compares the areas written with those the building lies in.
func (q *query) areas(c *candidate, chain []int32) {
	for k := address.City; k <= address.Community; k++ {
		if name := q.a.Field(k); name != "" {
			c.Parts[k] = q.area(k, areaName(name), chain)
		}
	}
	for _, s := range q.stems {
		o := q.stem(s, chain)
		if k := address.District; c.Parts[k] == Unwritten || o == Differs {
			c.Parts[k] = o
		}
	}
}

func (q *query) area(k address.Kind, name string, chain []int32) Outcome {
	if len(chain) == 0 {
		return Unknown
	}
	if q.inChain(name, chain) {
		return Agrees
	}
	r := []rune(name)
	for cut := 2; cut+2 <= len(r) && cut <= 4; cut++ { // 沈阳和平区
		s, rest := string(r[:cut]), string(r[cut:])
		switch {
		case !q.x.stems[s]:
		case q.inChain(rest, chain):
			return q.stem(s, chain)
		case q.x.areas.find(rest) != none:
			return Differs
		}
	}
	if q.x.areas.find(name) != none {
		return Differs
	}
	for _, id := range chain {
		if compare(r, []rune(q.x.areas.s[id])) >= typo {
			return Similar
		}
	}
	if k == address.City || k == address.District {
		return Differs
	}
	return Unknown
}

// stem compares an area written without its level.
func (q *query) stem(s string, chain []int32) Outcome {
	for _, id := range chain {
		if n := q.x.areas.s[id]; n == s || stem(n) == s {
			return Agrees
		}
	}
	return Differs
}

func (q *query) inChain(name string, chain []int32) bool {
	for _, id := range chain {
		if q.x.areas.s[id] == name {
			return true
		}
	}
	return false
}

// doubt says why the best candidate is not certain; "" when it is.
func (q *query) doubt() string {
	c := &q.found[0]
	p := &c.Parts
	for k, o := range p {
		if o == Differs {
			return "its " + address.Kind(k).String() + " is not that of the nearest building"
		}
	}
	switch {
	case q.a.Vague:
		return "it describes a place near another"
	case len(q.found) > 1 && q.found[1].Score > c.Score-lead:
		return "several buildings fit equally well"
	}
	b := &q.x.buildings[c.b]
	if reason := q.inside(c, b); reason != "" {
		return reason
	}
	return q.located(c)
}

// inside says why the number of the building leaves a doubt.
func (q *query) inside(c *candidate, b *building) string {
	switch {
	case q.a.Ambiguous && !(c.sole && q.a.Building == "" && b.bnum == none):
		return "its numbers can be read in two ways"
	case c.Parts[address.Building] == Agrees:
	case c.Parts[address.Building] == Unknown:
		return "the register has no number for the building"
	case b.bnum != none && !c.sole, b.bnum != none && b.place != none:
		return "the number of the building is missing"
	case b.bnum == none && !c.sole && c.Parts[address.Number] != Agrees:
		return "the number of the building is missing"
	}
	return ""
}

// located says why the place of the building leaves a doubt: a name alone
// must be written rightly; a misspelt one needs the road and number, or the
// compound, to bear it out.
func (q *query) located(c *candidate) string {
	p := &c.Parts
	onRoad := p[address.Road] == Agrees && p[address.Number] == Agrees
	inCompound := p[address.Compound] == Agrees && (p[address.Building] == Agrees || c.sole)
	near := p[address.Community] == Agrees || p[address.Street] == Agrees || p[address.District] == Agrees
	switch {
	case c.compound == apart:
		return "the compound's name differs from the known one by what tells neighbours apart"
	case c.road == apart:
		return "the road's name differs from the known one by what tells neighbours apart"
	case c.compound == part && !onRoad:
		return "a part of the compound's name is not known"
	case c.compound == part && q.compounds[0].rest != "":
		return "a part of the compound's name is not known"
	case p[address.Compound] == Similar && !onRoad && !(c.compound == sounds && near && len(q.compounds) == 1):
		return "the compound's name is misspelt, and nothing else bears it out"
	case p[address.Road] == Similar && !inCompound && !(c.road == sounds && near && len(q.roads) == 1 && p[address.Number] == Agrees):
		return "the road's name is misspelt, and nothing else bears it out"
	case q.a.Road != "" && q.a.Number == "" && q.a.Compound == "":
		return "the number on the road is missing"
	case onRoad, inCompound, p[address.Compound] == Similar && near, p[address.Road] == Similar && near:
		return ""
	}
	return "neither the road and number nor the compound agree"
}
