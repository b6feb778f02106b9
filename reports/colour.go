package reports

import (
	"fmt"
	"math"
)

// shareColours run from nobody covered to everybody: orange to blue, told
// apart with any of the common kinds of colour blindness. They are the map's
// (see tiles).
var shareColours = [7][3]float64{
	{0xb8, 0x5a, 0x0f}, {0xe6, 0x87, 0x2d}, {0xf3, 0xc9, 0x97}, {0xe9, 0xed, 0xf0}, {0x9c, 0xc7, 0xdf}, {0x2b, 0x8c, 0xbe}, {0x0f, 0x5c, 0x8a},
}

// steps is the number of steps between none and all: one for 5 %.
const steps = 20

// shade is a step of the colours; Tint is a lighter form of it, on which
// figures in dark ink are easy to read.
type shade struct {
	Step         int
	Colour, Tint string
}

func shades() []shade {
	list := make([]shade, steps+1)
	for i := range list {
		at := float64(i) / steps * float64(len(shareColours)-1)
		k := min(int(at), len(shareColours)-2)
		var c [3]float64
		for j := range c {
			c[j] = math.Round(shareColours[k][j] + (at-float64(k))*(shareColours[k+1][j]-shareColours[k][j]))
		}
		list[i] = shade{i, hexColour(c, 0), hexColour(c, 0.42)}
	}
	return list
}

// hexColour writes a colour mixed with so much white.
func hexColour(c [3]float64, white float64) string {
	mix := func(v float64) int { return int(math.Round(v + (255-v)*white)) }
	return fmt.Sprintf("#%02x%02x%02x", mix(c[0]), mix(c[1]), mix(c[2]))
}

// class is the style of a share's step: s0 … s20, or sn where there is
// nothing to show. Only everybody gets the last step, only nobody the first.
func class(r ratio) string {
	if !r.ok() {
		return "sn"
	}
	return fmt.Sprintf("s%d", step(r))
}

// tint is class for a cell of a table: t0 … t20, or sn.
func tint(r ratio) string {
	if !r.ok() {
		return "sn"
	}
	return fmt.Sprintf("t%d", step(r))
}

func step(r ratio) int {
	i := int(math.Round(r.share() * steps))
	switch {
	case r.Part < r.Whole && i == steps:
		i--
	case r.Part > 0 && i == 0:
		i++
	}
	return i
}
