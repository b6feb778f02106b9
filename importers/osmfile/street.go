package osmfile

import (
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"hearthmap/household"
)

// streetClass returns the class of the street that the way is, "" for none.
func streetClass(t tags) string {
	switch v := t.get("highway"); v {
	case "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link",
		"secondary", "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential",
		"living_street", "service", "pedestrian", "track", "road", "footway", "path", "steps",
		"cycleway", "bridleway", "corridor", "busway", "bus_guideway", "elevator", "platform":
		return v
	case "":
		if t.is("railway", "platform") || t.is("public_transport", "platform") {
			return "platform"
		}
	}
	return ""
}

// walkable says whether people on foot may walk along the way. The rules are
// explained in docs/osm-mapping.md.
func walkable(class string, t tags) bool {
	switch t.get("foot") {
	case "yes", "designated", "permissive", "destination", "private", "residents", "customers", "official":
		return true
	case "no", "use_sidepath":
		return false
	}
	switch t.get("access") {
	case "no", "military":
		return false
	case "private":
		// The ways inside a compound: private to those who live there, and
		// it is their walk that is measured.
		if !in(class, "service", "residential", "living_street", "pedestrian", "footway", "path", "steps", "corridor", "elevator") {
			return false
		}
	}
	switch class {
	case "motorway", "motorway_link", "trunk", "trunk_link", "bus_guideway", "busway":
		return hasSidewalk(t)
	}
	return !t.is("motorroad", "yes") || hasSidewalk(t)
}

func hasSidewalk(t tags) bool {
	for _, key := range [...]string{"sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right"} {
		if t.is(key, "both", "left", "right", "yes") {
			return true
		}
	}
	return false
}

// footOneway returns the direction in which the way must be walked. A oneway
// tag alone does not bind pedestrians.
func footOneway(t tags) int8 {
	switch t.get("oneway:foot") {
	case "yes", "1", "true":
		return 1
	case "-1", "reverse":
		return -1
	case "no":
		return 0
	}
	switch {
	case t.is("foot:backward", "no"):
		return 1
	case t.is("foot:forward", "no"):
		return -1
	}
	switch t.get("conveying") { // escalators and moving walkways
	case "forward":
		return 1
	case "backward":
		return -1
	}
	return 0
}

// crossingType returns how people cross a carriageway by the tags of a
// crossing, a node or a way; "" when they do not say.
func crossingType(t tags) household.Crossing {
	switch {
	case t.is("crossing", "traffic_signals"), t.is("crossing:signals", "yes"):
		return household.CrossingSignals
	case t.is("crossing", "uncontrolled", "zebra", "marked"), t.get("crossing_ref") != "":
		return household.CrossingMarked
	case t.is("crossing", "unmarked"), t.is("crossing:markings", "no"):
		return household.CrossingUnmarked
	case t.get("crossing:markings") != "":
		return household.CrossingMarked
	case t.is("highway", "traffic_signals"):
		return household.CrossingSignals
	}
	return ""
}

// cross sets how the way crosses a carriageway, if it does: by its own tags,
// else by those of a crossing among its nodes.
func (c *city) cross(s *household.Street, t tags, refs []int64) {
	if !t.is("footway", "crossing") && !t.is("path", "crossing") && !t.is("cycleway", "crossing") {
		return
	}
	s.Crossing = crossingType(t)
	for _, id := range refs {
		if s.Crossing == "" {
			s.Crossing = c.crossings[id]
		}
		s.NoWheels = s.NoWheels || c.kerbs[id]
	}
	if s.Crossing == "" {
		s.Crossing = household.CrossingUnmarked
	}
}

// noWheels says whether wheelchairs cannot use the way, steps aside.
func noWheels(t tags) bool {
	return t.is("wheelchair", "no") || t.is("kerb", "raised", "high") ||
		t.is("surface", "sand", "mud", "rock", "pebblestone", "stepping_stones") ||
		t.is("smoothness", "very_bad", "horrible", "very_horrible", "impassable")
}

// newStreet makes a street without code and line.
func newStreet(class string, t tags) household.Street {
	layer, err := strconv.Atoi(strings.TrimPrefix(t.get("layer"), "+"))
	if err != nil || layer < -100 || layer > 100 {
		layer = 0
	}
	return household.Street{
		Name:   t.get("name"),
		NameEn: t.get("name:en"),
		Class:  class,
		Foot:   walkable(class, t),
		Steps:  class == "steps",
		Bridge: t.set("bridge"),
		// A passage through a building is on the ground, in the open air or
		// nearly so.
		Tunnel:     t.set("tunnel") && !t.is("tunnel", "building_passage"),
		Layer:      int16(layer),
		FootOneway: footOneway(t),
		NoWheels:   noWheels(t),
	}
}

// piece is a run of nodes that the file has.
type piece struct {
	refs []int64
	line []pos
}

// pieces cuts a way where nodes are missing and returns the runs of two and
// more, and whether the way is whole. A node repeated at once counts once.
func (c *city) pieces(refs []int64) (runs []piece, whole bool) {
	whole = true
	var cur piece
	flush := func() {
		if len(cur.refs) >= 2 {
			runs = append(runs, cur)
		}
		cur = piece{}
	}
	for i, id := range refs {
		if i > 0 && refs[i-1] == id {
			continue
		}
		p, ok := c.nodes.get(id)
		if !ok {
			whole = false
			flush()
			continue
		}
		cur.refs = append(cur.refs, id)
		cur.line = append(cur.line, p)
	}
	flush()
	return runs, whole
}

func lineString(line []pos) orb.LineString {
	ls := make(orb.LineString, len(line))
	for i, p := range line {
		ls[i] = p.point()
	}
	return ls
}

// emitStreet yields the street that the way is, in pieces when the extract
// was cut through it.
func (c *city) emitStreet(w *way, t tags) error {
	tally := &c.stats.Streets
	class := streetClass(t)
	if t.get("highway") == "" && class == "" {
		return nil
	}
	tally.Tagged++
	if class == "" {
		tally.skip("no street: highway=" + t.get("highway"))
		return nil
	}
	runs, whole := c.pieces(w.refs)
	if len(runs) == 0 {
		tally.skip("outside the file: no two nodes in a row are in it")
		return nil
	}
	tally.Imported++
	if !whole {
		c.stats.CutStreets++
	}
	for i, run := range runs {
		s := newStreet(class, t)
		s.Code = wayCode(w.id)
		if !whole {
			s.Code += "." + strconv.Itoa(i+1)
		}
		s.NodeIDs, s.Geom = run.refs, lineString(run.line)
		c.cross(&s, t, run.refs)
		c.stats.StreetPieces++
		c.compounds.walk(w.id, &s, run)
		if err := c.emit(w.id, s); err != nil {
			return err
		}
	}
	return nil
}
