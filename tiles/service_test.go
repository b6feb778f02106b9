package tiles

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/paulmach/orb"
	"go.uber.org/goleak"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/tiles/mvt"
)

// smallCity is a made-up town: districts, streets, communities and grids that
// tile a square, houses in rows, streets between them.
func smallCity(t testing.TB) *cityindex.City {
	t.Helper()
	d := &cityindex.Data{City: "town", Seq: 1}
	box := func(x, y, w, h float64) orb.MultiPolygon {
		const u = 0.001
		p := orb.Point{123.4 + x*u, 41.8 + y*u}
		return orb.MultiPolygon{orb.Bound{Min: p, Max: orb.Point{p[0] + w*u, p[1] + h*u}}.ToPolygon()}
	}
	area := func(id, parent int64, code string, l household.AreaLevel, g orb.MultiPolygon) {
		d.Areas = append(d.Areas, cityindex.Area{ID: id, ParentID: parent, Code: code, Name: "区" + code, Level: l, Geom: g})
	}
	area(1, 0, "9900", household.LevelCity, box(0, 0, 40, 40))
	area(2, 1, "990001", household.LevelDistrict, box(0, 0, 40, 40))
	area(3, 2, "990001001", household.LevelStreet, box(0, 0, 40, 40))
	for i := range 4 {
		x, y := float64(i%2)*20, float64(i/2)*20
		area(int64(4+i), 3, fmt.Sprintf("99000100100%d", i), household.LevelCommunity, box(x, y, 20, 20))
		area(int64(1+i), int64(4+i), fmt.Sprintf("W%d", i), household.LevelGrid, box(x, y, 20, 20))
	}
	for i := range 400 {
		x, y := float64(i%20)*2+0.3, float64(i/20)*2+0.3
		d.Buildings = append(d.Buildings, cityindex.Building{
			ID: int64(i + 1), Code: fmt.Sprint("B", i), Use: household.UseResidential, Floors: 6, Height: 18.3,
			AreaID: int64(4 + i%20/10 + i/200*2), Geom: box(x, y, 0.9, 0.3)[0], Point: box(x, y, 0, 0)[0][0][0],
			Counts: cityindex.Counts{People: int32(i), Households: int32(i / 3), Units: int32(i / 2)},
		})
	}
	for i := range 21 {
		v := float64(i) * 2
		d.Streets = append(d.Streets, cityindex.Street{ID: int64(i + 1), Street: household.Street{
			Code: fmt.Sprint("S", i), Name: "中山路", Class: "primary", Foot: true,
			Geom: orb.LineString{box(0, v, 0, 0)[0][0][0], box(40, v, 0, 0)[0][0][0]},
		}})
	}
	d.Compounds = []cityindex.Compound{{ID: 1, Code: "C1", Name: "阳光小区", Walled: true, AreaID: 4, Geom: box(0, 0, 8, 8)}}
	d.Land = []cityindex.Land{{ID: 1, Code: "L1", Kind: household.LandWater, Geom: box(30, 0, 3, 40)}}
	d.Facilities = []cityindex.Facility{{ID: 1, Code: "F1", Name: "卫生站", Category: "clinic", AreaID: 4, Geom: box(5, 5, 0, 0)[0][0][0]}}
	c, err := cityindex.New(d)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fixedCoverage is a source whose numbers follow from the index.
type fixedCoverage struct{ calls atomic.Int32 }

func (f *fixedCoverage) Resolve(standard, requirement string) (string, string, error) {
	if requirement == "" {
		requirement = "clinic"
	}
	if requirement != "clinic" && requirement != "park" {
		return "", "", household.Errorf(household.Invalid, "test", "unknown category").WithHint("clinic or park")
	}
	return "std", requirement, nil
}

func (f *fixedCoverage) Coverage(context.Context, *cityindex.City, string, string) (*CoverageData, error) {
	f.calls.Add(1)
	return &CoverageData{
		Reach: func(b int32) coverage.Reach {
			r := coverage.Reach{Status: coverage.Status(b % 3), Decimetres: b * 10}
			if r.Status == coverage.Unreachable {
				r.Decimetres = -1
			}
			return r
		},
		Total: func(a int32) (coverage.AreaTotal, bool, error) {
			return coverage.AreaTotal{People: 10, Covered: int64(a), Share: float64(a) / 10}, true, nil
		},
	}, nil
}

func newService(t testing.TB) (*Service, *cityindex.Live, *fixedCoverage) {
	live := cityindex.NewLive(smallCity(t))
	source := &fixedCoverage{}
	return NewService(live, source, Options{}), live, source
}

func decode(t testing.TB, tile Tile) *mvt.Tile {
	t.Helper()
	raw, err := tile.Unzipped()
	if err != nil {
		t.Fatal(err)
	}
	d, err := mvt.Decode(raw)
	if err != nil {
		t.Fatalf("our own tile is refused: %v", err)
	}
	return d
}

// at names the tile of the zoom that holds the position.
func at(z int, p orb.Point) Request {
	v := newFrame(z, 0, 0).xy(p)
	return Request{Layers: Layers, Z: z, X: int(v.x) / mvt.Extent, Y: int(v.y) / mvt.Extent}
}

func TestEveryZoomDecodesAndShowsItsLayers(t *testing.T) {
	s, _, _ := newService(t)
	for z := range MaxZoom + 1 {
		tile, err := s.Tile(t.Context(), at(z, orb.Point{123.4051, 41.8051}))
		if err != nil {
			t.Fatalf("zoom %d: %v", z, err)
		}
		d := decode(t, tile)
		for _, l := range d.Layers {
			seen := map[uint64]bool{}
			for _, f := range l.Features {
				if seen[f.ID] {
					t.Errorf("zoom %d: layer %s has the id %d twice", z, l.Name, f.ID)
				}
				seen[f.ID] = true
			}
		}
		// At zoom 1 to 3 the town is about one unit wide: it may show or not.
		for layer, from := range map[Layer]int{Areas: 3, Coverage: 3, Labels: 0, Hexes: 0, Compounds: 12} {
			if has := d.Layer(string(layer)) != nil; has != (z >= from) && z < 14 && (z == 0 || z > 3) {
				t.Errorf("zoom %d: layer %s is there: %v", z, layer, has)
			}
		}
	}
}

func TestCoverageLayer(t *testing.T) {
	s, _, _ := newService(t)
	req := at(15, orb.Point{123.405, 41.805})
	req.Layers = []Layer{Coverage}
	tile, err := s.Tile(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range decode(t, tile).Layer("coverage").Features {
		i := int(f.ID) - 1
		if f.Properties["status"] != coverage.Status(i%3).String() || f.Properties["people"] != uint64(i) || f.Properties["height"] != 18.3 {
			t.Fatalf("building %d: %v", i, f.Properties)
		}
		metres, ok := f.Properties["metres"]
		if ok != (i%3 != 0) || ok && metres != uint64(i) {
			t.Fatalf("building %d: metres %v", i, metres)
		}
	}
	req = at(11, orb.Point{123.405, 41.805})
	req.Layers = []Layer{Coverage}
	if tile, err = s.Tile(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	l := decode(t, tile).Layer("coverage")
	if len(l.Features) != 4 || l.Features[0].Properties["level"] != "community" || l.Features[0].Properties["share"] == nil {
		t.Errorf("communities: %+v", l.Features)
	}
}

func TestWrongRequests(t *testing.T) {
	s, _, _ := newService(t)
	for name, c := range map[string]struct {
		req  Request
		code household.ErrorCode
	}{
		"layer":    {Request{Layers: []Layer{"people"}}, household.NotFound},
		"none":     {Request{}, household.Invalid},
		"zoom":     {Request{Layers: Layers, Z: 23}, household.Invalid},
		"negative": {Request{Layers: Layers, Z: -1}, household.Invalid},
		"x":        {Request{Layers: Layers, Z: 3, X: 8}, household.Invalid},
		"y":        {Request{Layers: Layers, Z: 3, Y: -1}, household.Invalid},
		"category": {Request{Layers: []Layer{Coverage}, Category: "casino"}, household.Invalid},
	} {
		_, err := s.Tile(t.Context(), c.req)
		if household.CodeOf(err) != c.code || household.HintOf(err) == "" {
			t.Errorf("%s: %v, want %s with a hint", name, err, c.code)
		}
	}
	if l, err := ParseLayers("streets,land,streets"); err != nil || !slices.Equal(l, []Layer{Land, Streets}) {
		t.Errorf("layers %v, %v", l, err)
	}
}

func TestTilesAreKeptUntilTheCityChanges(t *testing.T) {
	s, live, source := newService(t)
	req := at(14, orb.Point{123.4005, 41.8004}) // the first building
	first, err := s.Tile(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		again, err := s.Tile(t.Context(), req)
		if err != nil || again.ETag != first.ETag || &again.Body[0] != &first.Body[0] {
			t.Fatalf("a kept tile was made again: %v", err)
		}
	}
	if n := source.calls.Load(); n != 1 {
		t.Errorf("coverage asked %d times", n)
	}
	err = live.Update(func(c *cityindex.City) (*cityindex.City, error) {
		return c.Patch(cityindex.Update{Seq: 2, Counts: map[int64]cityindex.Counts{1: {People: 77}}})
	})
	if err != nil {
		t.Fatal(err)
	}
	after, err := s.Tile(t.Context(), req)
	if err != nil || after.ETag == first.ETag || after.Generation != 2 {
		t.Fatalf("generation %d, etag the same %v, %v", after.Generation, after.ETag == first.ETag, err)
	}
	f := decode(t, after).Layer("buildings").Features[0]
	if f.ID != 1 || f.Properties["people"] != uint64(77) {
		t.Errorf("the first building after the change: %+v", f)
	}
}

func TestSameCitySameBytes(t *testing.T) {
	for z := 8; z < 18; z++ {
		req := at(z, orb.Point{123.41, 41.81})
		a, _, _ := newService(t)
		b, _, _ := newService(t)
		ta, err := a.Tile(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		tb, err := b.Tile(t.Context(), req)
		if err != nil || !bytes.Equal(ta.Body, tb.Body) || ta.ETag != tb.ETag {
			t.Errorf("zoom %d: two services made different tiles (%v)", z, err)
		}
	}
}

func TestOneTileIsMadeOnceForAll(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s, _, source := newService(t)
	req := at(12, orb.Point{123.405, 41.805})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := s.Tile(context.Background(), req); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := source.calls.Load(); n > 2 { // one flight, or a second that began as the first ended
		t.Errorf("the tile was made %d times", n)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	req.Z, req.X, req.Y = 0, 0, 0
	if _, err := s.Tile(ctx, req); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("a client that left: %v", err)
	}
}

func TestEmptyTileHasNoBody(t *testing.T) {
	s, _, _ := newService(t)
	tile, err := s.Tile(t.Context(), Request{Layers: Layers, Z: 10, X: 1, Y: 1})
	if err != nil || !tile.Empty() || tile.ETag == "" {
		t.Errorf("%+v, %v", tile, err)
	}
}

func TestCacheKeepsItsLimit(t *testing.T) {
	c := newCache(10_000)
	for i := range 100 {
		c.put(key{generation: 1, x: i}, Tile{Body: make([]byte, 700)})
		if c.size > 10_000 || c.order.Len() != len(c.byKey) {
			t.Fatalf("%d bytes, %d of %d entries", c.size, c.order.Len(), len(c.byKey))
		}
		c.get(key{generation: 1, x: 0}) // keeps it in use
	}
	if _, ok := c.get(key{generation: 1, x: 0}); !ok {
		t.Error("the tile in use was dropped")
	}
	if _, ok := c.get(key{generation: 1, x: 50}); ok {
		t.Error("an old tile was kept")
	}
	c.put(key{generation: 2}, Tile{Body: make([]byte, 20_000)})
	if c.size != 0 {
		t.Errorf("%d bytes after a newer, too large tile", c.size)
	}
	c.put(key{generation: 1, x: 1}, Tile{Body: []byte{1}})
	if len(c.byKey) != 0 {
		t.Error("a stale tile was kept")
	}
}
