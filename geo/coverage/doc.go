// Package coverage answers who reaches which facilities within a service
// circle: per building, per area, per group.
//
// A Standard is data: categories with a level (15, 10, 5 minutes) and a
// distance in metres. Run computes, for each of its requirements, the walking
// distance from every building to the nearest facility of the category over
// the pedestrian network, or the straight distance (Radius), and Totals sums
// residents by area.
package coverage
