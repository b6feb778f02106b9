package tiles

import "github.com/paulmach/orb"

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
	for _, h := range r.city.Hexes(hexResolution(r.z)) {
		if !h.Bound.Intersects(r.bound) {
			continue
		}
		if r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		if !r.pen.draw(orb.Polygon{h.Boundary}) {
			continue
		}
		// The low bits of an index tell its resolution only; without them it
		// fits the 53 bits of a number in JavaScript.
		r.layer.Begin(uint64(h.Cell) >> 12 & (1<<52 - 1))
		t := h.Totals
		r.layer.String(0, h.Cell.String())
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
