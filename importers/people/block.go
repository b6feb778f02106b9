package people

import (
	"cmp"
	"fmt"
	"slices"
)

// Key is a kind of block: only entries that share the value of one of the
// keys are compared. They are bits, so that a pair can say all that led to it.
type Key uint8

// The kinds of blocks. What a pair must have in common:
const (
	KeyPhone    Key = 1 << iota // phone and year of birth
	KeyBirth                    // name and date of birth, in the whole city
	KeyBuilding                 // name and building
	KeyArea                     // date of birth and community
	KeyBareName                 // name and community; one of them has no number
	KeyBareUnit                 // unit; one of them has no number
)

// Keys lists the kinds with the names that reports use.
var Keys = []struct {
	Key  Key
	Name string
	// Bare: of two entries, one at least must have no number. Entries without
	// a number are the doubtful ones, and few enough to look further.
	Bare bool
}{
	{KeyPhone, "phone_year", false},
	{KeyBirth, "name_birth", false},
	{KeyBuilding, "name_building", false},
	{KeyArea, "birth_community", false},
	{KeyBareName, "name_community_without_id", true},
	{KeyBareUnit, "unit_without_id", true},
}

// Names returns the names of the kinds in k.
func (k Key) Names() []string {
	var out []string
	for _, d := range Keys {
		if k&d.Key != 0 {
			out = append(out, d.Name)
		}
	}
	return out
}

// Limits bound the work on oversized blocks, such as the phone of a landlord
// or of an office that was written for everyone.
type Limits struct {
	Block  int // blocks of up to so many entries are compared each with each
	Window int // in larger ones each entry with so many next to it, by name and birth
}

// DefaultLimits are those of `hearthmap people compare`.
var DefaultLimits = Limits{Block: 50, Window: 10}

// Pair is a pair of entries worth comparing, A < B.
type Pair struct {
	A, B int64
	Keys Key
}

// Blocking counts what blocking found.
type Blocking struct {
	Key     string `json:"key"`
	Blocks  int64  `json:"blocks"` // with two entries or more
	Pairs   int64  `json:"pairs"`
	Largest int64  `json:"largest"`
	// Oversized blocks were compared in a window only, which left out Skipped
	// pairs.
	Oversized int64 `json:"oversized"`
	Skipped   int64 `json:"skipped"`
}

// Candidates gathers the pairs of the entries in memory, ordered, with a count
// for each kind of block. It is the plain statement of what the database does
// with statements over whole tables, and good for some hundred thousand
// entries.
func Candidates(list []Person, l Limits) ([]Pair, []Blocking) {
	found := map[[2]int64]Key{}
	var counts []Blocking
	for _, d := range Keys {
		blocks := map[string][]*Person{}
		for i := range list {
			for _, v := range values(d.Key, &list[i]) {
				blocks[v] = append(blocks[v], &list[i])
			}
		}
		c := Blocking{Key: d.Name}
		for _, b := range blocks {
			c.add(b, l, func(x, y *Person) {
				if d.Bare && x.numbered() && y.numbered() {
					return
				}
				found[[2]int64{min(x.ID, y.ID), max(x.ID, y.ID)}] |= d.Key
				c.Pairs++
			})
		}
		counts = append(counts, c)
	}
	pairs := make([]Pair, 0, len(found))
	for p, k := range found {
		pairs = append(pairs, Pair{p[0], p[1], k})
	}
	slices.SortFunc(pairs, func(x, y Pair) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
	return pairs, counts
}

// add pairs the entries of one block up and counts it.
func (c *Blocking) add(b []*Person, l Limits, pair func(x, y *Person)) {
	n := len(b)
	if n < 2 {
		return
	}
	c.Blocks++
	c.Largest = max(c.Largest, int64(n))
	reach := n
	if n > l.Block {
		slices.SortFunc(b, func(x, y *Person) int {
			return cmp.Or(cmp.Compare(x.Name, y.Name), x.Birth.Compare(y.Birth), cmp.Compare(x.ID, y.ID))
		})
		reach = l.Window
		c.Oversized++
		left := max(n-1-reach, 0)
		c.Skipped += int64(left) * int64(left+1) / 2
	}
	for i := range b {
		for j := i + 1; j < min(n, i+1+reach); j++ {
			pair(b[i], b[j])
		}
	}
}

// values are the blocks of one kind that the entry is in.
func values(k Key, p *Person) []string {
	var out []string
	each := func(ids func(Home) int64, rest string) {
		for _, h := range p.Homes {
			if id := ids(h); id != 0 {
				if v := fmt.Sprintf("%d %s", id, rest); !slices.Contains(out, v) {
					out = append(out, v)
				}
			}
		}
	}
	born, day := !p.Birth.IsZero(), p.Birth.Format("2006-01-02")
	area := func(h Home) int64 { return h.Area }
	switch k {
	case KeyPhone:
		if p.Phone != "" && born {
			return []string{p.Phone + day[:4]}
		}
	case KeyBirth:
		if born {
			return []string{p.Name + day}
		}
	case KeyBuilding:
		each(func(h Home) int64 { return h.Building }, p.Name)
	case KeyArea:
		if born {
			each(area, day)
		}
	case KeyBareName:
		each(area, p.Name)
	case KeyBareUnit:
		each(func(h Home) int64 { return h.Unit }, "")
	}
	return out
}
