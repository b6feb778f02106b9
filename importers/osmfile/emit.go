package osmfile

import (
	"context"

	"github.com/paulmach/orb"
)

// nodeMatters reports whether a node becomes anything by itself.
func nodeMatters(t tags) bool {
	return t.get("building") != "" || t.get("entrance") != "" || isGate(t) || category(t) != ""
}

// survey is the second pass: it reads the ways that others need, the use of
// the ground, and where the walls of compounds are.
func (c *city) survey(ctx context.Context) error {
	var drafts []*draft
	err := c.eachWay(ctx, func(w *way) error {
		if _, ok := c.members[w.id]; ok {
			c.members[w.id] = w.clone()
			if err := c.hold(wayBytes(w)); err != nil {
				return err
			}
		}
		if isWall(w.tags) {
			c.compounds.addWall(w.refs)
			if err := c.hold(16 * int64(len(w.refs))); err != nil {
				return err
			}
		}
		if !isCompound(w.tags) && groundUse(w.tags) == "" {
			return nil
		}
		g, err := c.wayArea(w)
		if err != nil {
			return nil // told when it is emitted
		}
		drafts = append(drafts, &draft{w.clone(), g})
		return c.hold(wayBytes(w) + 16*pointsIn(g))
	})
	if err != nil {
		return err
	}
	c.buildShapes()
	if err := c.surveyShapes(); err != nil {
		return err
	}
	for _, d := range drafts {
		if isCompound(d.way.tags) && !c.repeats(d.way.id, isCompound) {
			c.compounds.add(wayCode(d.way.id), d.way.tags, d.geom, [][]int64{d.way.refs})
		}
		use := groundUse(d.way.tags)
		if use == "" || c.repeats(d.way.id, func(t tags) bool { return groundUse(t) == use }) {
			continue
		}
		if err := c.addGround(wayCode(d.way.id), d.way.tags, d.geom); err != nil {
			return err
		}
	}
	c.compounds.finish(c.points, &c.nodes)
	return nil
}

// draft is a way that may be a compound, or ground that tells the use of the
// buildings on it.
type draft struct {
	way  *way
	geom orb.MultiPolygon
}

func (c *city) surveyShapes() error {
	for i := range c.shapes {
		s := &c.shapes[i]
		if s.err != nil {
			continue
		}
		code := relationCode(s.rel.id)
		if isCompound(s.tags) {
			c.compounds.add(code, s.tags, s.geom, c.memberRefs(s.rel))
		}
		if err := c.addGround(code, s.tags, s.geom); err != nil {
			return err
		}
	}
	return nil
}

// memberRefs returns the nodes of the ways of the relation.
func (c *city) memberRefs(r *relation) [][]int64 {
	var lines [][]int64
	for _, m := range r.members {
		if w := c.members[m.ref]; m.kind == 'w' && w != nil {
			lines = append(lines, w.refs)
		}
	}
	return lines
}

// once makes a function that computes an area once.
func once(fn func() (orb.MultiPolygon, error)) func() (orb.MultiPolygon, error) {
	var g orb.MultiPolygon
	var err error
	done := false
	return func() (orb.MultiPolygon, error) {
		if !done {
			g, err = fn()
			done = true
		}
		return g, err
	}
}

// emitWays is the third pass: it yields what ways are.
func (c *city) emitWays(ctx context.Context) error {
	if err := c.eachWay(ctx, func(w *way) error { return c.emitWay(w) }); err != nil {
		return err
	}
	return c.emitOpenings()
}

func (c *city) emitWay(w *way) error {
	c.used = false
	if t, ok := c.plazas[w.id]; ok && w.tags.get("highway") == "" {
		if err := c.emitPlazaEdge(w, t); err != nil {
			return err
		}
	}
	if len(w.tags) == 0 {
		return nil
	}
	c.countArea(w.tags, "way")
	if err := c.emitStreet(w, w.tags); err != nil {
		return err
	}
	if err := c.emitBarrier(w); err != nil {
		return err
	}
	code := wayCode(w.id)
	geom := once(func() (orb.MultiPolygon, error) { return c.wayArea(w) })
	if isCompound(w.tags) && !c.repeatsCounted(w.id, isCompound, &c.stats.Compounds) {
		if err := c.emitCompound(w.id, code, w.tags, geom); err != nil {
			return err
		}
	}
	land := landKind(w.tags)
	if land == "" || !c.repeatsCounted(w.id, func(t tags) bool { return landKind(t) == land }, &c.stats.Land) {
		if err := c.emitLand(w.id, code, w.tags, geom); err != nil {
			return err
		}
	}
	isBuilding := func(t tags) bool { return t.set("building") }
	if w.tags.get("building") != "" && !c.repeatsCounted(w.id, isBuilding, &c.stats.Buildings) {
		if err := c.emitBuilding(w.id, code, w.tags, [][]int64{w.refs}, geom); err != nil {
			return err
		}
	}
	cat := category(w.tags)
	if cat == "" || c.repeatsCounted(w.id, func(t tags) bool { return category(t) == cat }, &c.stats.Facilities) {
		return nil
	}
	return c.emitFacility(w.id, code, w.tags, func() (orb.Point, error) { return c.wayPoint(w, geom) })
}

// repeatsCounted is repeats, counted in the tally as skipped.
func (c *city) repeatsCounted(id int64, same func(tags) bool, tally *Tally) bool {
	if !c.repeats(id, same) {
		return false
	}
	tally.Tagged++
	tally.skip("outer way of a relation that is imported")
	return true
}

// wayPoint returns a point inside a closed way, or in the middle of a line
// (a platform).
func (c *city) wayPoint(w *way, geom func() (orb.MultiPolygon, error)) (orb.Point, error) {
	if g, err := geom(); err == nil {
		return interior(g), nil
	}
	runs, _ := c.pieces(w.refs)
	if len(runs) == 0 {
		return orb.Point{}, errCut
	}
	line := runs[0].line
	return line[len(line)/2].point(), nil
}

// emitPlazaEdge yields the edge of a pedestrian area that is a relation.
func (c *city) emitPlazaEdge(w *way, t tags) error {
	edge := t.clone()
	return c.emitStreet(&way{id: w.id, refs: w.refs, tags: edge}, edge)
}

// emitRelations yields what relations are.
func (c *city) emitRelations(ctx context.Context) error {
	for i := range c.shapes {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c.used = false
		s := &c.shapes[i]
		id, code := s.rel.id, relationCode(s.rel.id)
		geom := func() (orb.MultiPolygon, error) { return s.geom, s.err }
		if isCompound(s.tags) {
			if err := c.emitCompound(id, code, s.tags, geom); err != nil {
				return err
			}
		}
		if err := c.emitLand(id, code, s.tags, geom); err != nil {
			return err
		}
		if err := c.emitBuilding(id, code, s.tags, c.memberRefs(s.rel), geom); err != nil {
			return err
		}
		at := func() (orb.Point, error) {
			if s.err != nil {
				return orb.Point{}, s.err
			}
			return interior(s.geom), nil
		}
		if err := c.emitFacility(id, code, s.tags, at); err != nil {
			return err
		}
		s.geom = nil
	}
	return nil
}

// emitNodes yields what nodes are.
func (c *city) emitNodes(ctx context.Context) error {
	for i := range c.points {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c.used = false
		p := &c.points[i]
		c.countArea(p.tags, "node")
		if err := c.emitGate(p); err != nil {
			return err
		}
		if err := c.emitPointBuilding(p); err != nil {
			return err
		}
		if err := c.emitEntrance(p); err != nil {
			return err
		}
		at := func() (orb.Point, error) { return p.p.point(), nil }
		if err := c.emitFacility(p.id, nodeCode(p.id), p.tags, at); err != nil {
			return err
		}
	}
	return nil
}
