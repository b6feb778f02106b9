package geo

import (
	"math"
	"os"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"hearthmap/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// TestDistanceAgainstPostGIS compares with the geodesics of PostGIS.
func TestDistanceAgainstPostGIS(t *testing.T) {
	conn := pgtest.Connect(t, pgtest.Database(t))
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		a := orb.Point{rapid.Float64Range(73, 135).Draw(t, "lon"), rapid.Float64Range(18, 54).Draw(t, "lat")}
		b := orb.Point{a[0] + rapid.Float64Range(-.3, .3).Draw(t, "east"), a[1] + rapid.Float64Range(-.3, .3).Draw(t, "north")}
		var want float64
		if err := conn.QueryRow(ctx, `
			SELECT ST_Distance(ST_MakePoint($1, $2)::geography, ST_MakePoint($3, $4)::geography)`, a[0], a[1], b[0], b[1]).Scan(&want); err != nil {
			t.Fatal(err)
		}
		if got := Distance(a, b); math.Abs(got-want) > 3e-6*want+1e-6 {
			t.Errorf("%v to %v: %.6f m, PostGIS %.6f", a, b, got, want)
		}
	})
}

func TestDistanceFarAway(t *testing.T) {
	// Beijing to Shanghai on the ellipsoid: 1,065.2 km.
	got := Distance(orb.Point{116.3975, 39.9087}, orb.Point{121.4692, 31.2323})
	if math.Abs(got-1065e3) > 0.006*1065e3 {
		t.Errorf("%.0f m", got)
	}
}

func TestPlane(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := orb.Point{rapid.Float64Range(73, 135).Draw(t, "lon"), rapid.Float64Range(18, 54).Draw(t, "lat")}
		p := orb.Point{o[0] + rapid.Float64Range(-.05, .05).Draw(t, "east"), o[1] + rapid.Float64Range(-.05, .05).Draw(t, "north")}
		plane := NewPlane(o)
		xy := plane.XY(p)
		if got, want := math.Hypot(xy[0], xy[1]), Distance(o, p); math.Abs(got-want) > 1e-3*want+1e-9 {
			t.Errorf("on the plane %.4f m, on the ground %.4f m", got, want)
		}
		if back := plane.LL(xy); math.Abs(back[0]-p[0]) > 1e-12 || math.Abs(back[1]-p[1]) > 1e-12 {
			t.Errorf("%v comes back as %v", p, back)
		}
	})
}

func TestPad(t *testing.T) {
	b := Pad(orb.Bound{Min: orb.Point{123, 41}, Max: orb.Point{123.1, 41.1}}, 100)
	for _, d := range []float64{
		Distance(orb.Point{b.Min[0], 41.05}, orb.Point{123, 41.05}), Distance(orb.Point{123.05, b.Max[1]}, orb.Point{123.05, 41.1}),
	} {
		if math.Abs(d-100) > 0.2 {
			t.Errorf("padded by %.2f m", d)
		}
	}
}
