package people

import "math"

// Code is what a field showed, for machines; Words has the texts.
type Code string

// What fields show.
const (
	NumberEqual    Code = "id_equal"
	NumberMissing  Code = "id_missing"
	NumberDigit    Code = "id_one_digit" // one digit other than the check, or two neighbours swapped
	NumberArea     Code = "id_area"      // all but the area
	NumberSequence Code = "id_sequence"  // all but the sequence
	NumberDiffer   Code = "id_differs"

	NameEqual     Code = "name_equal"
	NameVariant   Code = "name_variant" // 萧 and 肖
	NameHomophone Code = "name_homophone"
	NameOneChar   Code = "name_one_char" // one of three characters or more
	NameShort     Code = "name_short"    // a character is missing
	NameOrder     Code = "name_order"    // neighbours swapped
	NameSurname   Code = "name_surname"  // nothing but the surname
	NameDiffer    Code = "name_differs"
	NameMissing   Code = "name_missing"

	BirthEqual    Code = "birth_equal"
	BirthSwapped  Code = "birth_swapped" // day and month
	BirthDigit    Code = "birth_one_digit"
	BirthYear     Code = "birth_year_digit" // a digit of the year
	BirthCalendar Code = "birth_calendar"   // as between the farmers' and the common calendar
	BirthNewYear  Code = "birth_new_year"   // 1 January of the same year
	BirthDiffer   Code = "birth_differs"
	BirthMissing  Code = "birth_missing"

	SexEqual   Code = "sex_equal"
	SexDiffer  Code = "sex_differs"
	SexMissing Code = "sex_missing"

	PhoneEqual   Code = "phone_equal"
	PhoneDiffer  Code = "phone_differs"
	PhoneMissing Code = "phone_missing"

	HomeUnit     Code = "home_unit"
	HomeBuilding Code = "home_building"
	HomeCompound Code = "home_compound"
	HomeArea     Code = "home_area" // the same community
	HomeDiffer   Code = "home_differs"
	HomeMissing  Code = "home_missing"

	RelationEqual  Code = "relation_equal" // to the head, in the same unit
	RelationDiffer Code = "relation_differs"
	Listed         Code = "listed_together" // one file has both in one household
	TwoHomes       Code = "two_homes"       // lives in two units; tells, and weighs nothing
)

// Weight holds the probabilities of one outcome: if the two entries are one
// person, two strangers, two relatives. Where Stranger is 0 it is counted: how
// many people share the name, the phone, the unit.
type Weight struct{ Same, Stranger, Relative float64 }

// Table is what a matcher weighs by.
type Table struct {
	Population int64 // entries in the register
	// Share is the share of entries that have a second one; BareShare that of
	// entries without a number, which came past the register of the police.
	Share, BareShare float64
	// Relatives is how many relatives a person has in the register.
	Relatives float64
	// From SameFrom on a pair is the same, from DoubtFrom on doubtful; log2 of
	// odds.
	SameFrom, DoubtFrom float64
	Weights             map[Code]Weight
}

// DefaultTable is the table for a register of so many entries. Its values are
// estimates, stated so that they can be argued with: those of Same come from
// the damage that registers are known to have, those of Stranger from counting
// days and streets, those of Relative from the make-up of households.
// docs/guide/people.md shows them and what they achieve.
func DefaultTable(population int64) Table {
	return Table{
		Population: max(population, 2), Share: 0.05, BareShare: 0.3, Relatives: 8, SameFrom: 7, DoubtFrom: -2,
		Weights: map[Code]Weight{
			NumberEqual:    {1, 1e-12, 1e-12},
			NumberMissing:  {1, 1, 1},
			NumberDigit:    {0.004, 0.001, 0.001},
			NumberArea:     {0.003, 0.001, 0.002},
			NumberSequence: {0.002, 0.001, 0.01},
			NumberDiffer:   {0.003, 1, 1},

			NameEqual:     {0.90, 0, 0.0004},
			NameVariant:   {0.012, 0.00002, 0.0002},
			NameHomophone: {0.035, 0.0003, 0.002},
			NameOneChar:   {0.030, 0.010, 0.12},
			NameShort:     {0.012, 0.003, 0.01},
			NameOrder:     {0.003, 0.00005, 0.0005},
			NameSurname:   {0.004, 0.06, 0.55},
			NameDiffer:    {0.002, 0.92, 0.30},
			NameMissing:   {1, 1, 1},

			// People of one name are of one generation: days of about 25 years.
			BirthEqual:    {0.93, 1.0 / 9000, 0.004},
			BirthSwapped:  {0.012, 1.0 / 9000, 0.0005},
			BirthDigit:    {0.020, 0.003, 0.006},
			BirthYear:     {0.010, 0.002, 0.006},
			BirthCalendar: {0.008, 0.006, 0.006},
			BirthNewYear:  {0.010, 0.001, 0.001},
			BirthDiffer:   {0.008, 0.98, 0.975},
			BirthMissing:  {1, 1, 1},

			SexEqual:   {0.99, 0.5, 0.5},
			SexDiffer:  {0.01, 0.5, 0.5},
			SexMissing: {1, 1, 1},

			PhoneEqual:   {0.60, 0, 0.25},
			PhoneDiffer:  {0.40, 1, 0.75},
			PhoneMissing: {1, 1, 1},

			HomeUnit:     {0.62, 0, 0.50},
			HomeBuilding: {0.05, 0, 0.05},
			HomeCompound: {0.05, 0, 0.05},
			HomeArea:     {0.05, 0, 0.10},
			HomeDiffer:   {0.23, 1, 0.30},
			HomeMissing:  {1, 1, 1},

			RelationEqual:  {0.70, 0.30, 0.20},
			RelationDiffer: {0.30, 0.70, 0.80},
			Listed:         {0.004, 0.5, 0.9},
			TwoHomes:       {1, 1, 1},
		},
	}
}

// People who share a home of each kind, roughly, as counted in the cities of
// docs: a unit, a building, a compound, a community.
var sharing = map[Code]float64{HomeUnit: 4, HomeBuilding: 60, HomeCompound: 1500, HomeArea: 4000}

// stranger is the probability that two strangers show the code.
func (t *Table) stranger(c Code, w Weight, a, b *Person) float64 {
	if w.Stranger > 0 {
		return w.Stranger
	}
	n := sharing[c]
	switch c {
	case NameEqual:
		n = float64(max(a.NameCount, b.NameCount) - 1)
	case PhoneEqual:
		n = float64(max(a.PhoneCount, b.PhoneCount) - 1)
	}
	return min(max(n, 1)/float64(t.Population), 0.9)
}

// priors are the odds, as log2, that a pair is one person and not two
// strangers, or two relatives, before anything is seen of it.
func (t *Table) priors(a, b *Person) (stranger, relative float64) {
	share := t.Share
	if !a.numbered() || !b.numbered() {
		share = t.BareShare
	}
	return math.Log2(share / float64(t.Population)), math.Log2(share / t.Relatives)
}
