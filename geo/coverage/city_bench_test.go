package coverage_test

import (
	"container/heap"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/geo/siting"
	"hearthmap/geo/walk"
	"hearthmap/household"
)

// furnished is bigCity with 2,000 facilities of every category of the default
// standard.
func furnished(b *testing.B, n int) (*cityindex.Data, []household.Category) {
	b.Helper()
	std, err := coverage.StandardByID("")
	if err != nil {
		b.Fatal(err)
	}
	d := bigCity(n)
	d.Facilities = nil
	r := rand.New(rand.NewPCG(9, 9))
	seen := map[household.Category]bool{}
	var list []household.Category
	for i := range std.Requirements {
		c := std.Requirements[i].Category
		if seen[c] {
			continue
		}
		seen[c] = true
		list = append(list, c)
		for range max(1, n*n/250) {
			k := int64(len(d.Facilities) + 1)
			d.Facilities = append(d.Facilities, cityindex.Facility{
				ID: k, Code: fmt.Sprintf("f%06d", k), Category: c, Geom: at(40*float64(n)*r.Float64(), 40*float64(n)*r.Float64()), AreaID: int64(15 + r.IntN(n*n/200)),
			})
		}
	}
	return d, list
}

// BenchmarkCity computes every category of the default standard for every
// building of a city of half a million buildings and crossings, within 1000 m
// or a category's own circle, and the totals of all areas with all groups. It
// tells the time of the search on one core, and of all on two or as many as
// there are, beside a heap search by category on one core and a recount area
// by area. The naive search is timed for four categories and counted for all.
func BenchmarkCity(b *testing.B) {
	ctx := context.Background()
	d, categories := furnished(b, 707)
	e := coverage.New(d)
	q := coverage.Request{Bound: 1000}
	if _, err := e.Run(ctx, coverage.Request{Bound: 1000, Requirements: []string{"clinic"}}); err != nil { // joins
		b.Fatal(err)
	}
	peer := newNaive(e)
	var search, all, naive time.Duration
	for b.Loop() {
		e.Forget()
		before := runtime.GOMAXPROCS(1)
		start := time.Now()
		_, err := e.Run(ctx, q)
		search += time.Since(start)
		runtime.GOMAXPROCS(before)
		if err != nil {
			b.Fatal(err)
		}
		e.Forget()
		start = time.Now()
		r, err := e.Run(ctx, q)
		if err != nil {
			b.Fatal(err)
		}
		for _, level := range household.AreaLevels {
			p, err := e.Parts(level, "")
			if err != nil {
				b.Fatal(err)
			}
			r.TotalsOf(p, coverage.TotalsOptions{Groups: true})
		}
		all += time.Since(start)
		start = time.Now()
		for _, c := range categories[:4] {
			peer.run(c, 10000)
		}
		naive += time.Since(start) * time.Duration(len(categories)) / 4
	}
	n := float64(b.N)
	b.ReportMetric(float64(len(categories)), "categories")
	b.ReportMetric(search.Seconds()/n, "s-search-one-core")
	b.ReportMetric(all.Seconds()/n, "s-all")
	b.ReportMetric(naive.Seconds()/search.Seconds(), "x-naive")
}

// naive is the search as it is usually written: for each category a heap over
// a graph of slices, then the buildings from the nodes, then areas by maps.
type naive struct {
	e     *coverage.Engine
	next  [][]struct{ to, weight int32 }
	join  []walk.Join
	at    []walk.Join // of facilities
	dist  []int32
	queue nodeHeap
}

type nodeHeap []struct{ d, node int32 }

func (h nodeHeap) Len() int           { return len(h) }
func (h nodeHeap) Less(i, j int) bool { return h[i].d < h[j].d }
func (h nodeHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *nodeHeap) Push(x any)        { *h = append(*h, x.(struct{ d, node int32 })) }
func (h *nodeHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

func newNaive(e *coverage.Engine) *naive {
	g, d := e.Graph(), e.Data()
	n := &naive{e: e, next: make([][]struct{ to, weight int32 }, g.NumNodes()), dist: make([]int32, g.NumNodes())}
	for i := range g.NumEdges() {
		x := g.Edge(int32(i))
		n.next[x.From] = append(n.next[x.From], struct{ to, weight int32 }{x.To, x.Weight})
		n.next[x.To] = append(n.next[x.To], struct{ to, weight int32 }{x.From, x.Weight})
	}
	for i := range d.Buildings {
		j, _ := g.Snap(d.Buildings[i].Point, walk.SnapOptions{})
		n.join = append(n.join, j)
	}
	for i := range d.Facilities {
		j, _ := g.Snap(d.Facilities[i].Geom, walk.SnapOptions{})
		n.at = append(n.at, j)
	}
	return n
}

// run counts the people of each community within the limit.
func (n *naive) run(c household.Category, limit int32) map[int64]int64 {
	g, d := n.e.Graph(), n.e.Data()
	for i := range n.dist {
		n.dist[i] = math.MaxInt32
	}
	offer := func(node, d int32) {
		if d < n.dist[node] && d <= limit {
			n.dist[node] = d
			heap.Push(&n.queue, struct{ d, node int32 }{d, node})
		}
	}
	for i := range d.Facilities {
		if d.Facilities[i].Category == c {
			j := n.at[i]
			x := g.Edge(j.Edge)
			offer(x.From, j.Leg+j.Offset)
			offer(x.To, j.Leg+x.Weight-j.Offset)
		}
	}
	for len(n.queue) > 0 {
		x := heap.Pop(&n.queue).(struct{ d, node int32 })
		if x.d > n.dist[x.node] {
			continue
		}
		for _, a := range n.next[x.node] {
			offer(a.to, x.d+a.weight)
		}
	}
	covered := map[int64]int64{}
	for i := range d.Buildings {
		j := n.join[i]
		x := g.Edge(j.Edge)
		way := min(int64(n.dist[x.From])+int64(j.Offset), int64(n.dist[x.To])+int64(x.Weight-j.Offset)) + int64(j.Leg)
		if way <= int64(limit) {
			covered[d.Buildings[i].AreaID] += int64(d.Buildings[i].Counts.People)
		}
	}
	return covered
}

// BenchmarkSiting finds where ten more clinics go in the city of half a
// million buildings with 2,000 of them. It tells the time of the catchments of 2,000
// plots, and how many times faster that is than a search for each plot with
// its own look at all buildings, timed for ten plots.
func BenchmarkSiting(b *testing.B) {
	ctx := context.Background()
	d := bigCity(707)
	e := coverage.New(d)
	var plan *siting.Plan
	ask := func(b *testing.B, q siting.Request) time.Duration {
		start := time.Now()
		var err error
		if plan, err = siting.Run(ctx, e, q); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	places := siting.Request{Requirement: "clinic", Model: siting.MCLP, N: 10, Work: 1_500_000_000}
	ask(b, places) // joins, nearest facilities
	b.Run("catchments", func(b *testing.B) {
		q := coverage.CatchmentRequest{Reach: 10000}
		for i := range 2000 {
			q.Places = append(q.Places, d.Buildings[i*249].Point)
		}
		joins := newNaive(e).join
		var ours, theirs time.Duration
		for b.Loop() {
			start := time.Now()
			if _, err := e.Catchments(ctx, q); err != nil {
				b.Fatal(err)
			}
			ours += time.Since(start)
			start = time.Now()
			for _, p := range q.Places[:10] {
				j, _ := e.Graph().Snap(p, walk.SnapOptions{})
				f, err := e.Graph().Nearest(ctx, walk.OnFoot, []walk.Target{{Join: j}}, 10000)
				if err != nil {
					b.Fatal(err)
				}
				for _, at := range joins {
					f.At(at)
				}
				f.Release()
			}
			theirs += time.Since(start) * time.Duration(len(q.Places)/10)
		}
		b.ReportMetric(ours.Seconds()/float64(b.N), "s-2000-places")
		b.ReportMetric(theirs.Seconds()/ours.Seconds(), "x-one-by-one")
	})
	b.Run("mclp", func(b *testing.B) {
		var took time.Duration
		for b.Loop() {
			took += ask(b, places)
		}
		b.ReportMetric(took.Seconds()/float64(b.N), "s")
		b.ReportMetric(float64(len(plan.Sites)), "sites")
		b.ReportMetric(100*(plan.Bound-plan.Gain)/max(plan.Gain, 1), "gap-%")
	})
}
