package cityindex

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"hearthmap/geo"
)

// buildingTable looks up buildings. It does not know their counts, so that a
// change of counts leaves it as it is.
type buildingTable struct {
	ids    []int64
	byCode map[string]int32
	tree   *tree
}

func newBuildingTable(list []Building) (*buildingTable, error) {
	byCode, err := keys("buildings", len(list), func(i int) (int64, string) { return list[i].ID, list[i].Code })
	if err != nil {
		return nil, err
	}
	t := &buildingTable{byCode: byCode, ids: make([]int64, len(list))}
	for i := range list {
		t.ids[i] = list[i].ID
	}
	t.tree = newTree(len(list), func(i int) orb.Bound { return boundOf(list[i].Geom) })
	return t, nil
}

func (t *buildingTable) byID(id int64) (int32, bool) {
	i, ok := slices.BinarySearch(t.ids, id)
	if !ok {
		return None, false
	}
	return int32(i), true
}

// Building returns the index of the building with the code.
func (c *City) Building(code string) (int32, bool) {
	i := find(c.buildings.byCode, code)
	return i, i != None
}

// BuildingByID returns the index of the building with the id.
func (c *City) BuildingByID(id int64) (int32, bool) { return c.buildings.byID(id) }

// BuildingAt returns the building with the index.
func (c *City) BuildingAt(i int32) *Building { return &c.data.Buildings[i] }

// BuildingsIn yields the buildings whose footprint's bounds touch b, in no
// order, until yield returns false.
func (c *City) BuildingsIn(b orb.Bound, yield func(building int32) bool) {
	c.buildings.tree.search(b, yield)
}

// Near is a thing found by distance.
type Near struct {
	Index  int32
	Metres float64 // to the nearest point of the footprint; 0 within
}

// NearestBuildings returns the k buildings nearest to the position, nearest
// first, with the distance to their footprints.
func (c *City) NearestBuildings(p orb.Point, k int) []Near {
	return nearest(c.buildings.tree, p, k, func(i int32) orb.Geometry { return c.data.Buildings[i].Geom })
}

// NearestEntrances returns the k entrances nearest to the position.
func (c *City) NearestEntrances(p orb.Point, k int) []Near {
	return nearest(c.entrances.tree, p, k, func(i int32) orb.Geometry { return c.data.Entrances[i].Geom })
}

// NearestFacilities returns the k facilities nearest to the position.
func (c *City) NearestFacilities(p orb.Point, k int) []Near {
	return nearest(c.facilities.tree, p, k, func(i int32) orb.Geometry { return c.data.Facilities[i].Geom })
}

// nearest walks the tree outwards from p. Distances are taken in the plane
// that touches the earth at p, so that the box of a thing is never farther
// than the thing.
func nearest(t *tree, p orb.Point, k int, geom func(i int32) orb.Geometry) []Near {
	if k <= 0 {
		return nil
	}
	plane := geo.NewPlane(p)
	found := make([]Near, 0, min(k, t.t.Len()))
	t.t.Nearby(
		func(lo, hi [2]float64, i int32, item bool) float64 {
			if item {
				return metresTo(plane, geom(i))
			}
			a, b := plane.XY(lo), plane.XY(hi)
			return math.Hypot(max(a[0], 0, -b[0]), max(a[1], 0, -b[1]))
		},
		func(_, _ [2]float64, i int32, metres float64) bool {
			found = append(found, Near{Index: i, Metres: metres})
			return len(found) < k
		})
	return found
}

// metresTo is the distance from the plane's origin to the geometry.
func metresTo(plane geo.Plane, g orb.Geometry) float64 {
	switch g := g.(type) {
	case orb.Point:
		xy := plane.XY(g)
		return math.Hypot(xy[0], xy[1])
	case orb.Polygon:
		return metresToPolygon(plane, g)
	case orb.MultiPolygon:
		best := math.Inf(1)
		for _, p := range g {
			best = min(best, metresToPolygon(plane, p))
		}
		return best
	}
	return math.Inf(1)
}

func metresToPolygon(plane geo.Plane, p orb.Polygon) float64 {
	local := make(orb.Polygon, len(p))
	for i, ring := range p {
		local[i] = make(orb.Ring, len(ring))
		for j, pt := range ring {
			local[i][j] = plane.XY(pt)
		}
	}
	if len(local) > 0 && len(local[0]) > 0 && planar.PolygonContains(local, orb.Point{}) {
		return 0
	}
	best := math.Inf(1)
	for _, ring := range local {
		for j := 1; j < len(ring); j++ {
			best = min(best, planar.DistanceFromSegment(ring[j-1], ring[j], orb.Point{}))
		}
	}
	return best
}
