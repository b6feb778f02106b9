package coverage

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"hearthmap/geo"
	"hearthmap/geo/walk"
	"hearthmap/household"
)

// IsochroneRequest asks who walks to a place within some times.
type IsochroneRequest struct {
	At      orb.Point
	Minutes []int // ascending, each once; nil: 5, 10, 15
	Profile Profile
}

// MaxIsochroneMinutes is the longest time of an isochrone.
const MaxIsochroneMinutes = 60

// Isochrone is who walks to a place within some times.
type Isochrone struct {
	At      orb.Point
	Profile Profile
	Reason  Reason // why the place joins no street; then nobody walks to it
	// CellMetres is the grid the areas are drawn on; see walk.Isochrones.
	CellMetres float64
	Bands      []IsochroneBand
}

// IsochroneBand is one time's part. Area is for maps; the counts are those of
// the residential buildings whose way is short enough, whatever the area.
type IsochroneBand struct {
	Minutes   int
	Metres    float64
	Area      orb.MultiPolygon
	Buildings int64
	People    int64
	Groups    []GroupCount // every group, everyone first
}

// GroupCount is how many people of a group there are.
type GroupCount struct {
	Group  Group `json:"group" doc:"empty for everyone"`
	People int64 `json:"people"`
}

// Isochrone computes who walks to a place. The error is Invalid for minutes
// that make no sense, or ctx's.
func (e *Engine) Isochrone(ctx context.Context, q IsochroneRequest) (*Isochrone, error) {
	if q.Minutes == nil {
		q.Minutes = []int{5, 10, 15}
	}
	q.Minutes = slices.Compact(slices.Sorted(slices.Values(q.Minutes)))
	if len(q.Minutes) == 0 || len(q.Minutes) > 6 || q.Minutes[0] < 1 || q.Minutes[len(q.Minutes)-1] > MaxIsochroneMinutes {
		return nil, household.Errorf(household.Invalid, "coverage.Isochrone", "minutes %v make no isochrones", q.Minutes).
			WithHint("one to six numbers from 1 to %d, such as 5,10,15", MaxIsochroneMinutes)
	}
	if !position(q.At[0], q.At[1]) {
		return nil, household.Errorf(household.Invalid, "coverage.Isochrone", "%v, %v is nowhere on earth", q.At[0], q.At[1]).
			WithHint("longitude first, in degrees")
	}
	var err error
	if q.Profile, err = ParseProfile(string(q.Profile)); err != nil {
		return nil, err
	}
	out := &Isochrone{At: q.At, Profile: q.Profile}
	limits := make([]int32, len(q.Minutes))
	for i, m := range q.Minutes {
		metres := float64(m) * time.Minute.Seconds() * q.Profile.Speed()
		limits[i] = int32(math.Round(metres * 10))
		out.Bands = append(out.Bands, IsochroneBand{Minutes: m, Metres: metres})
	}
	return out, e.isochrone(ctx, out, limits)
}

func (e *Engine) isochrone(ctx context.Context, out *Isochrone, limits []int32) error {
	mode, most := out.Profile.mode(), limits[len(limits)-1]
	at, miss := e.graph.Snap(out.At, walk.SnapOptions{Mode: mode, MaxLeg: e.options.maxLeg})
	if out.Reason = missReason(miss); miss != walk.Joined {
		e.count(out, nil, nil, limits)
		return nil
	}
	field, err := e.graph.Nearest(ctx, mode, []walk.Target{{Join: at}}, most)
	if err != nil {
		return err
	}
	defer field.Release()
	seen := []walk.Seen{{At: out.At, Join: at, Decimetres: at.Leg}}
	var buildings, ways []int32
	// A way is no shorter than the straight line, but for the rounding of each
	// edge to a decimetre.
	near := geo.Pad(out.At.Bound(), 1.1*float64(most)/10+20)
	for _, b := range e.doorsIn(mode, near) {
		best := walk.Seen{Decimetres: math.MaxInt32}
		for _, j := range e.joins[mode]().building[b].at {
			if d, _, ok := field.At(j); ok && d <= most && d < best.Decimetres {
				best = walk.Seen{At: e.data.Buildings[b].Point, Join: j, Decimetres: d}
			}
		}
		if best.Decimetres <= most {
			seen = append(seen, best)
			buildings, ways = append(buildings, b), append(ways, best.Decimetres)
		}
	}
	areas, cell, err := e.graph.Isochrones(ctx, field, out.At, limits, seen)
	if err != nil {
		return err
	}
	out.CellMetres = cell
	for i := range areas {
		out.Bands[i].Area = areas[i]
	}
	e.count(out, buildings, ways, limits)
	return nil
}

// count adds up the buildings within each limit.
func (e *Engine) count(out *Isochrone, buildings, ways, limits []int32) {
	for i := range out.Bands {
		band := &out.Bands[i]
		for _, g := range everyGroup {
			band.Groups = append(band.Groups, GroupCount{Group: g})
		}
		for k, b := range buildings {
			if ways[k] > limits[i] {
				continue
			}
			band.Buildings++
			for g, group := range everyGroup {
				band.Groups[g].People += int64(group.Of(e.data.Buildings[b].Counts))
			}
		}
		band.People = band.Groups[0].People
	}
}

// doors finds buildings by the places where they join the network.
type doors struct {
	at       []orb.Point // west to east
	building []int32
}

// listDoors lists the joins of the residential buildings.
func (e *Engine) listDoors(m walk.Mode) *doors {
	all := e.joins[m]().building
	type door struct {
		at orb.Point
		b  int32
	}
	var list []door
	for _, b := range e.residential {
		for i := range all[b].at {
			list = append(list, door{all[b].at[i].Point, b})
		}
	}
	slices.SortFunc(list, func(x, y door) int { return cmp.Or(cmp.Compare(x.at[0], y.at[0]), cmp.Compare(x.b, y.b)) })
	d := &doors{at: make([]orb.Point, len(list)), building: make([]int32, len(list))}
	for i := range list {
		d.at[i], d.building[i] = list[i].at, list[i].b
	}
	return d
}

// doorsIn lists the residential buildings that join the network within a
// bound, in order.
func (e *Engine) doorsIn(m walk.Mode, near orb.Bound) []int32 {
	d := e.doors[m]()
	var out []int32
	from, _ := slices.BinarySearchFunc(d.at, near.Min[0], func(p orb.Point, x float64) int { return cmp.Compare(p[0], x) })
	for i := from; i < len(d.at) && d.at[i][0] <= near.Max[0]; i++ {
		if y := d.at[i][1]; y >= near.Min[1] && y <= near.Max[1] {
			out = append(out, d.building[i])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
