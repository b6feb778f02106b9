package reportjobs

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/internal/jobs"
	"hearthmap/reports"
)

const (
	// KeepFor is how long the files of a job are kept after its start.
	KeepFor   = 24 * time.Hour
	sweepTime = time.Hour
	// maxWaiting is how many jobs of one account may wait or run, maxJobs how
	// many of all accounts are remembered.
	maxWaiting, maxJobs = 3, 200
	// maxBytes bounds the files of one job.
	maxBytes = 4 << 30
)

// Options are what Jobs need.
type Options struct {
	Coverage *coverage.Live
	Dir      string // the spool is made below it
	Chromium string // as reports.Options
	Log      *slog.Logger
}

// Jobs implements household.Reports.
type Jobs struct {
	o     Options
	spool string
	board *jobs.Board[household.ReportJob]
	lane  chan struct{} // full while a job works: each takes all processors
	swept chan struct{}
}

var _ household.Reports = (*Jobs)(nil)

// Open makes the spool directory. Close stops the jobs and removes it.
func Open(o Options) (*Jobs, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	root := filepath.Join(o.Dir, "reports")
	j := &Jobs{o: o, board: jobs.New[household.ReportJob](), lane: make(chan struct{}, 1), swept: make(chan struct{})}
	err := os.MkdirAll(root, 0o700)
	if err == nil {
		j.spool, err = os.MkdirTemp(root, "serve-*") // mode 0700
	}
	if err != nil {
		return nil, household.Errorf(household.Unavailable, "reportjobs.Open", "the directory for reports cannot be made: %w", err).
			WithHint("check that %s can be written to, or name another directory with --data", root)
	}
	go j.sweepNowAndThen(root)
	return j, nil
}

// Stop ends the jobs and whoever watches them, and does not wait.
func (j *Jobs) Stop() { j.board.Stop() }

// Close stops the jobs and removes their files.
func (j *Jobs) Close() {
	j.board.Close()
	<-j.swept
	_ = os.RemoveAll(j.spool)
}

// sweepNowAndThen removes what is older than KeepFor, and what a server that
// was killed left behind.
func (j *Jobs) sweepNowAndThen(root string) {
	defer close(j.swept)
	tick := time.NewTicker(sweepTime)
	defer tick.Stop()
	for {
		j.sweep(time.Now().Add(-KeepFor))
		list, _ := os.ReadDir(root)
		for _, e := range list {
			path := filepath.Join(root, e.Name())
			if info, err := e.Info(); err == nil && path != j.spool && time.Since(info.ModTime()) > KeepFor {
				_ = os.RemoveAll(path)
			}
		}
		// So that another server does not take this one's for left behind.
		now := time.Now()
		_ = os.Chtimes(j.spool, now, now)
		select {
		case <-tick.C:
		case <-j.board.Context().Done():
			return
		}
	}
}

func (j *Jobs) sweep(before time.Time) {
	for _, id := range j.board.Forget(before) {
		_ = os.RemoveAll(j.dir(id))
	}
}

func (j *Jobs) dir(id string) string { return filepath.Join(j.spool, id) }

// Start begins or queues a batch. The city is the one of now, even when the
// job has to wait.
func (j *Jobs) Start(_ context.Context, p household.Principal, r household.ReportRequest) (household.ReportJob, error) {
	const op = "reportjobs.Start"
	none := household.ReportJob{}
	b, err := j.batch(r)
	if err != nil {
		return none, err
	}
	e := j.o.Coverage.Engine()
	plan, err := b.Plan(e)
	if err != nil {
		return none, err
	}
	if j.board.Context().Err() != nil {
		return none, household.Errorf(household.Unavailable, op, "the server is stopping").WithHint("try again in a minute")
	}
	allow := func(each func(func(int64, household.ReportJob))) error {
		all, waiting := 0, 0
		each(func(owner int64, x household.ReportJob) {
			all++
			if owner == p.AccountID && !x.Ended() {
				waiting++
			}
		})
		if waiting >= maxWaiting || all >= maxJobs {
			return household.Errorf(household.Conflict, op, "too many reports are under way").
				WithHint("wait for one to end, or cancel it")
		}
		return nil
	}
	return j.board.Start(p.AccountID, allow, func(id string) household.ReportJob {
		return household.ReportJob{
			ID: id, Version: 1, State: household.ImportQueued, Request: r, Total: len(plan), Started: time.Now().UTC().Truncate(time.Second), Files: []household.ReportFile{},
		}
	}, func(ctx context.Context, x *jobs.Job[household.ReportJob]) { j.run(ctx, x, b, e) })
}

// batch is what is asked for.
func (j *Jobs) batch(r household.ReportRequest) (*reports.Batch, error) {
	b, err := reports.NewBatch(r, j.o.Coverage.Standards())
	if err != nil {
		return nil, err
	}
	b.Options.Chromium = j.o.Chromium
	return b, nil
}

func change(x *jobs.Job[household.ReportJob], alter func(*household.ReportJob)) {
	x.Change(func(s *household.ReportJob) {
		alter(s)
		s.Version++
	})
}

// run waits for its turn and makes the reports.
func (j *Jobs) run(ctx context.Context, x *jobs.Job[household.ReportJob], b *reports.Batch, e *coverage.Engine) {
	var m *reports.Manifest
	var err error
	select {
	case j.lane <- struct{}{}:
		if err = ctx.Err(); err == nil {
			m, err = j.make(ctx, x, b, e)
		}
		<-j.lane
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		_ = os.RemoveAll(j.dir(x.ID)) // half a batch is none
	}
	change(x, func(s *household.ReportJob) {
		s.Now = ""
		switch {
		case err == nil:
			s.State, s.InputHash, s.Files = household.ImportDone, m.InputSHA256, filesOf(m)
			until := s.Started.Add(KeepFor)
			s.Expires = &until
		case ctx.Err() != nil:
			s.State = household.ImportCancelled
		default:
			s.State, s.Problem = household.ImportFailed, j.failureOf(err)
		}
	})
}

func filesOf(m *reports.Manifest) []household.ReportFile {
	out := make([]household.ReportFile, len(m.Files))
	for i, f := range m.Files {
		out[i] = household.ReportFile{
			Name: f.Name, Standard: f.Standard, Area: f.Area, Level: string(f.Level), Format: string(f.Format), Bytes: f.Bytes, SHA256: f.SHA256,
		}
	}
	return out
}

// make makes the reports; a panic ends the job and not the server.
func (j *Jobs) make(ctx context.Context, x *jobs.Job[household.ReportJob], b *reports.Batch, e *coverage.Engine) (m *reports.Manifest, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = household.Errorf(household.Internal, "reportjobs", "a report panicked: %v", v)
		}
	}()
	if err := os.Mkdir(j.dir(x.ID), 0o700); err != nil {
		return nil, household.Errorf(household.Internal, "reportjobs", "the reports cannot be stored: %w", err)
	}
	change(x, func(s *household.ReportJob) { s.State = household.ImportRunning })
	return b.Run(ctx, e, limited(reports.SaveTo(j.dir(x.ID)), maxBytes), func(p reports.Step) {
		change(x, func(s *household.ReportJob) { s.Done, s.Total, s.Now = p.Done, p.Total, p.Now })
	})
}

// failureOf puts the error into words for the page, which knows no paths of
// the server.
func (j *Jobs) failureOf(err error) *household.ImportFailure {
	f := &household.ImportFailure{Code: household.CodeOf(err)}
	var known *household.Error
	if f.Code == household.Internal || f.Code == household.Unavailable || !errors.As(err, &known) {
		j.o.Log.Error("a batch of reports failed", "error", err)
		f.Detail, f.Hint = "something went wrong here; it has been logged", "try again, with fewer reports or without PDF"
		return f
	}
	f.Detail, f.Hint = known.Message, known.Hint
	return f
}
