// Package ogrtest compares readers with ogr2ogr, the peer that everybody's
// files have been through.
package ogrtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"hearthmap/importers"
	"hearthmap/internal/testdata"
)

// Run runs ogr2ogr and returns its standard output.
func Run(tb testing.TB, args ...string) []byte {
	tb.Helper()
	ogr := testdata.Tool(tb, "ogr2ogr")
	var out, errs bytes.Buffer
	cmd := exec.Command(ogr, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		tb.Fatalf("ogr2ogr %s: %v: %s", strings.Join(args, " "), err, errs.String())
	}
	return out.Bytes()
}

// Kind is what features of a made file are.
type Kind string

// The kinds.
const (
	Points   Kind = "points"
	Lines    Kind = "lines"
	Polygons Kind = "polygons"
)

// GeoJSON writes n made-up features in China and returns the file's path:
// polygons with holes and in several parts, some features without a shape,
// texts in Chinese, whole numbers, fractions and dates.
func GeoJSON(tb testing.TB, kind Kind, n int) string {
	tb.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	const chars = "和平区文化路三段十一号花园小区幢单元室东南西北中龘，。·"
	text := func(most int) string {
		var b strings.Builder
		for range rng.IntN(most + 1) {
			r := []rune(chars)
			b.WriteRune(r[rng.IntN(len(r))])
		}
		return b.String()
	}
	var out bytes.Buffer
	out.WriteString(`{"type":"FeatureCollection","features":[`)
	for i := range n {
		f := geojson.NewFeature(nil)
		f.Properties = geojson.Properties{
			"code": fmt.Sprintf("B%06d", i), "名称": text(12), "地址": text(20), "floors": rng.IntN(60) - 3,
			"height": math.Round(rng.Float64()*1e5) / 1e3, "built": fmt.Sprintf("%d-%02d-%02d", 1950+rng.IntN(70), 1+rng.IntN(12), 1+rng.IntN(28)),
		}
		if i%50 != 49 {
			f.Geometry = shape(rng, kind)
		}
		b, err := json.Marshal(f)
		if err != nil {
			tb.Fatal(err)
		}
		if i > 0 {
			out.WriteString(",\n")
		}
		out.Write(b)
	}
	out.WriteString(`]}`)
	path := filepath.Join(tb.TempDir(), "in.geojson")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func shape(rng *rand.Rand, kind Kind) orb.Geometry {
	at := orb.Point{110.2 + rng.Float64()*1.5, 34 + rng.Float64()}
	round := func(p orb.Point) orb.Point {
		return orb.Point{math.Round(p[0]*1e9) / 1e9, math.Round(p[1]*1e9) / 1e9}
	}
	ring := func(c orb.Point, radius float64, corners int) orb.Ring {
		var r orb.Ring
		for k := range corners {
			a := 2 * math.Pi * float64(k) / float64(corners)
			r = append(r, round(orb.Point{c[0] + radius*math.Cos(a), c[1] + radius*math.Sin(a)}))
		}
		return append(r, r[0])
	}
	block := func(c orb.Point) orb.Polygon {
		p := orb.Polygon{ring(c, 1e-3, 4+rng.IntN(9))}
		for k := range rng.IntN(3) {
			hole := ring(orb.Point{c[0] + float64(k-1)*3e-4, c[1]}, 1e-4, 4+rng.IntN(3))
			hole.Reverse()
			p = append(p, hole)
		}
		return p
	}
	switch kind {
	case Points:
		return round(at)
	case Lines:
		line := func(c orb.Point) orb.LineString { return orb.LineString(ring(c, 1e-3, 3+rng.IntN(20))) }
		if rng.IntN(5) == 0 {
			return orb.MultiLineString{line(at), line(orb.Point{at[0] + 0.01, at[1]})}
		}
		return line(at)
	}
	if rng.IntN(5) == 0 {
		m := orb.MultiPolygon{block(at), block(orb.Point{at[0] + 0.01, at[1]})}
		if len(m[0]) > 1 { // an island in the first one's first hole
			m = append(m, orb.Polygon{ring(orb.Point{at[0] - 3e-4, at[1]}, 2e-5, 4)})
		}
		return m
	}
	return block(at)
}

// Compare reads r to its end and compares it row by row with what ogr2ogr
// makes of the same file: values exactly, positions to 1e-9 of their size.
func Compare(tb testing.TB, r importers.Reader, path string) (rows int) {
	tb.Helper()
	out := Run(tb, "-f", "GeoJSON", "/vsistdout/", path, "-lco", "COORDINATE_PRECISION=15")
	var want struct {
		Features []struct {
			Geometry   *geojson.Geometry
			Properties map[string]any
		}
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	dec.UseNumber()
	if err := dec.Decode(&want); err != nil {
		tb.Fatal(err)
	}
	for i, f := range want.Features {
		rec, err := r.Next()
		if err != nil {
			tb.Fatalf("row %d: %v", i, err)
		}
		if len(rec.Names) != len(f.Properties) {
			tb.Fatalf("row %d: columns %q, ogr2ogr has %d", i, rec.Names, len(f.Properties))
		}
		for j, name := range rec.Names {
			if v, ok := f.Properties[name]; !ok || !sameValue(rec.Values[j], v) {
				tb.Fatalf("row %d: %s is %q, ogr2ogr says %v", i, name, rec.Values[j], v)
			}
		}
		var g orb.Geometry
		if f.Geometry != nil {
			g = f.Geometry.Geometry()
		}
		if !SameShape(rec.Geometry, g, 1e-9) {
			tb.Fatalf("row %d: %v, ogr2ogr says %v", i, rec.Geometry, g)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		tb.Fatalf("after %d rows: %v, want io.EOF", len(want.Features), err)
	}
	return len(want.Features)
}

func sameValue(got string, want any) bool {
	switch want := want.(type) {
	case nil:
		return got == ""
	case json.Number:
		a, err1 := strconv.ParseFloat(got, 64)
		b, err2 := want.Float64()
		return err1 == nil && err2 == nil && a == b
	case string:
		return got == want || strings.ReplaceAll(want, "/", "-") == got
	case bool:
		return got == strconv.FormatBool(want)
	}
	return false
}

// SameShape reports whether two shapes are the same up to eps relative to
// their coordinates, the direction of rings, and single parts of multi types.
func SameShape(a, b orb.Geometry, eps float64) bool {
	x, y := flat(a), flat(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if len(x[i]) != len(y[i]) {
			return false
		}
		for j := range x[i] {
			for k := range 2 {
				if math.Abs(x[i][j][k]-y[i][j][k]) > eps*math.Max(1, math.Abs(y[i][j][k])) {
					return false
				}
			}
		}
	}
	return true
}

// flat is the shape's lists of points; an empty list stands between polygons.
func flat(g orb.Geometry) (out [][]orb.Point) {
	switch g := g.(type) {
	case orb.Point:
		return [][]orb.Point{{g}}
	case orb.LineString:
		return [][]orb.Point{g}
	case orb.MultiLineString:
		for _, l := range g {
			out = append(out, l)
		}
	case orb.Polygon:
		return flat(orb.MultiPolygon{g})
	case orb.MultiPolygon:
		for _, p := range g {
			for _, ring := range p {
				ring = ring.Clone()
				if ring.Orientation() == orb.CW {
					ring.Reverse()
				}
				out = append(out, ring)
			}
			out = append(out, nil)
		}
	}
	return out
}
