package tiles

import (
	"container/list"
	"sync"
)

// cache keeps the tiles that were used last, up to a number of bytes.
type cache struct {
	mu    sync.Mutex
	limit int
	size  int
	order *list.List // of *entry, the one used last in front
	byKey map[key]*list.Element
	// generation is the newest seen; tiles of older ones are not kept.
	generation uint64
}

// key is all that a tile depends on.
type key struct {
	generation            uint64
	layers                layerSet
	z, x, y               int
	standard, requirement string
}

type entry struct {
	key  key
	tile Tile
}

// overhead is what an entry takes beside its bytes, by measure and rounded up.
const overhead = 512

func newCache(limit int) *cache {
	return &cache{limit: limit, order: list.New(), byKey: map[key]*list.Element{}}
}

func (e *entry) bytes() int {
	return len(e.tile.Body) + len(e.key.standard) + len(e.key.requirement) + overhead
}

func (c *cache) get(k key) (Tile, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.byKey[k]
	if !ok {
		return Tile{}, false
	}
	c.order.MoveToFront(el)
	return el.Value.(*entry).tile, true
}

// put keeps the tile, unless a newer snapshot has made it stale or it is
// larger than the whole cache.
func (c *cache) put(k key, t Tile) {
	e := &entry{k, t}
	c.mu.Lock()
	defer c.mu.Unlock()
	if k.generation > c.generation {
		c.generation = k.generation
		c.order.Init()
		clear(c.byKey)
		c.size = 0
	}
	if k.generation < c.generation || e.bytes() > c.limit || c.byKey[k] != nil {
		return
	}
	c.byKey[k] = c.order.PushFront(e)
	c.size += e.bytes()
	for c.size > c.limit {
		last := c.order.Back()
		old := c.order.Remove(last).(*entry)
		delete(c.byKey, old.key)
		c.size -= old.bytes()
	}
}
