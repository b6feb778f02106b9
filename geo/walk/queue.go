package walk

import (
	"context"
	"slices"
)

// entry is a node in the queue: its distance when it was put there in the
// upper half, the node in the lower.
type entry = uint64

// queue is a circular bucket queue (Dial 1969, with buckets of more than one
// distance). Nodes within a bucket are taken in any order and taken again
// when their label improves; labels only ever fall and every arc adds at
// least one decimetre, so what remains when a bucket is empty is the least
// label, whatever the order.
type queue struct {
	seeds   []entry // by distance
	buckets [][]entry
}

// bucketShift makes a bucket 12.8 m wide: a few nodes of a city block.
const bucketShift = 7

// run spreads the labels over the reversed graph up to the limit.
func (f *Field) run(ctx context.Context, limit int32) error {
	q := &f.q
	slices.Sort(q.seeds)
	n := 1
	for n < int(f.g.maxArc>>bucketShift)+2 {
		n *= 2
	}
	if len(q.buckets) < n {
		q.buckets = append(q.buckets, make([][]entry, n-len(q.buckets))...)
	}
	buckets := q.buckets[:n]
	defer func() {
		for i := range buckets {
			buckets[i] = buckets[i][:0]
		}
	}()
	mask := uint64(n - 1)
	next, waiting := 0, 0 // seeds put in, entries in the buckets
	var now uint64        // the bucket being emptied
	for turns := 0; ; turns++ {
		if waiting == 0 {
			if next == len(q.seeds) {
				return nil
			}
			now = q.seeds[next] >> (32 + bucketShift)
		}
		if now<<bucketShift > uint64(limit) {
			return nil
		}
		if turns&63 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		b := buckets[now&mask]
		for ; next < len(q.seeds) && q.seeds[next]>>(32+bucketShift) == now; next++ {
			b = append(b, q.seeds[next])
			waiting++
		}
		buckets[now&mask] = b
		if len(b) > 0 {
			waiting += f.drain(buckets, now, mask, uint64(limit))
		}
		now++
	}
}

// drain empties a bucket and returns by how much the number of waiting
// entries changed.
func (f *Field) drain(buckets [][]entry, now, mask, limit uint64) int {
	arcs := &f.g.arcs[f.mode].in
	labels := f.labels
	slot := now & mask
	added := 0
	for i := 0; i < len(buckets[slot]); i++ {
		x := buckets[slot][i]
		node := uint32(x)
		l := labels[node]
		if l>>32 != x>>32 || l>>32 > limit {
			continue // improved since, or too far
		}
		for _, a := range arcs.arcs[arcs.first[node]:arcs.first[node+1]] {
			m := l + uint64(uint32(a.weight))<<32
			if m >= labels[a.to] {
				continue
			}
			labels[a.to] = m
			s := (m >> (32 + bucketShift)) & mask
			buckets[s] = append(buckets[s], m&^0xffffffff|uint64(uint32(a.to)))
			added++
		}
	}
	added -= len(buckets[slot])
	buckets[slot] = buckets[slot][:0]
	return added
}
