package mvt

import (
	"encoding/binary"
	"math"
)

// Layer collects the features of one layer. It may be used again after Reset,
// which keeps its memory. It is not safe for several goroutines.
//
//	l.Reset("buildings", keys)
//	l.Begin(id); l.String(0, code); l.End(&geometry)
//	tile = l.AppendTo(tile)
type Layer struct {
	name string
	keys []string // as given; a property names its key by the index

	slots    []int32 // index of a key → its number in the tile; -1 not used yet
	used     []int32 // keys in the order of their first use
	features []byte
	count    int
	values   []byte
	nvalues  uint32

	strings map[string]uint32
	numbers map[number]uint32

	id   uint64
	tags []byte
}

// number is a value that is not a string: its field and its bits.
type number struct {
	field uint8
	bits  uint64
}

// Reset empties the layer. The keys are those that features may use; only
// those that a feature does use are written.
func (l *Layer) Reset(name string, keys []string) {
	l.name, l.keys = name, keys
	l.slots = l.slots[:0]
	for range keys {
		l.slots = append(l.slots, -1)
	}
	l.used, l.features, l.values, l.tags = l.used[:0], l.features[:0], l.values[:0], l.tags[:0]
	l.count, l.nvalues = 0, 0
	if l.strings == nil {
		l.strings, l.numbers = map[string]uint32{}, map[number]uint32{}
	}
	clear(l.strings)
	clear(l.numbers)
}

// Len returns the number of features.
func (l *Layer) Len() int { return l.count }

// Size returns the bytes of the features and values so far.
func (l *Layer) Size() int { return len(l.features) + len(l.values) }

// Begin starts a feature. Ids should be unique in the layer.
func (l *Layer) Begin(id uint64) {
	l.id = id
	l.tags = l.tags[:0]
}

func (l *Layer) tag(key int, value uint32) {
	if l.slots[key] < 0 {
		l.slots[key] = int32(len(l.used))
		l.used = append(l.used, int32(key))
	}
	l.tags = appendVarint(l.tags, uint64(l.slots[key]))
	l.tags = appendVarint(l.tags, uint64(value))
}

// String sets a property.
func (l *Layer) String(key int, v string) {
	i, ok := l.strings[v]
	if !ok {
		i = l.nvalues
		l.nvalues++
		l.strings[v] = i
		n := uint64(len(v))
		l.values = appendTag(l.values, layerValues, wireBytes)
		l.values = appendVarint(l.values, uint64(1+varintLen(n))+n)
		l.values = appendTag(l.values, valueString, wireBytes)
		l.values = appendVarint(l.values, n)
		l.values = append(l.values, v...)
	}
	l.tag(key, i)
}

// Int sets a whole number, written as uint_value, or sint_value if negative.
func (l *Layer) Int(key int, v int64) {
	if v >= 0 {
		l.varint(key, valueUint, uint64(v))
		return
	}
	l.varint(key, valueSint, uint64(v)<<1^uint64(v>>63))
}

// Bool sets a truth value.
func (l *Layer) Bool(key int, v bool) {
	bits := uint64(0)
	if v {
		bits = 1
	}
	l.varint(key, valueBool, bits)
}

func (l *Layer) varint(key int, field uint8, bits uint64) {
	i, ok := l.numbers[number{field, bits}]
	if !ok {
		i = l.number(field, bits)
		l.values = appendTag(l.values, layerValues, wireBytes)
		l.values = appendVarint(l.values, uint64(1+varintLen(bits)))
		l.values = appendTag(l.values, uint64(field), wireVarint)
		l.values = appendVarint(l.values, bits)
	}
	l.tag(key, i)
}

// Double sets a number with a fraction.
func (l *Layer) Double(key int, v float64) {
	bits := math.Float64bits(v)
	i, ok := l.numbers[number{valueDouble, bits}]
	if !ok {
		i = l.number(valueDouble, bits)
		l.values = appendTag(l.values, layerValues, wireBytes)
		l.values = appendVarint(l.values, 9)
		l.values = appendTag(l.values, valueDouble, wire64)
		l.values = binary.LittleEndian.AppendUint64(l.values, bits)
	}
	l.tag(key, i)
}

func (l *Layer) number(field uint8, bits uint64) uint32 {
	i := l.nvalues
	l.nvalues++
	l.numbers[number{field, bits}] = i
	return i
}

// End finishes the feature with the geometry, which must not be empty.
func (l *Layer) End(g *Geometry) {
	size := 1 + varintLen(l.id) + 2 + 1 + varintLen(uint64(len(g.buf))) + len(g.buf)
	if len(l.tags) > 0 {
		size += 1 + varintLen(uint64(len(l.tags))) + len(l.tags)
	}
	b := appendTag(l.features, layerFeatures, wireBytes)
	b = appendVarint(b, uint64(size))
	b = appendTag(b, featureID, wireVarint)
	b = appendVarint(b, l.id)
	if len(l.tags) > 0 {
		b = appendTag(b, featureTags, wireBytes)
		b = appendVarint(b, uint64(len(l.tags)))
		b = append(b, l.tags...)
	}
	b = appendTag(b, featureType, wireVarint)
	b = append(b, byte(g.kind))
	b = appendTag(b, featureGeometry, wireBytes)
	b = appendVarint(b, uint64(len(g.buf)))
	l.features = append(b, g.buf...)
	l.count++
}

// AppendTo appends the layer to the tile; a layer without features adds
// nothing.
func (l *Layer) AppendTo(tile []byte) []byte {
	if l.count == 0 {
		return tile
	}
	keys := 0
	for _, k := range l.used {
		n := len(l.keys[k])
		keys += 1 + varintLen(uint64(n)) + n
	}
	name := uint64(len(l.name))
	size := 2 + 1 + varintLen(name) + len(l.name) + len(l.features) + keys + len(l.values) + 1 + varintLen(Extent)
	tile = appendTag(tile, tileLayers, wireBytes)
	tile = appendVarint(tile, uint64(size))
	tile = appendTag(tile, layerVersion, wireVarint)
	tile = append(tile, 2)
	tile = appendTag(tile, layerName, wireBytes)
	tile = appendVarint(tile, name)
	tile = append(tile, l.name...)
	tile = append(tile, l.features...)
	for _, k := range l.used {
		tile = appendTag(tile, layerKeys, wireBytes)
		tile = appendVarint(tile, uint64(len(l.keys[k])))
		tile = append(tile, l.keys[k]...)
	}
	tile = append(tile, l.values...)
	tile = appendTag(tile, layerExtent, wireVarint)
	return appendVarint(tile, Extent)
}
