package household

import "github.com/paulmach/orb"

// Use is what a building or unit is used for.
type Use string

// The uses that the map tells apart.
const (
	UseResidential Use = "residential"
	UseMixed       Use = "mixed" // dwellings above shops
	UseCommercial  Use = "commercial"
	UseOffice      Use = "office"
	UseIndustrial  Use = "industrial"
	UsePublic      Use = "public" // schools, hospitals, government
	UseUtility     Use = "utility"
	UseOther       Use = "other"
)

// Residential reports whether people may live in a building of this use.
func (u Use) Residential() bool { return u == UseResidential || u == UseMixed }

// Building is a 楼栋. Geom is a Polygon or MultiPolygon footprint, or a Point
// where only the place is known.
type Building struct {
	Code         string
	Name         string
	Address      string
	Use          Use
	Floors       int16   // above ground; 0 unknown
	Height       float32 // metres; 0 unknown
	BuiltYear    int16   // 0 unknown
	AreaCode     string  // its community; empty: found by its place
	CompoundCode string  // empty: found by its place
	Geom         orb.Geometry
}

// Entrance is a 单元: a stairwell's door, or another door of the building.
type Entrance struct {
	BuildingCode string
	Number       string // 单元 number as written, "1", "2", "东"; for doors known from maps only, the source's id
	Kind         string // main, stairwell, service, emergency; empty unknown
	Geom         orb.Point
	Located      bool  // whether Geom is known
	NodeID       int64 // the source's node id when streets may share it; else 0
}

// Code is the building's code and the entrance's number: BUILDING-ENTRANCE.
func (e Entrance) Code() string { return e.BuildingCode + "-" + e.Number }

// Unit is a 户/室: a flat, a shop, an office.
type Unit struct {
	BuildingCode string
	Entrance     string // 单元 number; "1" where the building has one stairwell only
	Floor        int16  // -1 is the first below ground; 0 does not exist
	Room         string
	Use          Use
	AreaM2       float32 // 0 unknown
}

// Code is BUILDING-ENTRANCE-ROOM.
func (u Unit) Code() string { return UnitCode(u.BuildingCode, u.Entrance, u.Room) }

// UnitCode is the code of the unit: BUILDING-ENTRANCE-ROOM.
func UnitCode(building, entrance, room string) string {
	return building + "-" + entrance + "-" + room
}

// Facility is a place of service: a clinic, a school, a shop, a bus stop.
type Facility struct {
	Code     string
	Name     string
	NameEn   string
	Category Category
	Capacity int32 // places, beds, people served; 0 unknown
	Address  string
	Geom     orb.Point
}
