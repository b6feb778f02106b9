package walk

import (
	"cmp"
	"context"
	"slices"
)

// Surveyor finds, for one target after another, everybody who is near enough
// to walk to it: the catchment of a place. It keeps for every node who joins
// beside it, so that a search costs no more than what it reaches.
//
// A Surveyor does not change; each goroutine takes a Survey of its own.
type Surveyor struct {
	g       *Graph
	in      csr // reversed: from a node to where people come from
	seekers int
	// Those who join an edge, by edge and offset: atEdge[firstEdge[e]:firstEdge[e+1]].
	firstEdge []int32
	atEdge    []seekerJoin
	// Those who pass a node when they leave their edge, by the way to it:
	// atNode[firstNode[n]:firstNode[n+1]].
	firstNode []int32
	atNode    []seekerWay
}

type seekerJoin struct{ seeker, edge, offset, leg int32 }

type seekerWay struct{ seeker, node, way int32 }

// NewSurveyor prepares searches for a mode. seekers[i] are the joins of
// seeker i, none for one who does not join.
func (g *Graph) NewSurveyor(m Mode, seekers [][]Join) *Surveyor {
	s := &Surveyor{
		g: g, in: g.packDirection(m, Backward, Forward), seekers: len(seekers),
		firstEdge: make([]int32, len(g.edges)+1), firstNode: make([]int32, len(g.nodes)+1),
	}
	for i, at := range seekers {
		for _, j := range at {
			e := &g.edges[j.Edge]
			s.atEdge = append(s.atEdge, seekerJoin{int32(i), j.Edge, j.Offset, j.Leg})
			s.firstEdge[j.Edge+1]++
			// Who walks to From walks against the edge's direction.
			if e.Flags&Backward != 0 || j.Offset == 0 {
				s.atNode = append(s.atNode, seekerWay{int32(i), e.From, j.Offset + j.Leg})
				s.firstNode[e.From+1]++
			}
			if e.Flags&Forward != 0 || j.Offset == e.Weight {
				s.atNode = append(s.atNode, seekerWay{int32(i), e.To, e.Weight - j.Offset + j.Leg})
				s.firstNode[e.To+1]++
			}
		}
	}
	slices.SortFunc(s.atEdge, func(a, b seekerJoin) int {
		return cmp.Or(cmp.Compare(a.edge, b.edge), cmp.Compare(a.offset, b.offset), cmp.Compare(a.seeker, b.seeker))
	})
	slices.SortFunc(s.atNode, func(a, b seekerWay) int {
		return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.way, b.way), cmp.Compare(a.seeker, b.seeker))
	})
	for e := range g.edges {
		s.firstEdge[e+1] += s.firstEdge[e]
	}
	for n := range g.nodes {
		s.firstNode[n+1] += s.firstNode[n]
	}
	return s
}

// Survey is the memory of one search after another.
type Survey struct {
	s      *Surveyor
	turn   uint32
	node   []stamped // labels of nodes
	seeker []stamped
	found  []Found
	queue  []entry // a heap: the distance in the upper half, the node below
}

// stamped is a number that counts while its stamp is the survey's turn.
type stamped struct {
	turn uint32
	d    int32
}

// Found is somebody within reach.
type Found struct {
	Seeker     int32
	Decimetres int32 // both access legs included
}

// entry is a node in the queue: its distance when it was put there in the
// upper half, the node in the lower.
type entry = uint64

// Survey returns memory for searches.
func (s *Surveyor) Survey() *Survey {
	return &Survey{s: s, node: make([]stamped, len(s.g.nodes)), seeker: make([]stamped, s.seekers)}
}

// Around finds everybody whose way to the target is at most limit decimetres,
// both access legs included, by seeker. With than, a field of the same mode,
// those whose way to its nearest target is as short may be left out. The
// result is good until the next call. The error is ctx's.
func (v *Survey) Around(ctx context.Context, target Join, limit int32, than *Field) ([]Found, error) {
	v.turn++
	if v.turn == 0 { // once in four thousand million searches
		clear(v.node)
		clear(v.seeker)
		v.turn = 1
	}
	v.found, v.queue = v.found[:0], v.queue[:0]
	g := v.s.g
	e := &g.edges[target.Edge]
	for _, x := range v.s.atEdge[v.s.firstEdge[target.Edge]:v.s.firstEdge[target.Edge+1]] {
		way := target.Offset - x.offset
		switch {
		case way > 0 && e.Flags&Forward == 0, way < 0 && e.Flags&Backward == 0:
			continue
		case way < 0:
			way = -way
		}
		v.see(x.seeker, way+x.leg+target.Leg, limit)
	}
	if e.Flags&Forward != 0 || target.Offset == 0 {
		v.reach(e.From, target.Leg+target.Offset, limit)
	}
	if e.Flags&Backward != 0 || target.Offset == e.Weight {
		v.reach(e.To, target.Leg+e.Weight-target.Offset, limit)
	}
	for turns := 0; len(v.queue) > 0; turns++ {
		if turns&1023 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		x := v.pop()
		d, node := int32(x>>32), int32(uint32(x))
		if v.node[node].d != d {
			continue // improved since
		}
		if than != nil {
			if other, _, ok := than.Node(node); ok && other <= d {
				continue // everybody beyond is as near to another
			}
		}
		for _, w := range v.s.atNode[v.s.firstNode[node]:v.s.firstNode[node+1]] {
			if w.way > limit-d {
				break
			}
			v.see(w.seeker, d+w.way, limit)
		}
		for _, a := range v.s.in.arcs[v.s.in.first[node]:v.s.in.first[node+1]] {
			if a.weight <= limit-d {
				v.reach(a.to, d+a.weight, limit)
			}
		}
	}
	for i := range v.found {
		v.found[i].Decimetres = v.seeker[v.found[i].Seeker].d
	}
	slices.SortFunc(v.found, func(a, b Found) int { return cmp.Compare(a.Seeker, b.Seeker) })
	return v.found, nil
}

func (v *Survey) see(seeker, d, limit int32) {
	x := &v.seeker[seeker]
	switch {
	case d > limit:
	case x.turn != v.turn:
		*x = stamped{v.turn, d}
		v.found = append(v.found, Found{Seeker: seeker})
	case d < x.d:
		x.d = d
	}
}

// reach labels a node and queues it when that is better.
func (v *Survey) reach(node, d, limit int32) {
	x := &v.node[node]
	if d > limit || x.turn == v.turn && x.d <= d {
		return
	}
	*x = stamped{v.turn, d}
	q := append(v.queue, entry(uint32(d))<<32|entry(uint32(node)))
	for i := len(q) - 1; i > 0; {
		up := (i - 1) / 4
		if q[up] <= q[i] {
			break
		}
		q[up], q[i] = q[i], q[up]
		i = up
	}
	v.queue = q
}

// pop takes the nearest node from the queue, a heap of four branches.
func (v *Survey) pop() entry {
	q := v.queue
	top, last := q[0], q[len(q)-1]
	q = q[:len(q)-1]
	for i := 0; len(q) > 0; {
		best := 4*i + 1
		if best >= len(q) {
			q[i] = last
			break
		}
		for c := best + 1; c < min(4*i+5, len(q)); c++ {
			if q[c] < q[best] {
				best = c
			}
		}
		if q[best] >= last {
			q[i] = last
			break
		}
		q[i] = q[best]
		i = best
	}
	v.queue = q
	return top
}
