// Package address reads Chinese addresses as clerks write them: it brings the
// text into one form (width, case, variant characters, numerals) and takes it
// apart into area, road and number, compound, building, entrance, floor and
// room, each with its place in the original text.
//
// It knows no city. Names are told from one another by their endings and by
// what follows them, so that a reading is a proposal: package importers/match
// compares it with the city's own names and numbers. The levels are those of
// GA/T 2000.32 (省 市 区县 街道 社区, 道路, 小区).
package address
