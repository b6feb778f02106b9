package postgis

import (
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/household"
	"hearthmap/importers"
)

// encoder turns items into rows of the staging tables. Several run at the
// same time, each with buffers of its own.
type encoder struct {
	keys    *Keys
	seen    *seen            // of the whole load; residents only
	bufs    map[string]*rows // by staged table
	rejects rejects
	levels  map[household.AreaLevel]bool // of the areas seen
}

func newEncoder(keys *Keys, s *seen, maxRejects int) *encoder {
	return &encoder{keys: keys, seen: s, rejects: rejects{limit: maxRejects}, bufs: map[string]*rows{}, levels: map[household.AreaLevel]bool{}}
}

func (e *encoder) table(name string) *rows {
	r := e.bufs[name]
	if r == nil {
		r = &rows{}
		e.bufs[name] = r
	}
	return r
}

// add encodes the item, the n-th of the load.
func (e *encoder) add(n int64, it importers.Item) error {
	var bad *importers.Reject
	switch v := it.Entity.(type) {
	case household.Area:
		bad = e.area(n, it.Row, v)
	case household.Compound:
		bad = e.compound(n, it.Row, v)
	case household.Gate:
		bad = e.gate(n, it.Row, v)
	case household.Barrier:
		bad = e.barrier(n, it.Row, v)
	case household.Land:
		bad = e.land(n, it.Row, v)
	case household.Street:
		bad = e.street(n, it.Row, v)
	case household.Building:
		bad = e.building(n, it.Row, v)
	case household.Entrance:
		bad = e.entrance(n, it.Row, v)
	case household.Unit:
		bad = e.unit(n, it.Row, v)
	case household.Facility:
		bad = e.facility(n, it.Row, v)
	case household.Resident:
		bad = e.resident(n, it.Row, v)
	default:
		return household.Errorf(household.Internal, "postgis.Stage", "a %T cannot be stored", it.Entity)
	}
	if bad != nil {
		bad.Row = it.Row
		e.rejects.add(*bad)
	}
	return nil
}

// oneOf rejects a word that is none of those the column takes.
func oneOf[T ~string](r *rows, column string, v T, words ...T) {
	if !slices.Contains(words, v) {
		r.reject(column, importers.RejectValue, "the word is not known", fmt.Sprintf("use one of %v", words))
	}
}

func (e *encoder) area(n, row int64, a household.Area) *importers.Reject {
	e.levels[a.Level] = true
	if a.Level == household.LevelGrid {
		r := e.table("grid")
		r.begin(7, n, row)
		r.key("code", a.Code)
		r.text("name", a.Name)
		r.text("parent_code", a.ParentCode)
		r.geometry(a.Geom)
		r.textArray("name", household.Grams(a.Name))
		return r.end()
	}
	r := e.table("area")
	r.begin(9, n, row)
	oneOf(r, "level", a.Level, household.AreaLevels...)
	r.key("code", a.Code)
	r.text("name", a.Name)
	r.text("name_en", a.NameEn)
	r.text("level", string(a.Level))
	r.text("parent_code", a.ParentCode)
	r.geometry(a.Geom)
	r.textArray("name", household.Grams(a.Name, a.NameEn))
	return r.end()
}

func (e *encoder) compound(n, row int64, c household.Compound) *importers.Reject {
	r := e.table("compound")
	r.begin(10, n, row)
	r.key("code", c.Code)
	r.text("name", c.Name)
	r.text("name_en", c.NameEn)
	r.textArray("aliases", c.Aliases)
	r.text("area_code", c.AreaCode)
	r.bool(c.Walled)
	r.geometry(c.Geom)
	r.textArray("name", household.Grams(append([]string{c.Name, c.NameEn}, c.Aliases...)...))
	return r.end()
}

func (e *encoder) gate(n, row int64, g household.Gate) *importers.Reject {
	r := e.table("gate")
	r.begin(10, n, row)
	r.key("code", g.Code)
	r.text("name", g.Name)
	r.text("compound", g.CompoundCode)
	r.text("kind", g.Kind)
	r.bool(g.Open)
	r.text("hours", g.Hours)
	r.int8OrNull(g.NodeID)
	r.geometry(g.Geom)
	return r.end()
}

func (e *encoder) barrier(n, row int64, b household.Barrier) *importers.Reject {
	r := e.table("barrier")
	r.begin(5, n, row)
	oneOf(r, "kind", b.Kind, household.BarrierWall, household.BarrierRiver, household.BarrierRailway, household.BarrierRoad)
	r.key("code", b.Code)
	r.text("kind", string(b.Kind))
	r.geometry(b.Geom)
	return r.end()
}

func (e *encoder) land(n, row int64, l household.Land) *importers.Reject {
	r := e.table("land")
	r.begin(6, n, row)
	r.key("code", l.Code)
	r.text("name", l.Name)
	r.text("kind", string(l.Kind))
	r.geometry(l.Geom)
	return r.end()
}

func (e *encoder) street(n, row int64, s household.Street) *importers.Reject {
	r := e.table("street")
	r.begin(16, n, row)
	if s.NodeIDs != nil && len(s.NodeIDs) != len(s.Geom) {
		r.reject("geometry", importers.RejectGeometry, "the shape has another number of points than of node ids", "get the file anew; it is damaged")
	}
	if s.FootOneway < -1 || s.FootOneway > 1 {
		r.reject("foot_oneway", importers.RejectValue, "the direction is none of -1, 0 and 1", "use 0 for streets walked in both directions")
	}
	r.key("code", s.Code)
	r.text("name", s.Name)
	r.text("name_en", s.NameEn)
	r.text("class", s.Class)
	r.bool(s.Foot)
	r.bool(s.Steps)
	r.bool(s.Bridge)
	r.bool(s.Tunnel)
	r.int2(s.Layer)
	r.int2(int16(s.FootOneway))
	oneOf(r, "crossing", s.Crossing, "", household.CrossingSignals, household.CrossingMarked, household.CrossingUnmarked)
	r.text("crossing", string(s.Crossing))
	r.bool(s.NoWheels)
	r.int8Array(s.NodeIDs)
	r.geometry(s.Geom)
	return r.end()
}

func (e *encoder) building(n, row int64, b household.Building) *importers.Reject {
	r := e.table("building")
	r.begin(14, n, row)
	switch b.Geom.(type) {
	case orb.Point, orb.Polygon, orb.MultiPolygon:
	default:
		r.reject("geometry", importers.RejectGeometry, "a building is a polygon or a point", "give the outline of the building, or a point in it")
	}
	r.key("code", b.Code)
	r.text("name", b.Name)
	r.text("address", b.Address)
	r.text("use", string(b.Use))
	r.int2(b.Floors)
	r.float4("height", b.Height)
	r.int2(b.BuiltYear)
	r.text("area_code", b.AreaCode)
	r.text("compound", b.CompoundCode)
	r.geometry(b.Geom)
	if r.bad != nil {
		return r.end() // a point on a broken shape cannot be found
	}
	r.geometry(pointOn(b.Geom))
	r.textArray("name", household.Grams(b.Name, b.Address))
	return r.end()
}

func (e *encoder) entrance(n, row int64, d household.Entrance) *importers.Reject {
	r := e.table("entrance")
	r.begin(8, n, row)
	r.key("entrance", d.Number)
	r.key("building_code", d.BuildingCode)
	r.text("kind", d.Kind)
	r.int8OrNull(d.NodeID)
	if d.Located {
		r.geometry(d.Geom)
	} else {
		r.null()
	}
	r.text("entrance", d.Code())
	return r.end()
}

func (e *encoder) unit(n, row int64, u household.Unit) *importers.Reject {
	r := e.table("unit")
	r.begin(9, n, row)
	if u.Floor == 0 {
		r.reject("floor", importers.RejectValue, "there is no floor 0", "the ground floor is 1, the first below ground -1")
	}
	r.text("room", u.Code())
	r.key("building_code", u.BuildingCode)
	r.key("entrance", u.Entrance)
	r.int2(u.Floor)
	r.key("room", u.Room)
	r.text("use", string(u.Use))
	r.float4("area_m2", u.AreaM2)
	return r.end()
}

func (e *encoder) facility(n, row int64, f household.Facility) *importers.Reject {
	r := e.table("facility")
	r.begin(10, n, row)
	r.key("code", f.Code)
	r.text("name", f.Name)
	r.text("name_en", f.NameEn)
	r.key("category", string(f.Category))
	r.int4(f.Capacity)
	r.text("address", f.Address)
	r.geometry(f.Geom)
	r.textArray("name", household.Grams(f.Name, f.NameEn))
	return r.end()
}
