package tiles

import (
	"context"
	"errors"
	"sync"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// AllRequired is the name that stands for all required categories of a
// standard together: covered is who reaches every one of them.
const AllRequired = "all"

// CoverageOf answers for the layer coverage from the analysis: by network, for
// the standard's own way of walking. Without a category it is AllRequired.
func CoverageOf(live *coverage.Live) CoverageSource {
	return &liveCoverage{live: live, totals: map[totalsKey]*areaTotals{}}
}

// liveCoverage keeps the totals of the newest snapshots.
type liveCoverage struct {
	live *coverage.Live

	mu     sync.Mutex
	city   *cityindex.City
	totals map[totalsKey]*areaTotals // of city
}

type totalsKey struct {
	result *coverage.Result
	level  household.AreaLevel
}

type areaTotals struct {
	once    sync.Once
	reports map[int32]*coverage.AreaReport
	err     error
}

func (l *liveCoverage) Resolve(standard, requirement string) (std, req string, err error) {
	s, err := l.live.Standards().ByID(standard)
	if err != nil {
		return "", "", invalid(err)
	}
	if requirement == "" || requirement == AllRequired {
		return s.ID, AllRequired, nil
	}
	i, err := s.Lookup(requirement)
	if err != nil {
		return "", "", invalid(err)
	}
	return s.ID, s.Requirements[i].ID, nil
}

// invalid makes an unknown name in a query the caller's mistake: the tile's
// address exists.
func invalid(err error) error {
	var e *household.Error
	if !errors.As(err, &e) || e.Code != household.NotFound {
		return err
	}
	changed := *e
	changed.Code = household.Invalid
	return &changed
}

func (l *liveCoverage) Coverage(ctx context.Context, city *cityindex.City, std, req string) (*CoverageData, error) {
	r, err := l.live.ResultOf(ctx, city, std, "", "")
	if err != nil {
		return nil, err
	}
	level := shareLevel(city)
	reports := sync.OnceValues(func() (map[int32]*coverage.AreaReport, error) { return l.reports(city, r, level) })
	if req == AllRequired {
		return allRequired(r, reports), nil
	}
	i, err := r.Lookup(req)
	if err != nil {
		return nil, err
	}
	return &CoverageData{
		Reach: func(b int32) coverage.Reach { return r.Reach(i, int(b)) },
		Total: func(area int32) (coverage.AreaTotal, bool, error) {
			of, err := reports()
			if err != nil || of[area] == nil {
				return coverage.AreaTotal{}, false, err
			}
			return of[area].Totals[i], true, nil
		},
	}, nil
}

func allRequired(r *coverage.Result, reports func() (map[int32]*coverage.AreaReport, error)) *CoverageData {
	var required []int
	for i := range r.Requirements {
		if r.Requirements[i].Required {
			required = append(required, i)
		}
	}
	return &CoverageData{
		Reach: func(b int32) coverage.Reach { return worst(r, required, int(b)) },
		Total: func(area int32) (coverage.AreaTotal, bool, error) {
			of, err := reports()
			if err != nil || of[area] == nil {
				return coverage.AreaTotal{}, false, err
			}
			a := of[area].AllRequired
			return coverage.AreaTotal{AreaIndex: area, People: a.People, Covered: a.Covered, Share: a.Share}, true, nil
		},
	}
}

// worst is Covered where all are, Unreachable where not one can be reached,
// and Uncovered otherwise; a distance it has none.
func worst(r *coverage.Result, required []int, b int) coverage.Reach {
	covered, reachable := 0, 0
	for _, i := range required {
		switch r.Reach(i, b).Status {
		case coverage.Covered:
			covered++
			reachable++
		case coverage.Uncovered:
			reachable++
		}
	}
	status := coverage.Uncovered
	switch {
	case covered == len(required):
		status = coverage.Covered
	case reachable == 0:
		status = coverage.Unreachable
	}
	return coverage.Reach{Status: status, Decimetres: -1, Facility: -1}
}

// reports sums the result by area, once for each snapshot and result.
func (l *liveCoverage) reports(city *cityindex.City, r *coverage.Result, level household.AreaLevel) (map[int32]*coverage.AreaReport, error) {
	l.mu.Lock()
	if l.city != city {
		l.city = city
		clear(l.totals)
	}
	k := totalsKey{r, level}
	t := l.totals[k]
	if t == nil {
		t = &areaTotals{}
		l.totals[k] = t
	}
	l.mu.Unlock()
	t.once.Do(func() {
		list, err := r.Totals(level, "")
		t.err = err
		t.reports = make(map[int32]*coverage.AreaReport, len(list))
		for i := range list {
			t.reports[list[i].AreaIndex] = &list[i]
		}
	})
	return t.reports, t.err
}
