// Package jobs keeps work that outlives the request which asked for it: how
// far it is, who waits for its changes, how it is stopped, when it is
// forgotten.
package jobs

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"sync"
	"time"
)

// State is what the world sees of a job. Its version grows with every change.
type State interface {
	Ended() bool
	Seen() int64 // the version
}

// Board holds jobs in memory, as long as the program lives. It is safe for
// concurrent use.
type Board[T State] struct {
	ctx  context.Context // of the jobs: they outlive the request that started them
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu   sync.Mutex
	jobs map[string]*Job[T]
	next int64
}

// Job is a piece of work on the board.
type Job[T State] struct {
	ID    string // not to be guessed
	Owner int64  // the account that asked for it

	board   *Board[T]
	cancel  context.CancelFunc
	number  int64 // in the order of starting
	started time.Time
	state   T
	changed chan struct{} // closed at the next change
}

// New makes an empty board. Close ends its jobs.
func New[T State]() *Board[T] {
	b := &Board[T]{jobs: map[string]*Job[T]{}}
	b.ctx, b.stop = context.WithCancel(context.Background())
	return b
}

// Context ends when the board stops.
func (b *Board[T]) Context() context.Context { return b.ctx }

// Stop ends the jobs and whoever watches them, and does not wait.
func (b *Board[T]) Stop() { b.stop() }

// Close ends the jobs and waits for them.
func (b *Board[T]) Close() {
	b.stop()
	b.wg.Wait()
}

// Start puts a job on the board and has it work in the background, unless
// allow, which sees the states of all jobs with their owners, refuses. The
// state becomes first's; the work has to end it.
func (b *Board[T]) Start(owner int64, allow func(each func(yield func(owner int64, state T))) error, first func(id string) T, work func(context.Context, *Job[T])) (T, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	each := func(yield func(int64, T)) {
		for _, x := range b.jobs {
			yield(x.Owner, x.state)
		}
	}
	if err := allow(each); err != nil {
		var none T
		return none, err
	}
	b.next++
	x := &Job[T]{ID: newID(), Owner: owner, board: b, number: b.next, started: time.Now(), changed: make(chan struct{})}
	x.state = first(x.ID)
	var ctx context.Context
	ctx, x.cancel = context.WithCancel(b.ctx)
	b.jobs[x.ID] = x
	b.wg.Go(func() {
		defer x.cancel()
		work(ctx, x)
	})
	return x.state, nil
}

// Change alters the state, whose version alter has to raise, and wakes those
// who watch it.
func (x *Job[T]) Change(alter func(*T)) {
	x.board.mu.Lock()
	defer x.board.mu.Unlock()
	alter(&x.state)
	close(x.changed)
	x.changed = make(chan struct{})
}

// Get returns a job's state now, and its owner.
func (b *Board[T]) Get(id string) (state T, owner int64, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	x, ok := b.jobs[id]
	if !ok {
		return state, 0, false
	}
	return x.state, x.Owner, true
}

// List returns the states of the owner's jobs, the newest first.
func (b *Board[T]) List(owner int64) []T {
	b.mu.Lock()
	defer b.mu.Unlock()
	var own []*Job[T]
	for _, x := range b.jobs {
		if x.Owner == owner {
			own = append(own, x)
		}
	}
	slices.SortFunc(own, func(x, y *Job[T]) int { return cmp.Compare(y.number, x.number) })
	out := make([]T, len(own))
	for i, x := range own {
		out[i] = x.state
	}
	return out
}

// Watch waits until the job is newer than the version, has ended, or is gone.
// The error is ctx's, or Canceled when the board stops.
func (b *Board[T]) Watch(ctx context.Context, id string, version int64) (state T, ok bool, err error) {
	for {
		b.mu.Lock()
		x, ok := b.jobs[id]
		if !ok {
			b.mu.Unlock()
			return state, false, nil
		}
		now, changed := x.state, x.changed
		b.mu.Unlock()
		if now.Seen() > version || now.Ended() {
			return now, true, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return now, true, ctx.Err()
		case <-b.ctx.Done():
			return now, true, context.Canceled
		}
	}
}

// Cancel tells the job to stop. It ends when it has noticed.
func (b *Board[T]) Cancel(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if x, ok := b.jobs[id]; ok {
		x.cancel()
	}
}

// Forget takes the jobs off the board that have ended and were started before
// the time, and returns their ids.
func (b *Board[T]) Forget(before time.Time) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ids []string
	for id, x := range b.jobs {
		if x.state.Ended() && x.started.Before(before) {
			delete(b.jobs, id)
			close(x.changed) // who watches finds it gone
			ids = append(ids, id)
		}
	}
	return ids
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
