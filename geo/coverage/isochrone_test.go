package coverage_test

import (
	"context"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
	"github.com/paulmach/orb/planar"

	"hearthmap/geo"
	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/internal/pgcluster/pgtest"
)

func isochrone(t *testing.T, e *coverage.Engine, at orb.Point, profile coverage.Profile, minutes ...int) *coverage.Isochrone {
	t.Helper()
	iso, err := e.Isochrone(context.Background(), coverage.IsochroneRequest{At: at, Minutes: minutes, Profile: profile})
	if err != nil {
		t.Fatal(err)
	}
	checkIsochrone(t, e, iso)
	return iso
}

// checkIsochrone checks that areas are nested, that every building
// that is reached lies within, and that the counts are those of a new search.
func checkIsochrone(t *testing.T, e *coverage.Engine, iso *coverage.Isochrone) {
	t.Helper()
	d := *e.Data()
	d.Facilities = []cityindex.Facility{{ID: 1, Code: "here", Category: "clinic", Geom: iso.At}}
	std, err := coverage.ParseStandard([]byte(`{"id":"x","name_en":"x","requirements":[{"category":"clinic","minutes":5,"metres":300}]}`))
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, &d, coverage.Request{Standard: std, Profile: iso.Profile})
	var inner orb.MultiPolygon
	for _, band := range iso.Bands {
		for _, polygon := range inner {
			for _, ring := range polygon {
				for _, p := range ring {
					if !planar.MultiPolygonContains(band.Area, p) && fromBorder(p, band.Area) > 0.3 {
						t.Fatalf("%d minutes: %v of the shorter time is %v m without", band.Minutes, p, fromBorder(p, band.Area))
					}
				}
			}
		}
		inner = band.Area
		var people, buildings int64
		for b := range d.Buildings {
			if x := r.Reach(0, b); coverage.Residential(&d.Buildings[b]) && x.Decimetres >= 0 && float64(x.Decimetres) <= band.Metres*10 {
				buildings++
				people += int64(d.Buildings[b].Counts.People)
				if !planar.MultiPolygonContains(band.Area, d.Buildings[b].Point) {
					t.Fatalf("%d minutes: building %s is reached at %v m and drawn without", band.Minutes, d.Buildings[b].Code, float64(x.Decimetres)/10)
				}
			}
		}
		if people != band.People || buildings != band.Buildings {
			t.Fatalf("%d minutes: %d people in %d buildings, want %d in %d", band.Minutes, band.People, band.Buildings, people, buildings)
		}
	}
}

// fromBorder is the distance in metres to the nearest vertex or side.
func fromBorder(p orb.Point, m orb.MultiPolygon) float64 {
	plane := geo.NewPlane(p)
	best := 1e9
	for _, polygon := range m {
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				best = min(best, planar.DistanceFromSegment(plane.XY(ring[i-1]), plane.XY(ring[i]), orb.Point{}))
			}
		}
	}
	return best
}

// TestIsochroneOfSmallTown draws the town of smallTown: the river is not
// crossed, the wall not passed but by its gate.
func TestIsochroneOfSmallTown(t *testing.T) {
	within := func(t *testing.T, m orb.MultiPolygon, want bool, x, y float64) {
		t.Helper()
		if got := planar.MultiPolygonContains(m, at(x, y)); got != want {
			t.Errorf("(%v, %v): within %v, want %v", x, y, got, want)
		}
	}
	for _, open := range []bool{true, false} {
		e := coverage.New(smallTown(open))
		iso := isochrone(t, e, at(0, -10), "", 5, 10, 15)
		area := iso.Bands[2].Area // 900 m
		within(t, area, true, 100, 5)
		within(t, area, true, 850, 0)
		within(t, area, false, 925, 0)   // farther
		within(t, area, open, 300, 60)   // in the compound, on its path
		within(t, area, open, 320, 121)  // in the compound, through the gate
		within(t, area, open, 380, 130)  //
		within(t, area, open, 395, 150)  // beside the path, within the wall
		within(t, area, false, 405, 150) // beyond the wall
		within(t, area, false, 0, 290)   // open ground, far from any street
		within(t, area, false, 0, 345)   // over the river
		within(t, area, false, 0, 400)
		within(t, iso.Bands[0].Area, true, 270, 0)
		within(t, iso.Bands[0].Area, false, 310, 0)
		if !open {
			within(t, area, true, 300, 15) // before the gate
			within(t, area, false, 300, 30)
		}
	}
}

// TestIsochroneOverBridge draws a bridge: people cross, the water stays free.
func TestIsochroneOverBridge(t *testing.T) {
	d := smallTown(true)
	bridge := street("b", 0, 0, 0, 280, 0, 360, 0, 400)
	bridge.Bridge = true
	d.Streets[0].Geom = line(-1000, 0, 0, 0, 300, 0, 1000, 0)
	d.Streets[2].Geom = line(-1000, 400, 0, 400, 1000, 400)
	d.Streets = append(d.Streets, bridge)
	e := coverage.New(d)
	iso := isochrone(t, e, at(0, -10), "", 15)
	area := iso.Bands[0].Area
	for p, want := range map[orb.Point]bool{
		at(0, 320): true, at(0, 400): true, at(300, 400): true, at(40, 320): false, at(-40, 320): false, at(540, 400): false,
	} {
		if got := planar.MultiPolygonContains(area, p); got != want {
			t.Errorf("%v: within %v, want %v", plan.XY(p), got, want)
		}
	}
	if len(area) != 1 {
		t.Errorf("%d pieces, want one: the bridge joins the banks", len(area))
	}
}

// TestIsochroneNowhere checks a place without a street.
func TestIsochroneNowhere(t *testing.T) {
	iso := isochrone(t, coverage.New(smallTown(true)), at(0, -900), "", 5)
	if iso.Reason != coverage.NoStreet || iso.Bands[0].People != 0 || len(iso.Bands[0].Area) != 0 {
		t.Errorf("%+v", iso)
	}
	for _, minutes := range [][]int{{}, {0}, {61}, {1, 2, 3, 4, 5, 6, 7}} {
		if _, err := coverage.New(smallTown(true)).Isochrone(context.Background(), coverage.IsochroneRequest{Minutes: minutes}); household.CodeOf(err) != household.Invalid {
			t.Errorf("%v: %v", minutes, err)
		}
	}
}

// TestIsochronesOfExtracts draws real towns, twice the same, and lets PostGIS
// say that the areas are valid.
func TestIsochronesOfExtracts(t *testing.T) {
	conn := pgtest.Connect(t, pgtest.Database(t))
	for i, name := range []string{"hong_kong_tsim_sha_tsui.osm", "beijing_bupt.osm", "monaco.osm.pbf"} {
		t.Run(name, func(t *testing.T) {
			d := extract(t, name)
			settle(d)
			e := coverage.New(d)
			r := rand.New(rand.NewPCG(uint64(i), 7))
			for k := range 2 {
				p := d.Buildings[r.IntN(len(d.Buildings))].Point
				iso := isochrone(t, e, p, coverage.Profiles[k%len(coverage.Profiles)], 5, 10, 15)
				again, err := e.Isochrone(context.Background(), coverage.IsochroneRequest{At: p, Profile: iso.Profile})
				if err != nil || !reflect.DeepEqual(iso, again) {
					t.Fatalf("not twice the same: %v", err)
				}
				for _, band := range iso.Bands {
					var reason string
					if err := conn.QueryRow(context.Background(), "select ST_IsValidReason(ST_GeomFromText($1, 4326))", wkt.MarshalString(band.Area)).Scan(&reason); err != nil || reason != "Valid Geometry" {
						t.Fatalf("%d minutes: %s, %v", band.Minutes, reason, err)
					}
				}
			}
		})
	}
}
