package osmfile

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/geo"
	"hearthmap/household"
	"hearthmap/importers"
)

// walledTown is a compound of 100 by 100 metres with a wall on the same way,
// a mapped gate in the south, a path through the wall without one in the
// east, a path across it at no node in the north, a street that runs along
// the wall, a bridge over it, and a dead end at it in the west.
const walledTown = `
n 1 0 0
n 2 100 0
n 3 100 100
n 4 0 100
n 5 50 0 barrier=lift_gate access=private
n 6 100 50
n 7 0 50
n 20 50 -50
n 21 50 50
n 22 150 50
n 23 70 150
n 24 -50 50
n 25 -50 20
n 26 150 20
n 27 50 3 barrier=turnstile foot=no
n 28 400 400 barrier=gate
w 100 1,5,2,6,3,4,7,1 landuse=residential barrier=wall name=花园小区
w 200 20,5,27,21 highway=service access=private
w 201 22,6,21 highway=footway
w 202 23,21 highway=path
w 203 24,7 highway=footway
w 204 25,26 highway=footway bridge=yes layer=1
w 205 1,5,2 highway=footway
`

func TestWallsGatesAndOpenings(t *testing.T) {
	items, s := town(t, walledTown)
	if !s.Stats().Compounds.Balanced() || s.Stats().Walled != 1 {
		t.Fatalf("compounds %+v, walled %d", s.Stats().Compounds, s.Stats().Walled)
	}
	got := gates(items)
	for code, want := range map[string]household.Gate{
		"osm:n5":          {Kind: "lift_gate", Open: true, NodeID: 5, CompoundCode: "osm:w100"},
		"osm:n27":         {Kind: "turnstile", Open: false, NodeID: 27, CompoundCode: "osm:w100"}, // 3 m from the wall
		"osm:n28":         {Kind: "gate", Open: true, NodeID: 28},
		"osm:w100-n6":     {Kind: "opening", Open: true, NodeID: 6, CompoundCode: "osm:w100"},
		"osm:w100-w202.1": {Kind: "opening", Open: true, CompoundCode: "osm:w100"},
	} {
		g, ok := got[code]
		delete(got, code)
		if !ok || g.Kind != want.Kind || g.Open != want.Open || g.NodeID != want.NodeID || g.CompoundCode != want.CompoundCode {
			t.Errorf("%s: %+v, want %+v", code, g, want)
		}
		if code == "osm:w100-w202.1" && geo.Distance(g.Geom, orb.Point{60.0 / 111320, 100.0 / 110574}) > 0.1 {
			t.Errorf("the opening in the north is at %v", g.Geom)
		}
	}
	if len(got) > 0 {
		t.Errorf("gates that should not be: %+v", got)
	}
	compound := of(items, func(c household.Compound) string { return c.Code })["osm:w100"]
	if !compound.Walled || compound.Name != "花园小区" {
		t.Errorf("compound %+v", compound)
	}
	barriers := of(items, func(b household.Barrier) string { return b.Code })
	if b := barriers["osm:w100"]; b.Kind != household.BarrierWall || len(b.Geom) != 1 || len(b.Geom[0]) != 8 {
		t.Errorf("wall %+v", b)
	}
}

// TestWalledByFences: a compound is walled when other ways wall it in along
// 60 % of its outline.
func TestWalledByFences(t *testing.T) {
	const outline = `
n 1 0 0
n 2 100 0
n 3 100 100
n 4 0 100
w 10 1,2,3,4,1 landuse=residential
`
	for _, c := range []struct {
		fences string
		walled bool
	}{
		{"", false},
		{"w 11 1,2,3 barrier=fence", false},  // 50 %
		{"w 11 4,3,2,1 barrier=hedge", true}, // 75 %, run the other way
		{"w 11 1,2 barrier=wall\nw 12 4,1 barrier=wall\nw 13 3,4 barrier=fence", true},
		{"w 11 1,3 barrier=wall\nw 12 2,4 barrier=wall", false}, // the nodes, but not the edges
		{"w 11 4,3,2,1 barrier=kerb", false},
	} {
		items, _ := town(t, outline+c.fences)
		if got := of(items, func(c household.Compound) string { return c.Code })["osm:w10"]; got.Walled != c.walled {
			t.Errorf("%q: walled %v, want %v", c.fences, got.Walled, c.walled)
		}
	}
}

func TestStreets(t *testing.T) {
	items, s := town(t, `
n 1 0 0
n 2 10 0
n 3 20 0
n 4 30 0
n 5 30 10
w 1 1,2,3 highway=residential name=长安街 name:en=Changan~Street oneway=yes
w 2 1,99,2,3,98,4,97,5,4 highway=footway
w 3 1,99 highway=footway
w 4 1,2 highway=construction
w 5 1,2,5,1 highway=pedestrian area=yes
w 6 1,2 highway=steps conveying=backward tunnel=yes layer=-2
w 7 1,2 railway=platform
w 8 1,1,2 highway=path tunnel=building_passage oneway:foot=yes
w 9 1,4,5,1
r 9 w9:outer type=multipolygon highway=pedestrian
`)
	got := streets(items)
	want := map[string]household.Street{
		"osm:w1":   {Class: "residential", Foot: true, Name: "长安街", NameEn: "Changan Street", NodeIDs: []int64{1, 2, 3}},
		"osm:w2.1": {Class: "footway", Foot: true, NodeIDs: []int64{2, 3}},
		"osm:w2.2": {Class: "footway", Foot: true, NodeIDs: []int64{5, 4}},
		"osm:w5":   {Class: "pedestrian", Foot: true, NodeIDs: []int64{1, 2, 5, 1}},
		"osm:w6":   {Class: "steps", Foot: true, Steps: true, Tunnel: true, Layer: -2, FootOneway: -1, NodeIDs: []int64{1, 2}},
		"osm:w7":   {Class: "platform", Foot: true, NodeIDs: []int64{1, 2}},
		"osm:w8":   {Class: "path", Foot: true, FootOneway: 1, NodeIDs: []int64{1, 2}},
		"osm:w9":   {Class: "pedestrian", Foot: true, NodeIDs: []int64{1, 4, 5, 1}},
	}
	for code, w := range want {
		g, ok := got[code]
		if !ok || len(g.Geom) != len(g.NodeIDs) {
			t.Errorf("%s: missing, or line and nodes differ: %+v", code, g)
			continue
		}
		nodes := slices.Equal(g.NodeIDs, w.NodeIDs)
		same := g.Class == w.Class && g.Foot == w.Foot && g.Steps == w.Steps && g.Tunnel == w.Tunnel && g.Bridge == w.Bridge &&
			g.Layer == w.Layer && g.FootOneway == w.FootOneway && g.Name == w.Name && g.NameEn == w.NameEn
		if !nodes || !same {
			t.Errorf("%s: %+v, want %+v", code, g, w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d streets, want %d", len(got), len(want))
	}
	if st := s.Stats(); !st.Streets.Balanced() || st.Streets.Tagged != 9 || st.Streets.Imported != 7 || st.StreetPieces != 8 || st.CutStreets != 1 {
		t.Errorf("counts %+v, pieces %d, cut %d", st.Streets, st.StreetPieces, st.CutStreets)
	}
}

func TestWalkable(t *testing.T) {
	for text, want := range map[string]bool{
		"highway=residential":                        true,
		"highway=motorway":                           false,
		"highway=trunk":                              false,
		"highway=trunk foot=yes":                     true,
		"highway=trunk_link sidewalk=right":          true,
		"highway=trunk sidewalk=no":                  false,
		"highway=primary motorroad=yes":              false,
		"highway=primary foot=no":                    false,
		"highway=primary foot=use_sidepath":          false,
		"highway=service access=private":             true,
		"highway=footway access=private":             true,
		"highway=tertiary access=private":            false,
		"highway=service access=no":                  false,
		"highway=service access=no foot=yes":         true,
		"highway=service access=private foot=no":     false,
		"highway=track access=military":              false,
		"highway=cycleway":                           true,
		"highway=living_street foot=private":         true,
		"highway=motorway foot=designated":           true,
		"highway=residential sidewalk=none oneway=1": true,
	} {
		tg := parseTags(text)
		if got := walkable(streetClass(tg), tg); got != want {
			t.Errorf("%s: walkable %v, want %v", text, got, want)
		}
	}
}

func parseTags(text string) tags {
	var ts tags
	for _, kv := range strings.Fields(text) {
		k, v, _ := strings.Cut(kv, "=")
		ts = append(ts, tag{k, strings.ReplaceAll(v, "~", " ")})
	}
	return ts
}

func TestGateOpen(t *testing.T) {
	for text, want := range map[string]bool{
		"barrier=gate":                            true,
		"barrier=gate access=private":             true,
		"barrier=gate access=no":                  false,
		"barrier=gate access=no foot=yes":         true,
		"barrier=gate foot=no":                    false,
		"barrier=gate locked=yes":                 false,
		"barrier=gate locked=yes foot=permissive": false,
	} {
		if got := gateOpen(parseTags(text)); got != want {
			t.Errorf("%s: open %v, want %v", text, got, want)
		}
	}
}

func TestBarriersAndLand(t *testing.T) {
	items, s := town(t, `
n 1 0 0
n 2 10 0
n 3 10 10
w 1 1,2,3,1 barrier=hedge
w 2 1,2 waterway=river name=浑河
w 3 1,2 waterway=river tunnel=culvert
w 4 1,2 railway=rail
w 5 1,2 railway=rail bridge=yes
w 6 1,2 railway=tram
w 7 1,2 highway=motorway
w 8 1,2 highway=motorway bridge=yes
w 9 1,2 highway=trunk sidewalk=both
w 10 1,2 barrier=kerb
w 11 1,2 waterway=stream
w 12 1,2,99,3 barrier=wall
w 20 1,2,3,1 natural=water
w 21 1,2,3,1 leisure=park name=公园
w 22 1,2,3,1 landuse=farmland
w 23 1,2,3,1 amenity=school
w 24 1,2,3,1 amenity=school building=school
w 25 1,2,3 landuse=industrial
w 26 1,2 natural=coastline
`)
	got := map[string]household.BarrierKind{}
	for code, b := range of(items, func(b household.Barrier) string { return b.Code }) {
		got[code] = b.Kind
	}
	want := map[string]household.BarrierKind{"osm:w1": "wall", "osm:w2": "river", "osm:w4": "railway", "osm:w7": "road", "osm:w12": "wall"}
	if len(got) != len(want) {
		t.Errorf("barriers %v, want %v", got, want)
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("barrier %s is %q, want %q", k, got[k], v)
		}
	}
	land := of(items, func(l household.Land) string { return l.Code })
	for code, kind := range map[string]household.LandKind{"osm:w20": "water", "osm:w21": "green", "osm:w22": "farm", "osm:w23": "public"} {
		if land[code].Kind != kind {
			t.Errorf("land %s is %q, want %q", code, land[code].Kind, kind)
		}
	}
	if len(land) != 4 || !s.Stats().Land.Balanced() {
		t.Errorf("land %v, counts %+v", land, s.Stats().Land)
	}
	if r := rejects(items); len(r) != 1 || r[0].Row != 25 || r[0].Code != importers.RejectGeometry || r[0].Suggestion == "" {
		t.Errorf("rejects %+v", r)
	}
}

func TestBuildingsAndEntrances(t *testing.T) {
	items, s := town(t, `
n 1 0 0 entrance=main
n 2 20 0 entrance=staircase ref=1
n 3 20 20 entrance=yes ref=1
n 4 0 20 entrance=no
n 5 5 5
n 6 15 5 entrance=service
n 7 10 15
n 8 40 0 entrance=yes
n 9 60 0 building=house
n 10 10 3 addr:street=青年大街 addr:housenumber=17
n 11 60 60
n 12 80 60
n 13 80 80
w 1 1,2,3,4,1
w 2 5,6,7,5
r 1 w1:outer,w2:inner type=multipolygon building=apartments building:levels=5.6 height=18~m start_date=1998-05 name=1号楼
w 3 11,12,13,11 building=yes addr:city=沈阳市 addr:street=中山路 addr:housenumber=3
w 4 11,12,13 building=yes
w 5 11,12,99,11 building=yes
w 6 11,13,12,11 building:part=yes
w 7 11,13,12,11 building=parking location=underground
r 2 w3:outer,w77:inner type=multipolygon building=yes
`)
	got := buildings(items)
	b := got["osm:r1"]
	if b.Floors != 6 || b.Height != 18 || b.BuiltYear != 1998 || b.Use != household.UseResidential || b.Name != "1号楼" || b.Address != "青年大街17号" {
		t.Errorf("r1: %+v", b)
	}
	if p, ok := b.Geom.(orb.Polygon); !ok || len(p) != 2 {
		t.Errorf("r1 has no hole: %v", b.Geom)
	}
	if a := got["osm:w3"].Address; a != "沈阳市中山路3号" {
		t.Errorf("w3: address %q", a)
	}
	if _, ok := got["osm:n9"].Geom.(orb.Point); !ok || len(got) != 3 {
		t.Errorf("buildings %+v", got)
	}
	entrances := of(items, func(e household.Entrance) string { return e.Code() })
	for code, kind := range map[string]string{"osm:r1-n1": "main", "osm:r1-1": "stairwell", "osm:r1-1 n3": "", "osm:r1-n6": "service"} {
		if e, ok := entrances[code]; !ok || e.Kind != kind || !e.Located || e.NodeID == 0 {
			t.Errorf("entrance %s: %+v", code, e)
		}
	}
	st := s.Stats()
	if !st.Buildings.Balanced() || st.Buildings.Tagged != 7 || st.BuildingParts != 1 || !st.Entrances.Balanced() || st.Entrances.Tagged != 6 {
		t.Errorf("buildings %+v, entrances %+v", st.Buildings, st.Entrances)
	}
	codes := map[int64]importers.RejectCode{}
	for _, r := range rejects(items) {
		codes[r.Row] = r.Code
	}
	for row, code := range map[int64]importers.RejectCode{2: "geometry", 4: "geometry", 5: "geometry", 8: "reference"} {
		if codes[row] != code {
			t.Errorf("row %d rejected as %q, want %q", row, codes[row], code)
		}
	}
}

// TestOuterWaysCountOnce: the tags of a multipolygon may be on the relation,
// on its outer way, or on both; the building is one.
func TestOuterWaysCountOnce(t *testing.T) {
	const nodes = `
n 1 0 0
n 2 20 0
n 3 20 20
n 4 0 20
n 5 5 5
n 6 15 5
n 7 10 15
`
	for name, text := range map[string]string{
		"on the relation": "w 1 1,2,3,4,1\nw 2 5,6,7,5\nr 9 w1:outer,w2:inner type=multipolygon building=yes",
		"on the outer":    "w 1 1,2,3,4,1 building=yes\nw 2 5,6,7,5\nr 9 w1:outer,w2:inner type=multipolygon source=survey",
		"on both":         "w 1 1,2,3,4,1 building=yes amenity=school\nw 2 5,6,7,5\nr 9 w1:outer,w2:inner type=multipolygon building=yes amenity=school",
		"open outers":     "w 1 1,2,3 building=yes\nw 3 3,4,1 building=yes\nw 2 5,6,7,5\nr 9 w1:outer,w3:outer,w2:inner type=multipolygon",
	} {
		items, s := town(t, nodes+text)
		got := buildings(items)
		if b, ok := got["osm:r9"]; !ok || len(got) != 1 || len(b.Geom.(orb.Polygon)) != 2 {
			t.Errorf("%s: %+v", name, got)
		}
		if r := rejects(items); len(r) > 0 || !s.Stats().Buildings.Balanced() || !s.Stats().Facilities.Balanced() {
			t.Errorf("%s: rejects %+v, counts %+v", name, r, s.Stats().Buildings)
		}
	}
	// A building in the yard of another is one of its own, and a relation
	// that cannot be made leaves its outer way alone.
	items, _ := town(t, nodes+"w 1 1,2,3,4,1\nw 2 5,6,7,5 building=hut\nr 9 w1:outer,w2:inner type=multipolygon building=yes")
	if got := buildings(items); len(got) != 2 || got["osm:w2"].Use != household.UseUtility {
		t.Errorf("yard: %+v", got)
	}
	items, _ = town(t, nodes+"w 1 1,2,3,4,1 building=yes\nr 9 w1:outer,w77:inner type=multipolygon building=yes")
	if got := buildings(items); len(got) != 1 || got["osm:w1"].Code == "" || len(rejects(items)) != 1 {
		t.Errorf("broken relation: %+v", got)
	}
}

func TestNumbersInTags(t *testing.T) {
	for s, want := range map[string]int16{"6": 6, "6.5": 7, "3;4": 3, "": 0, "-1": 0, "many": 0, "1e9": 0, "NaN": 0} {
		if got := floors(s); got != want {
			t.Errorf("floors(%q) = %d, want %d", s, got, want)
		}
	}
	for s, want := range map[string]float64{"12": 12, "12 m": 12, "12.5m": 12.5, "12,5": 12.5, "40'": 12.192, `40'6"`: 12.3444, "40 ft": 12.192, "tall": 0, "-3": 0, "": 0, "NaN": 0} {
		if got := height(s); math.Abs(float64(got)-want) > 1e-4 {
			t.Errorf("height(%q) = %v, want %v", s, got, want)
		}
	}
	for s, want := range map[string]int16{"1998": 1998, "1998-05-01": 1998, "~1900": 1900, "C19": 0, "19985": 0, "": 0} {
		if got := builtYear(s); got != want {
			t.Errorf("builtYear(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestAddress(t *testing.T) {
	for text, want := range map[string]string{
		"addr:street=Landstrasse addr:housenumber=12a":                                           "Landstrasse 12a",
		"addr:province=辽宁省 addr:city=沈阳市 addr:district=和平区 addr:street=青年大街 addr:housenumber=17": "辽宁省沈阳市和平区青年大街17号",
		"addr:city=北京市 addr:province=北京市 addr:street=西土城路 addr:housenumber=10号":                  "北京市西土城路10号",
		"addr:city=香港~Hong~Kong addr:street=彌敦道~Nathan~Road addr:housenumber=63":                 "彌敦道 Nathan Road 63",
		"addr:city=Hong~Kong addr:street=彌敦道 addr:housenumber=63A":                               "彌敦道63A",
		"addr:housenumber=5 addr:place=Hof":                                                      "Hof 5",
		"addr:full=somewhere":                                                                    "somewhere",
		"building=yes":                                                                           "",
	} {
		if got := address(parseTags(text)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// TestCrossings checks what is said of ways across a carriageway, by their
// own tags and by those of the crossing on them, and of kerbs.
func TestCrossings(t *testing.T) {
	items, _ := town(t, `
n 1 0 0 kerb=lowered
n 2 6 0 highway=crossing crossing=traffic_signals
n 3 12 0 kerb=raised
n 4 20 0
n 5 26 0 highway=crossing crossing=uncontrolled
n 6 32 0
n 7 40 0
w 1 1,2 highway=footway footway=crossing
w 2 2,3 highway=footway footway=crossing
w 3 4,5,6 highway=path path=crossing
w 4 4,5,6 highway=footway footway=crossing crossing=unmarked
w 5 6,7 highway=footway footway=crossing
w 6 6,7 highway=footway footway=crossing crossing:markings=zebra
w 7 2,5 highway=residential
w 8 1,4 highway=footway wheelchair=no
w 9 1,7 highway=path surface=sand
w 10 3,7 highway=footway
`)
	got := streets(items)
	for code, want := range map[string]struct {
		crossing household.Crossing
		noWheels bool
	}{
		"osm:w1": {household.CrossingSignals, false}, "osm:w2": {household.CrossingSignals, true},
		"osm:w3": {household.CrossingMarked, false}, "osm:w4": {household.CrossingUnmarked, false},
		"osm:w5": {household.CrossingUnmarked, false}, "osm:w6": {household.CrossingMarked, false},
		"osm:w7": {"", false}, "osm:w8": {"", true}, "osm:w9": {"", true}, "osm:w10": {"", false},
	} {
		if s, ok := got[code]; !ok || s.Crossing != want.crossing || s.NoWheels != want.noWheels {
			t.Errorf("%s: %q %v, want %+v", code, s.Crossing, s.NoWheels, want)
		}
	}
}
