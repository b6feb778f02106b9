package pmtiles

import (
	"encoding/binary"
	"math"

	"github.com/paulmach/orb"

	"hearthmap/household"
)

// HeaderLength is the length of the header in bytes.
const HeaderLength = 127

// headLength is where the root directory has to end: clients read so much
// with their first request.
const headLength = 16384

const magic = "PMTiles"

// Compression says how directories or tiles are packed.
type Compression uint8

// The compressions that have numbers.
const (
	CompressionUnknown Compression = iota
	CompressionNone
	CompressionGzip
	CompressionBrotli
	CompressionZstd
)

// TileType says what tiles are.
type TileType uint8

// The types of tiles that have numbers.
const (
	TypeUnknown TileType = iota
	TypeMVT
	TypePNG
	TypeJPEG
	TypeWebP
	TypeAVIF
	TypeMLT
)

// Section is a part of the file, in bytes from its beginning.
type Section struct{ Offset, Length uint64 }

// end is the first byte behind the section; ok is false when there is none.
func (s Section) end() (end uint64, ok bool) {
	end = s.Offset + s.Length
	return end, end >= s.Offset
}

// Header is the fixed beginning of an archive.
type Header struct {
	Root, Metadata, Leaves, Tiles Section

	Addressed uint64 // tiles that the archive answers; 0 when unknown
	Lines     uint64 // entries for tiles in all directories; 0 when unknown
	Contents  uint64 // different tiles; 0 when unknown

	Clustered           bool        // tiles lie in the order of their numbers
	InternalCompression Compression // of directories and metadata
	TileCompression     Compression
	TileType            TileType

	MinZoom, MaxZoom int
	Bounds           orb.Bound // degrees, to 1e-7
	Center           orb.Point
	CenterZoom       int
}

// appendTo writes the header's 127 bytes.
func (h Header) appendTo(b []byte) []byte {
	le := binary.LittleEndian
	b = append(append(b, magic...), 3)
	for _, s := range []Section{h.Root, h.Metadata, h.Leaves, h.Tiles} {
		b = le.AppendUint64(le.AppendUint64(b, s.Offset), s.Length)
	}
	b = le.AppendUint64(b, h.Addressed)
	b = le.AppendUint64(b, h.Lines)
	b = le.AppendUint64(b, h.Contents)
	clustered := byte(0)
	if h.Clustered {
		clustered = 1
	}
	b = append(b, clustered, byte(h.InternalCompression), byte(h.TileCompression), byte(h.TileType), byte(h.MinZoom), byte(h.MaxZoom))
	for _, p := range []orb.Point{h.Bounds.Min, h.Bounds.Max} {
		b = appendDegrees(b, p)
	}
	return appendDegrees(append(b, byte(h.CenterZoom)), h.Center)
}

// e7 is how positions are kept: in units of 1e-7 degrees.
const e7 = 1e7

func appendDegrees(b []byte, p orb.Point) []byte {
	for _, v := range p {
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(math.Round(v*e7))))
	}
	return b
}

func degrees(b []byte) orb.Point {
	at := func(i int) float64 { return float64(int32(binary.LittleEndian.Uint32(b[i:]))) / e7 }
	return orb.Point{at(0), at(4)}
}

// parseHeader reads a header and checks it against the size of the file.
func parseHeader(b []byte, size int64) (Header, error) {
	var h Header
	if len(b) < HeaderLength || string(b[:len(magic)]) != magic {
		return h, broken("this is not a PMTiles archive").WithHint("name a file that tiles export wrote")
	}
	if v := b[7]; v != 3 {
		return h, broken("the archive is of version %d", v).WithHint("convert it to version 3: pmtiles convert OLD.pmtiles NEW.pmtiles")
	}
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }
	section := func(i int) Section { return Section{word(i), word(i + 8)} }
	h = Header{
		Root: section(8), Metadata: section(24), Leaves: section(40), Tiles: section(56),
		Addressed: word(72), Lines: word(80), Contents: word(88),
		Clustered: b[96] == 1, InternalCompression: Compression(b[97]), TileCompression: Compression(b[98]), TileType: TileType(b[99]),
		MinZoom: int(b[100]), MaxZoom: int(b[101]),
		Bounds: orb.Bound{Min: degrees(b[102:]), Max: degrees(b[110:])}, CenterZoom: int(b[118]), Center: degrees(b[119:]),
	}
	return h, h.check(b[96], uint64(size))
}

func (h Header) check(clustered byte, size uint64) error {
	for _, s := range []struct {
		name string
		Section
	}{{"root directory", h.Root}, {"metadata", h.Metadata}, {"leaf directories", h.Leaves}, {"tiles", h.Tiles}} {
		if s.Length == 0 {
			continue
		}
		if end, ok := s.end(); !ok || s.Offset < HeaderLength || end > size {
			return broken("the %s are said to lie at %d, %d bytes long, in a file of %d bytes", s.name, s.Offset, s.Length, size)
		}
	}
	if end, _ := h.Root.end(); h.Root.Length == 0 || end > headLength {
		return broken("the root directory does not end within the first %d bytes", headLength)
	}
	switch {
	case clustered > 1:
		return broken("clustered is %d, neither 0 nor 1", clustered)
	case h.MinZoom > h.MaxZoom || h.MaxZoom > MaxZoom:
		return broken("the zooms %d to %d are not possible", h.MinZoom, h.MaxZoom)
	case h.InternalCompression != CompressionNone && h.InternalCompression != CompressionGzip:
		return broken("directories are packed in a way (%d) that is not read here", h.InternalCompression)
	}
	return nil
}

// broken is the error for an archive that breaks the rules.
func broken(format string, args ...any) *household.Error {
	return household.Errorf(household.Invalid, "pmtiles", format, args...).WithHint("make the archive again: hearthmap tiles export")
}
