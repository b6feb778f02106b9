package shapefile

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"hearthmap/importers"
)

// valueKind is how the bytes of a value are read.
type valueKind uint8

const (
	notRead valueKind = iota
	textValue
	numberValue // digits
	dateValue   // YYYYMMDD
	boolValue
	int32Value
	int32Value7 // of dBase 7
	doubleValue
	doubleValue7
	moneyValue
	timeValue
)

func kindOfValue(typ byte, width int, l *layout) valueKind {
	switch typ {
	case 'C':
		return textValue
	case 'N', 'F':
		return numberValue
	case 'D':
		if width == 8 {
			return dateValue
		}
		return textValue
	case 'L':
		return boolValue
	case 'I', '+':
		switch {
		case width != 4:
			return numberValue
		case l.dBase7():
			return int32Value7
		}
		return int32Value
	case 'B', 'O':
		switch {
		case width != 8:
			return notRead // a memo's place
		case l.dBase7() && typ == 'O':
			return doubleValue7
		case l.foxPro() || typ == 'O':
			return doubleValue
		}
		return notRead
	case 'Y':
		if width == 8 {
			return moneyValue
		}
	case 'T', '@':
		if width == 8 {
			return timeValue
		}
		return textValue
	}
	return notRead
}

// valueError says why a value was not read.
type valueError struct {
	code               importers.RejectCode
	reason, suggestion string
}

// value appends the value to scratch.
func (t *table) value(c *column, b []byte) *valueError {
	switch c.kind {
	case numberValue:
		if bytes.IndexByte(b, '*') >= 0 {
			return &valueError{importers.RejectValue, "the number did not fit into its column and was lost (stars)", "type it again, with the column wide enough"}
		}
	case dateValue:
		return t.date(c, b)
	case boolValue:
		return t.logical(c, b)
	case int32Value:
		t.scratch = strconv.AppendInt(t.scratch, int64(int32(binary.LittleEndian.Uint32(b))), 10)
		return nil
	case int32Value7:
		t.scratch = strconv.AppendInt(t.scratch, int64(int32(binary.BigEndian.Uint32(b)^1<<31)), 10)
		return nil
	case doubleValue:
		return t.double(binary.LittleEndian.Uint64(b))
	case doubleValue7:
		bits := binary.BigEndian.Uint64(b)
		if bits == 0 {
			return nil // empty
		}
		if bits>>63 == 1 {
			bits ^= 1 << 63
		} else {
			bits = ^bits
		}
		return t.double(bits)
	case moneyValue:
		t.scratch = strconv.AppendFloat(t.scratch, float64(int64(binary.LittleEndian.Uint64(b)))/1e4, 'f', 4, 64)
		return nil
	case timeValue:
		return t.moment(b)
	}
	return t.textOf(c, b)
}

// textOf appends a text without the blanks around it. What follows a NUL is
// no part of it.
func (t *table) textOf(c *column, b []byte) *valueError {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	from, to := 0, len(b)
	for from < to && b[from] == ' ' {
		from++
	}
	for to > from && b[to-1] == ' ' {
		to--
	}
	b = b[from:to]
	start := len(t.scratch)
	if ascii(b) {
		t.scratch = append(t.scratch, b...)
		return nil
	}
	var tail int
	t.scratch, tail = t.text.append(t.scratch, b)
	switch {
	case tail > 0 && to < c.width-3, damaged(t.scratch[start:]): // not at the field's end
		return &valueError{importers.RejectEncoding, t.text.noText, "read the file with its right encoding (--encoding gb18030, utf-8 or big5), or type the damaged characters again"}
	case tail > 0:
		t.cut++
	}
	return nil
}

func (t *table) date(c *column, b []byte) *valueError {
	for _, d := range b {
		if d < '0' || d > '9' {
			return t.textOf(c, b)
		}
	}
	if string(b) == "00000000" {
		return nil
	}
	t.scratch = append(t.scratch, b[:4]...)
	t.scratch = append(t.scratch, '-')
	t.scratch = append(t.scratch, b[4:6]...)
	t.scratch = append(t.scratch, '-')
	t.scratch = append(t.scratch, b[6:8]...)
	return nil
}

func (t *table) logical(c *column, b []byte) *valueError {
	if len(b) == 1 {
		switch b[0] {
		case 'T', 't', 'Y', 'y':
			t.scratch = append(t.scratch, "true"...)
			return nil
		case 'F', 'f', 'N', 'n':
			t.scratch = append(t.scratch, "false"...)
			return nil
		case '?':
			return nil
		}
	}
	return t.textOf(c, b)
}

func (t *table) double(bits uint64) *valueError {
	f := math.Float64frombits(bits)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return &valueError{importers.RejectValue, "the value is not a finite number", "type it again"}
	}
	t.scratch = strconv.AppendFloat(t.scratch, f, 'g', -1, 64)
	return nil
}

const (
	julianUnix = 2440588 // the Julian day of 1970-01-01
	dayMillis  = 86_400_000
)

// moment reads a day and milliseconds, in the order of bytes that gives a
// date of our era.
func (t *table) moment(b []byte) *valueError {
	if len(bytes.Trim(b, "\x00 ")) == 0 {
		return nil
	}
	for _, o := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		day, ms := int64(o.Uint32(b)), int64(o.Uint32(b[4:]))
		if day > 1_721_425 && day < 5_373_485 && ms <= dayMillis {
			at := time.UnixMilli((day-julianUnix)*dayMillis + ms).UTC()
			t.scratch = at.AppendFormat(t.scratch, "2006-01-02T15:04:05")
			return nil
		}
	}
	return &valueError{importers.RejectValue, "the value is not a date and time", "type it again"}
}
