package coverage

import (
	"cmp"
	"context"
	"encoding/hex"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/tidwall/rtree"
	"golang.org/x/sync/errgroup"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/walk"
	"hearthmap/household"
)

// WhatIf answers for scenarios of one city by one standard. It is made once
// and asked often: it keeps the searches that scenarios start from, and adds
// what differs. Facilities that open, move or close are repaired locally (see
// walk.Repairer). Gates and paths change the network, which is then built
// anew with its searches; the last few such networks are kept, so that what
// is tried next upon them is local again.
//
// Every answer equals that of a new Engine on Scenario.Apply's city. A WhatIf
// is safe for concurrent use.
type WhatIf struct {
	base   *Result
	engine *Engine

	mu        sync.Mutex
	kept      map[household.Category]*keptWalk
	grounds   []*ground // the newest first
	quantiles map[quantileKey][2]float64
	spectra   map[quantileKey]*spectrum
	ways      sync.Pool // of *[]walked

	serving   func() *serving // made when first asked, as all below
	places    func() *places
	missing   func() []uint8 // required categories that each building lacks
	everyone  func() []Everybody
	tallies   []func() *tallyOf
	provision func() map[household.Category]map[int32]provided
}

// keptGrounds is how many networks with other gates and paths are kept.
const keptGrounds = 4

// ground is the city with a scenario's gates and paths, and what they change.
type ground struct {
	key [32]byte
	get func() (*WhatIf, [][]int32, error)
}

// keptWalk is the search of one category, made by whoever asks first.
type keptWalk struct {
	mu      sync.Mutex
	k       *walk.Kept
	targets map[int32]walk.Target // by facility
}

// NewWhatIf answers by the requirements, method and profile of the request;
// its bound does not count. Errors are those of Run.
func (e *Engine) NewWhatIf(ctx context.Context, q Request) (*WhatIf, error) {
	q.Bound = 0
	r, err := e.Run(ctx, q)
	if err != nil {
		return nil, err
	}
	w := &WhatIf{base: r, engine: e, kept: map[household.Category]*keptWalk{}, quantiles: map[quantileKey][2]float64{}, spectra: map[quantileKey]*spectrum{}}
	w.serving = sync.OnceValue(w.index)
	w.places = sync.OnceValue(w.locate)
	w.missing = sync.OnceValue(w.countMissing)
	w.everyone = sync.OnceValue(w.countEveryone)
	w.provision = sync.OnceValue(w.provide)
	w.tallies = make([]func() *tallyOf, len(r.Requirements))
	for i := range w.tallies {
		w.tallies[i] = sync.OnceValue(func() *tallyOf { return w.tally(i) })
	}
	return w, nil
}

// Base is the coverage before.
func (w *WhatIf) Base() *Result { return w.base }

// Run computes what the scenario changes. Errors are those of Apply and ctx's.
func (w *WhatIf) Run(ctx context.Context, s *Scenario) (*Outcome, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	o := &Outcome{Scenario: s, w: w, under: w, changes: make([]*changes, len(w.base.Requirements))}
	o.changed = make([][]int32, len(w.base.Requirements))
	if s.groundChanges() > 0 {
		under, changed, err := w.onGround(s)
		if err != nil {
			return nil, err
		}
		o.under = under
		for i := range changed {
			o.changed[i] = slices.Clone(changed[i])
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := o.settle(); err != nil {
		return nil, err
	}
	o.gather()
	o.provided = map[household.Category]map[int32]provided{}
	for c := range o.facilities {
		o.provided[c] = o.provision(c)
	}
	return o, o.compute(ctx)
}

// onGround is the city with the scenario's gates and paths, and the buildings
// they change by requirement. The work is not given up with a caller.
func (w *WhatIf) onGround(s *Scenario) (*WhatIf, [][]int32, error) {
	s = s.ground()
	key := s.sha256()
	w.mu.Lock()
	i := slices.IndexFunc(w.grounds, func(g *ground) bool { return g.key == key })
	var g *ground
	if i >= 0 {
		g = w.grounds[i]
		w.grounds = slices.Delete(w.grounds, i, i+1)
	} else {
		g = &ground{key: key}
		var once sync.Once
		var under *WhatIf
		var changed [][]int32
		var err error
		g.get = func() (*WhatIf, [][]int32, error) {
			once.Do(func() { under, changed, err = w.rebuild(s) })
			return under, changed, err
		}
	}
	w.grounds = slices.Insert(w.grounds, 0, g)
	if len(w.grounds) > keptGrounds {
		w.grounds = w.grounds[:keptGrounds]
	}
	w.mu.Unlock()
	return g.get()
}

func (w *WhatIf) rebuild(s *Scenario) (*WhatIf, [][]int32, error) {
	data, err := s.Apply(w.engine.data)
	if err != nil {
		return nil, nil, err
	}
	e := New(data, func(o *options) { *o = w.engine.options })
	standard := *w.base.Standard
	standard.Requirements = w.base.Requirements
	under, err := e.NewWhatIf(context.Background(), Request{Standard: &standard, Method: w.base.Method, Profile: w.base.Profile})
	if err != nil {
		return nil, nil, err
	}
	changed := make([][]int32, len(w.base.fields))
	for i, f := range w.base.fields {
		g := under.base.fields[i]
		for b := range f.decimetres {
			if f.decimetres[b] != g.decimetres[b] || f.facility[b] != g.facility[b] || f.reason[b] != g.reason[b] {
				changed[i] = append(changed[i], int32(b))
			}
		}
	}
	return under, changed, nil
}

// serving finds the buildings that join the network at a node's edges.
type serving struct {
	first     []int32
	buildings []int32
}

func (s *serving) of(node int32) []int32 { return s.buildings[s.first[node]:s.first[node+1]] }

func (w *WhatIf) index() *serving {
	j := w.engine.joins[w.base.Profile.mode()]()
	g := w.engine.graph
	s := &serving{first: make([]int32, g.NumNodes()+1)}
	each := func(f func(node, building int32)) {
		for b := range j.building {
			for _, at := range j.building[b].at {
				e := g.Edge(at.Edge)
				f(e.From, int32(b))
				f(e.To, int32(b))
			}
		}
	}
	each(func(node, _ int32) { s.first[node+1]++ })
	for n := range g.NumNodes() {
		s.first[n+1] += s.first[n]
	}
	s.buildings = make([]int32, s.first[g.NumNodes()])
	next := slices.Clone(s.first)
	each(func(node, b int32) {
		s.buildings[next[node]] = b
		next[node]++
	})
	return s
}

// walks is the kept search of a category.
func (w *WhatIf) walks(ctx context.Context, c household.Category) (*keptWalk, error) {
	w.mu.Lock()
	k := w.kept[c]
	if k == nil {
		k = &keptWalk{}
		w.kept[c] = k
	}
	w.mu.Unlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.k != nil {
		return k, nil
	}
	e, mode := w.engine, w.base.Profile.mode()
	j := e.joins[mode]()
	targets := map[int32]walk.Target{}
	var list []walk.Target
	for _, f := range e.facilitiesOf(c) {
		if j.miss[f] == walk.Joined {
			targets[f] = walk.Target{Join: j.facility[f], Rank: e.rank[f]}
			list = append(list, targets[f])
		}
	}
	kept, err := e.repairer(mode).Keep(ctx, list)
	if err != nil {
		return nil, err
	}
	k.k, k.targets = kept, targets
	return k, nil
}

// repairer is made once for a mode.
func (e *Engine) repairer(m walk.Mode) *walk.Repairer { return e.repairers[m]() }

// compute finds what the scenario's facilities change, category by category.
func (o *Outcome) compute(ctx context.Context) error {
	perCategory := map[household.Category][]int{}
	var order []household.Category
	for i := range o.w.base.Requirements {
		c := o.w.base.Requirements[i].Served()
		if o.facilities[c] == nil {
			continue
		}
		if perCategory[c] == nil {
			order = append(order, c)
		}
		perCategory[c] = append(perCategory[c], i)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, c := range order {
		g.Go(func() error {
			ch, err := o.category(ctx, c, perCategory[c][0])
			if err != nil {
				return err
			}
			for _, i := range perCategory[c] {
				o.changes[i] = ch
				o.merge(i)
			}
			return nil
		})
	}
	return g.Wait()
}

// category finds what one category's changes do. i is one of its
// requirements; all of them share a field.
func (o *Outcome) category(ctx context.Context, c household.Category, i int) (*changes, error) {
	if o.w.base.Method == MethodRadius {
		return o.straight(ctx, c, i)
	}
	w, e := o.under, o.under.engine
	mode := w.base.Profile.mode()
	kept, err := w.walks(ctx, c)
	if err != nil {
		return nil, err
	}
	var closed, opened []walk.Target
	for _, f := range o.facilities[c].closed {
		if t, ok := kept.targets[f]; ok {
			closed = append(closed, t)
		}
	}
	snap := walk.SnapOptions{Mode: mode, MaxLeg: e.options.maxLeg}
	for _, f := range o.facilities[c].opened {
		if at, miss := e.graph.Snap(o.list[f].Geom, snap); miss == walk.Joined {
			opened = append(opened, walk.Target{Join: at, Rank: o.rankOf(f)})
		}
	}
	near, err := kept.k.Repair(ctx, closed, opened)
	if err != nil {
		return nil, err
	}
	defer near.Release()
	joins := e.joins[mode]()
	before, after := len(kept.targets) > 0, len(kept.targets)-len(closed)+len(opened) > 0
	f, key := w.base.fields[i], fieldKey{category: c, method: MethodNetwork, mode: mode}
	out := &changes{}
	see := func(b int32) {
		at := &joins.building[b]
		best, rank := int32(math.MaxInt32), int32(-1)
		for _, j := range at.at {
			if d, r, ok := near.At(j); ok && (d < best || d == best && r < rank) {
				best, rank = d, r
			}
		}
		x := reached{decimetres: -1, facility: -1}
		if rank >= 0 {
			x.decimetres, x.facility = best, o.facilityOf(rank)
		} else {
			x.reason = reasonNumber(e.whyNot(at, key, after, nil))
		}
		out.add(f, b, x)
	}
	if before != after {
		for b := range joins.building {
			see(int32(b))
		}
		return out, nil
	}
	for _, b := range w.touched(kept.k, near, closed, opened) {
		see(b)
	}
	return out, nil
}

// touched lists the buildings that a repair may have changed, in order: those
// at nodes with another label, and those on edges that hold a target more or
// less.
func (w *WhatIf) touched(k *walk.Kept, near *walk.Repaired, closed, opened []walk.Target) []int32 {
	s := w.serving()
	var out []int32
	for _, n := range near.Changed() {
		d, rank, _ := near.Node(n)
		if was, wasRank, _ := k.Node(n); was != d || wasRank != rank {
			out = append(out, s.of(n)...)
		}
	}
	for _, list := range [][]walk.Target{closed, opened} {
		for i := range list {
			out = append(out, s.of(w.engine.graph.Edge(list[i].Join.Edge).From)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// straight is category for straight distances. What is opened is compared
// with every building, what is closed is looked up again where it was nearest.
func (o *Outcome) straight(ctx context.Context, c household.Category, i int) (*changes, error) {
	w, e := o.under, o.under.engine
	ch, f := o.facilities[c], o.under.base.fields[i]
	gone := map[int32]bool{}
	for _, k := range ch.closed {
		gone[k] = true
	}
	var tree rtree.RTreeG[int32]
	n := 0
	for _, k := range e.facilitiesOf(c) {
		if !gone[k] {
			tree.Insert(e.data.Facilities[k].Geom, e.data.Facilities[k].Geom, e.rank[k])
			n++
		}
	}
	out := &changes{}
	for b := range e.data.Buildings {
		if b&1023 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		x := reached{decimetres: f.decimetres[b], facility: f.facility[b]}
		rank := int32(-1)
		p := e.data.Buildings[b].Point
		if x.facility >= 0 && gone[x.facility] {
			x = reached{decimetres: -1, facility: -1}
			if n > 0 {
				x.decimetres, rank = e.nearestStraight(&tree, p)
				x.facility = e.byRank[rank]
			}
		} else if x.facility >= 0 {
			rank = e.rank[x.facility]
		}
		for _, k := range ch.opened {
			d, r := straightDecimetres(p, o.list[k].Geom), o.rankOf(k)
			if x.decimetres < 0 || d < x.decimetres || d == x.decimetres && r < rank {
				x.decimetres, x.facility, rank = d, k, r
			}
		}
		if x.facility < 0 {
			x.reason = reasonNumber(NoFacility)
		}
		out.add(w.base.fields[i], int32(b), x)
	}
	return out, nil
}

// reached is what a field says of a building.
type reached struct {
	decimetres, facility int32
	reason               uint8
}

// changes are the buildings for which a field changes, in order.
type changes struct {
	building []int32
	now      []reached
}

func (c *changes) add(f *field, b int32, x reached) {
	if f.decimetres[b] != x.decimetres || f.facility[b] != x.facility || f.reason[b] != x.reason {
		c.building = append(c.building, b)
		c.now = append(c.now, x)
	}
}

// of is what the field says of the building after the change.
func (c *changes) of(f *field, b int32) reached {
	if c != nil {
		if k, ok := slices.BinarySearch(c.building, b); ok {
			return c.now[k]
		}
	}
	return reached{f.decimetres[b], f.facility[b], f.reason[b]}
}

// facilityChanges are those of one category, or of all that serve a
// requirement (Requirement.Served); a facility that moves is in both.
type facilityChanges struct{ closed, opened []int32 }

// settle finds the scenario's facilities in the city. Its list is the city's,
// with those that close, followed by those that open.
func (o *Outcome) settle() error {
	s, data := o.Scenario, o.under.engine.data
	o.list = data.Facilities
	o.facilities = map[household.Category]*facilityChanges{}
	if len(s.Add)+len(s.Move)+len(s.Close)+len(s.Capacity) == 0 {
		return nil
	}
	of := func(i int32) *facilityChanges {
		c := o.list[i].Category
		if o.facilities[c] == nil {
			o.facilities[c] = &facilityChanges{}
		}
		return o.facilities[c]
	}
	p := o.w.places()
	find := func(code string) (int32, error) {
		if i, ok := p.facility[code]; ok {
			return i, nil
		}
		return 0, missing("facility", code, "the codes of the imported facilities; hearthmap lookup finds them")
	}
	o.list = make([]cityindex.Facility, 0, len(data.Facilities)+len(s.Add))
	o.list = append(o.list, data.Facilities...)
	for _, m := range s.Move {
		i, err := find(m.Code)
		if err != nil {
			return err
		}
		o.list[i].Geom = [2]float64{m.Lon, m.Lat}
		o.list[i].AreaID = p.holder(o.list[i].Geom)
		ch := of(i)
		ch.closed, ch.opened = append(ch.closed, i), append(ch.opened, i)
	}
	for _, c := range s.Capacity {
		i, err := find(c.Code)
		if err != nil {
			return err
		}
		o.list[i].Capacity = c.Capacity
		o.resized = append(o.resized, i)
		of(i)
	}
	for _, code := range s.Close {
		i, err := find(code)
		if err != nil {
			return err
		}
		of(i).closed = append(of(i).closed, i)
	}
	return o.open(of)
}

// gather adds up the changes of categories that serve a requirement together.
func (o *Outcome) gather() {
	for i := range o.w.base.Requirements {
		key := o.w.base.Requirements[i].Served()
		if o.facilities[key] != nil {
			continue
		}
		for _, c := range among(key) {
			one := o.facilities[c]
			if one == nil {
				continue
			}
			if o.facilities[key] == nil {
				o.facilities[key] = &facilityChanges{}
			}
			all := o.facilities[key]
			all.closed, all.opened = append(all.closed, one.closed...), append(all.opened, one.opened...)
		}
	}
}

func (o *Outcome) open(of func(int32) *facilityChanges) error {
	n := int32(len(o.list))
	p := o.w.places()
	codes := make([]int32, len(o.Scenario.Add))
	for k, a := range o.Scenario.Add {
		code := NewCode(k)
		if _, taken := p.facility[code]; taken {
			return household.Errorf(household.Conflict, "coverage.Scenario", "the city has a facility %s, as scenarios call what they add", code).
				WithHint("import that facility under another code")
		}
		at := [2]float64{a.Lon, a.Lat}
		o.list = append(o.list, cityindex.Facility{
			ID: -int64(k + 1), Code: code, Name: a.Name, Category: a.Category, Capacity: a.Capacity, Geom: at, AreaID: p.holder(at),
		})
		of(n + int32(k)).opened = append(of(n+int32(k)).opened, n+int32(k))
		codes[k] = int32(k)
	}
	slices.SortFunc(codes, func(a, b int32) int { return cmp.Compare(NewCode(int(a)), NewCode(int(b))) })
	o.newAt = codes
	o.newRank = make([]int32, len(codes))
	for r, k := range codes {
		o.newRank[k] = n + int32(r)
	}
	return nil
}

// rankOf is the rank of a facility of the list: those that open come last.
func (o *Outcome) rankOf(f int32) int32 {
	if n := int32(len(o.w.engine.data.Facilities)); f >= n {
		return o.newRank[f-n]
	}
	return o.w.engine.rank[f]
}

func (o *Outcome) facilityOf(rank int32) int32 {
	if n := int32(len(o.w.engine.data.Facilities)); rank >= n {
		return n + o.newAt[rank-n]
	}
	return o.w.engine.byRank[rank]
}

// InputSHA256 identifies what the outcome was computed from. Without changes
// it is the baseline's.
func (o *Outcome) InputSHA256() string {
	base := o.w.base.InputSHA256()
	if o.Scenario.Changes() == 0 {
		return base
	}
	changes := o.Scenario.sha256()
	sum := sumOf([]byte(base), changes[:])
	return hex.EncodeToString(sum[:])
}
