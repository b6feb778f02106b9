package osmfile

import (
	"fmt"
	"sort"
	"strings"
)

// Tally explains one kind of thing: Tagged = Imported + the sum of Skipped.
type Tally struct {
	Tagged   int64            // elements with the tag
	Imported int64            // of these, handed over
	Skipped  map[string]int64 // of these, not handed over, by reason
	Rejected int64            // of the skipped, those handed over as rejects
}

func (t *Tally) skip(reason string) {
	if t.Skipped == nil {
		t.Skipped = map[string]int64{}
	}
	t.Skipped[reason]++
}

// Balanced reports whether every tagged element is accounted for.
func (t *Tally) Balanced() bool {
	sum := t.Imported
	for _, n := range t.Skipped {
		sum += n
	}
	return sum == t.Tagged
}

// Stats says what a file held and what became of it.
type Stats struct {
	Nodes, Ways, Relations int64 // elements in the file
	BadNodes               int64 // of the nodes, those not on the earth
	Repeated               int64 // ways that came twice; the first counts

	Streets    Tally // ways with highway=*, and platforms
	Compounds  Tally // landuse=residential and residential=*
	Gates      Tally // nodes with a barrier=* that people may pass
	Barriers   Tally // walls, rivers, railways, motorways
	Land       Tally
	Buildings  Tally // elements with building=*
	Entrances  Tally // nodes with entrance=*
	Facilities Tally

	BuildingsOf    map[string]int64 // elements with building=*, by "node", "way", "relation"; and relations tagged through their outer way
	BuildingValues map[string]int64 // elements with building=*, by its value
	BuildingParts  int64            // elements with building:part and no building
	HouseNumbersOf map[string]int64 // elements with addr:housenumber, by type
	Addressed      int64            // buildings that got an address, their own or that of a node in them
	UseGuessed     int64            // buildings whose use was taken from the ground or assumed
	CutStreets     int64            // streets with nodes outside the file
	StreetPieces   int64            // items that streets became: more than Streets.Imported when cut
	Openings       int64            // gates made where a street crosses a wall without a mapped gate
	Walled         int64            // compounds with walls
}

func newStats() *Stats {
	return &Stats{
		BuildingsOf:    map[string]int64{},
		BuildingValues: map[string]int64{},
		HouseNumbersOf: map[string]int64{},
	}
}

// Notes explains the counts in a few lines for the report of the import.
func (s *Stats) Notes() []string {
	notes := []string{
		fmt.Sprintf("file: %d nodes, %d ways, %d relations", s.Nodes, s.Ways, s.Relations),
		fmt.Sprintf("elements with building=*: %s; %d building:part elements are parts, not buildings", byCount(s.BuildingsOf), s.BuildingParts),
	}
	for _, t := range []struct {
		name  string
		tally *Tally
	}{
		{"streets", &s.Streets},
		{"compounds", &s.Compounds},
		{"gates", &s.Gates},
		{"barriers", &s.Barriers},
		{"land", &s.Land},
		{"buildings", &s.Buildings},
		{"entrances", &s.Entrances},
		{"facilities", &s.Facilities},
	} {
		line := fmt.Sprintf("%s: %d tagged, %d imported", t.name, t.tally.Tagged, t.tally.Imported)
		if len(t.tally.Skipped) > 0 {
			line += "; not imported: " + byCount(t.tally.Skipped)
		}
		notes = append(notes, line)
	}
	return append(notes,
		fmt.Sprintf("addresses: addr:housenumber on %s; %d buildings have an address", byCount(s.HouseNumbersOf), s.Addressed),
		fmt.Sprintf("walled compounds: %d; openings made where streets cross their walls: %d", s.Walled, s.Openings),
		fmt.Sprintf("buildings whose use is assumed (building=yes and the like): %d", s.UseGuessed))
}

// byCount writes "ways 279, relations 3", the most frequent first.
func byCount(m map[string]int64) string {
	if len(m) == 0 {
		return "none"
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		if m[keys[i]] != m[keys[j]] {
			return m[keys[i]] > m[keys[j]]
		}
		return keys[i] < keys[j]
	})
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = fmt.Sprintf("%s %d", k, m[k])
	}
	return strings.Join(parts, ", ")
}
