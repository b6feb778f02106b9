package postgis

import (
	"time"

	"hearthmap/household"
	"hearthmap/importers/people"
)

// sealedID stands for a number that was not opened: it says that there is one.
const sealedID = household.ResidentID("sealed")

// pairRow is a pair as the database gives it.
type pairRow struct {
	kinds int16
	a, b  factRow
}

// factRow is one entry of a pair.
type factRow struct {
	id            int64
	cipher        []byte
	name, sex     string
	birth         *time.Time
	phone         []byte
	names, phones int64
	file          int64
	here, there   homeRow
}

// homeRow is a home of an entry; nil ids say that there is none.
type homeRow struct {
	unit, building, compound, area, household *int64
	relation                                  *string
}

func (r *pairRow) targets() []any {
	return append(append([]any{&r.kinds}, r.a.targets()...), r.b.targets()...)
}

func (f *factRow) targets() []any {
	t := []any{&f.id, &f.cipher, &f.name, &f.sex, &f.birth, &f.phone, &f.names, &f.phones, &f.file}
	for _, h := range []*homeRow{&f.here, &f.there} {
		t = append(t, &h.unit, &h.building, &h.compound, &h.area, &h.household, &h.relation)
	}
	return t
}

// person is the entry as importers/people compares it. Its number is opened
// when asked for.
func (f *factRow) person(k *Keys, open bool) (*people.Person, error) {
	p := &people.Person{
		ID: f.id, Name: f.name, Sex: household.Sex(f.sex), Phone: string(f.phone),
		NameCount: f.names, PhoneCount: f.phones, File: f.file,
	}
	if f.birth != nil {
		p.Birth = *f.birth
	}
	switch {
	case open:
		number, err := k.Unseal(fieldID, f.cipher)
		if err != nil {
			return nil, err
		}
		p.Number = household.ResidentID(number)
	case f.cipher != nil:
		p.Number = sealedID
	}
	for _, h := range []struct {
		row     *homeRow
		present bool
	}{{&f.here, true}, {&f.there, false}} {
		if h.row.unit != nil {
			p.Homes = append(p.Homes, h.row.home(h.present))
		}
	}
	return p, nil
}

func (h *homeRow) home(present bool) people.Home {
	v := func(p *int64) int64 {
		if p == nil {
			return 0
		}
		return *p
	}
	out := people.Home{
		Unit: v(h.unit), Building: v(h.building), Compound: v(h.compound), Area: v(h.area), Household: v(h.household), Present: present,
	}
	if h.relation != nil {
		out.Relation = household.Relation(*h.relation)
	}
	return out
}
