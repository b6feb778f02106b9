package siting

import (
	"context"
	"reflect"
	"runtime"
	"testing"

	"pgregory.net/rapid"
)

// drawProblem draws a problem small enough to try every choice: values or
// none, capacities or none, people of zero, sites that serve nobody.
func drawProblem(t *rapid.T) *Problem {
	demands, sites := rapid.IntRange(1, 9).Draw(t, "demands"), rapid.IntRange(1, 8).Draw(t, "sites")
	valued, capped := rapid.Bool().Draw(t, "values"), rapid.Bool().Draw(t, "capacities")
	p := &Problem{}
	for range demands {
		p.People = append(p.People, rapid.Int64Range(0, 9).Draw(t, "people"))
	}
	for range sites {
		s := Site{}
		if valued {
			s.Values = []int32{}
		}
		for i := range demands {
			if rapid.IntRange(0, 2).Draw(t, "reaches") > 0 {
				continue
			}
			s.Demands = append(s.Demands, int32(i))
			if valued {
				s.Values = append(s.Values, rapid.Int32Range(0, 6).Draw(t, "value"))
			}
		}
		if capped {
			s.Capacity = rapid.Int64Range(0, 20).Draw(t, "capacity") // 0: none
		}
		p.Sites = append(p.Sites, s)
	}
	return p
}

// enumerate calls f with every set of sites.
func enumerate(p *Problem, f func(set []int32)) {
	for mask := range 1 << len(p.Sites) {
		var set []int32
		for j := range p.Sites {
			if mask&(1<<j) != 0 {
				set = append(set, int32(j))
			}
		}
		f(set)
	}
}

// worthSlowly is the worth of a set by people one at a time: each person is a
// left vertex, each place of a site a right vertex, and the matching of
// greatest weight is found by augmenting along the best path (Bellman-Ford).
func worthSlowly(p *Problem, set []int32) int64 {
	type person struct{ value []int64 }
	var all []person
	for i, w := range p.People {
		v := make([]int64, len(set))
		for r, j := range set {
			for a, d := range p.Sites[j].Demands {
				if int(d) == i {
					v[r] = 1
					if p.Sites[j].Values != nil {
						v[r] = int64(p.Sites[j].Values[a])
					}
				}
			}
		}
		for range w {
			all = append(all, person{v})
		}
	}
	at := make([]int, len(all)) // site of the set, -1 none
	for i := range at {
		at[i] = -1
	}
	room := make([]int, len(set))
	for r, j := range set {
		room[r] = len(all)
		if c := p.Sites[j].Capacity; c > 0 {
			room[r] = int(c)
		}
	}
	total := int64(0)
	for i := range all {
		// Best way to take in person i: to site r, moving others on.
		gain, from := make([]int64, len(set)), make([]int, len(set))
		const none = -1 << 40
		for r := range set {
			gain[r], from[r] = none, -1
			if v := all[i].value[r]; v > 0 {
				gain[r], from[r] = v, i
			}
		}
		for changed := true; changed; {
			changed = false
			for o := range i {
				r := at[o]
				if r < 0 || gain[r] == none {
					continue
				}
				for q := range set {
					if v := all[o].value[q]; v > 0 && gain[r]-all[o].value[r]+v > gain[q] {
						gain[q], from[q], changed = gain[r]-all[o].value[r]+v, o, true
					}
				}
			}
		}
		best, end, drop := int64(0), -1, -1
		for r := range set {
			if room[r] > 0 && gain[r] > best {
				best, end, drop = gain[r], r, -1
			}
		}
		for o := range i { // or somebody goes without
			if r := at[o]; r >= 0 && gain[r]-all[o].value[r] > best {
				best, end, drop = gain[r]-all[o].value[r], r, o
			}
		}
		if end < 0 {
			continue
		}
		total += best
		if drop >= 0 {
			at[drop] = -1
		} else {
			room[end]--
		}
		for r := end; ; {
			o := from[r]
			before := at[o]
			at[o] = r
			if o == i {
				break
			}
			r = before
		}
	}
	return total
}

func TestMaximiseAgainstEveryChoice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		k := rapid.IntRange(1, 4).Draw(t, "k")
		want := int64(0)
		enumerate(p, func(set []int32) {
			if len(set) <= k {
				want = max(want, worthSlowly(p, set))
			}
		})
		s, err := Maximise(context.Background(), p, k, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if s.Worth != want || !s.Optimal || s.Bound != want {
			t.Fatalf("%d of at most %d, optimal %v; the best is %d", s.Worth, s.Bound, s.Optimal, want)
		}
		if got := worthSlowly(p, s.Sites); got != want || len(s.Sites) > k {
			t.Fatalf("sites %v are worth %d, said %d", s.Sites, got, s.Worth)
		}
		for r := range s.Worths {
			if got := worthSlowly(p, s.Sites[:r+1]); got != s.Worths[r] {
				t.Fatalf("the first %d of %v are worth %d, said %d", r+1, s.Sites, got, s.Worths[r])
			}
		}
	})
}

// TestBoundWithoutTime checks that a bound holds when the search ends early.
func TestBoundWithoutTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		k := rapid.IntRange(1, 4).Draw(t, "k")
		full, err := Maximise(context.Background(), p, k, Options{})
		if err != nil {
			t.Fatal(err)
		}
		s, err := Maximise(context.Background(), p, k, Options{Work: rapid.Int64Range(1, 300).Draw(t, "work")})
		if err != nil {
			t.Fatal(err)
		}
		if s.Bound < full.Worth || s.Worth > full.Worth || s.Optimal != (s.Bound == s.Worth) {
			t.Fatalf("%d of at most %d, optimal %v; the best is %d", s.Worth, s.Bound, s.Optimal, full.Worth)
		}
		if got := worthSlowly(p, s.Sites); got != s.Worth {
			t.Fatalf("sites %v are worth %d, said %d", s.Sites, got, s.Worth)
		}
	})
}

// TestEveryBoundHolds checks the relaxation itself: whatever the multipliers
// on the way, no choice is worth more, and fixing keeps every better choice.
func TestEveryBoundHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		k := rapid.IntRange(1, 4).Draw(t, "k")
		n, err := newInstance(p)
		if err != nil {
			t.Fatal(err)
		}
		best := int64(0)
		var sets [][]int32
		var worths []int64
		enumerate(p, func(set []int32) {
			if len(set) <= k {
				sets, worths = append(sets, set), append(worths, worthSlowly(p, set))
				best = max(best, worths[len(worths)-1])
			}
		})
		lambda := make([]int64, len(n.people))
		for i := range lambda {
			lambda[i] = rapid.Int64Range(0, n.most[i]).Draw(t, "lambda")
		}
		x := newRelaxation(n, k, make([]state, n.sites()), lambda)
		known := rapid.Int64Range(0, best).Draw(t, "known")
		for range 15 {
			x.step(known)
			if x.floor() < best {
				t.Fatalf("the bound %d is below the best, %d", x.floor(), best)
			}
		}
		for i, set := range sets {
			if worths[i] == best && x.needed(best) > len(set) {
				t.Fatalf("%d sites reach %d, said to take %d", len(set), best, x.needed(best))
			}
		}
		x.fix(known)
		for i, set := range sets {
			if worths[i] <= known || len(set) < k && len(p.Sites) > len(set) {
				continue
			}
			in := map[int32]bool{}
			for _, j := range set {
				in[j] = true
			}
			for j, name := range n.name {
				if x.state[j] == chosen && !in[name] || x.state[j] == excluded && in[name] {
					t.Fatalf("%v is worth %d, more than %d, but site %d was decided: %v", set, worths[i], known, name, x.state)
				}
			}
		}
	})
}

func TestCoverAgainstEveryChoice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		all := int64(0)
		enumerate(p, func(set []int32) { all = max(all, worthSlowly(p, set)) })
		target := rapid.Int64Range(0, all+2).Draw(t, "target")
		if rapid.Bool().Draw(t, "everybody") {
			target = all
		}
		want := len(p.Sites) + 1
		enumerate(p, func(set []int32) {
			if worthSlowly(p, set) >= target {
				want = min(want, len(set))
			}
		})
		s, err := Cover(context.Background(), p, target, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if target > all {
			if !s.Short || s.Optimal {
				t.Fatalf("%d cannot be reached, %+v", target, s)
			}
			return
		}
		if s.Short || !s.Optimal || len(s.Sites) != want || s.Least != want {
			t.Fatalf("%+v, want %d sites", s, want)
		}
		if got := worthSlowly(p, s.Sites); got < target || got != s.Worth {
			t.Fatalf("sites %v are worth %d, said %d, target %d", s.Sites, got, s.Worth, target)
		}
	})
}

func TestSolverThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	p := townProblem(400, 3000, 40, true, 500)
	for _, capacity := range []int64{0, 500} {
		for j := range p.Sites {
			p.Sites[j].Capacity = capacity
		}
		var got [2]*Solution
		for i, threads := range []int{1, 4} {
			runtime.GOMAXPROCS(threads)
			var err error
			if got[i], err = Maximise(context.Background(), p, 5, Options{Work: 20_000_000}); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(got[0], got[1]) {
			t.Fatalf("one thread %+v, four %+v", got[0], got[1])
		}
	}
}
