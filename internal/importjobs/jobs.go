package importjobs

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"hearthmap/household"
	"hearthmap/importers"
)

const (
	keepFor   = 24 * time.Hour
	sweepTime = time.Hour
	// DefaultLimit is the size of the largest file, in bytes.
	DefaultLimit = 2 << 30
	// maxFiles and maxJobs bound what one server remembers.
	maxFiles = 200
	maxJobs  = 1000
	// maxLooks is how many files are inspected at a time: each is read whole.
	maxLooks = 2
)

// Store is where imports go. Implemented by postgis.
type Store interface {
	importers.Store
	importers.Undoer
	importers.Evidence
	AddressReviews(ctx context.Context, q household.AddressQuery) (household.AddressList, error)
	AcceptAddresses(ctx context.Context, by household.Principal, batch int64, choices []household.AddressChoice) (household.AddressAcceptance, error)
	DeclineAddresses(ctx context.Context, by household.Principal, batch int64, rows []household.AddressRow, again bool) (int, error)
}

// Options are what a Jobs needs.
type Options struct {
	Store   Store
	Audit   household.Auditor
	Formats []importers.Format
	Dir     string // the spool is made below it
	Limit   int64  // bytes; 0: DefaultLimit
	Log     *slog.Logger
}

// Jobs implements household.Imports.
type Jobs struct {
	o     Options
	spool string
	ctx   context.Context // of the jobs: they outlive the request that started them
	stop  context.CancelFunc
	wg    sync.WaitGroup

	mu    sync.Mutex
	files map[string]*file
	jobs  map[string]*job
	lanes map[string]chan struct{} // by family; full while one runs

	looks chan struct{} // full while as many files are inspected as may be
}

var _ household.Imports = (*Jobs)(nil)

// Open makes the spool directory. Close stops the jobs and removes it.
func Open(o Options) (*Jobs, error) {
	if o.Limit <= 0 {
		o.Limit = DefaultLimit
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	root := filepath.Join(o.Dir, "uploads")
	spool, err := makeSpool(root)
	if err != nil {
		return nil, household.Errorf(household.Unavailable, "importjobs.Open", "the directory for uploads cannot be made: %w", err).
			WithHint("check that %s can be written to, or name another directory with --data", root)
	}
	j := &Jobs{o: o, spool: spool, files: map[string]*file{}, jobs: map[string]*job{}, lanes: map[string]chan struct{}{}, looks: make(chan struct{}, maxLooks)}
	j.ctx, j.stop = context.WithCancel(context.Background())
	j.wg.Go(func() { j.sweepNowAndThen(root) })
	return j, nil
}

func makeSpool(root string) (string, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return "", err
	}
	return os.MkdirTemp(root, "serve-*") // mode 0700
}

// Close stops the jobs, which rolls them back, and removes the spool.
func (j *Jobs) Close() {
	j.stop()
	j.wg.Wait()
	_ = os.RemoveAll(j.spool)
}

// Stop ends the jobs and whoever watches them, and does not wait.
func (j *Jobs) Stop() { j.stop() }

// Limit returns the size of the largest file, in bytes.
func (j *Jobs) Limit() int64 { return j.o.Limit }

// sweepNowAndThen removes what is older than keepFor, and what a server that
// was killed left behind.
func (j *Jobs) sweepNowAndThen(root string) {
	tick := time.NewTicker(sweepTime)
	defer tick.Stop()
	for {
		j.sweepLeft(root)
		j.sweep(time.Now().Add(-keepFor))
		select {
		case <-tick.C:
		case <-j.ctx.Done():
			return
		}
	}
}

func (j *Jobs) sweepLeft(root string) {
	list, _ := os.ReadDir(root)
	for _, e := range list {
		path := filepath.Join(root, e.Name())
		info, err := e.Info()
		if err == nil && path != j.spool && time.Since(info.ModTime()) > keepFor {
			_ = os.RemoveAll(path)
		}
	}
	// So that another server does not take this one's for left behind.
	now := time.Now()
	_ = os.Chtimes(j.spool, now, now)
}

// sweep forgets the files and jobs from before the time. Files that a job
// still needs stay.
func (j *Jobs) sweep(before time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for id, x := range j.jobs {
		if x.public.Ended() && x.started.Before(before) {
			delete(j.jobs, id)
			_ = os.RemoveAll(x.dir)
		}
	}
	for id, f := range j.files {
		if f.uses == 0 && f.at.Before(before) {
			delete(j.files, id)
			_ = os.RemoveAll(f.dir)
		}
	}
}

// newID is not to be guessed.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
