package access

import "math"

// Pair is a place of demand that reaches a place of supply, with the weight of
// the way between them: 1 for a catchment without decay.
type Pair struct {
	Demand, Supply int32
	Weight         float64
}

// TwoStep is the two-step floating catchment area.
//
// Step one gives each place of supply its ratio R = S / Σ P·w over those who
// reach it; step two gives each place of demand its access A = Σ R·w over what
// it reaches. Access is in units of supply for each unit of demand. With
// weights 1 it is 2SFCA (Luo & Wang 2003), with weights by zone E2SFCA (Luo &
// Qi 2009).
//
// Supply that no demand reaches goes to nobody. So Σ P·A is reached, the sum
// of all supply that somebody reaches.
func TwoStep(demand, supply []float64, pairs []Pair) (access []float64, reached float64) {
	ratio := make([]float64, len(supply))
	for _, p := range pairs {
		ratio[p.Supply] += demand[p.Demand] * p.Weight
	}
	for j, sum := range ratio {
		ratio[j] = 0
		if sum > 0 {
			ratio[j] = supply[j] / sum
			reached += supply[j]
		}
	}
	access = make([]float64, len(demand))
	for _, p := range pairs {
		access[p.Demand] += ratio[p.Supply] * p.Weight
	}
	return access, reached
}

// Cumulative is the weighted supply that each place of demand reaches: with
// weights 1 the opportunities within reach (Wachs & Kumagai 1973), with a
// decaying weight gravity access (Hansen 1959).
func Cumulative(demands int, supply []float64, pairs []Pair) []float64 {
	access := make([]float64, demands)
	for _, p := range pairs {
		access[p.Demand] += supply[p.Supply] * p.Weight
	}
	return access
}

// Zones are weights by distance: the first zone whose end, as a part of the
// catchment, is not before the distance.
type Zones []Zone

// Zone ends at a part (0–1] of the catchment's distance.
type Zone struct {
	End    float64 `json:"end"`
	Weight float64 `json:"weight"`
}

// LuoQi are the weights of Luo & Qi (2009) for a slow decay over three zones,
// there of 10 minutes each by car, here each a third of the circle.
var LuoQi = Zones{{1.0 / 3, 1}, {2.0 / 3, 0.68}, {1, 0.22}}

// Flat is one zone, without decay.
var Flat = Zones{{1, 1}}

// Weight is the weight at a part of the catchment; 0 beyond it.
func (z Zones) Weight(part float64) float64 {
	for _, zone := range z {
		if part <= zone.End {
			return zone.Weight
		}
	}
	return 0
}

// Exponential is the weight e^(-beta·cost).
func Exponential(beta, cost float64) float64 { return math.Exp(-beta * cost) }
