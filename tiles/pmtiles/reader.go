package pmtiles

import (
	"encoding/json"
	"errors"
	"io"
	"iter"
	"os"
)

// Reader reads an archive, and takes nothing that breaks the rules. It may be
// used by one goroutine at a time.
type Reader struct {
	Header

	src  io.ReaderAt
	size int64
	root []Entry

	leaf   Section // the last leaf that was read
	leaves []Entry // its entries
}

// NewReader reads the header and the root directory of an archive of size
// bytes.
func NewReader(src io.ReaderAt, size int64) (*Reader, error) {
	head := make([]byte, min(size, headLength))
	if _, err := src.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, broken("the archive cannot be read: %w", err)
	}
	h, err := parseHeader(head, size)
	if err != nil {
		return nil, err
	}
	r := &Reader{Header: h, src: src, size: size}
	r.root, err = r.directory(h.Root)
	return r, err
}

// File is a Reader of a file.
type File struct {
	*Reader
	file *os.File
}

// Open opens an archive; the caller closes it.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, broken("the archive cannot be opened: %w", err).WithHint("name a file that is there")
	}
	info, err := f.Stat()
	if err == nil {
		var r *Reader
		if r, err = NewReader(f, info.Size()); err == nil {
			return &File{r, f}, nil
		}
	}
	_ = f.Close()
	return nil, err
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

func (r *Reader) read(s Section) ([]byte, error) {
	if end, ok := s.end(); !ok || end > uint64(r.size) {
		return nil, broken("%d bytes at %d lie behind the end of the archive", s.Length, s.Offset)
	}
	b := make([]byte, s.Length)
	if _, err := r.src.ReadAt(b, int64(s.Offset)); err != nil && (!errors.Is(err, io.EOF) || len(b) > 0) {
		return nil, broken("the archive cannot be read: %w", err)
	}
	return b, nil
}

func (r *Reader) directory(s Section) ([]Entry, error) {
	b, err := r.read(s)
	if err != nil {
		return nil, err
	}
	if b, err = unpack(b, r.InternalCompression); err != nil {
		return nil, err
	}
	return parseDirectory(b)
}

// within makes a place in a section one in the file.
func within(s Section, e Entry) (Section, error) {
	end := e.Offset + uint64(e.Length)
	if end < e.Offset || end > s.Length {
		return Section{}, broken("the entry for tile number %d lies outside its section", e.ID)
	}
	return Section{s.Offset + e.Offset, uint64(e.Length)}, nil
}

// maxDepth is how many directories may lead to a tile, as in clients.
const maxDepth = 4

// Tile returns the bytes of a tile as they are stored (see TileCompression),
// nil when there is none.
func (r *Reader) Tile(z, x, y int) ([]byte, error) {
	if z < 0 || z > MaxZoom || x < 0 || y < 0 || x >= 1<<z || y >= 1<<z {
		return nil, nil
	}
	id, entries := TileID(z, x, y), r.root
	for range maxDepth {
		e, ok := find(entries, id)
		if !ok {
			return nil, nil
		}
		if e.Run > 0 {
			s, err := within(r.Tiles, e)
			if err != nil {
				return nil, err
			}
			return r.read(s)
		}
		var err error
		if entries, err = r.leafAt(e); err != nil {
			return nil, err
		}
	}
	return nil, broken("directories are nested more than %d deep", maxDepth)
}

func (r *Reader) leafAt(e Entry) ([]Entry, error) {
	s, err := within(r.Leaves, e)
	if err != nil || s == r.leaf {
		return r.leaves, err
	}
	entries, err := r.directory(s)
	if err == nil && (len(entries) == 0 || entries[0].ID < e.ID) {
		err = broken("the leaf for tile number %d is empty, or begins before it", e.ID)
	}
	if err != nil {
		return nil, err
	}
	r.leaf, r.leaves = s, entries
	return entries, nil
}

// Metadata returns the JSON document.
func (r *Reader) Metadata() (json.RawMessage, error) {
	b, err := r.read(r.Header.Metadata)
	if err != nil {
		return nil, err
	}
	if len(b) == 0 {
		return json.RawMessage("{}"), nil
	}
	if b, err = unpack(b, r.InternalCompression); err != nil {
		return nil, err
	}
	if !json.Valid(b) {
		return nil, broken("the metadata is not JSON")
	}
	return b, nil
}

// Entries goes through all entries for tiles, in the order of their numbers,
// until the first error.
func (r *Reader) Entries() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		free := uint64(0)
		var walk func(entries []Entry, depth int) bool
		walk = func(entries []Entry, depth int) bool {
			if depth > maxDepth {
				return yield(Entry{}, broken("directories are nested more than %d deep", maxDepth)) && false
			}
			for _, e := range entries {
				if e.ID < free {
					return yield(Entry{}, broken("the entry for tile number %d overlaps another", e.ID)) && false
				}
				if e.Run > 0 {
					free = e.ID + uint64(e.Run)
					if !yield(e, nil) {
						return false
					}
					continue
				}
				leaf, err := r.leafAt(e)
				if err != nil {
					return yield(Entry{}, err) && false
				}
				if !walk(leaf, depth+1) {
					return false
				}
			}
			return true
		}
		walk(r.root, 1)
	}
}

// Verify reads all directories, and checks that the header tells the truth:
// the counts, the zooms, the order of the tiles.
func (r *Reader) Verify() error {
	var addressed, n, next uint64
	contents := map[uint64]uint32{}
	for e, err := range r.Entries() {
		if err != nil {
			return err
		}
		if _, err := within(r.Tiles, e); err != nil {
			return err
		}
		if first, last := zoomOf(e.ID), zoomOf(e.ID+uint64(e.Run)-1); first < r.MinZoom || last > r.MaxZoom {
			return broken("tile number %d is not of the zooms %d to %d", e.ID, r.MinZoom, r.MaxZoom)
		}
		n++
		addressed += uint64(e.Run)
		length, known := contents[e.Offset]
		switch {
		case known && length != e.Length:
			return broken("the tiles at %d are %d and %d bytes long", e.Offset, length, e.Length)
		case !known && r.Clustered && e.Offset != next:
			return broken("the archive is said to be clustered, but tile number %d lies at %d, not at %d", e.ID, e.Offset, next)
		case !known:
			contents[e.Offset], next = e.Length, e.Offset+uint64(e.Length)
		}
	}
	for _, c := range []struct {
		name       string
		said, real uint64
	}{{"addressed tiles", r.Addressed, addressed}, {"entries", r.Lines, n}, {"different tiles", r.Contents, uint64(len(contents))}} {
		if c.said != 0 && c.said != c.real {
			return broken("the header says %d %s, the directories have %d", c.said, c.name, c.real)
		}
	}
	return nil
}
