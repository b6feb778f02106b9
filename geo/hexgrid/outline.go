package hexgrid

import (
	"math"

	"github.com/paulmach/orb"
)

// Outline is the border of the ground that cells of one resolution cover: the
// sides beyond which none of them lies, as lines along each cell in turn,
// counter-clockwise, holes too. Coordinates are rounded to 1e-6 degrees.
func Outline(cells []Cell) orb.MultiLineString {
	in := make(map[Cell]bool, len(cells))
	for _, c := range cells {
		in[c] = true
	}
	out := orb.MultiLineString{}
	for _, c := range cells {
		ring, centre := c.Boundary(), c.Center()
		var line orb.LineString
		for k := 1; k < len(ring); k++ {
			a, b := ring[k-1], ring[k]
			// A little beyond the middle of the side lies the cell beyond it.
			x, y := (a[0]+b[0])/2-centre[0], (a[1]+b[1])/2-centre[1]
			beyond := At(orb.Point{centre[0] + 1.05*x, centre[1] + 1.05*y}, c.Resolution())
			if in[beyond] {
				if len(line) > 0 {
					out = append(out, line)
				}
				line = nil
				continue
			}
			if len(line) == 0 {
				line = orb.LineString{micro(a)}
			}
			line = append(line, micro(b))
		}
		if len(line) > 0 {
			out = append(out, line)
		}
	}
	return out
}

func micro(p orb.Point) orb.Point {
	return orb.Point{math.Round(p[0]*1e6) / 1e6, math.Round(p[1]*1e6) / 1e6}
}
