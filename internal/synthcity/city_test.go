package synthcity

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"golang.org/x/text/encoding/simplifiedchinese"

	"hearthmap/geo"
)

// made is a city as its files hold it, positions in metres of a local plane.
type made struct {
	seed                                 uint64
	preset, dir                          string
	sum                                  Summary
	areas, streets, compounds, buildings []feature
	units, residents, facilities         [][]string
}

type feature struct {
	props geojson.Properties
	ll    orb.Geometry
	xy    orb.Geometry
}

func (f feature) str(key string) string { return f.props.MustString(key, "") }

var plane = geo.NewPlane(origin)

func toXY(g orb.Geometry) orb.Geometry {
	g = orb.Clone(g)
	switch g := g.(type) {
	case orb.Point:
		return plane.XY(g)
	case orb.LineString:
		for i := range g {
			g[i] = plane.XY(g[i])
		}
	case orb.Polygon:
		for _, r := range g {
			for i := range r {
				r[i] = plane.XY(r[i])
			}
		}
	}
	return g
}

func generate(t testing.TB, preset string, seed uint64, dir string) *made {
	t.Helper()
	m := &made{preset: preset, seed: seed, dir: dir}
	var err error
	if m.sum, err = Generate(context.Background(), Options{Preset: preset, Seed: seed, Dir: m.dir}); err != nil {
		t.Fatal(err)
	}
	m.areas, m.streets = m.geo(t, FileAreas), m.geo(t, FileStreets)
	m.compounds, m.buildings = m.geo(t, FileCompounds), m.geo(t, FileBuildings)
	raw, err := simplifiedchinese.GB18030.NewDecoder().Bytes(m.bytes(t, FileUnits))
	if err != nil {
		t.Fatal(err)
	}
	m.units, m.residents, m.facilities = table(t, raw), table(t, m.bytes(t, FileResidents)), table(t, m.bytes(t, FileFacilities))
	return m
}

func (m *made) bytes(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(m.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (m *made) geo(t testing.TB, name string) []feature {
	t.Helper()
	var fc geojson.FeatureCollection
	if err := json.Unmarshal(m.bytes(t, name), &fc); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	out := make([]feature, len(fc.Features))
	for i, f := range fc.Features {
		out[i] = feature{f.Properties, f.Geometry, toXY(f.Geometry)}
	}
	return out
}

func table(t testing.TB, b []byte) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// samples are the cities that the tests look at, each made once.
var samples = []*sample{
	{name: "village", preset: "village", seed: 1},
	{name: "village/7", preset: "village", seed: 7},
	{name: "town", preset: "town", seed: 1},
	{name: "borough", preset: "borough", seed: 1},
}

// borough is a large city on a small scale.
func init() {
	presets["borough"] = func() preset {
		p := latticePreset(latticeSize{cols: [2]int{3, 1}, rows: [2]int{1, 3}, fringe: 1, fringeSize: 400})
		river := 1 + 1
		p.metro = &metropolis{
			regions:      []region{{0, 0, 0, len(p.cols), river}, {1, 0, river + 1, 2, len(p.rows)}, {2, 2, river + 1, len(p.cols), len(p.rows)}},
			officePeople: 9_000, communities: 8, buildings: 1_500, units: 12_700, residents: 22_600, villages: 0.24,
		}
		return p
	}
}

type sample struct {
	name, preset string
	seed         uint64
	once         sync.Once
	made         *made
}

// cities runs the test on the villages and, unless -short, on the town.
func cities(t *testing.T, test func(t *testing.T, m *made)) {
	t.Helper()
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			if s.preset != "village" && testing.Short() {
				t.Skip("it takes seconds")
			}
			s.once.Do(func() {
				dir, err := os.MkdirTemp("", "synthcity")
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = os.RemoveAll(dir) }()
				s.made = generate(t, s.preset, s.seed, dir)
			})
			if s.made == nil {
				t.Fatal("the city could not be made")
			}
			test(t, s.made)
		})
	}
}

// ringOf is the outer ring of a polygon, open, in metres.
func ringOf(g orb.Geometry) []pt {
	r := g.(orb.Polygon)[0]
	return r[:len(r)-1]
}

func (m *made) footprints() (out []feature) {
	for _, f := range m.buildings {
		if _, ok := f.ll.(orb.Polygon); ok {
			out = append(out, f)
		}
	}
	return out
}

func (m *made) lines() (out []feature) {
	for _, f := range m.streets {
		if f.str("class") != "" {
			out = append(out, f)
		}
	}
	return out
}
