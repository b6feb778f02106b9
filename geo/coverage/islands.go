package coverage

import (
	"cmp"
	"math"
	"slices"

	"hearthmap/geo/walk"
	"hearthmap/household"
)

// NetworkReport is how the streets of a city hang together for a walker, and
// what does not join them.
type NetworkReport struct {
	Metres        float64 `json:"metres" doc:"of all streets for the walker"`
	Components    int     `json:"components" doc:"parts of the network that hang together"`
	LargestMetres float64 `json:"largest_metres"`
	ViableMetres  float64 `json:"viable_metres" doc:"below it a part is an island"`
	Islands       int     `json:"islands"`
	IslandMetres  float64 `json:"island_metres"`
	// Residential buildings whose every join is on an island, and who lives there.
	OnIslands       int             `json:"buildings_on_islands"`
	PeopleOnIslands int64           `json:"people_on_islands"`
	Buildings       []NotJoined     `json:"buildings_not_joined" doc:"residential, by reason"`
	Facilities      []FacilitiesOut `json:"facilities_not_joined" doc:"by category and reason; they serve nobody by the network"`
}

// NotJoined counts the residential buildings that join no street.
type NotJoined struct {
	Reason    Reason `json:"reason"`
	Buildings int    `json:"buildings"`
	People    int64  `json:"people"`
}

// FacilitiesOut counts the facilities of a category that join no street.
type FacilitiesOut struct {
	Category household.Category `json:"category"`
	Reason   Reason             `json:"reason"`
	Count    int                `json:"count"`
	Codes    []string           `json:"codes" doc:"the first ten, by code"`
}

// mostCodes is how many codes of facilities a report lists.
const mostCodes = 10

// Network reports on the streets for a profile.
func (e *Engine) Network(p Profile) *NetworkReport {
	mode := p.mode()
	j := e.joins[mode]()
	out := &NetworkReport{ViableMetres: e.options.viable, Buildings: []NotJoined{}, Facilities: []FacilitiesOut{}}
	switch {
	case out.ViableMetres == 0:
		out.ViableMetres = walk.DefaultViable
	case out.ViableMetres < 0:
		out.ViableMetres = 0
	}
	var all, largest, islands int64 // decimetres
	for c := range e.graph.NumComponents(mode) {
		info := e.graph.ComponentInfo(mode, int32(c))
		if info.LengthDm == 0 {
			continue
		}
		out.Components++
		all += info.LengthDm
		largest = max(largest, info.LengthDm)
		if !info.Viable {
			out.Islands++
			islands += info.LengthDm
		}
	}
	out.Metres, out.LargestMetres, out.IslandMetres = float64(all)/10, float64(largest)/10, float64(islands)/10
	missing := map[Reason]*NotJoined{}
	for _, b := range e.residential {
		at, people := &j.building[b], int64(e.data.Buildings[b].Counts.People)
		if at.miss == walk.Joined {
			if !slices.ContainsFunc(at.at, func(x walk.Join) bool { return e.graph.ComponentInfo(mode, e.component(mode, x)).Viable }) {
				out.OnIslands++
				out.PeopleOnIslands += people
			}
			continue
		}
		r := missReason(at.miss)
		if missing[r] == nil {
			missing[r] = &NotJoined{Reason: r}
		}
		missing[r].Buildings++
		missing[r].People += people
	}
	for _, x := range missing {
		out.Buildings = append(out.Buildings, *x)
	}
	slices.SortFunc(out.Buildings, func(a, b NotJoined) int { return cmp.Compare(a.Reason, b.Reason) })
	e.countFacilitiesOut(j, out)
	return out
}

func (e *Engine) countFacilitiesOut(j *joins, out *NetworkReport) {
	for _, f := range e.byRank {
		if j.miss[f] == walk.Joined {
			continue
		}
		c, r := e.data.Facilities[f].Category, missReason(j.miss[f])
		k := slices.IndexFunc(out.Facilities, func(x FacilitiesOut) bool { return x.Category == c && x.Reason == r })
		if k < 0 {
			k = len(out.Facilities)
			out.Facilities = append(out.Facilities, FacilitiesOut{Category: c, Reason: r})
		}
		x := &out.Facilities[k]
		x.Count++
		if len(x.Codes) < mostCodes {
			x.Codes = append(x.Codes, e.data.Facilities[f].Code)
		}
	}
	slices.SortFunc(out.Facilities, func(a, b FacilitiesOut) int {
		return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Reason, b.Reason))
	})
}

// AreaGap is a requirement in an area by straight distance beside walking.
// Standards speak of radii; people walk. The gap is what the radius flatters.
type AreaGap struct {
	Code           string  `json:"code"`
	Name           string  `json:"name"`
	People         int64   `json:"people" doc:"of the requirement's group"`
	NetworkCovered int64   `json:"network_covered"`
	RadiusCovered  int64   `json:"radius_covered"`
	NetworkShare   float64 `json:"network_share"`
	RadiusShare    float64 `json:"radius_share"`
	Gap            float64 `json:"gap" doc:"radius_share less network_share; 0 with no people"`
}

// finish makes the shares.
func (a *AreaGap) finish() {
	a.NetworkShare, a.RadiusShare = share(a.NetworkCovered, a.People), share(a.RadiusCovered, a.People)
	a.Gap = math.Round((a.RadiusShare-a.NetworkShare)*1e9) / 1e9
}
