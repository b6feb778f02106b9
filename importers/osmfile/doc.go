// Package osmfile reads OpenStreetMap extracts (.osm, .osm.gz, .osm.bz2,
// .osm.pbf) and yields the streets, compounds, gates, barriers, land,
// buildings, entrances and facilities in them as importers.Items.
//
// Which tags become what is written down in docs/osm-mapping.md. Codes are
// stable: "osm:w123" for a way, "osm:r45" for a relation, "osm:n67" for a
// node. Row is the element's id.
//
// # Passes
//
// A file is read more than once, so that memory holds node positions (about
// six bytes a node) and little else:
//
//  1. Everything: positions of all nodes, tagged nodes and area relations are
//     kept.
//  2. The ways: what relations, walls and the use of the ground need.
//  3. The ways again, now yielding items; then relations, then nodes, each in
//     the order of their ids.
//
// Files whose ways are not sorted (most XML) have their ways kept in memory
// instead of being read again.
//
// # Hostile files
//
// The readers for PBF and XML are our own. Those of paulmach/osm panic inside
// goroutines of their own on plain (not dense) nodes and on indices outside a
// string table, where no caller can recover, and inflate a blob without
// limit. Ours check every length before using it, and bound what a blob, a
// token, an element and a whole file may take.
package osmfile
