package synthcity

import "hearthmap/household"

// band is what a column or row of the lattice of streets is.
type band uint8

const (
	bandTown   band = iota // blocks between streets
	bandFringe             // fields and villages outside the ring road
	bandRiver              // rows only
	bandRail               // columns only
)

// preset is the size and the make of a city. Columns run west to east, rows
// south to north; sizes are metres.
type preset struct {
	cols, rows       []float64
	colBand, rowBand []band
	jitter           float64  // metres a crossing of streets lies off the lattice
	riverWave        float64  // metres the river swings to either side
	bridges          []int    // lattice lines that cross the river
	railRoads        []int    // lattice lines that cross the railway
	outRoads         [2][]int // lines (columns, rows) that go on into the country
	districts        [2]int   // districts side by side, one above the other
	streets          int      // street offices in a district
	communityPeople  int      // people wanted in a community
	centre           [2]int   // column and row of the middle of the town
	menus            [][]use  // fixed uses of the cells, row by row; nil: by zone
	towerFloors      [2]int
	metro            *metropolis // what a large city has besides; nil: a small one
}

// Presets lists the names of the presets.
var Presets = []string{"village", "town", "district", "shenyang"}

var presets = map[string]func() preset{
	"village": villagePreset, "town": townPreset, "district": districtPreset, "shenyang": shenyangPreset,
}

func presetOf(name string) (preset, error) {
	if p, ok := presets[name]; ok {
		return p(), nil
	}
	return preset{}, household.Errorf(household.Invalid, "synthcity.Generate", "no preset is called %q", name).
		WithHint("use one of %v", Presets)
}

func villagePreset() preset {
	return preset{
		cols: []float64{250, 235}, colBand: []band{bandTown, bandTown},
		rows: []float64{225, 120, 240}, rowBand: []band{bandTown, bandRiver, bandTown},
		jitter: 6, riverWave: 14, bridges: []int{1},
		districts: [2]int{1, 2}, streets: 1, communityPeople: 100, centre: [2]int{0, 2},
		menus: [][]use{
			{useTower, usePark, useFarm},
			{useVillage, useFarm, useFarm},
			{useSlab, useOld, useSchool},
			{useDorm, useCommerce, useSlab},
		},
		towerFloors: [2]int{16, 18},
	}
}

func townPreset() preset {
	f, t, v, l := bandFringe, bandTown, bandRiver, bandRail
	return preset{
		cols: []float64{235, 372, 338, 386, 44, 352, 240}, colBand: []band{f, t, t, t, l, t, f},
		rows: []float64{215, 330, 180, 352, 322, 364, 240}, rowBand: []band{f, t, v, t, t, t, f},
		jitter: 17, riverWave: 62, bridges: []int{1, 3, 6}, railRoads: []int{1, 2, 4, 6},
		outRoads:  [2][]int{{2, 6}, {1, 5}},
		districts: [2]int{2, 1}, streets: 2, communityPeople: 900, centre: [2]int{2, 4},
		towerFloors: [2]int{24, 33},
	}
}

func has(list []int, v int) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}
