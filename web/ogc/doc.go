// Package ogc serves the city as OGC API – Features, for QGIS, ogr2ogr and
// whatever else reads it: areas, compounds, buildings with their counts, and
// facilities, straight from the snapshot in memory.
//
// It conforms to Part 1 (core, GeoJSON, OpenAPI 3.0) and Part 3 (queryables,
// filtering) with CQL2 text: comparisons, AND OR NOT, LIKE, BETWEEN, IN, IS
// NULL and S_INTERSECTS. Coordinates are CRS84, longitude before latitude. No
// person is in it.
//
// The features of a collection are in the order in which they came into the
// city, and new ones are added at the end, so that paging through a city that
// changes meanwhile doubles nothing.
package ogc
