package web

import "time"

// HoldSiting takes the one place for a search of sites until it is given back,
// and lets others wait for it no longer than a moment.
func (s *Server) HoldSiting() (giveBack func()) {
	s.sitings <- struct{}{}
	s.sitingWait = 20 * time.Millisecond
	return func() { <-s.sitings }
}
