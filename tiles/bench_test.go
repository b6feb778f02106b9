package tiles

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// denseCity has one tile of zoom 14 filled with 7,500 houses, as dense as the
// densest of a large city.
func denseCity(tb testing.TB) (*cityindex.City, *cityindex.Data, Request) {
	tb.Helper()
	req := at(14, townHall)
	req.Layers = []Layer{Buildings}
	f := newFrame(req.Z, req.X, req.Y)
	rnd := rand.New(rand.NewPCG(5, 5))
	d := &cityindex.Data{City: "dense"}
	for i := range 7500 {
		x, y := float64(i%87)*47+rnd.Float64()*10, float64(i/87)*47+rnd.Float64()*10
		w, h, turn := 10+rnd.Float64()*25, 6+rnd.Float64()*10, rnd.Float64()*0.4
		var ring orb.Ring
		for _, c := range [][2]float64{{0, 0}, {w, 0}, {w, h}, {w * 0.6, h}, {w * 0.6, h * 1.5}, {0, h * 1.5}} {
			ring = append(ring, f.lonLat(vec{x + c[0]*math.Cos(turn) - c[1]*math.Sin(turn), y + c[0]*math.Sin(turn) + c[1]*math.Cos(turn)}))
		}
		g := orb.Polygon{append(ring, ring[0])}
		d.Buildings = append(d.Buildings, cityindex.Building{
			ID: int64(i + 1), Code: fmt.Sprintf("990001001001%05d", i), Name: fmt.Sprint(i%40+1, "号楼"), Use: household.UseResidential,
			Floors: int16(1 + rnd.IntN(33)), Height: float32(3 + rnd.IntN(90)), Geom: g, Point: ring[0],
			Counts: cityindex.Counts{People: int32(rnd.IntN(400)), Units: int32(rnd.IntN(150))},
		})
	}
	c, err := cityindex.New(d)
	if err != nil {
		tb.Fatal(err)
	}
	return c, d, req
}

// BenchmarkDenseTile compares a cold tile of 7,500 buildings at zoom 14 with
// those of ST_AsMVT, as pgx delivers it, and of orb's encoder.
func BenchmarkDenseTile(b *testing.B) {
	city, d, req := denseCity(b)
	var r render
	perFeature := func(b *testing.B, bytes int) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/7500, "ns/feature")
		b.ReportMetric(float64(bytes), "tile-bytes")
	}
	b.Run("ours", func(b *testing.B) {
		var out []byte
		for b.Loop() {
			out, _ = r.tile(context.Background(), city, req.Layers, req.Z, req.X, req.Y, out[:0])
		}
		perFeature(b, len(out))
		b.ReportAllocs()
	})
	b.Run("ours-gzip", func(b *testing.B) {
		s := NewService(cityindex.NewLive(city), nil, Options{})
		size := 0
		for b.Loop() {
			t, err := s.make(context.Background(), city, key{layers: 1 << slices.Index(Layers, Buildings), z: req.Z, x: req.X, y: req.Y})
			if err != nil {
				b.Fatal(err)
			}
			size = len(t.Body)
		}
		perFeature(b, size)
	})
	b.Run("orb", func(b *testing.B) {
		size := 0
		for b.Loop() {
			size = len(orbTile(b, d, req))
		}
		perFeature(b, size)
	})
	b.Run("st_asmvt", func(b *testing.B) {
		p := newPeer(b, d)
		b.ResetTimer()
		size := 0
		for b.Loop() {
			size = len(p.tile(b, Buildings, req.Z, req.X, req.Y))
		}
		perFeature(b, size)
	})
}

// orbTile makes the tile the way orb's documentation does.
func orbTile(tb testing.TB, d *cityindex.Data, req Request) []byte {
	fc := geojson.NewFeatureCollection()
	for i := range d.Buildings {
		x := &d.Buildings[i]
		f := geojson.NewFeature(orb.Clone(x.Geom))
		f.ID = float64(x.ID)
		f.Properties = geojson.Properties{
			"code": x.Code, "name": x.Name, "floors": int(x.Floors), "height": float64(x.Height), "use": string(x.Use),
			"people": int(x.Counts.People), "units": int(x.Counts.Units),
		}
		fc.Append(f)
	}
	layers := mvt.Layers{mvt.NewLayer("buildings", fc)}
	layers.ProjectToTile(maptile.New(uint32(req.X), uint32(req.Y), maptile.Zoom(req.Z)))
	layers.Clip(mvt.MapboxGLDefaultExtentBound)
	b, err := mvt.Marshal(layers)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func BenchmarkKeptTile(b *testing.B) {
	s, _, _ := newService(b)
	req := at(14, orb.Point{123.405, 41.805})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Tile(context.Background(), req); err != nil {
			b.Fatal(err)
		}
	}
}
