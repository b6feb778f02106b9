package cityindex

import (
	"errors"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLiveAnnouncesTheLast(t *testing.T) {
	l := NewLive(mustNew(t, &Data{Seq: 1}))
	ch, stop := l.Subscribe()
	var last uint64
	for seq := range int64(5) {
		last = l.Replace(mustNew(t, &Data{Seq: 2 + seq}))
	}
	if got := <-ch; got != last {
		t.Errorf("the slow reader got generation %d, want %d", got, last)
	}
	stop()
	stop()
	if _, open := <-ch; open {
		t.Error("the channel is open after stop")
	}
	l.Replace(l.City())
	if c, g := l.Snapshot(); c.Seq() != 6 || g != last+1 {
		t.Errorf("seq %d generation %d", c.Seq(), g)
	}
}

func TestLiveUpdatesOneAtATime(t *testing.T) {
	l := NewLive(mustNew(t, &Data{}))
	ch, stop := l.Subscribe()
	defer stop()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				err := l.Update(func(c *City) (*City, error) { return c.Patch(Update{Seq: c.Seq() + 1}) })
				if err != nil {
					t.Errorf("update: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if c, g := l.Snapshot(); c.Seq() != 400 || g != 401 || <-ch != 401 {
		t.Errorf("seq %d generation %d after 400 updates", c.Seq(), g)
	}
}

func TestLiveKeepsTheCityWhenAnUpdateFails(t *testing.T) {
	l := NewLive(mustNew(t, &Data{Seq: 1}))
	wrong := errors.New("wrong")
	if err := l.Update(func(*City) (*City, error) { return nil, wrong }); !errors.Is(err, wrong) {
		t.Errorf("error %v", err)
	}
	if err := l.Update(func(c *City) (*City, error) { return c, nil }); err != nil {
		t.Errorf("error %v", err)
	}
	if _, g := l.Snapshot(); g != 1 {
		t.Errorf("generation %d after no change", g)
	}
}
