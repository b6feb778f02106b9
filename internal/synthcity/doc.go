// Package synthcity makes up a Chinese city and writes it as the files a
// bureau would hand over: areas, streets, compounds, buildings (GeoJSON, WGS
// 84), units (CSV, GB18030), residents (CSV, UTF-8) and facilities (CSV,
// UTF-8, GCJ-02).
//
// The same options give the same bytes. A plan of streets and blocks is held
// in memory; everything inside a block is made, written and forgotten block
// by block, so that memory grows with the streets and not with the people.
//
// All names and people are made up. Identity numbers carry the areas
// 990000–990099, which no person has; telephone numbers begin with 10, which
// no mobile number does.
//
// Shapes are made in the city's own frame: metres, turned against north by a
// few degrees as old grids are. Only the writers know longitude and latitude.
package synthcity
