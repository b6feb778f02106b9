package walk_test

import (
	"container/heap"
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"hearthmap/geo/walk"
)

// heapGraph is the textbook way: adjacency lists and container/heap, lazy
// deletion, one search from all targets at once.
type heapGraph struct {
	next  [][]heapArc
	dist  []int32
	from  []int32
	queue heapQueue
}

type heapArc struct{ to, weight int32 }

type heapItem struct{ dist, rank, node int32 }

type heapQueue []heapItem

func (q heapQueue) Len() int { return len(q) }
func (q heapQueue) Less(i, j int) bool {
	return q[i].dist < q[j].dist || q[i].dist == q[j].dist && q[i].rank < q[j].rank
}
func (q heapQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *heapQueue) Push(x any)   { *q = append(*q, x.(heapItem)) }
func (q *heapQueue) Pop() any {
	x := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return x
}

func newHeapGraph(g *walk.Graph) *heapGraph {
	h := &heapGraph{next: make([][]heapArc, g.NumNodes()), dist: make([]int32, g.NumNodes()), from: make([]int32, g.NumNodes())}
	for e := range int32(g.NumEdges()) {
		edge := g.Edge(e)
		h.next[edge.From] = append(h.next[edge.From], heapArc{edge.To, edge.Weight})
		h.next[edge.To] = append(h.next[edge.To], heapArc{edge.From, edge.Weight})
	}
	return h
}

func (h *heapGraph) search(g *walk.Graph, targets []walk.Target, limit int32) {
	for i := range h.dist {
		h.dist[i], h.from[i] = 1<<30, 1<<30
	}
	h.queue = h.queue[:0]
	push := func(node, dist, rank int32) {
		if dist <= limit && (dist < h.dist[node] || dist == h.dist[node] && rank < h.from[node]) {
			h.dist[node], h.from[node] = dist, rank
			heap.Push(&h.queue, heapItem{dist, rank, node})
		}
	}
	for _, t := range targets {
		e := g.Edge(t.Join.Edge)
		push(e.From, t.Join.Leg+t.Join.Offset, t.Rank)
		push(e.To, t.Join.Leg+e.Weight-t.Join.Offset, t.Rank)
	}
	for len(h.queue) > 0 {
		x := heap.Pop(&h.queue).(heapItem)
		if x.dist != h.dist[x.node] || x.rank != h.from[x.node] {
			continue
		}
		for _, a := range h.next[x.node] {
			push(a.to, x.dist+a.weight, x.rank)
		}
	}
}

// scatter puts n targets on random edges, the same every time.
func scatter(g *walk.Graph, n int) []walk.Target {
	r := rand.New(rand.NewPCG(1, 2))
	targets := make([]walk.Target, n)
	for i := range targets {
		e := r.Int32N(int32(g.NumEdges()))
		targets[i] = walk.Target{Rank: int32(i), Join: walk.Join{Edge: e, Offset: r.Int32N(g.Edge(e).Weight + 1), Leg: r.Int32N(300)}}
	}
	return targets
}

// BenchmarkNearest searches a made-up town of 250×250 crossings from 250
// facilities, to 1000 m and everywhere, and tells how many times faster than
// the textbook search that is, both measured in turns in one run.
func BenchmarkNearest(b *testing.B) {
	g := walk.Build(grid(250), walk.Options{})
	targets := scatter(g, 250)
	for name, limit := range map[string]int32{"1000m": 10000, "everywhere": 0} {
		b.Run(name, func(b *testing.B) { race(b, g, targets, limit) })
	}
}

// race measures the search and the textbook search in turns.
func race(b *testing.B, g *walk.Graph, targets []walk.Target, limit int32) {
	h := newHeapGraph(g)
	heapLimit := limit
	if limit == 0 {
		heapLimit = 1 << 30
	}
	var ours, theirs time.Duration
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		f, err := g.Nearest(context.Background(), walk.OnFoot, targets, limit)
		if err != nil {
			b.Fatal(err)
		}
		ours += time.Since(start)
		start = time.Now()
		h.search(g, targets, heapLimit)
		theirs += time.Since(start)
		for n := range int32(g.NumNodes()) {
			if d, r, ok := f.Node(n); ok && (limit == 0 || d <= limit) && (d != h.dist[n] || r != h.from[n]) {
				b.Fatalf("node %d: %d dm to %d, the textbook says %d to %d", n, d, r, h.dist[n], h.from[n])
			}
		}
		f.Release()
	}
	b.ReportMetric(float64(ours.Nanoseconds())/float64(b.N), "search-ns/op")
	b.ReportMetric(float64(theirs.Nanoseconds())/float64(b.N), "heap-ns/op")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "x-heap")
}

// BenchmarkCity is the search of a city of 500,000 crossings and 2,000
// facilities to 1000 m.
func BenchmarkCity(b *testing.B) {
	g := walk.Build(grid(707), walk.Options{})
	race(b, g, scatter(g, 2000), 10000)
}

// BenchmarkBuild builds the graph of the made-up town.
func BenchmarkBuild(b *testing.B) {
	net := grid(250)
	for b.Loop() {
		walk.Build(net, walk.Options{})
	}
}

// BenchmarkSnap joins places all over the made-up town.
func BenchmarkSnap(b *testing.B) {
	g := walk.Build(grid(250), walk.Options{})
	r := rand.New(rand.NewPCG(3, 4))
	for b.Loop() {
		g.Snap(at(r.Float64()*20000, r.Float64()*20000), walk.SnapOptions{})
	}
}
