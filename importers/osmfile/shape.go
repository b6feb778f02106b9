package osmfile

import (
	"errors"
	"sort"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

var (
	errCut    = errors.New("a part of its outline is not in the file")
	errNoRing = errors.New("its outline does not close")
)

// inherited is how Stats.BuildingsOf calls multipolygons of the old style.
const inherited = "relation that has its tags from its outer way"

// isRing reports whether members of the role bound the area.
func isRing(role string) bool { return in(role, "", "outer", "inner", "outline") }

// isAreaRelation reports whether the relation may become an area of use:
// multipolygons and buildings, tagged themselves or through their outer ways.
func isAreaRelation(r *relation) bool {
	switch r.tags.get("type") {
	case "multipolygon":
		return areaMatters(r.tags) || untagged(r.tags)
	case "building":
		return r.tags.set("building")
	}
	return false
}

// untagged reports whether a relation says nothing about its area, so that
// its outer ways do: the old style of multipolygons.
func untagged(t tags) bool {
	for i := range t {
		switch t[i].key {
		case "type", "source", "created_by", "note", "fixme", "attribution", "comment":
		default:
			return false
		}
	}
	return true
}

// areaMatters reports whether an area with these tags becomes anything.
func areaMatters(t tags) bool {
	return t.set("building") || isCompound(t) || landKind(t) != "" || isPlaza(t) || category(t) != ""
}

// isPlaza reports whether people may walk anywhere on the area.
func isPlaza(t tags) bool {
	return t.is("highway", "pedestrian", "footway", "living_street", "service") && (t.is("area", "yes") || t.is("type", "multipolygon"))
}

// buildShapes turns the relations into areas, once all their ways are read.
func (c *city) buildShapes() {
	c.shapes = make([]shape, 0, len(c.relations))
	for _, r := range c.relations {
		s := shape{rel: r, tags: r.tags}
		var outers []*way
		for _, m := range r.members {
			if m.kind != 'w' || !isRing(m.role) || r.tags.is("type", "building") && m.role != "outline" && m.role != "outer" {
				continue
			}
			w := c.members[m.ref]
			if w == nil {
				s.err = errCut
				continue
			}
			line, ok := c.positions(w.refs)
			if !ok {
				s.err = errCut
				continue
			}
			s.lines = append(s.lines, line)
			if m.role != "inner" {
				outers = append(outers, w)
			}
		}
		if untagged(r.tags) {
			s.tags = outerTags(outers)
			if s.tags.get("building") != "" {
				c.stats.BuildingsOf[inherited]++
			}
		}
		if !areaMatters(s.tags) {
			continue
		}
		if s.err == nil {
			s.geom, s.err = area(s.lines)
		}
		s.lines = nil
		if s.err == nil {
			c.absorb(&s, outers)
		}
		c.shapes = append(c.shapes, s)
	}
}

// absorb notes that the outer ways' own tags may repeat the relation's.
func (c *city) absorb(s *shape, outers []*way) {
	for _, w := range outers {
		if areaMatters(w.tags) {
			c.absorbed[w.id] = append(c.absorbed[w.id], s.tags)
		}
	}
	if !isPlaza(s.tags) {
		return
	}
	for _, m := range s.rel.members {
		if w := c.members[m.ref]; m.kind == 'w' && w != nil && w.tags.get("highway") == "" {
			c.plazas[m.ref] = s.tags
		}
	}
}

// outerTags returns the tags of the first outer way that says what the area
// is.
func outerTags(outers []*way) tags {
	for _, w := range outers {
		if areaMatters(w.tags) {
			return w.tags
		}
	}
	return nil
}

// repeats reports whether same holds for one of the areas that the way bounds
// as an outer line.
func (c *city) repeats(id int64, same func(tags) bool) bool {
	for _, t := range c.absorbed[id] {
		if same(t) {
			return true
		}
	}
	return false
}

// wayArea makes an area of a closed way.
func (c *city) wayArea(w *way) (orb.MultiPolygon, error) {
	line, ok := c.positions(w.refs)
	if !ok {
		return nil, errCut
	}
	if !w.closed() {
		return nil, errNoRing
	}
	return area([][]pos{line})
}

// footprint is the simplest geometry for the areas.
func footprint(mp orb.MultiPolygon) orb.Geometry {
	if len(mp) == 1 {
		return mp[0]
	}
	return mp
}

// interior returns a point inside the largest of the areas: its centroid
// where that is inside, else the middle of the widest stretch at half height.
func interior(mp orb.MultiPolygon) orb.Point {
	best, size := 0, -1.0
	for i := range mp {
		if a := planar.Area(mp[i]); a > size {
			best, size = i, a
		}
	}
	poly := mp[best]
	if c, _ := planar.CentroidArea(poly); planar.PolygonContains(poly, c) {
		return c
	}
	b := poly.Bound()
	y := (b.Min[1] + b.Max[1]) / 2
	var xs []float64
	for _, r := range poly {
		for i := 1; i < len(r); i++ {
			p, q := r[i-1], r[i]
			if (p[1] > y) != (q[1] > y) {
				xs = append(xs, p[0]+(q[0]-p[0])*(y-p[1])/(q[1]-p[1]))
			}
		}
	}
	sort.Float64s(xs)
	mid, wide := poly[0][0], -1.0
	for i := 1; i < len(xs); i += 2 {
		if w := xs[i] - xs[i-1]; w > wide {
			mid, wide = orb.Point{(xs[i] + xs[i-1]) / 2, y}, w
		}
	}
	return mid
}
