package cityindex

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/household"
)

// largeCity is a city of n buildings in communities of 210, as Shenyang's are.
func largeCity(n int) *Data {
	rnd := rand.New(rand.NewPCG(1, 2))
	d := &Data{City: "large", Areas: []Area{{ID: 1, Code: "9900", Level: household.LevelCity}}}
	for i := range n / 210 {
		d.Areas = append(d.Areas, Area{ID: int64(i + 2), ParentID: 1, Code: fmt.Sprint("C", i), Level: household.LevelCommunity})
	}
	for i := range n {
		p := orb.Point{123 + rnd.Float64(), 41.5 + rnd.Float64()}
		g := orb.Polygon{{p, {p[0] + 2e-4, p[1]}, {p[0] + 2e-4, p[1] + 1e-4}, {p[0], p[1] + 1e-4}, p}}
		d.Buildings = append(d.Buildings, Building{
			ID: int64(i + 1), Code: fmt.Sprintf("990001001001%06d", i), Use: household.UseResidential, AreaID: int64(2 + i/210), Point: p, Geom: g,
			Counts: Counts{People: 18, Households: 6, Units: 9},
		})
	}
	return d
}

// BenchmarkNew indexes a city of 510,000 buildings; index-MB is what the
// index takes beside the data.
func BenchmarkNew(b *testing.B) {
	d := largeCity(510_000)
	before := heap()
	var c *City
	for b.Loop() {
		var err error
		if c, err = New(d); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(heap()-before)/1e6, "index-MB")
	b.ReportMetric(float64(before)/1e6, "data-MB")
	runtime.KeepAlive(c)
}

// BenchmarkPatchCounts changes the counts of one building of 510,000.
func BenchmarkPatchCounts(b *testing.B) {
	c, err := New(largeCity(510_000))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if c, err = c.Patch(Update{Counts: map[int64]Counts{4711: {People: 3}}}); err != nil {
			b.Fatal(err)
		}
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
