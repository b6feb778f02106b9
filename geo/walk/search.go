package walk

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// csr is the graph for one mode and direction: the arcs of node n are
// arcs[first[n]:first[n+1]].
type csr struct {
	first []int32
	arcs  []arc
}

type arc struct{ to, weight int32 }

// pack makes the arcs that lead out of each node and, reversed, into it. They
// share memory when no edge is oneway.
func (g *Graph) pack(m Mode) (out, in csr) {
	oneway := false
	for _, e := range g.edges {
		oneway = oneway || e.Flags.allows(m) && e.Flags&(Forward|Backward) != Forward|Backward
	}
	out = g.packDirection(m, Forward, Backward)
	if !oneway {
		return out, out
	}
	return out, g.packDirection(m, Backward, Forward)
}

// packDirection makes an arc From→To of edges with the flag ahead and one
// To→From of edges with the flag back.
func (g *Graph) packDirection(m Mode, ahead, back Flags) csr {
	c := csr{first: make([]int32, len(g.nodes)+1)}
	each := func(f func(from, to, w int32)) {
		for i := range g.edges {
			e := &g.edges[i]
			if !e.Flags.allows(m) || e.From == e.To {
				continue
			}
			if e.Flags&ahead != 0 {
				f(e.From, e.To, e.Weight)
			}
			if e.Flags&back != 0 {
				f(e.To, e.From, e.Weight)
			}
		}
	}
	each(func(from, _, _ int32) { c.first[from+1]++ })
	for n := range g.nodes {
		c.first[n+1] += c.first[n]
	}
	c.arcs = make([]arc, c.first[len(g.nodes)])
	next := slices.Clone(c.first)
	each(func(from, to, w int32) {
		c.arcs[next[from]] = arc{to, w}
		next[from]++
	})
	return c
}

// Target is a place to walk to: a facility. Where two are equally far, the
// lower Rank is the nearest.
type Target struct {
	Join Join
	Rank int32
}

// label is a distance in decimetres in the upper half and the rank of the
// target in the lower, so that comparing two breaks ties by rank.
type label = uint64

const unreached label = math.MaxUint64

// Field is the distance from everywhere to the nearest of some targets. Call
// Release when done; using it afterwards is a mistake.
type Field struct {
	g      *Graph
	mode   Mode
	labels []label // of nodes; the access leg at the target is in it
	// seconds are the labels of the nearest target of another rank than that
	// in labels; empty unless they were asked for.
	seconds []label
	onEdge  []Target // the targets by edge
	held    []uint64 // a bit for each edge that holds one
	q       queue
}

// Nearest finds, for every node and edge, the nearest target for people who
// walk to it. A limit of 0 or less searches everything; otherwise places
// farther than limit decimetres from a target, both access legs included, may
// be left out. The error is ctx's.
func (g *Graph) Nearest(ctx context.Context, m Mode, targets []Target, limit int32) (*Field, error) {
	if limit <= 0 {
		limit = math.MaxInt32
	}
	f := g.field(m)
	f.place(targets)
	if err := f.run(ctx, limit); err != nil {
		f.Release()
		return nil, err
	}
	return f, nil
}

// field takes a released field, so that a search allocates next to nothing.
func (g *Graph) field(m Mode) *Field {
	f, ok := g.fields.Get().(*Field)
	if !ok {
		f = &Field{}
	}
	f.g, f.mode = g, m
	n := g.search[m].count()
	f.labels = resize(f.labels, n<<blockBits)
	for i := range f.labels {
		f.labels[i] = unreached
	}
	f.q.reset(n)
	f.held = resize(f.held, (len(g.edges)+63)/64)
	clear(f.held)
	f.onEdge = f.onEdge[:0]
	f.seconds = f.seconds[:0]
	return f
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// Release gives the field's memory back.
func (f *Field) Release() {
	g := f.g
	f.g = nil
	g.fields.Put(f)
}

// place sorts the targets by edge and makes them the search's seeds.
func (f *Field) place(targets []Target) {
	f.onEdge = append(f.onEdge, targets...)
	slices.SortFunc(f.onEdge, func(a, b Target) int {
		return cmp.Or(cmp.Compare(a.Join.Edge, b.Join.Edge), cmp.Compare(a.Join.Offset, b.Join.Offset),
			cmp.Compare(a.Join.Leg, b.Join.Leg), cmp.Compare(a.Rank, b.Rank))
	})
	for i := range f.onEdge {
		e := f.onEdge[i].Join.Edge
		f.held[e>>6] |= 1 << (e & 63)
	}
	f.eachSeed(func(node int32, l label) {
		if l < f.labels[node] {
			f.labels[node] = l
			f.q.wait(node, l)
		}
	})
}

// eachSeed gives the labels that targets give to the ends of their edges.
func (f *Field) eachSeed(seed func(node int32, l label)) {
	for i := range f.onEdge {
		j, rank := &f.onEdge[i].Join, label(uint32(f.onEdge[i].Rank))
		e := &f.g.edges[j.Edge]
		if e.Flags&Forward != 0 || j.Offset == 0 {
			seed(e.From, label(j.Leg+j.Offset)<<32|rank)
		}
		if e.Flags&Backward != 0 || j.Offset == e.Weight {
			seed(e.To, label(j.Leg+e.Weight-j.Offset)<<32|rank)
		}
	}
}

// Node is the distance in decimetres from a node to the nearest target, its
// access leg included, and the target's rank.
func (f *Field) Node(n int32) (d, rank int32, ok bool) { return split(f.labels[n]) }
