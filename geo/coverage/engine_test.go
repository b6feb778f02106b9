package coverage_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/geo"
	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
)

var plan = geo.NewPlane(orb.Point{123.4, 41.8})

func at(x, y float64) orb.Point { return plan.LL(orb.Point{x, y}) }

func line(xy ...float64) orb.LineString {
	var l orb.LineString
	for i := 0; i < len(xy); i += 2 {
		l = append(l, at(xy[i], xy[i+1]))
	}
	return l
}

func box(x0, y0, x1, y1 float64) orb.MultiPolygon {
	return orb.MultiPolygon{{orb.Ring(line(x0, y0, x1, y0, x1, y1, x0, y1, x0, y0))}}
}

func street(code string, xy ...float64) cityindex.Street {
	return cityindex.Street{Street: household.Street{Code: code, Class: "footway", Foot: true, Geom: line(xy...)}}
}

func home(id int64, code string, people int32, x, y float64) cityindex.Building {
	return cityindex.Building{
		ID: id, Code: code, Use: household.UseResidential, Point: at(x, y),
		Counts: cityindex.Counts{People: people},
	}
}

// smallTown is drawn by hand. A street runs east along y=0 from -1000 to 1000;
// a river crosses at y from 300 to 340 without a bridge; beyond it a street of
// its own. A walled compound (200..400, 20..220) has a path inside and no way
// out but a gate at (300, 20).
//
//	               y=400 ──────────── N (no way over)
//	~~~~~~~~~~~~~~~ river ~~~~~~~~~~~~~~~
//	      ┌─────────┐ C in the compound
//	      └────┬────┘
//	 A ────────┴────────── B       y=0
func smallTown(gateOpen bool) *cityindex.Data {
	return &cityindex.Data{
		Areas: []cityindex.Area{
			{ID: 1, Code: "990000", Name: "市", Level: household.LevelCity},
			{ID: 2, ParentID: 1, Code: "990001", Name: "区", Level: household.LevelDistrict},
			{ID: 3, ParentID: 2, Code: "990001001", Name: "街道", Level: household.LevelStreet},
			{ID: 4, ParentID: 3, Code: "990001001001", Name: "甲社区", Level: household.LevelCommunity},
			{ID: 5, ParentID: 3, Code: "990001001002", Name: "乙社区", Level: household.LevelCommunity},
			{ID: 6, ParentID: 3, Code: "990001001003", Name: "空社区", Level: household.LevelCommunity},
			{ID: 4, ParentID: 4, Code: "99000100100100101", Name: "网格", Level: household.LevelGrid},
		},
		Compounds: []cityindex.Compound{{ID: 1, Code: "c", Walled: true, Geom: box(200, 20, 400, 220)}},
		Gates:     []cityindex.Gate{{ID: 1, CompoundID: 1, Code: "g", Open: gateOpen, Geom: at(300, 20)}},
		Land:      []cityindex.Land{{ID: 1, Code: "w", Kind: household.LandWater, Geom: box(-3000, 300, 3000, 340)}},
		Streets: []cityindex.Street{
			street("s1", -1000, 0, 300, 0, 1000, 0), street("s2", 300, 0, 300, 120, 380, 120), street("s3", -1000, 400, 1000, 400),
		},
		Buildings: []cityindex.Building{
			func() cityindex.Building { b := home(1, "A", 100, -250, 10); b.AreaID, b.GridID = 4, 4; return b }(),
			func() cityindex.Building { b := home(2, "B", 40, 800, -10); b.AreaID = 5; return b }(),
			func() cityindex.Building { b := home(3, "C", 30, 350, 130); b.AreaID, b.CompoundID = 5, 1; return b }(),
			func() cityindex.Building { b := home(4, "D", 7, 0, 420); b.AreaID = 5; return b }(),
			func() cityindex.Building { b := home(5, "E", 3, 0, -900); b.AreaID = 5; return b }(), // no path
			home(6, "F", 20, 230, 250), // beyond the wall, in no community, streets behind wall and river only
			{ID: 7, Code: "G", Use: household.UseOffice, Point: at(0, 10), AreaID: 4},
		},
		Facilities: []cityindex.Facility{
			{ID: 1, Code: "k2", Category: "kindergarten", Geom: at(0, -10), AreaID: 4},
			{ID: 2, Code: "k1", Category: "kindergarten", Geom: at(600, -10), AreaID: 5},
			{ID: 3, Code: "p1", Category: "police", Geom: at(5000, 5000)},
		},
	}
}

func run(t *testing.T, d *cityindex.Data, q coverage.Request) *coverage.Result {
	t.Helper()
	r, err := coverage.New(d).Run(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSmallTown compares every building with the answer on paper: legs of
// 10 m, distances along the street, the kindergarten that is nearer.
func TestSmallTown(t *testing.T) {
	cases := []struct {
		gate                     bool
		building, status, reason string
		facility                 string
		metres                   float64
	}{
		{true, "A", "covered", "", "k2", 10 + 250 + 10},
		{true, "B", "covered", "", "k1", 10 + 200 + 10},
		{true, "C", "uncovered", "", "k2", 10 + 50 + 120 + 300 + 10}, // k1 is as far: see the tie test
		{true, "D", "unreachable", "other_component", "", 0},
		{true, "E", "unreachable", "no_street", "", 0},
		{true, "F", "unreachable", "behind_barrier", "", 0},
		{false, "A", "covered", "", "k2", 270},
		{false, "C", "unreachable", "compound_closed", "", 0},
	}
	for _, c := range cases {
		d := smallTown(c.gate)
		// Move k1 a little so that k2 is nearer to C.
		d.Facilities[1].Geom = at(601, -10)
		if c.building == "B" {
			d.Facilities[1].Geom = at(600, -10)
		}
		r := run(t, d, coverage.Request{Requirements: []string{"kindergarten"}})
		for b := range d.Buildings {
			if d.Buildings[b].Code != c.building {
				continue
			}
			x := r.Reach(0, b)
			if x.Status.String() != c.status || string(x.Reason) != c.reason {
				t.Errorf("gate %v, %s: %v %q, want %s %q", c.gate, c.building, x.Status, x.Reason, c.status, c.reason)
				continue
			}
			if c.facility == "" {
				if x.Facility != -1 || x.Decimetres != -1 {
					t.Errorf("gate %v, %s: facility %d at %d dm, want none", c.gate, c.building, x.Facility, x.Decimetres)
				}
				continue
			}
			if got := d.Facilities[x.Facility].Code; got != c.facility {
				t.Errorf("gate %v, %s: facility %s, want %s", c.gate, c.building, got, c.facility)
			}
			if m := float64(x.Decimetres) / 10; m < c.metres*0.995 || m > c.metres*1.005 {
				t.Errorf("gate %v, %s: %.1f m, want %.1f", c.gate, c.building, m, c.metres)
			}
		}
	}
}

// TestTie checks that of two facilities equally far the first by code wins,
// whatever their order in the snapshot.
func TestTie(t *testing.T) {
	for _, swap := range []bool{false, true} {
		d := smallTown(true)
		d.Facilities = []cityindex.Facility{
			{ID: 1, Code: "b", Category: "kindergarten", Geom: at(100, -10)},
			{ID: 2, Code: "a", Category: "kindergarten", Geom: at(100, -10)},
		}
		if swap {
			d.Facilities[0], d.Facilities[1] = d.Facilities[1], d.Facilities[0]
		}
		for _, m := range []coverage.Method{coverage.MethodNetwork, coverage.MethodRadius} {
			r := run(t, d, coverage.Request{Requirements: []string{"kindergarten"}, Method: m})
			if x := r.Reach(0, 0); d.Facilities[x.Facility].Code != "a" {
				t.Errorf("swap %v, %s: facility b won", swap, m)
			}
		}
	}
}

// TestNoFacility checks the first of the reasons: it comes before a
// building's own.
func TestNoFacility(t *testing.T) {
	r := run(t, smallTown(true), coverage.Request{Requirements: []string{"police", "bank"}})
	for i := range r.Requirements {
		for b, x := range r.Reaches(i) {
			if x.Status != coverage.Unreachable || x.Reason != coverage.NoFacility {
				t.Errorf("%s, building %d: %v %q", r.Requirements[i].ID, b, x.Status, x.Reason)
			}
		}
	}
}

// TestJoinReasons checks what is said of places that do not join.
func TestJoinReasons(t *testing.T) {
	e := coverage.New(smallTown(true))
	for b, want := range []coverage.Reason{"", "", "", "", coverage.NoStreet, coverage.BehindBarrier, ""} {
		if got := e.BuildingReason(coverage.ProfileStandard, b); got != want {
			t.Errorf("building %d: %q, want %q", b, got, want)
		}
	}
	for f, want := range []coverage.Reason{"", "", coverage.NoStreet} {
		if got := e.FacilityReason(coverage.ProfileStandard, f); got != want {
			t.Errorf("facility %d: %q, want %q", f, got, want)
		}
	}
}

// TestOddInput gives what no importer should let through.
func TestOddInput(t *testing.T) {
	for name, spoil := range map[string]func(*cityindex.Data){
		"nothing": func(d *cityindex.Data) { *d = cityindex.Data{} },
		"not a number": func(d *cityindex.Data) {
			nan := orb.Point{math.NaN(), math.NaN()}
			d.Streets[0].Geom[0], d.Buildings[0].Point, d.Facilities[0].Geom, d.Gates[0].Geom = nan, nan, nan, nan
			d.Compounds[0].Geom[0][0][1] = nan
		},
		"empty shapes": func(d *cityindex.Data) {
			d.Streets[0].Geom, d.Streets[1].Geom = nil, d.Streets[1].Geom[:1]
			d.Compounds[0].Geom = orb.MultiPolygon{{}, {orb.Ring{}}}
			d.Land[0].Geom = orb.MultiPolygon{{}, {orb.Ring{}}}
			d.Areas[6].Geom = orb.MultiPolygon{{}}
			d.Barriers = []household.Barrier{{Geom: orb.MultiLineString{{}, {at(0, 0)}}}}
		},
		"all at one place": func(d *cityindex.Data) {
			for i := range d.Streets {
				for k := range d.Streets[i].Geom {
					d.Streets[i].Geom[k] = at(0, 0)
				}
			}
		},
		"a circle of parents":     func(d *cityindex.Data) { d.Areas[0].ParentID = 4 },
		"ids of the wrong number": func(d *cityindex.Data) { d.Streets[0].NodeIDs = []int64{1} },
	} {
		t.Run(name, func(t *testing.T) {
			d := smallTown(true)
			spoil(d)
			e := coverage.New(d)
			for _, m := range []coverage.Method{coverage.MethodNetwork, coverage.MethodRadius} {
				r, err := e.Run(context.Background(), coverage.Request{Method: m})
				if err != nil {
					t.Fatal(err)
				}
				for _, level := range household.AreaLevels {
					if _, err := r.Totals(level, ""); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
}

// TestRadius compares straight distances.
func TestRadius(t *testing.T) {
	d := smallTown(false)
	r := run(t, d, coverage.Request{Requirements: []string{"kindergarten", "police", "bank"}, Method: coverage.MethodRadius})
	want := []string{"covered 250.", "covered 200.", "covered 286.", "uncovered 430.", "uncovered 890.", "uncovered 347.", "covered 20."}
	for b, x := range r.Reaches(0) {
		got := fmt.Sprintf("%v %.1f", x.Status, float64(x.Decimetres)/10)
		m := float64(x.Decimetres) / 10
		var status string
		var near float64
		fmt.Sscanf(want[b], "%s %f", &status, &near)
		if !strings.HasPrefix(got, status) || m < near-3 || m > near+4 {
			t.Errorf("building %d: %s, want %s", b, got, want[b])
		}
	}
	if x := r.Reach(1, 0); x.Status != coverage.Uncovered || x.Facility != 2 {
		t.Errorf("police far off the network: %+v", x)
	}
	if x := r.Reach(2, 0); x.Status != coverage.Unreachable || x.Reason != coverage.NoFacility {
		t.Errorf("no bank: %+v", x)
	}
}

// TestProfiles checks circle and seconds: C is 490 m from k2.
func TestProfiles(t *testing.T) {
	d := smallTown(true)
	steps := street("st", 300, 0, 300, 120) // the way in becomes steps
	steps.Steps = true
	d.Streets[1] = street("s2", 300, 120, 380, 120)
	d.Streets = append(d.Streets, steps)
	standard, err := coverage.ParseStandard([]byte(`{"id":"x","name_en":"x","requirements":[{"category":"kindergarten","minutes":8,"metres":500}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for profile, want := range map[coverage.Profile]string{
		coverage.ProfileStandard:   "covered ",   // 500 m
		coverage.ProfileAdult:      "covered ",   // 600 m
		coverage.ProfileElderly:    "uncovered ", // 400 m
		coverage.ProfileWheelchair: "unreachable compound_closed",
	} {
		x := run(t, d, coverage.Request{Standard: standard, Profile: profile}).Reach(0, 2)
		if profile == coverage.ProfileWheelchair {
			// The compound is open on foot, so it is not closed.
			want = "unreachable other_component"
		}
		if got := x.Status.String() + " " + string(x.Reason); got != want {
			t.Errorf("%s: %s, want %s", profile, got, want)
		}
	}
	if s := coverage.ProfileElderly.Seconds(8000); s != 1000 {
		t.Errorf("800 m at 0.8 m/s takes %v s", s)
	}
}

// TestTotals checks an area's numbers and that nobody is lost.
func TestTotals(t *testing.T) {
	d := smallTown(true)
	standard, err := coverage.ParseStandard([]byte(`{"id":"x","name_en":"x","requirements":[
		{"category":"kindergarten","minutes":5,"metres":300,"required":true},{"category":"police","minutes":5,"metres":300}]}`))
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, d, coverage.Request{Standard: standard})
	areas, err := r.Totals(household.LevelCommunity, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range areas {
		k := a.Totals[0]
		got = append(got, fmt.Sprintf("%s %s people=%d buildings=%d all=%d covered=%d uncovered=%d unreachable=%d bcov=%d facilities=%d",
			a.Code, a.Name, a.People, a.Buildings, a.AllRequired.Covered, k.Covered, k.Uncovered, k.Unreachable, k.BuildingsCovered, k.Facilities))
	}
	want := []string{
		"990001001001 甲社区 people=100 buildings=1 all=100 covered=100 uncovered=0 unreachable=0 bcov=1 facilities=1",
		"990001001002 乙社区 people=80 buildings=4 all=40 covered=40 uncovered=30 unreachable=10 bcov=1 facilities=1",
		"990001001003 空社区 people=0 buildings=0 all=0 covered=0 uncovered=0 unreachable=0 bcov=0 facilities=0",
		" （未划入） people=20 buildings=1 all=0 covered=0 uncovered=0 unreachable=20 bcov=0 facilities=0",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	// Of 40 people at 220 m and 30 at 490 m half live within 220 m.
	if m := areas[1].Totals[0]; m.MedianMetres < 219 || m.MedianMetres > 221 || m.P90Metres < 488 || m.P90Metres > 492 {
		t.Errorf("median %v, p90 %v; want 220, 490", m.MedianMetres, m.P90Metres)
	}
	for _, level := range household.AreaLevels {
		for under, people := range map[string]int64{"": 200, "990001001": 180, "990001001001": 100} {
			areas, err := r.Totals(level, under)
			if household.CodeOf(err) == household.Invalid && under != "" {
				continue // a level above the area
			}
			if err != nil {
				t.Fatal(err)
			}
			var sum, facilities int64
			for _, a := range areas {
				sum += a.People
				facilities += int64(a.Totals[0].Facilities)
				if k := a.Totals[0]; k.People != a.People || k.Covered+k.Uncovered+k.Unreachable != a.People {
					t.Errorf("%s under %q, %s: %+v does not add up to %d", level, under, a.Code, k, a.People)
				}
			}
			if sum != people {
				t.Errorf("%s under %q: %d people, want %d", level, under, sum, people)
			}
			if under == "" && facilities != 2 {
				t.Errorf("%s: %d facilities, want 2", level, facilities)
			}
		}
	}
	if _, err := r.Totals("planet", ""); household.CodeOf(err) != household.Invalid {
		t.Errorf("no such level: %v", err)
	}
	if _, err := r.Totals(household.LevelGrid, "123"); household.CodeOf(err) != household.NotFound {
		t.Errorf("no such area: %v", err)
	}
}

// TestNoAreas checks a city of streets and houses only, as an extract gives.
func TestNoAreas(t *testing.T) {
	d := smallTown(true)
	d.Areas = nil
	for i := range d.Buildings {
		d.Buildings[i].Counts = cityindex.Counts{}
	}
	r := run(t, d, coverage.Request{Requirements: []string{"kindergarten"}})
	areas, err := r.Totals(household.LevelCommunity, "")
	if err != nil || len(areas) != 1 {
		t.Fatalf("%d areas, %v", len(areas), err)
	}
	k := areas[0].Totals[0]
	if areas[0].Name != coverage.Outside || k.Buildings != 6 || k.BuildingsCovered != 2 || k.People != 0 || k.Share != 0 || k.Facilities != 2 {
		t.Errorf("%+v", k)
	}
	if k.MedianMetres < 268 || k.MedianMetres > 272 { // of A 270, B 220, C 490
		t.Errorf("median %v by buildings, want 270", k.MedianMetres)
	}
}

func TestBuildingsCSV(t *testing.T) {
	r := run(t, smallTown(true), coverage.Request{Requirements: []string{"kindergarten"}, Bound: 300})
	var b bytes.Buffer
	if err := r.WriteBuildingsCSV(&b, 0); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 7 || lines[0] != "building_code,status,metres,facility_code,reason" {
		t.Fatalf("%q", lines)
	}
	for i, want := range []string{"A,covered,2", "B,covered,2", "C,uncovered,,,beyond_bound", "D,unreachable,,,other_component", "E,unreachable,,,no_street", "F,unreachable,,,behind_barrier"} {
		if !strings.HasPrefix(lines[i+1], want) {
			t.Errorf("line %d: %q, want %q…", i+1, lines[i+1], want)
		}
	}
}
