package synthcity

import (
	"bufio"
	"time"
)

// crowd peoples the homes, block by block in the order in which blocks are
// built, beside the building of the next ones.
type crowd struct {
	today  time.Time
	ids    *idCounter
	out    *bufio.Writer
	buf    []byte
	err    error
	blocks chan *peopleMaker
	done   chan struct{}
	aim    int // residents wanted of all; 0: as it comes
	late   int // homes in the villages of a large city, not yet filled

	households, residents, present, vacant int
	lateHouseholds, latePeople             int
}

// home is a flat that people may live in.
type home struct {
	building, door, room string
	style                lifeStyle
}

// newCrowd begins to write to out; end must be called.
func newCrowd(today time.Time, out *bufio.Writer, aim int) *crowd {
	w := &crowd{today: today, ids: newIDCounter(), out: out, blocks: make(chan *peopleMaker, 64), done: make(chan struct{}), aim: aim}
	go func() {
		defer close(w.done)
		var late []*peopleMaker // how many homes there are tells how full they must be
		for m := range w.blocks {
			if m.last {
				late = append(late, m)
				w.late += len(m.homes)
				continue
			}
			w.people(m)
		}
		for _, m := range late {
			w.people(m)
		}
	}()
	return w
}

func (w *crowd) people(m *peopleMaker) {
	for _, h := range m.homes {
		w.fill(m, h)
	}
}

// move lets the people of a block in.
func (w *crowd) move(m *peopleMaker) { w.blocks <- m }

// end waits until everybody has moved in and adds them up.
func (w *crowd) end(s *Summary) error {
	close(w.blocks)
	<-w.done
	s.Households, s.Residents, s.Present, s.Vacant = w.households, w.residents, w.present, w.vacant
	return w.err
}

func (w *crowd) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// row writes a line of CSV. No value needs quotes.
func (w *crowd) row(values ...string) {
	b := w.buf[:0]
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, v...)
	}
	w.buf = append(b, '\n')
	if _, err := w.out.Write(w.buf); err != nil {
		w.fail(err)
	}
}

// household makes the people of a home, nil when it is empty.
func (w *crowd) household(m *peopleMaker, s lifeStyle) (kind int, list []member) {
	if m.last && w.aim > 0 {
		return w.lateHousehold(m, s)
	}
	empty := s.vacant
	if m.old {
		empty *= 0.86
	}
	if chance(m.r, empty) {
		return 0, nil
	}
	kind = weighted(m.r, m.families(s))
	return kind, m.family(kind)
}

// tail is the number of homes, the last of all, whose households have the
// very size that is missing.
const tail = 40

// lateHousehold peoples a home so that the last of them brings the residents
// to the aim.
func (w *crowd) lateHousehold(m *peopleMaker, s lifeStyle) (kind int, list []member) {
	missing := w.aim - w.residents
	homes := w.late
	w.late--
	if homes > tail {
		mean := float64(w.latePeople+240) / float64(w.lateHouseholds+100)
		if !chance(m.r, float64(missing)/(float64(homes)*mean)) {
			return 0, nil
		}
		kind = weighted(m.r, m.families(s))
		list = m.family(kind)
		w.lateHouseholds++
		w.latePeople += len(list)
		return kind, list
	}
	size := (missing + homes - 1) / homes
	if size <= 0 {
		return 0, nil
	}
	for range 300 {
		kind = weighted(m.r, m.families(s))
		if list = m.family(kind); len(list) == size {
			break
		}
	}
	return kind, list
}
