package coverage

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math"

	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// digest feeds a hash with values that cannot run into one another.
type digest struct {
	h   hash.Hash
	buf []byte
}

func (d *digest) text(ss ...string) {
	for _, s := range ss {
		d.int(int64(len(s)))
		d.h.Write([]byte(s))
	}
}

func (d *digest) int(ns ...int64) {
	for _, n := range ns {
		d.buf = binary.BigEndian.AppendUint64(d.buf[:0], uint64(n))
		d.h.Write(d.buf)
	}
}

func (d *digest) bool(b bool) {
	if b {
		d.int(1)
	} else {
		d.int(0)
	}
}

// points writes positions rounded to 1e-7°, about a centimetre, which every
// store keeps.
func (d *digest) points(ps ...orb.Point) {
	d.int(int64(len(ps)))
	for _, p := range ps {
		d.int(int64(math.Round(p[0]*1e7)), int64(math.Round(p[1]*1e7)))
	}
}

func (d *digest) polygons(m orb.MultiPolygon) {
	d.int(int64(len(m)))
	for _, polygon := range m {
		d.int(int64(len(polygon)))
		for _, ring := range polygon {
			d.points(ring...)
		}
	}
}

// list writes each item in the order of its code.
func list[T any](d *digest, name string, items []T, code func(*T) string, write func(*T)) {
	d.text(name)
	d.int(int64(len(items)))
	for _, i := range byCode(items, code) {
		d.text(code(&items[i]))
		write(&items[i])
	}
}

// hashData is the SHA-256 of all that coverage depends on, by codes instead
// of database ids. Names and addresses are left out.
func hashData(data *cityindex.Data, o options) [32]byte {
	d := &digest{h: sha256.New()}
	d.text("hearthmap coverage input 2")
	d.int(int64(math.Round(o.maxLeg*10)), int64(math.Round(o.viable*10)), int64(o.at))
	areas, grids, compounds := codes(data)
	d.ground(data, areas)
	list(d, "building", data.Buildings, func(b *cityindex.Building) string { return b.Code }, func(b *cityindex.Building) {
		c := &b.Counts
		d.text(string(b.Use), areas[b.AreaID], grids[b.GridID], compounds[b.CompoundID])
		d.int(int64(c.People), int64(c.Households), int64(c.Units), int64(c.Age0to2), int64(c.Age3to5),
			int64(c.Age6to14), int64(c.Age60up), int64(c.Age80up))
		d.points(b.Point)
	})
	buildings := map[int64]string{}
	for i := range data.Buildings {
		buildings[data.Buildings[i].ID] = data.Buildings[i].Code
	}
	list(d, "entrance", data.Entrances, func(e *cityindex.Entrance) string { return buildings[e.BuildingID] + "-" + e.Number },
		func(e *cityindex.Entrance) { d.points(e.Geom) })
	list(d, "facility", data.Facilities, func(f *cityindex.Facility) string { return f.Code }, func(f *cityindex.Facility) {
		d.text(string(f.Category), areas[f.AreaID])
		d.int(int64(f.Capacity))
		d.points(f.Geom)
	})
	return [32]byte(d.h.Sum(nil))
}

func codes(data *cityindex.Data) (areas, grids, compounds map[int64]string) {
	areas, grids, compounds = map[int64]string{}, map[int64]string{}, map[int64]string{}
	for i := range data.Areas {
		if a := &data.Areas[i]; a.Level == household.LevelGrid {
			grids[a.ID] = a.Code
		} else {
			areas[a.ID] = a.Code
		}
	}
	for i := range data.Compounds {
		compounds[data.Compounds[i].ID] = data.Compounds[i].Code
	}
	return areas, grids, compounds
}

// ground writes what walkers meet, and the areas.
func (d *digest) ground(data *cityindex.Data, areas map[int64]string) {
	list(d, "area", data.Areas, func(a *cityindex.Area) string { return a.Code }, func(a *cityindex.Area) {
		d.text(string(a.Level), areas[a.ParentID])
		d.polygons(a.Geom)
	})
	list(d, "street", data.Streets, func(s *cityindex.Street) string { return s.Code }, func(s *cityindex.Street) {
		d.bool(s.Foot)
		d.bool(s.Steps)
		d.bool(s.Bridge)
		d.bool(s.Tunnel)
		d.bool(s.NoWheels)
		d.text(string(s.Crossing))
		d.int(int64(s.Layer), int64(s.FootOneway), int64(len(s.NodeIDs)))
		d.int(s.NodeIDs...)
		d.points(s.Geom...)
	})
	list(d, "compound", data.Compounds, func(c *cityindex.Compound) string { return c.Code }, func(c *cityindex.Compound) {
		d.bool(c.Walled)
		d.polygons(c.Geom)
	})
	list(d, "gate", data.Gates, func(g *cityindex.Gate) string { return g.Code }, func(g *cityindex.Gate) {
		d.bool(g.Open)
		d.text(g.Hours)
		if g.StopsWheels() {
			d.text("no wheels")
		}
		d.int(g.NodeID)
		d.points(g.Geom)
	})
	list(d, "barrier", data.Barriers, func(b *household.Barrier) string { return b.Code }, func(b *household.Barrier) {
		d.text(string(b.Kind))
		d.int(int64(len(b.Geom)))
		for _, line := range b.Geom {
			d.points(line...)
		}
	})
	list(d, "land", data.Land, func(l *cityindex.Land) string { return l.Code }, func(l *cityindex.Land) {
		if l.Kind == household.LandWater {
			d.text(string(l.Kind))
			d.polygons(l.Geom)
		}
	})
}
