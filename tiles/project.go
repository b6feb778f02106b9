package tiles

import (
	"math"

	"github.com/paulmach/orb"

	"hearthmap/tiles/mvt"
)

// MaxZoom is the deepest zoom that is served.
const MaxZoom = 22

// buffer is how far a tile's contents reach beyond its edges, in tile units.
const buffer = 64

// maxLat is where the square of web mercator ends.
const maxLat = 85.0511287798066

// frame maps positions to the units of one tile: x right, y down.
type frame struct {
	scale  float64 // units around the earth
	ox, oy float64 // the tile's corner
}

func newFrame(z, x, y int) frame {
	return frame{scale: math.Ldexp(mvt.Extent, z), ox: float64(x) * mvt.Extent, oy: float64(y) * mvt.Extent}
}

// xy projects a position.
func (f frame) xy(p orb.Point) vec {
	lat := max(-maxLat, min(maxLat, p[1]))
	s := math.Sin(lat * math.Pi / 180)
	return vec{
		(p[0]+180)/360*f.scale - f.ox,
		(0.5-math.Log((1+s)/(1-s))/(4*math.Pi))*f.scale - f.oy,
	}
}

// lonLat is the position of a point of the tile.
func (f frame) lonLat(v vec) orb.Point {
	y := (v.y + f.oy) / f.scale
	return orb.Point{
		(v.x+f.ox)/f.scale*360 - 180,
		math.Atan(math.Sinh(math.Pi*(1-2*y))) * 180 / math.Pi,
	}
}

// bound is the ground that the tile and its buffer cover.
func (f frame) bound() orb.Bound {
	sw := f.lonLat(vec{-buffer, mvt.Extent + buffer})
	ne := f.lonLat(vec{mvt.Extent + buffer, -buffer})
	return orb.Bound{Min: sw, Max: ne}
}

// vec is a point in tile units, not snapped yet.
type vec struct{ x, y float64 }

// snap rounds to whole units, halves always upwards, so that neighbouring
// tiles round a shared point alike.
func (v vec) snap() mvt.Point {
	return mvt.Point{int32(math.Floor(v.x + 0.5)), int32(math.Floor(v.y + 0.5))}
}
