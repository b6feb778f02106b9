package osmfile

import (
	"encoding/binary"
	"errors"
)

// Protocol buffers on the wire: just what the PBF format uses. Every read is
// checked against the bytes that are left; nothing here can panic.

var errWire = errors.New("a data block is damaged")

// fields walks over the fields of a message.
type fields struct {
	buf   []byte
	num   uint64 // field number
	value uint64 // of a varint field
	data  []byte // of a length-delimited field; nil for others
	err   error
}

// next moves to the next field and reports whether there is one.
func (f *fields) next() bool {
	if len(f.buf) == 0 || f.err != nil {
		return false
	}
	key, ok := f.uvarint()
	if !ok {
		return false
	}
	f.num, f.data, f.value = key>>3, nil, 0
	switch key & 7 {
	case 0:
		f.value, ok = f.uvarint()
		return ok
	case 1:
		return f.skip(8)
	case 2:
		n, ok := f.uvarint()
		if !ok {
			return false
		}
		if n > uint64(len(f.buf)) {
			f.err = errWire
			return false
		}
		f.data, f.buf = f.buf[:n:n], f.buf[n:]
		return true
	case 5:
		return f.skip(4)
	}
	f.err = errWire
	return false
}

func (f *fields) skip(n int) bool {
	if len(f.buf) < n {
		f.err = errWire
		return false
	}
	f.buf = f.buf[n:]
	return true
}

func (f *fields) uvarint() (uint64, bool) {
	v, n := binary.Uvarint(f.buf)
	if n <= 0 {
		f.err = errWire
		return 0, false
	}
	f.buf = f.buf[n:]
	return v, true
}

// packed walks over packed varints.
type packed []byte

func (p *packed) more() bool { return len(*p) > 0 }

func (p *packed) uvarint() (uint64, error) {
	v, n := binary.Uvarint(*p)
	if n <= 0 {
		return 0, errWire
	}
	*p = (*p)[n:]
	return v, nil
}

// svarint reads a zigzag number (sint32, sint64).
func (p *packed) svarint() (int64, error) {
	v, err := p.uvarint()
	return int64(v>>1) ^ -int64(v&1), err
}
