package importers

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"

	"hearthmap/geo/crs"
	"hearthmap/household"
)

const (
	// chunkRows and chunkBytes bound what one worker takes at a time.
	chunkRows  = 1024
	chunkBytes = 2 << 20
	// maxLayouts bounds how many sets of property names are remembered.
	maxLayouts = 256
)

// tabular is the Source of a Reader: it reads in one goroutine, judges in
// several, and gives the items in the file's order.
type tabular struct {
	reader  Reader
	table   table
	kind    Kind
	judge   judge
	strict  bool // missing columns are an error of the file
	shapes  bool // records have geometries of their own
	records atomic.Int64

	last    *layout
	layouts map[string]*layout
	union   *layout  // where any record has a column for a field; nil before the first
	unknown []string // columns without a meaning, in order of appearance
}

// NewTabular returns the Source that maps the reader's records to the kind's
// entities and validates them. Closing it closes the reader.
//
// It fails with *household.Error when the reader has a header that lacks
// required columns.
func NewTabular(r Reader, kind Kind, c crs.CRS) (Source, error) {
	return newTabular(r, kind, c, nil, nil)
}

// newTabular is NewTabular with a mapping and the city's ground, of which
// both may be nil.
func newTabular(r Reader, kind Kind, c crs.CRS, m *Mapping, g *ground) (*tabular, error) {
	t := &tabular{reader: r, kind: kind, table: tableOf(kind), layouts: map[string]*layout{}}
	t.judge = judge{kind: kind, crs: c, words: newWords(), mends: &mends{}, ground: g}
	if t.table.columns == nil {
		return nil, household.Errorf(household.Invalid, "importers.NewTabular", "%s cannot be read from tables", kind)
	}
	var err error
	if t.judge.mapping, err = m.apply(kind); err != nil {
		return nil, err
	}
	if h, ok := r.(HeaderReader); ok {
		t.strict = true
		if c, ok := r.(ShapeReader); ok {
			t.shapes = c.Shapes()
		}
		if _, err := t.layout(h.Header()); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *tabular) Progress() (read, total int64) { return t.reader.Progress() }
func (t *tabular) Records() int64                { return t.records.Load() }
func (t *tabular) Close() error                  { return t.reader.Close() }

// unusedNote begins the note on columns that were not used.
const unusedNote = "columns not used: "

// Notes are the reader's, and the columns that were not used.
func (t *tabular) Notes() []string {
	var notes []string
	if n, ok := t.reader.(NotingReader); ok {
		notes = n.Notes()
	}
	notes = append(notes, t.judge.mends.notes()...)
	if len(t.unknown) == 0 {
		return notes
	}
	const show = 20
	names := t.unknown[:min(show, len(t.unknown))]
	note := unusedNote + strings.Join(names, ", ")
	if len(t.unknown) > show {
		note += " and others"
	}
	return append(notes, note)
}

// layout returns the layout of records with these names.
func (t *tabular) layout(names []string) (*layout, error) {
	if t.last != nil && len(names) == len(t.last.names) && (len(names) == 0 || &names[0] == &t.last.names[0]) {
		return t.last, nil
	}
	key := strings.Join(names, "\x00")
	if l, ok := t.layouts[key]; ok && slices.Equal(l.names, names) {
		t.last = l
		return l, nil
	}
	l, err := t.table.arrange(names, t.judge.mapping)
	if err != nil {
		return nil, err
	}
	if t.strict {
		if err := t.table.check(l, t.kind, t.judge.mapping, t.shapes); err != nil {
			return nil, err
		}
	}
	for _, n := range l.unknown {
		if r := []rune(n); len(r) > 60 {
			n = string(r[:60]) + "…"
		}
		if len(t.unknown) <= 100 && !slices.Contains(t.unknown, n) {
			t.unknown = append(t.unknown, n)
		}
	}
	if len(t.layouts) >= maxLayouts {
		clear(t.layouts)
	}
	t.layouts[key], t.last = &l, &l
	t.unite(&l)
	return &l, nil
}

// unite adds the fields of a layout to those that some record has.
func (t *tabular) unite(l *layout) {
	if t.union == nil {
		all := *l
		t.union = &all
		return
	}
	for f, at := range l.at {
		if at >= 0 {
			t.union.at[f] = at
		}
	}
}

// lacking is the error of a file none of whose records has a column that all
// need: one for the file says more than one for each row.
func (t *tabular) lacking() error {
	if t.strict || t.union == nil {
		return nil
	}
	return t.table.check(*t.union, t.kind, t.judge.mapping, t.shapes)
}

// chunk is a run of records on its way through a worker.
type chunk struct {
	records []judgeable
	values  []string // memory of the records' Values
	bytes   int
	items   []Item
	done    chan struct{}
}

type judgeable struct {
	rec    Record
	layout *layout
	reject *Reject // read errors
}

// Each implements Source.
func (t *tabular) Each(ctx context.Context, yield func(Item) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	workers := runtime.GOMAXPROCS(0)
	ordered := make(chan *chunk, workers+2)
	work := make(chan *chunk, workers+2)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel(nil)
	for range workers {
		wg.Go(func() {
			for c := range work {
				for _, r := range c.records {
					if r.reject != nil {
						c.items = append(c.items, Item{Row: r.reject.Row, Sheet: r.reject.Sheet, Reject: r.reject})
					} else {
						c.items = t.judge.judge(c.items, r.rec, r.layout)
					}
				}
				c.records, c.values = nil, nil
				close(c.done)
			}
		})
	}
	var readErr error // set before ordered is closed
	wg.Go(func() {
		defer close(ordered)
		defer close(work)
		readErr = t.read(ctx, func(c *chunk) error {
			for _, ch := range []chan *chunk{ordered, work} {
				select {
				case ch <- c:
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}
			return nil
		})
	})
	for c := range ordered {
		select {
		case <-c.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		for _, item := range c.items {
			if err := yield(item); err != nil {
				return err
			}
		}
	}
	return readErr
}

// read cuts the file's records into chunks.
func (t *tabular) read(ctx context.Context, send func(*chunk) error) error {
	c := newChunk()
	for {
		if len(c.records) == chunkRows || c.bytes >= chunkBytes {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			if err := send(c); err != nil {
				return err
			}
			c = newChunk()
		}
		rec, err := t.reader.Next()
		var bad *RowError
		switch {
		case err == io.EOF:
			if err := t.lacking(); err != nil || len(c.records) == 0 {
				return err
			}
			return send(c)
		case errors.As(err, &bad):
			t.records.Add(1)
			reject := bad.Reject
			c.records = append(c.records, judgeable{reject: &reject})
			continue
		case err != nil:
			return err
		}
		t.records.Add(1)
		t.shapes = t.shapes || rec.Geometry != nil
		l, err := t.layout(rec.Names)
		if err != nil {
			if t.strict {
				return err
			}
			c.records = append(c.records, judgeable{reject: &Reject{
				Row: rec.Row, Code: RejectSyntax, Reason: "two properties of the feature mean the same", Suggestion: "remove one of them",
			}})
			continue
		}
		c.add(rec, l)
	}
}

func newChunk() *chunk {
	return &chunk{records: make([]judgeable, 0, chunkRows), done: make(chan struct{})}
}

// add keeps the record beyond the reader's next call.
func (c *chunk) add(rec Record, l *layout) {
	if cap(c.values)-len(c.values) < len(rec.Values) {
		c.values = make([]string, 0, max(len(rec.Values), chunkRows*len(rec.Values)/4))
	}
	from := len(c.values)
	c.values = append(c.values, rec.Values...)
	rec.Values = c.values[from:len(c.values):len(c.values)]
	for _, v := range rec.Values {
		c.bytes += len(v)
	}
	c.bytes += 16*len(rec.Values) + weight(rec.Geometry)
	c.records = append(c.records, judgeable{rec: rec, layout: l})
}

// weight is about how many bytes of memory the geometry takes.
func weight(g orb.Geometry) int {
	switch g := g.(type) {
	case orb.MultiPoint:
		return 16 * len(g)
	case orb.LineString:
		return 16 * len(g)
	case orb.Ring:
		return 16 * len(g)
	case orb.MultiLineString:
		n := 0
		for _, l := range g {
			n += 24 + 16*len(l)
		}
		return n
	case orb.Polygon:
		n := 0
		for _, l := range g {
			n += 24 + 16*len(l)
		}
		return n
	case orb.MultiPolygon:
		n := 0
		for _, p := range g {
			n += 24 + weight(p)
		}
		return n
	case orb.Collection:
		n := 0
		for _, p := range g {
			n += 32 + weight(p)
		}
		return n
	}
	return 16
}
