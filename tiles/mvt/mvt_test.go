package mvt_test

import (
	"bytes"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"hearthmap/tiles/mvt"
)

var keys = []string{"name", "people", "share", "walled", "code"}

// written is a feature as drawn by rapid.
type written struct {
	id    uint64
	props map[string]any
	kind  mvt.GeomType
	parts [][]mvt.Point
}

func drawFeature(t *rapid.T) written {
	f := written{id: rapid.Uint64().Draw(t, "id"), props: map[string]any{}}
	for _, k := range keys {
		switch rapid.IntRange(0, 5).Draw(t, "kind of value") {
		case 0:
			f.props[k] = rapid.String().Draw(t, "text")
		case 1:
			f.props[k] = uint64(rapid.Int64Range(0, math.MaxInt64).Draw(t, "uint"))
		case 2:
			f.props[k] = rapid.Int64Range(math.MinInt64, -1).Draw(t, "int")
		case 3:
			f.props[k] = rapid.Float64().Draw(t, "double")
		case 4:
			f.props[k] = rapid.Bool().Draw(t, "bool")
		}
	}
	c := rapid.Int32Range(-5000, 9000)
	point := func() mvt.Point { return mvt.Point{c.Draw(t, "x"), c.Draw(t, "y")} }
	f.kind = mvt.GeomType(rapid.IntRange(1, 3).Draw(t, "type"))
	for range rapid.IntRange(1, 3).Draw(t, "parts") {
		var part []mvt.Point
		switch p := point(); f.kind {
		case mvt.PointType:
			if len(f.parts) > 0 {
				f.parts[0] = append(f.parts[0], p)
				continue
			}
			part = []mvt.Point{p}
		case mvt.LineType:
			part = []mvt.Point{p, {p[0] + 1, p[1]}, {p[0] + 1, p[1] - 7}}
		default:
			w := rapid.Int32Range(1, 300).Draw(t, "w")
			part = []mvt.Point{p, {p[0] + w, p[1]}, {p[0] + w, p[1] + 2}, {p[0], p[1] + 1}}
		}
		f.parts = append(f.parts, part)
	}
	return f
}

func (f written) write(l *mvt.Layer, g *mvt.Geometry) {
	l.Begin(f.id)
	for i, k := range keys {
		switch v := f.props[k].(type) {
		case string:
			l.String(i, v)
		case uint64:
			l.Int(i, int64(v))
		case int64:
			l.Int(i, v)
		case float64:
			l.Double(i, v)
		case bool:
			l.Bool(i, v)
		}
	}
	g.Reset()
	for _, p := range f.parts {
		switch f.kind {
		case mvt.PointType:
			g.Points(p...)
		case mvt.LineType:
			g.Line(p)
		default:
			g.Ring(p)
		}
	}
	l.End(g)
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	var layer mvt.Layer // used again and again, as the renderer does
	var g mvt.Geometry
	rapid.Check(t, func(t *rapid.T) {
		features := rapid.SliceOfN(rapid.Custom(drawFeature), 1, 8).Draw(t, "features")
		write := func() []byte {
			layer.Reset("name", keys)
			for _, f := range features {
				f.write(&layer, &g)
			}
			return layer.AppendTo(nil)
		}
		data := write()
		if !bytes.Equal(data, write()) {
			t.Fatal("the same features gave other bytes")
		}
		tile, err := mvt.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		l := tile.Layer("name")
		if l == nil || l.Version != 2 || l.Extent != mvt.Extent || len(l.Features) != len(features) {
			t.Fatalf("layer %+v", l)
		}
		for i, f := range features {
			got := l.Features[i]
			if got.ID != f.id || got.Type != f.kind || !reflect.DeepEqual(got.Geometry, f.parts) {
				t.Fatalf("feature %+v, want %+v", got, f)
			}
			if len(got.Properties) != len(f.props) {
				t.Fatalf("properties %v, want %v", got.Properties, f.props)
			}
			for k, v := range f.props {
				if got.Properties[k] != v {
					t.Fatalf("%s is %v (%T), want %v (%T)", k, got.Properties[k], got.Properties[k], v, v)
				}
			}
		}
		unique(t, l)
	})
}

// unique checks that no key and no value is written twice or for nothing.
func unique(t *rapid.T, l *mvt.DecodedLayer) {
	seen := map[any]bool{}
	for _, v := range l.Values {
		if seen[v] {
			t.Fatalf("the value %v is there twice", v)
		}
		seen[v] = true
	}
	used := map[string]bool{}
	for _, f := range l.Features {
		for k := range f.Properties {
			used[k] = true
		}
	}
	if len(used) != len(l.Keys) {
		t.Fatalf("keys %v, used %v", l.Keys, used)
	}
}

func TestEmptyLayerWritesNothing(t *testing.T) {
	var l mvt.Layer
	l.Reset("empty", keys)
	if b := l.AppendTo(nil); len(b) != 0 {
		t.Errorf("%x", b)
	}
}

func TestBadRingsAreRefused(t *testing.T) {
	for name, ring := range map[string][]mvt.Point{
		"a hole first": {{0, 0}, {0, 9}, {9, 9}},
		"no area":      {{0, 0}, {9, 9}, {18, 18}},
		"closed twice": {{0, 0}, {9, 0}, {9, 9}, {0, 0}},
	} {
		var l mvt.Layer
		var g mvt.Geometry
		l.Reset("rings", nil)
		l.Begin(1)
		g.Ring(ring)
		l.End(&g)
		if _, err := mvt.Decode(l.AppendTo(nil)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	var l mvt.Layer
	var g mvt.Geometry
	l.Reset("seed", keys)
	written{id: 1, props: map[string]any{"name": "甲", "share": 0.5, "people": int64(-4)}, kind: mvt.PolygonType, parts: [][]mvt.Point{{{0, 0}, {9, 0}, {9, 9}}}}.write(&l, &g)
	f.Add(l.AppendTo(nil))
	f.Add([]byte("\x1a\x10x\x02\n\x05hello\x12\x05\x18\x01\"\x01\x09"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tile, err := mvt.Decode(data)
		if err != nil {
			return
		}
		for _, l := range tile.Layers {
			for _, feature := range l.Features {
				if feature.Type == mvt.PolygonType && mvt.SignedArea2(feature.Geometry[0]) <= 0 {
					t.Errorf("a first ring of area %d was accepted", mvt.SignedArea2(feature.Geometry[0]))
				}
			}
		}
	})
}
