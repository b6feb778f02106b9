package walk

import (
	"context"
	"math"
	"math/bits"
)

// NearestTwo is Nearest, and finds the nearest target of another rank too,
// for Field.Ways. It costs about twice as much.
//
// Let a node's first label be known. The second best way from a node begins
// with an arc to another node. If the first target there is a different one,
// it is that node's first way, else its second: so the second labels are
// found by a search of their own, which begins wherever an arc joins nodes of
// different first targets.
func (g *Graph) NearestTwo(ctx context.Context, m Mode, targets []Target, limit int32) (*Field, error) {
	f, err := g.Nearest(ctx, m, targets, limit)
	if err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = math.MaxInt32
	}
	f.beginSecond(limit)
	if err := f.runSecond(ctx, limit); err != nil {
		f.Release()
		return nil, err
	}
	return f, nil
}

// beginSecond gives the labels that do not come from other second labels.
func (f *Field) beginSecond(limit int32) {
	f.q.reset(f.g.search[f.mode].count())
	f.seconds = resize(f.seconds, len(f.labels))
	for i := range f.seconds {
		f.seconds[i] = unreached
	}
	f.eachSeed(func(node int32, l label) {
		if uint32(l) != uint32(f.labels[node]) {
			f.offerSecond(node, l)
		}
	})
	arcs := &f.g.search[f.mode]
	for v := range int32(len(f.g.nodes)) {
		l := f.labels[v]
		if l>>32 > uint64(limit) {
			continue
		}
		block := v &^ blockMask
		for _, a := range arcs.inner[arcs.first[v]:arcs.first[v+1]] {
			to := block | int32(a&blockMask)
			if uint32(f.labels[to]) != uint32(l) {
				f.offerSecond(to, l+uint64(a>>blockBits)<<32)
			}
		}
	}
	for _, a := range arcs.cross {
		l := f.labels[a.from]
		if l>>32 <= uint64(limit) && uint32(f.labels[a.to]) != uint32(l) {
			f.offerSecond(a.to, l+uint64(uint32(a.weight))<<32)
		}
	}
}

func (f *Field) offerSecond(node int32, l label) {
	if l < f.seconds[node] {
		f.seconds[node] = l
		f.q.wait(node, l)
	}
}

// runSecond spreads the second labels as run does the first, along arcs whose
// ends have the same first target.
func (f *Field) runSecond(ctx context.Context, limit int32) error {
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
		any := q.load(block, base, f.seconds)
		f.drainSecond(arcs, block, base, uint32(limit), any)
		for _, a := range arcs.cross[arcs.leave[block]:arcs.leave[block+1]] {
			l := f.seconds[a.from]
			if l>>32 <= uint64(limit) && uint32(f.labels[a.from]) == uint32(f.labels[a.to]) {
				f.offerSecond(a.to, l+uint64(uint32(a.weight))<<32)
			}
		}
	}
}

// drainSecond is drain for second labels.
func (f *Field) drainSecond(arcs *blocks, block int, base, limit uint32, any uint64) {
	q := &f.q
	ranks := (*[blockSize]label)(f.labels[block<<blockBits:])
	labels := (*[blockSize]label)(f.seconds[block<<blockBits:])
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
				continue
			}
			for _, a := range arcs.inner[first[v]:first[v+1]] {
				to := a & blockMask
				m := l + uint64(a>>blockBits)<<32
				if m >= labels[to] || uint32(ranks[to]) != uint32(ranks[v]) {
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
