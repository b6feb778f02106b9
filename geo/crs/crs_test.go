package crs_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"hearthmap/geo/crs"
	"hearthmap/internal/testdata"
)

func mustParse(tb testing.TB, name string) crs.CRS {
	tb.Helper()
	c, err := crs.Parse(name)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func near(a, b orb.Point, eps float64) bool {
	return math.Abs(a[0]-b[0]) <= eps && math.Abs(a[1]-b[1]) <= eps
}

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"": "wgs84", "WGS84": "wgs84", "wgs-84": "wgs84", "GCJ-02": "gcj02", "gcj02": "gcj02", "BD_09": "bd09",
		"EPSG:4326": "EPSG:4326", "epsg:4490": "EPSG:4490", "EPSG:4513": "EPSG:4513", "EPSG:4554": "EPSG:4554",
	} {
		if got := mustParse(t, in).String(); got != want {
			t.Errorf("Parse(%q) = %s, want %s", in, got, want)
		}
	}
	for _, in := range []string{"nad27", "EPSG:", "EPSG:3857", "EPSG:4489", "EPSG:4555", "EPSG:99999999999999999999"} {
		if c, err := crs.Parse(in); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", in, c)
		}
	}
}

// The cities of gcoord 1.0 with their positions in the three datums.
func TestCitiesOfGcoord(t *testing.T) {
	raw, err := os.ReadFile(testdata.Path(t, "reference/gcoord/china-cities.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cities []struct {
		Attrs  struct{ Name string }
		Coords struct{ WGS84, GCJ02, BD09 orb.Point }
	}
	if err := json.Unmarshal(raw, &cities); err != nil {
		t.Fatal(err)
	}
	if len(cities) != 664 {
		t.Fatalf("%d cities, want 664", len(cities))
	}
	for _, c := range cities {
		for _, k := range []struct {
			crs crs.CRS
			at  orb.Point
		}{{crs.GCJ02, c.Coords.GCJ02}, {crs.BD09, c.Coords.BD09}} {
			if got := k.crs.FromWGS84(c.Coords.WGS84); !near(got, k.at, 1e-5) {
				t.Errorf("%s to %s: %v, want %v", c.Attrs.Name, k.crs, got, k.at)
			}
			if got := k.crs.ToWGS84(k.at); !near(got, c.Coords.WGS84, 1e-5) {
				t.Errorf("%s from %s: %v, want %v", c.Attrs.Name, k.crs, got, c.Coords.WGS84)
			}
		}
	}
}

// The services that hand out GCJ-02 and BD-09 differ from the published
// formula by up to 7.3e-6 degrees.
func TestShenyang(t *testing.T) {
	wgs := orb.Point{123.4253306, 41.8032629}
	if got := crs.GCJ02.FromWGS84(wgs); !near(got, orb.Point{123.4314787, 41.8057023}, 1e-5) {
		t.Errorf("GCJ-02 %v", got)
	}
	if got := crs.BD09.FromWGS84(wgs); !near(got, orb.Point{123.438095, 41.8114013}, 1e-5) {
		t.Errorf("BD-09 %v", got)
	}
}

func TestOutsideChinaUnchanged(t *testing.T) {
	for _, p := range []orb.Point{{7.42, 43.73}, {-73.9, 40.7}, {9.5, 47.1}, {139.7, 35.6}, {0, 0}} {
		for _, c := range []crs.CRS{crs.GCJ02, crs.BD09} {
			if c.FromWGS84(p) != p || c.ToWGS84(p) != p {
				t.Errorf("%s moves %v", c, p)
			}
		}
	}
}

// Results of PROJ 9.1.1, northing first.
func TestGaussKruegerAgainstPROJ(t *testing.T) {
	for _, k := range []struct {
		crs      string
		lat, lon float64
		n, e     float64
	}{
		{"EPSG:4529", 41.8, 123.43, 4629511.9955, 41535737.2040},
		{"EPSG:4550", 41.8, 123.43, 4629511.9955, 535737.2040},
		{"EPSG:4527", 39.9, 116.4, 4418598.0013, 39448688.8557},
	} {
		c := mustParse(t, k.crs)
		if got := c.FromWGS84(orb.Point{k.lon, k.lat}); !near(got, orb.Point{k.n, k.e}, 0.001) {
			t.Errorf("%s: %.4f, want %.4f %.4f", k.crs, got, k.n, k.e)
		}
		for _, p := range []orb.Point{{k.n, k.e}, {k.e, k.n}} { // either order of axes
			if got := c.ToWGS84(p); !near(got, orb.Point{k.lon, k.lat}, 1e-8) {
				t.Errorf("%s: %v back to %v", k.crs, p, got)
			}
		}
	}
}

func TestInverse(t *testing.T) {
	systems := []crs.CRS{
		crs.WGS84, crs.GCJ02, crs.BD09, mustParse(t, "EPSG:4490"),
		mustParse(t, "EPSG:4527"), mustParse(t, "EPSG:4548"),
	}
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{rapid.Float64Range(112, 122).Draw(t, "lon"), rapid.Float64Range(18, 54).Draw(t, "lat")}
		for _, c := range systems {
			if back := c.ToWGS84(c.FromWGS84(p)); !near(back, p, 1e-9) {
				t.Fatalf("%s: %v comes back as %v", c, p, back)
			}
		}
	})
}

func TestNonsenseIsNotFinite(t *testing.T) {
	c := mustParse(t, "EPSG:4527")
	for _, p := range []orb.Point{{math.NaN(), 1}, {math.Inf(1), 4e6}, {4e6, 1e12}, {116.4, 39.9}} {
		got := c.ToWGS84(p)
		if !math.IsNaN(got[0]) && !math.IsNaN(got[1]) {
			t.Errorf("%v became %v", p, got)
		}
	}
}
