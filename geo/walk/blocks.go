package walk

import "math"

// The arcs of a search, laid out in blocks of nodes that follow one another
// on the Hilbert curve, and so lie together on the ground. A search works on
// one block at a time, whose labels and arcs stay in the processor's caches.
const (
	blockBits = 12 // 4096 nodes: 32 KiB of labels, about 80 KiB of arcs
	blockSize = 1 << blockBits
	blockMask = blockSize - 1

	maxInner = 1<<(32-blockBits) - 1 // decimetres that fit an inner arc, 104 km
)

// blocks are the arcs for one mode and direction.
type blocks struct {
	// The arcs of node n that end in n's own block are
	// inner[first[n]:first[n+1]], each a weight<<blockBits | the head's number
	// within the block. len(first) is the number of blocks × blockSize + 1.
	first []int32
	inner []uint32
	// The arcs that leave block b are cross[leave[b]:leave[b+1]].
	leave []int32
	cross []crossArc
}

type crossArc struct{ from, to, weight int32 }

func (b *blocks) count() int { return len(b.leave) - 1 }

// packBlocks makes an arc From→To of edges with the flag ahead and one
// To→From of edges with the flag back.
func (g *Graph) packBlocks(m Mode, ahead, back Flags) blocks {
	n := (len(g.nodes) + blockMask) >> blockBits
	b := blocks{first: make([]int32, n<<blockBits+1), leave: make([]int32, n+1)}
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
	inside := func(from, to, w int32) bool { return from>>blockBits == to>>blockBits && w <= maxInner }
	each(func(from, to, w int32) {
		if inside(from, to, w) {
			b.first[from+1]++
		} else {
			b.leave[from>>blockBits+1]++
		}
	})
	for i := 1; i < len(b.first); i++ {
		b.first[i] += b.first[i-1]
	}
	for i := 1; i < len(b.leave); i++ {
		b.leave[i] += b.leave[i-1]
	}
	b.inner = make([]uint32, b.first[len(b.first)-1])
	b.cross = make([]crossArc, b.leave[n])
	next, out := append([]int32(nil), b.first...), append([]int32(nil), b.leave...)
	each(func(from, to, w int32) {
		if inside(from, to, w) {
			b.inner[next[from]] = uint32(w)<<blockBits | uint32(to)&blockMask
			next[from]++
		} else {
			k := from >> blockBits
			b.cross[out[k]] = crossArc{from, to, w}
			out[k]++
		}
	})
	return b
}

// asleep is the wake of a block in which nothing waits.
const asleep = math.MaxUint32
