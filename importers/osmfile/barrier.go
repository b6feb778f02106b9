package osmfile

import (
	"github.com/paulmach/orb"

	"hearthmap/household"
	"hearthmap/importers"
)

// isWall reports whether the tags are of something one cannot walk through.
func isWall(t tags) bool {
	return t.is("barrier", "wall", "fence", "hedge", "retaining_wall", "city_wall", "noise_barrier")
}

// barrierKind returns what kind of barrier the way is, "" for none.
func barrierKind(t tags) household.BarrierKind {
	if isWall(t) {
		return household.BarrierWall
	}
	if t.set("tunnel") || t.set("bridge") {
		return "" // passes under or over the ground
	}
	class := streetClass(t)
	switch {
	case t.is("waterway", "river", "canal"):
		return household.BarrierRiver
	case t.is("railway", "rail", "light_rail", "subway", "narrow_gauge"):
		return household.BarrierRailway
	case in(class, "motorway", "motorway_link", "trunk", "trunk_link") && !walkable(class, t):
		return household.BarrierRoad
	}
	return ""
}

func (c *city) emitBarrier(w *way) error {
	kind := barrierKind(w.tags)
	if kind == "" {
		return nil
	}
	tally := &c.stats.Barriers
	tally.Tagged++
	runs, _ := c.pieces(w.refs)
	if len(runs) == 0 {
		tally.skip("outside the file: no two nodes in a row are in it")
		return nil
	}
	b := household.Barrier{Code: wayCode(w.id), Kind: kind, Geom: make(orb.MultiLineString, len(runs))}
	for i := range runs {
		b.Geom[i] = lineString(runs[i].line)
	}
	tally.Imported++
	return c.emit(w.id, b)
}

// isGate reports whether a node with the tags is a place where people may get
// through a wall or along a way.
func isGate(t tags) bool {
	return t.is("barrier", "gate", "lift_gate", "swing_gate", "sliding_gate", "kissing_gate", "wicket_gate",
		"hampshire_gate", "bump_gate", "sliding_beam", "turnstile", "full-height_turnstile", "entrance", "bollard",
		"block", "cycle_barrier", "motorcycle_barrier", "horse_stile", "stile", "step", "cattle_grid", "chain", "bar", "toll_booth",
		"checkpoint", "border_control", "sally_port")
}

// gateOpen says whether people on foot get through. access=private alone does
// not close a gate: it is the gate of those who live behind it.
func gateOpen(t tags) bool {
	if t.is("locked", "yes") || t.is("foot", "no") {
		return false
	}
	if t.get("foot") != "" {
		return true
	}
	return !t.is("access", "no", "military")
}

// gateHours are the opening hours of a gate, where they can be read.
func gateHours(t tags) string {
	hours := t.get("opening_hours")
	if _, ok := household.OpenAt(hours, household.Daytime); !ok {
		return ""
	}
	return hours
}

// emitGate yields the gate that a node is.
func (c *city) emitGate(p *point) error {
	if !isGate(p.tags) {
		return nil
	}
	c.stats.Gates.Tagged++
	c.stats.Gates.Imported++
	return c.emit(p.id, household.Gate{
		Code:         nodeCode(p.id),
		Name:         p.tags.get("name"),
		CompoundCode: c.compounds.gateOf[p.id],
		Kind:         p.tags.get("barrier"),
		Open:         gateOpen(p.tags),
		Hours:        gateHours(p.tags),
		NodeID:       p.id,
		Geom:         p.p.point(),
	})
}

// landKind returns what the ground is, "" for nothing that is drawn.
func landKind(t tags) household.LandKind {
	if t.is("location", "underground") || t.set("tunnel") {
		return ""
	}
	switch {
	case t.is("natural", "water"), t.is("waterway", "riverbank", "dock"), t.is("landuse", "reservoir", "basin"):
		return household.LandWater
	case t.is("leisure", "park", "garden", "pitch", "playground", "golf_course"),
		t.is("landuse", "grass", "forest", "meadow", "recreation_ground", "cemetery", "village_green", "flowerbed"),
		t.is("natural", "wood", "scrub", "grassland", "heath"), t.is("amenity", "grave_yard"):
		return household.LandGreen
	case t.is("landuse", "farmland", "orchard", "vineyard", "allotments", "plant_nursery"):
		return household.LandFarm
	case t.get("building") != "":
		return "" // what follows says what a building is for, not what the ground is
	case t.is("landuse", "residential"):
		return household.LandResidential
	case t.is("landuse", "industrial", "railway"):
		return household.LandIndustrial
	case t.is("landuse", "commercial", "retail"):
		return household.LandCommercial
	case t.is("amenity", "school", "university", "hospital", "college", "kindergarten", "marketplace"),
		t.is("landuse", "education", "religious"), t.is("place", "square"),
		t.is("highway", "pedestrian") && t.is("area", "yes"):
		return household.LandPublic
	}
	return ""
}

// emitLand yields the piece of ground that an area is. geom is called when
// it is needed.
func (c *city) emitLand(id int64, code string, t tags, geom func() (orb.MultiPolygon, error)) error {
	tally := &c.stats.Land
	kind := landKind(t)
	if kind == "" {
		if t.is("natural", "coastline") {
			tally.Tagged++
			tally.skip("a coastline is a line, not an area")
		}
		return nil
	}
	tally.Tagged++
	g, err := geom()
	if err != nil {
		return c.reject(id, tally, importers.RejectGeometry, "land: "+err.Error(), suggestion(err))
	}
	tally.Imported++
	return c.emit(id, household.Land{Code: code, Name: t.get("name"), Kind: kind, Geom: g})
}

// suggestion says what can be done about an area that is none.
func suggestion(err error) string {
	if err == errCut {
		return "extract a larger area, with whole ways and relations (osmium extract --strategy smart)"
	}
	return "mend the outline on openstreetmap.org and extract again"
}
