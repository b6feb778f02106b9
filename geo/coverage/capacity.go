package coverage

import (
	"cmp"
	"context"
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo/coverage/access"
)

// Supply is what a facility offers in a floating catchment.
type Supply string

// The supplies.
const (
	SupplyPlaces     Supply = "places"     // its capacity; those without one offer nothing
	SupplyFacilities Supply = "facilities" // one each
)

// Capacity is how much of a requirement's supply each building reaches, by
// two-step floating catchments as wide as its circle. Access is for each
// person of the requirement's group.
type Capacity struct {
	Requirement int
	// Supply is SupplyPlaces when at least half of the facilities have a
	// capacity, else SupplyFacilities.
	Supply          Supply
	Facilities      int     // that join the network
	WithoutCapacity int     // of these; they offer nothing where Supply is SupplyPlaces
	Offered         float64 // all supply
	Reached         float64 // of facilities that somebody of the group reaches

	TwoStep  []float64 // by row of the engine's residential buildings
	Enhanced []float64

	r *Result
}

// Capacity computes 2SFCA and E2SFCA of a requirement: whoever shares a
// facility shares its places. Every facility within the circle counts, not
// the nearest alone. Errors are ctx's.
func (r *Result) Capacity(ctx context.Context, i int) (*Capacity, error) {
	e, q := r.engine, &r.Requirements[i]
	c := &Capacity{Requirement: i, r: r}
	facilities := slices.Clone(e.facilitiesOf(q.Served()))
	slices.SortFunc(facilities, func(a, b int32) int { return cmp.Compare(e.rank[a], e.rank[b]) })
	places := make([]orb.Point, len(facilities))
	for k, f := range facilities {
		places[k] = e.data.Facilities[f].Geom
	}
	catchments, err := e.Catchments(ctx, CatchmentRequest{Places: places, Method: r.Method, Profile: r.Profile, Reach: r.circle[i]})
	if err != nil {
		return nil, err
	}
	row := make([]int32, len(e.data.Buildings))
	people := make([]float64, len(e.residential))
	for k, b := range e.residential {
		row[b] = int32(k)
		people[k] = float64(q.Group.Of(e.data.Buildings[b].Counts))
	}
	supply := c.supply(facilities, catchments)
	var flat, zoned []access.Pair
	for k := range catchments {
		for n, b := range catchments[k].Buildings {
			p := access.Pair{Demand: row[b], Supply: int32(k), Weight: 1}
			flat = append(flat, p)
			p.Weight = access.LuoQi.Weight(float64(catchments[k].Decimetres[n]) / float64(r.circle[i]))
			zoned = append(zoned, p)
		}
	}
	c.TwoStep, c.Reached = access.TwoStep(people, supply, flat)
	c.Enhanced, _ = access.TwoStep(people, supply, zoned)
	return c, nil
}

// supply decides what facilities offer.
func (c *Capacity) supply(facilities []int32, catchments []Catchment) []float64 {
	known := 0
	for k, f := range facilities {
		if catchments[k].Reason != NoReason {
			continue
		}
		c.Facilities++
		if c.r.engine.data.Facilities[f].Capacity > 0 {
			known++
		}
	}
	c.WithoutCapacity = c.Facilities - known
	c.Supply = SupplyFacilities
	if 2*known >= c.Facilities && known > 0 {
		c.Supply = SupplyPlaces
	}
	out := make([]float64, len(facilities))
	for k, f := range facilities {
		switch {
		case catchments[k].Reason != NoReason:
		case c.Supply == SupplyPlaces:
			out[k] = float64(max(0, c.r.engine.data.Facilities[f].Capacity))
		default:
			out[k] = 1
		}
		c.Offered += out[k]
	}
	return out
}

// AreaCapacity is the capacity that an area's people reach.
type AreaCapacity struct {
	Code string `json:"code"`
	// Supply for 1,000 people of the group, their mean: 2SFCA, E2SFCA.
	TwoStep  float64 `json:"two_step"`
	Enhanced float64 `json:"enhanced"`
	// Σ people·access by 2SFCA: what of the supply falls to the area. Over
	// all areas it is what is reached.
	Share   float64 `json:"supply"`
	People  int64   `json:"people"`
	Without int64   `json:"people_without"` // who reach none
}

// Of sums the capacity over parts, in the order of TotalsOf.
func (c *Capacity) Of(p *Parts) []AreaCapacity {
	e, group := c.r.engine, c.r.Requirements[c.Requirement].Group
	out := make([]AreaCapacity, len(p.List)+1)
	for n := range p.List {
		out[n].Code = p.List[n].Code
	}
	for k, b := range e.residential {
		n := p.building[b]
		if n < 0 {
			continue
		}
		a, people := &out[n], group.Of(e.data.Buildings[b].Counts)
		a.People += int64(people)
		a.Share += float64(people) * c.TwoStep[k]
		a.Enhanced += float64(people) * c.Enhanced[k]
		if c.TwoStep[k] == 0 {
			a.Without += int64(people)
		}
	}
	for n := range out {
		if a := &out[n]; a.People > 0 {
			a.TwoStep, a.Enhanced = 1000*a.Share/float64(a.People), 1000*a.Enhanced/float64(a.People)
		}
	}
	if out[len(p.List)].People == 0 {
		out = out[:len(p.List)]
	}
	return out
}

// Equity is how evenly a requirement is met among the people of a group.
type Equity struct {
	Group   Group   `json:"group"` // empty for everyone
	People  int64   `json:"people"`
	Covered float64 `json:"covered_share"`
	// Access is the mean supply for 1,000 people of the group served (2SFCA);
	// Gini and Palma are of it, missing where nobody, or for Palma nobody of
	// the least served 40 %, has any.
	Access float64  `json:"access"`
	Gini   *float64 `json:"gini,omitempty"`
	Palma  *float64 `json:"palma,omitempty"`
	// FGT of the ways beyond the circle: share of people beyond it, their mean
	// excess over it (at most 1), and the mean of its square.
	access.FGT
}

// Equity measures everyone and each group of the areas asked for.
func (c *Capacity) Equity(p *Parts) []Equity {
	e, f, circle := c.r.engine, c.r.fields[c.Requirement], c.r.circle[c.Requirement]
	out := make([]Equity, groupCount)
	each(groupCount, func(g int) {
		x := Equity{Group: Groups[g]}
		var have, ways []access.Share
		for k, b := range e.residential {
			if p.building[b] < 0 {
				continue
			}
			people := float64(Groups[g].Of(e.data.Buildings[b].Counts))
			x.People += int64(people)
			have = append(have, access.Share{Value: 1000 * c.TwoStep[k], People: people})
			way := access.Unreached
			if d := f.decimetres[b]; d >= 0 {
				way = float64(d)
			}
			ways = append(ways, access.Share{Value: way, People: people})
		}
		x.Access = access.Mean(have)
		if v, ok := access.Gini(have); ok {
			x.Gini = &v
		}
		if v, ok := access.Palma(have); ok {
			x.Palma = &v
		}
		x.FGT = access.Beyond(ways, float64(circle))
		if x.People > 0 {
			x.Covered = 1 - x.FGT.Share
		}
		out[g] = x
	})
	return out
}
