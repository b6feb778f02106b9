package walk

import (
	"github.com/paulmach/orb"

	"hearthmap/household"
)

// Network is what a Graph is built from.
type Network struct {
	Streets   []household.Street
	Compounds []Compound
	Gates     []Gate
	// Barriers stop joins, whatever their kind; they do not cut streets.
	Barriers []household.Barrier
	// Water is ground whose edge stops joins.
	Water []orb.MultiPolygon
}

// Compound is a housing estate; only walled ones matter to walkers.
type Compound struct {
	Walled bool
	Geom   orb.MultiPolygon
}

// Gate is an opening in a wall, open or closed to people on foot.
type Gate struct {
	Open     bool
	NoWheels bool  // open, it lets nobody through on wheels: a turnstile, a stile
	NodeID   int64 // the source's node id when the gate is a vertex of a street; else 0
	Geom     orb.Point
}

// Distances of the model, in metres.
const (
	// GateReach is how near a crossing must be to an open gate to go
	// through it: maps draw gate, wall and way a little apart.
	GateReach = 3.0
	// DefaultMaxLeg is the longest access leg that Snap makes unless told.
	DefaultMaxLeg = 150.0
	// DefaultViable is the total length of streets from which a component
	// counts as part of the city rather than an island.
	DefaultViable = 200.0

	closedGateReach = 1.0  // a closed gate without a node id blocks ways this near
	touch           = 0.01 // nearer than this is "on" a wall
)

// Options tune Build. The zero value is the default.
type Options struct {
	// Viable is the total length in metres below which a component is an
	// island, avoided by Snap; 0 means DefaultViable, negative none.
	Viable float64
}

// Mode is who walks: it chooses the edges that can be used.
type Mode uint8

// The modes.
const (
	OnFoot  Mode = iota // every walkable street
	OnWheel             // no steps, no kerbs, no loose ground: wheelchairs, prams
	modes   = iota
)

// Flags say how an edge may be used.
type Flags uint8

// The flags of an edge.
const (
	Forward  Flags = 1 << iota // may be walked from From to To
	Backward                   // may be walked from To to From
	Steps
	NoWheels // no steps, but a kerb or ground that wheelchairs do not get over
	Crossing // of a carriageway: the weight holds a wait
	Raised   // bridge, tunnel or another layer: walls do not cut it
)

// allows reports whether the mode may use an edge of these flags.
func (f Flags) allows(m Mode) bool { return m == OnFoot || f&(Steps|NoWheels) == 0 }

// Edge is a stretch of a street between two nodes.
type Edge struct {
	From, To int32
	Weight   int32 // decimetres, at least 1; of a crossing, with what it costs
	Street   int32 // index into Network.Streets
	Inside   int32 // index of the walled compound that holds all of it; -1 none
	Flags    Flags
}

// stretch is an edge in the making: part of a street between two vertices,
// later between two cuts.
type stretch struct {
	street   int32
	from, to nodeKey
	flags    Flags
	inside   int32
	line     orb.LineString
}

// nodeKey names a node before nodes are numbered: a vertex, the side of the
// walls that stand on it, and a copy number where a closed gate or a cut
// parts the ways.
type nodeKey struct {
	vertex int32 // -1 for a cut in the middle of a stretch
	side   string
	copy   int32
}
