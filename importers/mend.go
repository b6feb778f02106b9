package importers

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/paulmach/orb"
)

// mending is what was done to one polygon.
type mending struct {
	closed, repeated, spikes, turned bool
}

// mends counts what was mended or is worth a look, for the report. Any goroutine
// may add to it.
type mends struct {
	closed, repeated, spikes, turned atomic.Int64
	// creditCodes counts unified social credit codes that fail their check:
	// worth a look, but genuine ones of the first years fail as well.
	creditCodes atomic.Int64
}

func (m *mends) count(one mending) {
	if m == nil {
		return
	}
	for _, c := range []struct {
		done bool
		n    *atomic.Int64
	}{{one.closed, &m.closed}, {one.repeated, &m.repeated}, {one.spikes, &m.spikes}, {one.turned, &m.turned}} {
		if c.done {
			c.n.Add(1)
		}
	}
}

// notes says what was mended.
func (m *mends) notes() []string {
	var done []string
	for _, c := range []struct {
		n    int64
		what string
	}{
		{m.closed.Load(), "closed %d"},
		{m.repeated.Load(), "dropped repeated points from %d"},
		{m.spikes.Load(), "cut spikes without area off %d"},
		{m.turned.Load(), "turned the direction of %d"},
	} {
		if c.n > 0 {
			done = append(done, fmt.Sprintf(c.what, c.n))
		}
	}
	var notes []string
	if done != nil {
		notes = append(notes, "polygons mended: "+strings.Join(done, ", "))
	}
	if n := m.creditCodes.Load(); n > 0 {
		notes = append(notes, fmt.Sprintf("%d unified social credit codes fail their check character; their rows are taken all the same", n))
	}
	return notes
}

// cutSpikes removes from a closed ring the points at which it turns back on
// itself: a way out and back that encloses nothing. Points between the two
// ways that then repeat are removed as well.
func cutSpikes(ring orb.Ring) orb.Ring {
	if len(ring) < 4 {
		return ring
	}
	open := ring[:len(ring)-1]
	out := make(orb.Ring, 0, len(ring))
	push := func(p orb.Point) {
		out = append(out, p)
		for len(out) >= 2 {
			n := len(out)
			switch {
			case out[n-1] == out[n-2]:
				out = out[:n-1]
			case n >= 3 && foldsBack(out[n-3], out[n-2], out[n-1]):
				out = append(out[:n-2], out[n-1])
			default:
				return
			}
		}
	}
	for _, p := range open {
		push(p)
	}
	// The same over the ends, which meet.
	for len(out) >= 3 {
		n := len(out)
		switch {
		case out[0] == out[n-1] || foldsBack(out[n-2], out[n-1], out[0]):
			out = out[:n-1]
		case foldsBack(out[n-1], out[0], out[1]):
			out = out[1:]
		default:
			return append(out, out[0])
		}
	}
	return out
}
