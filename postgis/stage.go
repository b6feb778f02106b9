package postgis

import (
	"bytes"
	"context"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgconn"

	"hearthmap/household"
	"hearthmap/importers"
)

const (
	// copySize is how many bytes of one table's rows go into one COPY.
	copySize = 1 << 20
	// parallelFrom is the least number of items worth several encoders.
	parallelFrom = 256
)

// encode turns the items into rows, several encoders side by side, each with
// a stretch of the items, and keeps their order.
func (l *load) encode(ctx context.Context, items []importers.Item) error {
	workers := 1
	if len(items) >= parallelFrom {
		workers = runtime.GOMAXPROCS(0)
	}
	if l.seen == nil && l.batch.Kind == importers.Residents {
		l.seen = newSeen()
	}
	for len(l.encoders) < workers {
		l.encoders = append(l.encoders, newEncoder(l.db.Keys, l.seen, l.db.maxRejects))
	}
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		from, to := len(items)*w/workers, len(items)*(w+1)/workers
		wg.Go(func() {
			for i := from; i < to && errs[w] == nil; i++ {
				errs[w] = l.encoders[w].add(l.n+int64(i)+1, items[i])
			}
		})
	}
	wg.Wait()
	l.n += int64(len(items))
	for w := range workers {
		if errs[w] != nil {
			return errs[w]
		}
		for table, r := range l.encoders[w].bufs {
			if !slices.Contains(usesOf[l.batch.Kind].writes, partOfTable[table]) {
				return household.Errorf(household.Internal, "postgis.Stage", "an import of %s cannot load a %s", l.batch.Kind, table)
			}
			if err := l.copier.add(ctx, table, r.buf); err != nil {
				return err
			}
			r.buf = r.buf[:0]
		}
	}
	return nil
}

// finishStaging waits until everything is in the staging tables, and returns
// their names.
func (l *load) finishStaging() (map[string]bool, error) {
	if l.copier == nil {
		return nil, nil
	}
	c := l.copier
	l.copier = nil
	return c.tables, c.finish()
}

// copier copies rows into the staging tables in the background. Until it is
// finished, it alone uses the connection.
type copier struct {
	ctx     context.Context // of the load; COPY ends with it
	conn    *pgconn.PgConn
	pending map[string][]byte
	jobs    chan copyJob
	free    chan []byte // buffers to use again
	done    chan struct{}
	err     atomic.Pointer[error]
	tables  map[string]bool // that exist; used by the background goroutine until done
}

type copyJob struct {
	table string
	rows  []byte
}

func newCopier(ctx context.Context, conn *pgconn.PgConn) *copier {
	c := &copier{
		ctx: ctx, conn: conn, pending: map[string][]byte{}, tables: map[string]bool{},
		jobs: make(chan copyJob, 2), free: make(chan []byte, 16), done: make(chan struct{}),
	}
	go c.run()
	return c
}

// add takes rows of a table; they are copied once there are enough.
func (c *copier) add(ctx context.Context, table string, rows []byte) error {
	if len(rows) == 0 {
		return nil
	}
	buf, ok := c.pending[table]
	if !ok {
		select {
		case buf = <-c.free:
		default:
		}
	}
	buf = append(buf, rows...)
	c.pending[table] = buf
	if len(buf) < copySize {
		return nil
	}
	delete(c.pending, table)
	select {
	case c.jobs <- copyJob{table, buf}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// finish copies the rest and waits.
func (c *copier) finish() error {
	for table, rows := range c.pending {
		c.jobs <- copyJob{table, rows}
	}
	c.pending = nil
	close(c.jobs)
	<-c.done
	return c.failed()
}

// abandon throws away what is not copied yet, and waits.
func (c *copier) abandon() {
	err := context.Canceled
	c.err.CompareAndSwap(nil, &err)
	_ = c.finish() // its error is the one just set, or older
}

// failed is the first error of the background work.
func (c *copier) failed() error {
	if e := c.err.Load(); e != nil {
		return *e
	}
	return nil
}

func (c *copier) run() {
	defer close(c.done)
	for job := range c.jobs {
		if c.failed() == nil {
			if err := c.copy(job); err != nil {
				c.err.Store(&err)
			}
		}
		select {
		case c.free <- job.rows[:0]:
		default:
		}
	}
}

func (c *copier) copy(job copyJob) error {
	if !c.tables[job.table] {
		sql, err := section(job.table, "stage")
		if err != nil {
			return err
		}
		if _, err := c.conn.Exec(c.ctx, sql).ReadAll(); err != nil {
			return err
		}
		c.tables[job.table] = true
	}
	rows := io.MultiReader(bytes.NewReader(copyHeader), bytes.NewReader(job.rows), bytes.NewReader(copyTrailer))
	_, err := c.conn.CopyFrom(c.ctx, rows, "COPY stage_"+job.table+" FROM STDIN BINARY")
	return err
}
