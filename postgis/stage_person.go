package postgis

import (
	"fmt"
	"slices"

	"hearthmap/household"
	"hearthmap/importers"
)

// resident seals and blinds the protected fields; they never leave the
// program in the clear.
func (e *encoder) resident(n, row int64, p household.Resident) *importers.Reject {
	r := e.table("resident")
	r.begin(17, n, row)
	oneOf(r, "sex", p.Sex, household.SexUnknown, household.Male, household.Female)
	oneOf(r, "residency", p.Residency, household.ResidencyResident, household.ResidencyFloating,
		household.ResidencyRegistered, household.ResidencyElsewhere)
	unit := p.UnitCode()
	match := matchHash(e.keys, p, unit)
	r.bytea(match)
	r.bool(e.seen.again(match))
	r.bytea(e.keys.Seal(fieldID, string(p.ID)))
	r.key("name", p.Name)
	r.text("sex", string(p.Sex))
	r.date(p.BirthDate)
	r.bytea(e.keys.Seal(fieldPhone, p.Phone))
	hash, tail := phoneHashes(e.keys, p.Phone)
	r.bytea(hash)
	r.bytea(tail)
	r.textArray("name", household.Grams(p.Name))
	r.text("room", unit)
	r.key("relation", string(p.Relation))
	r.text("residency", string(p.Residency))
	r.bool(p.Residency.Present())
	if tags := tagList(p.Tags); len(tags) > 0 {
		r.textArray("tags", tags)
	} else {
		r.null()
	}
	return r.end()
}

// matchHash is by what a person is known again: the identity number, or,
// without one, name, birth date, sex and unit together.
func matchHash(k *Keys, p household.Resident, unit string) []byte {
	if p.ID != "" {
		return k.Blind(fieldID, string(p.ID))
	}
	birth := ""
	if !p.BirthDate.IsZero() {
		birth = p.BirthDate.Format("2006-01-02")
	}
	return k.Blind(fieldPerson, fmt.Sprintf("%q %s %s %q", p.Name, birth, p.Sex, unit))
}

// phoneHashes returns the blind indexes of the number and of its last four
// digits, nil where there are none. Only digits count, so that spaces,
// hyphens and full-width digits do not keep a search from its hit.
func phoneHashes(k *Keys, phone string) (hash, tail []byte) {
	digits := phoneDigits(phone)
	if digits == "" {
		return nil, nil
	}
	if len(digits) >= 4 {
		tail = k.Blind(fieldPhoneTail, digits[len(digits)-4:])
	}
	return k.Blind(fieldPhone, digits), tail
}

// phoneDigits is the form in which phones are compared: digits only, without
// the country code of a mobile phone.
func phoneDigits(phone string) string {
	var out []byte
	for _, c := range household.Fold(phone) {
		if c >= '0' && c <= '9' {
			out = append(out, byte(c))
		}
	}
	if len(out) == 13 && string(out[:3]) == "861" {
		out = out[2:]
	}
	return string(out)
}

func tagList(tags []household.TagKind) []string {
	var out []string
	for _, t := range tags {
		if t != "" {
			out = append(out, string(t))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
