package coverage

import (
	"context"
	"math"
	"runtime"
	"slices"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"
	"golang.org/x/sync/errgroup"

	"hearthmap/geo"
	"hearthmap/geo/walk"
	"hearthmap/household"
)

// Catchment is who would walk to a place, were a facility there: residential
// buildings, ascending, with their ways as Run would find them.
type Catchment struct {
	Reason     Reason  // why the place does not join the network; else NoReason
	Buildings  []int32 // indices into the snapshot's list
	Decimetres []int32 // parallel
}

// CatchmentRequest says whose catchments to find.
type CatchmentRequest struct {
	Places  []orb.Point
	Method  Method
	Profile Profile
	Reach   int32 // decimetres, both access legs included
	// Shorter leaves out buildings for which a facility of this category, or of
	// one of several (Requirement.Served), is as near; empty: none.
	Shorter household.Category
	// Only, if not nil, says of each building of the snapshot whether it is
	// wanted.
	Only []bool
	// MaxPairs is how many pairs of a place and a building the answer may
	// hold in all; 0: any number.
	MaxPairs int
}

// Catchments finds the catchments of places, on all processors. Errors are
// Invalid, also when there are more than MaxPairs, or ctx's.
func (e *Engine) Catchments(ctx context.Context, q CatchmentRequest) ([]Catchment, error) {
	method, err := ParseMethod(string(q.Method))
	if err != nil {
		return nil, err
	}
	if q.Profile, err = ParseProfile(string(q.Profile)); err != nil {
		return nil, err
	}
	var nearest *field
	if q.Shorter != "" {
		if nearest, err = e.field(ctx, fieldKey{category: q.Shorter, method: method, mode: q.Profile.mode()}); err != nil {
			return nil, err
		}
	}
	wanted := func(b, d int32) bool {
		return (q.Only == nil || q.Only[b]) && (nearest == nil || nearest.decimetres[b] < 0 || d < nearest.decimetres[b])
	}
	out := make([]Catchment, len(q.Places))
	if method == MethodRadius {
		err = e.catchmentsStraight(ctx, q, out, wanted)
	} else {
		err = e.catchmentsOnFoot(ctx, q, out, wanted)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// pairs counts what an answer holds.
type pairs struct{ n, most int }

func (p *pairs) add(more int) error {
	p.n += more
	if p.most > 0 && p.n > p.most {
		return household.Errorf(household.Invalid, "coverage.Catchments", "more than %d pairs of a place and a building lie within reach", p.most).
			WithHint("ask for fewer places, or a shorter reach")
	}
	return nil
}

// piece is how many places are done between two looks at the number of pairs.
const piece = 256

// inPieces calls f for every place, on all processors, with memory that each
// of them has to itself.
func inPieces[M any](q CatchmentRequest, out []Catchment, memory func() M, f func(m M, i int) error) error {
	count := pairs{most: q.MaxPairs}
	threads := runtime.GOMAXPROCS(0)
	memories := make([]M, threads)
	for i := range memories {
		memories[i] = memory()
	}
	for from := 0; from < len(out); from += piece {
		to := min(from+piece, len(out))
		var g errgroup.Group
		for t := range threads {
			g.Go(func() error {
				for i := from + t; i < to; i += threads {
					if err := f(memories[t], i); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
		for i := from; i < to; i++ {
			if err := count.add(len(out[i].Buildings)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Engine) catchmentsOnFoot(ctx context.Context, q CatchmentRequest, out []Catchment, wanted func(b, d int32) bool) error {
	mode := q.Profile.mode()
	joined := e.joins[mode]()
	seekers := make([][]walk.Join, len(e.residential))
	for i, b := range e.residential {
		if q.Only == nil || q.Only[b] {
			seekers[i] = joined.building[b].at
		}
	}
	surveyor := e.graph.NewSurveyor(mode, seekers)
	var than *walk.Field
	if q.Shorter != "" {
		var targets []walk.Target
		for _, i := range e.facilitiesOf(q.Shorter) {
			if joined.miss[i] == walk.Joined {
				targets = append(targets, walk.Target{Join: joined.facility[i], Rank: e.rank[i]})
			}
		}
		var err error
		if than, err = e.graph.Nearest(ctx, mode, targets, 0); err != nil {
			return err
		}
		defer than.Release()
	}
	return inPieces(q, out, surveyor.Survey, func(v *walk.Survey, i int) error {
		at, miss := e.graph.Snap(q.Places[i], walk.SnapOptions{Mode: mode, MaxLeg: e.options.maxLeg})
		if miss != walk.Joined {
			out[i].Reason = missReason(miss)
			return nil
		}
		found, err := v.Around(ctx, at, q.Reach, than)
		if err != nil {
			return err
		}
		out[i].take(len(found), func(k int) (b, d int32) { return e.residential[found[k].Seeker], found[k].Decimetres }, wanted)
		return nil
	})
}

// take keeps those that are wanted, in memory of just their size.
func (c *Catchment) take(n int, at func(k int) (b, d int32), wanted func(b, d int32) bool) {
	count := 0
	for k := range n {
		if wanted(at(k)) {
			count++
		}
	}
	c.Buildings, c.Decimetres = make([]int32, 0, count), make([]int32, 0, count)
	for k := range n {
		if b, d := at(k); wanted(b, d) {
			c.Buildings, c.Decimetres = append(c.Buildings, b), append(c.Decimetres, d)
		}
	}
}

func (e *Engine) catchmentsStraight(ctx context.Context, q CatchmentRequest, out []Catchment, wanted func(b, d int32) bool) error {
	var tree rtree.RTreeG[int32]
	for _, b := range e.residential {
		p := e.data.Buildings[b].Point
		tree.Insert(p, p, b)
	}
	type near struct{ b, d int32 }
	return inPieces(q, out, func() *[]near { return new([]near) }, func(found *[]near, i int) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		*found = (*found)[:0]
		p := q.Places[i]
		box := geo.Pad(p.Bound(), float64(q.Reach)/10*1.01+1) // the plane and the ground differ a little
		tree.Search(box.Min, box.Max, func(_, _ [2]float64, b int32) bool {
			if d := int32(math.Round(geo.Distance(e.data.Buildings[b].Point, p) * 10)); d <= q.Reach {
				*found = append(*found, near{b, d})
			}
			return true
		})
		slices.SortFunc(*found, func(a, b near) int { return int(a.b) - int(b.b) })
		out[i].take(len(*found), func(k int) (b, d int32) { return (*found)[k].b, (*found)[k].d }, wanted)
		return nil
	})
}

// Circle is the reach in decimetres within which requirement i is met, for
// the profile of the result.
func (r *Result) Circle(i int) int32 { return r.circle[i] }
