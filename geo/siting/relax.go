package siting

import (
	"cmp"
	"math"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// state is what is decided about a site in a part of the search.
type state int8

const (
	open state = iota
	chosen
	excluded
)

// relaxation bounds what k sites can be worth (Lagrangian relaxation, with the
// people of each demand priced: Geoffrion 1974, Cornuéjols, Fisher & Nemhauser
// 1977). For any multipliers λ ≥ 0,
//
//	Σ people·λ + the k greatest of ρ(j) = max Σ people·(value − λ)⁺ within j's capacity
//
// is at least the worth of every choice of k sites. Multipliers are improved
// by subgradient steps. All sums are exact integers in units of 1/scale.
type relaxation struct {
	n     *instance
	k     int
	state []state

	lambda []int64 // of the least bound
	bound  int64   // the least bound, in units of 1/scale
	rho    []int64 // of the least bound
	pick   []int32 // the sites it took, those chosen first, then by price
	taken  []float64

	trial, price []int64 // of the current step
	order        []int32
	slope, pull  []float64
	count        []float64
	perDemand    []int64
	worker       [][]item
	alpha        float64 // length of steps
	mark         int64   // the bound when it last fell by much
	since, steps int
	work         int64
}

func newRelaxation(n *instance, k int, st []state, lambda []int64) *relaxation {
	d := len(n.people)
	return &relaxation{
		n: n, k: k, state: st, bound: math.MaxInt64, mark: math.MaxInt64, alpha: 1,
		lambda: slices.Clone(lambda), trial: slices.Clone(lambda), rho: make([]int64, n.sites()), price: make([]int64, n.sites()),
		slope: make([]float64, d), pull: make([]float64, d), count: make([]float64, d), perDemand: make([]int64, d),
		taken: make([]float64, n.sites()),
	}
}

// floor is the bound in units of the problem.
func (x *relaxation) floor() int64 { return x.bound / x.n.scale }

// item is an arc with what it is worth above the multiplier.
type item struct{ above, people int64 }

// prices computes ρ for every site that is not excluded, on all processors:
// each is an exact sum by itself.
func (x *relaxation) prices() {
	n := x.n
	if n.value == nil && n.capacity == nil {
		for i, w := range n.people {
			x.perDemand[i] = w * max(0, n.scale-x.trial[i])
		}
	}
	x.work += int64(len(n.demand))
	threads := runtime.GOMAXPROCS(0)
	if len(n.demand) < 1<<16 {
		threads = 1
	}
	if len(x.worker) < threads {
		x.worker = make([][]item, threads)
	}
	m := n.sites()
	if threads == 1 {
		x.pricesOf(0, m, 0)
		return
	}
	var g errgroup.Group
	for t := range threads {
		g.Go(func() error {
			// Pieces by arcs, so that threads have alike work.
			from, _ := slices.BinarySearch(n.first, len(n.demand)/threads*t)
			to := m
			if t < threads-1 {
				to, _ = slices.BinarySearch(n.first, len(n.demand)/threads*(t+1))
			}
			x.pricesOf(min(from, m), min(to, m), t)
			return nil
		})
	}
	_ = g.Wait() // cannot fail
}

func (x *relaxation) pricesOf(from, to, worker int) {
	n := x.n
	for j := from; j < to; j++ {
		if x.state[j] == excluded {
			continue
		}
		sum := int64(0)
		demands := n.demand[n.first[j]:n.first[j+1]]
		switch {
		case n.capacity != nil:
			sum, _, _ = x.fill(int32(j), worker)
		case n.value == nil:
			for _, i := range demands {
				sum += x.perDemand[i]
			}
		default:
			values := n.value[n.first[j]:n.first[j+1]]
			for a, i := range demands {
				if v := int64(values[a])*n.scale - x.trial[i]; v > 0 {
					sum += v * n.people[i]
				}
			}
		}
		x.price[j] = sum
	}
}

// fill serves those who are worth most above their multipliers, up to the
// site's capacity: all above the threshold, and the share of those at it.
func (x *relaxation) fill(j int32, worker int) (sum, threshold int64, share float64) {
	n := x.n
	items := x.worker[worker][:0]
	for a := n.first[j]; a < n.first[j+1]; a++ {
		i := n.demand[a]
		if v := n.arc(a)*n.scale - x.trial[i]; v > 0 {
			items = append(items, item{v, n.people[i]})
		}
	}
	x.worker[worker] = items
	return knapsack(items, n.capOf(j))
}

// knapsack is the greatest Σ above·amount with amounts up to people that add
// up to at most room; items are reordered. Everybody above the threshold is
// taken, and the share of those exactly at it.
func knapsack(items []item, room int64) (sum, threshold int64, share float64) {
	for len(items) > 0 {
		a, b, c := items[0].above, items[len(items)/2].above, items[len(items)-1].above
		pivot := max(min(a, b), min(max(a, b), c))
		above, equal := 0, 0 // items[:above] > pivot, items[above:above+equal] = pivot
		var peopleAbove, peopleEqual, worth int64
		for at := 0; at < len(items); at++ {
			it := items[at]
			switch {
			case it.above > pivot:
				items[at] = items[above+equal]
				items[above+equal] = items[above]
				items[above] = it
				above++
				peopleAbove += it.people
				worth += it.above * it.people
			case it.above == pivot:
				items[at] = items[above+equal]
				items[above+equal] = it
				equal++
				peopleEqual += it.people
			}
		}
		if peopleAbove > room {
			items = items[:above]
			continue
		}
		sum, room = sum+worth, room-peopleAbove
		if peopleEqual >= room {
			return sum + pivot*room, pivot, float64(room) / float64(peopleEqual)
		}
		sum, room = sum+pivot*peopleEqual, room-peopleEqual
		items = items[above+equal:]
	}
	return sum, 0, 0
}

// step evaluates the trial multipliers, keeps them if their bound is the
// least, and moves on towards the worth known to be possible. It reports
// whether the bound is the least so far.
func (x *relaxation) step(known int64) (better bool) {
	n := x.n
	x.steps++
	x.prices()
	total := int64(0)
	for i, w := range n.people {
		total += w * x.trial[i]
	}
	pick := x.choose()
	for _, j := range pick {
		total += x.price[j]
	}
	better = total < x.bound
	if better {
		x.bound = total
		copy(x.lambda, x.trial)
		copy(x.rho, x.price)
		x.pick = append(x.pick[:0], pick...)
	}
	if better && x.bound < x.mark-x.mark/20000 {
		x.mark, x.since = x.bound, 0
	} else if x.since++; x.since >= 12 {
		// The steps have become too long to improve.
		x.alpha *= 0.6
		x.since = 0
		copy(x.trial, x.lambda)
	}
	x.descend(total, known, pick)
	return better
}

// choose lists the chosen sites, then the dearest open ones until there are
// k; of sites as dear the first.
func (x *relaxation) choose() []int32 {
	x.order = x.order[:0]
	var free []int32
	for j, s := range x.state {
		switch s {
		case chosen:
			x.order = append(x.order, int32(j))
		case open:
			free = append(free, int32(j))
		}
	}
	slices.SortFunc(free, func(a, b int32) int { return cmp.Or(cmp.Compare(x.price[b], x.price[a]), cmp.Compare(a, b)) })
	x.order = append(x.order, free[:min(len(free), max(0, x.k-len(x.order)))]...)
	for j := range x.taken {
		x.taken[j] *= 0.9
	}
	for _, j := range x.order {
		x.taken[j] += 0.1
	}
	return x.order
}

// descend moves the trial multipliers against the smoothed subgradient.
func (x *relaxation) descend(total, known int64, pick []int32) {
	n := x.n
	clear(x.count)
	for _, j := range pick {
		threshold, share := int64(0), 0.0
		if n.capacity != nil {
			_, threshold, share = x.fill(j, 0)
		}
		for a := n.first[j]; a < n.first[j+1]; a++ {
			i := n.demand[a]
			switch v := n.arc(a)*n.scale - x.trial[i]; {
			case v > threshold:
				x.count[i]++
			case v == threshold && v > 0:
				x.count[i] += share
			}
		}
	}
	norm := 0.0
	for i, w := range n.people {
		g := 1 - x.count[i]
		if x.trial[i] == 0 && g > 0 {
			g = 0
		}
		x.slope[i] = 0.4*g + 0.6*x.slope[i]
		norm += float64(w) * x.slope[i] * x.slope[i]
	}
	if norm == 0 {
		return
	}
	length := x.alpha * float64(max(total-known*n.scale, n.scale/4)) / norm
	for i := range x.trial {
		x.trial[i] = min(max(x.trial[i]-int64(length*x.slope[i]), 0), n.most[i])
	}
}

// fix decides what no choice better than the worth known can do without, by
// the least bound's prices. It reports whether anything was decided.
func (x *relaxation) fix(known int64) bool {
	need := (known + 1) * x.n.scale // anything better is worth at least this
	open1, last, next := 0, int64(0), int64(0)
	in := map[int32]bool{}
	for _, j := range x.pick {
		in[j] = true
		if x.state[j] == open {
			last = x.rho[j]
			open1++
		}
	}
	full := len(x.pick) >= x.k
	for j, s := range x.state {
		if s == open && !in[int32(j)] {
			next = max(next, x.rho[j])
		}
	}
	changed := false
	for j, s := range x.state {
		if s != open {
			continue
		}
		switch {
		case in[int32(j)]:
			if full && x.bound-x.rho[j]+next < need {
				x.state[j], changed = chosen, true
			}
		case !full:
		case open1 == 0:
			x.state[j], changed = excluded, true // the places are all taken
		case x.bound-last+x.rho[j] < need:
			x.state[j], changed = excluded, true
		}
	}
	return changed
}

// dearest lists so many of the sites that are not excluded by the least
// bound's prices.
func (x *relaxation) dearest(count int) []int32 {
	var all []int32
	for j, v := range x.state {
		if v != excluded {
			all = append(all, int32(j))
		}
	}
	slices.SortFunc(all, func(a, b int32) int { return cmp.Or(cmp.Compare(x.rho[b], x.rho[a]), cmp.Compare(a, b)) })
	return all[:min(count, len(all))]
}
