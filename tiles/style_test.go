package tiles

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"hearthmap/household"
)

func styleOf(t *testing.T, s *Service, o StyleOptions) (style map[string]any, text []byte) {
	t.Helper()
	text, err := s.Style(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &style); err != nil {
		t.Fatal(err)
	}
	return style, text
}

// Every layer of the style draws a layer that the source's tiles hold, and
// reads properties that its features have.
func TestStyleReadsWhatTilesHold(t *testing.T) {
	s, _, _ := newService(t)
	style, _ := styleOf(t, s, StyleOptions{Base: "https://map.example"})
	ids := map[string]bool{}
	for _, l := range style["layers"].([]any) {
		l := l.(map[string]any)
		id := l["id"].(string)
		if ids[id] {
			t.Errorf("two layers have the id %s", id)
		}
		ids[id] = true
		from, ok := l["source-layer"].(string)
		if !ok {
			continue
		}
		source := style["sources"].(map[string]any)[l["source"].(string)].(map[string]any)
		address := source["tiles"].([]any)[0].(string)
		names := strings.Split(strings.Split(strings.TrimPrefix(address, "https://map.example/tiles/"), "/")[0], ",")
		if !slices.Contains(names, from) {
			t.Errorf("%s draws %s, which is not in %s", id, from, address)
		}
		spec, _ := Layer(from).spec()
		for _, name := range read(l) {
			if !slices.Contains(spec.keys, name) {
				t.Errorf("%s reads %q, which the layer %s has not", id, name, from)
			}
		}
	}
}

// read collects the properties that expressions get.
func read(v any) (names []string) {
	switch v := v.(type) {
	case map[string]any:
		for _, w := range v {
			names = append(names, read(w)...)
		}
	case []any:
		if len(v) == 2 && v[0] == "get" {
			return []string{v[1].(string)}
		}
		for _, w := range v {
			names = append(names, read(w)...)
		}
	}
	return names
}

func TestStyleNamesNoOtherServer(t *testing.T) {
	s, _, _ := newService(t)
	style, text := styleOf(t, s, StyleOptions{Base: "https://map.example/"})
	if style["glyphs"] != nil || style["sprite"] != nil {
		t.Error("the style asks for glyphs or sprites")
	}
	if n, ours := bytes.Count(text, []byte("://")), bytes.Count(text, []byte(`"https://map.example/tiles/`)); n != ours || n != 2 {
		t.Errorf("%d addresses, %d ours, want 2", n, ours)
	}
}

func TestStyleOptions(t *testing.T) {
	s, _, _ := newService(t)
	_, zh := styleOf(t, s, StyleOptions{Base: "b"})
	_, again := styleOf(t, s, StyleOptions{Base: "b"})
	_, en := styleOf(t, s, StyleOptions{Base: "b", Lang: "en"})
	if !bytes.Equal(zh, again) {
		t.Error("the same options gave another style")
	}
	if !bytes.Contains(zh, []byte(`["coalesce",["get","name"],["get","name_en"],""]`)) ||
		!bytes.Contains(en, []byte(`["coalesce",["get","name_en"],["get","name"],""]`)) {
		t.Error("names are not in the language asked for")
	}
	_, park := styleOf(t, s, StyleOptions{Base: "b", Standard: "std", Category: "park"})
	if !bytes.Contains(park, []byte(`mvt?category=park\u0026standard=std`)) {
		t.Error("the category is not in the address of the coverage")
	}
	if _, err := s.Style(StyleOptions{Category: "casino"}); household.CodeOf(err) != household.Invalid {
		t.Errorf("unknown category: %v", err)
	}
}

// Every category has a colour of its group, once.
func TestFacilityGroupsHoldEachCategoryOnce(t *testing.T) {
	seen := map[household.Category]int{}
	for _, g := range facilityGroups {
		for _, c := range g.categories {
			seen[c]++
		}
	}
	for _, c := range household.Categories {
		if seen[c.ID] != 1 {
			t.Errorf("%s is in %d groups", c.ID, seen[c.ID])
		}
	}
	if len(seen) != len(household.Categories) {
		t.Errorf("%d categories in groups, %d known", len(seen), len(household.Categories))
	}
}

func TestTileJSON(t *testing.T) {
	s, live, _ := newService(t)
	j := s.TileJSON([]Layer{Buildings, Coverage}, "https://map.example", url.Values{"category": {"park"}})
	if j.TileJSON != "3.0.0" || j.Tiles[0] != "https://map.example/tiles/buildings,coverage/{z}/{x}/{y}.mvt?category=park" {
		t.Errorf("%+v", j)
	}
	b := live.City().Bounds()
	if j.Bounds != [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]} || j.MaxZoom != 16 {
		t.Errorf("bounds %v, zoom %d", j.Bounds, j.MaxZoom)
	}
	// What a tile holds is what the TileJSON says.
	req := at(15, live.City().Bounds().Center())
	req.Layers = Layers
	tile, err := s.Tile(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]map[string]string{}
	for _, v := range s.TileJSON(Layers, "", nil).VectorLayers {
		fields[v.ID] = v.Fields
	}
	for _, l := range decode(t, tile).Layers {
		for _, f := range l.Features {
			for k, v := range f.Properties {
				kind := "Number"
				switch v.(type) {
				case string:
					kind = "String"
				case bool:
					kind = "Boolean"
				}
				if fields[l.Name][k] != kind {
					t.Errorf("%s: %s is a %s, the TileJSON says %q", l.Name, k, kind, fields[l.Name][k])
				}
			}
		}
	}
}
