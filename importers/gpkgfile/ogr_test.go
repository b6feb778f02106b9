package gpkgfile

import (
	"errors"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"hearthmap/geo/crs"
	"hearthmap/importers"
	"hearthmap/importers/geojsonfile"
	"hearthmap/importers/ogrtest"
)

// What ogr2ogr writes is read as ogr2ogr reads it.
func TestAgainstOGR(t *testing.T) {
	for name, k := range map[string]struct {
		kind ogrtest.Kind
		args []string
	}{
		"polygons":     {ogrtest.Polygons, nil},
		"with heights": {ogrtest.Polygons, []string{"-dim", "XYZ"}},
		"with both":    {ogrtest.Lines, []string{"-dim", "XYZM"}},
		"points":       {ogrtest.Points, nil},
		"zone 37":      {ogrtest.Polygons, []string{"-t_srs", "EPSG:4525"}},
		"CGCS2000":     {ogrtest.Lines, []string{"-a_srs", "EPSG:4490"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := ogrtest.GeoJSON(t, k.kind, 400)
			out := filepath.Join(t.TempDir(), "out.gpkg")
			ogrtest.Run(t, append(append([]string{"-f", "GPKG"}, k.args...), out, in)...)
			if n := ogrtest.Compare(t, open(t, out, importers.FileOptions{}), out); n != 400 {
				t.Errorf("%d rows", n)
			}
			backAgain(t, open(t, out, importers.FileOptions{}), in)
		})
	}
}

// backAgain compares the positions, in degrees, with the file that ogr2ogr
// was given.
func backAgain(t *testing.T, r importers.Reader, in string) {
	t.Helper()
	system, ok := r.(importers.CRSReader).CRS()
	if !ok {
		t.Fatal("no reference system")
	}
	original, err := geojsonfile.Open(in, importers.FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer original.Close()
	for {
		want, err := original.Next()
		if err != nil {
			break
		}
		got, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if g := toWGS84(got.Geometry, system); !ogrtest.SameShape(g, want.Geometry, 1e-9) {
			t.Fatalf("row %d: %v, was %v", got.Row, g, want.Geometry)
		}
	}
}

func toWGS84(g orb.Geometry, c crs.CRS) orb.Geometry {
	each := func(ps []orb.Point) {
		for i := range ps {
			ps[i] = c.ToWGS84(ps[i])
		}
	}
	switch g := g.(type) {
	case orb.Point:
		return c.ToWGS84(g)
	case orb.LineString:
		each(g)
	case orb.MultiLineString:
		for _, l := range g {
			each(l)
		}
	case orb.Polygon:
		for _, ring := range g {
			each(ring)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			toWGS84(p, c)
		}
	}
	return g
}

// BenchmarkBuildings reads a GeoPackage of 50,000 buildings, and reports how
// many times faster than ogr2ogr it is that keeps what it reads in memory.
func BenchmarkBuildings(b *testing.B) {
	const n = 50_000
	out := filepath.Join(b.TempDir(), "out.gpkg")
	ogrtest.Run(b, "-f", "GPKG", out, ogrtest.GeoJSON(b, ogrtest.Polygons, n))
	best := time.Duration(1 << 62)
	for range 3 {
		start := time.Now()
		if err := exec.Command("ogr2ogr", "-f", "Memory", "x", out).Run(); err != nil {
			b.Fatal(err)
		}
		best = min(best, time.Since(start))
	}
	b.ResetTimer()
	for b.Loop() {
		r := open(b, out, importers.FileOptions{})
		for {
			if _, err := r.Next(); err != nil {
				var row *importers.RowError
				if errors.As(err, &row) {
					b.Fatal(err)
				}
				break
			}
		}
		r.Close()
	}
	perRun := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(n/perRun.Seconds(), "rows/s")
	b.ReportMetric(best.Seconds()/perRun.Seconds(), "x-ogr2ogr")
}
