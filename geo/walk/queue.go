package walk

import (
	"context"
	"math/bits"
)

// queue holds the nodes whose labels were improved and not yet spread.
//
// The search takes the block in which the least of them waits and empties it:
// its nodes wait in buckets one bucketShift wide, a bit each, counted from
// that least label. A node is taken again when its label improves. What
// leaves the block improves labels of other blocks, whose nodes wait there.
// Labels only ever fall, and the search ends when none can: the labels are
// then the least ones, in whatever order blocks and nodes were taken.
type queue struct {
	dirty []uint64 // a bit for each node that waits outside the buckets
	wake  []uint32 // of each block, at most the least label that waits there

	buckets [numBuckets][blockSize / 64]uint64
	words   [numBuckets]uint64 // the words of each bucket that are not zero
}

const (
	bucketShift = 8 // a bucket is 25.6 m wide: a few nodes of a city block
	numBuckets  = 64
)

// reset empties the queue for a graph of n blocks.
func (q *queue) reset(n int) {
	q.dirty = resize(q.dirty, n*(blockSize/64))
	clear(q.dirty)
	q.wake = resize(q.wake, n)
	for i := range q.wake {
		q.wake[i] = asleep
	}
}

// wait puts a node with that label among those that wait.
func (q *queue) wait(node int32, l label) {
	q.dirty[node>>6] |= 1 << (node & 63)
	b := node >> blockBits
	q.wake[b] = min(q.wake[b], uint32(l>>32))
}

// run spreads the labels over the reversed graph up to the limit.
func (f *Field) run(ctx context.Context, limit int32) error {
	arcs := &f.g.search[f.mode]
	q := &f.q
	for turns := 0; ; turns++ {
		if turns&15 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		block, base := q.next()
		if base > uint32(limit) {
			return nil
		}
		any := q.load(block, base, f.labels)
		f.drain(arcs, block, base, uint32(limit), any)
		for _, a := range arcs.cross[arcs.leave[block]:arcs.leave[block+1]] {
			l := f.labels[a.from]
			if l>>32 > uint64(limit) {
				continue // unreached, or too far
			}
			if m := l + uint64(uint32(a.weight))<<32; m < f.labels[a.to] {
				f.labels[a.to] = m
				q.wait(a.to, m)
			}
		}
	}
}

// next is the block in which the least label waits.
func (q *queue) next() (block int, base uint32) {
	base = asleep
	for b, w := range q.wake {
		if w < base {
			block, base = b, w
		}
	}
	return block, base
}

// load puts the block's waiting nodes into the buckets; those too far for the
// last bucket go on waiting. It returns the set of buckets in use.
func (q *queue) load(block int, base uint32, labels []label) (any uint64) {
	q.wake[block] = asleep
	dirty := q.dirty[block*(blockSize/64):][:blockSize/64]
	own := (*[blockSize]label)(labels[block<<blockBits:])
	for w, word := range dirty {
		if word == 0 {
			continue
		}
		dirty[w] = 0
		for ; word != 0; word &= word - 1 {
			v := uint32(w<<6 | bits.TrailingZeros64(word))
			d := uint32(own[v&blockMask] >> 32)
			if k := (d - base) >> bucketShift; k < numBuckets {
				q.buckets[k][w] |= word & -word
				q.words[k] |= 1 << w
				any |= 1 << k
			} else {
				dirty[w] |= word & -word
				q.wake[block] = min(q.wake[block], d)
			}
		}
	}
	return any
}

// drain empties the buckets of a block.
func (f *Field) drain(arcs *blocks, block int, base, limit uint32, any uint64) {
	q := &f.q
	labels := (*[blockSize]label)(f.labels[block<<blockBits:])
	first := arcs.first[block<<blockBits:][:blockSize+1]
	for any != 0 {
		k := uint32(bits.TrailingZeros64(any))
		words := q.words[k]
		if words == 0 {
			any &= any - 1
			continue
		}
		w := uint32(bits.TrailingZeros64(words))
		word := q.buckets[k][w]
		q.buckets[k][w] = 0
		q.words[k] = words & (words - 1)
		for ; word != 0; word &= word - 1 {
			v := (w<<6 | uint32(bits.TrailingZeros64(word))) & blockMask
			l := labels[v]
			d := uint32(l >> 32)
			if (d-base)>>bucketShift != k || d > limit {
				continue // improved and spread since, or too far
			}
			for _, a := range arcs.inner[first[v]:first[v+1]] {
				to := a & blockMask
				m := l + uint64(a>>blockBits)<<32
				if m >= labels[to] {
					continue
				}
				labels[to] = m
				if b := (uint32(m>>32) - base) >> bucketShift; b < numBuckets {
					q.buckets[b][to>>6] |= 1 << (to & 63)
					q.words[b] |= 1 << (to >> 6)
					any |= 1 << b
				} else {
					q.wait(int32(block<<blockBits)|int32(to), m)
				}
			}
		}
	}
}
