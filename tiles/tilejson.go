package tiles

import (
	"net/url"
	"strings"
)

// sourceMaxZoom is the deepest zoom that clients ask for; beyond it they
// enlarge: at zoom 16 a unit is 15 cm.
const sourceMaxZoom = 16

// TileJSON describes tiles to clients, version 3.0.0.
type TileJSON struct {
	TileJSON     string        `json:"tilejson"`
	Name         string        `json:"name"`
	Version      string        `json:"version"`
	Scheme       string        `json:"scheme"`
	Tiles        []string      `json:"tiles"`
	MinZoom      int           `json:"minzoom"`
	MaxZoom      int           `json:"maxzoom"`
	Bounds       [4]float64    `json:"bounds"` // west, south, east, north
	Center       [3]float64    `json:"center"` // lon, lat, zoom
	VectorLayers []VectorLayer `json:"vector_layers"`
}

// VectorLayer describes one layer of a TileJSON.
type VectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description"`
	MinZoom     int               `json:"minzoom"`
	MaxZoom     int               `json:"maxzoom"`
	Fields      map[string]string `json:"fields"` // name → String, Number or Boolean
}

// TileJSON describes the layers of the current city. base is the address of
// the server, such as "https://map.example"; query is added to the tiles'
// address (standard, category).
func (s *Service) TileJSON(layers []Layer, base string, query url.Values) TileJSON {
	city := s.live.City()
	t := TileJSON{
		TileJSON: "3.0.0", Name: city.Name(), Version: "1.0.0", Scheme: "xyz", MaxZoom: sourceMaxZoom,
		Tiles:  []string{tilesURL(layers, base, query)},
		Bounds: [4]float64{-180, -maxLat, 180, maxLat}, Center: [3]float64{0, 0, 1},
	}
	if city.HasBounds() {
		b := city.Bounds()
		c := b.Center()
		t.Bounds = [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
		t.Center = [3]float64{c[0], c[1], 13}
	}
	for _, l := range layers {
		spec, ok := l.spec()
		if !ok {
			continue
		}
		v := VectorLayer{ID: string(l), Description: spec.about, MinZoom: spec.minZoom, MaxZoom: sourceMaxZoom, Fields: map[string]string{}}
		for _, f := range spec.fields {
			v.Fields[f.name] = f.kind
		}
		t.VectorLayers = append(t.VectorLayers, v)
	}
	return t
}

// tilesURL is the template of the tiles' addresses.
func tilesURL(layers []Layer, base string, query url.Values) string {
	u := strings.TrimSuffix(base, "/") + "/tiles/" + joinLayers(layers, ",") + "/{z}/{x}/{y}.mvt"
	if q := query.Encode(); q != "" {
		u += "?" + q
	}
	return u
}
