package walk

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// Repairer keeps searches of the whole network for one mode and mends them
// when targets open or close, instead of searching again: what a target gains
// is found by a search from it that stops wherever others are nearer, what it
// leaves behind by a search from the frontier of its neighbours. The result is
// that of a new search, label by label.
type Repairer struct {
	g       *Graph
	mode    Mode
	in      csr // reversed: from a node to where people come from
	scratch sync.Pool
}

// NewRepairer prepares repairs for a mode.
func (g *Graph) NewRepairer(m Mode) *Repairer {
	return &Repairer{g: g, mode: m, in: g.packDirection(m, Backward, Forward)}
}

// Kept is the field of some targets, to be repaired. It costs eight bytes a
// node, does not change, and is safe for concurrent use.
type Kept struct {
	r       *Repairer
	labels  []label
	targets []Target  // by edge
	seeds   []nodeFor // of all targets
}

// nodeFor is a label that a target gives a node of its edge.
type nodeFor struct {
	node int32
	l    label
}

// Keep searches the whole network. Targets that share a rank share a fate.
// The error is ctx's.
func (r *Repairer) Keep(ctx context.Context, targets []Target) (*Kept, error) {
	f, err := r.g.Nearest(ctx, r.mode, targets, 0)
	if err != nil {
		return nil, err
	}
	defer f.Release()
	k := &Kept{r: r, labels: make([]label, len(r.g.nodes)), targets: slices.Clone(targets)}
	for n := range k.labels {
		k.labels[n] = unreached
		if d, rank, ok := f.Node(int32(n)); ok {
			k.labels[n] = label(d)<<32 | label(uint32(rank))
		}
	}
	slices.SortFunc(k.targets, func(a, b Target) int { return cmp.Compare(a.Join.Edge, b.Join.Edge) })
	for i := range k.targets {
		k.seeds = r.appendSeeds(k.seeds, &k.targets[i])
	}
	return k, nil
}

// Node is as Field.Node.
func (k *Kept) Node(n int32) (d, rank int32, ok bool) { return split(k.labels[n]) }

// appendSeeds adds the labels that a target gives the ends of its edge.
func (r *Repairer) appendSeeds(to []nodeFor, t *Target) []nodeFor {
	j, e := &t.Join, &r.g.edges[t.Join.Edge]
	l := func(d int32) label { return label(d)<<32 | label(uint32(t.Rank)) }
	if e.Flags&Forward != 0 || j.Offset == 0 {
		to = append(to, nodeFor{e.From, l(j.Leg + j.Offset)})
	}
	if e.Flags&Backward != 0 || j.Offset == e.Weight {
		to = append(to, nodeFor{e.To, l(j.Leg + e.Weight - j.Offset)})
	}
	return to
}

// scratch is the memory of one repair; a node's over counts when its stamp is
// the repair's turn.
type scratch struct {
	over    []label
	stamp   []uint32
	turn    uint32
	changed []int32
	heap    heap
}

// Repaired is a field after a repair. Call Release when done.
type Repaired struct {
	k      *Kept
	s      *scratch
	closed []int32 // ranks, sorted
	opened []Target
	seeds  []nodeFor
}

// Repair opens and closes targets. closed are targets of the field; a target
// that moves is closed and opened, under one rank. The error is ctx's.
func (k *Kept) Repair(ctx context.Context, closed, opened []Target) (*Repaired, error) {
	s, ok := k.r.scratch.Get().(*scratch)
	if !ok {
		s = &scratch{over: make([]label, len(k.labels)), stamp: make([]uint32, len(k.labels))}
	}
	s.turn++
	if s.turn == 0 { // once in four thousand million repairs
		clear(s.stamp)
		s.turn = 1
	}
	s.changed, s.heap = s.changed[:0], s.heap[:0]
	r := &Repaired{k: k, s: s, opened: opened}
	for i := range closed {
		r.closed = append(r.closed, closed[i].Rank)
	}
	slices.Sort(r.closed)
	r.invalidate(closed)
	r.frontier()
	for i := range opened {
		r.seeds = k.r.appendSeeds(r.seeds[:0], &opened[i])
		for _, x := range r.seeds {
			r.offer(x.node, x.l)
		}
	}
	if err := r.spread(ctx); err != nil {
		r.Release()
		return nil, err
	}
	return r, nil
}

// Release gives the memory back.
func (r *Repaired) Release() {
	r.k.r.scratch.Put(r.s)
	r.s = nil
}

// Changed are the nodes whose label may have changed, each once.
func (r *Repaired) Changed() []int32 { return r.s.changed }

func (r *Repaired) label(n int32) label {
	if r.s.stamp[n] == r.s.turn {
		return r.s.over[n]
	}
	return r.k.labels[n]
}

func (r *Repaired) set(n int32, l label) {
	if r.s.stamp[n] != r.s.turn {
		r.s.stamp[n] = r.s.turn
		r.s.changed = append(r.s.changed, n)
	}
	r.s.over[n] = l
}

func (r *Repaired) isClosed(rank int32) bool {
	_, ok := slices.BinarySearch(r.closed, rank)
	return ok
}

// invalidate takes the labels away that came from closed targets. A label
// carries its target's rank, and follows tight arcs from the target's seeds.
func (r *Repaired) invalidate(closed []Target) {
	for i := range closed {
		r.seeds = r.k.r.appendSeeds(r.seeds[:0], &closed[i])
		for _, x := range r.seeds {
			if r.label(x.node) == x.l {
				r.set(x.node, unreached)
			}
		}
	}
	in := &r.k.r.in
	for i := 0; i < len(r.s.changed); i++ { // grows as it goes
		n := r.s.changed[i]
		l := r.k.labels[n]
		for _, a := range in.arcs[in.first[n]:in.first[n+1]] {
			if r.s.stamp[a.to] != r.s.turn && r.k.labels[a.to] == l+label(uint32(a.weight))<<32 {
				r.set(a.to, unreached)
			}
		}
	}
}

// frontier offers the nodes without a label those of their neighbours and of
// the targets that remain on their edges.
func (r *Repaired) frontier() {
	lost := len(r.s.changed)
	if lost == 0 {
		return
	}
	out := &r.k.r.g.arcs[r.k.r.mode].out
	for _, n := range r.s.changed[:lost] {
		best := unreached
		for _, a := range out.arcs[out.first[n]:out.first[n+1]] {
			if l := r.k.labels[a.to]; r.s.stamp[a.to] != r.s.turn && l != unreached {
				best = min(best, l+label(uint32(a.weight))<<32)
			}
		}
		if best != unreached {
			// Not by offer: a neighbour later in the list counts as lost still.
			r.s.over[n] = best
			r.s.heap.push(best>>32<<32 | label(uint32(n)))
		}
	}
	for _, x := range r.k.seeds {
		if r.s.stamp[x.node] == r.s.turn && !r.isClosed(int32(uint32(x.l))) {
			r.offer(x.node, x.l)
		}
	}
}

// offer gives a node a label if it is better than its own.
func (r *Repaired) offer(n int32, l label) {
	if l < r.label(n) {
		r.set(n, l)
		r.s.heap.push(l>>32<<32 | label(uint32(n)))
	}
}

func (r *Repaired) spread(ctx context.Context) error {
	in := &r.k.r.in
	for turns := 0; len(r.s.heap) > 0; turns++ {
		if turns&4095 == 4095 && ctx.Err() != nil {
			return ctx.Err()
		}
		x := r.s.heap.pop()
		n := int32(uint32(x))
		l := r.label(n)
		if l>>32 != x>>32 {
			continue // improved since
		}
		for _, a := range in.arcs[in.first[n]:in.first[n+1]] {
			r.offer(a.to, l+label(uint32(a.weight))<<32)
		}
	}
	return nil
}

// Node is as Field.Node.
func (r *Repaired) Node(n int32) (d, rank int32, ok bool) { return split(r.label(n)) }

// At is as Field.At.
func (r *Repaired) At(j Join) (d, rank int32, ok bool) {
	e := &r.k.r.g.edges[j.Edge]
	best := unreached
	if l := r.label(e.From); l != unreached && (e.Flags&Backward != 0 || j.Offset == 0) {
		best = min(best, l+label(j.Offset)<<32)
	}
	if l := r.label(e.To); l != unreached && (e.Flags&Forward != 0 || j.Offset == e.Weight) {
		best = min(best, l+label(e.Weight-j.Offset)<<32)
	}
	at, _ := slices.BinarySearchFunc(r.k.targets, j.Edge, func(t Target, e int32) int { return cmp.Compare(t.Join.Edge, e) })
	for ; at < len(r.k.targets) && r.k.targets[at].Join.Edge == j.Edge; at++ {
		if t := &r.k.targets[at]; !r.isClosed(t.Rank) {
			best = min(best, alongEdge(j, e, t))
		}
	}
	for i := range r.opened {
		if r.opened[i].Join.Edge == j.Edge {
			best = min(best, alongEdge(j, e, &r.opened[i]))
		}
	}
	if best != unreached {
		best += label(j.Leg) << 32
	}
	return split(best)
}

// alongEdge is the way along the edge itself to a target on it.
func alongEdge(j Join, e *Edge, t *Target) label {
	way := t.Join.Offset - j.Offset
	switch {
	case way > 0 && e.Flags&Forward == 0, way < 0 && e.Flags&Backward == 0:
		return unreached
	case way < 0:
		way = -way
	}
	return label(way+t.Join.Leg)<<32 | label(uint32(t.Rank))
}

// heap is a binary heap of distances with nodes.
type heap []uint64

func (h *heap) push(x uint64) {
	*h = append(*h, x)
	s := *h
	for i := len(s) - 1; i > 0; {
		up := (i - 1) / 2
		if s[up] <= s[i] {
			break
		}
		s[up], s[i] = s[i], s[up]
		i = up
	}
}

func (h *heap) pop() uint64 {
	s := *h
	top := s[0]
	last := len(s) - 1
	s[0] = s[last]
	s = s[:last]
	*h = s
	for i := 0; ; {
		c := 2*i + 1
		if c >= last {
			break
		}
		if c+1 < last && s[c+1] < s[c] {
			c++
		}
		if s[i] <= s[c] {
			break
		}
		s[i], s[c] = s[c], s[i]
		i = c
	}
	return top
}
