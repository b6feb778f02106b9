package coverage

import (
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/walk"
	"hearthmap/household"
)

// Follow makes the engine of a later snapshot of the same city, equal to New
// on it with the same options. It takes over what the changes leave as it
// was: the graph while streets, walls, gates, barriers and water are the
// same; then the joins of each building and facility that did not move; and,
// while no building moved, the distances of every category whose facilities
// are the same.
func (e *Engine) Follow(data *cityindex.Data) *Engine {
	if !sameGround(e.data, data) {
		return New(data, func(o *options) { *o = e.options })
	}
	n := &Engine{data: data, options: e.options, graph: e.graph, streets: e.streets, fields: map[fieldKey]*keptField{}}
	n.begin()
	sameHomes := sameBuildings(e.data, data)
	for m := range n.joins {
		if old := e.joined[m].Load(); old != nil {
			n.rejoin(walk.Mode(m), e.data, old, sameHomes)
		}
	}
	if sameHomes {
		n.inherit(e)
	}
	return n
}

// rejoin joins what moved, and takes over the other joins.
func (e *Engine) rejoin(m walk.Mode, before *cityindex.Data, old *joins, sameHomes bool) {
	o := e.snapOptions(m)
	j := &joins{building: old.building, order: old.order}
	if !sameHomes {
		at := map[string]int{}
		for i := range before.Buildings {
			at[before.Buildings[i].Code] = i
		}
		oldDoors := doorsOf(before)
		j.building = make([]buildingJoins, len(e.data.Buildings))
		inParallel(len(j.building), func(i int) {
			b := &e.data.Buildings[i]
			if k, ok := at[b.Code]; ok {
				was := &before.Buildings[k]
				if was.Point == b.Point && slices.Equal(oldDoors[was.ID], e.entrances[b.ID]) {
					j.building[i] = old.building[k]
					return
				}
			}
			j.building[i] = e.joinBuilding(i, o)
		})
		j.order = alongTheCurve(j.building)
	}
	at := map[string]int{}
	for i := range before.Facilities {
		at[before.Facilities[i].Code] = i
	}
	j.facility = make([]walk.Join, len(e.data.Facilities))
	j.miss = make([]walk.Miss, len(e.data.Facilities))
	inParallel(len(j.facility), func(i int) {
		f := &e.data.Facilities[i]
		if k, ok := at[f.Code]; ok && before.Facilities[k].Geom == f.Geom {
			j.facility[i], j.miss[i] = old.facility[k], old.miss[k]
			return
		}
		j.facility[i], j.miss[i] = e.graph.Snap(f.Geom, o)
	})
	e.joins[m] = func() *joins { return j }
	e.joined[m].Store(j)
}

// inherit takes over the distances of categories whose facilities are the
// same. Their indices may have changed.
func (e *Engine) inherit(old *Engine) {
	old.mu.Lock()
	defer old.mu.Unlock()
	for key, k := range old.fields {
		if !k.mu.TryLock() {
			continue // being computed
		}
		f := k.f
		k.mu.Unlock()
		if f == nil || !e.sameFacilities(old, key.category) {
			continue
		}
		e.fields[key] = &keptField{f: e.renumbered(f, old, key.category)}
	}
}

func (e *Engine) sameFacilities(old *Engine, c household.Category) bool {
	for _, part := range among(c) {
		if !slices.EqualFunc(e.byCategory[part], old.byCategory[part], func(a, b int32) bool {
			x, y := &e.data.Facilities[a], &old.data.Facilities[b]
			return x.Code == y.Code && x.Geom == y.Geom
		}) {
			return false
		}
	}
	return true
}

// renumbered is the field with the indices that the facilities have now.
func (e *Engine) renumbered(f *field, old *Engine, c household.Category) *field {
	now := map[int32]int32{}
	moved := false
	for _, part := range among(c) {
		for k, i := range old.byCategory[part] {
			now[i] = e.byCategory[part][k]
			moved = moved || now[i] != i
		}
	}
	if !moved {
		return f
	}
	next := *f
	next.facility = make([]int32, len(f.facility))
	for b, i := range f.facility {
		next.facility[b] = i
		if i >= 0 {
			next.facility[b] = now[i]
		}
	}
	return &next
}

// doorsOf lists the places of each building's entrances.
func doorsOf(data *cityindex.Data) map[int64][]orb.Point {
	doors := map[int64][]orb.Point{}
	for i := range data.Entrances {
		n := &data.Entrances[i]
		doors[n.BuildingID] = append(doors[n.BuildingID], n.Geom)
	}
	return doors
}

// same compares two lists; lists in one place in memory are equal without a
// look at them.
func same[T any](a, b []T, equal func(a, b *T) bool) bool {
	if len(a) != len(b) {
		return false
	}
	if len(a) == 0 || &a[0] == &b[0] {
		return true
	}
	for i := range a {
		if !equal(&a[i], &b[i]) {
			return false
		}
	}
	return true
}

// sameBuildings reports whether the same buildings stand in the same places
// of the list and of the ground, with the same doors.
func sameBuildings(a, b *cityindex.Data) bool {
	return same(a.Buildings, b.Buildings, func(x, y *cityindex.Building) bool {
		return x.ID == y.ID && x.Code == y.Code && x.Point == y.Point
	}) && same(a.Entrances, b.Entrances, func(x, y *cityindex.Entrance) bool {
		return x.BuildingID == y.BuildingID && x.Geom == y.Geom
	})
}

// sameGround reports whether walkers meet the same things, in the same order.
func sameGround(a, b *cityindex.Data) bool {
	return same(a.Streets, b.Streets, func(x, y *cityindex.Street) bool { return x.ID == y.ID && sameStreet(&x.Street, &y.Street) }) &&
		same(a.Compounds, b.Compounds, func(x, y *cityindex.Compound) bool {
			return x.Code == y.Code && x.Walled == y.Walled && samePolygons(x.Geom, y.Geom)
		}) &&
		same(a.Gates, b.Gates, func(x, y *cityindex.Gate) bool {
			return x.Code == y.Code && x.Open == y.Open && x.Hours == y.Hours && x.StopsWheels() == y.StopsWheels() && x.NodeID == y.NodeID && x.Geom == y.Geom
		}) &&
		same(a.Barriers, b.Barriers, func(x, y *household.Barrier) bool {
			return x.Kind == y.Kind && slices.EqualFunc(x.Geom, y.Geom, slices.Equal[orb.LineString])
		}) &&
		slices.EqualFunc(water(a), water(b), samePolygons)
}

// water is the ground that stops joins.
func water(data *cityindex.Data) (out []orb.MultiPolygon) {
	for i := range data.Land {
		if l := &data.Land[i]; l.Kind == household.LandWater {
			out = append(out, l.Geom)
		}
	}
	return out
}

func sameStreet(x, y *household.Street) bool {
	return x.Code == y.Code && x.Foot == y.Foot && x.Steps == y.Steps && x.Bridge == y.Bridge && x.Tunnel == y.Tunnel &&
		x.Layer == y.Layer && x.FootOneway == y.FootOneway && x.Crossing == y.Crossing && x.NoWheels == y.NoWheels &&
		slices.Equal(x.NodeIDs, y.NodeIDs) && slices.Equal(x.Geom, y.Geom)
}

func samePolygons(x, y orb.MultiPolygon) bool {
	return slices.EqualFunc(x, y, func(p, q orb.Polygon) bool { return slices.EqualFunc(p, q, slices.Equal[orb.Ring]) })
}
