// Package people finds out whether two entries of the register are one person
// (后台比对): the same woman in the file of the police and in that of civil
// affairs, with a number in one and none in the other, under an old address or
// with a slip of the pen in her name.
//
// It holds no data and knows no database. Keys says which entries are worth
// comparing at all (blocking), Compare weighs one pair, and gives a verdict with
// the reasons for it. The database gathers the pairs by the same keys; the
// tests hold both against each other.
//
// The weighing follows Fellegi and Sunter, "A Theory for Record Linkage" (JASA
// 64, 1969): every field adds log2(m/u), m being the probability of what is seen
// when the entries are one person, u when they are two. What differs from the
// textbook is that two explanations are held against "the same": two strangers
// who happen to be alike, and two relatives, who share a home, a telephone, a
// surname, and, if they are twins, the day of birth. The score is the lesser of
// the two, as log2 of the odds: 7 is 128 to 1. See weights.go for the table.
package people

import (
	"time"

	"hearthmap/household"
)

// Person is one entry of the register, as far as comparing needs it.
type Person struct {
	ID     int64
	Number household.ResidentID // empty: the entry has none
	Name   string
	Sex    household.Sex
	Birth  time.Time // zero: unknown
	// Phone is anything that is equal for equal numbers, such as a blind index;
	// empty: unknown.
	Phone string
	// NameCount and PhoneCount say how many entries have this name and this
	// phone; 0 and 1 mean nobody else. A landlord's number proves little.
	NameCount, PhoneCount int64
	Homes                 []Home
	// File tells the files apart that entries came with first; 0: unknown.
	File int64
}

// Home is where an entry lives or is registered. Zero ids are unknown.
type Home struct {
	Unit, Building, Compound, Area, Household int64
	Relation                                  household.Relation
	Present                                   bool // lives there
}

// numbered reports whether the entry has an identity number.
func (p *Person) numbered() bool { return p.Number != "" }
