package tiles

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo/hexgrid"
)

func hexesSpec() spec {
	return spec{
		about:   "hexagons (H3) with the people of their buildings; at any zoom they add up to the city",
		minZoom: 0, draw: drawHexes,
		fields: []property{
			{"cell", "String"}, {"people", "Number"}, {"households", "Number"}, {"buildings", "Number"}, {"facilities", "Number"},
		},
	}
}

// hexResolution is the H3 resolution drawn at a zoom: hexagons some 20 to 60
// pixels wide.
func hexResolution(z int) int {
	return max(4, min(10, (z*3+6)/4)) // 10→9, 8→7, 6→6; never finer than 10
}

func drawHexes(r *render) error {
	r.pen.tolerance = 0
	sums := r.city.HexTotals(hexResolution(r.z))
	cells := make([]hexgrid.Cell, 0, len(sums))
	for cell := range sums {
		// A cell reaches less than its width beyond its centre.
		if cell != 0 && r.bound.Pad(hexReach(cell.Resolution())).Contains(cell.Center()) {
			cells = append(cells, cell)
		}
	}
	slices.SortFunc(cells, cmp.Compare[hexgrid.Cell])
	for _, cell := range cells {
		if r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		if !r.pen.draw(orb.Polygon{cell.Boundary()}) {
			continue
		}
		// The low bits of an index tell its resolution only; without them it
		// fits the 53 bits of a number in JavaScript.
		r.layer.Begin(uint64(cell) >> 12 & (1<<52 - 1))
		t := sums[cell]
		r.layer.String(0, cell.String())
		r.layer.Int(1, int64(t.People))
		r.layer.Int(2, int64(t.Households))
		r.layer.Int(3, int64(t.Buildings))
		r.layer.Int(4, int64(t.Facilities))
		r.end()
	}
	return nil
}

// hexReach is more degrees than lie between a cell's centre and its corners,
// up to 60° north or south.
func hexReach(resolution int) float64 {
	reach := 30.0 // of resolution 0: 1,281 km edges, doubled for longitude
	for range resolution {
		reach /= 2.6
	}
	return reach
}
