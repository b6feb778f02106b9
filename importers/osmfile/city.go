package osmfile

import (
	"cmp"
	"context"
	"slices"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"hearthmap/household"
	"hearthmap/importers"
)

// point is a node with tags that matter.
type point struct {
	id   int64
	p    pos
	tags tags
}

// city is what is known of a file while it is turned into items.
type city struct {
	src   *Source
	stats *Stats
	yield func(importers.Item) error
	row   int64 // of the element whose items are being yielded, counted once
	used  bool

	nodes     nodeStore
	crossings map[int64]household.Crossing // nodes where people cross a carriageway
	kerbs     map[int64]bool               // nodes with a kerb that wheels do not get over
	points    []point
	relations []*relation
	members   map[int64]*way // ways that relations are made of; nil until read
	held      []*way         // all ways, when they cannot be read again in order
	bytes     int64          // held in memory, besides the nodes
	lastWay   int64
	unsorted  bool

	shapes    []shape               // of the relations, in their order
	absorbed  map[int64][]tags      // outer ways: the tags of the areas they bound
	plazas    map[int64]tags        // ways to walk along, that bound pedestrian areas
	compounds compounds             // and their walls
	ground    rtree.RTreeG[*ground] // land use, to guess the use of buildings
	addresses rtree.RTreeG[*addressNode]
	doors     map[int64]string // entrance nodes: the building they lead into
	numbers   map[string]bool  // entrance codes in use
}

// shape is a relation made into an area, or the reason why it cannot be.
type shape struct {
	rel   *relation
	tags  tags
	geom  orb.MultiPolygon
	lines [][]pos
	err   error
}

func newCity(s *Source, yield func(importers.Item) error) *city {
	return &city{
		src: s, stats: s.stats, yield: yield,
		members: map[int64]*way{}, absorbed: map[int64][]tags{}, plazas: map[int64]tags{},
		doors: map[int64]string{}, numbers: map[string]bool{}, crossings: map[int64]household.Crossing{}, kerbs: map[int64]bool{},
	}
}

// hold accounts for n bytes that stay in memory.
func (c *city) hold(n int64) error {
	c.bytes += n
	if c.bytes+c.nodes.bytes > c.src.limit {
		return household.Errorf(household.Invalid, opRead, "the OpenStreetMap file holds more than fits into memory (%d MiB)", c.src.limit>>20).
			WithHint("%s", hintCut+"; sorted PBF files take the least memory")
	}
	return nil
}

// load is the first pass: all nodes, the tagged ones, and area relations.
// Ways are kept if they cannot be read again in the order of their ids.
func (c *city) load(ctx context.Context) error {
	if err := c.src.scan(ctx, handler{node: c.loadNode, badNode: func(int64) { c.stats.Nodes++; c.stats.BadNodes++ }, way: c.loadWay, relation: c.loadRelation}, false); err != nil {
		return err
	}
	c.nodes.finish()
	byPoint := func(a, b point) int { return cmp.Compare(a.id, b.id) }
	slices.SortStableFunc(c.points, byPoint)
	c.points = slices.CompactFunc(c.points, func(a, b point) bool { return a.id == b.id })
	slices.SortStableFunc(c.relations, func(a, b *relation) int { return cmp.Compare(a.id, b.id) })
	c.relations = slices.CompactFunc(c.relations, func(a, b *relation) bool { return a.id == b.id })
	for i := range c.points {
		if _, ok := c.points[i].tags.entrance(); ok {
			c.doors[c.points[i].id] = ""
		}
	}
	if c.src.format == formatPBF && c.unsorted {
		// Rare: read the ways again, into memory.
		err := c.src.scan(ctx, handler{way: func(w *way) error {
			c.held = append(c.held, w.clone())
			return c.hold(wayBytes(w))
		}}, true)
		if err != nil {
			return err
		}
	}
	slices.SortStableFunc(c.held, func(a, b *way) int { return cmp.Compare(a.id, b.id) })
	return nil
}

func (c *city) loadNode(id int64, p pos, t tags) error {
	c.stats.Nodes++
	c.nodes.add(id, p)
	if len(t) > 0 {
		if t.get("addr:housenumber") != "" {
			c.stats.HouseNumbersOf["node"]++
			if err := c.addAddress(p, t); err != nil {
				return err
			}
		}
		if x := crossingType(t); x != "" && t.is("highway", "crossing", "traffic_signals") {
			c.crossings[id] = x
		}
		if t.is("kerb", "raised", "high") {
			c.kerbs[id] = true
		}
		if nodeMatters(t) {
			c.points = append(c.points, point{id, p, t.clone()})
			if err := c.hold(48 + t.size()); err != nil {
				return err
			}
		}
	}
	if c.stats.Nodes&0xffff == 0 {
		return c.hold(0)
	}
	return nil
}

func wayBytes(w *way) int64 { return 80 + 8*int64(len(w.refs)) + w.tags.size() }

func (c *city) loadWay(w *way) error {
	c.stats.Ways++
	if c.stats.Ways > 1 && w.id <= c.lastWay {
		c.unsorted = true
	}
	c.lastWay = w.id
	if c.src.format != formatPBF {
		c.held = append(c.held, w.clone())
		return c.hold(wayBytes(w))
	}
	return nil
}

func (c *city) loadRelation(r *relation) error {
	c.stats.Relations++
	c.countArea(r.tags, "relation")
	if !isAreaRelation(r) {
		if r.tags.set("building") {
			c.stats.Buildings.Tagged++
			c.stats.Buildings.skip("relation of a kind that is no area (type=" + r.tags.get("type") + ")")
		}
		return nil
	}
	c.relations = append(c.relations, r.clone())
	for _, m := range r.members {
		if m.kind == 'w' && isRing(m.role) {
			c.members[m.ref] = nil
		}
	}
	return c.hold(96 + 32*int64(len(r.members)) + r.tags.size())
}

// eachWay hands over the ways in the order of their ids, each once.
func (c *city) eachWay(ctx context.Context, fn func(*way) error) error {
	var last *int64
	once := func(w *way) error {
		if last != nil && *last == w.id {
			return nil
		}
		id := w.id
		last = &id
		return fn(w)
	}
	if c.src.format == formatPBF && !c.unsorted {
		return c.src.scan(ctx, handler{way: once}, true)
	}
	for i, w := range c.held {
		if i&0xfff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := once(w); err != nil {
			return err
		}
	}
	return nil
}

// emit yields an entity of the element with the id.
func (c *city) emit(id int64, entity importers.Entity) error {
	c.countRecord(id)
	return c.yield(importers.Item{Row: id, Entity: entity})
}

// reject yields a reject of the element with the id, and counts it.
func (c *city) reject(id int64, t *Tally, code importers.RejectCode, reason, suggestion string) error {
	c.countRecord(id)
	t.skip(reason)
	t.Rejected++
	return c.yield(importers.Item{Row: id, Reject: &importers.Reject{Row: id, Code: code, Reason: reason, Suggestion: suggestion}})
}

func (c *city) countRecord(id int64) {
	if !c.used || c.row != id {
		c.src.records.Add(1)
	}
	c.row, c.used = id, true
}

// countArea counts what the manifest of an extract counts.
func (c *city) countArea(t tags, kind string) {
	if v := t.get("building"); v != "" {
		c.stats.BuildingsOf[kind]++
		c.stats.BuildingValues[v]++
	} else if t.set("building:part") {
		c.stats.BuildingParts++
	}
	if kind != "node" && t.get("addr:housenumber") != "" {
		c.stats.HouseNumbersOf[kind]++
	}
}

// positions returns the positions of the nodes, and whether all are known.
func (c *city) positions(refs []int64) ([]pos, bool) {
	out := make([]pos, 0, len(refs))
	for _, id := range refs {
		p, ok := c.nodes.get(id)
		if !ok {
			return nil, false
		}
		out = append(out, p)
	}
	return out, true
}
