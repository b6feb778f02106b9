package coverage

import (
	"context"
	"sync"
	"sync/atomic"

	"hearthmap/geo/cityindex"
)

// Live answers for a city that changes: it keeps the engine of the newest
// snapshots, and their results. It is safe for concurrent use.
type Live struct {
	city      *cityindex.Live
	standards *Library

	mu   sync.Mutex
	kept []*snapshot // the newest first
}

// keptSnapshots is how many snapshots are kept: the current one, and the one
// before it for requests that began there.
const keptSnapshots = 2

// snapshot is one city with its engine, made when first asked.
type snapshot struct {
	city   *cityindex.City
	engine func() *Engine
	made   atomic.Pointer[Engine] // what engine made; nil before

	mu      sync.Mutex
	results map[resultKey]*keptResult
}

type resultKey struct {
	standard string
	method   Method
	profile  Profile
}

// keptResult is a result, or one that somebody is computing.
type keptResult struct {
	done chan struct{}
	r    *Result
	err  error
}

// LiveOption changes how a Live is made.
type LiveOption func(*Live)

// WithStandards sets the standards that can be named; without it those of the
// product.
func WithStandards(l *Library) LiveOption { return func(v *Live) { v.standards = l } }

// NewLive follows the city.
func NewLive(city *cityindex.Live, options ...LiveOption) *Live {
	l := &Live{city: city}
	for _, o := range options {
		o(l)
	}
	return l
}

// Standards are the standards that can be named.
func (l *Live) Standards() *Library { return l.standards }

// Engine returns the engine of the current snapshot.
func (l *Live) Engine() *Engine { return l.of(l.city.City()).engine() }

// EngineOf returns the engine of a snapshot.
func (l *Live) EngineOf(city *cityindex.City) *Engine { return l.of(city).engine() }

func (l *Live) of(city *cityindex.City) *snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.kept {
		if s.city == city {
			return s
		}
	}
	s := &snapshot{
		city: city, results: map[resultKey]*keptResult{},
	}
	var before *Engine // of the newest snapshot that has one
	for _, k := range l.kept {
		if before = k.made.Load(); before != nil {
			break
		}
	}
	s.engine = sync.OnceValue(func() *Engine {
		var e *Engine
		if before != nil {
			e = before.Follow(city.Data())
		} else {
			e = New(city.Data())
		}
		s.made.Store(e)
		return e
	})
	l.kept = append([]*snapshot{s}, l.kept...)
	if len(l.kept) > keptSnapshots {
		l.kept = l.kept[:keptSnapshots]
	}
	return s
}

// Result returns the coverage of the current snapshot by a whole standard,
// with every distance. Errors are those of Engine.Run.
func (l *Live) Result(ctx context.Context, standard string, method Method, profile Profile) (*Result, error) {
	return l.ResultOf(ctx, l.city.City(), standard, method, profile)
}

// ResultOf is Result for a given snapshot. Of several callers who ask for the
// same, one computes.
func (l *Live) ResultOf(ctx context.Context, city *cityindex.City, standard string, method Method, profile Profile) (*Result, error) {
	std, err := l.standards.ByID(standard)
	if err != nil {
		return nil, err
	}
	if method, err = ParseMethod(string(method)); err != nil {
		return nil, err
	}
	if profile, err = ParseProfile(string(profile)); err != nil {
		return nil, err
	}
	s := l.of(city)
	key := resultKey{std.ID, method, profile}
	s.mu.Lock()
	k, found := s.results[key]
	if !found {
		k = &keptResult{done: make(chan struct{})}
		s.results[key] = k
	}
	s.mu.Unlock()
	if !found {
		// The work goes on for others when this caller leaves.
		k.r, k.err = s.engine().Run(context.WithoutCancel(ctx), Request{Standard: std, Method: method, Profile: profile})
		close(k.done)
	}
	select {
	case <-k.done:
		return k.r, k.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
