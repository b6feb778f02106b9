package shapefile

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/importers"
	"hearthmap/importers/readertest"
)

// files are the parts of a shapefile by extension.
type files map[string][]byte

// save writes the files as a.EXT and returns the path of the one named.
func (f files) save(tb testing.TB, ext string) string {
	tb.Helper()
	dir := tb.TempDir()
	for e, b := range f {
		if err := os.WriteFile(filepath.Join(dir, "a"+e), b, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return filepath.Join(dir, "a"+ext)
}

func le(b []byte, values ...any) []byte {
	for _, v := range values {
		switch v := v.(type) {
		case int:
			b = binary.LittleEndian.AppendUint32(b, uint32(v))
		case float64:
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		case orb.Point:
			b = le(b, v[0], v[1])
		}
	}
	return b
}

// pointRecord, and so on, are the contents of records.
func pointRecord(p orb.Point) []byte { return le(nil, 1, p) }

func partsRecord(typ int, parts ...[]orb.Point) []byte {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	b := le(nil, typ, 0.0, 0.0, 0.0, 0.0, len(parts), n)
	at := 0
	for _, p := range parts {
		b = le(b, at)
		at += len(p)
	}
	for _, p := range parts {
		for _, q := range p {
			b = le(b, q)
		}
	}
	return b
}

func nullRecord() []byte { return le(nil, 0) }

// shpFiles writes a .shp and its .shx.
func shpFiles(records ...[]byte) (shp, shx []byte) {
	shp, shx = make([]byte, shpHeader), make([]byte, shpHeader)
	for i, r := range records {
		shx = binary.BigEndian.AppendUint32(shx, uint32(len(shp)/2))
		shx = binary.BigEndian.AppendUint32(shx, uint32(len(r)/2))
		shp = binary.BigEndian.AppendUint32(shp, uint32(i+1))
		shp = binary.BigEndian.AppendUint32(shp, uint32(len(r)/2))
		shp = append(shp, r...)
	}
	fixHeader(shp)
	fixHeader(shx)
	return shp, shx
}

func fixHeader(b []byte) {
	binary.BigEndian.PutUint32(b, 9994)
	binary.BigEndian.PutUint32(b[24:], uint32(len(b)/2))
	binary.LittleEndian.PutUint32(b[28:], 1000)
}

type field struct {
	name    string
	typ     byte
	width   int
	decimal int
}

// dbfFile writes a table; a row is its values padded to their columns, and
// begins with * when deleted.
func dbfFile(version, driver byte, fields []field, rows ...[]string) []byte {
	size := 1
	for _, f := range fields {
		size += f.width
	}
	b := make([]byte, 32)
	b[0], b[1], b[2], b[3], b[29] = version, 126, 1, 2, driver
	binary.LittleEndian.PutUint32(b[4:], uint32(len(rows)))
	binary.LittleEndian.PutUint16(b[8:], uint16(33+32*len(fields)))
	binary.LittleEndian.PutUint16(b[10:], uint16(size))
	for _, f := range fields {
		d := make([]byte, 32)
		copy(d[:11], f.name)
		d[11], d[16], d[17] = f.typ, byte(f.width), byte(f.decimal)
		b = append(b, d...)
	}
	b = append(b, 0x0D)
	for _, r := range rows {
		if len(r) > len(fields) {
			b, r = append(b, r[0]...), r[1:]
		} else {
			b = append(b, ' ')
		}
		for i, v := range r {
			b = append(b, v...)
			b = append(b, bytes.Repeat([]byte{' '}, fields[i].width-len(v))...)
		}
	}
	return append(b, 0x1A)
}

var square = []orb.Point{{0, 0}, {0, 10}, {10, 10}, {10, 0}, {0, 0}} // clockwise

// moved is the ring moved and shrunk, and turned when told.
func moved(ring []orb.Point, x, y, scale float64, turned bool) []orb.Point {
	out := make([]orb.Point, len(ring))
	for i, p := range ring {
		j := i
		if turned {
			j = len(ring) - 1 - i
		}
		out[j] = orb.Point{x + p[0]*scale, y + p[1]*scale}
	}
	return out
}

// sample is a shapefile of four rows, the second deleted and the third null.
func sample() files {
	shp, shx := shpFiles(
		partsRecord(5, square), partsRecord(5, square), nullRecord(),
		partsRecord(5, square, moved(square, 2, 2, 0.3, true)),
	)
	dbf := dbfFile(3, 0, []field{{"code", 'C', 8, 0}, {"floors", 'N', 4, 0}, {"built", 'D', 8, 0}, {"ok", 'L', 1, 0}},
		[]string{"B1", "  18", "20010203", "T"}, []string{"*", "B2", "   1", "", "?"}, []string{"B3", "", "00000000", "n"}, []string{" B 4", "-2.5", "2001", ""})
	return files{".shp": shp, ".shx": shx, ".dbf": dbf}
}

func open(tb testing.TB, path string, o importers.FileOptions) importers.Reader {
	tb.Helper()
	r, err := Open(path, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { r.Close() })
	return r
}

func read(tb testing.TB, f files, ext string) ([]readertest.Row, []string, error) {
	tb.Helper()
	r, err := Open(f.save(tb, ext), importers.FileOptions{})
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	rows, err := readertest.ReadAll(tb, r)
	return rows, r.(importers.NotingReader).Notes(), err
}
