package tiles

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
	"hearthmap/tiles/pmtiles"
)

// gridCity is a city of n houses in blocks of 30, each block with a street
// along two of its sides: as many shapes, and as far apart, as a large city
// has.
func gridCity(n int) *cityindex.Data {
	rnd := rand.New(rand.NewPCG(9, 9))
	d := &cityindex.Data{City: "grid", Seq: 1}
	const house, block = 0.0004, 0.0030 // degrees
	blocks := (n + 29) / 30
	side := 1
	for side*side < blocks {
		side++
	}
	for i := range n {
		k, in := i/30, i%30
		x := townHall[0] + float64(k%side)*block + float64(in%6)*house
		y := townHall[1] + float64(k/side)*block*0.75 + float64(in/6)*house*0.8
		w, h := house*(0.3+0.4*rnd.Float64()), house*(0.2+0.3*rnd.Float64())
		ring := orb.Ring{{x, y}, {x + w, y}, {x + w, y + h/2}, {x + w/2, y + h/2}, {x + w/2, y + h}, {x, y + h}, {x, y}}
		d.Buildings = append(d.Buildings, cityindex.Building{
			ID: int64(i + 1), Code: fmt.Sprintf("9900010010%08d", i), Name: fmt.Sprint(in+1, "号楼"), Use: household.UseResidential,
			Floors: int16(1 + rnd.IntN(33)), Height: float32(3 + rnd.IntN(90)), Geom: orb.Polygon{ring}, Point: orb.Point{x + w/4, y + h/4},
			Counts: cityindex.Counts{People: int32(rnd.IntN(60)), Units: int32(rnd.IntN(30)), Households: int32(rnd.IntN(25))},
		})
	}
	for k := range blocks {
		x, y := townHall[0]+float64(k%side)*block-house, townHall[1]+float64(k/side)*block*0.75-house*0.6
		for j, to := range []orb.Point{{x + block, y}, {x, y + block*0.75}} {
			d.Streets = append(d.Streets, cityindex.Street{ID: int64(2*k + j + 1), Street: household.Street{
				Code: fmt.Sprintf("S%07d", 2*k+j), Name: "街", Class: "residential", Foot: true, Geom: orb.LineString{{x, y}, to},
			}})
		}
	}
	return d
}

// BenchmarkExport writes the archive of a city of 51,000 buildings, a tenth of
// a large one, at all zooms. Its peer is the same tiles drawn one by one, as a
// client would fetch them from the service.
func BenchmarkExport(b *testing.B) {
	const n = 51000
	c, err := cityindex.New(gridCity(n))
	if err != nil {
		b.Fatal(err)
	}
	s := NewService(cityindex.NewLive(c), nil, Options{CacheBytes: -1})
	var last ExportResult
	b.Run("archive", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if last, err = s.Export(context.Background(), filepath.Join(b.TempDir(), "a.pmtiles"), ExportOptions{Layers: Layers, MaxZoom: ArchiveMaxZoom}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(last.Tiles), "tiles")
		b.ReportMetric(float64(last.Bytes)/1e6, "MB")
		b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N)/n, "µs/building")
	})
	b.Run("one-by-one", func(b *testing.B) {
		places := occupied(c, mustSet(b), 0, ArchiveMaxZoom)
		for b.Loop() {
			for _, id := range places {
				if _, err := s.Tile(context.Background(), requestOf(id)); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N)/n, "µs/building")
	})
}

func mustSet(tb testing.TB) layerSet {
	tb.Helper()
	set, err := setOf(Layers)
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

func requestOf(id uint64) Request {
	z, x, y, _ := pmtiles.ZXY(id)
	return Request{Layers: Layers, Z: z, X: x, Y: y}
}
