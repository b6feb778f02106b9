package siting

import (
	"math"
	"slices"

	"hearthmap/household"
)

// Problem is a choice of places in numbers alone: what each demand is worth,
// and what each site does for the demands it reaches.
//
// A site serves people of the demands that it lists, at most Capacity of them.
// Somebody who is served by a site is worth the value that the site lists; who
// can be served by several is served where the sum over all is greatest. The
// people of one demand may go to different sites.
//
// The maximal covering problem (Church & ReVelle 1974) has the value 1
// everywhere. The p-median problem (Hakimi 1964) has as value what somebody
// saves: the way without the new sites less the way to the site. Either sum is
// submodular in the set of sites.
type Problem struct {
	People []int64 // of each demand, not negative
	Sites  []Site
}

// Site is a place that may be chosen.
type Site struct {
	Demands []int32 // ascending, each once: indices into People
	// Values are parallel to Demands and not negative; nil in every site: 1.
	Values []int32
	// Capacity is how many people the site can serve; 0 or less: any number.
	Capacity int64
}

// arcs is how many pairs of a site and a demand the problem has.
func (p *Problem) arcs() (n int) {
	for i := range p.Sites {
		n += len(p.Sites[i].Demands)
	}
	return n
}

// check refuses what the solver cannot work on.
func (p *Problem) check() error {
	bad := func(format string, args ...any) error {
		return household.Errorf(household.Invalid, "siting", format, args...).WithHint("see the documentation of siting.Problem")
	}
	for i, w := range p.People {
		if w < 0 {
			return bad("demand %d has %d people", i, w)
		}
	}
	for j := range p.Sites {
		s := &p.Sites[j]
		if s.Values != nil && len(s.Values) != len(s.Demands) || (s.Values == nil) != (p.Sites[0].Values == nil) {
			return bad("site %d has %d values for %d demands", j, len(s.Values), len(s.Demands))
		}
		last := int32(-1)
		for a, i := range s.Demands {
			if i <= last || int(i) >= len(p.People) {
				return bad("site %d lists demand %d after %d of %d", j, i, last, len(p.People))
			}
			last = i
			if s.Values != nil && s.Values[a] < 0 {
				return bad("site %d has the value %d", j, s.Values[a])
			}
		}
	}
	return nil
}

// instance is a problem as the solver works on it: without what plays no
// part, demands alike in one, in flat arrays. Multipliers and bounds are
// integers in units of 1/scale, so that bounds are proved without rounding and
// sums do not depend on the order of adding.
type instance struct {
	people   []int64
	most     []int64 // the greatest value of each demand times scale
	first    []int   // the arcs of site j are first[j]:first[j+1]
	demand   []int32 // of each arc
	value    []int32 // of each arc; nil: 1
	capacity []int64 // of each site; nil: no site has one
	name     []int32 // of each site: its index in the problem
	scale    int64
}

func (n *instance) sites() int { return len(n.name) }

func (n *instance) arc(a int) int64 {
	if n.value == nil {
		return 1
	}
	return int64(n.value[a])
}

func (n *instance) capOf(j int32) int64 {
	if n.capacity == nil {
		return math.MaxInt64
	}
	return n.capacity[j]
}

// newInstance takes over what plays a part.
func newInstance(p *Problem) (*instance, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	n := &instance{people: p.People, first: []int{0}}
	capped := slices.ContainsFunc(p.Sites, func(s Site) bool { return s.Capacity > 0 })
	arcs := p.arcs()
	n.demand = make([]int32, 0, arcs)
	if len(p.Sites) > 0 && p.Sites[0].Values != nil {
		n.value = make([]int32, 0, arcs)
	}
	for j := range p.Sites {
		s := &p.Sites[j]
		for a, i := range s.Demands {
			if p.People[i] == 0 || s.Values != nil && s.Values[a] == 0 {
				continue
			}
			n.demand = append(n.demand, i)
			if s.Values != nil {
				n.value = append(n.value, s.Values[a])
			}
		}
		if len(n.demand) == n.first[len(n.first)-1] {
			continue // of no use to anybody
		}
		n.first = append(n.first, len(n.demand))
		n.name = append(n.name, int32(j))
		if capped {
			c := s.Capacity
			if c <= 0 {
				c = math.MaxInt64
			}
			n.capacity = append(n.capacity, c)
		}
	}
	n, _ = n.merge(nil)
	return n, n.rescale()
}

// rescale chooses the finest unit in which no sum can overflow: a bound adds
// at most every arc's worth once and every demand's greatest once.
func (n *instance) rescale() error {
	sum := 0.0
	n.most = make([]int64, len(n.people))
	for a, i := range n.demand {
		n.most[i] = max(n.most[i], n.arc(a))
		sum += 2 * float64(n.people[i]) * float64(n.arc(a))
	}
	if sum >= 1<<61 {
		return household.Errorf(household.Invalid, "siting", "people times values are too large to be summed exactly").
			WithHint("use a coarser unit of length")
	}
	n.scale = 1
	for n.scale < 1<<20 && sum*float64(n.scale*2) < 1<<61 {
		n.scale *= 2
	}
	for i := range n.most {
		n.most[i] *= n.scale
	}
	return nil
}

// merge makes one demand of those whom the same sites serve with the same
// values, and numbers the demands anew by first appearance. lambda, if any, is
// averaged likewise.
func (n *instance) merge(lambda []int64) (*instance, []int64) {
	seed := [2]uint64{0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F}
	keys := make([][2]uint64, len(n.people)) // a sum over arcs, 128 bits
	for j := range n.name {
		for a := n.first[j]; a < n.first[j+1]; a++ {
			k := &keys[n.demand[a]]
			for h := range k {
				k[h] += mix(mix(uint64(j)+seed[h]) ^ uint64(n.arc(a))*seed[1-h])
			}
		}
	}
	to := make([]int32, len(n.people))
	for i := range to {
		to[i] = -1
	}
	seen := make(map[[2]uint64]int32)
	out := &instance{
		first: n.first, demand: make([]int32, len(n.demand)), value: n.value,
		capacity: n.capacity, name: n.name, scale: n.scale,
	}
	var sums []float64
	for a, i := range n.demand {
		if to[i] < 0 {
			m, ok := seen[keys[i]]
			if !ok {
				m = int32(len(out.people))
				seen[keys[i]] = m
				out.people = append(out.people, 0)
				sums = append(sums, 0)
			}
			to[i] = m
			out.people[m] += n.people[i]
			if lambda != nil {
				sums[m] += float64(n.people[i]) * float64(lambda[i])
			}
		}
		out.demand[a] = to[i]
	}
	out.compact()
	if lambda == nil {
		return out, nil
	}
	merged := make([]int64, len(out.people))
	for i := range merged {
		merged[i] = int64(sums[i] / float64(out.people[i]))
	}
	return out, merged
}

// mix is the finalizer of SplitMix64: a bijection whose bits all depend on
// all of the input's.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// compact leaves each demand once in a site, in ascending order.
func (n *instance) compact() {
	first := make([]int, 1, len(n.first))
	var demand, value []int32
	demand = make([]int32, 0, len(n.demand))
	if n.value != nil {
		value = make([]int32, 0, len(n.demand))
	}
	seen := make([]int32, len(n.people))
	type item struct{ demand, value int32 }
	var row []item
	for j := range n.name {
		row = row[:0]
		for a := n.first[j]; a < n.first[j+1]; a++ {
			if i := n.demand[a]; seen[i] != int32(j+1) {
				seen[i] = int32(j + 1)
				row = append(row, item{i, int32(n.arc(a))})
			}
		}
		slices.SortFunc(row, func(a, b item) int { return int(a.demand) - int(b.demand) })
		for _, x := range row {
			demand = append(demand, x.demand)
			if n.value != nil {
				value = append(value, x.value)
			}
		}
		first = append(first, len(demand))
	}
	n.first, n.demand, n.value = first, demand, value
}

// keep is the instance of some sites only, in ascending order, with demands
// that have become alike in one, and the multipliers for it.
func (n *instance) keep(sites []int32, lambda []int64) (*instance, []int64) {
	out := &instance{people: n.people, first: []int{0}, scale: n.scale}
	for _, j := range sites {
		from, to := n.first[j], n.first[j+1]
		out.demand = append(out.demand, n.demand[from:to]...)
		if n.value != nil {
			out.value = append(out.value, n.value[from:to]...)
		}
		if n.capacity != nil {
			out.capacity = append(out.capacity, n.capacity[j])
		}
		out.first = append(out.first, len(out.demand))
		out.name = append(out.name, n.name[j])
	}
	out, lambda = out.merge(lambda)
	out.most = make([]int64, len(out.people))
	for a, i := range out.demand {
		out.most[i] = max(out.most[i], out.arc(a)*out.scale)
	}
	return out, lambda
}
