package walk

import (
	"math"

	"hearthmap/geo"
	"hearthmap/household"
)

// CrossingSeconds is the time that people wait at a crossing on average. It
// is ours, not a standard's. At lights it is (C-g)²/2C, as of arrivals at any
// moment (Highway Capacity Manual, uniform arrivals), for a cycle C of 90 s
// with g = 30 s of green.
func CrossingSeconds(c household.Crossing) float64 {
	switch c {
	case household.CrossingSignals:
		return 20
	case household.CrossingMarked:
		return 5
	case household.CrossingUnmarked:
		return 10
	}
	return 0
}

// weigh returns the weights of the pieces in decimetres: their length and, of
// a street that is a crossing, what a walker of 1.0 m/s would have walked
// while waiting, once for the street and shared among its pieces by length.
func weigh(pieces []stretch, streets []household.Street) []float64 {
	lengths := make([]float64, len(pieces))
	whole := map[int32]float64{}
	for i := range pieces {
		lengths[i] = geo.Length(pieces[i].line) * 10
		if streets[pieces[i].street].Crossing != "" {
			whole[pieces[i].street] += lengths[i]
		}
	}
	for i := range pieces {
		if total := whole[pieces[i].street]; total > 0 {
			lengths[i] += 10 * CrossingSeconds(streets[pieces[i].street].Crossing) * lengths[i] / total
		}
		lengths[i] = math.Round(lengths[i])
	}
	return lengths
}
