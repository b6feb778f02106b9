package tiles

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"slices"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
	"hearthmap/tiles/pmtiles"
)

// ArchiveMaxZoom is the deepest zoom of an archive: that of TileJSON, beyond
// which clients enlarge.
const ArchiveMaxZoom = sourceMaxZoom

// ExportOptions choose what an archive holds.
type ExportOptions struct {
	Layers           []Layer
	MinZoom, MaxZoom int    // from 0 to ArchiveMaxZoom
	Standard         string // of the layer coverage; empty for the default
	Category         string // a requirement's id; empty for the default
	// Program names the build: another one may draw differently, so it does
	// not go on with what this one left.
	Program string
	// Progress is told of the work, if it is not nil, by one goroutine at a
	// time.
	Progress func(ExportProgress)
}

// ExportProgress is how far an export is.
type ExportProgress struct {
	Done, Total int // places looked at, and all of them
	// Start is what had been done by an earlier export.
	Start int
	// Stale is true when an earlier export was found, but of another city,
	// another state of it, or with other options: the work began again.
	Stale bool
	Tiles int64 // in the archive so far; empty ones are not
	Bytes int64 // of these tiles, equal ones once
}

// ExportResult is what an export wrote.
type ExportResult struct {
	Path      string `json:"path"`
	Tiles     uint64 `json:"tiles"`
	Different uint64 `json:"different_tiles"`
	Bytes     uint64 `json:"bytes"`
	Resumed   int    `json:"resumed_places"`
	Places    int    `json:"places"`
	Seq       int64  `json:"seq"` // the last change of the city that it holds
}

// Export writes the tiles of the current snapshot to a PMTiles archive: those
// of every place where there may be something, in the order of the archive,
// drawn by all cores. An export that was stopped goes on where it was, if the
// city and the options are the same; the bytes do not depend on it. Errors are
// *household.Error or the context's.
func (s *Service) Export(ctx context.Context, path string, o ExportOptions) (ExportResult, error) {
	result := ExportResult{Path: path}
	if o.MinZoom < 0 || o.MaxZoom < o.MinZoom || o.MaxZoom > ArchiveMaxZoom {
		return result, household.Errorf(household.Invalid, "tiles.Export", "zooms %d to %d cannot be exported", o.MinZoom, o.MaxZoom).
			WithHint("zooms from 0 to %d; beyond %d maps enlarge", ArchiveMaxZoom, ArchiveMaxZoom)
	}
	city, generation := s.live.Snapshot()
	k, err := s.key(Request{Layers: o.Layers, Standard: o.Standard, Category: o.Category}, generation)
	if err != nil {
		return result, err
	}
	id, err := s.exportKey(city, k, o)
	if err != nil {
		return result, err
	}
	w, err := pmtiles.Create(path, id)
	if err != nil {
		return result, err
	}
	places := occupied(city, k.layers, o.MinZoom, o.MaxZoom)
	start, _ := slices.BinarySearch(places, w.Next())
	result.Places, result.Resumed, result.Seq = len(places), start, city.Seq()
	tell := func(done int) {
		if o.Progress != nil {
			o.Progress(ExportProgress{Done: done, Total: len(places), Start: start, Stale: w.Stale, Tiles: int64(w.Addressed()), Bytes: int64(w.Size())})
		}
	}
	tell(start)
	if err := s.exportTiles(ctx, w, city, k, places[start:], func(n int) { tell(start + n) }); err != nil {
		return result, errors.Join(err, w.Close())
	}
	h, err := w.Finish(s.archiveHeader(city, o), s.archiveMetadata(city, k, o))
	if err != nil {
		return result, errors.Join(err, w.Close())
	}
	result.Tiles, result.Different, result.Bytes = h.Addressed, h.Contents, h.Tiles.Offset+h.Tiles.Length
	return result, nil
}

// exportChunk is how many places a worker takes at once.
const exportChunk = 16

// exportTiles draws the places on all cores and writes them in their order.
func (s *Service) exportTiles(ctx context.Context, w *pmtiles.Writer, city *cityindex.City, k key, places []uint64, done func(n int)) error {
	type chunk struct {
		ids    []uint64
		bodies chan [][]byte
	}
	workers := runtime.GOMAXPROCS(0)
	todo := make(chan chunk)
	order := make(chan chunk, 4*workers) // bounds what is drawn but not written
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(todo)
		defer close(order)
		for ids := range slices.Chunk(places, exportChunk) {
			c := chunk{ids, make(chan [][]byte, 1)}
			for _, to := range []chan chunk{order, todo} {
				select {
				case to <- c:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		return nil
	})
	for range workers {
		g.Go(func() error {
			for c := range todo {
				bodies := make([][]byte, len(c.ids))
				for i, id := range c.ids {
					at := k
					at.z, at.x, at.y, _ = pmtiles.ZXY(id)
					t, err := s.make(ctx, city, at)
					if err != nil {
						return err
					}
					bodies[i] = t.Body
				}
				c.bodies <- bodies
			}
			return nil
		})
	}
	g.Go(func() error {
		n := 0
		for c := range order {
			select {
			case bodies := <-c.bodies:
				for i, id := range c.ids {
					if err := w.Add(id, bodies[i]); err != nil {
						return err
					}
				}
			case <-ctx.Done():
				return ctx.Err()
			}
			n += len(c.ids)
			done(n)
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		return nil
	})
	return g.Wait()
}

// occupied returns the numbers of the tiles that may show something of the
// layers, in their order: the pyramid is searched from its top, and where the
// ground is empty it is not searched further.
func occupied(city *cityindex.City, layers layerSet, minZoom, maxZoom int) []uint64 {
	var all []uint64
	level := []uint64{0}
	for z := 0; ; z++ {
		kept := level[:0]
		for _, id := range level {
			_, x, y, _ := pmtiles.ZXY(id)
			if occupies(city, layers, newFrame(z, x, y).bound(), z) {
				kept = append(kept, id)
			}
		}
		if z >= minZoom {
			all = append(all, kept...)
		}
		if z == maxZoom {
			return all
		}
		level = make([]uint64, 0, 4*len(kept))
		for _, id := range kept {
			first := pmtiles.FirstChild(id)
			level = append(level, first, first+1, first+2, first+3)
		}
	}
}

// occupies reports whether the layers may show something within the bound at
// the zoom or a deeper one.
func occupies(city *cityindex.City, layers layerSet, b orb.Bound, z int) bool {
	found := false
	see := func(int32) bool {
		found = true
		return false
	}
	areas := func() {
		for _, l := range household.AreaLevels {
			if !found {
				city.AreasIn(l, b, see)
			}
		}
	}
	for _, l := range layers.list() {
		switch l {
		case Land:
			city.LandIn(b, see)
		case Areas, Grids:
			areas()
		case Hexes:
			// A cell shows where its building or facility does not: up to
			// its centre and from there to its far corner. Deeper zooms have
			// smaller cells.
			wide := b.Pad(2 * hexReach(hexResolution(z)))
			if city.BuildingsIn(wide, see); !found {
				city.FacilitiesIn(wide, see)
			}
		case Compounds:
			city.CompoundsIn(b, see)
		case Streets:
			city.StreetsIn(b, see)
		case Buildings:
			city.BuildingsIn(b, see)
		case Coverage:
			if city.BuildingsIn(b, see); !found {
				areas()
			}
		case Facilities:
			city.FacilitiesIn(b, see)
		case Labels:
			if city.BuildingsIn(b, see); !found {
				city.CompoundsIn(b, see)
			}
			areas()
		}
		if found {
			return true
		}
	}
	return false
}

// archiveBounds are those of all that is drawn.
func archiveBounds(city *cityindex.City) orb.Bound {
	b := city.Bounds()
	for i := range city.Data().Land {
		b = b.Union(city.Data().Land[i].Geom.Bound())
	}
	return b
}

func (s *Service) archiveHeader(city *cityindex.City, o ExportOptions) pmtiles.Header {
	b := archiveBounds(city)
	return pmtiles.Header{
		TileType: pmtiles.TypeMVT, TileCompression: pmtiles.CompressionGzip,
		MinZoom: o.MinZoom, MaxZoom: o.MaxZoom,
		Bounds: b, Center: city.Bounds().Center(), CenterZoom: min(max(13, o.MinZoom), o.MaxZoom),
	}
}

// archiveMetadata is the archive's JSON document. Beside what the format
// wants, it has the style, so that a page needs nothing but the archive.
func (s *Service) archiveMetadata(city *cityindex.City, k key, o ExportOptions) any {
	j := s.TileJSON(k.layers.list(), "", nil)
	for i := range j.VectorLayers {
		v := &j.VectorLayers[i]
		v.MinZoom = min(max(v.MinZoom, o.MinZoom), o.MaxZoom)
		v.MaxZoom = o.MaxZoom
	}
	return obj{
		"name": city.Name(), "description": "Hearthmap 装户图", "type": "baselayer", "version": "1.0.0", "generator": o.Program,
		"vector_layers":      j.VectorLayers,
		"hearthmap:city":     obj{"name": city.Name(), "seq": city.Seq(), "standard": k.standard, "category": k.requirement},
		"hearthmap:style":    archiveStyle(k.layers, ""),
		"hearthmap:style_en": archiveStyle(k.layers, "en"),
	}
}

// archiveStyle is the map's style with the archive as its only source; the
// page puts the archive's address in.
func archiveStyle(layers layerSet, lang string) obj {
	// By way of JSON: the layers are obj with all kinds of values.
	var drawn, kept []obj
	text, err := json.Marshal(lightTheme().layers(lang))
	if err == nil {
		err = json.Unmarshal(text, &drawn)
	}
	if err != nil {
		panic(err) // a style of our own is always JSON
	}
	for _, l := range drawn {
		if name, ok := l["source-layer"].(string); ok {
			if !layers.has(Layer(name)) {
				continue
			}
			l["source"] = sourceBase
		}
		kept = append(kept, l)
	}
	return obj{
		"version": 8, "name": "Hearthmap",
		"light":    styleLight(),
		"sources":  obj{sourceBase: obj{"type": "vector"}},
		"layers":   kept,
		"metadata": obj{"hearthmap:legend": lightTheme().legend()},
	}
}
