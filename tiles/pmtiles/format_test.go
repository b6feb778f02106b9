package pmtiles

import (
	"errors"
	"math/rand/v2"
	"os"
	"reflect"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/household"
	"hearthmap/internal/testdata"
)

// hilbert is the curve as textbooks have it, with whole coordinates turned at
// each step: the slow way.
func hilbert(z, x, y int) uint64 {
	d, n := 0, 1<<z
	for s := n / 2; s > 0; s /= 2 {
		rx, ry := 0, 0
		if x&s > 0 {
			rx = 1
		}
		if y&s > 0 {
			ry = 1
		}
		d += s * s * ((3 * rx) ^ ry)
		if ry == 0 {
			if rx == 1 {
				x, y = n-1-x, n-1-y
			}
			x, y = y, x
		}
	}
	before := 0
	for i := range z {
		before += 1 << (2 * i)
	}
	return uint64(before + d)
}

func TestTileIDs(t *testing.T) {
	// The specification's own examples.
	for _, c := range []struct {
		z, x, y int
		id      uint64
	}{{0, 0, 0, 0}, {1, 0, 0, 1}, {1, 0, 1, 2}, {1, 1, 1, 3}, {1, 1, 0, 4}, {2, 0, 0, 5}, {12, 3423, 1763, 19078479}} {
		if got := TileID(c.z, c.x, c.y); got != c.id {
			t.Errorf("%d/%d/%d has the number %d, not %d", c.z, c.x, c.y, got, c.id)
		}
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		z := rnd.IntN(MaxZoom + 1)
		x, y := rnd.IntN(1<<z), rnd.IntN(1<<z)
		id := TileID(z, x, y)
		if want := hilbert(z, x, y); id != want {
			t.Fatalf("%d/%d/%d has the number %d, not %d", z, x, y, id, want)
		}
		if gz, gx, gy, ok := ZXY(id); !ok || gz != z || gx != x || gy != y {
			t.Fatalf("number %d is %d/%d/%d, not %d/%d/%d", id, gz, gx, gy, z, x, y)
		}
		if z == MaxZoom {
			continue
		}
		first := FirstChild(id)
		for i := range uint64(4) {
			if cz, cx, cy, _ := ZXY(first + i); cz != z+1 || cx>>1 != x || cy>>1 != y {
				t.Fatalf("%d/%d/%d is no child of %d/%d/%d", cz, cx, cy, z, x, y)
			}
		}
	}
	end := 1 << MaxZoom
	if _, _, _, ok := ZXY(TileID(MaxZoom, end-1, 0) + 1); ok {
		t.Error("a tile has a number beyond the last zoom's")
	}
	if _, _, _, ok := ZXY(1<<64 - 1); ok {
		t.Error("a tile has the largest of all numbers")
	}
}

// someEntries are entries that keep the rules.
func someEntries(rnd *rand.Rand, n int) []Entry {
	var list []Entry
	id, at := uint64(rnd.IntN(100)), uint64(rnd.IntN(3)*50)
	for range n {
		e := Entry{ID: id, Offset: at, Length: uint32(1 + rnd.IntN(1<<16)), Run: uint32(rnd.IntN(4))}
		if len(list) > 0 && rnd.IntN(4) == 0 {
			e.Offset, e.Length = list[rnd.IntN(len(list))].Offset, 7
		}
		list = append(list, e)
		id += uint64(max(e.Run, 1)) + uint64(rnd.IntN(5)*rnd.IntN(1000))
		at += uint64(e.Length)
	}
	return list
}

func TestDirectoriesRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	for range 300 {
		want := someEntries(rnd, 1+rnd.IntN(300))
		text := appendDirectory(nil, want)
		got, err := parseDirectory(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%d entries come back as %d: %v", len(want), len(got), err)
		}
		if _, err := parseDirectory(text[:rnd.IntN(len(text))]); err == nil {
			t.Fatal("a directory that is cut off is taken")
		}
		if _, err := parseDirectory(append(text, 0)); err == nil {
			t.Fatal("bytes behind the end are taken")
		}
	}
}

func TestDirectoriesAgainstTheRules(t *testing.T) {
	for name, list := range map[string][]Entry{
		"no bytes":      {{ID: 1, Run: 1}},
		"the same id":   {{ID: 1, Length: 1, Run: 1}, {ID: 1, Length: 1, Run: 1}},
		"runs overlap":  {{ID: 1, Length: 1, Run: 5}, {ID: 4, Length: 1, Run: 1}},
		"beyond zooms":  {{ID: 1 << 60, Length: 1, Run: 1}},
		"run leaves it": {{ID: firstID(MaxZoom+1) - 1, Length: 1, Run: 2}},
	} {
		if got, err := parseDirectory(appendDirectory(nil, list)); err == nil {
			t.Errorf("%s: taken as %v", name, got)
		}
	}
}

func TestHeaderRoundTrip(t *testing.T) {
	h := Header{
		Root: Section{127, 100}, Metadata: Section{227, 50}, Leaves: Section{277, 20}, Tiles: Section{297, 1000},
		Addressed: 9, Lines: 8, Contents: 7, Clustered: true, InternalCompression: CompressionGzip, TileCompression: CompressionGzip, TileType: TypeMVT,
		MinZoom: 3, MaxZoom: 16, CenterZoom: 13,
		Bounds: orb.Bound{Min: orb.Point{-123.4567891, -41.5}, Max: orb.Point{123.4567891, 41.9876543}}, Center: orb.Point{123.1, 41.7},
	}
	b := h.appendTo(nil)
	if len(b) != HeaderLength {
		t.Fatalf("a header of %d bytes", len(b))
	}
	got, err := parseHeader(b, 1297)
	if err != nil || got != h {
		t.Errorf("%+v comes back as %+v: %v", h, got, err)
	}
	if _, err := parseHeader(b, 1296); err == nil {
		t.Error("sections behind the end of the file are taken")
	}
	h.Root.Length = headLength
	h.Metadata, h.Leaves, h.Tiles = Section{}, Section{}, Section{}
	if _, err := parseHeader(h.appendTo(nil), 1<<20); err == nil {
		t.Error("a root directory that is too long is taken")
	}
}

func TestSampleArchives(t *testing.T) {
	for _, c := range []struct {
		name  string
		taken bool
		tiles uint64
		kind  TileType
	}{
		{"test_fixture_1.pmtiles", true, 1, TypeMVT},
		{"test_fixture_2.pmtiles", true, 1, TypeMVT},
		{"test_fixture_mlt.pmtiles", true, 0, TypeMLT},
		{"unclustered.pmtiles", true, 2, TypePNG},
		{"empty.pmtiles", false, 0, 0},
		{"invalid.pmtiles", false, 0, 0},
		{"invalid_v4.pmtiles", false, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Open(testdata.Path(t, "tiles/pmtiles/"+c.name))
			if err == nil {
				err = f.Verify()
				defer f.Close()
			}
			var known *household.Error
			if !c.taken {
				if !errors.As(err, &known) || known.Hint == "" {
					t.Fatalf("it is taken, or refused without a hint: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if f.Addressed != c.tiles || f.TileType != c.kind {
				t.Errorf("%d tiles of type %d", f.Addressed, f.TileType)
			}
			for e, err := range f.Entries() {
				z, x, y, _ := ZXY(e.ID)
				body, readErr := f.Tile(z, x, y)
				if err != nil || readErr != nil || len(body) != int(e.Length) {
					t.Errorf("%d/%d/%d: %d bytes, %v, %v", z, x, y, len(body), err, readErr)
				}
			}
			if _, err := f.Metadata(); err != nil {
				t.Error(err)
			}
		})
	}
	if _, err := Open("no such file"); err == nil {
		t.Error("a file that is not there opens")
	}
}

func FuzzDirectory(f *testing.F) {
	rnd := rand.New(rand.NewPCG(3, 3))
	for n := range 6 {
		f.Add(appendDirectory(nil, someEntries(rnd, n)))
	}
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, err := parseDirectory(b)
		if err != nil {
			return
		}
		// What is taken can be written again, and reads the same.
		again, err := parseDirectory(appendDirectory(nil, entries))
		if err != nil || !reflect.DeepEqual(again, entries) {
			t.Fatalf("%v comes back as %v: %v", entries, again, err)
		}
	})
}

func FuzzArchive(f *testing.F) {
	dir := f.TempDir()
	w, err := Create(dir+"/a.pmtiles", "k")
	if err != nil {
		f.Fatal(err)
	}
	for id := range uint64(20) {
		if err := w.Add(id*id, []byte{byte(id % 3), 1}); err != nil {
			f.Fatal(err)
		}
	}
	if _, err := w.Finish(Header{MaxZoom: 16, TileType: TypeMVT}, map[string]any{}); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(dir + "/a.pmtiles")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Fuzz(func(_ *testing.T, b []byte) {
		r, err := NewReader(bytesAt(b), int64(len(b)))
		if err != nil {
			return
		}
		_ = r.Verify()
		_, _ = r.Metadata()
		_, _ = r.Tile(1, 1, 1)
	})
}
