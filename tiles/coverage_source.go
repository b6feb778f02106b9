package tiles

import (
	"context"
	"sync"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// liveCoverage is a CoverageSource over the engines of a live city.
type liveCoverage struct {
	live *coverage.Live

	mu   sync.Mutex
	kept map[coverageKey]*CoverageData // of one snapshot
	city *cityindex.City
}

type coverageKey struct{ standard, requirement string }

// NewCoverageSource answers for the layer coverage from the engines: on foot,
// by the standard's own walker.
func NewCoverageSource(live *coverage.Live) CoverageSource { return &liveCoverage{live: live} }

// Resolve implements CoverageSource. Without a requirement it is the first of
// the standard.
func (c *liveCoverage) Resolve(standard, requirement string) (std, req string, err error) {
	s, err := coverage.StandardByID(standard)
	if err != nil {
		return "", "", err
	}
	i := 0
	if requirement != "" {
		if i, err = s.Lookup(requirement); err != nil {
			return "", "", err
		}
	}
	return s.ID, s.Requirements[i].ID, nil
}

// Coverage implements CoverageSource.
func (c *liveCoverage) Coverage(ctx context.Context, city *cityindex.City, std, req string) (*CoverageData, error) {
	key := coverageKey{std, req}
	c.mu.Lock()
	if c.city == city {
		if d, ok := c.kept[key]; ok {
			c.mu.Unlock()
			return d, nil
		}
	}
	c.mu.Unlock()
	r, err := c.live.ResultOf(ctx, city, std, "", "")
	if err != nil {
		return nil, err
	}
	i, err := r.Lookup(req)
	if err != nil {
		return nil, err
	}
	reports, err := r.Totals(household.LevelCommunity, "")
	if err != nil {
		return nil, err
	}
	d := &CoverageData{Reaches: r.Reaches(i)}
	for n := range reports {
		if reports[n].AreaIndex >= 0 {
			d.Totals = append(d.Totals, reports[n].Totals[i])
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.city != city { // keep nothing of snapshots that have passed
		c.city, c.kept = city, map[coverageKey]*CoverageData{}
	}
	c.kept[key] = d
	return d, nil
}
