// Package tiles draws the city's snapshot as vector tiles: layers, encoding,
// cache, TileJSON and style.
//
// A tile is made in tile space: positions are projected (web mercator),
// simplified in a way that does not depend on the tile, clipped to the tile
// and a buffer around it, snapped to whole units, and written as MVT 2. The
// same snapshot gives the same bytes. Tiles hold counts, never persons.
package tiles
