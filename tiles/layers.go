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

// layerSet is a set of layers, a bit for each place in Layers.
type layerSet uint16

// setOf makes the set. An unknown name is NotFound.
func setOf(list []Layer) (layerSet, error) {
	var set layerSet
	for _, l := range list {
		i := slices.Index(Layers, l)
		if i < 0 {
			return 0, household.Errorf(household.NotFound, "tiles.ParseLayers", "there is no tile layer %q", shorten(string(l), 40)).
				WithHint("one or several of: %s", joinLayers(Layers, ", "))
		}
		set |= 1 << i
	}
	return set, nil
}

func (s layerSet) has(l Layer) bool { return s&(1<<slices.Index(Layers, l)) != 0 }

// list returns the layers in the order of Layers.
func (s layerSet) list() []Layer {
	var out []Layer
	for i, l := range Layers {
		if s&(1<<i) != 0 {
			out = append(out, l)
		}
	}
	return out
}

// ParseLayers reads names joined by commas, in any order, and returns the
// layers in the order of Layers, each once. An unknown name is NotFound.
func ParseLayers(names string) ([]Layer, error) {
	var list []Layer
	for name := range strings.SplitSeq(names, ",") {
		list = append(list, Layer(name))
	}
	set, err := setOf(list)
	return set.list(), err
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
