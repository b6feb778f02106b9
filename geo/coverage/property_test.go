package coverage_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"hearthmap/geo"
	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// drawCity draws a small city: streets on a grid, some oneway, walled
// compounds with and without gates, a river, buildings with and without
// doors, people and areas.
func drawCity(t *rapid.T) *cityindex.Data {
	d := &cityindex.Data{}
	cell := rapid.IntRange(0, 5)
	metre := func(name string) float64 { return float64(rapid.IntRange(-50, 550).Draw(t, name)) }
	for i := range rapid.IntRange(3, 25).Draw(t, "streets") {
		x, y := float64(100*cell.Draw(t, "x")), float64(100*cell.Draw(t, "y"))
		dx, dy := 0.0, 100*float64(rapid.IntRange(1, 3).Draw(t, "length"))
		if rapid.Bool().Draw(t, "east") {
			dx, dy = dy, dx
		}
		s := street(fmt.Sprintf("s%02d", i), x, y, x+dx/2, y+dy/2, x+dx, y+dy)
		s.FootOneway = int8(rapid.SampledFrom([]int{0, 0, 0, 1, -1}).Draw(t, "oneway"))
		s.Steps = rapid.IntRange(0, 5).Draw(t, "steps") == 0
		d.Streets = append(d.Streets, s)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "compounds") {
		x, y := metre("cx"), metre("cy")
		d.Compounds = append(d.Compounds, cityindex.Compound{ID: int64(i + 1), Code: fmt.Sprint("c", i), Walled: true, Geom: box(x, y, x+130, y+110)})
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "gates") {
		x, y := metre("gx"), metre("gy")
		d.Gates = append(d.Gates, cityindex.Gate{ID: int64(i + 1), Code: fmt.Sprint("g", i), Open: rapid.Bool().Draw(t, "open"), Geom: at(x, y)})
	}
	drawAreas(t, d)
	for i := range rapid.IntRange(1, 12).Draw(t, "buildings") {
		b := home(int64(i+1), fmt.Sprintf("b%02d", i), rapid.Int32Range(0, 50).Draw(t, "people"), metre("bx"), metre("by"))
		b.Counts.Age3to5 = b.Counts.People / 7
		if rapid.IntRange(0, 4).Draw(t, "office") == 0 {
			b.Use = household.UseOffice
		}
		if len(d.Areas) > 0 {
			b.AreaID = int64(rapid.IntRange(0, 5).Draw(t, "area")) // 0 none; 1 and 2 are not communities
			b.GridID = int64(rapid.IntRange(0, 2).Draw(t, "grid"))
		}
		d.Buildings = append(d.Buildings, b)
		for k := range rapid.IntRange(0, 2).Draw(t, "doors") {
			d.Entrances = append(d.Entrances, cityindex.Entrance{
				ID: int64(len(d.Entrances) + 1), BuildingID: b.ID, Number: fmt.Sprint(k + 1), Geom: at(metre("ex"), metre("ey")),
			})
		}
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "facilities") {
		d.Facilities = append(d.Facilities, drawFacility(t, i))
	}
	return d
}

func drawAreas(t *rapid.T, d *cityindex.Data) {
	if !rapid.Bool().Draw(t, "areas") {
		return
	}
	d.Areas = []cityindex.Area{
		{ID: 1, Code: "9900", Level: household.LevelCity, Geom: box(-99, -99, 700, 700)},
		{ID: 2, ParentID: 1, Code: "990001", Level: household.LevelDistrict, Geom: box(-99, -99, 700, 700)},
		{ID: 3, ParentID: 2, Code: "990001001", Level: household.LevelStreet, Geom: box(-99, -99, 700, 300)},
		{ID: 4, ParentID: 3, Code: "990001001001", Level: household.LevelCommunity, Geom: box(-99, -99, 300, 300)},
		{ID: 5, ParentID: 3, Code: "990001001002", Level: household.LevelCommunity, Geom: box(300, -99, 700, 300)},
		{ID: 1, ParentID: 4, Code: "99000100100100101", Level: household.LevelGrid, Geom: box(-99, -99, 300, 100)},
		{ID: 2, ParentID: 5, Code: "99000100100200101", Level: household.LevelGrid, Geom: box(300, -99, 700, 100)},
	}
}

func drawFacility(t *rapid.T, i int) cityindex.Facility {
	where := rapid.IntRange(-50, 550)
	return cityindex.Facility{
		ID: int64(i + 1), Code: fmt.Sprintf("f%02d", i), Category: rapid.SampledFrom([]household.Category{"kindergarten", "bank"}).Draw(t, "category"),
		Geom: at(float64(where.Draw(t, "fx")), float64(where.Draw(t, "fy"))), AreaID: int64(rapid.SampledFrom([]int{0, 4, 5}).Draw(t, "farea")),
	}
}

// small is a standard of three requirements.
func small(t interface{ Fatal(...any) }) *coverage.Standard {
	s, err := coverage.ParseStandard([]byte(`{"id":"small","name_en":"small","requirements":[
		{"category":"kindergarten","minutes":5,"metres":300,"required":true,"group":"age_3_5"},
		{"category":"bank","minutes":10,"metres":500,"required":true},
		{"category":"bank","minutes":5,"metres":150}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func drawRequest(t *rapid.T) coverage.Request {
	return coverage.Request{
		Standard: small(t),
		Method:   rapid.SampledFrom([]coverage.Method{coverage.MethodNetwork, coverage.MethodNetwork, coverage.MethodRadius}).Draw(t, "method"),
		Profile:  rapid.SampledFrom(coverage.Profiles).Draw(t, "profile"),
	}
}

func compute(t *rapid.T, d *cityindex.Data, q coverage.Request) *coverage.Result {
	r, err := coverage.New(d).Run(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestAddedFacilityNeverLengthens is the invariant of that name.
func TestAddedFacilityNeverLengthens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, q := drawCity(t), drawRequest(t)
		before := compute(t, d, q)
		more := *d
		more.Facilities = append(slices.Clone(d.Facilities), drawFacility(t, len(d.Facilities)))
		after := compute(t, &more, q)
		for i := range before.Requirements {
			for b, x := range before.Reaches(i) {
				y := after.Reach(i, b)
				if x.Decimetres >= 0 && (y.Decimetres < 0 || y.Decimetres > x.Decimetres) {
					t.Fatalf("%s, building %d: %d dm before, %d after", before.Requirements[i].ID, b, x.Decimetres, y.Decimetres)
				}
				if y.Status < x.Status {
					t.Fatalf("%s, building %d: %v before, %v after", before.Requirements[i].ID, b, x.Status, y.Status)
				}
			}
		}
	})
}

// TestBoundedRunAgrees compares a bounded run with an unbounded one.
func TestBoundedRunAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, q := drawCity(t), drawRequest(t)
		e := coverage.New(d)
		full, err := e.Run(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		q.Bound = float64(rapid.IntRange(1, 800).Draw(t, "bound"))
		bounded, err := e.Run(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		for i := range full.Requirements {
			for b, x := range full.Reaches(i) {
				y := bounded.Reach(i, b)
				switch {
				case y.Reason == coverage.BeyondBound && (x.Status == coverage.Uncovered && float64(x.Decimetres) > q.Bound*10 || x.Status == coverage.Unreachable):
					// Without the bound a oneway may show to be the cause.
				case x != y:
					t.Fatalf("%s, building %d: %+v unbounded, %+v within %v m", full.Requirements[i].ID, b, x, y, q.Bound)
				}
			}
		}
	})
}

// TestTotalsAgainstRecount counts every area again, one building at a time,
// and checks that every resident is in exactly one area of each level.
func TestTotalsAgainstRecount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawCity(t)
		r := compute(t, d, drawRequest(t))
		for _, level := range household.AreaLevels {
			areas, err := r.Totals(level, "")
			if err != nil {
				t.Fatal(err)
			}
			var people, buildings, facilities int64
			for _, a := range areas {
				people += a.People
				buildings += a.Buildings
				for i := range r.Requirements {
					recount(t, d, r, func(b *cityindex.Building) bool { return holder(d, b, level) == a.Code }, a, i)
				}
				facilities += int64(a.Totals[1].Facilities)
			}
			var wantPeople, wantBuildings, wantFacilities int64
			for i := range d.Buildings {
				if b := &d.Buildings[i]; coverage.Residential(b) {
					wantPeople += int64(b.Counts.People)
					wantBuildings++
				}
			}
			for _, f := range d.Facilities {
				if f.Category == "bank" {
					wantFacilities++
				}
			}
			if people != wantPeople || buildings != wantBuildings || facilities != wantFacilities {
				t.Fatalf("%s: %d people, %d buildings, %d banks; want %d, %d, %d", level, people, buildings, facilities, wantPeople, wantBuildings, wantFacilities)
			}
		}
	})
}

// holder is the code of the area of a level that holds a building, by walking
// up the parents.
func holder(d *cityindex.Data, b *cityindex.Building, level household.AreaLevel) string {
	find := func(id int64, grid bool) *cityindex.Area {
		for i := range d.Areas {
			if a := &d.Areas[i]; a.ID == id && (a.Level == household.LevelGrid) == grid {
				return a
			}
		}
		return nil
	}
	grid := find(b.GridID, true)
	if level == household.LevelGrid {
		if grid == nil {
			return ""
		}
		return grid.Code
	}
	a := find(b.AreaID, false)
	if a == nil && grid != nil {
		a = find(grid.ParentID, false)
	}
	for a != nil && a.Level != level {
		a = find(a.ParentID, false)
	}
	if a == nil {
		return ""
	}
	return a.Code
}

func recount(t *rapid.T, d *cityindex.Data, r *coverage.Result, holds func(*cityindex.Building) bool, a coverage.AreaReport, i int) {
	q := r.Requirements[i]
	var got, want [8]int64
	var byPeople, byBuilding []int32
	for k := range d.Buildings {
		b := &d.Buildings[k]
		if !coverage.Residential(b) || !holds(b) {
			continue
		}
		n := int64(q.Group.Of(b.Counts))
		x := r.Reach(i, k)
		want[0] += n
		want[1+int(x.Status)] += n
		want[4]++
		if x.Status == coverage.Covered {
			want[5]++
		}
		if x.Decimetres >= 0 {
			byBuilding = append(byBuilding, x.Decimetres)
			for range n {
				byPeople = append(byPeople, x.Decimetres)
			}
		}
		if r.Reach(0, k).Status == coverage.Covered && r.Reach(1, k).Status == coverage.Covered {
			want[6] += int64(b.Counts.People)
			want[7]++
		}
	}
	total := a.Totals[i]
	got = [8]int64{total.People, total.Unreachable, total.Uncovered, total.Covered, total.Buildings, total.BuildingsCovered, a.AllRequired.Covered, a.AllRequired.BuildingsCovered}
	if got != want {
		t.Fatalf("%s %q, %s: %v, want %v", a.Level, a.Code, q.ID, got, want)
	}
	ways := byPeople
	if len(ways) == 0 {
		ways = byBuilding
	}
	slices.Sort(ways)
	quantile := func(tenths int) float64 {
		if len(ways) == 0 {
			return 0
		}
		return float64(ways[(len(ways)*tenths+9)/10-1]) / 10
	}
	if total.MedianMetres != quantile(5) || total.P90Metres != quantile(9) {
		t.Fatalf("%s %q, %s: median %v, p90 %v; want %v, %v", a.Level, a.Code, q.ID, total.MedianMetres, total.P90Metres, quantile(5), quantile(9))
	}
	if total.People > 0 && math.Abs(total.Share*float64(total.People)-float64(total.Covered)) > 1e-6 || total.People == 0 && total.Share != 0 {
		t.Fatalf("share %v of %d is not %d", total.Share, total.People, total.Covered)
	}
}

// TestRadiusAgainstAll compares straight distances with looking at every
// facility.
func TestRadiusAgainstAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawCity(t)
		d.Buildings[0].Point = orb.Point{rapid.Float64Range(100, 124).Draw(t, "lon"), rapid.Float64Range(20, 50).Draw(t, "lat")}
		r := compute(t, d, coverage.Request{Standard: small(t), Method: coverage.MethodRadius})
		for b, x := range r.Reaches(1) {
			best, code := int32(-1), ""
			for _, f := range d.Facilities {
				if f.Category != "bank" {
					continue
				}
				m := int32(math.Round(geo.Distance(d.Buildings[b].Point, f.Geom) * 10))
				if best < 0 || m < best || m == best && f.Code < code {
					best, code = m, f.Code
				}
			}
			got := ""
			if x.Facility >= 0 {
				got = d.Facilities[x.Facility].Code
			}
			if x.Decimetres != best || got != code {
				t.Fatalf("building %d: %d dm to %q, want %d to %q", b, x.Decimetres, got, best, code)
			}
		}
	})
}

// everything is a result as bytes and area reports.
func everything(t *rapid.T, r *coverage.Result) (string, [][]coverage.AreaReport) {
	var out bytes.Buffer
	for i := range r.Requirements {
		if err := r.WriteBuildingsCSV(&out, i); err != nil {
			t.Fatal(err)
		}
	}
	var areas [][]coverage.AreaReport
	for _, level := range household.AreaLevels {
		a, err := r.Totals(level, "")
		if err != nil {
			t.Fatal(err)
		}
		for i := range a {
			a[i].AreaIndex = 0
			for k := range a[i].Totals {
				a[i].Totals[k].AreaIndex = 0
			}
		}
		areas = append(areas, a)
	}
	fmt.Fprintln(&out, r.InputSHA256())
	return out.String(), areas
}

// TestThreads checks that one thread and four give the same.
func TestThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	rapid.Check(t, func(t *rapid.T) {
		d, q := drawCity(t), drawRequest(t)
		runtime.GOMAXPROCS(1)
		csv1, areas1 := everything(t, compute(t, d, q))
		runtime.GOMAXPROCS(4)
		csv4, areas4 := everything(t, compute(t, d, q))
		if csv1 != csv4 || !reflect.DeepEqual(areas1, areas4) {
			t.Fatalf("one thread:\n%s\nfour:\n%s", csv1, csv4)
		}
	})
}

// TestRowOrder checks that neither the order of rows nor database ids matter,
// for the answers and for the hash of the input.
func TestRowOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, q := drawCity(t), drawRequest(t)
		csv1, areas1 := everything(t, compute(t, d, q))
		e := *d
		e.Streets, e.Compounds, e.Gates = slices.Clone(d.Streets), slices.Clone(d.Compounds), slices.Clone(d.Gates)
		e.Buildings, e.Entrances, e.Facilities = slices.Clone(d.Buildings), slices.Clone(d.Entrances), slices.Clone(d.Facilities)
		slices.Reverse(e.Streets)
		slices.Reverse(e.Compounds)
		slices.Reverse(e.Gates)
		slices.Reverse(e.Buildings)
		slices.Reverse(e.Entrances)
		slices.Reverse(e.Facilities)
		for i := range e.Buildings {
			e.Buildings[i].ID += 1000
		}
		for i := range e.Entrances {
			e.Entrances[i].BuildingID += 1000
		}
		csv2, areas2 := everything(t, compute(t, &e, q))
		if csv1 != csv2 || !reflect.DeepEqual(areas1, areas2) {
			t.Fatalf("in order:\n%s\nreversed:\n%s", csv1, csv2)
		}
	})
}
