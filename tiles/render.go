package tiles

import (
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/tiles/mvt"
)

// render draws the layers of one tile. It keeps its memory for the next.
type render struct {
	ctx      context.Context
	city     *cityindex.City
	z        int
	bound    orb.Bound // of the tile and its buffer, on the ground
	coverage *CoverageData

	pen   pen
	layer mvt.Layer
	found []int32
}

// cancelEvery is how many features are drawn between looks at the context.
const cancelEvery = 512

// tile draws the layers and returns the tile's bytes, appended to out.
func (r *render) tile(ctx context.Context, c *cityindex.City, layers []Layer, z, x, y int, out []byte) ([]byte, error) {
	r.ctx, r.city, r.z = ctx, c, z
	r.pen.frame = newFrame(z, x, y)
	r.bound = r.pen.frame.bound()
	for _, l := range layers {
		s, ok := l.spec()
		if !ok || z < s.minZoom {
			continue
		}
		r.layer.Reset(string(l), s.keys)
		if err := s.draw(r); err != nil {
			return nil, err
		}
		out = r.layer.AppendTo(out)
	}
	return out, nil
}

// each collects what a search finds, and calls draw by index, so that the
// order of features is that of their ids.
func (r *render) each(search func(b orb.Bound, yield func(int32) bool), draw func(i int32)) error {
	r.found = r.found[:0]
	search(r.bound, func(i int32) bool {
		r.found = append(r.found, i)
		return true
	})
	slices.Sort(r.found)
	for n, i := range r.found {
		if n%cancelEvery == 0 && r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		draw(i)
	}
	return nil
}

// begin starts a feature if its geometry shows in the tile.
func (r *render) begin(id int64, g orb.Geometry) bool {
	if !r.pen.draw(g) {
		return false
	}
	r.layer.Begin(uint64(id))
	return true
}

func (r *render) end() { r.layer.End(&r.pen.out) }

// text sets a property unless it is empty: an absent name lets a style fall
// back to another one.
func (r *render) text(key int, s string) {
	if s != "" {
		r.layer.String(key, s)
	}
}

// tenths rounds to one decimal, so that a height of 17.4 m reads 17.4.
func tenths(v float32) float64 { return math.Round(float64(v)*10) / 10 }
