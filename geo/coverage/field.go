package coverage

import (
	"context"
	"math"
	"slices"
	"sync"

	"hearthmap/geo/walk"
	"hearthmap/household"
)

// field is the distance from every building to the nearest facility of one
// category. It does not depend on a standard's metres.
type field struct {
	decimetres []int32 // -1: no way, or farther than the bound
	facility   []int32 // -1 likewise
	reason     []uint8 // index into reasons
}

// reasons gives every Reason a number.
var reasons = [...]Reason{NoReason, NoStreet, BehindBarrier, CompoundClosed, NoFacility, OtherComponent, BeyondBound}

func reasonNumber(r Reason) uint8 { return uint8(slices.Index(reasons[:], r)) }

type fieldKey struct {
	category household.Category
	method   Method
	mode     walk.Mode
	bound    int32 // decimetres; 0 none
}

// keptField is a field that is computed by whoever asks first.
type keptField struct {
	mu sync.Mutex
	f  *field
}

func (e *Engine) field(ctx context.Context, key fieldKey) (*field, error) {
	if key.method == MethodRadius {
		key.mode, key.bound = walk.OnFoot, 0
	}
	e.mu.Lock()
	k := e.fields[key]
	if k == nil {
		k = &keptField{}
		e.fields[key] = k
	}
	e.mu.Unlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.f != nil {
		return k.f, nil
	}
	f, err := e.compute(ctx, key)
	if err != nil {
		return nil, err
	}
	k.f = f
	return f, nil
}

func (e *Engine) compute(ctx context.Context, key fieldKey) (*field, error) {
	n := len(e.data.Buildings)
	f := &field{decimetres: make([]int32, n), facility: make([]int32, n), reason: make([]uint8, n)}
	for i := range n {
		f.decimetres[i], f.facility[i] = -1, -1
	}
	if key.method == MethodRadius {
		return f, e.radii(ctx, f, key.category)
	}
	return f, e.walks(ctx, f, key)
}

// walks fills the field with walking distances.
func (e *Engine) walks(ctx context.Context, f *field, key fieldKey) error {
	j := e.joins[key.mode]()
	var targets []walk.Target
	with := map[int32]bool{} // components that hold a facility
	for _, i := range e.facilitiesOf(key.category) {
		if j.miss[i] == walk.Joined {
			targets = append(targets, walk.Target{Join: j.facility[i], Rank: e.rank[i]})
			with[e.component(key.mode, j.facility[i])] = true
		}
	}
	near, err := e.graph.Nearest(ctx, key.mode, targets, key.bound)
	if err != nil {
		return err
	}
	defer near.Release()
	for _, i := range j.order {
		b := &j.building[i]
		best, rank := int32(math.MaxInt32), int32(-1)
		for _, at := range b.at {
			if d, r, ok := near.At(at); ok && (d < best || d == best && r < rank) {
				best, rank = d, r
			}
		}
		if rank >= 0 && (key.bound == 0 || best <= key.bound) {
			f.decimetres[i], f.facility[i] = best, e.byRank[rank]
			continue
		}
		f.reason[i] = reasonNumber(e.whyNot(b, key, len(targets) > 0, with))
	}
	return nil
}

func (e *Engine) component(m walk.Mode, j walk.Join) int32 {
	return e.graph.Component(m, e.graph.Edge(j.Edge).From)
}

// whyNot says why a building reaches no facility. The first that applies: no
// facility joins the network; the building does not; its compound is closed;
// its streets lead to none; it is farther than the bound.
func (e *Engine) whyNot(b *buildingJoins, key fieldKey, any bool, with map[int32]bool) Reason {
	switch {
	case !any:
		return NoFacility
	case b.miss != walk.Joined:
		return missReason(b.miss)
	}
	enclosed := true
	for _, at := range b.at {
		if key.bound > 0 && with[e.component(key.mode, at)] {
			return BeyondBound
		}
		on := e.graph.ComponentInfo(walk.OnFoot, e.component(walk.OnFoot, at))
		enclosed = enclosed && on.Inside >= 0
	}
	if enclosed {
		return CompoundClosed
	}
	return OtherComponent
}
