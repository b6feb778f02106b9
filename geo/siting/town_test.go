package siting

import (
	"math"
	"math/rand/v2"
	"slices"
)

// townProblem scatters demands and sites over a square, demands in clusters.
// A site serves the demands within reach, in units of which the square has
// 1000 a side; with values, what is saved of the way.
func townProblem(sites, demands int, reach float64, valued bool, seed uint64) *Problem {
	r := rand.New(rand.NewPCG(seed, 1))
	type at struct{ x, y float64 }
	centre := make([]at, 40)
	for i := range centre {
		centre[i] = at{r.Float64() * 1000, r.Float64() * 1000}
	}
	place := func() at {
		if r.IntN(3) == 0 {
			return at{r.Float64() * 1000, r.Float64() * 1000}
		}
		c := centre[r.IntN(len(centre))]
		return at{c.x + r.NormFloat64()*60, c.y + r.NormFloat64()*60}
	}
	p := &Problem{}
	where := make([]at, demands)
	for i := range where {
		where[i] = place()
		p.People = append(p.People, int64(1+r.IntN(200)))
	}
	slices.SortFunc(where, func(a, b at) int { return int(math.Copysign(1, a.x-b.x)) })
	for range sites {
		c := place()
		s := Site{}
		from, _ := slices.BinarySearchFunc(where, c.x-reach, func(a at, x float64) int { return int(math.Copysign(1, a.x-x)) })
		for i := from; i < demands && where[i].x <= c.x+reach; i++ {
			if d := math.Abs(where[i].x-c.x) + math.Abs(where[i].y-c.y); d <= reach {
				s.Demands = append(s.Demands, int32(i))
				if valued {
					s.Values = append(s.Values, int32((reach-d)*100))
				}
			}
		}
		if valued && s.Values == nil {
			s.Values = []int32{}
		}
		p.Sites = append(p.Sites, s)
	}
	return p
}
