package coverage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// Request says what to compute. The zero value asks for all of the default
// standard, over the network, for the standard's walker.
type Request struct {
	Standard *Standard // nil: DefaultStandard
	// Requirements are ids as Standard.Lookup takes them; nil means all.
	Requirements []string
	Method       Method
	Profile      Profile
	// Bound stops the search at so many metres, or at the requirement's own
	// distance where that is more. Buildings beyond are uncovered without a
	// distance. 0 finds every distance, which costs a search of the whole
	// network for each category.
	Bound float64
}

// Result is the coverage of a city by the requirements of a standard.
type Result struct {
	Standard     *Standard
	Requirements []Requirement
	Method       Method
	Profile      Profile

	engine *Engine
	fields []*field
	circle []int32 // decimetres within which each requirement is met
}

// Run computes the coverage. Errors are NotFound and Invalid for what the
// request names, or ctx's.
func (e *Engine) Run(ctx context.Context, q Request) (*Result, error) {
	r := &Result{Standard: q.Standard, engine: e}
	var err error
	if r.Standard == nil {
		if r.Standard, err = StandardByID(""); err != nil {
			return nil, err
		}
	}
	if r.Method, err = ParseMethod(string(q.Method)); err != nil {
		return nil, err
	}
	if r.Profile, err = ParseProfile(string(q.Profile)); err != nil {
		return nil, err
	}
	r.Requirements = r.Standard.Requirements
	if q.Requirements != nil {
		r.Requirements = nil
		for _, id := range q.Requirements {
			i, err := r.Standard.Lookup(id)
			if err != nil {
				return nil, err
			}
			r.Requirements = append(r.Requirements, r.Standard.Requirements[i])
		}
	}
	return r, r.compute(ctx, q.Bound)
}

func (r *Result) compute(ctx context.Context, bound float64) error {
	if r.Method == MethodNetwork {
		r.engine.joins[r.Profile.mode()]() // uses all processors itself
	}
	r.fields = make([]*field, len(r.Requirements))
	r.circle = make([]int32, len(r.Requirements))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range r.Requirements {
		q := &r.Requirements[i]
		r.circle[i] = r.Profile.circle(q.Metres)
		key := fieldKey{category: q.Served(), method: r.Method, mode: r.Profile.mode()}
		if bound > 0 {
			key.bound = max(r.circle[i], int32(math.Round(min(bound, 1e8)*10)))
		}
		g.Go(func() (err error) {
			r.fields[i], err = r.engine.field(ctx, key)
			return err
		})
	}
	return g.Wait()
}

// Reach is how building b of the snapshot's list meets requirement i.
func (r *Result) Reach(i int, b int) Reach {
	f := r.fields[i]
	out := Reach{
		Status: Unreachable, Decimetres: f.decimetres[b], Facility: f.facility[b], Reason: reasons[f.reason[b]],
	}
	switch {
	case out.Decimetres >= 0 && out.Decimetres <= r.circle[i]:
		out.Status = Covered
	case out.Decimetres >= 0 || out.Reason == BeyondBound:
		out.Status = Uncovered
	}
	return out
}

// Reaches is Reach for every building, parallel to the snapshot's list.
func (r *Result) Reaches(i int) []Reach {
	out := make([]Reach, len(r.engine.data.Buildings))
	for b := range out {
		out[b] = r.Reach(i, b)
	}
	return out
}

// Lookup finds the place of a requirement in the result, as Standard.Lookup
// does in the standard.
func (r *Result) Lookup(id string) (int, error) {
	s := *r.Standard
	s.Requirements = r.Requirements
	return s.Lookup(id)
}

// Engine is the engine that computed the result.
func (r *Result) Engine() *Engine { return r.engine }

// InputSHA256 identifies everything the result was computed from: the city,
// the standard, the method and the profile.
func (r *Result) InputSHA256() string {
	h := sha256.New()
	city, standard := r.engine.hash(), r.Standard.sha256()
	h.Write(city[:])
	h.Write(standard[:])
	h.Write([]byte(r.Method + "\x00" + Method(r.Profile)))
	return hex.EncodeToString(h.Sum(nil))
}

// InputSHA256 identifies the city the engine works on. It does not depend on
// ids of the database, nor on the order of rows.
func (e *Engine) InputSHA256() string {
	h := e.hash()
	return hex.EncodeToString(h[:])
}
