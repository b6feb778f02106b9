package siting

import (
	"container/heap"
	"context"
	"math"
	"slices"
	"time"

	"hearthmap/household"
)

// Options bound the work. The zero value is the default.
type Options struct {
	// Work is how many pairs of a site and a demand may be looked at; 0 means
	// DefaultWork. What is found does not depend on the machine's speed.
	Work int64
	// Until ends the search at a time of the clock, which makes the answer
	// depend on the machine; zero: never. The answer says so (Stopped).
	Until time.Time
}

// DefaultWork takes some seconds on one processor.
const DefaultWork = 3_000_000_000

func (o Options) allowed() int64 {
	if o.Work > 0 {
		return o.Work
	}
	return DefaultWork
}

// Solution is a choice of sites and what is known about better ones.
type Solution struct {
	// Sites are indices into Problem.Sites; each gains most after those
	// before it. Sites that add nothing are left out.
	Sites []int32
	// Worths are what the first 1, 2, … of the sites are worth.
	Worths []int64
	Worth  int64
	// Bound is proved: no choice of as many sites is worth more.
	Bound   int64
	Optimal bool // Bound equals Worth
	// Least is proved by Cover: fewer sites do not reach the target. In the
	// answer of Maximise it is 0.
	Least int
	// Short is set by Cover when no choice was found that reaches the target.
	Short   bool
	Greedy  int64 // what plain greedy choice finds
	Nodes   int   // parts of the search that were bounded
	Work    int64
	Stopped bool // the clock ended the search
	Spent   bool // the work allowed ended the search
}

// Gap is how much better the best can be, as a share of the bound.
func (s *Solution) Gap() float64 {
	if s.Bound <= 0 {
		return 0
	}
	return float64(s.Bound-s.Worth) / float64(s.Bound)
}

// Maximise chooses at most k sites of the greatest worth. Errors are Invalid
// and ctx's.
func Maximise(ctx context.Context, p *Problem, k int, o Options) (*Solution, error) {
	if k < 1 {
		return nil, household.Errorf(household.Invalid, "siting.Maximise", "%d new sites are not a number of sites", k).WithHint("ask for 1 or more")
	}
	n, err := newInstance(p)
	if err != nil {
		return nil, err
	}
	s := newSearch(ctx, n, k, math.MaxInt64, o)
	if err := s.run(); err != nil {
		return nil, err
	}
	return s.solution(), nil
}

// search finds the best choice of k sites in an instance.
type search struct {
	ctx    context.Context
	n      *instance // becomes smaller as sites are ruled out
	whole  *instance
	k      int
	target int64 // reaching it ends the search
	o      Options
	left   int64

	best    []int32 // names (indices into the problem)
	worth   int64
	bound   int64 // proved so far
	least   int   // sites that a choice needs to reach the target, proved so far
	greedy  int64
	nodes   int
	stopped bool
	spent   bool
	found   map[int32]int32 // name -> site of whole
}

func newSearch(ctx context.Context, n *instance, k int, target int64, o Options) *search {
	s := &search{ctx: ctx, n: n, whole: n, k: min(k, n.sites()), target: target, o: o, left: o.allowed(), found: map[int32]int32{}}
	for j, name := range n.name {
		s.found[name] = int32(j)
	}
	for i, w := range n.people {
		s.bound += w * (n.most[i] / n.scale) // everybody served as well as can be
	}
	return s
}

// over reports whether the search has to end: by ctx (an error), by the clock,
// or because the work is done.
func (s *search) over() (bool, error) {
	switch {
	case s.ctx.Err() != nil:
		return true, s.ctx.Err()
	case !s.o.Until.IsZero() && !time.Now().Before(s.o.Until):
		s.stopped = true
	case s.left <= 0:
		s.spent = true
	}
	return s.stopped || s.spent, nil
}

// offer keeps a set of the current instance if it is better.
func (s *search) offer(set []int32, worth int64) bool {
	if worth <= s.worth {
		return false
	}
	s.worth = worth
	s.best = s.best[:0]
	for _, j := range set {
		s.best = append(s.best, s.n.name[j])
	}
	return true
}

// try offers the sites that a relaxation took, and what an interchange among
// the dearest sites makes of them.
func (s *search) try(x *relaxation, set []int32) {
	if s.n.capacity != nil {
		s.offer(set, s.n.worth(set))
		s.left -= 20 * arcsOf(s.n, set)
		return
	}
	t := newStanding(s.n)
	t.reset(set)
	s.left -= arcsOf(s.n, set) + int64(len(s.n.people))
	s.offer(t.chosen, t.worth)
	t.interchange(x.dearest(6*s.k+60), 10, s.target)
	s.left -= t.work
	s.offer(t.chosen, t.worth)
}

func arcsOf(n *instance, set []int32) (arcs int64) {
	for _, j := range set {
		arcs += int64(n.first[j+1] - n.first[j])
	}
	return arcs
}

// known is the worth that a choice has to exceed to be of interest: that of the
// best one found or, where a target is to be reached, just below it.
func (s *search) known() int64 {
	if s.target < math.MaxInt64 {
		return max(s.worth, s.target-1)
	}
	return s.worth
}

// done reports whether nothing better can be found.
func (s *search) done() bool { return s.bound <= s.known() || s.worth >= s.target }

func (s *search) run() error {
	if s.k == 0 {
		s.bound = 0
		return s.ctx.Err()
	}
	s.start()
	lambda := s.firstMultipliers()
	lambda, st, err := s.root(lambda)
	if err != nil || s.done() || s.stopped || s.spent {
		return err
	}
	return s.branch(lambda, st)
}

func everySite(n *instance) []int32 {
	all := make([]int32, n.sites())
	for j := range all {
		all[j] = int32(j)
	}
	return all
}

// start finds a first choice: greedy, then interchange.
func (s *search) start() {
	if s.n.capacity != nil {
		set := s.n.greedyWithin(s.k, s.target, &s.left)
		s.greedy = s.n.worth(set)
		s.offer(set, s.greedy)
		s.swapWithin(2)
		return
	}
	t := s.n.greedy(s.k, s.target)
	s.greedy = t.worth
	s.offer(t.chosen, t.worth)
	t.interchange(everySite(s.n), 10, s.target)
	s.left -= t.work
	s.offer(t.chosen, t.worth)
}

// firstMultipliers price those who are served at half of what they get.
func (s *search) firstMultipliers() []int64 {
	lambda := make([]int64, len(s.n.people))
	in := map[int32]bool{}
	for _, name := range s.best {
		in[name] = true
	}
	for j, name := range s.n.name {
		if !in[name] {
			continue
		}
		for a := s.n.first[j]; a < s.n.first[j+1]; a++ {
			i := s.n.demand[a]
			lambda[i] = max(lambda[i], s.n.arc(a)*s.n.scale/2)
		}
	}
	return lambda
}

const (
	rootSteps  = 1500 // subgradient steps before branching, at most
	rootRound  = 25   // steps between attempts to make the instance smaller
	nodeSteps  = 40
	stillSteps = 0.01 // the step length at which the bound is as good as it gets
)

// root lowers the bound of the whole, and makes the instance smaller as sites
// are ruled out.
func (s *search) root(lambda []int64) ([]int64, []state, error) {
	x := newRelaxation(s.n, s.k, make([]state, s.n.sites()), lambda)
	worth := s.worth
	for {
		for range rootRound {
			if stop, err := s.over(); stop {
				return x.lambda, x.state, err
			}
			before := x.work
			better := x.step(s.known())
			s.left -= x.work - before
			if better {
				s.bound = min(s.bound, x.floor())
				if s.target < math.MaxInt64 {
					s.least = max(s.least, x.needed(s.target))
				}
				if s.done() {
					return x.lambda, x.state, nil
				}
			}
			if x.steps%5 == 0 && (s.n.capacity == nil || x.steps%20 == 0) {
				s.try(x, x.pick)
			}
			if s.done() {
				return x.lambda, x.state, nil
			}
		}
		s.try(x, x.pick)
		x.fix(s.known())
		var stay []int32
		var st []state
		for j, v := range x.state {
			if v != excluded {
				stay = append(stay, int32(j))
				st = append(st, v)
			}
		}
		if len(stay) <= s.k || !slices.Contains(st, open) {
			s.try(x, stay[:min(len(stay), s.k)]) // all that is left
			s.bound = s.known()
			return x.lambda, x.state, nil
		}
		if len(stay) < s.n.sites()*4/5 {
			alpha, steps, work, mark := x.alpha, x.steps, x.work, x.mark
			lambda := x.lambda
			s.n, lambda = s.n.keep(stay, lambda)
			x = newRelaxation(s.n, s.k, st, lambda)
			x.alpha, x.steps, x.work, x.mark = alpha, steps, work, mark
		}
		if x.alpha < stillSteps && s.worth > worth {
			worth, x.alpha = s.worth, 0.3 // a better choice rules out more
		}
		if x.steps >= rootSteps || x.alpha < stillSteps {
			return x.lambda, x.state, nil
		}
	}
}

// part is a set of choices that are not looked at yet.
type part struct {
	bound  int64 // of the choices, in units of 1/scale
	depth  int
	serial int
	state  []state
	lambda []int64 // shared with its twin
}

// parts is a heap: the greatest bound first, then the deepest, then the first
// made.
type parts []*part

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (p parts) Len() int { return len(p) }

// Less puts the most promising part first.
func (p parts) Less(a, b int) bool {
	x, y := p[a], p[b]
	switch {
	case x.bound != y.bound:
		return x.bound > y.bound
	case x.depth != y.depth:
		return x.depth > y.depth
	}
	return x.serial < y.serial
}

// Swap exchanges two parts.
func (p parts) Swap(a, b int) { p[a], p[b] = p[b], p[a] }

// Push appends a part.
func (p *parts) Push(x any) { *p = append(*p, x.(*part)) }

// Pop removes the last part.
func (p *parts) Pop() any {
	x := (*p)[len(*p)-1]
	(*p)[len(*p)-1] = nil
	*p = (*p)[:len(*p)-1]
	return x
}

// branch splits the choices by a site that is taken or not, the most
// promising part first, until every part's bound shows that it holds nothing
// better (branch and bound).
func (s *search) branch(lambda []int64, st []state) error {
	scale := s.n.scale
	open := &parts{{bound: math.MaxInt64, state: st, lambda: lambda}}
	room := int64(1 << 27) // multipliers and states kept, in numbers
	for open.Len() > 0 {
		p := (*open)[0]
		if p.bound < math.MaxInt64 {
			s.bound = max(s.worth, min(s.bound, p.bound/scale))
		}
		stop, err := s.over()
		if err != nil {
			return err
		}
		if stop || s.done() {
			return nil
		}
		if int64(open.Len())*int64(len(s.n.people)+s.n.sites()) > room {
			s.spent = true
			return nil
		}
		heap.Pop(open)
		if p.bound/scale <= s.known() {
			continue
		}
		x, finished, err := s.boundPart(p)
		if err != nil {
			return err
		}
		if s.stopped || s.spent {
			// The part is not finished: what was known of it stands.
			heap.Push(open, p)
			s.bound = max(s.worth, min(s.bound, (*open)[0].bound/scale))
			return nil
		}
		if finished {
			continue
		}
		j := x.split()
		bound := min(p.bound, x.bound)
		for _, v := range [...]state{chosen, excluded} {
			child := &part{bound: bound, depth: p.depth + 1, serial: 2*s.nodes + int(v), state: slices.Clone(x.state), lambda: x.lambda}
			child.state[j] = v
			heap.Push(open, child)
		}
	}
	s.bound = s.known()
	return nil
}

// boundPart lowers a part's bound; finished means that it holds nothing better
// than what is known now.
func (s *search) boundPart(p *part) (x *relaxation, finished bool, err error) {
	s.nodes++
	x = newRelaxation(s.n, s.k, p.state, p.lambda)
	x.alpha = 0.3
	for step := range nodeSteps {
		if stop, err := s.over(); stop {
			return x, false, err
		}
		better := x.step(s.known())
		if better && x.floor() <= s.known() {
			s.left -= x.work
			return x, true, nil
		}
		if step%10 == 9 {
			if s.n.capacity == nil {
				s.try(x, x.pick)
			}
			x.fix(s.known())
		}
	}
	s.left -= x.work
	s.try(x, x.pick)
	x.fix(s.known())
	left, places := 0, s.k
	var set []int32
	for j, v := range x.state {
		switch v {
		case chosen:
			places--
			set = append(set, int32(j))
		case open:
			left++
			set = append(set, int32(j))
		}
	}
	switch {
	case x.floor() <= s.known():
		return x, true, nil
	case left <= places:
		s.try(x, set)
		return x, true, nil
	case places <= 0:
		set = set[:0]
		for j, v := range x.state {
			if v == chosen {
				set = append(set, int32(j))
			}
		}
		s.try(x, set)
		return x, true, nil
	}
	return x, false, nil
}

// split is the open site about which the steps agreed least.
func (x *relaxation) split() int32 {
	best, least := int32(-1), math.Inf(1)
	for j, v := range x.state {
		if v != open {
			continue
		}
		if d := math.Abs(x.taken[j] - 0.5); d < least {
			best, least = int32(j), d
		}
	}
	return best
}

// solution is what was found, in the terms of the problem.
func (s *search) solution() *Solution {
	var set []int32
	for _, name := range s.best {
		set = append(set, s.found[name])
	}
	sites, worths := s.whole.inOrder(set)
	out := &Solution{Greedy: s.greedy, Bound: max(s.bound, s.worth), Nodes: s.nodes, Stopped: s.stopped, Spent: s.spent}
	for r, j := range sites {
		if last := out.Worth; worths[r] > last {
			out.Sites = append(out.Sites, s.whole.name[j])
			out.Worths = append(out.Worths, worths[r])
			out.Worth = worths[r]
		}
	}
	out.Work = s.o.allowed() - s.left
	out.Optimal = out.Bound == out.Worth
	return out
}
