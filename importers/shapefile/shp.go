package shapefile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"hearthmap/household"
)

const (
	shpHeader = 100
	// maxShape bounds the bytes of one shape: two million points.
	maxShape  = 32 << 20
	blockSize = 256 << 10
)

// shapes gives the shapes of a .shp in the order of the table's rows.
type shapes interface {
	// next returns the next shape, valid until the following call; io.EOF
	// after the last.
	next() (*shape, error)
	// remarks are notes for the report, once the shapes are read.
	remarks() []string
	close() error
}

// shape is one record of the .shp.
type shape struct {
	number  int64 // from 1
	content []byte
	problem *problem // when content could not be kept
	seen    *dimensions
}

// dimensions are those that shapes had beyond two.
type dimensions struct{ z, m bool }

func (d dimensions) remarks() []string {
	var notes []string
	if d.z {
		notes = append(notes, "heights (Z) of the shapes were dropped")
	}
	if d.m {
		notes = append(notes, "measures (M) of the shapes were dropped")
	}
	return notes
}

// problem is what is wrong with a shape.
type problem struct{ reason, suggestion string }

// openShapes opens the .shp. Its records are read one behind the other, which
// is their order in practically every file; rows counts those of the table.
// An edited file has its records in another order, which the .shx tells. The
// .shx is otherwise of no use, and may be missing or wrong.
func openShapes(set *fileSet, rows int64, notes *[]string) (shapes, error) {
	in, err := set.shp.open()
	if err != nil {
		return nil, err
	}
	var head [shpHeader]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		in.Close()
		if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, unreadable(set.shp.name, err)
		}
		return nil, cutShort(set.shp.name, "its header is not complete")
	}
	set.read.Add(shpHeader)
	declared, err := checkHeader(set.shp, head[:])
	if err != nil {
		in.Close()
		return nil, err
	}
	if declared == 0 {
		*notes = append(*notes, "the .shp does not say its length; it was read to its end")
		declared = set.shp.size
	}
	order, err := readOrder(set, in)
	if err != nil {
		in.Close()
		return nil, err
	}
	switch order {
	case orderWrong:
		*notes = append(*notes, "the .shx does not fit the .shp and was not used")
	case orderMissing:
		*notes = append(*notes, "the .shx is missing; the shapes were read in the order of the .shp")
	case orderIndexed:
		return newIndexed(set, in)
	}
	return &sequential{
		name: set.shp.name, file: in, in: bufio.NewReaderSize(countingReader{in, &set.read}, bufferSize(set.shp.size)),
		left: set.shp.size - shpHeader, declared: declared - shpHeader, rows: rows, numbered: order != orderSequential, drain: set.archive,
	}, nil
}

// bufferSize is blockSize, and the file's own size when that is less. A row of
// a table always fits.
func bufferSize(size int64) int { return int(max(16, min(blockSize, size))) }

// checkHeader returns the length of the file as its header has it, 0 when it
// does not say.
func checkHeader(p *part, head []byte) (declared int64, err error) {
	if binary.BigEndian.Uint32(head) != 9994 {
		return 0, household.Errorf(household.Invalid, op, "%s is no shapefile", p.name).
			WithHint("check that the file is what its name says; export it again")
	}
	declared = 2 * int64(binary.BigEndian.Uint32(head[24:]))
	if declared > p.size {
		return 0, cutShort(p.name, fmt.Sprintf("it has %d bytes of %d", p.size, declared))
	}
	if declared < shpHeader {
		declared = 0
	}
	return declared, nil
}

func cutShort(name, what string) error {
	return household.Errorf(household.Invalid, "shapefile.Next", "%s is cut short: %s", name, what).
		WithHint("copy or export it again; nothing was imported")
}

// sequential reads the records one behind the other.
type sequential struct {
	name     string
	file     io.Closer
	in       *bufio.Reader
	left     int64 // bytes to the end of the file
	declared int64 // bytes to its end as the header has it
	rows     int64 // of the table
	numbered bool  // the records' own numbers count, for no .shx vouches for their order
	fromZero bool
	drain    bool // read to the very end, so that an archive checks its sum
	count    int64
	content  []byte
	shape    shape
	seen     dimensions
}

func (s *sequential) close() error { return s.file.Close() }

func (s *sequential) remarks() []string {
	notes := s.seen.remarks()
	if s.left > 0 {
		notes = append(notes, fmt.Sprintf("%d bytes behind the last shape of the .shp were not read", s.left))
	}
	return notes
}

func (s *sequential) next() (*shape, error) {
	if s.left < 8 || s.declared <= 0 && s.count >= s.rows {
		return nil, s.end()
	}
	var head [8]byte
	if _, err := io.ReadFull(s.in, head[:]); err != nil {
		return nil, s.broken(err)
	}
	number := int64(binary.BigEndian.Uint32(head[:]))
	size := 2 * int64(binary.BigEndian.Uint32(head[4:]))
	s.left -= 8
	s.declared -= 8 + size
	s.count++
	if size > s.left {
		return nil, cutShort(s.name, fmt.Sprintf("it ends within shape %d, or its lengths are wrong", s.count))
	}
	s.left -= size
	if s.count == 1 && number == 0 {
		s.fromZero = true
	}
	if s.fromZero {
		number++
	}
	if !s.numbered {
		number = s.count
	}
	s.shape = shape{number: number, seen: &s.seen}
	if size > maxShape {
		s.shape.problem = &problem{"the shape is larger than 32 MiB", "simplify it in a GIS"}
		for size > 0 { // Discard takes an int
			n, err := s.in.Discard(int(min(size, 1<<30)))
			if err != nil {
				return nil, s.broken(err)
			}
			size -= int64(n)
		}
		return &s.shape, nil
	}
	if int64(cap(s.content)) < size {
		s.content = make([]byte, size)
	}
	s.content = s.content[:size]
	if _, err := io.ReadFull(s.in, s.content); err != nil {
		return nil, s.broken(err)
	}
	s.shape.content = s.content
	return &s.shape, nil
}

func (s *sequential) broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return cutShort(s.name, fmt.Sprintf("it ends within shape %d", s.count))
	}
	return unreadable(s.name, err)
}

// end returns io.EOF, once the archive's check sum was seen to be right.
func (s *sequential) end() error {
	if s.drain {
		if _, err := io.Copy(io.Discard, s.in); err != nil {
			return unreadable(s.name, err)
		}
	}
	return io.EOF
}
