package osmfile

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"strings"
	"testing"
)

// pbfWriter writes small PBF files: the counterpart of the reader, used for
// round trips and for making broken files.
type pbfWriter struct {
	out   bytes.Buffer
	words []string
	index map[string]uint64
	plain bool // nodes one by one instead of dense
	raw   bool // blobs not compressed
}

func bytesField(b []byte, num uint64, data []byte) []byte {
	b = binary.AppendUvarint(b, num<<3|2)
	b = binary.AppendUvarint(b, uint64(len(data)))
	return append(b, data...)
}

func varintField(b []byte, num, v uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, num<<3), v)
}

func zigzag(v int64) uint64 { return uint64(v)<<1 ^ uint64(v>>63) }

func (w *pbfWriter) blob(kind string, data []byte) {
	var body []byte
	if w.raw {
		body = bytesField(nil, 1, data)
	} else {
		var z bytes.Buffer
		zw := zlib.NewWriter(&z)
		_, _ = zw.Write(data)
		_ = zw.Close()
		body = bytesField(varintField(nil, 2, uint64(len(data))), 3, z.Bytes())
	}
	w.frame(kind, body)
}

func (w *pbfWriter) frame(kind string, body []byte) {
	head := varintField(bytesField(nil, 1, []byte(kind)), 3, uint64(len(body)))
	_ = binary.Write(&w.out, binary.BigEndian, uint32(len(head)))
	w.out.Write(head)
	w.out.Write(body)
}

func (w *pbfWriter) header() {
	w.blob("OSMHeader", bytesField(bytesField(nil, 4, []byte("OsmSchema-V0.6")), 4, []byte("DenseNodes")))
}

func (w *pbfWriter) word(s string) uint64 {
	i, ok := w.index[s]
	if !ok {
		i = uint64(len(w.words))
		w.words, w.index[s] = append(w.words, s), i
	}
	return i
}

func (w *pbfWriter) tagFields(b []byte, t tags) []byte {
	var keys, vals []byte
	for _, kv := range t {
		keys = binary.AppendUvarint(keys, w.word(kv.key))
		vals = binary.AppendUvarint(vals, w.word(kv.value))
	}
	return bytesField(bytesField(b, 2, keys), 3, vals)
}

// block writes the elements as one block.
func (w *pbfWriter) block(points []point, ways []*way, relations []*relation) {
	w.words, w.index = nil, map[string]uint64{}
	w.word("")
	var group []byte
	if w.plain {
		for _, p := range points {
			n := w.tagFields(varintField(nil, 1, zigzag(p.id)), p.tags)
			n = varintField(varintField(n, 8, zigzag(int64(p.p.lat))), 9, zigzag(int64(p.p.lon)))
			group = bytesField(group, 1, n)
		}
	} else if len(points) > 0 {
		group = bytesField(group, 2, w.dense(points))
	}
	for _, x := range ways {
		refs, last := []byte(nil), int64(0)
		for _, r := range x.refs {
			refs, last = binary.AppendUvarint(refs, zigzag(r-last)), r
		}
		group = bytesField(group, 3, bytesField(w.tagFields(varintField(nil, 1, uint64(x.id)), x.tags), 8, refs))
	}
	for _, r := range relations {
		var roles, refs, kinds []byte
		last := int64(0)
		for _, m := range r.members {
			roles = binary.AppendUvarint(roles, w.word(m.role))
			refs, last = binary.AppendUvarint(refs, zigzag(m.ref-last)), m.ref
			kinds = binary.AppendUvarint(kinds, uint64(strings.IndexByte("nwr", m.kind)))
		}
		group = bytesField(group, 4, bytesField(bytesField(bytesField(w.tagFields(varintField(nil, 1, uint64(r.id)), r.tags), 8, roles), 9, refs), 10, kinds))
	}
	var table []byte
	for _, s := range w.words {
		table = bytesField(table, 1, []byte(s))
	}
	w.blob("OSMData", bytesField(bytesField(nil, 1, table), 2, group))
}

func (w *pbfWriter) dense(points []point) []byte {
	var ids, lats, lons, words []byte
	var last point
	for _, p := range points {
		ids = binary.AppendUvarint(ids, zigzag(p.id-last.id))
		lats = binary.AppendUvarint(lats, zigzag(int64(p.p.lat)-int64(last.p.lat)))
		lons = binary.AppendUvarint(lons, zigzag(int64(p.p.lon)-int64(last.p.lon)))
		for _, t := range p.tags {
			words = binary.AppendUvarint(binary.AppendUvarint(words, w.word(t.key)), w.word(t.value))
		}
		words, last = append(words, 0), p
	}
	return bytesField(bytesField(bytesField(bytesField(nil, 1, ids), 8, lats), 9, lons), 10, words)
}

// toPBF writes the elements of a document in the order of their ids.
func toPBF(t testing.TB, xml []byte, w *pbfWriter, perBlock int, reverse bool) []byte {
	t.Helper()
	var points []point
	var ways []*way
	var relations []*relation
	err := scanXML(context.Background(), bytes.NewReader(xml), handler{
		node:     func(id int64, p pos, t tags) error { points = append(points, point{id, p, t.clone()}); return nil },
		way:      func(x *way) error { ways = append(ways, x.clone()); return nil },
		relation: func(r *relation) error { relations = append(relations, r.clone()); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	order(points, func(p point) int64 { return p.id }, reverse)
	order(ways, func(x *way) int64 { return x.id }, reverse)
	order(relations, func(r *relation) int64 { return r.id }, reverse)
	w.header()
	for len(points) > 0 {
		n := min(perBlock, len(points))
		w.block(points[:n], nil, nil)
		points = points[n:]
	}
	for len(ways) > 0 {
		n := min(perBlock, len(ways))
		w.block(nil, ways[:n], nil)
		ways = ways[n:]
	}
	w.block(nil, nil, relations)
	return w.out.Bytes()
}
