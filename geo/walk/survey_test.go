package walk_test

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"hearthmap/geo/walk"
)

// TestSurveyAgainstNearest compares the catchment of one target after another
// with a search of the whole network for each; with and without others that
// are nearer.
func TestSurveyAgainstNearest(t *testing.T) {
	ctx := context.Background()
	rapid.Check(t, func(t *rapid.T) {
		g := walk.Build(drawNetwork(t), walk.Options{})
		m := rapid.SampledFrom([]walk.Mode{walk.OnFoot, walk.OnWheel}).Draw(t, "mode")
		edges := usable(g, m)
		if len(edges) == 0 {
			return
		}
		seekers := make([][]walk.Join, rapid.IntRange(1, 8).Draw(t, "seekers"))
		for i := range seekers {
			for range rapid.IntRange(0, 2).Draw(t, "joins") {
				seekers[i] = append(seekers[i], drawJoin(t, g, edges))
			}
		}
		var others []walk.Target
		for range rapid.IntRange(0, 2).Draw(t, "others") {
			others = append(others, walk.Target{Join: drawJoin(t, g, edges)})
		}
		than, err := g.Nearest(ctx, m, others, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer than.Release()
		survey := g.NewSurveyor(m, seekers).Survey()
		for range 4 {
			target := drawJoin(t, g, edges)
			limit := rapid.Int32Range(0, 9000).Draw(t, "limit")
			f, err := g.Nearest(ctx, m, []walk.Target{{Join: target}}, 0)
			if err != nil {
				t.Fatal(err)
			}
			least := func(f *walk.Field, i int) int32 {
				best := int32(1 << 30)
				for _, j := range seekers[i] {
					if d, _, ok := f.At(j); ok {
						best = min(best, d)
					}
				}
				return best
			}
			for _, other := range []*walk.Field{nil, than} {
				found, err := survey.Around(ctx, target, limit, other)
				if err != nil {
					t.Fatal(err)
				}
				got := map[int32]int32{}
				last := int32(-1)
				for _, x := range found {
					if x.Seeker <= last {
						t.Fatalf("seeker %d after %d", x.Seeker, last)
					}
					last = x.Seeker
					got[x.Seeker] = x.Decimetres
				}
				for i := range seekers {
					want := least(f, i)
					d, ok := got[int32(i)]
					if ok && d < want || ok && d > limit {
						t.Fatalf("seeker %d: %d dm, the way is %d, limit %d", i, d, want, limit)
					}
					needed := want <= limit && (other == nil || want < least(than, i))
					if needed && d != want || ok && other == nil && d != want {
						t.Fatalf("seeker %d: %d dm (found: %v), want %d", i, d, ok, want)
					}
				}
			}
			f.Release()
		}
	})
}
