package importers

import (
	"math"

	"github.com/paulmach/orb"
)

// groundReach is how far outside the city's areas a place may lie, in metres.
// Beyond it the coordinates are wrong, or the row is another city's.
const groundReach = 20_000

// ground is where the city is: boxes around its areas, in WGS 84. The nil
// pointer and one without boxes hold every place.
type ground struct {
	boxes []orb.Bound
}

// newGround widens the boxes by groundReach.
func newGround(boxes []orb.Bound) *ground {
	g := &ground{boxes: make([]orb.Bound, len(boxes))}
	for i, b := range boxes {
		dlat := groundReach / metresPerDegree
		dlon := dlat / math.Max(0.05, math.Cos((b.Min[1]+b.Max[1])/2*math.Pi/180))
		g.boxes[i] = orb.Bound{
			Min: orb.Point{b.Min[0] - dlon, b.Min[1] - dlat},
			Max: orb.Point{b.Max[0] + dlon, b.Max[1] + dlat},
		}
	}
	return g
}

// metresPerDegree is that of latitude, to a percent.
const metresPerDegree = 111_195.0

func (g *ground) holds(p orb.Point) bool {
	if g == nil || len(g.boxes) == 0 {
		return true
	}
	for _, b := range g.boxes {
		if b.Contains(p) {
			return true
		}
	}
	return false
}

// judge rejects what lies outside. The middle of a shape speaks for it.
func (g *ground) judge(shape orb.Geometry) *problem {
	if g == nil || len(g.boxes) == 0 || g.holds(shape.Bound().Center()) {
		return nil
	}
	c := shape.Bound().Center()
	suggestion := "check --crs, and that the row belongs to this city"
	if g.holds(orb.Point{c[1], c[0]}) {
		suggestion = "longitude and latitude look swapped: check the columns, or use --crs wgs84:swapped"
	}
	return &problem{RejectCoordinates, "the place is more than 20 km outside the city's areas", suggestion}
}
