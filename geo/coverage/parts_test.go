package coverage_test

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/geo/hexgrid"
	"hearthmap/household"
)

// drawPolygons draws boxes that may overlap one another.
func drawPolygons(t *rapid.T) []coverage.Polygon {
	var list []coverage.Polygon
	for n := range rapid.IntRange(1, 4).Draw(t, "polygons") {
		x, y := float64(rapid.IntRange(-50, 500).Draw(t, "px")), float64(rapid.IntRange(-50, 500).Draw(t, "py"))
		list = append(list, coverage.Polygon{Code: fmt.Sprint("p", n), Geom: box(x+.3, y+.3, x+200, y+300)})
	}
	return list
}

// TestPartsAgainstRecount counts hexagons and polygons again, one building at
// a time, and checks that everybody is in exactly one of them.
func TestPartsAgainstRecount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawCity(t)
		r := compute(t, d, drawRequest(t))
		polygons := drawPolygons(t)
		inPolygon := func(b *cityindex.Building) string {
			for _, p := range polygons {
				if planar.MultiPolygonContains(p.Geom, b.Point) {
					return p.Code
				}
			}
			return ""
		}
		under := ""
		if len(d.Areas) > 0 && rapid.Bool().Draw(t, "under") {
			under = "990001001"
		}
		for level, resolution := range map[household.AreaLevel]int{coverage.LevelHex8: 8, coverage.LevelHex9: 9, coverage.LevelHex10: 10, coverage.LevelPolygon: -1} {
			holder := func(b *cityindex.Building) string { return hexgrid.At(b.Point, resolution).String() }
			counts := func(b *cityindex.Building) bool {
				return coverage.Residential(b) && (under == "" || streetOf(d, b) == under)
			}
			parts, err := r.Engine().Parts(level, under)
			if level == coverage.LevelPolygon {
				holder, counts = inPolygon, coverage.Residential
				parts, err = r.Engine().PolygonParts(polygons)
			}
			if err != nil {
				t.Fatal(err)
			}
			checkParts(t, d, r, parts, func(b *cityindex.Building, code string) bool { return counts(b) && holder(b) == code })
			want := 0
			for i := range d.Buildings {
				if counts(&d.Buildings[i]) {
					want++
				}
			}
			got := 0
			for _, a := range r.TotalsOf(parts, coverage.TotalsOptions{}) {
				got += int(a.Buildings)
			}
			if got != want {
				t.Fatalf("%s: %d buildings in all parts, of %d", level, got, want)
			}
		}
	})
}

func streetOf(d *cityindex.Data, b *cityindex.Building) string {
	return holder(d, b, household.LevelStreet)
}

func checkParts(t *rapid.T, d *cityindex.Data, r *coverage.Result, parts *coverage.Parts, holds func(*cityindex.Building, string) bool) {
	for _, a := range r.TotalsOf(parts, coverage.TotalsOptions{Groups: true}) {
		in := func(b *cityindex.Building) bool { return holds(b, a.Code) }
		var met, all, allWithData int64
		for i, q := range r.Requirements {
			recount(t, d, r, in, a, i)
			if q.Required {
				met, all = met+a.Totals[i].Covered, all+a.Totals[i].People
				if r.HasData(i) {
					allWithData += a.Totals[i].People
				}
			}
			for n, g := range coverage.Groups {
				var people, covered int64
				for k := range d.Buildings {
					if b := &d.Buildings[k]; in(b) {
						people += int64(g.Of(b.Counts))
						if r.Reach(i, k).Status == coverage.Covered {
							covered += int64(g.Of(b.Counts))
						}
					}
				}
				if x := a.Totals[i].Groups[n]; x.Group != g || x.People != people || x.Covered != covered {
					t.Fatalf("%s %s %q: %+v, want %d of %d", a.Code, q.ID, g, x, covered, people)
				}
			}
		}
		if a.Needs.Met != met || a.Needs.All != all || a.Needs.AllWithData != allWithData {
			t.Fatalf("%+v, want %d of %d, %d", a.Needs, met, all, allWithData)
		}
		checkWithData(t, d, r, a, in)
	}
}

// checkWithData recounts those who reach every required category that has a
// facility.
func checkWithData(t *rapid.T, d *cityindex.Data, r *coverage.Result, a coverage.AreaReport, in func(*cityindex.Building) bool) {
	var people, buildings int64
	for k := range d.Buildings {
		b := &d.Buildings[k]
		any, ok := false, true
		for i, q := range r.Requirements {
			has := slices.ContainsFunc(d.Facilities, func(f cityindex.Facility) bool { return f.Category == q.Category })
			if q.Required && has {
				any, ok = true, ok && r.Reach(i, k).Status == coverage.Covered
			}
		}
		if in(b) && any && ok {
			people += int64(b.Counts.People)
			buildings++
		}
	}
	if q := a.AllRequired; q.WithData != people || q.BuildingsWithData != buildings {
		t.Fatalf("%q: %+v, want %d people in %d buildings with data", a.Code, q, people, buildings)
	}
}

// TestQuantiles compares selection by weight with a list of everybody.
func TestQuantiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 300).Draw(t, "n")
		d := rapid.SliceOfN(rapid.Int32Range(0, rapid.SampledFrom([]int32{3, 100, 1 << 30}).Draw(t, "far")), n, n).Draw(t, "d")
		w := rapid.SliceOfN(rapid.Int32Range(0, rapid.SampledFrom([]int32{0, 1, 40}).Draw(t, "many")), n, n).Draw(t, "w")
		var list []int32
		for i := range d {
			for range w[i] {
				list = append(list, d[i])
			}
		}
		if len(list) == 0 {
			list = slices.Clone(d)
		}
		slices.Sort(list)
		var median, p90 float64
		if len(list) > 0 {
			median, p90 = float64(list[(len(list)+1)/2-1])/10, float64(list[(9*len(list)+9)/10-1])/10
		}
		if m, p := coverage.Quantiles(d, w); m != median || p != p90 {
			t.Fatalf("%v, %v; want %v, %v", m, p, median, p90)
		}
	})
}

// TestTotalsThreads checks that totals are the same for any number of
// threads.
func TestTotalsThreads(t *testing.T) {
	r, err := coverage.New(extract(t, "monaco.osm.pbf")).Run(context.Background(), coverage.Request{})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := r.Engine().Parts(coverage.LevelHex10, "")
	if err != nil {
		t.Fatal(err)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := r.TotalsOf(parts, coverage.TotalsOptions{Groups: true})
	runtime.GOMAXPROCS(2)
	if two := r.TotalsOf(parts, coverage.TotalsOptions{Groups: true}); !reflect.DeepEqual(one, two) {
		t.Error("totals depend on the number of threads")
	}
}

func TestPartsErrors(t *testing.T) {
	e := coverage.New(smallTown(true))
	if _, err := e.Parts("hex11", ""); household.CodeOf(err) != household.Invalid {
		t.Errorf("hex11: %v", err)
	}
	if _, err := e.Parts("hex9", "nowhere"); household.CodeOf(err) != household.NotFound {
		t.Errorf("unknown area: %v", err)
	}
	if _, err := e.PolygonParts(nil); household.CodeOf(err) != household.Invalid {
		t.Errorf("no polygons: %v", err)
	}
}
