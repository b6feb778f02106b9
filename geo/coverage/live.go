package coverage

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
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
	times   []*timed // the last asked first
}

// keptTimes is how many times of the week, besides daytime, keep an engine.
const keptTimes = 2

// timed is a snapshot's engine at a time of the week when gates are otherwise
// than in daytime.
type timed struct {
	at     household.WeekMinute
	engine func() *Engine
}

// timeOf is the time whose engine answers for another: daytime, as long as
// every gate is as it is then.
func timeOf(data *cityindex.Data, at household.WeekMinute) household.WeekMinute {
	for i := range data.Gates {
		if g := &data.Gates[i]; g.OpenAt(at) != g.OpenAt(household.Daytime) {
			return at
		}
	}
	return household.Daytime
}

// at is the snapshot's engine at a time, as timeOf gives it.
func (s *snapshot) at(t household.WeekMinute) *Engine {
	if t == household.Daytime {
		return s.engine()
	}
	s.mu.Lock()
	i := slices.IndexFunc(s.times, func(x *timed) bool { return x.at == t })
	var x *timed
	if i >= 0 {
		x = s.times[i]
		s.times = slices.Delete(s.times, i, i+1)
	} else {
		x = &timed{at: t, engine: sync.OnceValue(func() *Engine { return New(s.city.Data(), At(t)) })}
	}
	s.times = slices.Insert(s.times, 0, x)
	if len(s.times) > keptTimes {
		gone := s.times[keptTimes].at
		s.times = s.times[:keptTimes]
		for key := range s.results {
			if key.at == gone {
				delete(s.results, key)
			}
		}
	}
	s.mu.Unlock()
	return x.engine()
}

type resultKey struct {
	standard string
	method   Method
	profile  Profile
	at       household.WeekMinute
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

// EngineAt returns the engine of a snapshot at a time of the week. While every
// gate is as in daytime it is that of daytime; else making it builds the
// network anew, and the last few are kept.
func (l *Live) EngineAt(city *cityindex.City, at household.WeekMinute) *Engine {
	return l.of(city).at(timeOf(city.Data(), at))
}

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
	return l.ResultAt(ctx, city, household.Daytime, standard, method, profile)
}

// ResultAt is ResultOf at a time of the week.
func (l *Live) ResultAt(ctx context.Context, city *cityindex.City, at household.WeekMinute, standard string, method Method, profile Profile) (*Result, error) {
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
	key := resultKey{std.ID, method, profile, timeOf(city.Data(), at)}
	s.mu.Lock()
	k, found := s.results[key]
	if !found {
		k = &keptResult{done: make(chan struct{})}
		s.results[key] = k
	}
	s.mu.Unlock()
	if !found {
		// The work goes on for others when this caller leaves.
		k.r, k.err = s.at(key.at).Run(context.WithoutCancel(ctx), Request{Standard: std, Method: method, Profile: profile})
		close(k.done)
	}
	select {
	case <-k.done:
		return k.r, k.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
