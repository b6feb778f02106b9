package synthcity

// metropolis is what makes a preset a large city: how it is divided and the
// counts it must reach. Blocks are built as they come; the villages, which
// are built last, bring buildings, units and residents to the stated counts.
type metropolis struct {
	regions      []region
	officePeople int // people wanted in a street office
	communities  int
	buildings    int
	units        int
	residents    int
	villages     float64 // share of the fringe's cells
}

// region is a rectangle of the lattice, its last column and row excluded,
// that belongs to one district. Its street offices and communities do not
// cross its border.
type region struct{ district, col0, row0, col1, row1 int }

func districtPreset() preset {
	p := latticePreset(latticeSize{cols: [2]int{11, 9}, rows: [2]int{6, 14}, fringe: 3, fringeSize: 480})
	river, west := 3+6, len(p.cols)
	p.metro = &metropolis{
		regions:      []region{{0, 0, 0, west, river}, {0, 0, river + 1, west, len(p.rows)}},
		officePeople: 50_000, communities: 190, buildings: 38_000, units: 390_000, residents: 700_000,
		villages: 0.24,
	}
	return p
}

func shenyangPreset() preset {
	p := latticePreset(latticeSize{cols: [2]int{38, 35}, rows: [2]int{24, 49}, fringe: 12, fringeSize: 620})
	river, mid, east, north := 12+24, 12+24+1+24, len(p.cols), len(p.rows)
	p.metro = &metropolis{
		officePeople: 48_000, communities: 2_430, buildings: 510_000, units: 4_990_000, residents: 9_060_000,
		villages: 0.24,
	}
	d := 0
	band := func(row0, row1 int, lines ...int) {
		for i := 1; i < len(lines); i++ {
			p.metro.regions = append(p.metro.regions, region{d, lines[i-1], row0, lines[i], row1})
			d++
		}
	}
	band(river+1, mid, 0, 27, 42, 57, 72, east)
	band(0, river, 0, 26, 50, 74, east)
	band(mid, north, 0, 26, 50, 74, east)
	return p
}

// latticeSize is the number of cells of a large city: of the town west and
// east of the railway, south and north of the river, and of the country on
// every side.
type latticeSize struct {
	cols, rows [2]int
	fringe     int
	fringeSize float64 // metres
}

// Sizes of the town's cells, metres, in turn.
var (
	columnSizes = []float64{372, 338, 386, 352, 364, 330, 348}
	rowSizes    = []float64{330, 352, 322, 364, 344}
)

func latticePreset(s latticeSize) preset {
	p := preset{jitter: 17, riverWave: 62, towerFloors: [2]int{24, 33}}
	line := func(n [2]int, sizes []float64, between band, width float64) (size []float64, kind []band) {
		put := func(n int, b band, size1 func(k int) float64) {
			for k := range n {
				size, kind = append(size, size1(k)), append(kind, b)
			}
		}
		country := func(k int) float64 { return s.fringeSize + 20*float64(k%3) }
		town := func(k int) float64 { return sizes[k%len(sizes)] }
		put(s.fringe, bandFringe, country)
		put(n[0], bandTown, town)
		put(1, between, func(int) float64 { return width })
		put(n[1], bandTown, town)
		put(s.fringe, bandFringe, country)
		return size, kind
	}
	p.cols, p.colBand = line(s.cols, columnSizes, bandRail, 44)
	p.rows, p.rowBand = line(s.rows, rowSizes, bandRiver, 180)
	nc, nr := len(p.cols), len(p.rows)
	rail, river := s.fringe+s.cols[0], s.fringe+s.rows[0]
	for i := 1; i < nc; i++ {
		p.outRoads[0] = append(p.outRoads[0], i)
		if d := i - rail; d < 0 && d%2 == 0 || d > 1 && d%2 == 1 {
			p.bridges = append(p.bridges, i)
		}
	}
	for j := 1; j < nr; j++ {
		p.outRoads[1] = append(p.outRoads[1], j)
		if d := j - river; d < 0 && d%2 == -1 || d > 1 && d%2 == 0 {
			p.railRoads = append(p.railRoads, j)
		}
	}
	p.centre = [2]int{s.fringe + s.cols[0] - s.cols[0]/8 - 1, s.fringe + s.rows[0] + 1 + s.rows[1]/5}
	return p
}
