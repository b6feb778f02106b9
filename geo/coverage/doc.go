// Package coverage answers who reaches which facilities within a service
// circle: per building, per area, per group.
//
// A Standard is data: categories with a level (15, 10, 5 minutes) and a
// distance in metres. An Engine is made once for a snapshot of the city; Run
// computes, for each requirement of a standard, the walking distance from
// every building to the nearest facility of the category over the pedestrian
// network, or the straight distance (MethodRadius), and Totals sums residents
// by area:
//
//	engine := coverage.New(data)
//	result, err := engine.Run(ctx, coverage.Request{})
//	areas, err := result.Totals(household.LevelCommunity, "")
//
// A building is residential, and counts, when its use says so or when people
// are registered in it. Levels of a standard do not include one another: each
// requirement is scored by itself.
package coverage
