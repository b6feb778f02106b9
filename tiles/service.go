package tiles

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"sync"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/singleflight"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// Service makes tiles from the current snapshot and keeps them.
type Service struct {
	live     *cityindex.Live
	coverage CoverageSource
	cache    *cache
	flight   singleflight.Group
	renders  sync.Pool // of *render
	zips     sync.Pool // of *gzip.Writer
}

// Options are the settings of a Service.
type Options struct {
	// CacheBytes caps the memory of kept tiles; 0 means 64 MiB, less none.
	CacheBytes int
}

// NewService makes a service. Without a source of coverage (nil) the layer
// coverage is empty.
func NewService(live *cityindex.Live, source CoverageSource, o Options) *Service {
	if o.CacheBytes == 0 {
		o.CacheBytes = 64 << 20
	}
	return &Service{
		live: live, coverage: source, cache: newCache(o.CacheBytes),
		renders: sync.Pool{New: func() any { return new(render) }},
		zips: sync.Pool{New: func() any {
			w, _ := gzip.NewWriterLevel(nil, gzip.DefaultCompression) // the level is valid
			return w
		}},
	}
}

// Request names a tile.
type Request struct {
	Layers  []Layer
	Z, X, Y int // the usual scheme: y grows southwards
	// Standard and Category choose the numbers of the layer coverage; Category
	// is the id of a requirement. Empty ones mean the defaults.
	Standard, Category string
}

// Tile is a tile ready to send.
type Tile struct {
	Body       []byte // MVT, gzipped; nil when the tile is empty (HTTP 204)
	Raw        int    // bytes before compression
	ETag       string // strong, quoted, of Body
	Generation uint64 // of the snapshot that it was made from
}

// Empty reports whether nothing is in the tile.
func (t Tile) Empty() bool { return len(t.Body) == 0 }

// Unzipped returns the tile as plain MVT, for a client that takes no gzip.
func (t Tile) Unzipped() ([]byte, error) {
	if t.Empty() {
		return nil, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(t.Body))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b := bytes.NewBuffer(make([]byte, 0, t.Raw))
	_, err = b.ReadFrom(r)
	return b.Bytes(), err
}

// Tile returns the tile. Errors are *household.Error: NotFound for an unknown
// layer, Invalid for an address that no tile has or an unknown category. It
// gives up with the context; the tile is made all the same if others wait.
func (s *Service) Tile(ctx context.Context, req Request) (Tile, error) {
	city, generation := s.live.Snapshot()
	k, err := s.key(req, generation)
	if err != nil {
		return Tile{}, err
	}
	if t, ok := s.cache.get(k); ok {
		return t, nil
	}
	// The work does not stop with the first of those who wait for it.
	detached := context.WithoutCancel(ctx)
	done := s.flight.DoChan(fmt.Sprint(k), func() (any, error) {
		t, err := s.make(detached, city, k)
		if err == nil {
			s.cache.put(k, t)
		}
		return t, err
	})
	select {
	case r := <-done:
		if r.Err != nil {
			return Tile{}, r.Err
		}
		return r.Val.(Tile), nil
	case <-ctx.Done():
		return Tile{}, ctx.Err()
	}
}

// key checks the request and puts it in canonical form.
func (s *Service) key(req Request, generation uint64) (key, error) {
	const op = "tiles.Tile"
	if len(req.Layers) == 0 {
		return key{}, household.Errorf(household.Invalid, op, "no layer is asked for").
			WithHint("one or several of: %s", joinLayers(Layers, ", "))
	}
	set, err := setOf(req.Layers)
	if err != nil {
		return key{}, err
	}
	if req.Z < 0 || req.Z > MaxZoom {
		return key{}, household.Errorf(household.Invalid, op, "there is no zoom %d", req.Z).
			WithHint("a zoom from 0 to %d", MaxZoom)
	}
	if n := 1 << req.Z; req.X < 0 || req.X >= n || req.Y < 0 || req.Y >= n {
		return key{}, household.Errorf(household.Invalid, op, "zoom %d has no tile %d/%d", req.Z, req.X, req.Y).
			WithHint("x and y from 0 to %d", n-1)
	}
	k := key{generation: generation, layers: set, z: req.Z, x: req.X, y: req.Y}
	if set.has(Coverage) && s.coverage != nil {
		if k.standard, k.requirement, err = s.coverage.Resolve(req.Standard, req.Category); err != nil {
			return key{}, err
		}
	}
	return k, nil
}

// make draws the tile and packs it.
func (s *Service) make(ctx context.Context, city *cityindex.City, k key) (Tile, error) {
	r := s.renders.Get().(*render)
	defer s.renders.Put(r)
	r.coverage = nil
	if k.layers.has(Coverage) && s.coverage != nil {
		var err error
		if r.coverage, err = s.coverage.Coverage(ctx, city, k.standard, k.requirement); err != nil {
			return Tile{}, err
		}
	}
	raw, err := r.tile(ctx, city, k.layers.list(), k.z, k.x, k.y, nil)
	r.city, r.coverage, r.ctx = nil, nil, nil // keep no snapshot alive
	if err != nil {
		return Tile{}, err
	}
	t := Tile{Raw: len(raw), Generation: k.generation}
	if len(raw) > 0 {
		t.Body, err = s.pack(raw)
	}
	sum := sha256.Sum256(t.Body)
	t.ETag = `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	return t, err
}

func (s *Service) pack(raw []byte) ([]byte, error) {
	w := s.zips.Get().(*gzip.Writer)
	defer s.zips.Put(w)
	var b bytes.Buffer
	w.Reset(&b)
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return bytes.Clone(b.Bytes()), nil
}
