// Package cityindex is the city in memory: everything the map, the tiles and
// the analysis need, and no person. A City is an immutable snapshot; changes
// make a new one that shares what did not change.
package cityindex

import (
	"github.com/paulmach/orb"

	"hearthmap/household"
)

// Data is a city as the database gives it, each list ordered by id. It is
// the input of New and is not changed afterwards.
type Data struct {
	City string // the schema's name
	// Seq is the last change that the data holds.
	Seq        int64
	Areas      []Area // of all levels, grids too
	Compounds  []Compound
	Gates      []Gate
	Barriers   []household.Barrier
	Land       []Land
	Streets    []Street
	Buildings  []Building
	Entrances  []Entrance // those with a known place
	Facilities []Facility
}

// Area is an area of any level. Grids and areas have separate id spaces in
// the database; Level tells which.
type Area struct {
	ID       int64
	ParentID int64 // an area's id (also for grids); 0 for the city
	Code     string
	Name     string
	NameEn   string
	Level    household.AreaLevel
	Geom     orb.MultiPolygon
}

// Compound is a 小区 with its id.
type Compound struct {
	ID     int64
	Code   string
	Name   string
	NameEn string
	AreaID int64
	Walled bool
	Geom   orb.MultiPolygon
}

// Gate is a gate with its ids; CompoundID is 0 when it belongs to none.
type Gate struct {
	ID         int64
	CompoundID int64
	Code       string
	Name       string
	Kind       string
	Open       bool
	Hours      string // see household.Gate
	NodeID     int64
	Geom       orb.Point
}

// OpenAt reports whether people on foot get through at a time.
func (g *Gate) OpenAt(at household.WeekMinute) bool {
	return (&household.Gate{Open: g.Open, Hours: g.Hours}).OpenAt(at)
}

// StopsWheels reports whether wheelchairs do not get through.
func (g *Gate) StopsWheels() bool { return (&household.Gate{Kind: g.Kind}).StopsWheels() }

// Land is a piece of ground for the base map.
type Land struct {
	ID   int64
	Code string
	Name string
	Kind household.LandKind
	Geom orb.MultiPolygon
}

// Street is a street with its id.
type Street struct {
	ID int64
	household.Street
}

// Building is a building with its ids and counts. AreaID, GridID and
// CompoundID are 0 when it lies in none.
type Building struct {
	ID         int64
	Code       string
	Name       string
	Address    string
	Use        household.Use
	Floors     int16
	Height     float32 // metres; 0 unknown
	BuiltYear  int16
	AreaID     int64 // its community
	GridID     int64
	CompoundID int64
	Point      orb.Point    // on the footprint
	Geom       orb.Geometry // Polygon, MultiPolygon or Point
	Counts     Counts
}

// Counts are how many people live in a building, by age, and in how many
// households and units. Only people present are counted (see
// household.Residency).
type Counts struct {
	People     int32
	Households int32
	Units      int32
	Age0to2    int32
	Age3to5    int32
	Age6to14   int32
	Age60up    int32
	Age80up    int32
}

// Add adds o to c.
func (c *Counts) Add(o Counts) {
	c.People += o.People
	c.Households += o.Households
	c.Units += o.Units
	c.Age0to2 += o.Age0to2
	c.Age3to5 += o.Age3to5
	c.Age6to14 += o.Age6to14
	c.Age60up += o.Age60up
	c.Age80up += o.Age80up
}

// Entrance is a door of a building.
type Entrance struct {
	ID         int64
	BuildingID int64
	Number     string
	Kind       string
	NodeID     int64
	Geom       orb.Point
}

// Facility is a place of service.
type Facility struct {
	ID       int64
	Code     string
	Name     string
	NameEn   string
	Category household.Category
	Capacity int32
	Address  string
	AreaID   int64
	Geom     orb.Point
}
