package osmfile

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/osm"
	"github.com/paulmach/osm/osmxml"

	"hearthmap/importers"
	"hearthmap/internal/testdata"
)

func order[T any](s []T, id func(T) int64, reverse bool) {
	slices.SortStableFunc(s, func(a, b T) int {
		if reverse {
			a, b = b, a
		}
		return cmp.Compare(id(a), id(b))
	})
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestAllFormatsGiveTheSame reads one map as XML, gzip, PBF with dense and
// plain nodes, and PBF turned back to front.
func TestAllFormatsGiveTheSame(t *testing.T) {
	maps := map[string][]byte{"town": []byte(townXML(t, walledTown))}
	if path := testdata.Path(t, "osm/beijing_bupt.osm"); path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		maps["beijing"] = data
	}
	for name, xml := range maps {
		want, ws := readAll(t, write(t, "a.osm", xml))
		if len(want) == 0 {
			t.Fatal("nothing was read")
		}
		for kind, data := range map[string][]byte{
			"gzip":     gzipped(t, xml),
			"dense":    toPBF(t, xml, &pbfWriter{}, 50, false),
			"plain":    toPBF(t, xml, &pbfWriter{plain: true, raw: true}, 1000, false),
			"unsorted": toPBF(t, xml, &pbfWriter{}, 50, true),
		} {
			got, gs := readAll(t, write(t, "a.any", data))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s as %s: %d items, differing from the %d of the XML", name, kind, len(got), len(want))
			}
			if !reflect.DeepEqual(gs.Stats(), ws.Stats()) {
				t.Errorf("%s as %s: counts %+v, want %+v", name, kind, gs.Stats(), ws.Stats())
			}
			if read, total := gs.Progress(); read != total || gs.Records() != ws.Records() || gs.Records() == 0 {
				t.Errorf("%s as %s: progress %d of %d, records %d", name, kind, read, total, gs.Records())
			}
		}
	}
}

// bzipped is <osm><node id="1" lon="1" lat="2"><tag k="amenity"
// v="pharmacy"/></node></osm>.
const bzipped = "QlpoOTFBWSZTWQvSnPoAAAwZgFAAsAcu790gIABIZKNDajTIep6R6EQ0MgAAOKZnQQFM0ElCHchq/+RarhU1yZ2e4oJy+vZDAeYc8VMJCNCIErnCvvi7kinChIBelOfQ"

func TestBzip2(t *testing.T) {
	data, err := base64.StdEncoding.DecodeString(bzipped)
	if err != nil {
		t.Fatal(err)
	}
	items, _ := readAll(t, write(t, "a.osm.bz2", data))
	if len(items) != 1 {
		t.Errorf("items %+v", items)
	}
	for _, cut := range []int{5, 20, len(data) / 2, len(data) - 3} {
		if _, _, err := tryRead(write(t, "a.osm.bz2", data[:cut])); err == nil {
			t.Errorf("cut after %d bytes: no error", cut)
		}
	}
}

// TestXMLAgainstLibrary compares our reader with that of paulmach/osm.
func TestXMLAgainstLibrary(t *testing.T) {
	for _, name := range []string{"osm/hong_kong_tsim_sha_tsui.osm", "osm/beijing_bupt.osm"} {
		data, err := os.ReadFile(testdata.Path(t, name))
		if err != nil {
			t.Fatal(err)
		}
		lib := osmxml.New(context.Background(), bytes.NewReader(data))
		next := func() any {
			for lib.Scan() {
				switch o := lib.Object().(type) {
				case *osm.Node, *osm.Way, *osm.Relation:
					return o
				}
			}
			return nil
		}
		n := 0
		err = scanXML(context.Background(), bytes.NewReader(data), handler{
			node: func(id int64, p pos, ts tags) error {
				n++
				o, ok := next().(*osm.Node)
				if !ok || int64(o.ID) != id || o.Lon != p.point()[0] || o.Lat != p.point()[1] || !sameTags(ts, o.Tags) {
					t.Fatalf("node %d: %v %v, library %+v", id, p, ts, o)
				}
				return nil
			},
			way: func(w *way) error {
				n++
				o, ok := next().(*osm.Way)
				if !ok || int64(o.ID) != w.id || !sameTags(w.tags, o.Tags) || len(w.refs) != len(o.Nodes) {
					t.Fatalf("way %+v, library %+v", w, o)
				}
				for i, r := range w.refs {
					if r != int64(o.Nodes[i].ID) {
						t.Fatalf("way %d: node %d differs", w.id, i)
					}
				}
				return nil
			},
			relation: func(r *relation) error {
				n++
				o, ok := next().(*osm.Relation)
				if !ok || int64(o.ID) != r.id || !sameTags(r.tags, o.Tags) || len(r.members) != len(o.Members) {
					t.Fatalf("relation %+v, library %+v", r, o)
				}
				for i, m := range r.members {
					if l := o.Members[i]; l.Ref != m.ref || l.Role != m.role || l.Type[0] != m.kind {
						t.Fatalf("relation %d: member %d differs", r.id, i)
					}
				}
				return nil
			},
		})
		if err != nil || next() != nil || n < 1000 {
			t.Fatalf("%s: %d elements, error %v", name, n, err)
		}
	}
}

// TestPBFAgainstLibrary compares everything in two PBF files, by a checksum,
// with what osmpbf of paulmach/osm v0.8.0 reads. The library is not called:
// with cgo it wants czlib, which the project does not have.
func TestPBFAgainstLibrary(t *testing.T) {
	for name, want := range map[string]struct {
		elements int
		sum      uint64
	}{
		"osm/monaco.osm.pbf":        {29772, 11307885320574739502},
		"osm/liechtenstein.osm.pbf": {158437, 7421872008237145057},
	} {
		file, err := os.Open(testdata.Path(t, name))
		if err != nil {
			t.Fatal(err)
		}
		h, n := fnv.New64a(), 0
		words := func(ts tags) error {
			n++
			for _, kv := range ts {
				fmt.Fprint(h, kv.key, "=", kv.value, ";")
			}
			return nil
		}
		s := &Source{}
		err = scanPBF(context.Background(), &countingReader{r: file, into: &s.read}, handler{
			node: func(id int64, p pos, ts tags) error {
				fmt.Fprintf(h, "n%d %.7f %.7f", id, p.point()[0], p.point()[1])
				return words(ts)
			},
			way: func(w *way) error {
				fmt.Fprintf(h, "w%d", w.id)
				for _, r := range w.refs {
					fmt.Fprint(h, r, ",")
				}
				return words(w.tags)
			},
			relation: func(r *relation) error {
				fmt.Fprintf(h, "r%d", r.id)
				for _, m := range r.members {
					fmt.Fprint(h, m.ref, m.role, string(m.kind), ",")
				}
				return words(r.tags)
			},
		}, nil, nil)
		_ = file.Close()
		if err != nil || n != want.elements || h.Sum64() != want.sum {
			t.Errorf("%s: %d elements, checksum %d, error %v; want %v", name, n, h.Sum64(), err, want)
		}
	}
}

func sameTags(a tags, b osm.Tags) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].key != b[i].Key || a[i].value != b[i].Value {
			return false
		}
	}
	return true
}

func TestNodeStoreAgainstMap(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, shuffled := range []bool{false, true} {
		var s nodeStore
		want := map[int64]pos{}
		var ids []int64
		for id := int64(-500); len(ids) < 20000; id += 1 + rng.Int64N(1<<uint(rng.IntN(34))) {
			ids = append(ids, id)
		}
		if shuffled {
			rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		}
		for _, id := range ids {
			p := pos{int32(rng.Uint32()), int32(rng.Uint32())}
			s.add(id, p)
			want[id] = p
			if rng.IntN(10) == 0 {
				s.add(id, pos{}) // again: the first counts
			}
		}
		s.finish()
		rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		for _, id := range ids {
			if p, ok := s.get(id); !ok || p != want[id] {
				t.Fatalf("shuffled %v: node %d is %v %v, want %v", shuffled, id, p, ok, want[id])
			}
			if _, ok := s.get(id + 1); ok != (want[id+1] != pos{}) {
				t.Fatalf("node %d should not be there", id+1)
			}
		}
	}
}

func TestCallersErrorAndContext(t *testing.T) {
	path := write(t, "a.osm", []byte(townXML(t, walledTown)))
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	mine := errors.New("full")
	if err := s.Each(context.Background(), func(importers.Item) error { return mine }); err != mine {
		t.Errorf("error %v, want the caller's own", err)
	}
	s2, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s2.Close() }()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s2.Each(ctx, func(importers.Item) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}
