package match

import (
	"slices"

	"hearthmap/household/address"
)

// Decision is what is to be done with an address.
type Decision uint8

// The decisions.
const (
	None     Decision = iota // nothing in the city looks like it
	Doubtful                 // a person must choose
	Certain                  // the first candidate is meant
)

// String returns none, doubtful or certain.
func (d Decision) String() string { return [...]string{"none", "doubtful", "certain"}[min(d, Certain)] }

// Outcome is how a part of an address compares with a building.
type Outcome uint8

// The outcomes.
const (
	Unwritten Outcome = iota // the address does not say
	Unknown                  // the register does not say
	Differs                  // they contradict one another
	Similar                  // a misspelt name, or one with more or less to it
	Agrees
)

// String returns the outcome in words.
func (o Outcome) String() string {
	return [...]string{"not written", "not known", "differs", "similar", "agrees"}[min(o, Agrees)]
}

// Candidate is a building that an address may mean.
type Candidate struct {
	Code string
	// Score is the share of what is written that agrees, from 0 to 1.
	Score float64
	// Parts says how each part compares; it holds nothing of the address.
	Parts [address.Building + 1]Outcome
}

// Explain tells in words how the parts compare, such as "compound agrees,
// number differs".
func (c *Candidate) Explain() string {
	s := ""
	for _, p := range c.Outcomes() {
		if s != "" {
			s += ", "
		}
		s += p.Part + " " + p.Outcome.String()
	}
	return s
}

// PartOutcome says how one part compares.
type PartOutcome struct {
	Part    string // city, district, street, community, road, number, compound or building
	Outcome Outcome
}

// Outcomes lists the parts that the address has, the largest first.
func (c *Candidate) Outcomes() []PartOutcome {
	var list []PartOutcome
	for k, o := range c.Parts {
		if o != Unwritten {
			list = append(list, PartOutcome{address.Kind(k).String(), o})
		}
	}
	return list
}

// Result is what an address was found to mean.
type Result struct {
	Decision Decision
	// Reason says in a few words why it is not certain; it holds nothing of
	// the address.
	Reason string
	// Candidates are ordered from the best; at most MaxCandidates.
	Candidates []Candidate
}

// MaxCandidates bounds the candidates of a result.
const MaxCandidates = 8

const (
	// lead is how far the best candidate must be ahead of the next.
	lead = 0.06
	// maxSeen bounds the buildings that are compared with one address.
	maxSeen = 64
)

// weights of the parts in the score.
var weights = [address.Building + 1]float64{
	address.City: 0.05, address.District: 0.1, address.Street: 0.08, address.Community: 0.08,
	address.Road: 0.2, address.Number: 0.2, address.Compound: 0.35, address.Building: 0.35,
}

// query is one address on its way.
type query struct {
	x         *Index
	a         *address.Address
	compounds []guess
	roads     []guess
	stems     []string // areas' stems found before names
	building  string
	found     []candidate
}

type candidate struct {
	Candidate
	b              int32
	compound, road quality
	sole           bool // the only building of its place or number
}

// Match finds the buildings that the address may mean.
func (x *Index) Match(a *address.Address) Result {
	q := query{x: x, a: a, building: a.Building}
	q.names()
	q.collect()
	if len(q.found) == 0 {
		return Result{Reason: q.nothing()}
	}
	for i := range q.found {
		q.score(&q.found[i])
	}
	slices.SortStableFunc(q.found, func(a, b candidate) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return int(a.b - b.b)
	})
	var r Result
	r.Reason = q.doubt()
	if r.Reason == "" {
		r.Decision = Certain
		r.Candidates = []Candidate{q.found[0].Candidate}
		return r
	}
	r.Decision = Doubtful
	for i := range q.found[:min(len(q.found), MaxCandidates)] {
		r.Candidates = append(r.Candidates, q.found[i].Candidate)
	}
	return r
}

// nothing says why there is no candidate.
func (q *query) nothing() string {
	switch {
	case q.a.Road == "" && q.a.Compound == "":
		return "it names neither a road nor a compound"
	case len(q.compounds) > 0 && q.compounds[0].q == exact:
		return "the compound is known, but not the building in it"
	case len(q.roads) > 0 && q.roads[0].q == exact:
		return "the road is known, but not the number on it"
	}
	return "neither its road nor its compound is known"
}

// names looks up the names of the road and the compound.
func (q *query) names() {
	a, x := q.a, q.x
	if a.Compound != "" {
		q.compounds = q.lookUp(&x.compounds, address.Key(a.Compound), true)
		if !firm(q.compounds) && a.Road != "" && a.Number == "" { // 铁路局家属院 read as a road and more
			if g := q.lookUp(&x.compounds, address.Key(a.Road+a.Compound), true); firm(g) {
				q.compounds = g
			}
		}
		q.withArea()
	}
	if a.Road != "" {
		q.roads = q.lookUp(&x.roads, address.Key(a.Road), false)
	}
	if !firm(q.compounds) && len(a.Former) > 0 {
		for _, f := range a.Former {
			if g := q.lookUp(&x.compounds, address.Key(f.Name), true); firm(g) {
				q.compounds = g
				if f.Building != "" {
					q.building = f.Building
				}
				break
			}
		}
	}
}

// withArea looks for a compound whose name begins with an area's: the parser
// takes 试验市第三小学 apart.
func (q *query) withArea() {
	area := q.a.City
	if q.a.District != "" {
		area = q.a.District
	}
	for k := range area {
		if firm(q.compounds) {
			return
		}
		if k > 0 && q.x.areas.find(area[k:]) == none {
			continue
		}
		if g := q.lookUp(&q.x.compounds, address.Key(area[k:]+q.a.Compound), true); firm(g) {
			q.compounds = g
		}
	}
}

func firm(g []guess) bool { return len(g) > 0 && g[0].q >= shorter }

// lookUp finds the names that key may mean, the likeliest kind only: as it is
// or behind the names of areas without their level (和平建设路 is 建设路 in
// 和平区); then with another ending; then as the beginning of key; then with
// one character wrong.
func (q *query) lookUp(n *names, key string, compound bool) []guess {
	if id := n.find(key); id != none {
		return []guess{{id: id, q: exact}}
	}
	forms := q.afterAreas([]form{{key: key}})
	for _, f := range forms[1:] {
		if id := n.find(f.key); id != none {
			return f.mark(q, []guess{{id: id, q: exact}})
		}
	}
	for _, f := range forms {
		if !compound {
			break
		}
		if g := endingsOf(n, f.key); g != nil {
			return f.mark(q, g)
		}
	}
	for _, f := range forms {
		if !compound {
			break
		}
		if g := q.before(n, f.key); g.q != unlike {
			return f.mark(q, []guess{g})
		}
	}
	for _, f := range forms {
		if g := n.similar(f.key); len(g) > 0 {
			slices.SortStableFunc(g, func(a, b guess) int { return int(b.q) - int(a.q) })
			return f.mark(q, g)
		}
	}
	return nil
}

// form is a name without the areas that stood before it.
type form struct {
	key   string
	areas []string
}

func (f form) mark(q *query, g []guess) []guess {
	q.stems = append(q.stems, f.areas...)
	return g
}

// afterAreas adds to the one form those without areas' names before them.
func (q *query) afterAreas(forms []form) []form {
	for i := 0; i < len(forms) && len(forms) < 6; i++ {
		f := forms[i]
		end := 0
		for k := range f.key {
			if end++; end < 3 || end > 7 || len(f.key)-k < 6 { // two to six characters before, two at least behind
				continue
			}
			if area := f.key[:k]; q.x.stems[area] || q.x.areas.find(area) != none {
				forms = append(forms, form{f.key[k:], append(slices.Clip(f.areas), area)})
			}
		}
	}
	return forms
}

// endingsOf finds names that differ from key by a common ending only: 锦绣花园
// for 锦绣花园小区, 锦绣小区 for 锦绣.
func endingsOf(n *names, key string) []guess {
	for _, e := range []string{"小区", "社区", "住宅小区"} {
		if len(key) > len(e)+3 && key[len(key)-len(e):] == e {
			if id := n.find(key[:len(key)-len(e)]); id != none {
				return []guess{{id: id, q: shorter}}
			}
			if id := n.find(key[:len(key)-len(e)] + "小区"); id != none {
				return []guess{{id: id, q: shorter}}
			}
		}
	}
	if id := n.find(key + "小区"); id != none && len(n.cores[key]) == 1 {
		return []guess{{id: id, q: shorter}}
	}
	ids := n.cores[key]
	q := shorter
	if len(ids) > 1 {
		q = part
	}
	var out []guess
	for _, id := range ids {
		out = append(out, guess{id: id, q: q})
	}
	return out
}

// before finds the longest known name that key begins with.
func (q *query) before(n *names, key string) guess {
	r := []rune(key)
	for cut := len(r) - 1; cut >= 3; cut-- {
		head, rest := string(r[:cut]), string(r[cut:])
		id := n.find(head)
		if id == none {
			continue
		}
		if w := q.x.words.find(rest); w != none && q.a.Building == "" {
			for _, place := range q.x.placesOf[id] {
				if len(at(q.x.placeAt, place, w)) > 0 {
					return guess{id: id, q: exact, rest: rest}
				}
			}
		}
		return guess{id: id, q: part, rest: rest}
	}
	return guess{}
}
