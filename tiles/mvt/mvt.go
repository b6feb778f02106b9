// Package mvt writes and reads Mapbox Vector Tiles, version 2.
//
// A Layer collects features and is appended to a tile as protobuf bytes,
// written by hand: the same features in the same order give the same bytes.
// Coordinates are tile units, x to the right and y down, from 0 to the extent
// inside the tile. Decode is strict, for tests and for checking foreign tiles.
//
// Specification: github.com/mapbox/vector-tile-spec, 2.1.
package mvt

// Extent is the width of a tile in its own units.
const Extent = 4096

// GeomType is the type of a feature's geometry.
type GeomType uint8

// The geometry types.
const (
	Unknown GeomType = iota
	PointType
	LineType
	PolygonType
)

// Point is a position in tile units.
type Point [2]int32

// The numbers of the fields in vector_tile.proto.
const (
	tileLayers = 3

	layerName     = 1
	layerFeatures = 2
	layerKeys     = 3
	layerValues   = 4
	layerExtent   = 5
	layerVersion  = 15

	featureID       = 1
	featureTags     = 2
	featureType     = 3
	featureGeometry = 4

	valueString = 1
	valueFloat  = 2
	valueDouble = 3
	valueInt    = 4
	valueUint   = 5
	valueSint   = 6
	valueBool   = 7
)

// The wire types of protobuf.
const (
	wireVarint = 0
	wire64     = 1
	wireBytes  = 2
	wire32     = 5
)

// The commands of a geometry.
const (
	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

// appendVarint appends v as a protobuf varint.
func appendVarint(b []byte, v uint64) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

func appendTag(b []byte, field, wire uint64) []byte { return appendVarint(b, field<<3|wire) }

func varintLen(v uint64) int {
	n := 1
	for ; v >= 0x80; v >>= 7 {
		n++
	}
	return n
}

func zigzag(v int32) uint64 { return uint64(uint32(v<<1) ^ uint32(v>>31)) }

func unzigzag(v uint32) int32 { return int32(v>>1) ^ -int32(v&1) }

// SignedArea2 is twice the area of the ring (closed or not), positive when it
// runs clockwise as seen with y down: an exterior ring.
func SignedArea2(ring []Point) int64 {
	sum := int64(0)
	for i := range ring {
		a, b := ring[i], ring[(i+1)%len(ring)]
		sum += int64(a[0])*int64(b[1]) - int64(b[0])*int64(a[1])
	}
	return sum
}
