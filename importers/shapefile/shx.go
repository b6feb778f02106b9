package shapefile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// order says what the .shx tells of the records' order.
type order uint8

const (
	orderSequential order = iota // one behind the other
	orderIndexed                 // elsewhere, but every record is where it says
	orderMissing
	orderWrong
)

// entry is a record of the .shx in bytes.
type entry struct{ offset, size int64 }

// index reads a .shx.
type index struct {
	file io.Closer
	in   *bufio.Reader
}

func openIndex(p *part) (*index, error) {
	f, err := p.open()
	if err != nil {
		return nil, err
	}
	x := &index{file: f, in: bufio.NewReaderSize(f, bufferSize(p.size))}
	if _, err := x.in.Discard(shpHeader); err != nil {
		f.Close()
		return nil, err
	}
	return x, nil
}

// next returns the next entry; io.EOF after the last whole one.
func (x *index) next() (entry, error) {
	var b [8]byte
	if _, err := io.ReadFull(x.in, b[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = io.EOF
		}
		return entry{}, err
	}
	return entry{2 * int64(binary.BigEndian.Uint32(b[:])), 2 * int64(binary.BigEndian.Uint32(b[4:]))}, nil
}

// readOrder compares the .shx with the .shp. Only when the records do not
// follow one another as it says are they looked up one by one.
func readOrder(set *fileSet, shp io.Reader) (order, error) {
	if set.shx == nil {
		return orderMissing, nil
	}
	x, err := openIndex(set.shx)
	if err != nil {
		return orderWrong, nil // a .shx that cannot be read is as good as none
	}
	defer x.file.Close()
	at, _ := shp.(io.ReaderAt)
	follows, found := true, at != nil
	want := int64(shpHeader)
	for number := int64(1); follows || found; number++ {
		e, err := x.next()
		if errors.Is(err, io.EOF) {
			if follows && set.shp.size-want < 8 {
				return orderSequential, nil
			}
			break
		}
		if err != nil {
			return orderWrong, nil
		}
		if e.offset < shpHeader || e.offset+8+e.size > set.shp.size {
			return orderWrong, nil
		}
		follows = follows && e.offset == want
		want = e.offset + 8 + e.size
		if found {
			// Records that follow one another need no look as long as they do;
			// the numbers of the others must be right.
			found = follows || pointsTo(at, e, number)
		}
	}
	if found && !follows {
		return orderIndexed, nil
	}
	return orderWrong, nil
}

// pointsTo reports whether the record of that number lies where e says.
func pointsTo(shp io.ReaderAt, e entry, number int64) bool {
	var head [8]byte
	if _, err := shp.ReadAt(head[:], e.offset); err != nil {
		return false
	}
	n := int64(binary.BigEndian.Uint32(head[:]))
	return (n == number || n == number-1) && 2*int64(binary.BigEndian.Uint32(head[4:])) == e.size
}

// indexed reads the records where the .shx says.
type indexed struct {
	set     *fileSet
	shp     io.ReaderAt
	file    io.Closer
	index   *index
	number  int64
	content []byte
	shape   shape
	seen    dimensions
}

func newIndexed(set *fileSet, in io.ReadCloser) (shapes, error) {
	x, err := openIndex(set.shx)
	if err != nil {
		in.Close()
		return nil, unreadable(set.shx.name, err)
	}
	return &indexed{set: set, shp: in.(io.ReaderAt), file: in, index: x}, nil
}

func (s *indexed) remarks() []string { return s.seen.remarks() }
func (s *indexed) close() error      { return errors.Join(s.file.Close(), s.index.file.Close()) }

func (s *indexed) next() (*shape, error) {
	e, err := s.index.next()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, err
		}
		return nil, unreadable(s.set.shx.name, err)
	}
	s.number++
	s.shape = shape{number: s.number, seen: &s.seen}
	if e.size > maxShape || e.offset+8+e.size > s.set.shp.size {
		s.shape.problem = &problem{"the shape is larger than 32 MiB", "simplify it in a GIS"}
		return &s.shape, nil
	}
	if int64(cap(s.content)) < e.size {
		s.content = make([]byte, e.size)
	}
	s.content = s.content[:e.size]
	if _, err := s.shp.ReadAt(s.content, e.offset+8); err != nil {
		return nil, unreadable(s.set.shp.name, err)
	}
	s.set.read.Add(8 + e.size)
	s.shape.content = s.content
	return &s.shape, nil
}
