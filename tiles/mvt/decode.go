package mvt

import (
	"math"
	"unicode/utf8"
)

// Tile is a decoded tile.
type Tile struct{ Layers []DecodedLayer }

// Layer returns the layer with the name, nil if there is none.
func (t *Tile) Layer(name string) *DecodedLayer {
	for i := range t.Layers {
		if t.Layers[i].Name == name {
			return &t.Layers[i]
		}
	}
	return nil
}

// DecodedLayer is a decoded layer.
type DecodedLayer struct {
	Name     string
	Version  uint32
	Extent   uint32
	Keys     []string
	Values   []any // string, float32, float64, int64, uint64 or bool
	Features []Feature
}

// Feature is a decoded feature. Geometry holds the points as one part, lines
// as one part each, rings as one part each without the closing point; it is
// nil for the type Unknown.
type Feature struct {
	ID         uint64
	HasID      bool
	Type       GeomType
	Properties map[string]any
	Geometry   [][]Point
}

// Decode reads a tile (not compressed). It refuses, with an *Error, whatever
// the specification does: layers without a name or version, indices that
// point nowhere, geometries whose commands do not fit their type, rings
// without area or wound the wrong way. It never panics, and needs memory in
// proportion to the tile's length.
func Decode(data []byte) (*Tile, error) {
	t, err := decode(data)
	if err != nil {
		return nil, err
	}
	return t, nil
}

func decode(data []byte) (*Tile, *Error) {
	t := &Tile{}
	names := map[string]bool{}
	r := reader{data}
	for {
		f, ok, err := r.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			return t, nil
		}
		if f.number != tileLayers {
			continue // extensions
		}
		if err := f.want(wireBytes, "a layer"); err != nil {
			return nil, err
		}
		l, err := decodeLayer(f.bytes)
		if err != nil {
			err.Layer = l.Name
			return nil, err
		}
		if names[l.Name] {
			return nil, recoverable("two layers have the name %q", l.Name)
		}
		names[l.Name] = true
		t.Layers = append(t.Layers, l)
	}
}

// decodeLayer reads the layer; features are read last, since the keys and
// values that they point to may follow them.
func decodeLayer(b []byte) (DecodedLayer, *Error) {
	l := DecodedLayer{Extent: Extent}
	var features [][]byte
	seen := map[int]bool{}
	r := reader{b}
	for {
		f, ok, err := r.next()
		if err != nil {
			return l, err
		}
		if !ok {
			break
		}
		seen[f.number] = true
		if f.number == layerFeatures && f.wire == wireBytes {
			features = append(features, f.bytes)
			continue
		}
		if err := l.set(&f); err != nil {
			return l, err
		}
	}
	switch {
	case !seen[layerName] || l.Name == "":
		return l, fatal("a layer has no name")
	case !seen[layerVersion]:
		return l, fatal("a layer has no version")
	case l.Version != 1 && l.Version != 2:
		return l, fatal("a layer has the version %d", l.Version)
	case l.Extent == 0:
		return l, fatal("a layer has the extent 0")
	}
	for i, fb := range features {
		f, err := l.feature(fb)
		if err != nil {
			err.Feature = i
			return l, err
		}
		l.Features = append(l.Features, f)
	}
	return l, nil
}

// set reads one field of a layer other than a feature.
func (l *DecodedLayer) set(f *field) *Error {
	switch f.number {
	case layerName, layerKeys:
		if err := f.want(wireBytes, "a name or key"); err != nil {
			return err
		}
		if !utf8.Valid(f.bytes) {
			return fatal("a name or key is not UTF-8")
		}
		if f.number == layerName {
			l.Name = string(f.bytes)
		} else {
			l.Keys = append(l.Keys, string(f.bytes))
		}
	case layerValues:
		if err := f.want(wireBytes, "a value"); err != nil {
			return err
		}
		v, err := decodeValue(f.bytes)
		if err != nil {
			return err
		}
		l.Values = append(l.Values, v)
	case layerExtent, layerVersion:
		if err := f.want(wireVarint, "extent or version"); err != nil {
			return err
		}
		if f.value > math.MaxUint32 {
			return fatal("extent or version is %d", f.value)
		}
		if f.number == layerExtent {
			l.Extent = uint32(f.value)
		} else {
			l.Version = uint32(f.value)
		}
	case layerFeatures:
		return f.want(wireBytes, "a feature")
	}
	return nil
}

func decodeValue(b []byte) (v any, err *Error) {
	r := reader{b}
	f, ok, err := r.next()
	if err != nil {
		return nil, err
	}
	if !ok || len(r.buf) > 0 {
		return nil, fatal("a value holds none or several values")
	}
	wires := [...]int{0, wireBytes, wire32, wire64, wireVarint, wireVarint, wireVarint, wireVarint}
	if f.number >= len(wires) {
		return nil, fatal("a value is of the unknown type %d", f.number)
	}
	if err := f.want(wires[f.number], "a value"); err != nil {
		return nil, err
	}
	switch f.number {
	case valueString:
		if !utf8.Valid(f.bytes) {
			return nil, fatal("a value is not UTF-8")
		}
		return string(f.bytes), nil
	case valueFloat:
		return math.Float32frombits(uint32(f.value)), nil
	case valueDouble:
		return math.Float64frombits(f.value), nil
	case valueInt:
		return int64(f.value), nil
	case valueUint:
		return f.value, nil
	case valueSint:
		return int64(f.value>>1) ^ -int64(f.value&1), nil
	default:
		return f.value != 0, nil
	}
}
