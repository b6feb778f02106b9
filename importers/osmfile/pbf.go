package osmfile

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"hearthmap/household"
)

// The bounds the format sets itself: https://wiki.openstreetmap.org/wiki/PBF_Format
const (
	maxBlobHeader = 64 << 10
	maxBlob       = 32 << 20
)

// pbfReader reads the blobs of a PBF file one by one.
type pbfReader struct {
	r     *countingReader
	head  []byte
	body  []byte
	raw   bytes.Buffer
	z     io.ReadCloser
	block block
}

// scanPBF hands the elements of the file to h. Blobs for which want returns
// false (by offset) are passed over without being inflated; seen, when not
// nil, is told which kinds of elements the blob at an offset held.
func scanPBF(ctx context.Context, r *countingReader, h handler, want func(offset int64) bool, seen func(offset int64, k kinds)) error {
	p := &pbfReader{r: r}
	for first := true; ; first = false {
		if err := ctx.Err(); err != nil {
			return err
		}
		offset := r.n
		kind, err := p.readBlob()
		if err == io.EOF && !first {
			return nil
		}
		if err != nil {
			return describe(err)
		}
		switch {
		case first && kind != "OSMHeader":
			return errors.New("it does not begin with an OSMHeader block")
		case kind == "OSMHeader":
			data, err := p.inflate()
			if err == nil {
				err = checkHeader(data)
			}
			if err != nil {
				return err
			}
		case kind == "OSMData":
			if want != nil && !want(offset) {
				continue
			}
			data, err := p.inflate()
			if err != nil {
				return err
			}
			k, err := p.block.decode(data, h)
			if err != nil {
				return err
			}
			if seen != nil {
				seen(offset, k)
			}
		}
		// The format asks readers to pass over blobs of unknown kinds.
	}
}

func describe(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it ends in the middle of a block")
	}
	return err
}

// readBlob reads the next blob into p.body, and returns its kind. io.EOF
// means that the file ended before the blob began.
func (p *pbfReader) readBlob() (string, error) {
	var size [4]byte
	if _, err := io.ReadFull(p.r, size[:]); err != nil {
		return "", err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n == 0 || n > maxBlobHeader {
		return "", fmt.Errorf("a block header claims %d bytes, more than the format allows", n)
	}
	p.head = grow(p.head, int(n))
	if err := readFull(p.r, p.head); err != nil {
		return "", err
	}
	kind, length := "", uint64(0)
	f := fields{buf: p.head}
	for f.next() {
		switch f.num {
		case 1:
			kind = string(f.data)
		case 3:
			length = f.value
		}
	}
	if f.err != nil {
		return "", errors.New("a block header is damaged")
	}
	if length > maxBlob {
		return "", fmt.Errorf("a block claims %d bytes, more than the 32 MiB the format allows", length)
	}
	p.body = grow(p.body, int(length))
	return kind, readFull(p.r, p.body)
}

// readFull fills buf; a file that ends before is ErrUnexpectedEOF even when
// nothing could be read.
func readFull(r io.Reader, buf []byte) error {
	_, err := io.ReadFull(r, buf)
	if err == io.EOF && len(buf) > 0 {
		return io.ErrUnexpectedEOF
	}
	if err == io.EOF {
		return nil
	}
	return err
}

func grow(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n, n+n/4)
	}
	return b[:n]
}

// inflate returns the content of the blob in p.body, at most 32 MiB. It is
// valid until the next call.
func (p *pbfReader) inflate() ([]byte, error) {
	var raw, packed []byte
	rawSize, other := uint64(0), ""
	f := fields{buf: p.body}
	for f.next() {
		switch f.num {
		case 1:
			raw = f.data
		case 2:
			rawSize = f.value
		case 3:
			packed = f.data
		case 4:
			other = "LZMA"
		case 5:
			other = "bzip2"
		case 6:
			other = "LZ4"
		case 7:
			other = "Zstandard"
		}
	}
	switch {
	case f.err != nil:
		return nil, f.err
	case raw != nil:
		return raw, nil
	case packed != nil:
		return p.unzip(packed, rawSize)
	case other != "":
		return nil, household.Errorf(household.Invalid, opRead, "the OpenStreetMap file is packed with %s, which is not supported", other).
			WithHint("repack it with `osmium cat FILE -f pbf,pbf_compression=zlib -o extract.osm.pbf`")
	}
	return nil, nil // an empty blob holds nothing
}

func (p *pbfReader) unzip(packed []byte, rawSize uint64) ([]byte, error) {
	if rawSize > maxBlob {
		return nil, fmt.Errorf("a block claims to inflate to %d bytes, more than the 32 MiB the format allows", rawSize)
	}
	src := bytes.NewReader(packed)
	var err error
	if p.z == nil {
		p.z, err = zlib.NewReader(src)
	} else {
		err = p.z.(zlib.Resetter).Reset(src, nil)
	}
	if err != nil {
		p.z = nil
		return nil, errWire
	}
	p.raw.Reset()
	n, err := p.raw.ReadFrom(io.LimitReader(p.z, int64(rawSize)+1))
	switch {
	case err != nil:
		return nil, errWire
	case n > int64(rawSize):
		return nil, fmt.Errorf("a block inflates to more than the %d bytes it claims", rawSize)
	case n < int64(rawSize):
		return nil, errWire
	}
	return p.raw.Bytes(), nil
}

// checkHeader refuses files that need features we do not have.
func checkHeader(data []byte) error {
	f := fields{buf: data}
	for f.next() {
		if f.num != 4 {
			continue
		}
		switch string(f.data) {
		case "OsmSchema-V0.6", "DenseNodes", "HistoricalInformation":
		default:
			return household.Errorf(household.Invalid, opRead, "the OpenStreetMap file needs the feature %q, which is not supported", shorten(f.data)).
				WithHint("%s", hintConvert)
		}
	}
	return f.err
}

func shorten(b []byte) string {
	if len(b) > 40 {
		b = b[:40]
	}
	return string(b)
}
