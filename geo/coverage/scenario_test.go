package coverage_test

import (
	"context"
	"strings"
	"testing"

	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// TestScenariosOfSmallTown compares scenarios of the town drawn by hand with
// the answer on paper; see smallTown.
func TestScenariosOfSmallTown(t *testing.T) {
	lonlat := func(x, y float64) [2]float64 { return at(x, y) }
	add := func(x, y float64) coverage.AddedFacility {
		p := at(x, y)
		return coverage.AddedFacility{Category: "kindergarten", Lon: p[0], Lat: p[1]}
	}
	cases := map[string]struct {
		gateOpen bool
		scenario coverage.Scenario
		building string
		metres   float64 // -1: none
		facility string
		change   coverage.Change
	}{
		"open the gate":   {false, coverage.Scenario{OpenGates: []string{"g"}}, "C", 10 + 50 + 120 + 300 + 10, "k1", coverage.Nearer},
		"close the gate":  {true, coverage.Scenario{CloseGates: []string{"g"}}, "C", -1, "", coverage.Farther},
		"inside the wall": {false, coverage.Scenario{Add: []coverage.AddedFacility{add(330, 110)}}, "C", 10 + 20 + 10, "new-1", coverage.Gained},
		"close a facility": {
			false, coverage.Scenario{Close: []string{"k1"}}, "B", 10 + 800 + 10, "k2", coverage.Lost,
		},
		"a new one as far wins no tie": {
			false, coverage.Scenario{Add: []coverage.AddedFacility{add(-500, -10)}}, "A", 270, "k2", coverage.Same,
		},
		"a bridge that is drawn": {
			false,
			coverage.Scenario{AddPaths: []coverage.AddedPath{{Line: [][2]float64{lonlat(0, 395), lonlat(0, 4)}}}},
			"D", 20 + 400 + 10, "k2", coverage.Nearer,
		},
		"a path through a wall opens it": {
			// From the path inside at (380, 120) to the street at (380, 0); C
			// joins at (350, 120). 30 + 120 + 220 along the street to k1.
			false,
			coverage.Scenario{AddPaths: []coverage.AddedPath{{Line: [][2]float64{lonlat(380, 118), lonlat(380, 3)}}}},
			"C", 10 + 30 + 120 + 220 + 10, "k1", coverage.Nearer,
		},
		"a street cut": {true, coverage.Scenario{CutPaths: []string{"s2"}}, "C", -1, "", coverage.Farther},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := smallTown(c.gateOpen)
			q := coverage.Request{Requirements: []string{"kindergarten"}}
			w, err := coverage.New(d).NewWhatIf(context.Background(), q)
			if err != nil {
				t.Fatal(err)
			}
			agree(t, d, w, &c.scenario, q)
			o, err := w.Run(context.Background(), &c.scenario)
			if err != nil {
				t.Fatal(err)
			}
			for b := range d.Buildings {
				if d.Buildings[b].Code != c.building {
					continue
				}
				x := o.Reach(0, b)
				code := ""
				if x.Facility >= 0 {
					code = o.Facilities()[x.Facility].Code
				}
				if got := float64(x.Decimetres) / 10; x.Decimetres >= 0 && got != c.metres || x.Decimetres < 0 && c.metres >= 0 || code != c.facility {
					t.Errorf("%v m to %q, want %v m to %q", got, code, c.metres, c.facility)
				}
				if got := o.ChangeOf(0, b); got != c.change {
					t.Errorf("%v, want %v", got, c.change)
				}
			}
		})
	}
}

// TestScenarioErrors checks that wrong scenarios say what is wrong.
func TestScenarioErrors(t *testing.T) {
	d := smallTown(true)
	w, err := coverage.New(d).NewWhatIf(context.Background(), coverage.Request{})
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		code household.ErrorCode
		want string
	}{
		`{`:                     {household.Invalid, "not readable"},
		`{"ad":[]}`:             {household.Invalid, "unknown field"},
		`{} {}`:                 {household.Invalid, "after the end"},
		`{"close":["nowhere"]}`: {household.NotFound, `no facility "nowhere"`},
		`{"close":[""]}`:        {household.Invalid, "no code"},
		`{"close":["k1","k1"]}`: {household.Invalid, "twice"},
		`{"close":["k1"],"move":[{"code":"k1","lon":1,"lat":2}]}`:  {household.Invalid, "twice"},
		`{"close":["k1"],"capacity":[{"code":"k1","capacity":2}]}`: {household.Invalid, "closed and given a capacity"},
		`{"capacity":[{"code":"k1","capacity":-2}]}`:               {household.Invalid, "capacity -2"},
		`{"open_gates":["x"]}`:                                     {household.NotFound, `no gate "x"`},
		`{"open_gates":["g"],"close_gates":["g"]}`:                 {household.Invalid, "twice"},
		`{"cut_paths":["x"]}`:                                      {household.NotFound, `no street "x"`},
		`{"add":[{"category":"bank","lon":200,"lat":2}]}`:          {household.Invalid, "nowhere on earth"},
		`{"add":[{"lon":20,"lat":2}]}`:                             {household.Invalid, "no category"},
		`{"add_paths":[{"line":[[1,2]]}]}`:                         {household.Invalid, "fewer than two"},
		`{"add_paths":[{"line":[[1,2],[1,2]]}]}`:                   {household.Invalid, "no length"},
		`{"add_paths":[{"line":[[1,2],[1,900]]}]}`:                 {household.Invalid, "off the earth"},
		`{"add_paths":[{"line":[[123.4,41.8],[100,41.8]]}]}`:       {household.Invalid, "longer than 20 km"},
	}
	for text, c := range cases {
		s, err := coverage.ParseScenario([]byte(text))
		if err == nil {
			_, err = w.Run(context.Background(), s)
		}
		if household.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.want) || household.HintOf(err) == "" {
			t.Errorf("%s: %v (%s), want %s with %q and a hint", text, err, household.CodeOf(err), c.code, c.want)
		}
	}
}
