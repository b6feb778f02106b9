package mvt

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Error is what is wrong with a tile. A Recoverable one concerns a feature or
// a name that a lenient reader could leave out; Decode refuses the tile all
// the same.
type Error struct {
	Layer       string // where known
	Feature     int    // index in the layer; -1 outside features
	Recoverable bool
	Reason      string
}

// Error returns the reason and the place.
func (e *Error) Error() string {
	where := ""
	if e.Layer != "" {
		where = fmt.Sprintf(" in layer %q", e.Layer)
	}
	if e.Feature >= 0 {
		where += fmt.Sprintf(", feature %d", e.Feature)
	}
	return "mvt: " + e.Reason + where
}

func fatal(format string, args ...any) *Error {
	return &Error{Feature: -1, Reason: fmt.Sprintf(format, args...)}
}

func recoverable(format string, args ...any) *Error {
	return &Error{Feature: -1, Recoverable: true, Reason: fmt.Sprintf(format, args...)}
}

// field is one field of a message: a number for the wire types varint, 32 and
// 64 bits, bytes for the others.
type field struct {
	number int
	wire   int
	value  uint64
	bytes  []byte
}

// reader reads the fields of one message.
type reader struct{ buf []byte }

func (r *reader) varint() (uint64, *Error) {
	v, n := binary.Uvarint(r.buf)
	if n <= 0 {
		return 0, fatal("a number is cut off or longer than 64 bits")
	}
	r.buf = r.buf[n:]
	return v, nil
}

// next reads one field; ok is false at the end.
func (r *reader) next() (f field, ok bool, err *Error) {
	if len(r.buf) == 0 {
		return f, false, nil
	}
	key, err := r.varint()
	if err != nil {
		return f, false, err
	}
	if key>>3 == 0 || key>>3 > math.MaxInt32 {
		return f, false, fatal("a field has the number %d", key>>3)
	}
	f.number, f.wire = int(key>>3), int(key&7)
	err = r.payload(&f)
	return f, err == nil, err
}

func (r *reader) payload(f *field) (err *Error) {
	switch f.wire {
	case wireVarint:
		f.value, err = r.varint()
	case wire64:
		if len(r.buf) < 8 {
			return fatal("field %d is cut off", f.number)
		}
		f.value, r.buf = binary.LittleEndian.Uint64(r.buf), r.buf[8:]
	case wire32:
		if len(r.buf) < 4 {
			return fatal("field %d is cut off", f.number)
		}
		f.value, r.buf = uint64(binary.LittleEndian.Uint32(r.buf)), r.buf[4:]
	case wireBytes:
		n, err := r.varint()
		if err != nil {
			return err
		}
		if n > uint64(len(r.buf)) {
			return fatal("field %d claims %d bytes of %d", f.number, n, len(r.buf))
		}
		f.bytes, r.buf = r.buf[:n], r.buf[n:]
	default:
		return fatal("field %d has the wire type %d", f.number, f.wire)
	}
	return err
}

// want fails unless the field has the wire type.
func (f *field) want(wire int, what string) *Error {
	if f.wire != wire {
		return fatal("%s has the wire type %d, want %d", what, f.wire, wire)
	}
	return nil
}

// packed reads packed 32-bit varints.
func packed(b []byte, what string) ([]uint32, *Error) {
	r := reader{b}
	list := make([]uint32, 0, len(b)) // a number has a byte at least
	for len(r.buf) > 0 {
		v, err := r.varint()
		if err != nil {
			return nil, err
		}
		if v > math.MaxUint32 {
			return nil, fatal("%s holds a number of more than 32 bits", what)
		}
		list = append(list, uint32(v))
	}
	return list, nil
}
