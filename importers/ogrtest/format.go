package ogrtest

import (
	"errors"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"hearthmap/geo/crs"
	"hearthmap/importers"
)

// Format is a format that ogr2ogr writes and a reader of ours reads.
type Format struct {
	Driver string // ogr2ogr's name of it
	Ending string // of the file's name, with its dot
	Open   func(tb testing.TB, path string) importers.Reader
	// OpenGeoJSON reads what ogr2ogr was given.
	OpenGeoJSON func(path string) (importers.Reader, error)
}

// Case is a file that ogr2ogr is asked to write.
type Case struct {
	Kind Kind
	Args []string
}

// write has ogr2ogr write n made-up features and returns both files' paths.
func (f Format) write(tb testing.TB, c Case, n int) (in, out string) {
	tb.Helper()
	in = GeoJSON(tb, c.Kind, n)
	out = filepath.Join(tb.TempDir(), "out"+f.Ending)
	Run(tb, append(append([]string{"-f", f.Driver}, c.Args...), out, in)...)
	return in, out
}

// Test checks that what ogr2ogr writes is read as ogr2ogr reads it, and that
// its positions, in degrees, are those that ogr2ogr was given.
func (f Format) Test(t *testing.T, cases map[string]Case) {
	const n = 400
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			in, out := f.write(t, c, n)
			if got := Compare(t, f.Open(t, out), out); got != n {
				t.Errorf("%d rows", got)
			}
			f.backAgain(t, f.Open(t, out), in)
		})
	}
}

func (f Format) backAgain(t *testing.T, r importers.Reader, in string) {
	t.Helper()
	system, ok := r.(importers.CRSReader).CRS()
	if !ok {
		t.Fatal("no reference system")
	}
	original, err := f.OpenGeoJSON(in)
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
		if g := toWGS84(got.Geometry, system); !SameShape(g, want.Geometry, 1e-9) {
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

// Benchmark reads 50,000 buildings, and reports how many times faster than
// ogr2ogr it is that keeps what it reads in memory.
func (f Format) Benchmark(b *testing.B, args ...string) {
	const n = 50_000
	_, out := f.write(b, Case{Polygons, args}, n)
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
		r := f.Open(b, out)
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
