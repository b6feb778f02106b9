package pmtiles

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"

	"github.com/klauspost/compress/gzip"
)

// Entry is a line of a directory: the tiles from ID on, Run of them, are the
// Length bytes at Offset of the tiles' section. With a Run of 0 it is a leaf
// directory, at Offset of the leaves' section, for the tiles from ID on.
type Entry struct {
	ID     uint64
	Offset uint64
	Length uint32
	Run    uint32
}

// contains reports whether the entry answers for the tile itself.
func (e Entry) contains(id uint64) bool { return id >= e.ID && id-e.ID < uint64(e.Run) }

// appendDirectory writes entries, not yet packed: their number, then the
// columns one after the other, as varints.
func appendDirectory(b []byte, entries []Entry) []byte {
	b = binary.AppendUvarint(b, uint64(len(entries)))
	last := uint64(0)
	for _, e := range entries {
		b = binary.AppendUvarint(b, e.ID-last)
		last = e.ID
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.Run))
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.Length))
	}
	for i, e := range entries {
		if i > 0 && e.Offset == entries[i-1].Offset+uint64(entries[i-1].Length) {
			b = append(b, 0) // right behind the one before
			continue
		}
		b = binary.AppendUvarint(b, e.Offset+1)
	}
	return b
}

// parseDirectory reads entries and checks them: numbers grow, runs do not
// overlap, nothing is empty, nothing is left over.
func parseDirectory(b []byte) ([]Entry, error) {
	c := column{rest: b}
	n := c.next(math.MaxUint64)
	// An entry takes four bytes at least, so no false number costs memory.
	if c.bad || n > uint64(len(c.rest))/4 {
		return nil, broken("a directory says it has %d entries in %d bytes", n, len(b))
	}
	entries := make([]Entry, n)
	free := uint64(0) // the first number that an entry may have
	for i := range entries {
		step := c.next(math.MaxUint64)
		entries[i].ID = step
		if i > 0 {
			entries[i].ID += entries[i-1].ID
			if step == 0 || entries[i].ID < step {
				return nil, broken("the tile numbers of a directory do not grow")
			}
		}
	}
	for i := range entries {
		e := &entries[i]
		e.Run = uint32(c.next(math.MaxUint32))
		if e.ID < free || zoomOf(e.ID) > MaxZoom || zoomOf(e.ID+uint64(max(e.Run, 1))-1) > MaxZoom {
			return nil, broken("the entry for tile number %d overlaps another, or no tile has its numbers", e.ID)
		}
		free = e.ID + uint64(e.Run)
	}
	for i := range entries {
		if entries[i].Length = uint32(c.next(math.MaxUint32)); entries[i].Length == 0 {
			return nil, broken("the entry for tile number %d has no bytes", entries[i].ID)
		}
	}
	for i := range entries {
		v := c.next(math.MaxUint64)
		switch {
		case v > 0:
			entries[i].Offset = v - 1
		case i == 0:
			return nil, broken("the first entry of a directory lies behind none")
		default:
			before := entries[i-1]
			entries[i].Offset = before.Offset + uint64(before.Length)
		}
	}
	if c.bad || len(c.rest) > 0 {
		return nil, broken("a directory is cut off, or goes on behind its end")
	}
	return entries, nil
}

// column reads varints; bad is set by the first that is not one, or is too
// large.
type column struct {
	rest []byte
	bad  bool
}

func (c *column) next(limit uint64) uint64 {
	v, n := binary.Uvarint(c.rest)
	if n <= 0 || v > limit {
		c.bad, c.rest = true, nil
		return 0
	}
	c.rest = c.rest[n:]
	return v
}

// find returns the entry that answers for the tile: its own, or the leaf that
// may have it.
func find(entries []Entry, id uint64) (Entry, bool) {
	lo, hi := 0, len(entries) // the last entry that does not begin behind id
	for lo < hi {
		mid := (lo + hi) / 2
		if entries[mid].ID <= id {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return Entry{}, false
	}
	e := entries[lo-1]
	return e, e.Run == 0 || e.contains(id)
}

// zip packs bytes; the same bytes give the same.
func zip(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(b)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}

// maxUnpacked is the most that a directory or the metadata may be unpacked.
const maxUnpacked = 64 << 20

func unpack(b []byte, c Compression) ([]byte, error) {
	if c == CompressionNone {
		return b, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, broken("a directory cannot be unpacked: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(r, maxUnpacked+1))
	if err != nil {
		return nil, broken("a directory cannot be unpacked: %w", err)
	}
	if len(out) > maxUnpacked {
		return nil, broken("a directory is larger than %d bytes", maxUnpacked)
	}
	return out, nil
}

// rootRoom is how long the root directory may be.
const rootRoom = headLength - HeaderLength

// leafEntries is how many entries a leaf directory has at first: a leaf of
// some 20 KB is fetched with one request.
const leafEntries = 4096

// layOut packs the entries into a root that fits, with leaves where it has to.
func layOut(entries []Entry) (root, leaves []byte, err error) {
	if root, err = zip(appendDirectory(nil, entries)); err != nil || len(root) <= rootRoom {
		return root, nil, err
	}
	for size := leafEntries; ; size *= 2 {
		leaves = leaves[:0]
		var top []Entry
		for at := 0; at < len(entries); at += size {
			leaf, err := zip(appendDirectory(nil, entries[at:min(at+size, len(entries))]))
			if err != nil {
				return nil, nil, err
			}
			top = append(top, Entry{ID: entries[at].ID, Offset: uint64(len(leaves)), Length: uint32(len(leaf))})
			leaves = append(leaves, leaf...)
		}
		if root, err = zip(appendDirectory(nil, top)); err != nil || len(root) <= rootRoom {
			return root, leaves, err
		}
	}
}
