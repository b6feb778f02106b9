package osmfile

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"hearthmap/geo"
	"hearthmap/household"
	"hearthmap/importers"
)

// isCompound reports whether an area with the tags is a housing estate.
func isCompound(t tags) bool {
	return t.get("building") == "" && t.get("highway") == "" &&
		(t.is("landuse", "residential") || t.set("residential"))
}

const (
	// wallShare is the share of a compound's outline along which a wall must
	// be mapped for the compound to count as walled. Gates leave gaps.
	wallShare = 0.6
	// gateReach is how far, in metres, a gate may be mapped beside the
	// outline of its compound, or beside where a street crosses it.
	gateReach = 5.0
	// stub is how far from a node, in metres, we look where a street leads.
	stub = 1.0
)

// wallEdge is a stretch of wall between two nodes, the lower id first.
type wallEdge struct{ a, b int64 }

func newWallEdge(a, b int64) wallEdge { return wallEdge{min(a, b), max(a, b)} }

// compound is one with walls.
type compound struct {
	code  string
	geom  orb.MultiPolygon
	nodes map[int64]bool // of its outline
	plane geo.Plane
	gates []*point // mapped gates on or near its outline
	// ways notes, for nodes of the outline where streets pass, whether one
	// leads inside (1) and one does not (2).
	ways map[int64]byte
}

// compounds finds walled compounds, their gates, and where streets cross
// their walls.
type compounds struct {
	walls     []wallEdge
	all       []compoundDraft
	isWalled  map[string]bool
	index     rtree.RTreeG[*compound]
	list      []*compound
	gateOf    map[int64]string
	crossings []crossing
}

type compoundDraft struct {
	code  string
	tags  tags
	geom  orb.MultiPolygon
	lines [][]int64
}

// crossing is where a street crosses a wall away from any common node.
type crossing struct {
	compound *compound
	street   int64
	count    int // of this street and compound, from 1
	at       orb.Point
}

func (cs *compounds) addWall(refs []int64) {
	for i := 1; i < len(refs); i++ {
		cs.walls = append(cs.walls, newWallEdge(refs[i-1], refs[i]))
	}
}

// add takes a compound. lines are the node ids of its outline.
func (cs *compounds) add(code string, t tags, g orb.MultiPolygon, lines [][]int64) {
	cs.all = append(cs.all, compoundDraft{code, t.clone(), g, lines})
}

// finish decides which compounds are walled, and which gates are theirs.
func (cs *compounds) finish(points []point, nodes *nodeStore) {
	slices.SortFunc(cs.walls, compareEdges)
	cs.isWalled, cs.gateOf = map[string]bool{}, map[int64]string{}
	for i := range cs.all {
		d := &cs.all[i]
		if !isWall(d.tags) && cs.walledShare(d, nodes) < wallShare {
			continue
		}
		cs.isWalled[d.code] = true
		k := &compound{code: d.code, geom: d.geom, nodes: map[int64]bool{}, plane: geo.NewPlane(d.geom.Bound().Center()), ways: map[int64]byte{}}
		for _, l := range d.lines {
			for _, id := range l {
				k.nodes[id] = true
			}
		}
		cs.list = append(cs.list, k)
		b := geo.Pad(d.geom.Bound(), gateReach)
		cs.index.Insert(b.Min, b.Max, k)
	}
	cs.all, cs.walls = nil, nil
	for i := range points {
		if isGate(points[i].tags) {
			cs.placeGate(&points[i])
		}
	}
}

// walledShare is the share of the outline's length that a wall runs along,
// from node to node.
func (cs *compounds) walledShare(d *compoundDraft, nodes *nodeStore) float64 {
	total, walled := 0.0, 0.0
	for _, l := range d.lines {
		for i := 1; i < len(l); i++ {
			p, ok1 := nodes.get(l[i-1])
			q, ok2 := nodes.get(l[i])
			if !ok1 || !ok2 {
				continue
			}
			metres := geo.Distance(p.point(), q.point())
			total += metres
			if _, ok := slices.BinarySearchFunc(cs.walls, newWallEdge(l[i-1], l[i]), compareEdges); ok {
				walled += metres
			}
		}
	}
	if total == 0 {
		return 0
	}
	return walled / total
}

func compareEdges(x, y wallEdge) int {
	if c := cmp.Compare(x.a, y.a); c != 0 {
		return c
	}
	return cmp.Compare(x.b, y.b)
}

// placeGate finds the walled compound whose outline the gate is on or near.
func (cs *compounds) placeGate(p *point) {
	at := p.p.point()
	var best *compound
	bestMetres := math.Inf(1)
	cs.index.Search(at, at, func(_, _ [2]float64, k *compound) bool {
		metres := 0.0
		if !k.nodes[p.id] {
			metres = k.outlineDistance(at)
		}
		if metres > gateReach {
			return true
		}
		k.gates = append(k.gates, p)
		if metres < bestMetres || metres == bestMetres && k.code < best.code {
			best, bestMetres = k, metres
		}
		return true
	})
	if best != nil {
		cs.gateOf[p.id] = best.code
	}
}

// outlineDistance is the distance from the outline in metres.
func (k *compound) outlineDistance(at orb.Point) float64 {
	p := k.plane.XY(at)
	best := math.Inf(1)
	for _, poly := range k.geom {
		for _, r := range poly {
			for i := 1; i < len(r); i++ {
				best = min(best, segmentDistance(p, k.plane.XY(r[i-1]), k.plane.XY(r[i])))
			}
		}
	}
	return best
}

// segmentDistance is the distance of p from the segment ab in the plane.
func segmentDistance(p, a, b orb.Point) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = max(0, min(1, ((p[0]-a[0])*dx+(p[1]-a[1])*dy)/l))
	}
	return math.Hypot(p[0]-a[0]-t*dx, p[1]-a[1]-t*dy)
}

// gateNear reports whether a gate of the compound is mapped at the place.
func (k *compound) gateNear(at orb.Point) bool {
	for _, g := range k.gates {
		if geo.Distance(g.p.point(), at) <= gateReach {
			return true
		}
	}
	return false
}

// walk notes where a street crosses the walls of compounds. Bridges and
// tunnels pass over and under them.
func (cs *compounds) walk(id int64, s *household.Street, run piece) {
	if !s.Foot || s.Bridge || s.Tunnel || s.Layer != 0 || len(cs.list) == 0 {
		return
	}
	b := s.Geom.Bound()
	var hit []*compound
	cs.index.Search(b.Min, b.Max, func(_, _ [2]float64, k *compound) bool {
		hit = append(hit, k)
		return true
	})
	slices.SortFunc(hit, func(a, b *compound) int { return cmp.Compare(a.code, b.code) })
	for _, k := range hit {
		k.noteNodes(run)
		cs.noteCrossings(k, id, run)
	}
}

// noteNodes notes, at every node of the outline that the street passes,
// whether the street leads from there inside or not.
func (k *compound) noteNodes(run piece) {
	for i, id := range run.refs {
		if !k.nodes[id] {
			continue
		}
		for _, j := range [2]int{i - 1, i + 1} {
			if j < 0 || j >= len(run.refs) {
				continue
			}
			if k.leadsInside(run.line[i].point(), run.line[j].point()) {
				k.ways[id] |= 1
			} else {
				k.ways[id] |= 2
			}
		}
	}
}

// leadsInside reports whether the step from a node of the outline goes into
// the compound, and not along the outline or away from it.
func (k *compound) leadsInside(from, to orb.Point) bool {
	a, b := k.plane.XY(from), k.plane.XY(to)
	l := math.Hypot(b[0]-a[0], b[1]-a[1])
	if l == 0 {
		return false
	}
	t := min(stub, l/2) / l
	q := k.plane.LL(orb.Point{a[0] + (b[0]-a[0])*t, a[1] + (b[1]-a[1])*t})
	return contains(k.geom, q) && k.outlineDistance(q) > 0.05
}

// noteCrossings notes where the street's segments cross the outline between
// nodes. An end that lies on the line counts as lying left of it, so that a
// street that only touches the wall crosses it twice or not at all.
func (cs *compounds) noteCrossings(k *compound, id int64, run piece) {
	count := 0
	for i := 1; i < len(run.line); i++ {
		a, b := run.line[i-1], run.line[i]
		for _, poly := range k.geom {
			for _, r := range poly {
				for j := 1; j < len(r); j++ {
					c, d := posOf(r[j-1]), posOf(r[j])
					if a == c || a == d || b == c || b == d {
						continue // at a node: noteNodes
					}
					u, v := cross(a, b, c), cross(a, b, d)
					s, t := cross(c, d, a), cross(c, d, b)
					if (u >= 0) == (v >= 0) || (s >= 0) == (t >= 0) {
						continue
					}
					f := s / (s - t)
					count++
					at := pos{
						int32(math.Round(float64(a.lon) + f*(float64(b.lon)-float64(a.lon)))),
						int32(math.Round(float64(a.lat) + f*(float64(b.lat)-float64(a.lat)))),
					}
					cs.crossings = append(cs.crossings, crossing{k, id, count, at.point()})
				}
			}
		}
	}
}

func posOf(p orb.Point) pos {
	return pos{int32(math.Round(p[0] * 1e7)), int32(math.Round(p[1] * 1e7))}
}

// emitCompound yields the compound that an area is.
func (c *city) emitCompound(id int64, code string, t tags, geom func() (orb.MultiPolygon, error)) error {
	tally := &c.stats.Compounds
	tally.Tagged++
	g, err := geom()
	if err != nil {
		return c.reject(id, tally, importers.RejectGeometry, "compound: "+err.Error(), suggestion(err))
	}
	walled := c.compounds.isWalled[code]
	if walled {
		c.stats.Walled++
	}
	tally.Imported++
	return c.emit(id, household.Compound{
		Code: code, Name: t.get("name"), NameEn: t.get("name:en"), Aliases: household.Aliases(t.get("name"), t.get("alt_name")+";"+t.get("old_name")), Walled: walled, Geom: g,
	})
}

// emitOpenings yields a gate wherever streets lead through the wall of a
// compound and no gate is mapped: a mapped street is there to be walked, so
// that later code may hold that walls block and gates let through.
func (c *city) emitOpenings() error {
	for _, k := range c.compounds.list {
		ids := make([]int64, 0, len(k.ways))
		for id, sides := range k.ways {
			if sides == 3 {
				ids = append(ids, id)
			}
		}
		slices.Sort(ids)
		for _, id := range ids {
			p, ok := c.nodes.get(id)
			if !ok || k.gateNear(p.point()) {
				continue
			}
			if err := c.emitOpening(id, id, k, k.code+"-n"+strconv.FormatInt(id, 10), p.point()); err != nil {
				return err
			}
		}
	}
	slices.SortStableFunc(c.compounds.crossings, func(a, b crossing) int { return cmp.Compare(a.street, b.street) })
	for _, x := range c.compounds.crossings {
		if x.compound.gateNear(x.at) {
			continue
		}
		code := x.compound.code + "-w" + strconv.FormatInt(x.street, 10) + "." + strconv.Itoa(x.count)
		if err := c.emitOpening(x.street, 0, x.compound, code, x.at); err != nil {
			return err
		}
	}
	return nil
}

func (c *city) emitOpening(row, node int64, k *compound, code string, at orb.Point) error {
	c.stats.Openings++
	return c.emit(row, household.Gate{Code: code, CompoundCode: k.code, Kind: "opening", Open: true, NodeID: node, Geom: at})
}
