package cityindex

import (
	"sync"
	"sync/atomic"
)

// Live is the current snapshot of a city, replaced as changes arrive.
type Live struct {
	current atomic.Pointer[version]
	writing sync.Mutex // held while a snapshot is made and put in place

	mu   sync.Mutex
	subs map[chan uint64]struct{}
}

type version struct {
	city       *City
	generation uint64
}

// NewLive starts with the city as generation 1.
func NewLive(c *City) *Live {
	l := &Live{subs: map[chan uint64]struct{}{}}
	l.current.Store(&version{c, 1})
	return l
}

// City returns the current snapshot.
func (l *Live) City() *City { return l.current.Load().city }

// Snapshot returns the current snapshot and its generation, a number that
// grows with every replacement. What is made from a snapshot and kept has to
// be kept under its generation.
func (l *Live) Snapshot() (*City, uint64) {
	v := l.current.Load()
	return v.city, v.generation
}

// Replace puts the city in place of the current one.
func (l *Live) Replace(c *City) uint64 {
	l.writing.Lock()
	defer l.writing.Unlock()
	return l.put(c)
}

// Update makes the next snapshot from the current one, one caller at a time.
// When change fails, or returns the city it was given, nothing happens.
func (l *Live) Update(change func(current *City) (*City, error)) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	old := l.City()
	c, err := change(old)
	if err != nil || c == old {
		return err
	}
	l.put(c)
	return nil
}

func (l *Live) put(c *City) uint64 {
	g := l.current.Load().generation + 1
	l.current.Store(&version{c, g})
	l.mu.Lock()
	defer l.mu.Unlock()
	for ch := range l.subs {
		announce(ch, g)
	}
	return g
}

// announce leaves the newest generation in the channel, without waiting for
// a slow reader.
func announce(ch chan uint64, g uint64) {
	select {
	case <-ch:
	default:
	}
	ch <- g // there is room: puts are serialised, and the buffer is one
}

// Subscribe returns a channel that gives the generation after replacements;
// a slow reader misses some, never the last. Stop ends the subscription and
// closes the channel; it may be called twice.
func (l *Live) Subscribe() (generations <-chan uint64, stop func()) {
	ch := make(chan uint64, 1)
	l.mu.Lock()
	l.subs[ch] = struct{}{}
	l.mu.Unlock()
	return ch, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if _, ok := l.subs[ch]; ok {
			delete(l.subs, ch)
			close(ch)
		}
	}
}
