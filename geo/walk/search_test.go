package walk_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"hearthmap/geo/walk"
	"hearthmap/household"
)

// drawNetwork draws streets on a grid of 100 m whose vertices coincide often,
// so that equal distances are common, some oneway, some steps, some bent.
func drawNetwork(t *rapid.T) walk.Network {
	n := rapid.IntRange(1, 14).Draw(t, "streets")
	var net walk.Network
	coord := rapid.IntRange(0, 4)
	for range n {
		x, y := coord.Draw(t, "x"), coord.Draw(t, "y")
		xy := []float64{float64(100 * x), float64(100 * y)}
		for range rapid.IntRange(1, 4).Draw(t, "legs") {
			switch rapid.IntRange(0, 3).Draw(t, "way") {
			case 0:
				x++
			case 1:
				y++
			case 2:
				x--
			case 3:
				y--
			}
			xy = append(xy, float64(100*x), float64(100*y))
		}
		s := path(xy...)
		s.FootOneway = int8(rapid.SampledFrom([]int{0, 0, 1, -1}).Draw(t, "oneway"))
		s.Steps = rapid.IntRange(0, 4).Draw(t, "steps") == 0
		s.NoWheels = rapid.IntRange(0, 9).Draw(t, "kerb") == 0
		s.Crossing = rapid.SampledFrom([]household.Crossing{"", "", "", household.CrossingSignals, household.CrossingMarked}).Draw(t, "crossing")
		net.Streets = append(net.Streets, s)
	}
	return net
}

// drawJoin draws a join to any edge the mode may use, often at its ends.
func drawJoin(t *rapid.T, g *walk.Graph, edges []int32) walk.Join {
	e := rapid.SampledFrom(edges).Draw(t, "edge")
	w := g.Edge(e).Weight
	offset := rapid.OneOf(rapid.Int32Range(0, w), rapid.SampledFrom([]int32{0, w, w / 2})).Draw(t, "offset")
	return walk.Join{Edge: e, Offset: offset, Leg: rapid.Int32Range(0, 100).Draw(t, "leg") / 50 * 50}
}

func usable(g *walk.Graph, m walk.Mode) []int32 {
	var edges []int32
	for e := range int32(g.NumEdges()) {
		if m == walk.OnFoot || g.Edge(e).Flags&(walk.Steps|walk.NoWheels) == 0 {
			edges = append(edges, e)
		}
	}
	return edges
}

// oracle is the slow way: every join becomes a vertex of its own that splits
// its edge, and Floyd and Warshall do the rest.
type oracle struct{ d [][]int64 }

const far = math.MaxInt64 / 4

func newOracle(g *walk.Graph, m walk.Mode, joins []walk.Join) *oracle {
	n := g.NumNodes() + len(joins)
	o := &oracle{d: make([][]int64, n)}
	for i := range o.d {
		o.d[i] = make([]int64, n)
		for k := range o.d[i] {
			if i != k {
				o.d[i][k] = far
			}
		}
	}
	arc := func(a, b int, w int64) { o.d[a][b] = min(o.d[a][b], w) }
	type stop struct {
		vertex int
		at     int32
	}
	for _, e := range usable(g, m) {
		edge := g.Edge(e)
		stops := []stop{{int(edge.From), 0}}
		for i, j := range joins {
			if j.Edge == e {
				stops = append(stops, stop{g.NumNodes() + i, j.Offset})
			}
		}
		stops = append(stops, stop{int(edge.To), edge.Weight})
		slices.SortStableFunc(stops, func(a, b stop) int { return cmp.Compare(a.at, b.at) })
		for i := 1; i < len(stops); i++ {
			a, b := stops[i-1], stops[i]
			w := int64(b.at - a.at)
			if w == 0 || edge.Flags&walk.Forward != 0 {
				arc(a.vertex, b.vertex, w)
			}
			if w == 0 || edge.Flags&walk.Backward != 0 {
				arc(b.vertex, a.vertex, w)
			}
		}
	}
	for k := range n {
		for i := range n {
			for j := range n {
				if d := o.d[i][k] + o.d[k][j]; d < o.d[i][j] {
					o.d[i][j] = d
				}
			}
		}
	}
	return o
}

// TestNearestAgainstFloydWarshall compares distance and facility, ties
// included, with the slow way on random graphs; and a bounded search with an
// unbounded one.
func TestNearestAgainstFloydWarshall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := walk.Build(drawNetwork(t), walk.Options{})
		m := rapid.SampledFrom([]walk.Mode{walk.OnFoot, walk.OnWheel}).Draw(t, "mode")
		edges := usable(g, m)
		if len(edges) == 0 {
			return
		}
		var targets []walk.Target
		var joins []walk.Join
		for i := range rapid.IntRange(0, 5).Draw(t, "targets") {
			targets = append(targets, walk.Target{Join: drawJoin(t, g, edges), Rank: int32(i / 2)})
			joins = append(joins, targets[i].Join)
		}
		for range rapid.IntRange(1, 5).Draw(t, "homes") {
			joins = append(joins, drawJoin(t, g, edges))
		}
		limit := rapid.Int32Range(0, 9000).Draw(t, "limit")
		full, err := g.Nearest(context.Background(), m, targets, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer full.Release()
		bounded, err := g.Nearest(context.Background(), m, targets, limit)
		if err != nil {
			t.Fatal(err)
		}
		defer bounded.Release()
		two, err := g.NearestTwo(context.Background(), m, targets, rapid.SampledFrom([]int32{0, limit}).Draw(t, "two's limit"))
		if err != nil {
			t.Fatal(err)
		}
		defer two.Release()
		twoLimit := int64(far)
		if limit > 0 {
			twoLimit = int64(limit)
		}
		o := newOracle(g, m, joins)
		checkWays(t, g, o, two, twoLimit, targets, joins)
		for i, home := range joins[len(targets):] {
			best, rank := int64(far), int32(-1)
			for k, target := range targets {
				d := o.d[g.NumNodes()+len(targets)+i][g.NumNodes()+k] + int64(home.Leg) + int64(target.Join.Leg)
				if d < best || d == best && target.Rank < rank {
					best, rank = d, target.Rank
				}
			}
			d, r, ok := full.At(home)
			if want := best < far; ok != want || ok && (int64(d) != best || r != rank) {
				t.Fatalf("home %d %+v: %d dm to %d (%v), want %d dm to %d", i, home, d, r, ok, best, rank)
			}
			bd, br, bok := bounded.At(home)
			if best <= int64(limit) && limit > 0 && (!bok || bd != d || br != r) {
				t.Fatalf("home %d within the limit of %d: %d dm to %d (%v), unbounded %d to %d", i, limit, bd, br, bok, d, r)
			}
			if bok && int64(bd) < best {
				t.Fatalf("home %d: bounded search found %d dm, shorter than %d", i, bd, best)
			}
		}
	})
}

// checkWays compares the two nearest targets of every home by itself, and of
// all homes as the doors of one building, with the oracle's distances.
func checkWays(t *rapid.T, g *walk.Graph, o *oracle, f *walk.Field, limit int64, targets []walk.Target, joins []walk.Join) {
	type way struct {
		d    int64
		rank int32
	}
	homes := joins[len(targets):]
	compare := func(what string, from []int) {
		var doors []walk.Join
		least := map[int32]int64{}
		for _, i := range from {
			doors = append(doors, homes[i])
			for k, target := range targets {
				d := o.d[g.NumNodes()+len(targets)+i][g.NumNodes()+k] + int64(homes[i].Leg) + int64(target.Join.Leg)
				if before, ok := least[target.Rank]; d < far && (!ok || d < before) {
					least[target.Rank] = d
				}
			}
		}
		var want []way
		for rank, d := range least {
			want = append(want, way{d, rank})
		}
		slices.SortFunc(want, func(a, b way) int { return cmp.Or(cmp.Compare(a.d, b.d), cmp.Compare(a.rank, b.rank)) })
		ways := f.Ways(doors...)
		for n, get := range []func() (int32, int32, bool){ways.First, ways.Second} {
			d, rank, ok := get()
			switch {
			case n >= len(want):
				if ok {
					t.Fatalf("%s, way %d: %d dm to %d, want none", what, n+1, d, rank)
				}
			case want[n].d <= limit && (!ok || int64(d) != want[n].d || rank != want[n].rank):
				t.Fatalf("%s, way %d: %d dm to %d (%v), want %+v", what, n+1, d, rank, ok, want[n])
			case ok && int64(d) < want[n].d:
				t.Fatalf("%s, way %d: %d dm, shorter than there is: %+v", what, n+1, d, want[n])
			}
		}
	}
	var all []int
	for i := range homes {
		compare(fmt.Sprint("home ", i), []int{i})
		all = append(all, i)
	}
	compare("all homes", all)
}

// TestComponentsAgainstOracle checks that a component is what hangs together
// when directions are ignored.
func TestComponentsAgainstOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		net := drawNetwork(t)
		g := walk.Build(net, walk.Options{})
		for i := range net.Streets {
			net.Streets[i].FootOneway = 0
		}
		both := walk.Build(net, walk.Options{}) // same places, no oneways
		for _, m := range []walk.Mode{walk.OnFoot, walk.OnWheel} {
			o := newOracle(both, m, nil)
			for a := range int32(g.NumNodes()) {
				for b := range int32(g.NumNodes()) {
					if got, want := g.Component(m, a) == g.Component(m, b), o.d[a][b] < far; got != want {
						t.Fatalf("nodes %d and %d: same component %v, connected %v", a, b, got, want)
					}
				}
			}
		}
	})
}

// TestGraphHopperTree is the shortest-path tree with nine nodes that
// GraphHopper tests its isochrones with: seconds as distances, tenths kept.
func TestGraphHopperTree(t *testing.T) {
	// Times from node 0 by references.md; each node hangs on the tree by the
	// difference to its parent, drawn as a line of that length.
	nodes := []struct {
		id, parent int
		seconds    float64
	}{
		{4, 0, 9}, {6, 4, 18}, {1, 0, 25.2}, {7, 6, 27}, {5, 4, 36}, {2, 1, 54}, {3, 2, 55.8}, {8, 5, 60.3},
	}
	time := map[int]float64{0: 0}
	var net walk.Network
	id := func(n int) int64 { return int64(n + 1) }
	for _, n := range nodes {
		time[n.id] = n.seconds
		metres := (n.seconds - time[n.parent]) * 100 // a second is 100 m, so that rounding to 0.1 m is exact enough
		s := path(0, 0, metres, 0)
		s.NodeIDs = []int64{id(n.parent), id(n.id)}
		net.Streets = append(net.Streets, s)
	}
	g := walk.Build(net, walk.Options{Viable: -1})
	start := walk.Join{}
	for e := range int32(g.NumEdges()) {
		if s := g.Edge(e).Street; s == 0 { // 0 → 4
			start = walk.Join{Edge: e}
		}
	}
	f, err := g.Nearest(context.Background(), walk.OnFoot, []walk.Target{{Join: start}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	// The far end of each street is the node that hangs there.
	var at25, at26 []int
	for e := range int32(g.NumEdges()) {
		edge := g.Edge(e)
		n := nodes[edge.Street]
		d, _, ok := f.Node(edge.To)
		if got := float64(d) / 1000; !ok || math.Abs(got-n.seconds) > 0.004*n.seconds {
			t.Errorf("node %d at %.2f s, want %.1f", n.id, got, n.seconds)
		}
		if d <= 25000 {
			at25 = append(at25, n.id)
		}
		if d <= 26000 {
			at26 = append(at26, n.id)
		}
	}
	slices.Sort(at25)
	slices.Sort(at26)
	if fmt.Sprint(at25, at26) != "[4 6] [1 4 6]" { // and node 0 itself
		t.Errorf("within 25 s %v, within 26 s %v", at25, at26)
	}
}

// TestNearestConcurrently runs many searches at once over one graph.
func TestNearestConcurrently(t *testing.T) {
	g := walk.Build(grid(20), walk.Options{})
	want := map[int32]int32{}
	home := walk.Join{Edge: int32(g.NumEdges() - 1), Offset: 3, Leg: 5}
	search := func(e int32) (int32, error) {
		f, err := g.Nearest(context.Background(), walk.OnFoot, []walk.Target{{Join: walk.Join{Edge: e, Leg: 10}}}, 0)
		if err != nil {
			return 0, err
		}
		defer f.Release()
		d, _, _ := f.At(home)
		return d, nil
	}
	for e := range int32(50) {
		d, err := search(e)
		if err != nil {
			t.Fatal(err)
		}
		want[e] = d
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for e := range int32(50) {
				if d, err := search(e); err != nil || d != want[e] {
					t.Errorf("edge %d: %d dm, %v; want %d", e, d, err, want[e])
				}
			}
		})
	}
	wg.Wait()
}

// TestNearestCancelled checks that a cancelled context ends the search.
func TestNearestCancelled(t *testing.T) {
	g := walk.Build(grid(20), walk.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := g.Nearest(ctx, walk.OnFoot, []walk.Target{{Join: walk.Join{}}}, 0)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// grid is a town of n×n crossings 80 m apart, slightly bent so that lengths
// differ.
func grid(n int) walk.Network {
	var net walk.Network
	for i := range n {
		for k := range n {
			x, y := crossingAt(i, k)
			if i+1 < n {
				x2, y2 := crossingAt(i+1, k)
				net.Streets = append(net.Streets, path(x, y, x2, y2))
			}
			if k+1 < n {
				x2, y2 := crossingAt(i, k+1)
				net.Streets = append(net.Streets, path(x, y, x2, y2))
			}
		}
	}
	return net
}

func crossingAt(i, k int) (x, y float64) {
	h := float64((i*7919+k*104729)%97) / 97
	return float64(i)*80 + 20*h, float64(k)*80 + 15*h*h
}
