package siting

import (
	"container/heap"
	"math"
	"slices"
)

// assignment says how many people of each demand a set of sites with
// capacities serves when the sum of values is greatest.
type assignment struct {
	worth  int64
	served []int64 // by each site of the set
	// people[c] are those of class c: demands that the sites value alike.
	classes []class
}

type class struct {
	people int64
	value  []int32 // by each site of the set
	at     []int64 // people at each site of the set
	demand []int32
}

// assign finds the assignment. Everybody starts at the site that values them
// most; sites that are too full send people away, each time along the cheapest
// chain of moves to a site with room or to no site (successive shortest paths:
// every state on the way is optimal for the capacities it respects). The
// amounts are whole people.
func (n *instance) assign(set []int32) assignment {
	k := len(set)
	out := assignment{served: make([]int64, k), classes: n.classes(set)}
	m := &mover{k: k, classes: out.classes, served: out.served, room: make([]int64, k), leave: make([]moves, k*(k+1))}
	for r, j := range set {
		m.room[r] = n.capOf(j)
	}
	for c := range m.classes {
		x, best := &m.classes[c], 0
		for r, v := range x.value {
			if v > x.value[best] {
				best = r
			}
		}
		x.at[best] = x.people
		m.served[best] += x.people
		m.enter(int32(c), best)
	}
	for i := range m.leave {
		heap.Init(&m.leave[i])
	}
	m.started = true
	for r := range k {
		for m.served[r] > m.room[r] {
			m.relieve(r)
		}
	}
	for c := range m.classes {
		for r, people := range m.classes[c].at {
			out.worth += people * int64(m.classes[c].value[r])
		}
	}
	return out
}

// classes groups the demands that the set serves by their values.
func (n *instance) classes(set []int32) []class {
	row := make(map[int32]int32) // demand -> place in values
	var demands []int32
	var values []int32 // k of each
	k := len(set)
	for r, j := range set {
		for a := n.first[j]; a < n.first[j+1]; a++ {
			i := n.demand[a]
			at, ok := row[i]
			if !ok {
				at = int32(len(demands))
				row[i] = at
				demands = append(demands, i)
				values = append(values, make([]int32, k)...)
			}
			values[int(at)*k+r] = int32(n.arc(a))
		}
	}
	var out []class
	same := map[uint64][]int32{}
	for d, i := range demands {
		v := values[d*k : (d+1)*k]
		h := uint64(0)
		for _, x := range v {
			h = mix(h ^ uint64(uint32(x)) + 0x9E3779B97F4A7C15)
		}
		found := int32(-1)
		for _, c := range same[h] {
			if slices.Equal(out[c].value, v) {
				found = c
				break
			}
		}
		if found < 0 {
			found = int32(len(out))
			same[h] = append(same[h], found)
			out = append(out, class{value: v, at: make([]int64, k)})
		}
		out[found].people += n.people[i]
		out[found].demand = append(out[found].demand, i)
	}
	return out
}

// mover moves people between sites. leave[r*(k+1)+q] holds the classes with
// people at r by what the sum loses when one of them goes to q; q = k is no
// site. Entries of classes that have left are dropped when met.
type mover struct {
	k            int
	classes      []class
	served, room []int64
	leave        []moves
	started      bool
}

type move struct {
	loss  int32
	class int32
}

type moves []move

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (m moves) Len() int { return len(m) }

// Less puts the least loss first, then the first class.
func (m moves) Less(a, b int) bool {
	return m[a].loss < m[b].loss || m[a].loss == m[b].loss && m[a].class < m[b].class
}

// Swap exchanges two moves.
func (m moves) Swap(a, b int) { m[a], m[b] = m[b], m[a] }

// Push appends a move.
func (m *moves) Push(x any) { *m = append(*m, x.(move)) }

// Pop removes the last move.
func (m *moves) Pop() any {
	*m = (*m)[:len(*m)-1]
	return nil
}

// enter lists the moves of a class that has come to site r.
func (m *mover) enter(c int32, r int) {
	v := m.classes[c].value
	for q := range m.k + 1 {
		if q == r {
			continue
		}
		loss := v[r]
		if q < m.k {
			if v[q] == 0 {
				continue // not reached: as good as no site, which is listed
			}
			loss -= v[q]
		}
		h := &m.leave[r*(m.k+1)+q]
		if x := (move{loss, c}); m.started {
			heap.Push(h, x)
		} else {
			*h = append(*h, x)
		}
	}
}

// cheapest is the best move from r to q.
func (m *mover) cheapest(r, q int) (move, bool) {
	h := &m.leave[r*(m.k+1)+q]
	for h.Len() > 0 {
		if x := (*h)[0]; m.classes[x.class].at[r] > 0 {
			return x, true
		}
		heap.Pop(h)
	}
	return move{}, false
}

// relieve sends some people away from a site that is too full.
func (m *mover) relieve(from int) {
	const far = math.MaxInt64 / 2
	k := m.k
	dist, prev, via := make([]int64, k+1), make([]int, k+1), make([]move, k+1)
	for q := range dist {
		dist[q], prev[q] = far, -1
	}
	dist[from] = 0
	for changed := true; changed; {
		changed = false
		for r := range k {
			if dist[r] == far {
				continue
			}
			for q := range k + 1 {
				if q == r || q == from {
					continue
				}
				if x, ok := m.cheapest(r, q); ok && dist[r]+int64(x.loss) < dist[q] {
					dist[q], prev[q], via[q] = dist[r]+int64(x.loss), r, x
					changed = true
				}
			}
		}
	}
	to := k // no site always takes people
	for q := range k {
		if m.served[q] < m.room[q] && dist[q] < dist[to] {
			to = q
		}
	}
	amount := m.served[from] - m.room[from]
	if to < k {
		amount = min(amount, m.room[to]-m.served[to])
	}
	for q := to; q != from; q = prev[q] {
		amount = min(amount, m.classes[via[q].class].at[prev[q]])
	}
	for q := to; q != from; q = prev[q] {
		x := &m.classes[via[q].class]
		x.at[prev[q]] -= amount
		if q < k {
			x.at[q] += amount
			m.enter(via[q].class, q)
		}
	}
	m.served[from] -= amount
	if to < k {
		m.served[to] += amount
	}
}
