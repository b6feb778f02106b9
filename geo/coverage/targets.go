package coverage

import (
	_ "embed"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"sync"

	"hearthmap/geo/hexgrid"
	"hearthmap/household"
)

// Target is a share that a city wants to reach, as a policy gives it.
//
// The policies say what is to be covered, not how that is counted. Basis is
// our reading: people, or built_up, the ground that homes stand on.
type Target struct {
	ID       string  `json:"id"`
	NameZh   string  `json:"name_zh"`
	NameEn   string  `json:"name_en"`
	Share    float64 `json:"share"`   // 0.85
	Minutes  int     `json:"minutes"` // of the circles it speaks of; 0 any
	Basis    string  `json:"basis"`   // people or built_up
	Source   string  `json:"source"`
	SourceZh string  `json:"source_zh"`
	Verified bool    `json:"verified"` // the share was compared with its source
}

//go:embed targets.json
var targetFile []byte

var targets = sync.OnceValues(func() (list []Target, err error) {
	err = json.Unmarshal(targetFile, &list)
	return list, err
})

// Targets lists the policy targets that come with the product.
func Targets() []Target {
	list, _ := targets() // TestTargets keeps them readable
	return append([]Target(nil), list...)
}

// ParseTarget finds a target by its id, or makes one of a share of people in
// per cent: "85", "85%". The error is Invalid.
func ParseTarget(s string) (Target, error) {
	var ids []string
	for _, t := range Targets() {
		if t.ID == s {
			return t, nil
		}
		ids = append(ids, t.ID)
	}
	v, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
	if err != nil || !(v > 0 && v <= 100) {
		return Target{}, household.Errorf(household.Invalid, "coverage.ParseTarget", "%q is no target", s).
			WithHint("a share of people in per cent such as 85, or one of: %s", strings.Join(ids, ", "))
	}
	text := strconv.FormatFloat(v, 'f', -1, 64)
	return Target{
		ID: text, NameZh: "自定目标 " + text + "%", NameEn: "own target of " + text + " %", Share: v / 100, Basis: "people",
		Source: "given by the user", SourceZh: "用户给定",
	}, nil
}

// Against is a requirement beside a target.
type Against struct {
	Requirement string  `json:"requirement"`
	Share       float64 `json:"share"` // covered, by the target's basis
	Met         bool    `json:"met"`
	// Missing is how many more people of the group have to be covered, so that
	// the share of people is the target's.
	Missing   int64 `json:"people_missing"`
	Areas     int   `json:"areas"`     // with people of the group
	AreasMet  int   `json:"areas_met"` // of these, at the target by people
	Unclaimed bool  `json:"no_data"`   // the city's data hold no facility of the category
	Applies   bool  `json:"applies"`   // the target speaks of this circle
}

// Against compares every requirement with a target, in the areas of reports,
// which are what TotalsOf gave for the parts.
func (r *Result) Against(t Target, p *Parts, reports []AreaReport) []Against {
	out := make([]Against, len(r.Requirements))
	each(len(out), func(i int) {
		a := Against{Requirement: r.Requirements[i].ID, Unclaimed: !r.HasData(i), Applies: t.Minutes == 0 || t.Minutes == r.Requirements[i].Minutes}
		var people, covered int64
		for n := range reports {
			x := &reports[n].Totals[i]
			people, covered = people+x.People, covered+x.Covered
			if x.People > 0 {
				a.Areas++
				if enough(x.Covered, x.People, t.Share) {
					a.AreasMet++
				}
			}
		}
		a.Share, a.Met = share(covered, people), people > 0 && enough(covered, people, t.Share)
		a.Missing = max(0, int64(math.Ceil(t.Share*float64(people)-1e-9))-covered)
		if t.Basis == "built_up" {
			part, all := r.builtUp(i, p)
			a.Share, a.Met = 0, false
			if all > 0 {
				a.Share, a.Met = part/all, part/all >= t.Share-1e-12
			}
		}
		out[i] = a
	})
	return out
}

// enough reports whether a part is at least the share of a whole.
func enough(part, whole int64, share float64) bool { return float64(part) >= share*float64(whole)-1e-9 }

// builtUp is the ground in km² that homes stand on, and the covered part of
// it: cells of H3 that hold a residential building, each counted with the
// share of its buildings that are covered.
func (r *Result) builtUp(i int, p *Parts) (covered, all float64) {
	type cell struct{ homes, covered int }
	cells := map[hexgrid.Cell]cell{}
	var order []hexgrid.Cell
	for _, b := range r.engine.residential {
		if p.building[b] < 0 {
			continue
		}
		at := hexgrid.At(r.engine.data.Buildings[b].Point, gapResolution)
		if at == 0 {
			continue
		}
		c, seen := cells[at]
		if !seen {
			order = append(order, at)
		}
		c.homes++
		if r.Reach(i, int(b)).Status == Covered {
			c.covered++
		}
		cells[at] = c
	}
	for _, at := range order {
		c, km2 := cells[at], at.Km2()
		all += km2
		if c.covered == c.homes {
			covered += km2
		} else {
			covered += km2 * float64(c.covered) / float64(c.homes)
		}
	}
	return covered, all
}
