package pmtiles

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hearthmap/household"
)

type bytesAt []byte

func (b bytesAt) ReadAt(p []byte, off int64) (int, error) {
	if off >= int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// someTiles are tiles of which many are equal, in runs and apart.
func someTiles(rnd *rand.Rand, n, kinds int) map[uint64][]byte {
	tiles := map[uint64][]byte{}
	id := uint64(rnd.IntN(3))
	for range n {
		body := make([]byte, 1+rnd.IntN(40))
		r := rand.New(rand.NewPCG(7, uint64(rnd.IntN(kinds))))
		body = body[:1+r.IntN(len(body))]
		for i := range body {
			body[i] = byte(r.Uint32())
		}
		tiles[id] = body
		id += 1 + uint64(rnd.IntN(2)*rnd.IntN(6))
	}
	return tiles
}

func create(t *testing.T, path, key string) *Writer {
	t.Helper()
	w, err := Create(path, key)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func add(t *testing.T, w *Writer, tiles map[uint64][]byte, ids []uint64) {
	t.Helper()
	for _, id := range ids {
		if err := w.Add(id, tiles[id]); err != nil {
			t.Fatal(err)
		}
	}
}

func finish(t *testing.T, w *Writer) []byte {
	t.Helper()
	if _, err := w.Finish(Header{MaxZoom: MaxZoom, TileType: TypeMVT, TileCompression: CompressionGzip}, map[string]any{"name": "a town"}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(w.path)
	if err != nil {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(w.path + ".*")
	if len(left) > 0 {
		t.Errorf("left beside the archive: %v", left)
	}
	return whole
}

// has checks that the archive has these tiles and no others.
func has(t *testing.T, whole []byte, tiles map[uint64][]byte) *Reader {
	t.Helper()
	r, err := NewReader(bytesAt(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Verify(); err != nil {
		t.Fatal(err)
	}
	if r.Addressed != uint64(len(tiles)) {
		t.Errorf("%d tiles, not %d", r.Addressed, len(tiles))
	}
	different := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(tiles)) {
		want := tiles[id]
		different[string(want)] = true
		z, x, y, _ := ZXY(id)
		if got, err := r.Tile(z, x, y); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d/%d/%d: %x, not %x: %v", z, x, y, got, want, err)
		}
	}
	if r.Contents != uint64(len(different)) {
		t.Errorf("%d different tiles, not %d: equal tiles are there once", r.Contents, len(different))
	}
	for id := range uint64(200) {
		z, x, y, _ := ZXY(id)
		if got, err := r.Tile(z, x, y); err != nil || !bytes.Equal(got, tiles[id]) {
			t.Fatalf("%d/%d/%d: %x, %v", z, x, y, got, err)
		}
	}
	return r
}

func TestRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 4))
	for _, n := range []int{1, 2, 5, 100, 3000, 40000} {
		for _, kinds := range []int{1, 7, 1 << 30} {
			tiles := someTiles(rnd, n, kinds)
			ids := slices.Sorted(maps.Keys(tiles))
			w := create(t, filepath.Join(t.TempDir(), "a.pmtiles"), "k")
			add(t, w, tiles, ids)
			whole := finish(t, w)
			r := has(t, whole, tiles)
			if n == 40000 && kinds > 7 && r.Leaves.Length == 0 {
				t.Error("40,000 different tiles need leaf directories")
			}
			if text, err := r.Metadata(); err != nil || string(text) != `{"name":"a town"}` {
				t.Errorf("metadata %s, %v", text, err)
			}
			if !r.Clustered || r.Root.Offset+r.Root.Length > headLength {
				t.Errorf("header %+v", r.Header)
			}
		}
	}
}

// A killed Writer leaves its files as they were at some moment: the next one
// goes on from the last checkpoint, and the archive is the same to the byte.
func TestResume(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 5))
	tiles := someTiles(rnd, 2000, 300)
	ids := slices.Sorted(maps.Keys(tiles))
	w := create(t, filepath.Join(t.TempDir(), "a.pmtiles"), "k")
	add(t, w, tiles, ids)
	want := finish(t, w)

	path := filepath.Join(t.TempDir(), "a.pmtiles")
	resumed := 0
	for round := 0; ; round++ {
		w := create(t, path, "k")
		if w.Resumed {
			resumed++
		}
		from, _ := slices.BinarySearch(ids, w.Next())
		if rest := ids[from:]; len(rest) == 0 {
			if got := finish(t, w); !bytes.Equal(got, want) {
				t.Fatal("the archive of many attempts is not that of one")
			}
			break
		}
		some := min(1+rnd.IntN(400), len(ids)-from)
		add(t, w, tiles, ids[from:from+some])
		if err := w.Checkpoint(); err != nil {
			t.Fatal(err)
		}
		if round%2 == 0 { // a kill: tiles behind the checkpoint are half-written
			add(t, w, tiles, ids[from+some:min(from+some+50, len(ids))])
			_ = w.out.Flush()
			_, _ = w.journal.Write(block{next: 1 << 40, size: 1, tiles: []byte{1, 2, 3}}.appendTo(nil)[:9])
			_ = w.close()
			continue
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if resumed < 3 {
		t.Errorf("only %d of the attempts went on from the one before", resumed)
	}
}

func TestAnotherKeyBeginsAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pmtiles")
	tiles := map[uint64][]byte{1: []byte("one"), 2: []byte("two")}
	w := create(t, path, "k")
	add(t, w, tiles, []uint64{1})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w = create(t, path, "another")
	if !w.Stale || w.Resumed || w.Next() != 0 {
		t.Errorf("stale %v, resumed %v, next %d", w.Stale, w.Resumed, w.Next())
	}
	add(t, w, tiles, []uint64{2})
	delete(tiles, 1)
	has(t, finish(t, w), tiles)
}

// Whatever is damaged in the journal, the Writer goes on from a whole block.
func TestDamagedJournal(t *testing.T) {
	rnd := rand.New(rand.NewPCG(6, 6))
	tiles := someTiles(rnd, 300, 50)
	ids := slices.Sorted(maps.Keys(tiles))
	path := filepath.Join(t.TempDir(), "a.pmtiles")
	w := create(t, path, "k")
	for at := 0; at < 200; at += 40 {
		add(t, w, tiles, ids[at:at+40])
		if err := w.Checkpoint(); err != nil {
			t.Fatal(err)
		}
	}
	head, whole, end, err := readJournal(w.journal, w.size)
	if err != nil || head.Key != "k" || len(whole) != 5 {
		t.Fatalf("%+v, %d blocks, %v", head, len(whole), err)
	}
	journal := make([]byte, end)
	if _, err := w.journal.ReadAt(journal, 0); err != nil {
		t.Fatal(err)
	}
	size := w.size
	_ = w.close()

	damaged, err := os.Create(filepath.Join(t.TempDir(), "journal"))
	if err != nil {
		t.Fatal(err)
	}
	defer damaged.Close()
	for range 300 {
		text := slices.Clone(journal)
		text[rnd.IntN(len(text))] ^= byte(1 + rnd.IntN(255))
		if _, err := damaged.WriteAt(text, 0); err != nil {
			t.Fatal(err)
		}
		head, blocks, end, err := readJournal(damaged, size)
		if err != nil {
			t.Fatal(err)
		}
		if head.Key != "k" || !reflect.DeepEqual(head, journalHead{journalVersion, "k"}) {
			continue // it is not this archive's
		}
		if len(blocks) >= len(whole) || len(blocks) > 0 && !reflect.DeepEqual(blocks, whole[:len(blocks)]) || end > int64(len(journal)) {
			t.Fatalf("%d blocks of a damaged journal, up to %d", len(blocks), end)
		}
	}
	if err := os.WriteFile(path+".journal", journal[:len(journal)-3], 0o644); err != nil {
		t.Fatal(err)
	}
	w = create(t, path, "k")
	from, _ := slices.BinarySearch(ids, w.Next())
	if !w.Resumed || from != 160 {
		t.Errorf("it goes on at tile %d, not at 160", from)
	}
	add(t, w, tiles, ids[from:])
	has(t, finish(t, w), tiles)
}

func TestWriterErrors(t *testing.T) {
	var known *household.Error
	dir := t.TempDir()
	w := create(t, filepath.Join(dir, "a.pmtiles"), "k")
	if _, err := Create(filepath.Join(dir, "a.pmtiles"), "k"); !errors.As(err, &known) || known.Code != household.Conflict {
		t.Errorf("two at once: %v", err)
	}
	if _, err := w.Finish(Header{}, nil); !errors.As(err, &known) || known.Code != household.NotFound {
		t.Errorf("an empty archive: %v", err)
	}
	add(t, w, map[uint64][]byte{5: []byte("x")}, []uint64{5})
	if err := w.Add(5, []byte("y")); err == nil {
		t.Error("a number is taken twice")
	}
	if err := w.Add(firstID(MaxZoom+1), []byte("y")); err == nil {
		t.Error("a number beyond the last zoom is taken")
	}
	// The check of the finished file finds what the header must not say.
	if _, err := w.Finish(Header{MinZoom: 3, MaxZoom: 4}, nil); err == nil {
		t.Error("a tile of zoom 2 is in an archive of zooms 3 to 4")
	}
	if _, err := os.Stat(w.path); err == nil {
		t.Error("a false archive has taken its name")
	}
	finish(t, w)
	if err := w.Close(); err != nil {
		t.Errorf("Close after Finish: %v", err)
	}
	if _, err := Create(filepath.Join(dir, "no", "a.pmtiles"), "k"); !errors.As(err, &known) || !strings.Contains(known.Message, "cannot be written") {
		t.Errorf("no such directory: %v", err)
	}
}

func TestDiskFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	w := create(t, filepath.Join(t.TempDir(), "a.pmtiles"), "k")
	real := w.data
	defer real.Close()
	w.data = full
	w.out.Reset(full)
	add(t, w, map[uint64][]byte{5: []byte("x")}, []uint64{5})
	var known *household.Error
	if err := w.Checkpoint(); !errors.As(err, &known) || known.Code != household.Unavailable || !strings.Contains(known.Hint, "goes on where it stopped") {
		t.Errorf("a full disk: %v", err)
	}
}
