package osmfile

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"sync/atomic"

	"hearthmap/household"
	"hearthmap/importers"
)

// format is how a file is packed.
type format int

const (
	formatXML format = iota
	formatGzip
	formatBzip2
	formatPBF
)

// maxHeld bounds what is held in memory of one file: node positions, and the
// elements that cannot be read again. The garbage collector may let the heap
// grow to twice that.
const maxHeld = 240 << 20

// Source reads one extract. It implements importers.Source.
type Source struct {
	file    *os.File
	size    int64
	format  format
	read    atomic.Int64
	total   int64
	base    int64 // bytes of passes that are done
	records atomic.Int64
	stats   *Stats
	blobs   map[int64]kinds // PBF: what the blob at each offset holds
	limit   int64           // maxHeld, smaller in tests
}

var _ importers.Source = (*Source)(nil)

// Format describes OpenStreetMap extracts to the importers.
func Format() importers.Format {
	return importers.Format{
		Name:       "osm",
		Extensions: []string{".osm", ".osm.gz", ".osm.bz2", ".osm.pbf", ".pbf"},
		Kinds:      []importers.Kind{importers.OSM},
		Sniff: func(head []byte) bool {
			return looksLikePBF(head) || bytes.Contains(head, []byte("<osm"))
		},
		OpenSource: func(path string, _ importers.Kind, _ importers.FileOptions) (importers.Source, error) {
			return Open(path)
		},
	}
}

// Open opens an extract. What it is shows in its first bytes; the name does
// not matter. Errors are *household.Error.
func Open(path string) (*Source, error) {
	const op = "osmfile.Open"
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, household.Errorf(household.NotFound, op, "there is no such file").WithHint("check the path")
		}
		return nil, household.Errorf(household.Invalid, op, "the file cannot be opened: %w", err).
			WithHint("check that it is readable by the account the program runs as")
	}
	s := &Source{file: f, stats: newStats(), limit: maxHeld}
	if err := s.recognise(); err != nil {
		_ = f.Close()
		return nil, err
	}
	return s, nil
}

func (s *Source) recognise() error {
	info, err := s.file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return broken("it is not a regular file").WithHint("give the path of a file; extracts are read more than once, so pipes will not do")
	}
	s.size = info.Size()
	head := make([]byte, 512)
	n, err := s.file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return broken("%w", err)
	}
	head = head[:n]
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case n == 0:
		return broken("it is empty")
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		s.format = formatGzip
	case bytes.HasPrefix(head, []byte("BZh")):
		s.format = formatBzip2
	case looksLikePBF(head):
		s.format = formatPBF
	case bytes.HasPrefix(text, []byte("<")):
		s.format = formatXML
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return broken("it is a ZIP archive").WithHint("unpack it and import the .osm or .osm.pbf file in it")
	case bytes.HasPrefix(head, []byte{0xff, 0xe0}):
		return broken("it is an o5m file").WithHint("%s", hintConvert)
	case n < 20:
		return broken("it ends before its first block does")
	default:
		return broken("it is neither OpenStreetMap XML nor PBF").WithHint("give an .osm, .osm.gz, .osm.bz2 or .osm.pbf file")
	}
	s.total = s.size
	if s.format == formatPBF {
		s.total = 3 * s.size // one pass over everything, two over the ways
	}
	return nil
}

// looksLikePBF checks for the length and type of the first blob header.
func looksLikePBF(head []byte) bool {
	return len(head) >= 15 && head[0] == 0 && bytes.Contains(head[4:min(len(head), 64)], []byte("OSMHeader"))
}

// Progress returns how many bytes of how many were read, over all passes.
func (s *Source) Progress() (read, total int64) { return min(s.read.Load(), s.total), s.total }

// Records returns how many elements of use were read so far.
func (s *Source) Records() int64 { return s.records.Load() }

// Stats returns the counts; they are complete once Each has returned nil.
func (s *Source) Stats() *Stats { return s.stats }

// Notes explains the counts for the report.
func (s *Source) Notes() []string { return s.stats.Notes() }

// Close closes the file.
func (s *Source) Close() error { return s.file.Close() }

// Each reads the file and hands over its items: those of ways, then
// relations, then nodes, each ordered by id. Each may be called once.
func (s *Source) Each(ctx context.Context, yield func(importers.Item) error) (err error) {
	yielding := false
	c := newCity(s, func(it importers.Item) error {
		yielding = true
		err := yield(it)
		yielding = false
		if err != nil {
			return &callbackError{err}
		}
		return nil
	})
	defer func() {
		// A file must never end the program. What panics in yield is not ours
		// to catch.
		if p := recover(); p != nil {
			if yielding {
				panic(p)
			}
			err = household.Errorf(household.Internal, opRead, "the OpenStreetMap file could not be turned into a city: %v", p).
				WithHint("report it, with the file")
		}
	}()
	defer func() {
		var cb *callbackError
		if errors.As(err, &cb) {
			err = cb.err
			return
		}
		err = asUserError(err)
	}()
	for _, step := range []func(context.Context) error{c.load, c.survey, c.emitWays, c.emitRelations, c.emitNodes} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	s.read.Store(s.total)
	return nil
}

// countingReader counts what is read from the file.
type countingReader struct {
	r    io.Reader
	n    int64
	base int64
	into *atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.into.Store(c.base + c.n)
	return n, err
}

// scan reads the whole file once; with onlyWays, PBF blobs without ways are
// passed over.
func (s *Source) scan(ctx context.Context, h handler, onlyWays bool) error {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	defer func() { s.base += s.size }()
	if s.format == formatPBF {
		r := &countingReader{r: bufio.NewReaderSize(s.file, 1<<18), base: s.base, into: &s.read}
		if onlyWays {
			return scanPBF(ctx, r, h, func(off int64) bool { return s.blobs[off]&hasWays != 0 }, nil)
		}
		s.blobs = map[int64]kinds{}
		return scanPBF(ctx, r, h, nil, func(off int64, k kinds) { s.blobs[off] = k })
	}
	r := &countingReader{r: s.file, base: s.base, into: &s.read}
	in := bufio.NewReaderSize(r, 1<<18)
	switch s.format {
	case formatGzip:
		z, err := gzip.NewReader(in)
		if err != nil {
			return unpackError(err)
		}
		return scanXML(ctx, &unpacked{z}, h)
	case formatBzip2:
		return scanXML(ctx, &unpacked{bzip2.NewReader(in)}, h)
	}
	return scanXML(ctx, in, h)
}

// unpacked names the faults of a decompressor.
type unpacked struct{ r io.Reader }

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if err != nil && err != io.EOF {
		err = unpackError(err)
	}
	return n, err
}

func unpackError(err error) error {
	var bz bzip2.StructuralError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return broken("its compressed data ends too early")
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, &bz):
		return broken("its compressed data is damaged")
	}
	return broken("its compressed data is damaged (%v)", err)
}
