package siting

import (
	"cmp"
	"container/heap"
	"slices"
)

// worth is the greatest sum that a set of sites can serve.
func (n *instance) worth(set []int32) int64 {
	if n.capacity != nil {
		return n.assign(set).worth
	}
	s := newStanding(n)
	total := int64(0)
	for _, j := range set {
		total += s.add(j)
	}
	return total
}

// standing is what each demand gets from the best and the second best of the
// chosen sites; sites without capacity only.
type standing struct {
	n           *instance
	best, next  []int32 // values; 0 without a site
	bestBy      []int32 // the site; -1 without one
	chosen      []int32
	worth, work int64
}

func newStanding(n *instance) *standing {
	s := &standing{n: n, best: make([]int32, len(n.people)), next: make([]int32, len(n.people)), bestBy: make([]int32, len(n.people))}
	for i := range s.bestBy {
		s.bestBy[i] = -1
	}
	return s
}

// gain is by how much the site would add to the worth.
func (s *standing) gain(j int32) (g int64) {
	n := s.n
	s.work += int64(n.first[j+1] - n.first[j])
	for a := n.first[j]; a < n.first[j+1]; a++ {
		i := n.demand[a]
		if v := n.arc(a) - int64(s.best[i]); v > 0 {
			g += v * n.people[i]
		}
	}
	return g
}

// add chooses the site and returns its gain.
func (s *standing) add(j int32) (g int64) {
	n := s.n
	s.chosen = append(s.chosen, j)
	for a := n.first[j]; a < n.first[j+1]; a++ {
		i, v := n.demand[a], int32(n.arc(a))
		switch {
		case v > s.best[i]:
			g += int64(v-s.best[i]) * n.people[i]
			s.next[i], s.best[i], s.bestBy[i] = s.best[i], v, j
		case v > s.next[i]:
			s.next[i] = v
		}
	}
	s.worth += g
	return g
}

// reset starts again with the set.
func (s *standing) reset(set []int32) {
	clear(s.best)
	clear(s.next)
	for i := range s.bestBy {
		s.bestBy[i] = -1
	}
	s.chosen, s.worth = s.chosen[:0], 0
	for _, j := range set {
		s.add(j)
	}
}

// offers is a heap of sites by an upper bound on their gain: gains only ever
// fall as sites are chosen (Minoux 1978).
type offers struct {
	gain []int64
	site []int32
}

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (o *offers) Len() int { return len(o.site) }

// Less puts the greatest gain first, then the first site.
func (o *offers) Less(a, b int) bool {
	return o.gain[a] > o.gain[b] || o.gain[a] == o.gain[b] && o.site[a] < o.site[b]
}

// Swap exchanges two offers.
func (o *offers) Swap(a, b int) {
	o.gain[a], o.gain[b] = o.gain[b], o.gain[a]
	o.site[a], o.site[b] = o.site[b], o.site[a]
}

// Push is not used.
func (o *offers) Push(any) {}

// Pop removes the last.
func (o *offers) Pop() any {
	o.gain, o.site = o.gain[:len(o.gain)-1], o.site[:len(o.site)-1]
	return nil
}

// greedy chooses up to k sites, each time the one that gains most, and of
// those that gain as much the first; it stops when the worth reaches target
// or no site gains anything.
func (n *instance) greedy(k int, target int64) *standing {
	s := newStanding(n)
	o := &offers{}
	for j := range n.name {
		o.site = append(o.site, int32(j))
		o.gain = append(o.gain, s.gain(int32(j)))
	}
	heap.Init(o)
	for len(s.chosen) < k && s.worth < target && o.Len() > 0 {
		j := o.site[0]
		now := s.gain(j)
		if now == 0 {
			heap.Pop(o)
			continue
		}
		if now < o.gain[0] {
			o.gain[0] = now
			heap.Fix(o, 0)
			continue
		}
		heap.Pop(o)
		s.add(j)
	}
	return s
}

// interchange swaps a chosen site for one of those offered as long as that
// gains (Teitz & Bart 1968, all swaps of a site judged in one pass over its
// arcs as in Whitaker 1983), up to so many passes.
func (s *standing) interchange(among []int32, passes int, target int64) {
	n := s.n
	place := map[int32]int{} // of chosen sites
	loss, saved := make([]int64, len(s.chosen)), make([]int64, len(s.chosen))
	settle := func() {
		clear(place)
		clear(loss)
		for r, j := range s.chosen {
			place[j] = r
		}
		for i, j := range s.bestBy {
			if j >= 0 {
				loss[place[j]] += int64(s.best[i]-s.next[i]) * n.people[i]
			}
		}
	}
	settle()
	if len(s.chosen) == 0 {
		return
	}
	for range passes {
		moved := false
		for _, j := range among {
			if _, in := place[j]; in {
				continue
			}
			s.work += int64(n.first[j+1] - n.first[j])
			gain := int64(0)
			clear(saved)
			for a := n.first[j]; a < n.first[j+1]; a++ {
				i, v := n.demand[a], int32(n.arc(a))
				if v > s.best[i] {
					gain += int64(v-s.best[i]) * n.people[i]
				}
				if by := s.bestBy[i]; by >= 0 && v > s.next[i] {
					saved[place[by]] += int64(min(v, s.best[i])-s.next[i]) * n.people[i]
				}
			}
			out := 0
			for r := range saved {
				if saved[r]-loss[r] > saved[out]-loss[out] {
					out = r
				}
			}
			if gain+saved[out]-loss[out] <= 0 {
				continue
			}
			set := slices.Clone(s.chosen)
			set[out] = j
			s.reset(set)
			s.work += int64(len(n.people))
			settle()
			moved = true
			if s.worth >= target {
				return
			}
		}
		if !moved {
			return
		}
	}
}

// inOrder sorts a set so that each site gains most after those before it, and
// returns the worth of every beginning.
func (n *instance) inOrder(set []int32) (sites []int32, worths []int64) {
	left := slices.Clone(set)
	slices.SortFunc(left, func(a, b int32) int { return cmp.Compare(n.name[a], n.name[b]) })
	total := int64(0)
	s := newStanding(n)
	for len(left) > 0 {
		best, most := 0, int64(-1)
		for r, j := range left {
			g := int64(0)
			if n.capacity == nil {
				g = s.gain(j)
			} else {
				g = n.assign(append(sites, j)).worth - total
			}
			if g > most {
				best, most = r, g
			}
		}
		if n.capacity == nil {
			s.add(left[best])
		}
		total += most
		sites, worths = append(sites, left[best]), append(worths, total)
		left = slices.Delete(left, best, best+1)
	}
	return sites, worths
}
