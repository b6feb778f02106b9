package crs_test

import (
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/geo/crs"
)

func TestParseNames(t *testing.T) {
	for in, want := range map[string]string{
		"EPSG:4491": "EPSG:4491", "epsg:4512": "EPSG:4512", "GK:123": "EPSG:4550", "GK:123:500000": "EPSG:4550", "gk:123.5E:0": "gk:123.5,0", "gk:123,21500000": "EPSG:4499",
		"gk: 122.75 : 41500000": "gk:122.75,41500000", "wgs84:swapped": "wgs84:swapped", "GCJ-02:swapped": "gcj02:swapped",
		"EPSG:4490:swapped": "EPSG:4490:swapped",
	} {
		c, err := crs.Parse(in)
		if err != nil || c.String() != want {
			t.Errorf("Parse(%q) = %s %v, want %s", in, c, err, want)
		}
		if back, err := crs.Parse(c.String()); err != nil || back != c {
			t.Errorf("%s is not read back: %v", c, err)
		}
	}
	for _, in := range []string{"EPSG:4490:4490", "GK:", "GK:x", "GK:NaN", "GK:200", "GK:123:1e300", "GK:123:500000:swapped", "EPSG:4555", "swapped"} {
		if c, err := crs.Parse(in); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", in, c)
		}
	}
}

// Zones of six degrees have every other meridian of those of three, and the
// same projection: PROJ's results for EPSG:4529 shifted by the false easting.
func TestSixDegreeZones(t *testing.T) {
	at := orb.Point{123.43, 41.8}
	for name, want := range map[string]orb.Point{
		"EPSG:4499":       {4629511.9955, 21535737.2040},
		"EPSG:4510":       {4629511.9955, 535737.2040},
		"GK:123:500000":   {4629511.9955, 535737.2040},
		"GK:123:0":        {4629511.9955, 35737.2040},
		"GK:123:2500000":  {4629511.9955, 2535737.2040},
		"GK:123:41500000": {4629511.9955, 41535737.2040},
	} {
		c := mustParse(t, name)
		if got := c.FromWGS84(at); !near(got, want, 0.001) {
			t.Errorf("%s: %.4f, want %.4f", name, got, want)
		}
		for _, p := range []orb.Point{want, {want[1], want[0]}} {
			if got := c.ToWGS84(p); !near(got, at, 1e-8) {
				t.Errorf("%s: %v back to %v", name, p, got)
			}
		}
	}
}

func TestSwapped(t *testing.T) {
	wgs := orb.Point{123.4253306, 41.8032629}
	for _, c := range []crs.CRS{crs.WGS84, crs.GCJ02, crs.BD09} {
		p, s := c.FromWGS84(wgs), c.Swapped().FromWGS84(wgs)
		if s != (orb.Point{p[1], p[0]}) {
			t.Errorf("%s: %v and %v", c, p, s)
		}
		if got := c.Swapped().ToWGS84(s); !near(got, wgs, 1e-9) {
			t.Errorf("%s: %v comes back as %v", c.Swapped(), wgs, got)
		}
		if c.Swapped().Swapped() != c {
			t.Errorf("%s is not itself swapped twice", c)
		}
	}
}
