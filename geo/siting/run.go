package siting

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// everyone is the name of the group of all.
const everyone = "everyone"

// Run plans new facilities for the city of the engine. Existing facilities
// stay; who has one within the circle is served already. Errors are Invalid
// and NotFound for what the request names, or ctx's.
func Run(ctx context.Context, e *coverage.Engine, q Request) (*Plan, error) {
	start := time.Now()
	p, err := newPlanner(ctx, e, q)
	if err != nil {
		return nil, err
	}
	if err := p.choices(ctx); err != nil {
		return nil, err
	}
	o := Options{Work: q.Work}
	if q.Seconds > 0 {
		o.Until = start.Add(time.Duration(q.Seconds * float64(time.Second)))
	}
	problem := p.problem()
	var s *Solution
	if p.plan.Model == LSCP {
		target := int64(math.Ceil(p.share*float64(p.plan.Reachable) - 1e-9))
		p.plan.Target = target
		s, err = Cover(ctx, problem, target-p.plan.Before, o)
	} else {
		s, err = Maximise(ctx, problem, q.N, o)
	}
	if err != nil {
		return nil, err
	}
	p.report(s)
	return p.plan, nil
}

// planner turns a city into a problem, and its solution into a plan.
type planner struct {
	e      *coverage.Engine
	q      Request
	plan   *Plan
	share  float64
	circle int32              // decimetres
	served household.Category // the categories that serve, as one key
	far    int32

	weight []int64 // by building; 0 for those who do not count
	before []int32 // decimetres to the nearest facility; -1 none
	order  []int32 // buildings by code
	places []Candidate
	around []coverage.Catchment
	demand []int32 // of each building; -1 none
}

func newPlanner(ctx context.Context, e *coverage.Engine, q Request) (*planner, error) {
	const op = "siting.Run"
	model, err := ParseModel(string(q.Model))
	if err != nil {
		return nil, err
	}
	bad := func(format string, args ...any) *household.Error {
		return household.Errorf(household.Invalid, op, format, args...)
	}
	switch {
	case model != LSCP && (q.N < 1 || q.N > MaxSites):
		return nil, bad("%d new facilities cannot be planned", q.N).WithHint("ask for 1 to %d", MaxSites)
	case !(q.Share >= 0 && q.Share <= 1):
		return nil, bad("a share of %v is not between 0 and 1", q.Share).WithHint("0.9 asks for nine tenths")
	case q.Capacity < 0:
		return nil, bad("a capacity of %d is not a number of people", q.Capacity).WithHint("leave it out for facilities of any size")
	case !(q.Far >= 0 && q.Far <= 100_000):
		return nil, bad("%v metres are not a way on foot", q.Far).WithHint("leave it out for twice the circle")
	case q.MaxPlots < 0 || q.MaxPlots > MaxCandidates:
		return nil, bad("%d building plots cannot be looked at", q.MaxPlots).WithHint("ask for at most %d", MaxCandidates)
	case len(q.Candidates) > MaxCandidates:
		return nil, bad("there are %d candidates", len(q.Candidates)).WithHint("give at most %d", MaxCandidates)
	case q.Candidates != nil && len(q.Candidates) == 0:
		return nil, bad("there are no candidates").WithHint("give some places, or leave them out to choose among buildings")
	case !(q.Seconds >= 0):
		return nil, bad("%v seconds are not a time", q.Seconds).WithHint("leave it out for an answer that is the same on every machine")
	}
	r, err := e.Run(ctx, coverage.Request{Standard: q.Standard, Requirements: []string{q.Requirement}, Method: q.Method, Profile: q.Profile})
	if err != nil {
		return nil, err
	}
	req := r.Requirements[0]
	group, err := parseGroup(q.Group, req.Group)
	if err != nil {
		return nil, err
	}
	info := r.Standard.Info(req.Category)
	p := &planner{e: e, q: q, share: q.Share, circle: r.Circle(0), served: req.Served(), plan: &Plan{
		Standard: r.Standard.ID, Requirement: req.ID, Category: req.Category, NameZh: info.Zh, NameEn: info.En, Model: model,
		Method: r.Method, Profile: r.Profile, Group: cmp.Or(string(group), everyone), Metres: float64(r.Circle(0)) / 10,
		Capacity: q.Capacity, Unit: "people", Sites: []PlannedSite{}, InputSHA256: r.InputSHA256(),
	}}
	if p.share == 0 {
		p.share = 1
	}
	p.far = p.circle
	if model == PMedian {
		p.far = 2 * p.circle
		if q.Far > 0 {
			p.far = int32(math.Round(q.Far * 10))
		}
		p.plan.FarMetres = float64(p.far) / 10
	}
	p.count(r, group)
	return p, nil
}

func parseGroup(s string, own coverage.Group) (coverage.Group, error) {
	switch g := coverage.Group(s); g {
	case "":
		return own, nil
	case everyone:
		return coverage.Everyone, nil
	case coverage.Age0to2, coverage.Age3to5, coverage.Age6to14, coverage.Age60up, coverage.Age80up:
		return g, nil
	}
	return "", household.Errorf(household.Invalid, "siting.Run", "there is no group %q", s).
		WithHint("one of: everyone, age_0_2, age_3_5, age_6_14, age_60_up, age_80_up")
}

// count weighs the buildings.
func (p *planner) count(r *coverage.Result, group coverage.Group) {
	data := p.e.Data()
	p.weight, p.before = make([]int64, len(data.Buildings)), make([]int32, len(data.Buildings))
	for b := range data.Buildings {
		if coverage.Residential(&data.Buildings[b]) {
			p.weight[b] = int64(group.Of(data.Buildings[b].Counts))
			p.plan.People += p.weight[b]
		}
		p.before[b] = r.Reach(0, b).Decimetres
	}
	if p.plan.People == 0 {
		p.plan.Unit = "buildings"
		for b := range data.Buildings {
			if coverage.Residential(&data.Buildings[b]) {
				p.weight[b] = 1
				p.plan.People++
			}
		}
	}
	for b, w := range p.weight {
		if p.covered(int32(b)) {
			p.plan.Before += w
		}
	}
	p.order = make([]int32, len(data.Buildings))
	for i := range p.order {
		p.order[i] = int32(i)
	}
	slices.SortFunc(p.order, func(a, b int32) int { return cmp.Compare(data.Buildings[a].Code, data.Buildings[b].Code) })
}

func (p *planner) covered(b int32) bool { return p.before[b] >= 0 && p.before[b] <= p.circle }

// choices finds the candidates and whom they would reach.
func (p *planner) choices(ctx context.Context) error {
	data := p.e.Data()
	only := make([]bool, len(data.Buildings))
	var open []orb.Point
	for b, w := range p.weight {
		if w > 0 && (p.plan.Model == PMedian || !p.covered(int32(b))) {
			only[b] = true
			open = append(open, data.Buildings[b].Point)
		}
	}
	info := &p.plan.Candidates
	info.Source = "file"
	if p.places = p.q.Candidates; p.places == nil {
		info.Source = "plots"
		p.places = plots(data, nearAny(open, float64(p.far)/10))
	}
	info.Given = len(p.places)
	if p.q.Candidates == nil {
		p.places, info.Cell = thin(p.places, cmp.Or(p.q.MaxPlots, DefaultCandidates))
	} else {
		p.places = slices.Clone(p.places)
		slices.SortStableFunc(p.places, func(a, b Candidate) int { return cmp.Compare(a.Code, b.Code) })
	}
	info.Used = len(p.places)
	at := make([]orb.Point, len(p.places))
	for i := range p.places {
		at[i] = p.places[i].Point
	}
	c := coverage.CatchmentRequest{
		Places: at, Method: p.plan.Method, Profile: p.plan.Profile, Reach: p.far, Only: only, MaxPairs: maxPairs,
	}
	if p.plan.Model == PMedian {
		c.Shorter = p.served
	}
	var err error
	if p.around, err = p.e.Catchments(ctx, c); err != nil {
		return err
	}
	for i := range p.around {
		if p.around[i].Reason != coverage.NoReason {
			info.NoWay++
		}
		if len(p.around[i].Buildings) > 0 {
			info.Useful++
		}
		info.Pairs += len(p.around[i].Buildings)
	}
	p.plan.Reachable = p.plan.Before
	seen := make([]bool, len(data.Buildings))
	for i := range p.around {
		for k, b := range p.around[i].Buildings {
			if !seen[b] && !p.covered(b) && p.around[i].Decimetres[k] <= p.circle {
				seen[b] = true
				p.plan.Reachable += p.weight[b]
			}
		}
	}
	return nil
}

// problem numbers the demands in the order of the buildings' codes, so that
// the order of rows in a database plays no part.
func (p *planner) problem() *Problem {
	p.demand = make([]int32, len(p.weight))
	for i := range p.demand {
		p.demand[i] = -1
	}
	touched := make([]bool, len(p.weight))
	for i := range p.around {
		for _, b := range p.around[i].Buildings {
			touched[b] = true
		}
	}
	out := &Problem{Sites: make([]Site, len(p.places))}
	for _, b := range p.order {
		if touched[b] {
			p.demand[b] = int32(len(out.People))
			out.People = append(out.People, p.weight[b])
		}
	}
	type arc struct{ demand, value int32 }
	var row []arc
	for j := range p.around {
		row = row[:0]
		for k, b := range p.around[j].Buildings {
			row = append(row, arc{p.demand[b], p.cost(b) - p.around[j].Decimetres[k]})
		}
		slices.SortFunc(row, func(a, b arc) int { return int(a.demand) - int(b.demand) })
		s := &out.Sites[j]
		s.Capacity = p.q.Capacity
		s.Demands = make([]int32, len(row))
		if p.plan.Model == PMedian {
			s.Values = make([]int32, len(row))
		}
		for i, a := range row {
			s.Demands[i] = a.demand
			if s.Values != nil {
				s.Values[i] = a.value
			}
		}
	}
	return out
}

// cost is what a building walks without new facilities, in decimetres.
func (p *planner) cost(b int32) int32 {
	if d := p.before[b]; d >= 0 && d < p.far {
		return d
	}
	return p.far
}

// report writes the solution into the plan.
func (p *planner) report(s *Solution) {
	unit := 1.0
	if p.plan.Model == PMedian {
		unit = 0.1 // people-decimetres
	}
	plan := p.plan
	plan.Gain, plan.Bound, plan.Gap = float64(s.Worth)*unit, float64(s.Bound)*unit, s.Gap()
	plan.Optimal, plan.Stopped, plan.Spent, plan.Short, plan.Least = s.Optimal, s.Stopped, s.Spent, s.Short, s.Least
	if plan.Model != LSCP {
		plan.Greedy = float64(s.Greedy) * unit
	}
	inside := make([]bool, len(p.weight))
	plan.After = plan.Before
	last := int64(0)
	for r, j := range s.Sites {
		c := p.places[j]
		site := PlannedSite{
			Rank: r + 1, Code: c.Code, Name: c.Name, Lon: c.Point[0], Lat: c.Point[1],
			Gain: float64(s.Worths[r]-last) * unit, Total: float64(s.Worths[r]) * unit,
		}
		last = s.Worths[r]
		for k, b := range p.around[j].Buildings {
			if p.around[j].Decimetres[k] > p.circle || p.covered(b) {
				continue
			}
			site.Reach += p.weight[b]
			if !inside[b] {
				inside[b] = true
				plan.After += p.weight[b]
			}
		}
		if plan.Model != PMedian {
			plan.After = plan.Before + s.Worths[r] // fewer than live there, with a capacity
		}
		site.After = plan.After
		plan.Sites = append(plan.Sites, site)
	}
	if plan.Model == PMedian && plan.People > 0 {
		total := int64(0)
		for b, w := range p.weight {
			total += w * int64(p.cost(int32(b)))
		}
		mean := func(dm int64) float64 { return float64(dm) / 10 / float64(plan.People) }
		plan.MeanBefore, plan.MeanAfter, plan.MeanLeast = mean(total), mean(total-s.Worth), mean(total-s.Bound)
	}
}
