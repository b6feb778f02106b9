package people

import (
	"cmp"
	"math"
	"slices"
	"time"

	"hearthmap/household"
)

// Verdict is what comparing came to.
type Verdict string

// The verdicts. Nothing is merged by any of them: people do that.
const (
	Same      Verdict = "same"
	Doubtful  Verdict = "doubtful"
	Different Verdict = "different"
)

// Reason is one thing that spoke for (Bits > 0) or against a pair.
type Reason struct {
	Code Code    `json:"code"`
	Bits float64 `json:"bits"`
}

// Result is a compared pair.
type Result struct {
	Verdict Verdict
	Score   float64  // log2 of the odds that it is one person
	Reasons []Reason // the weightiest first
	// Capped is the rule that kept a pair of high score from being the same,
	// or empty.
	Capped Cap
}

// Cap is a rule that no score overrules.
type Cap string

// The rules. Each has a text in Words.
const (
	CapNumbers     Cap = "cap_two_ids"      // two valid identity numbers
	CapName        Cap = "cap_name"         // brothers and twins differ in a character
	CapBirth       Cap = "cap_birth"        // fathers and sons differ in the year
	CapSex         Cap = "cap_sex"          //
	CapCoincidence Cap = "cap_coincidence"  // name and birth alone: a city has many such
	CapListed      Cap = "cap_one_register" // one file has both in one household
)

// Compare weighs a pair.
func (m *Matcher) Compare(a, b *Person) Result {
	home, relation, two := homes(a, b)
	seen := []Code{
		number(a.Number, b.Number), m.name(a.Name, b.Name), birth(birthOf(a), birthOf(b)),
		sex(sexOf(a), sexOf(b)), phone(a.Phone, b.Phone), home,
	}
	if relation != "" {
		seen = append(seen, relation)
	}
	if listed(a, b) {
		seen = append(seen, Listed)
	}
	if two {
		seen = append(seen, TwoHomes)
	}
	var r Result
	r.Score, r.Reasons = m.weigh(seen, a, b)
	switch {
	case r.Score >= m.table.SameFrom:
		r.Verdict = Same
		if r.Capped = capped(seen); r.Capped != "" {
			r.Verdict = Doubtful
		}
	case r.Score >= m.table.DoubtFrom:
		r.Verdict = Doubtful
	default:
		r.Verdict = Different
	}
	return r
}

// weigh holds "the same" against strangers and against relatives, and takes
// the better of the two explanations.
func (m *Matcher) weigh(seen []Code, a, b *Person) (float64, []Reason) {
	stranger, relative := m.table.priors(a, b)
	first, second := make([]Reason, 0, len(seen)), make([]Reason, 0, len(seen))
	for _, c := range seen {
		w := m.table.Weights[c]
		s := math.Log2(w.Same / m.table.stranger(c, w, a, b))
		r := math.Log2(w.Same / w.Relative)
		stranger += s
		relative += r
		first, second = append(first, Reason{c, tenth(s)}), append(second, Reason{c, tenth(r)})
	}
	score, reasons := stranger, first
	if relative < stranger {
		score, reasons = relative, second
	}
	slices.SortStableFunc(reasons, func(x, y Reason) int { return cmp.Compare(math.Abs(y.Bits), math.Abs(x.Bits)) })
	return tenth(score), reasons
}

func tenth(x float64) float64 { return math.Round(x*10) / 10 }

// capped returns the first rule against calling the pair the same, or "".
func capped(seen []Code) Cap {
	has := func(codes ...Code) bool {
		return slices.ContainsFunc(codes, func(c Code) bool { return slices.Contains(seen, c) })
	}
	near := has(PhoneEqual, HomeUnit, HomeBuilding, HomeCompound)
	switch {
	case has(NumberEqual):
		return ""
	case has(NumberDigit, NumberArea, NumberSequence, NumberDiffer):
		return CapNumbers
	case has(SexDiffer):
		return CapSex
	case has(Listed) && !has(NameEqual, NameVariant):
		return CapListed
	case !has(NameEqual, NameVariant, NameHomophone, NameShort, NameOrder):
		return CapName
	case !has(BirthEqual, BirthSwapped, BirthDigit):
		return CapBirth
	case has(BirthDigit) && !has(NameEqual):
		return CapBirth
	case !near:
		return CapCoincidence
	}
	return ""
}

func birthOf(p *Person) time.Time {
	if p.Birth.IsZero() {
		return p.Number.BirthDate()
	}
	return p.Birth
}

func sexOf(p *Person) household.Sex {
	if p.Sex == household.SexUnknown {
		return p.Number.Sex()
	}
	return p.Sex
}

func sex(a, b household.Sex) Code {
	switch {
	case a == household.SexUnknown || b == household.SexUnknown:
		return SexMissing
	case a == b:
		return SexEqual
	}
	return SexDiffer
}

func phone(a, b string) Code {
	switch {
	case a == "" || b == "":
		return PhoneMissing
	case a == b:
		return PhoneEqual
	}
	return PhoneDiffer
}

// homes compares every home of one with every home of the other and returns
// the nearest, what the relations to the head say when it is one unit, and
// whether they live in two units.
func homes(a, b *Person) (nearest, relation Code, two bool) {
	if len(a.Homes) == 0 || len(b.Homes) == 0 {
		return HomeMissing, "", false
	}
	best := len(nearness) - 1
	shared := false
	for _, x := range a.Homes {
		for _, y := range b.Homes {
			if x.Present && y.Present {
				two = x.Unit != y.Unit
				shared = x.Unit == y.Unit
			}
			if n := near(x, y); n < best {
				best = n
				if n == 0 {
					relation = relations(x.Relation, y.Relation)
				}
			}
		}
	}
	return nearness[best], relation, two && !shared
}

// nearness lists the outcomes from the nearest.
var nearness = []Code{HomeUnit, HomeBuilding, HomeCompound, HomeArea, HomeDiffer}

func near(x, y Home) int {
	same := func(p, q int64) bool { return p != 0 && p == q }
	switch {
	case same(x.Unit, y.Unit):
		return 0
	case same(x.Building, y.Building):
		return 1
	case same(x.Compound, y.Compound):
		return 2
	case same(x.Area, y.Area):
		return 3
	}
	return 4
}

func relations(x, y household.Relation) Code {
	switch {
	case x == "" || y == "" || x == household.RelationOther || y == household.RelationOther:
		return ""
	case x == y:
		return RelationEqual
	}
	return RelationDiffer
}

// listed reports whether one file has both as living in one household. A
// register seldom lists a person twice in a row; twins it does.
func listed(a, b *Person) bool {
	if a.File == 0 || a.File != b.File {
		return false
	}
	for _, x := range a.Homes {
		for _, y := range b.Homes {
			if x.Household != 0 && x.Household == y.Household {
				return true
			}
		}
	}
	return false
}
