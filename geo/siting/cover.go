package siting

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// maxWithin is how many sites with capacities are assigned at once at most.
const maxWithin = 200

// Cover chooses the fewest sites whose worth is at least target (the location
// set covering problem of Toregas et al. 1971 where the target is everybody
// whom any site reaches). Where the sites together do not reach it, the answer
// is Short. Solution.Least is proved: fewer sites do not do. Errors are Invalid
// and ctx's.
func Cover(ctx context.Context, p *Problem, target int64, o Options) (*Solution, error) {
	whole, err := newInstance(p)
	if err != nil {
		return nil, err
	}
	if target <= 0 {
		return &Solution{Optimal: true}, ctx.Err()
	}
	c := &coverer{ctx: ctx, whole: whole, n: whole, target: target, o: o, left: o.allowed()}
	if whole.capacity == nil {
		all := newStanding(whole)
		for j := range whole.name {
			all.add(int32(j))
		}
		if all.worth < target {
			return c.short(all.chosen), nil
		}
		if all.worth == target && whole.value == nil {
			c.n = whole.essential()
			c.target = int64(len(c.n.people))
			for i := range c.n.people {
				c.n.people[i] = 1 // everybody counts: by how much does not matter
			}
		}
	}
	return c.run()
}

type coverer struct {
	ctx    context.Context
	whole  *instance
	n      *instance // what the search works on: perhaps fewer demands
	target int64
	o      Options
	left   int64
	best   []int32 // sites of n
	least  int
	greedy int
	nodes  int
	last   *search
}

func (c *coverer) run() (*Solution, error) {
	if c.n.capacity != nil {
		c.best = c.n.greedyWithin(maxWithin, c.target, &c.left)
		if c.n.worth(c.best) < c.target {
			return c.short(c.best), c.ctx.Err()
		}
	} else {
		c.best = c.n.greedy(c.n.sites(), c.target).chosen
	}
	c.best = c.n.prune(c.best, c.target)
	c.least, c.greedy = 1, len(c.best)
	for len(c.best) > c.least {
		o := c.o
		o.Work = max(c.left, 1)
		s := newSearch(c.ctx, c.n, len(c.best)-1, c.target, o)
		if err := s.run(); err != nil {
			return nil, err
		}
		c.last, c.left, c.nodes = s, s.left, c.nodes+s.nodes
		c.least = max(c.least, s.least)
		if s.worth >= c.target {
			c.best = c.best[:0]
			for _, name := range s.best {
				c.best = append(c.best, s.found[name])
			}
			c.best = c.n.prune(c.best, c.target)
			continue
		}
		if s.bound < c.target {
			c.least = len(c.best)
		}
		break
	}
	out := c.solution(c.best)
	out.Least = min(c.least, len(c.best))
	out.Optimal = out.Least == len(c.best)
	if c.last != nil && !out.Optimal {
		out.Stopped, out.Spent = c.last.stopped, c.last.spent
	}
	return out, nil
}

// solution gives a set of sites of n in the terms of the problem.
func (c *coverer) solution(set []int32) *Solution {
	out := &Solution{Nodes: c.nodes, Work: c.o.allowed() - c.left, Greedy: int64(c.greedy)}
	at := map[int32]int32{}
	for j, name := range c.whole.name {
		at[name] = int32(j)
	}
	var sites []int32
	for _, j := range set {
		sites = append(sites, at[c.n.name[j]])
	}
	sites, out.Worths = c.whole.inOrder(sites)
	for _, j := range sites {
		out.Sites = append(out.Sites, c.whole.name[j])
	}
	if len(out.Worths) > 0 {
		out.Worth = out.Worths[len(out.Worths)-1]
	}
	out.Bound = out.Worth
	return out
}

// short answers with the fewest sites found that do as much as all.
func (c *coverer) short(set []int32) *Solution {
	if c.whole.capacity == nil {
		set = c.whole.greedy(len(set), math.MaxInt64).chosen
	}
	out := c.solution(set)
	out.Short = true
	return out
}

// prune takes out sites that the target does not need, those that were chosen
// last first.
func (n *instance) prune(set []int32, target int64) []int32 {
	if n.capacity != nil {
		for r := len(set) - 1; r >= 0 && len(set) <= 60; r-- {
			if without := slices.Delete(slices.Clone(set), r, r+1); n.worth(without) >= target {
				set = without
			}
		}
		return set
	}
	s := newStanding(n)
	for {
		s.reset(set)
		loss := map[int32]int64{}
		for i, j := range s.bestBy {
			if j >= 0 {
				loss[j] += int64(s.best[i]-s.next[i]) * n.people[i]
			}
		}
		r := len(set) - 1
		for r >= 0 && s.worth-loss[set[r]] < target {
			r--
		}
		if r < 0 {
			return set
		}
		set = slices.Delete(slices.Clone(set), r, r+1)
	}
}

// needed is how many sites a choice takes at least to reach the target, by the
// least bound's multipliers: with fewer the bound stays below it.
func (x *relaxation) needed(target int64) int {
	total := int64(0)
	for i, w := range x.n.people {
		total += w * x.lambda[i]
	}
	var rho []int64
	count := 0
	for j, v := range x.state {
		switch v {
		case chosen:
			total += x.rho[j]
			count++
		case open:
			rho = append(rho, x.rho[j])
		}
	}
	slices.SortFunc(rho, func(a, b int64) int { return cmp.Compare(b, a) })
	for _, r := range rho {
		if total >= target*x.n.scale {
			return count
		}
		total += r
		count++
	}
	return count
}
