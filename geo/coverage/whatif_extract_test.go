package coverage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// settle spreads made-up people over a real town, and communities of its
// buildings, in turns, so that areas have something to add up.
func settle(d *cityindex.Data) {
	d.Areas = []cityindex.Area{
		{ID: 1, Code: "9900", Level: household.LevelCity},
		{ID: 2, ParentID: 1, Code: "990001", Level: household.LevelDistrict},
		{ID: 3, ParentID: 2, Code: "990001001", Level: household.LevelStreet},
	}
	for i := range 7 {
		d.Areas = append(d.Areas, cityindex.Area{ID: int64(i + 4), ParentID: 3, Code: fmt.Sprintf("99000100100%d", i), Level: household.LevelCommunity})
	}
	for i := range d.Buildings {
		c := &d.Buildings[i].Counts
		c.People = int32(i * 7919 % 31)
		c.Age60up, c.Age3to5 = c.People/4, c.People/9
		d.Buildings[i].AreaID = int64(4 + i*7/len(d.Buildings))
	}
}

// scatterScenario changes a real town at random.
func scatterScenario(r *rand.Rand, d *cityindex.Data, ground bool) *coverage.Scenario {
	s := &coverage.Scenario{}
	place := func() (lon, lat float64) {
		p := d.Buildings[r.IntN(len(d.Buildings))].Point
		return p[0] + (r.Float64()-0.5)*1e-3, p[1] + (r.Float64()-0.5)*1e-3
	}
	for range r.IntN(4) {
		lon, lat := place()
		s.Add = append(s.Add, coverage.AddedFacility{Category: []household.Category{"restaurant", "bank", "library"}[r.IntN(3)], Lon: lon, Lat: lat})
	}
	for i := range d.Facilities {
		f := &d.Facilities[i]
		if f.Category != "restaurant" && f.Category != "bank" {
			continue
		}
		switch r.IntN(20) {
		case 0:
			s.Close = append(s.Close, f.Code)
		case 1:
			lon, lat := place()
			s.Move = append(s.Move, coverage.MovedFacility{Code: f.Code, Lon: lon, Lat: lat})
		}
	}
	if !ground {
		return s
	}
	for i := range d.Gates {
		switch r.IntN(6) {
		case 0:
			s.OpenGates = append(s.OpenGates, d.Gates[i].Code)
		case 1:
			s.CloseGates = append(s.CloseGates, d.Gates[i].Code)
		}
	}
	for range 2 {
		lon, lat := place()
		s.AddPaths = append(s.AddPaths, coverage.AddedPath{Line: [][2]float64{{lon, lat}, {lon + 8e-4, lat + 2e-4}, {lon + 1e-3, lat + 1e-3}}})
	}
	for range 3 {
		s.CutPaths = append(s.CutPaths, d.Streets[r.IntN(len(d.Streets))].Code)
	}
	seen := map[string]bool{}
	for _, c := range s.CutPaths {
		if seen[c] {
			s.CutPaths = s.CutPaths[:1]
			break
		}
		seen[c] = true
	}
	return s
}

// TestWhatIfOnExtracts compares scenarios of real towns with new engines.
func TestWhatIfOnExtracts(t *testing.T) {
	for i, name := range []string{"hong_kong_tsim_sha_tsui.osm", "beijing_bupt.osm", "monaco.osm.pbf", "liechtenstein.osm.pbf"} {
		t.Run(name, func(t *testing.T) {
			d := extract(t, name)
			settle(d)
			q := coverage.Request{Requirements: []string{"restaurant", "bank@15", "bank@10", "police"}}
			w, err := coverage.New(d).NewWhatIf(context.Background(), q)
			if err != nil {
				t.Fatal(err)
			}
			r := rand.New(rand.NewPCG(uint64(i), 4))
			for k := range 3 {
				agree(t, d, w, scatterScenario(r, d, k == 1), q)
			}
		})
	}
}
