package coverage

import (
	"context"
	"slices"
	"sync"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// Planner keeps what-ifs for a city that changes: those that were asked last.
// It is safe for concurrent use.
type Planner struct {
	live *Live

	mu   sync.Mutex
	kept []*plan // the last asked first
}

const keptPlans = 3

type planKey struct {
	city *cityindex.City
	resultKey
}

type plan struct {
	key  planKey
	done chan struct{}
	w    *WhatIf
	err  error
}

// NewPlanner follows the city.
func NewPlanner(live *Live) *Planner { return &Planner{live: live} }

// WhatIf is what answers for scenarios of the current city at a time of the
// week. Of several callers
// who ask for the same, one prepares it. Errors are those of Live.Result.
func (p *Planner) WhatIf(ctx context.Context, at household.WeekMinute, standard string, method Method, profile Profile) (*WhatIf, error) {
	std, err := p.live.standards.ByID(standard)
	if err != nil {
		return nil, err
	}
	if method, err = ParseMethod(string(method)); err != nil {
		return nil, err
	}
	if profile, err = ParseProfile(string(profile)); err != nil {
		return nil, err
	}
	city := p.live.city.City()
	key := planKey{city, resultKey{std.ID, method, profile, timeOf(city.Data(), at)}}
	p.mu.Lock()
	i := slices.IndexFunc(p.kept, func(k *plan) bool { return k.key == key })
	var k *plan
	if i >= 0 {
		k = p.kept[i]
		p.kept = slices.Delete(p.kept, i, i+1)
	} else {
		k = &plan{key: key, done: make(chan struct{})}
	}
	p.kept = slices.Insert(p.kept, 0, k)
	if len(p.kept) > keptPlans {
		p.kept = p.kept[:keptPlans]
	}
	p.mu.Unlock()
	if i < 0 {
		// The work goes on for others when this caller leaves.
		k.w, k.err = p.live.EngineAt(city, key.at).NewWhatIf(context.WithoutCancel(ctx), Request{Standard: std, Method: method, Profile: profile})
		close(k.done)
	}
	select {
	case <-k.done:
		return k.w, k.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Engine is the engine of the current city.
func (p *Planner) Engine() *Engine { return p.live.Engine() }
