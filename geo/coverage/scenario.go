package coverage

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"math"
	"strings"

	"github.com/paulmach/orb"

	"hearthmap/household"
)

// Scenario is a set of changes to a city that are thought through together.
// The zero value changes nothing. It holds no persons, so that it can be
// handed on.
//
// As a file it is one JSON object with the fields below; positions are
// longitude and latitude in degrees, WGS 84.
type Scenario struct {
	Name string `json:"name,omitempty" maxLength:"200" doc:"what people call it; changes nothing"`
	// Add opens facilities. The first is called new-1 in results, and so on.
	Add      []AddedFacility  `json:"add,omitempty" maxItems:"200" doc:"facilities to open; new-1, new-2 … in the answer"`
	Move     []MovedFacility  `json:"move,omitempty" maxItems:"200" doc:"facilities to move"`
	Close    []string         `json:"close,omitempty" maxItems:"200" doc:"codes of facilities to close"`
	Capacity []CapacityChange `json:"capacity,omitempty" maxItems:"200" doc:"facilities to enlarge or shrink"`
	// OpenGates and CloseGates are codes.
	OpenGates  []string `json:"open_gates,omitempty" maxItems:"200" doc:"codes of gates to open to people on foot"`
	CloseGates []string `json:"close_gates,omitempty" maxItems:"200" doc:"codes of gates to close"`
	// AddPaths are walked both ways; see Apply for how they meet the streets.
	AddPaths []AddedPath `json:"add_paths,omitempty" maxItems:"50" doc:"paths to build, on the ground"`
	// CutPaths are codes of streets that nobody can walk any more.
	CutPaths []string `json:"cut_paths,omitempty" maxItems:"200" doc:"codes of streets that can no longer be walked"`
}

// AddedFacility is a facility to open.
type AddedFacility struct {
	Category household.Category `json:"category" minLength:"1" maxLength:"60"`
	Lon      float64            `json:"lon" minimum:"-180" maximum:"180"`
	Lat      float64            `json:"lat" minimum:"-85" maximum:"85"`
	Capacity int32              `json:"capacity,omitempty" minimum:"0" doc:"places, beds or people served; 0 unknown"`
	Name     string             `json:"name,omitempty" maxLength:"100"`
}

// MovedFacility is a facility that moves.
type MovedFacility struct {
	Code string  `json:"code" minLength:"1" maxLength:"100"`
	Lon  float64 `json:"lon" minimum:"-180" maximum:"180"`
	Lat  float64 `json:"lat" minimum:"-85" maximum:"85"`
}

// CapacityChange gives a facility another capacity.
type CapacityChange struct {
	Code     string `json:"code" minLength:"1" maxLength:"100"`
	Capacity int32  `json:"capacity" minimum:"0"`
}

// AddedPath is a path to build.
type AddedPath struct {
	Line [][2]float64 `json:"line" minItems:"2" maxItems:"500" doc:"longitude and latitude of each vertex"`
}

// MaxChanges is how many changes a scenario may hold.
const MaxChanges = 500

// Changes is how many things the scenario changes.
func (s *Scenario) Changes() int {
	return len(s.Add) + len(s.Move) + len(s.Close) + len(s.Capacity) + s.groundChanges()
}

// groundChanges is how many of them change the network.
func (s *Scenario) groundChanges() int {
	return len(s.OpenGates) + len(s.CloseGates) + len(s.AddPaths) + len(s.CutPaths)
}

// ParseScenario reads a scenario's file and checks what can be checked
// without a city. Errors are Invalid and say which change is wrong.
func ParseScenario(data []byte) (*Scenario, error) {
	const op = "coverage.ParseScenario"
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	d.DisallowUnknownFields()
	s := &Scenario{}
	err := d.Decode(s)
	if err == nil {
		if _, rest := d.Token(); rest != io.EOF {
			err = household.Errorf(household.Invalid, op, "there is text after the end of the object")
		}
	}
	if err != nil {
		return nil, household.Errorf(household.Invalid, op, "scenario: not readable as JSON: %w", err).
			WithHint(`a scenario looks like {"add":[{"category":"clinic","lon":123.4,"lat":41.8}],"close":["CODE"]}`)
	}
	return s, s.Check()
}

// Check looks at what can be checked without a city: numbers, positions, and
// things named twice. Errors are Invalid.
func (s *Scenario) Check() error {
	bad := func(format string, args ...any) *household.Error {
		return household.Errorf(household.Invalid, "coverage.Scenario", "scenario: "+format, args...)
	}
	if n := s.Changes(); n > MaxChanges {
		return bad("%d changes are too many", n).WithHint("at most %d; make two scenarios of it", MaxChanges)
	}
	for i := range s.Add {
		a := &s.Add[i]
		if c, ok := household.ParseCategory(string(a.Category)); ok {
			a.Category = c
		}
		switch {
		case a.Category == "" || strings.ContainsAny(string(a.Category), "@, \t\n"):
			return bad("facility %d has no category", i+1).WithHint("CATEGORY@LON,LAT, as in clinic@123.42,41.80")
		case !position(a.Lon, a.Lat):
			return bad("facility %d is nowhere on earth: %v, %v", i+1, a.Lon, a.Lat).WithHint("longitude first, in degrees")
		case a.Capacity < 0:
			return bad("facility %d has capacity %d", i+1, a.Capacity).WithHint("0 when it is unknown")
		}
	}
	for _, m := range s.Move {
		if !position(m.Lon, m.Lat) {
			return bad("facility %s cannot move to %v, %v", m.Code, m.Lon, m.Lat).WithHint("longitude first, in degrees")
		}
	}
	for _, c := range s.Capacity {
		if c.Capacity < 0 {
			return bad("facility %s cannot have capacity %d", c.Code, c.Capacity).WithHint("0 when it is unknown")
		}
	}
	for i, p := range s.AddPaths {
		if len(p.Line) < 2 {
			return bad("path %d has fewer than two positions", i+1).WithHint("LON,LAT LON,LAT …")
		}
		for _, v := range p.Line {
			if !position(v[0], v[1]) {
				return bad("path %d leads off the earth: %v, %v", i+1, v[0], v[1]).WithHint("longitude first, in degrees")
			}
		}
	}
	return s.checkTwice(bad)
}

// checkTwice finds what is named twice, or against itself.
func (s *Scenario) checkTwice(bad func(string, ...any) *household.Error) error {
	once := map[string]bool{}
	name := func(kind, code string) error {
		if code == "" {
			return bad("a %s has no code", kind).WithHint("codes are those of the imported files; hearthmap lookup finds them")
		}
		if once[kind+"\x00"+code] {
			return bad("%s %s is named twice", kind, code).WithHint("say once what happens to it")
		}
		once[kind+"\x00"+code] = true
		return nil
	}
	var err error
	see := func(kind, code string) {
		if err == nil {
			err = name(kind, code)
		}
	}
	for _, m := range s.Move {
		see("facility", m.Code)
	}
	for _, c := range s.Close {
		see("facility", c)
	}
	for _, c := range s.Capacity {
		if once["facility\x00"+c.Code] {
			for _, closed := range s.Close {
				if err == nil && closed == c.Code {
					err = bad("facility %s is closed and given a capacity", c.Code).WithHint("say once what happens to it")
				}
			}
		}
		see("capacity of facility", c.Code)
	}
	for _, c := range s.OpenGates {
		see("gate", c)
	}
	for _, c := range s.CloseGates {
		see("gate", c)
	}
	for _, c := range s.CutPaths {
		see("path", c)
	}
	return err
}

func position(lon, lat float64) bool {
	return math.Abs(lon) <= 180 && math.Abs(lat) <= 85 // false for NaN
}

func (p AddedPath) line() orb.LineString {
	l := make(orb.LineString, len(p.Line))
	for i, v := range p.Line {
		l[i] = orb.Point(v)
	}
	return l
}

// sha256 identifies what the scenario changes; its name does not matter.
func (s *Scenario) sha256() [32]byte {
	c := *s
	c.Name = ""
	data, _ := json.Marshal(&c) // strings and finite numbers cannot fail
	return sha256.Sum256(data)
}

// Same says whether two scenarios change the same; their names do not matter.
func (s *Scenario) Same(as *Scenario) bool { return s.sha256() == as.sha256() }

// ground is the part of the scenario that changes the network.
func (s *Scenario) ground() *Scenario {
	return &Scenario{OpenGates: s.OpenGates, CloseGates: s.CloseGates, AddPaths: s.AddPaths, CutPaths: s.CutPaths}
}
