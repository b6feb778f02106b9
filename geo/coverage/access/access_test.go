package access_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"hearthmap/geo/coverage/access"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(1+math.Abs(a)+math.Abs(b)) }

// TestTwoStepByHand is the case worked out by hand: people 100, 50, 10 and
// doctors 15, 20, 100 at three places, the third 40 from both others, which
// are 80 apart; weight 1/d below 61, and 1 at the place itself.
func TestTwoStepByHand(t *testing.T) {
	var pairs []access.Pair
	for i, row := range [3][3]float64{{0, 80, 40}, {80, 0, 40}, {40, 40, 0}} {
		for j, d := range row {
			if d < 61 {
				pairs = append(pairs, access.Pair{Demand: int32(i), Supply: int32(j), Weight: 1 / max(d, 1)})
			}
		}
	}
	people := []float64{100, 50, 10}
	got, reached := access.TwoStep(people, []float64{15, 20, 100}, pairs)
	sum := 0.0
	for i, want := range []float64{0.331444117, 0.579828132, 7.28641817} {
		if math.Abs(got[i]-want) > 5e-9 {
			t.Errorf("place %d: %.9f, want %.9f", i+1, got[i], want)
		}
		sum += got[i] * people[i]
	}
	if !near(sum, 135) || reached != 135 {
		t.Errorf("Σ people·access = %v, reached %v; want 135", sum, reached)
	}
}

func drawPairs(t *rapid.T) (demand, supply []float64, pairs []access.Pair) {
	number := func(n int, name string) []float64 {
		var list []float64
		for range n {
			list = append(list, float64(rapid.IntRange(0, 100).Draw(t, name)))
		}
		return list
	}
	demand, supply = number(rapid.IntRange(0, 8).Draw(t, "n"), "people"), number(rapid.IntRange(0, 6).Draw(t, "m"), "places")
	for i := range demand {
		for j := range supply {
			if rapid.Bool().Draw(t, "reaches") {
				pairs = append(pairs, access.Pair{Demand: int32(i), Supply: int32(j), Weight: access.LuoQi.Weight(rapid.Float64Range(0, 1).Draw(t, "part"))})
			}
		}
	}
	return demand, supply, pairs
}

// TestTwoStepGivesAllSupply: what is given to people is the supply that
// anybody reaches, and each access is what its formula says.
func TestTwoStepGivesAllSupply(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		demand, supply, pairs := drawPairs(t)
		got, reached := access.TwoStep(demand, supply, pairs)
		given, want := 0.0, 0.0
		for i := range demand {
			given += demand[i] * got[i]
			a := 0.0
			for _, p := range pairs {
				sum := 0.0
				for _, q := range pairs {
					if q.Supply == p.Supply {
						sum += demand[q.Demand] * q.Weight
					}
				}
				if int(p.Demand) == i && sum > 0 {
					a += p.Weight * supply[p.Supply] / sum
				}
			}
			if !near(got[i], a) {
				t.Fatalf("access %v, want %v", got[i], a)
			}
		}
		for j := range supply {
			for _, p := range pairs {
				if int(p.Supply) == j && demand[p.Demand] > 0 {
					want += supply[j]
					break
				}
			}
		}
		if !near(given, want) || !near(reached, want) {
			t.Fatalf("given %v, reached %v, want %v", given, reached, want)
		}
	})
}

func drawShares(t *rapid.T) []access.Share {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) access.Share {
		return access.Share{Value: float64(rapid.IntRange(0, 20).Draw(t, "value")), People: float64(rapid.IntRange(0, 9).Draw(t, "people"))}
	}), 0, 12).Draw(t, "shares")
}

// TestGini compares with the definition over all pairs of people.
func TestGini(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawShares(t)
		var people, sum, differences float64
		for _, a := range s {
			people += a.People
			sum += a.People * a.Value
			for _, b := range s {
				differences += a.People * b.People * math.Abs(a.Value-b.Value)
			}
		}
		got, ok := access.Gini(s)
		if ok != (sum > 0) || ok && !near(got, differences/(2*people*sum)) {
			t.Fatalf("%v %v, want %v", got, ok, differences/(2*people*sum))
		}
	})
	for _, c := range []struct {
		values []float64
		want   float64
	}{{[]float64{1, 1, 1}, 0}, {[]float64{0, 0, 0, 1}, 0.75}, {[]float64{1, 2, 3, 4}, 0.25}} {
		var s []access.Share
		for _, v := range c.values {
			s = append(s, access.Share{Value: v, People: 1})
		}
		if g, _ := access.Gini(s); !near(g, c.want) {
			t.Errorf("%v: %v, want %v", c.values, g, c.want)
		}
	}
}

// TestPalma compares with a list of tenths of people, each a whole entry.
func TestPalma(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawShares(t)
		var list []float64 // ten entries a person, so that every boundary is whole
		for v := range 21 {
			for _, x := range s {
				if x.Value == float64(v) {
					for range 10 * int(x.People) {
						list = append(list, x.Value)
					}
				}
			}
		}
		got, ok := access.Palma(s)
		n := len(list) / 10
		var least, most float64
		for _, v := range list[:4*n] {
			least += v / float64(4*n)
		}
		for _, v := range list[9*n:] {
			most += v / float64(n)
		}
		if ok != (least > 0) || ok && !near(got, most/least) {
			t.Fatalf("%v %v, want %v / %v", got, ok, most, least)
		}
	})
}

func TestFGT(t *testing.T) {
	s := []access.Share{{0, 1}, {50, 1}, {100, 2}}
	if f := access.Below(s, 100); f != (access.FGT{Share: 0.5, Gap: 0.375, Severity: 0.3125}) {
		t.Errorf("below: %+v", f)
	}
	s = []access.Share{{300, 2}, {450, 1}, {access.Unreached, 1}}
	if f := access.Beyond(s, 300); f != (access.FGT{Share: 0.5, Gap: 0.375, Severity: 0.3125}) {
		t.Errorf("beyond: %+v", f)
	}
	if f := access.Below(nil, 1); f != (access.FGT{}) {
		t.Errorf("nobody: %+v", f)
	}
}
