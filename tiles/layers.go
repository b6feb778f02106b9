package tiles

import (
	"slices"
	"strings"

	"hearthmap/household"
)

// Layer is the name of a layer of the household map.
type Layer string

// The layers, in the order in which a tile holds them.
const (
	Land       Layer = "land"
	Areas      Layer = "areas"
	Grids      Layer = "grids"
	Hexes      Layer = "hexes"
	Compounds  Layer = "compounds"
	Streets    Layer = "streets"
	Buildings  Layer = "buildings"
	Coverage   Layer = "coverage"
	Facilities Layer = "facilities"
	Labels     Layer = "labels" // one point for each name of an area or compound
)

// Layers lists all layers in the order in which a tile holds them.
var Layers = []Layer{Land, Areas, Grids, Hexes, Compounds, Streets, Buildings, Coverage, Facilities, Labels}

// property is a property of a layer's features, for the encoder and TileJSON.
type property struct{ name, kind string }

// spec is what is fixed about a layer.
type spec struct {
	layer   Layer
	about   string
	minZoom int // the first zoom with any contents
	fields  []property
	keys    []string // the names of fields
	draw    func(*render) error
}

// spec returns what is fixed about the layer; ok is false for unknown names.
func (l Layer) spec() (s spec, ok bool) {
	switch l {
	case Land:
		s = landSpec()
	case Areas:
		s = areasSpec()
	case Grids:
		s = gridsSpec()
	case Hexes:
		s = hexesSpec()
	case Compounds:
		s = compoundsSpec()
	case Streets:
		s = streetsSpec()
	case Buildings:
		s = buildingsSpec()
	case Coverage:
		s = coverageSpec()
	case Facilities:
		s = facilitiesSpec()
	case Labels:
		s = labelsSpec()
	default:
		return spec{}, false
	}
	s.layer = l
	for _, f := range s.fields {
		s.keys = append(s.keys, f.name)
	}
	return s, true
}

// ParseLayers reads names joined by commas, in any order, and returns the
// layers in the order of Layers, each once. An unknown name is NotFound.
func ParseLayers(names string) ([]Layer, error) {
	var list []Layer
	for name := range strings.SplitSeq(names, ",") {
		if !slices.Contains(Layers, Layer(name)) {
			return nil, household.Errorf(household.NotFound, "tiles.ParseLayers", "there is no tile layer %q", shorten(name, 40)).
				WithHint("one or several of: %s", joinLayers(Layers, ", "))
		}
		list = append(list, Layer(name))
	}
	return canonical(list), nil
}

func canonical(list []Layer) []Layer {
	var out []Layer
	for _, l := range Layers {
		if slices.Contains(list, l) {
			out = append(out, l)
		}
	}
	return out
}

func joinLayers(list []Layer, sep string) string {
	names := make([]string, len(list))
	for i, l := range list {
		names[i] = string(l)
	}
	return strings.Join(names, sep)
}

// shorten cuts what a user wrote for an error message.
func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
