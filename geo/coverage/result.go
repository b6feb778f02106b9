package coverage

import (
	"slices"
	"strings"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// Requirement is one line of a standard: a category and the distance within
// which it has to be. A category that a standard lists at two levels makes
// two requirements, since levels do not include one another.
type Requirement struct {
	// ID is the category's id, followed by @ and the minutes where the
	// standard lists the category at several levels: "bank@15".
	ID       string             `json:"id"`
	Category household.Category `json:"category"`
	Minutes  int                `json:"minutes"` // 15, 10 or 5
	Metres   float64            `json:"metres"`
	Required bool               `json:"required"` // part of "all required categories"
	Group    Group              `json:"group,omitempty"`
	// Accepts are other categories whose facilities serve as well.
	Accepts  []household.Category `json:"accepts,omitempty"`
	Tier     string               `json:"tier,omitempty"` // who keeps it: district, street, station
	Clause   string               `json:"clause,omitempty"`
	Source   string               `json:"source"`
	SourceZh string               `json:"source_zh,omitempty"`
	// CategoryVerified says that the standard's list of categories was
	// compared with its source, Verified that the distance was.
	CategoryVerified bool `json:"category_verified,omitempty"`
	Verified         bool `json:"verified"`
}

// Served are the categories that serve the requirement, as one key: a bank,
// or "bank+post".
func (q *Requirement) Served() household.Category {
	c := q.Category
	for _, other := range q.Accepts {
		c += "+" + other
	}
	return c
}

// among are the categories of a key of Served, each once.
func among(c household.Category) []household.Category {
	var list []household.Category
	for one := range strings.SplitSeq(string(c), "+") {
		if !slices.Contains(list, household.Category(one)) {
			list = append(list, household.Category(one))
		}
	}
	return list
}

// Group is the part of the residents that a category serves; empty for all.
type Group string

// Groups that categories serve.
const (
	Everyone Group = ""
	Age0to2  Group = "age_0_2"
	Age3to5  Group = "age_3_5"
	Age6to14 Group = "age_6_14"
	Age60up  Group = "age_60_up"
	Age80up  Group = "age_80_up"
)

const groupCount = 6

// Groups lists the groups, everyone first.
var Groups = [groupCount]Group{Everyone, Age0to2, Age3to5, Age6to14, Age60up, Age80up}

// number is the place of the group in Groups; an unknown one is everyone.
func (g Group) number() int { return max(0, slices.Index(Groups[:], g)) }

// Of is the number of people of the group in the counts.
func (g Group) Of(c cityindex.Counts) int32 {
	switch g {
	case Age0to2:
		return c.Age0to2
	case Age3to5:
		return c.Age3to5
	case Age6to14:
		return c.Age6to14
	case Age60up:
		return c.Age60up
	case Age80up:
		return c.Age80up
	default:
		return c.People
	}
}

// Status is whether a building lies within a service circle.
type Status uint8

// The statuses. The zero value is Unreachable.
const (
	Unreachable Status = iota // no way to any facility; Reason says why
	Uncovered
	Covered
)

// String returns the word used in CSV and JSON.
func (s Status) String() string {
	return [...]string{"unreachable", "uncovered", "covered"}[s]
}

// Reason is why a building is unreachable; empty otherwise.
type Reason string

// The reasons, stable for programs.
const (
	NoStreet       Reason = "no_street"       // no walkable street near enough
	BehindBarrier  Reason = "behind_barrier"  // every join crosses a wall, river or railway
	CompoundClosed Reason = "compound_closed" // a walled compound without an open gate
	NoFacility     Reason = "no_facility"     // the city has no facility of the category that joins the network
	OtherComponent Reason = "other_component" // its streets do not connect to any facility's
	BeyondBound    Reason = "beyond_bound"    // farther than the search went
	NoReason       Reason = ""
)

// Reach is one building's way to its nearest facility of one requirement.
type Reach struct {
	Status     Status
	Decimetres int32 // walking distance with both access legs; -1 when unreachable
	Facility   int32 // index into the city's Facilities; -1 when unreachable
	Reason     Reason
}

// GroupTotal is how many people of a group are covered in an area.
type GroupTotal struct {
	Group   Group   `json:"group"` // empty for everyone
	People  int64   `json:"people"`
	Covered int64   `json:"covered"`
	Share   float64 `json:"share"` // 0 with no people
}

// AreaTotal is one area's numbers for one requirement.
type AreaTotal struct {
	AreaIndex   int32   `json:"-"` // into the city's Areas
	Code        string  `json:"code"`
	Name        string  `json:"name"`
	Requirement string  `json:"requirement"`
	People      int64   `json:"people"` // of the requirement's group
	Covered     int64   `json:"covered"`
	Uncovered   int64   `json:"uncovered"`
	Unreachable int64   `json:"unreachable"`
	Share       float64 `json:"share"` // Covered / People; 0 with no people
	// Buildings counts residential buildings, people registered or not, so
	// that a city without residents still has an answer.
	Buildings        int64   `json:"buildings"`
	BuildingsCovered int64   `json:"buildings_covered"`
	MedianMetres     float64 `json:"median_metres"` // of people who can reach one; NaN-free: 0 when none
	P90Metres        float64 `json:"p90_metres"`
	Facilities       int     `json:"facilities"` // inside the area
	// PeoplePerFacility is People / Facilities; 0 without a facility.
	PeoplePerFacility float64 `json:"people_per_facility"`
	// Groups tells how many of each group are covered, when asked for.
	Groups []GroupTotal `json:"groups,omitempty"`
}
