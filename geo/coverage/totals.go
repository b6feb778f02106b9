package coverage

import (
	"math/bits"
	"runtime"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"hearthmap/household"
)

// AreaReport is one area's coverage.
type AreaReport struct {
	AreaIndex   int32               `json:"-"`    // into the snapshot's Areas; -1 for hexagons, polygons and places in no area
	Geom        orb.MultiPolygon    `json:"-"`    // of hexagons and polygons
	Code        string              `json:"code"` // empty for places in no area
	Name        string              `json:"name"`
	NameEn      string              `json:"name_en"`
	Level       household.AreaLevel `json:"level"`
	People      int64               `json:"people"`
	Buildings   int64               `json:"buildings"` // residential
	AllRequired AllRequired         `json:"all_required"`
	Needs       Needs               `json:"needs"`
	Totals      []AreaTotal         `json:"totals"` // one for each requirement of the result
}

// AllRequired counts those who reach a facility of every required category
// within its distance. With no required category in the result it is zero.
//
// A category of which the city's data hold no facility at all is covered
// nowhere. Whether the city lacks it or only the data do cannot be told from
// the data, so both figures stand side by side: the strict one, and the one
// of the categories that there are data for (WithData).
type AllRequired struct {
	People           int64   `json:"people"`
	Covered          int64   `json:"covered"`
	Share            float64 `json:"share"` // Covered / People; 0 with no people
	Buildings        int64   `json:"buildings"`
	BuildingsCovered int64   `json:"buildings_covered"`
	// Those who reach every required category that the city has a facility
	// of; zero when it has none of any.
	WithData          int64   `json:"covered_with_data"`
	ShareWithData     float64 `json:"share_with_data"`
	BuildingsWithData int64   `json:"buildings_covered_with_data"`
}

// Needs counts pairs of a person and a required category that serves the
// person's group: how many there are, and in how many of them the category is
// within its distance. Met over all is the share of required categories that
// a person reaches, on average.
type Needs struct {
	All           int64   `json:"all"`
	Met           int64   `json:"met"`
	Share         float64 `json:"share"` // Met / All; 0 with none
	AllWithData   int64   `json:"all_with_data"`
	ShareWithData float64 `json:"share_with_data"` // of categories the city has a facility of
}

// Outside is the name of the synthetic area, of empty code, that holds the
// buildings in no area of a level, so that everybody is counted exactly once.
const Outside = "（未划入）"

// TotalsOptions say what is summed besides the totals.
type TotalsOptions struct {
	Groups bool // AreaTotal.Groups
}

// Totals sums the result over the areas of a level, or its hexagons, ordered
// by code, followed by the synthetic area Outside if anything lies there.
// With under, an area's code, only what lies in that area counts. Areas
// without people are listed too. The error is Invalid for an unknown level,
// NotFound for an unknown area.
func (r *Result) Totals(level household.AreaLevel, under string) ([]AreaReport, error) {
	p, err := r.engine.Parts(level, under)
	if err != nil {
		return nil, err
	}
	return r.TotalsOf(p, TotalsOptions{}), nil
}

// TotalsOf sums the result over parts of the city, as Totals does.
func (r *Result) TotalsOf(p *Parts, o TotalsOptions) []AreaReport {
	t := &tally{r: r, rows: r.engine.rows(p), options: o, reports: make([]AreaReport, len(p.List)+1)}
	for n := range t.reports {
		a := &t.reports[n]
		*a = AreaReport{AreaIndex: -1, Name: Outside, NameEn: "(in no area)", Level: p.Level, Totals: make([]AreaTotal, len(r.Requirements))}
		if n < len(p.List) {
			part := &p.List[n]
			a.AreaIndex, a.Geom, a.Code, a.Name, a.NameEn = part.AreaIndex, part.Geom, part.Code, part.Name, part.NameEn
		}
		for i := range a.Totals {
			a.Totals[i] = AreaTotal{AreaIndex: a.AreaIndex, Code: a.Code, Name: a.Name, Requirement: r.Requirements[i].ID}
		}
	}
	t.countPeople()
	t.met = make([]bitset, len(r.Requirements))
	each(len(r.Requirements), func(i int) { t.countRequirement(i) })
	t.countRequired()
	outsideFacilities := t.countFacilities(p)
	last := len(t.reports) - 1
	if t.reports[last].Buildings == 0 && !outsideFacilities {
		t.reports = t.reports[:last]
	}
	return t.reports
}

// each calls f for 0 … n-1, shared one by one by the processors. Calls must
// not depend on one another.
func each(n int, f func(i int)) {
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		g.Go(func() error { f(i); return nil })
	}
	_ = g.Wait() // f cannot fail
}

// tally adds up one call of TotalsOf. Rows are buildings, part by part, so a
// part's numbers are sums over a run of them.
type tally struct {
	r       *Result
	rows    *rows
	options TotalsOptions
	reports []AreaReport
	people  [][groupCount]int64 // of each part
	met     []bitset            // rows covered by each requirement
}

// countPeople counts people and buildings of every part.
func (t *tally) countPeople() {
	t.people = make([][groupCount]int64, len(t.reports))
	for n := range t.reports {
		from, to := t.rows.start[n], t.rows.start[n+1]
		sum := &t.people[n]
		for k := from; k < to; k++ {
			for g, w := range t.rows.people[k] {
				sum[g] += int64(w)
			}
		}
		t.reports[n].People, t.reports[n].Buildings = sum[0], int64(to-from)
	}
}

// countRequired counts those who have everything required, and the needs met.
func (t *tally) countRequired() {
	var required, withData []int
	for i := range t.r.Requirements {
		if !t.r.Requirements[i].Required {
			continue
		}
		required = append(required, i)
		if t.r.HasData(i) {
			withData = append(withData, i)
		}
	}
	if len(required) == 0 {
		return
	}
	all, some := t.intersect(required), t.intersect(withData)
	for n := range t.reports {
		a := &t.reports[n]
		q := &a.AllRequired
		q.People, q.Buildings = a.People, a.Buildings
		from, to := t.rows.start[n], t.rows.start[n+1]
		q.Covered, q.BuildingsCovered = t.sum(all, from, to)
		q.WithData, q.BuildingsWithData = t.sum(some, from, to)
		q.Share, q.ShareWithData = share(q.Covered, q.People), share(q.WithData, q.People)
		for _, i := range required {
			a.Needs.All += a.Totals[i].People
			a.Needs.Met += a.Totals[i].Covered
		}
		for _, i := range withData {
			a.Needs.AllWithData += a.Totals[i].People
		}
		a.Needs.Share, a.Needs.ShareWithData = share(a.Needs.Met, a.Needs.All), share(a.Needs.Met, a.Needs.AllWithData)
	}
}

// intersect is the rows that meet all of the requirements; none for none.
func (t *tally) intersect(requirements []int) bitset {
	out := newBitset(len(t.rows.building))
	for n, i := range requirements {
		for w := range out {
			if n == 0 {
				out[w] = t.met[i][w]
			} else {
				out[w] &= t.met[i][w]
			}
		}
	}
	return out
}

// sum counts people and buildings of the rows in a set.
func (t *tally) sum(set bitset, from, to int32) (people, buildings int64) {
	for k := range set.between(from, to) {
		people += int64(t.rows.people[k][0])
		buildings++
	}
	return people, buildings
}

func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// countRequirement fills requirement i of every report.
func (t *tally) countRequirement(i int) {
	group := t.r.Requirements[i].Group.number()
	f, circle := t.r.fields[i], t.r.circle[i]
	beyond := reasonNumber(BeyondBound)
	met := newBitset(len(t.rows.building))
	var ways []way // scratch, of one part
	for n := range t.reports {
		var covered [groupCount]int64
		var uncovered, reached, buildings int64
		ways = ways[:0]
		for k := t.rows.start[n]; k < t.rows.start[n+1]; k++ {
			b := t.rows.building[k]
			d := f.decimetres[b]
			w := &t.rows.people[k]
			switch {
			case d >= 0 && d <= circle:
				for g, people := range w {
					covered[g] += int64(people)
				}
				buildings++
				met.set(k)
			case d >= 0 || f.reason[b] == beyond:
				uncovered += int64(w[group])
			}
			if d >= 0 {
				reached += int64(w[group])
				ways = append(ways, way{d, w[group]})
			}
		}
		a := &t.reports[n].Totals[i]
		a.People, a.Covered, a.Uncovered = t.people[n][group], covered[group], uncovered
		a.Unreachable = a.People - a.Covered - a.Uncovered
		a.Buildings, a.BuildingsCovered = t.reports[n].Buildings, buildings
		a.Share = share(a.Covered, a.People)
		a.MedianMetres, a.P90Metres = quantiles(ways, reached)
		if t.options.Groups {
			a.Groups = make([]GroupTotal, groupCount)
			for g := range a.Groups {
				all := t.people[n][g]
				a.Groups[g] = GroupTotal{Group: Groups[g], People: all, Covered: covered[g], Share: share(covered[g], all)}
			}
		}
	}
	t.met[i] = met
}

// countFacilities counts the facilities of each requirement's category, and
// reports whether any lies outside all areas.
func (t *tally) countFacilities(p *Parts) (outside bool) {
	of := map[household.Category][]int{}
	for i := range t.r.Requirements {
		q := &t.r.Requirements[i]
		for _, c := range among(q.Served()) {
			of[c] = append(of[c], i)
		}
	}
	for k := range t.r.engine.data.Facilities {
		n := p.facility[k]
		if n < 0 {
			continue
		}
		for _, i := range of[t.r.engine.data.Facilities[k].Category] {
			t.reports[n].Totals[i].Facilities++
			outside = outside || int(n) == len(t.reports)-1
		}
	}
	for n := range t.reports {
		for i := range t.reports[n].Totals {
			if a := &t.reports[n].Totals[i]; a.Facilities > 0 {
				a.PeoplePerFacility = float64(a.People) / float64(a.Facilities)
			}
		}
	}
	return outside
}

// bitset is a set of rows.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (s bitset) set(k int32) { s[k>>6] |= 1 << (k & 63) }

// between yields the members from from to before to, in order.
func (s bitset) between(from, to int32) func(yield func(int32) bool) {
	return func(yield func(int32) bool) {
		for k := from; k < to; {
			w := s[k>>6] >> (k & 63)
			if w == 0 {
				k = (k>>6 + 1) << 6
				continue
			}
			k += int32(bits.TrailingZeros64(w))
			if k >= to || !yield(k) {
				return
			}
			k++
		}
	}
}

// HasData reports whether the city's data hold any facility that serves
// requirement i. Without one it is covered nowhere, and nobody can say from
// the data whether the city lacks it.
func (r *Result) HasData(i int) bool { return r.Facilities(i) > 0 }

// Facilities is how many facilities the city has that serve requirement i.
func (r *Result) Facilities(i int) int {
	return len(r.engine.facilitiesOf(r.Requirements[i].Served()))
}
