// Package walk is the pedestrian network: a graph made of streets, walls and
// gates, the places where buildings join it, and the search that finds the
// nearest facility of everybody at once.
//
// Build makes a Graph from a Network. A node is a place where ways meet or
// end; an edge is a stretch of one street between two nodes and keeps its
// line. Weights are whole decimetres: round(length*10), at least 1, with
// lengths from geo.Distance. Nodes are numbered along a Hilbert curve, edges
// by their nodes, so that neighbours lie near one another in memory.
//
// # Where ways meet
//
// Ways with node ids meet where they share one. Ways without meet at equal
// coordinates (rounded to 1e-7°) when their layers are equal or when the
// vertex is an end of both, as at the ramp of a bridge. A way with ids and a
// way without meet by the second rule.
//
// # Walls and gates
//
// A street on the ground that crosses the boundary of a walled compound is
// cut there, unless an open gate stands within GateReach. A closed gate cuts
// the ways at its node, or, without a node id, ways within one metre of it.
// Bridges, tunnels and ways of another layer than 0 pass above or below.
// Barrier lines and water do not cut streets: a mapped street is the truth.
// They stop joins (see Graph.Snap).
//
// A Graph is immutable and safe for concurrent use.
package walk
