// Package pmtiles writes and reads PMTiles, version 3: all tiles of a map in
// one file that a CDN serves by ranges, without a server.
//
// An archive is a header of 127 bytes, a root directory that ends within the
// first 16,384 bytes, a JSON document, leaf directories where the root has no
// room, and the tiles. Directories list tiles by their number along the
// Hilbert curve. What this package writes is clustered (tiles lie in the order
// of their numbers), holds equal tiles once, and is the same to the byte for
// the same tiles.
//
// Source: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
package pmtiles
