package coverage

import (
	"math"
	"strings"

	"hearthmap/geo/walk"
	"hearthmap/household"
)

// Profile is who walks.
//
// A standard gives metres. They are read as the way of somebody who walks at
// 1.0 m/s, the speed that makes 900 m of a quarter of an hour: another
// profile has the same time, and so the circle is the standard's metres times
// its speed over 1.0 m/s. Distances between places are the same for all, save
// that a wheelchair takes no steps.
type Profile string

// The profiles. Speeds other than the standard's are usual values of the
// literature, not of a standard.
const (
	ProfileStandard   Profile = "standard"   // 1.0 m/s: the standard's metres as they are
	ProfileAdult      Profile = "adult"      // 1.2 m/s
	ProfileElderly    Profile = "elderly"    // 0.8 m/s
	ProfileWheelchair Profile = "wheelchair" // 0.8 m/s, no steps
)

// Profiles lists the profiles.
var Profiles = []Profile{ProfileStandard, ProfileAdult, ProfileElderly, ProfileWheelchair}

// ParseProfile reads a profile; empty is the standard's. The error is Invalid.
func ParseProfile(s string) (Profile, error) {
	if s == "" {
		return ProfileStandard, nil
	}
	var names []string
	for _, p := range Profiles {
		if string(p) == s {
			return p, nil
		}
		names = append(names, string(p))
	}
	return "", household.Errorf(household.Invalid, "coverage.ParseProfile", "there is no profile %q", s).
		WithHint("one of: %s", strings.Join(names, ", "))
}

// Speed is the walking speed in metres a second.
func (p Profile) Speed() float64 {
	switch p {
	case ProfileAdult:
		return 1.2
	case ProfileElderly, ProfileWheelchair:
		return 0.8
	}
	return 1.0
}

// Seconds is the time for a way of so many decimetres.
func (p Profile) Seconds(decimetres int32) float64 { return float64(decimetres) / 10 / p.Speed() }

// circle is the reach in decimetres of a standard's metres.
func (p Profile) circle(metres float64) int32 {
	return int32(math.Round(metres * p.Speed() * 10))
}

// mode is the part of the network the profile can use.
func (p Profile) mode() walk.Mode {
	if p == ProfileWheelchair {
		return walk.OnWheel
	}
	return walk.OnFoot
}

// Method is how distance is measured.
type Method string

// The methods.
const (
	MethodNetwork Method = "network" // on foot along streets, through gates
	MethodRadius  Method = "radius"  // straight, as the radii of standards are drawn on plans
)

// ParseMethod reads a method; empty is the network. The error is Invalid.
func ParseMethod(s string) (Method, error) {
	switch m := Method(s); m {
	case "":
		return MethodNetwork, nil
	case MethodNetwork, MethodRadius:
		return m, nil
	}
	return "", household.Errorf(household.Invalid, "coverage.ParseMethod", "there is no method %q", s).
		WithHint("one of: network, radius")
}
