package osmfile

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/internal/testdata"
)

// checkUserError fails unless the error is one a user can act on.
func checkUserError(t *testing.T, err error) {
	t.Helper()
	var he *household.Error
	if !errors.As(err, &he) || he.Code != household.Invalid || he.Hint == "" || he.Message == "" {
		t.Errorf("error %#v is not Invalid with a hint", err)
	}
}

func TestMalformedFiles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testdata.Path(t, "malformed/osm_pbf"), "*"))
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			var items []importers.Item
			var err error
			peak := heapPeak(t, func() { items, _, err = tryRead(f) })
			checkUserError(t, err)
			if len(items) > 0 {
				t.Errorf("%d items were handed over before the fault was found", len(items))
			}
			if peak > 256<<20 {
				t.Errorf("took %d MiB", peak>>20)
			}
		})
	}
}

// heapPeak runs fn and returns the largest heap seen, in bytes.
func heapPeak(t *testing.T, fn func()) uint64 {
	t.Helper()
	done, out := make(chan struct{}), make(chan uint64)
	go func() {
		var peak uint64
		var m runtime.MemStats
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
			select {
			case <-done:
				tick.Stop()
				out <- peak
				return
			case <-tick.C:
			}
		}
	}()
	fn()
	close(done)
	return <-out
}

func TestBrokenText(t *testing.T) {
	node := `<node id="1" lon="0" lat="0"/>`
	for name, text := range map[string]string{
		"empty":              "",
		"spaces":             "   \n",
		"cut":                `<osm><node id="1" lon="1" lat="1"><tag k="a" v="b"/>`,
		"cut in a tag":       `<osm><node id="1" lon=`,
		"cut before the end": `<osm>` + node,
		"html":               `<html><body>429 Too Many Requests</body></html>`,
		"changes":            `<osmChange><create>` + node + `</create></osmChange>`,
		"overpass":           `<osm>` + node + `<remark> runtime error: Query timed out </remark></osm>`,
		"text":               "name,lon,lat\nthis is a table and no map\n",
		"json":               `{"version": 0.6, "elements": []}`,
		"latin-1":            "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><osm>" + node + "</osm>",
		"bad bytes":          "<osm><node id=\"1\" lon=\"0\" lat=\"0\"><tag k=\"name\" v=\"\xff\xfe\"/></node></osm>",
		"no id":              `<osm><node lon="0" lat="0"/></osm>`,
		"ref":                `<osm><way id="1"><nd ref="x"/></way></osm>`,
		"member":             `<osm><relation id="1"><member type="planet" ref="1"/></relation></osm>`,
		"deep":               `<osm>` + strings.Repeat("<a>", 100),
		"wrong end":          `<osm><node id="1" lon="0" lat="0"></way></osm>`,
		"zip":                "PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"o5m":                "\xff\xe0\x04o5m2aaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"gzip of nothing":    "\x1f\x8b",
		"bad bzip2":          "BZh91AY&SYnonsense",
		"NUL":                strings.Repeat("\x00", 4096),
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := tryRead(write(t, "a.osm", []byte(text)))
			checkUserError(t, err)
		})
	}
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("a directory was opened")
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none.osm")); household.CodeOf(err) != household.NotFound {
		t.Errorf("error %v, want not_found", err)
	}
}

func TestOddButFine(t *testing.T) {
	text := "\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\n<!-- made by hand --><osm><note>x</note><meta osm_base=\"2026\"/><bounds minlat=\"0\"/>" +
		`<node id="1" lon="200" lat="0"/><node id="2" lon="abc" lat="0"/><node id="3" lon="NaN" lat="0"/><node id="4"/>` +
		`<node id="5" lon="1" lat="1" action="delete"><tag k="amenity" v="bank"/></node>` +
		`<node id="6" lon="1" lat="1" visible="false"><tag k="amenity" v="bank"/></node>` +
		`<node id="-7" lon="1" lat="1"><tag k="amenity" v="bank"/></node>` +
		`<way id="1"/><way id="2"><tag k="building" v="yes"/></way><relation id="1"><tag k="type" v="multipolygon"/><tag k="building" v="yes"/></relation></osm>`
	items, s := readAll(t, write(t, "a.osm", []byte(text)))
	if len(items) != 3 || s.Stats().BadNodes != 4 || items[2].Row != -7 || len(rejects(items)) != 2 {
		t.Errorf("items %+v, counts %+v", items, s.Stats())
	}
	if items, _ := readAll(t, write(t, "b.osm", []byte("<osm/>"))); len(items) != 0 {
		t.Errorf("an empty map holds %+v", items)
	}
}

// endless repeats a text up to a number of bytes.
type endless struct {
	text string
	left int
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && e.left > 0 {
		k := copy(p[n:], e.text[e.at:])
		e.at = (e.at + k) % len(e.text)
		n += k
		e.left -= k
	}
	return n, nil
}

// TestBombs reads streams that would take far more memory than they are
// worth: each must end in an error, soon and cheaply.
func TestBombs(t *testing.T) {
	nothing := handler{
		node:     func(int64, pos, tags) error { return nil },
		way:      func(*way) error { return nil },
		relation: func(*relation) error { return nil },
	}
	const huge = 1 << 40
	for name, r := range map[string]io.Reader{
		"spaces":    io.MultiReader(strings.NewReader("<osm>"), &endless{text: " ", left: huge}),
		"comment":   io.MultiReader(strings.NewReader("<osm><!--"), &endless{text: "<a>", left: huge}),
		"attribute": io.MultiReader(strings.NewReader(`<osm a="`), &endless{text: ">x", left: huge}),
		"nodes":     io.MultiReader(strings.NewReader(`<osm><way id="1">`), &endless{text: `<nd ref="1"/>`, left: huge}),
		"tags":      io.MultiReader(strings.NewReader(`<osm><way id="1">`), &endless{text: `<tag k="a" v="b"/>`, left: huge}),
		"members":   io.MultiReader(strings.NewReader(`<osm><relation id="1">`), &endless{text: `<member type="way" ref="1"/>`, left: huge}),
		"nesting":   io.MultiReader(strings.NewReader(`<osm>`), &endless{text: `<a>`, left: huge}),
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			peak := heapPeak(t, func() { err = scanXML(context.Background(), r, nothing) })
			if err == nil {
				t.Error("no error")
			}
			if peak > 256<<20 {
				t.Errorf("took %d MiB", peak>>20)
			}
		})
	}
}

// TestTooMuch: a file that holds more than memory should is refused.
func TestTooMuch(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("<osm>")
	for range 20000 {
		b.WriteString(`<node id="1" lon="1" lat="1"><tag k="amenity" v="bank"/></node>`)
	}
	b.WriteString("</osm>")
	s, err := Open(write(t, "a.osm.gz", gzipped(t, b.Bytes())))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	s.limit = 1 << 20
	err = s.Each(context.Background(), func(importers.Item) error { return nil })
	checkUserError(t, err)
	if !strings.Contains(household.HintOf(err), "osmium extract") {
		t.Errorf("hint %q", household.HintOf(err))
	}
}

func TestBrokenBlocks(t *testing.T) {
	zip := func(data []byte) []byte {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		_, _ = w.Write(data)
		_ = w.Close()
		return z.Bytes()
	}
	group := func(b []byte) []byte { return bytesField(bytesField(nil, 1, bytesField(nil, 1, nil)), 2, b) }
	data := func(w *pbfWriter, block []byte) { w.blob("OSMData", block) }
	for name, fill := range map[string]func(w *pbfWriter){
		"no header": func(w *pbfWriter) {
			w.out.Reset()
			w.out.WriteString("\x00\x00\x00\x0d\x0a\x09OSMHeader\x18")
			w.out.Write(make([]byte, 300))
		},
		"length":   func(w *pbfWriter) { w.out.Write([]byte{0x7f, 0xff, 0xff, 0xff}) },
		"negative": func(w *pbfWriter) { w.out.Write([]byte{0xff, 0xff, 0xff, 0xff}) },
		"size": func(w *pbfWriter) {
			head := varintField(bytesField(nil, 1, []byte("OSMData")), 3, 1<<63)
			_ = binary.Write(&w.out, binary.BigEndian, uint32(len(head)))
			w.out.Write(head)
		},
		"bomb": func(w *pbfWriter) {
			w.frame("OSMData", bytesField(varintField(nil, 2, 100), 3, zip(make([]byte, 64<<20))))
		},
		"bomb admitted": func(w *pbfWriter) {
			w.frame("OSMData", bytesField(varintField(nil, 2, 64<<20), 3, zip(make([]byte, 64<<20))))
		},
		"short":   func(w *pbfWriter) { w.frame("OSMData", bytesField(varintField(nil, 2, 100), 3, zip(make([]byte, 50)))) },
		"lz4":     func(w *pbfWriter) { w.frame("OSMData", bytesField(nil, 6, []byte("x"))) },
		"feature": func(w *pbfWriter) { w.blob("OSMHeader", bytesField(nil, 4, []byte("Sort.Magic"))) },
		"word": func(w *pbfWriter) {
			data(w, group(bytesField(nil, 3, bytesField(bytesField(nil, 2, []byte{99}), 3, []byte{99}))))
		},
		"values": func(w *pbfWriter) { data(w, group(bytesField(nil, 3, bytesField(nil, 2, []byte{0, 0})))) },
		"dense word": func(w *pbfWriter) {
			data(w, group(bytesField(nil, 2, bytesField(bytesField(bytesField(bytesField(nil, 1, []byte{2}), 8, []byte{2}), 9, []byte{2}), 10, []byte{9, 9, 0}))))
		},
		"dense short": func(w *pbfWriter) { data(w, group(bytesField(nil, 2, bytesField(nil, 1, []byte{2, 2})))) },
		"varint": func(w *pbfWriter) {
			data(w, group(bytesField(nil, 3, bytesField(nil, 8, bytes.Repeat([]byte{0xff}, 20)))))
		},
		"role": func(w *pbfWriter) {
			data(w, group(bytesField(nil, 4, bytesField(bytesField(bytesField(nil, 8, []byte{50}), 9, []byte{2}), 10, []byte{1}))))
		},
		"member type": func(w *pbfWriter) {
			data(w, group(bytesField(nil, 4, bytesField(bytesField(bytesField(nil, 8, []byte{0}), 9, []byte{2}), 10, []byte{9}))))
		},
		"granularity": func(w *pbfWriter) { data(w, varintField(nil, 17, 0)) },
		"utf-8":       func(w *pbfWriter) { data(w, bytesField(nil, 1, bytesField(nil, 1, []byte{0xff}))) },
		"wire":        func(w *pbfWriter) { data(w, []byte{0x0b}) },
	} {
		t.Run(name, func(t *testing.T) {
			w := &pbfWriter{}
			w.header()
			fill(w)
			var err error
			peak := heapPeak(t, func() { _, _, err = tryRead(write(t, "a.osm.pbf", w.out.Bytes())) })
			checkUserError(t, err)
			if peak > 384<<20 { // the bombs themselves are made in memory
				t.Errorf("took %d MiB", peak>>20)
			}
		})
	}
}

// TestEveryCutOfAFile cuts a small file at every byte: an error or, between
// blocks, a shorter map; nothing else.
func TestEveryCutOfAFile(t *testing.T) {
	data := toPBF(t, []byte(townXML(t, walledTown)), &pbfWriter{}, 4, false)
	path := write(t, "a.osm.pbf", data)
	for n := range data {
		if err := os.WriteFile(path, data[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := tryRead(path); err != nil {
			checkUserError(t, err)
		}
	}
}

func fuzzSeeds(f *testing.F) [][]byte {
	xml := []byte(townXML(f, walledTown))
	return [][]byte{
		xml,
		toPBF(f, xml, &pbfWriter{}, 6, false),
		toPBF(f, xml, &pbfWriter{raw: true}, 100, false),
		toPBF(f, xml, &pbfWriter{plain: true, raw: true}, 100, true),
		[]byte(`<osm><node id="1" lon="1" lat="2"><tag k="amenity" v="bank"/></node></osm>`),
	}
}

// FuzzRead: whatever the bytes, there is an answer or a user's error, and the
// counts add up.
func FuzzRead(f *testing.F) {
	for _, s := range fuzzSeeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		items, s, err := tryRead(write(t, "a", data))
		if err != nil {
			checkUserError(t, err)
			return
		}
		checkBalance(t, s.Stats())
		for _, it := range items {
			if (it.Entity == nil) == (it.Reject == nil) {
				t.Fatalf("an item is neither or both: %+v", it)
			}
		}
	})
}

// FuzzBlock feeds the decoder of PBF blocks directly, past the compression.
func FuzzBlock(f *testing.F) {
	f.Add(bytesField(bytesField(nil, 1, bytesField(nil, 1, []byte("a"))), 2, bytesField(nil, 3, bytesField(nil, 8, []byte{2, 2}))))
	f.Fuzz(func(_ *testing.T, data []byte) {
		var b block
		_, _ = b.decode(data, handler{
			node:     func(int64, pos, tags) error { return nil },
			way:      func(*way) error { return nil },
			relation: func(*relation) error { return nil },
		})
	})
}
