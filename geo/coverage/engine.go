package coverage

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/walk"
	"hearthmap/household"
)

// Engine answers coverage questions about one snapshot of a city. It builds
// the pedestrian graph when made and joins buildings and facilities to it when
// first asked. What it computes for a category is kept, so that another
// standard, profile of the same mode, level or building costs no new search.
// It is safe for concurrent use, and its results do not depend on how many
// threads there are.
type Engine struct {
	data    *cityindex.Data
	options options
	graph   *walk.Graph
	streets []int32 // index into data.Streets of each street of the graph

	// byCategory lists the facilities of each category by code; rank is a
	// facility's place in the order of all codes, which breaks ties.
	byCategory map[household.Category][]int32
	rank       []int32
	byRank     []int32

	residential []int32 // indices of buildings people live in
	areas       *areaTree
	entrances   map[int64][]orb.Point
	joins       [2]func() *joins         // by walk.Mode, made once
	joined      [2]atomic.Pointer[joins] // what joins made; nil before
	repairers   [2]func() *walk.Repairer
	hash        func() [32]byte
	doors       [2]func() *doors // by walk.Mode, made once
	margins     func() []int32   // of buildings to the edge of the data

	mu     sync.Mutex
	fields map[fieldKey]*keptField
}

type options struct {
	maxLeg float64
	viable float64
	at     household.WeekMinute
}

// Option changes how an Engine is made.
type Option func(*options)

// MaxLeg sets the longest access leg in metres (walk.DefaultMaxLeg).
func MaxLeg(metres float64) Option { return func(o *options) { o.maxLeg = metres } }

// Viable sets the length of streets in metres below which a part of the
// network is an island (walk.DefaultViable).
func Viable(metres float64) Option { return func(o *options) { o.viable = metres } }

// At sets the time of the week at which gates with hours are looked at
// (household.Daytime).
func At(t household.WeekMinute) Option { return func(o *options) { o.at = t } }

// New makes the engine of a snapshot. It keeps data, which must not change.
func New(data *cityindex.Data, opts ...Option) *Engine {
	e := &Engine{data: data, fields: map[fieldKey]*keptField{}, options: options{at: household.Daytime}}
	for _, o := range opts {
		o(&e.options)
	}
	n, streets := network(data, e.options.at)
	e.streets = streets
	e.graph = walk.Build(n, walk.Options{Viable: e.options.viable})
	e.begin()
	return e
}

// begin makes what is quickly made, and sets what is made when asked for.
func (e *Engine) begin() {
	data := e.data
	e.rankFacilities()
	e.areas = newAreaTree(data)
	e.entrances = doorsOf(data)
	for i := range data.Buildings {
		if Residential(&data.Buildings[i]) {
			e.residential = append(e.residential, int32(i))
		}
	}
	for m := range e.joins {
		e.joins[m] = sync.OnceValue(func() *joins {
			j := e.join(walk.Mode(m))
			e.joined[m].Store(j)
			return j
		})
		e.doors[m] = sync.OnceValue(func() *doors { return e.listDoors(walk.Mode(m)) })
		e.repairers[m] = sync.OnceValue(func() *walk.Repairer { return e.graph.NewRepairer(walk.Mode(m)) })
	}
	e.margins = sync.OnceValue(e.findMargins)
	e.hash = sync.OnceValue(func() [32]byte { return hashData(data, e.options) })
}

// Residential reports whether a building counts for coverage: by its use, or
// because people are registered in it.
func Residential(b *cityindex.Building) bool { return b.Use.Residential() || b.Counts.People > 0 }

// Graph is the pedestrian network of the snapshot. Its streets are in the
// order of their codes; Street finds them.
func (e *Engine) Graph() *walk.Graph { return e.graph }

// Street is the street that an edge of the graph is part of, as an index into
// the snapshot's Streets.
func (e *Engine) Street(edge int32) int32 { return e.streets[e.graph.Edge(edge).Street] }

// Data is the snapshot.
func (e *Engine) Data() *cityindex.Data { return e.data }

// network takes from the snapshot what walkers meet, by code: where two streets
// are equally near, the order of the list decides, and the order of rows in a
// database must not. streets are the indices of the network's streets.
func network(data *cityindex.Data, t household.WeekMinute) (n walk.Network, streets []int32) {
	n.Barriers = data.Barriers
	streets = byCode(data.Streets, func(s *cityindex.Street) string { return orderCode(s.ID, s.Code) })
	for _, i := range streets {
		n.Streets = append(n.Streets, data.Streets[i].Street)
	}
	for _, i := range byCode(data.Compounds, func(c *cityindex.Compound) string { return c.Code }) {
		c := &data.Compounds[i]
		n.Compounds = append(n.Compounds, walk.Compound{Walled: c.Walled, Geom: c.Geom})
	}
	for _, i := range byCode(data.Gates, func(g *cityindex.Gate) string { return g.Code }) {
		g := &data.Gates[i]
		n.Gates = append(n.Gates, walk.Gate{Open: g.OpenAt(t), NoWheels: g.StopsWheels(), NodeID: g.NodeID, Geom: g.Geom})
	}
	n.Water = water(data)
	return n, streets
}

// byCode is the order of the items by code.
func byCode[T any](items []T, code func(*T) string) []int32 {
	order := make([]int32, len(items))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(code(&items[a]), code(&items[b])) })
	return order
}

func (e *Engine) rankFacilities() {
	fs := e.data.Facilities
	e.byRank = byCode(fs, func(f *cityindex.Facility) string { return orderCode(f.ID, f.Code) })
	e.rank = make([]int32, len(fs))
	e.byCategory = map[household.Category][]int32{}
	for r, i := range e.byRank {
		e.rank[i] = int32(r)
		e.byCategory[fs[i].Category] = append(e.byCategory[fs[i].Category], i)
	}
}

// facilitiesOf lists the facilities of a category, or of several joined by +
// (Requirement.Served), by code.
func (e *Engine) facilitiesOf(c household.Category) []int32 {
	if list, ok := e.byCategory[c]; ok || !strings.Contains(string(c), "+") {
		return list
	}
	var all []int32
	for _, one := range among(c) {
		all = append(all, e.byCategory[one]...)
	}
	slices.SortFunc(all, func(a, b int32) int { return cmp.Compare(e.rank[a], e.rank[b]) })
	return all
}

// joins are the places where buildings and facilities join the network.
type joins struct {
	building []buildingJoins
	order    []int32     // the buildings, along the curve on which the graph lies in memory
	facility []walk.Join // zero where facilityMiss is not Joined
	miss     []walk.Miss // of facilities
}

// buildingJoins are one building's joins, or why it has none.
type buildingJoins struct {
	at   []walk.Join
	miss walk.Miss
}

// join snaps every building and facility, on all processors; each place is
// computed by itself, so their number changes nothing.
func (e *Engine) join(m walk.Mode) *joins {
	j := &joins{
		building: make([]buildingJoins, len(e.data.Buildings)),
		facility: make([]walk.Join, len(e.data.Facilities)),
		miss:     make([]walk.Miss, len(e.data.Facilities)),
	}
	o := e.snapOptions(m)
	inParallel(len(j.building), func(i int) { j.building[i] = e.joinBuilding(i, o) })
	j.order = alongTheCurve(j.building)
	inParallel(len(j.facility), func(i int) {
		j.facility[i], j.miss[i] = e.graph.Snap(e.data.Facilities[i].Geom, o)
	})
	return j
}

func (e *Engine) snapOptions(m walk.Mode) walk.SnapOptions {
	return walk.SnapOptions{Mode: m, MaxLeg: e.options.maxLeg}
}

// alongTheCurve orders the buildings by the edge of their first join, so that
// those who live near one another read the same labels.
func alongTheCurve(all []buildingJoins) []int32 {
	order := make([]int32, len(all))
	for i := range order {
		order[i] = int32(i)
	}
	edge := func(i int32) int32 {
		if len(all[i].at) == 0 {
			return -1
		}
		return all[i].at[0].Edge
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(cmp.Compare(edge(a), edge(b)), cmp.Compare(a, b)) })
	return order
}

// joinBuilding joins a building at each of its located entrances, or at its
// point when it has none.
func (e *Engine) joinBuilding(i int, o walk.SnapOptions) buildingJoins {
	b := &e.data.Buildings[i]
	doors := e.entrances[b.ID]
	if len(doors) == 0 {
		doors = []orb.Point{b.Point}
	}
	out := buildingJoins{miss: walk.NoStreet}
	for _, p := range doors {
		at, miss := e.graph.Snap(p, o)
		switch miss {
		case walk.Joined:
			out.at = append(out.at, at)
		case walk.BehindBarrier:
			out.miss = miss
		}
	}
	if len(out.at) > 0 {
		out.miss = walk.Joined
	}
	return out
}

// FacilityReason is why a facility does not join the network, and so serves
// nobody by MethodNetwork; NoReason when it does. The facility is an index
// into the snapshot's list.
func (e *Engine) FacilityReason(p Profile, facility int) Reason {
	return missReason(e.joins[p.mode()]().miss[facility])
}

// BuildingReason is why a building does not join the network.
func (e *Engine) BuildingReason(p Profile, building int) Reason {
	return missReason(e.joins[p.mode()]().building[building].miss)
}

func missReason(m walk.Miss) Reason {
	switch m {
	case walk.NoStreet:
		return NoStreet
	case walk.BehindBarrier:
		return BehindBarrier
	}
	return NoReason
}

// inParallel calls f for 0 … n-1, in pieces shared by the processors.
func inParallel(n int, f func(i int)) {
	const piece = 256
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for from := 0; from < n; from += piece {
		g.Go(func() error {
			for i := from; i < min(from+piece, n); i++ {
				f(i)
			}
			return nil
		})
	}
	_ = g.Wait() // f cannot fail
}
