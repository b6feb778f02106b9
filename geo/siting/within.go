package siting

import "slices"

// greedyWithin is greedy choice where sites have capacities. A site's gain is
// estimated with everybody else staying where they are, which is possible and
// so never too much; what the chosen are worth together is exact.
func (n *instance) greedyWithin(k int, target int64, left *int64) []int32 {
	var set []int32
	worth := int64(0)
	for len(set) < k && worth < target {
		now := n.assign(set)
		worth = now.worth
		*left -= int64(len(n.demand))
		j := n.bestBeside(now, set)
		if j < 0 {
			if j = n.bestExactly(worth, set, left); j < 0 {
				break
			}
		}
		set = append(set, j)
	}
	return set
}

// bestExactly is the site that gains most when everybody may move; -1 if none
// gains, which means that none does beside any more sites either.
func (n *instance) bestExactly(worth int64, set []int32, left *int64) int32 {
	best, most := int32(-1), int64(0)
	for j := range int32(n.sites()) {
		if *left <= 0 {
			break
		}
		if slices.Contains(set, j) {
			continue
		}
		with := append(slices.Clone(set), j)
		*left -= arcsOf(n, with)
		if g := n.worth(with) - worth; g > most {
			best, most = j, g
		}
	}
	return best
}

// bestBeside is the site that gains most beside an assignment; -1 if none
// gains.
func (n *instance) bestBeside(now assignment, set []int32) int32 {
	type here struct{ people, value int64 }
	at := make([][]here, len(n.people)) // those who get something now
	rest := slices.Clone(n.people)
	for _, c := range now.classes {
		// A class's people are spread over its demands in their order.
		r, used := 0, int64(0)
		for _, i := range c.demand {
			need := n.people[i]
			for need > 0 && r < len(c.at) {
				take := min(need, c.at[r]-used)
				if take > 0 {
					at[i] = append(at[i], here{take, int64(c.value[r])})
					rest[i] -= take
					need -= take
					used += take
				}
				if used == c.at[r] {
					r, used = r+1, 0
				}
			}
		}
	}
	best, most := int32(-1), int64(0)
	var items []item
	for j := range int32(n.sites()) {
		if slices.Contains(set, j) {
			continue
		}
		items = items[:0]
		for a := n.first[j]; a < n.first[j+1]; a++ {
			i, v := n.demand[a], n.arc(a)
			if rest[i] > 0 {
				items = append(items, item{v, rest[i]})
			}
			for _, h := range at[i] {
				if v > h.value {
					items = append(items, item{v - h.value, h.people})
				}
			}
		}
		if g, _, _ := knapsack(items, n.capOf(j)); g > most {
			best, most = j, g
		}
	}
	return best
}

// swapWithin takes each chosen site out in turn and puts the best in its place,
// as long as that gains, so many rounds.
func (s *search) swapWithin(rounds int) {
	for range rounds {
		moved := false
		for r := range s.best {
			if s.left <= 0 || s.ctx.Err() != nil || s.worth >= s.target {
				return
			}
			var set []int32
			for q, name := range s.best {
				if q != r {
					set = append(set, s.found[name])
				}
			}
			s.left -= int64(len(s.n.demand))
			j := s.n.bestBeside(s.n.assign(set), set)
			if j < 0 {
				continue
			}
			set = append(set, j)
			if s.offer(set, s.n.worth(set)) {
				moved = true
			}
		}
		if !moved {
			return
		}
	}
}
