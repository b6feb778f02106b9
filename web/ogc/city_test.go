package ogc

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
	"hearthmap/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// madeCity is a city of n buildings of odd shapes, some without this or that.
func madeCity(tb testing.TB, n int) *cityindex.City {
	tb.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	whole := orb.Bound{Min: orb.Point{123, 41}, Max: orb.Point{124, 42}}.ToPolygon()
	d := &cityindex.Data{City: "town", Areas: []cityindex.Area{
		{ID: 1, Code: "9900", Name: "和安市", Level: household.LevelCity, Geom: orb.MultiPolygon{whole}},
		{ID: 2, ParentID: 1, Code: "990001", Name: "东区", NameEn: "East", Level: household.LevelCommunity, Geom: orb.MultiPolygon{whole}},
	}}
	names := []string{"", "花园1号楼", "花园2号楼", "Tower %_x", "O'Hara", `back\slash`, "楼"}
	for i := range n {
		b := cityindex.Building{
			ID: int64(i + 1), Code: fmt.Sprintf("B%04d", i), Name: names[rng.IntN(len(names))],
			Use: household.Use(uses[rng.IntN(len(uses))]), Floors: int16(rng.IntN(9)), Height: float32(rng.IntN(40)) / 4,
			Point: orb.Point{123 + rng.Float64(), 41 + rng.Float64()},
		}
		if i%3 > 0 {
			b.AreaID = 2
		}
		b.Counts.People = int32(rng.IntN(200))
		b.Geom = madeShape(rng, b.Point)
		d.Buildings = append(d.Buildings, b)
	}
	for i := range 10 {
		d.Facilities = append(d.Facilities, cityindex.Facility{
			ID: int64(i + 1), Code: fmt.Sprintf("F%d", i), Name: "卫生站", Category: "clinic", Geom: orb.Point{123.5, 41.5},
		})
	}
	d.Compounds = []cityindex.Compound{{ID: 1, Code: "C1", Name: "花园小区", AreaID: 2, Walled: true, Geom: orb.MultiPolygon{whole}}}
	city, err := cityindex.New(d)
	if err != nil {
		tb.Fatal(err)
	}
	return city
}

// madeShape is a star around p, with a hole now and then, or a point.
func madeShape(rng *rand.Rand, p orb.Point) orb.Geometry {
	ring := func(r float64, back bool) orb.Ring {
		var out orb.Ring
		for k := range 7 {
			a := float64(k) / 7 * 2 * math.Pi
			if back {
				a = -a
			}
			out = append(out, orb.Point{p[0] + r*(0.6+0.4*rng.Float64())*math.Cos(a), p[1] + r*(0.6+0.4*rng.Float64())*math.Sin(a)})
		}
		return append(out, out[0])
	}
	switch rng.IntN(5) {
	case 0:
		return p
	case 1:
		return orb.Polygon{ring(0.05, false), ring(0.02, true)}
	case 2:
		return orb.MultiPolygon{{ring(0.03, false)}}
	default:
		return orb.Polygon{ring(0.04, false)}
	}
}

func serve(tb testing.TB, c *cityindex.City) string {
	tb.Helper()
	srv := httptest.NewServer(Handler(Options{
		City: cityindex.NewLive(c),
		Base: func(r *http.Request) string { return "http://" + r.Host },
		Fail: func(w http.ResponseWriter, err error) {
			status := http.StatusInternalServerError
			var known *household.Error
			if errors.As(err, &known) {
				switch known.Code {
				case household.Invalid:
					status = http.StatusBadRequest
				case household.NotFound:
					status = http.StatusNotFound
				}
				if known.Hint == "" {
					tb.Errorf("no hint: %v", err)
				}
			}
			http.Error(w, err.Error(), status)
		},
	}))
	tb.Cleanup(srv.Close)
	return srv.URL
}

func get(tb testing.TB, url string, into any) int {
	tb.Helper()
	res, err := http.Get(url)
	if err != nil {
		tb.Fatal(err)
	}
	defer res.Body.Close()
	if into != nil && res.StatusCode == http.StatusOK {
		if err := json.NewDecoder(res.Body).Decode(into); err != nil {
			tb.Fatalf("%s: %v", url, err)
		}
	}
	return res.StatusCode
}
