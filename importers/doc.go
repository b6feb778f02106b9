// Package importers turns the files that departments hand over into the
// subject's entities, and drives them into a Store: read, map, validate,
// stage, compare, merge, report.
//
//	file ─ Reader ─ Record ─ Mapping, validation ─ Item ─ Load.Stage ─ Load.Merge ─ Report
//	                                    └ Reject ─────────────────────────┴─ rejects file
//
// Tabular and GeoJSON files have a Reader that gives Records; a Source that
// needs the whole file at once (an OpenStreetMap extract) gives Items itself.
package importers
