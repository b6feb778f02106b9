// Package web is the service's HTTP face: the JSON API under /api/v1,
// described by /api/v1/openapi.json, the vector tiles, and the page.
//
// It knows the city only through the index, the coverage engine, the tile
// service and the interfaces of household; it never speaks to the database.
package web
