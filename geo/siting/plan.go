package siting

import (
	"strings"

	"github.com/paulmach/orb"

	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// Model is what the best places are the best for.
type Model string

// The models.
const (
	// MCLP: N sites so that the most people have a facility within the circle
	// (maximal covering location problem).
	MCLP Model = "mclp"
	// LSCP: the fewest sites so that a share of all whom any site can reach
	// has one within the circle (location set covering problem).
	LSCP Model = "lscp"
	// PMedian: N sites so that people walk the fewest metres in all.
	PMedian Model = "pmedian"
)

// ParseModel reads a model; empty is MCLP. The error is Invalid.
func ParseModel(s string) (Model, error) {
	switch m := Model(strings.ToLower(s)); m {
	case "":
		return MCLP, nil
	case MCLP, LSCP, PMedian:
		return m, nil
	case "p-median":
		return PMedian, nil
	}
	return "", household.Errorf(household.Invalid, "siting.ParseModel", "there is no model %q", s).WithHint("one of: mclp, lscp, pmedian")
}

// Limits of a request.
const (
	MaxSites          = 100  // N at most
	DefaultCandidates = 2000 // building plots looked at unless told
	MaxCandidates     = 5000
	maxPairs          = 40_000_000 // of a candidate and a building: some 300 MB
)

// Candidate is a place where a facility could be.
type Candidate struct {
	Code  string
	Name  string
	Point orb.Point
}

// Request says what to plan. Requirement is needed; the zero value of the rest
// is a default.
type Request struct {
	Standard    *coverage.Standard // nil: coverage.DefaultStandard
	Requirement string             // as Standard.Lookup takes it
	Model       Model
	N           int     // new facilities, 1 to MaxSites; LSCP finds it
	Share       float64 // LSCP: of those whom any candidate or facility reaches; 0: all
	Method      coverage.Method
	Profile     coverage.Profile
	// Group is who counts: empty for the requirement's own group, "everyone",
	// or one of coverage's groups.
	Group    string
	Capacity int64 // people that each new facility can serve; 0: any number
	// Candidates are the places to choose from; nil: plots of residential and
	// public buildings, thinned to MaxPlots.
	Candidates []Candidate
	MaxPlots   int // 0: DefaultCandidates
	// Far is for PMedian: a way longer than so many metres, or none, counts
	// as so many. 0: twice the circle.
	Far float64
	// Seconds ends the search by the clock; 0: never. Work as in Options.
	Seconds float64
	Work    int64
}

// Plan is the answer. People are those of the group, or, in a city where
// nobody of it is registered, residential buildings (Unit).
type Plan struct {
	Standard    string             `json:"standard"`
	Requirement string             `json:"requirement"`
	Category    household.Category `json:"category"`
	NameZh      string             `json:"name_zh"`
	NameEn      string             `json:"name_en"`
	Model       Model              `json:"model" enum:"mclp,lscp,pmedian"`
	Method      coverage.Method    `json:"method" enum:"network,radius"`
	Profile     coverage.Profile   `json:"profile" enum:"standard,adult,elderly,wheelchair"`
	Group       string             `json:"group" doc:"everyone, or an age group"`
	Metres      float64            `json:"metres" doc:"the circle, for the profile"`
	Capacity    int64              `json:"capacity,omitempty" doc:"people that each new facility can serve; absent: any number"`
	FarMetres   float64            `json:"far_metres,omitempty" doc:"p-median: longer ways, and none, count as this"`
	Unit        string             `json:"unit" enum:"people,buildings" doc:"what is counted: buildings where nobody is registered"`

	People    int64 `json:"people" doc:"of the group, in the city"`
	Before    int64 `json:"before" doc:"who have a facility within the circle now"`
	After     int64 `json:"after" doc:"who would have one; with a capacity, who would be served"`
	Reachable int64 `json:"reachable" doc:"who have one or could have with facilities at all candidates"`
	Target    int64 `json:"target,omitempty" doc:"set covering: who must have one"`

	Candidates CandidateInfo `json:"candidates"`
	Sites      []PlannedSite `json:"sites"`

	// Gain, Bound and Greedy are people for MCLP and LSCP, metres walked less
	// by all people together for PMedian.
	Gain    float64 `json:"gain" doc:"what the sites add: people, or for p-median people-metres saved"`
	Bound   float64 `json:"bound" doc:"proved: as many sites cannot add more"`
	Greedy  float64 `json:"greedy" doc:"what choosing one site after the other adds"`
	Gap     float64 `json:"gap" doc:"(bound - gain) / bound"`
	Optimal bool    `json:"optimal" doc:"proved to be the best"`
	Least   int     `json:"least,omitempty" doc:"set covering: proved, fewer sites do not reach the target"`
	Short   bool    `json:"short,omitempty" doc:"set covering: the target was not reached"`
	Stopped bool    `json:"stopped,omitempty" doc:"the time allowed ended the search; another machine may answer differently"`
	Spent   bool    `json:"spent,omitempty" doc:"the work allowed ended the search"`

	MeanBefore float64 `json:"mean_metres_before,omitempty"`
	MeanAfter  float64 `json:"mean_metres_after,omitempty"`
	MeanLeast  float64 `json:"mean_metres_least,omitempty" doc:"proved: as many sites cannot make the mean shorter"`

	InputSHA256 string `json:"input_sha256"`
}

// CandidateInfo says what was chosen from.
type CandidateInfo struct {
	Source string `json:"source" enum:"plots,file" doc:"plots: residential and public buildings"`
	Given  int    `json:"given"`
	Used   int    `json:"used"`
	// Cell is the side of the squares of which each gives one plot, where
	// there were too many.
	Cell   float64 `json:"cell_metres,omitempty" doc:"plots were thinned: one for each square of this side"`
	NoWay  int     `json:"no_way" doc:"that do not join the network"`
	Pairs  int     `json:"pairs" doc:"of a candidate and a building within reach"`
	Useful int     `json:"useful" doc:"that would help anybody"`
}

// PlannedSite is a place for a new facility, in the order in which each adds
// most to those before it.
type PlannedSite struct {
	Rank  int     `json:"rank"`
	Code  string  `json:"code" doc:"of the candidate or the building"`
	Name  string  `json:"name"`
	Lon   float64 `json:"lon"`
	Lat   float64 `json:"lat"`
	Gain  float64 `json:"gain" doc:"beside the sites before it: people, or people-metres saved"`
	Total float64 `json:"total" doc:"with the sites before it"`
	After int64   `json:"after" doc:"who have a facility within the circle with this site and those before"`
	Reach int64   `json:"reach" doc:"who live within the circle of this site"`
}
