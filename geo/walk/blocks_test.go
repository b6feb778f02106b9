package walk_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"hearthmap/geo/walk"
)

// TestAcrossBlocks compares both nearest targets of every node of a town that
// spans several blocks of the search, with streets longer than its buckets
// reach, with one search by the 4-ary heap for each target.
func TestAcrossBlocks(t *testing.T) {
	net := grid(130)
	r := rand.New(rand.NewPCG(5, 6))
	for range 40 { // bypasses of up to 14 km, and some detours
		i, k, i2, k2 := r.IntN(130), r.IntN(130), r.IntN(130), r.IntN(130)
		x, y := crossingAt(i, k)
		x2, y2 := crossingAt(i2, k2)
		net.Streets = append(net.Streets, path(x, y, x2, y2))
	}
	g := walk.Build(net, walk.Options{})
	if g.NumNodes() < 4*4096 {
		t.Fatalf("%d nodes are too few to span blocks", g.NumNodes())
	}
	h := newHeapGraph(g)
	for _, count := range []int{1, 3, 14} {
		targets := scatter(g, count)
		if count > 3 {
			targets[count-1].Rank = 0 // one facility with two doors
		}
		first, second := make([]uint64, g.NumNodes()), make([]uint64, g.NumNodes())
		for n := range first {
			first[n], second[n] = math.MaxUint64, math.MaxUint64
		}
		least := map[int32][]uint64{}
		for i := range targets {
			h.search(g, targets[i:i+1], math.MaxInt32)
			of := least[targets[i].Rank]
			if of == nil {
				of = append(of, h.label...)
			}
			for n, l := range h.label {
				of[n] = min(of[n], l)
			}
			least[targets[i].Rank] = of
		}
		for _, of := range least {
			for n, l := range of {
				if l < first[n] {
					first[n], second[n] = l, first[n]
				} else if l < second[n] {
					second[n] = l
				}
			}
		}
		for _, limit := range []int32{0, 9000, 50000} {
			f, err := g.NearestTwo(context.Background(), walk.OnFoot, targets, limit)
			if err != nil {
				t.Fatal(err)
			}
			check := func(n int, what string, want uint64, d, rank int32, ok bool) {
				t.Helper()
				if limit > 0 && want>>32 > uint64(limit) {
					return
				}
				if ok != (want != math.MaxUint64) || ok && uint64(d)<<32|uint64(rank) != want {
					t.Fatalf("%d targets, limit %d, node %d: %s at %d dm of %d (%v), want %d of %d", count, limit, n, what, d, rank, ok, want>>32, uint32(want))
				}
			}
			for e := range int32(g.NumEdges()) {
				n := g.Edge(e).From
				w := f.Ways(walk.Join{Edge: e})
				d, rank, ok := w.First()
				check(int(n), "first", first[n], d, rank, ok)
				d, rank, ok = w.Second()
				check(int(n), "second", second[n], d, rank, ok)
			}
			f.Release()
		}
	}
}
