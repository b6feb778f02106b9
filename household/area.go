package household

import (
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

// AreaLevel is a level of administration, from the city down to the grid.
type AreaLevel string

// The levels, each a part of the one before: 市 区县 街道 社区 网格.
const (
	LevelCity      AreaLevel = "city"
	LevelDistrict  AreaLevel = "district"
	LevelStreet    AreaLevel = "street"
	LevelCommunity AreaLevel = "community"
	LevelGrid      AreaLevel = "grid"
)

// AreaLevels lists the levels from the largest to the smallest.
var AreaLevels = []AreaLevel{LevelCity, LevelDistrict, LevelStreet, LevelCommunity, LevelGrid}

// Valid reports whether l is one of AreaLevels.
func (l AreaLevel) Valid() bool {
	for _, k := range AreaLevels {
		if k == l {
			return true
		}
	}
	return false
}

// Area is one administrative area or, at LevelGrid, the ground one grid
// worker answers for. Codes of areas above the grid are the statistical area
// codes (12 digits, or a prefix of whole levels); grid codes follow CJ/T 349
// (20 digits) or the city's own rule.
type Area struct {
	Code       string
	Name       string
	NameEn     string
	Level      AreaLevel
	ParentCode string // empty for the city
	Geom       orb.MultiPolygon
}

// Compound is a 小区: a housing estate, often walled.
type Compound struct {
	Code   string
	Name   string
	NameEn string
	// Aliases are its other and old names, by which addresses may call it.
	Aliases  []string
	AreaCode string // the community it lies in; empty: found by its place
	// Walled says that its boundary can be crossed at its gates only.
	Walled bool
	Geom   orb.MultiPolygon
}

// Gate is an opening in a wall: of a compound, or of a free-standing barrier.
type Gate struct {
	Code         string
	Name         string
	CompoundCode string // empty when it belongs to no compound
	Kind         string // gate, opening, lift_gate, kissing_gate …; OSM's values of barrier=*
	Open         bool   // whether people on foot get through
	Hours        string // when it is open, as OpenAt reads it; empty or not understood: always as Open says
	NodeID       int64  // the source's node id when the gate is a vertex of a street; else 0
	Geom         orb.Point
}

// BarrierKind says what a barrier is made of.
type BarrierKind string

// Barriers that nobody crosses on foot except on a street that does.
const (
	BarrierWall    BarrierKind = "wall" // walls, fences, hedges, retaining walls
	BarrierRiver   BarrierKind = "river"
	BarrierRailway BarrierKind = "railway"
	BarrierRoad    BarrierKind = "road" // motorways and trunk roads without walkways
)

// Barrier is a line that a straight join to the street network may not cross.
type Barrier struct {
	Code string
	Kind BarrierKind
	Geom orb.MultiLineString
}

// LandKind is what a piece of ground is, for the base map. Water also blocks
// joins to the street network.
type LandKind string

// The kinds of land drawn on the base map.
const (
	LandWater       LandKind = "water"
	LandGreen       LandKind = "green" // parks, grass, woods
	LandFarm        LandKind = "farm"
	LandResidential LandKind = "residential"
	LandIndustrial  LandKind = "industrial"
	LandCommercial  LandKind = "commercial"
	LandPublic      LandKind = "public" // schools, hospitals, squares
)

// Land is a piece of ground for the base map.
type Land struct {
	Code string
	Name string
	Kind LandKind
	Geom orb.MultiPolygon
}

// Street is a way of the street network: anything from a trunk road to the
// path inside a compound.
type Street struct {
	Code   string
	Name   string
	NameEn string
	// Class is OSM's value of highway=*: motorway … residential, service,
	// pedestrian, footway, path, steps, corridor, crossing.
	Class  string
	Foot   bool // people may walk along it
	Steps  bool
	Bridge bool
	Tunnel bool
	Layer  int16 // vertical order, 0 on the ground
	// FootOneway is +1 or -1 for the rare way that may be walked in one
	// direction only (along or against Geom), 0 otherwise.
	FootOneway int8
	// Crossing is how the way crosses a carriageway; empty when it does not.
	Crossing Crossing
	// NoWheels says that wheelchairs cannot use it, though it has no steps: a
	// raised kerb, loose ground, or a sign.
	NoWheels bool
	// NodeIDs are the source's node ids, one for each vertex of Geom: ways
	// meet where they share one. Nil for files without them, where ways meet
	// at equal coordinates of the same layer.
	NodeIDs []int64
	Geom    orb.LineString
}

// Crossing is how people get across a carriageway.
type Crossing string

// The crossings.
const (
	CrossingSignals  Crossing = "signals"  // traffic lights
	CrossingMarked   Crossing = "marked"   // a zebra crossing without lights
	CrossingUnmarked Crossing = "unmarked" // nothing but the gap in the traffic
)

// Valid reports whether c is a crossing or none.
func (c Crossing) Valid() bool {
	switch c {
	case "", CrossingSignals, CrossingMarked, CrossingUnmarked:
		return true
	}
	return false
}

// StopsWheels reports whether wheelchairs and prams do not get through a gate
// of the kind, however open it is.
func (g *Gate) StopsWheels() bool {
	switch g.Kind {
	case "turnstile", "full-height_turnstile", "stile", "horse_stile", "step", "kissing_gate":
		return true
	}
	return false
}

// OpenAt reports whether people on foot get through the gate at a time.
func (g *Gate) OpenAt(at WeekMinute) bool {
	open, known := OpenAt(g.Hours, at)
	return g.Open && (open || !known)
}

// Aliases takes a list of names apart, which ; ； 、 or | separate, and leaves
// out repetitions and the name itself. The result is never nil.
func Aliases(name, list string) []string {
	out := []string{}
	for _, a := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(";；、|", r) }) {
		if a = strings.TrimSpace(a); a != "" && a != name && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}
