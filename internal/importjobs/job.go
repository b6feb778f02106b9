package importjobs

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hearthmap/household"
	"hearthmap/importers"
)

// job is an import that was asked for. Its public part is guarded by Jobs.mu.
type job struct {
	public  household.ImportJob
	who     household.Principal
	file    *file
	options importers.Options
	dir     string // of its rejects
	cancel  context.CancelFunc
	changed chan struct{} // closed at the next change
	started time.Time
}

// family names the kinds that wait for each other: they write the same tables.
func family(kind importers.Kind) string {
	switch kind {
	case importers.Units, importers.Residents:
		return "homes"
	case importers.Facilities:
		return "facilities"
	}
	return "places"
}

// Start begins or queues an import.
func (j *Jobs) Start(_ context.Context, p household.Principal, r household.ImportRequest) (household.ImportJob, error) {
	const op = "importjobs.Start"
	none := household.ImportJob{}
	f, err := j.fileOf(p, r.File)
	if err != nil {
		return none, err
	}
	kind := importers.Kind(r.Kind)
	if !slices.Contains(importers.Kinds, kind) {
		return none, household.Errorf(household.Invalid, op, "there is no kind of import %q", r.Kind).WithHint("choose what the file holds")
	}
	if j.ctx.Err() != nil {
		return none, household.Errorf(household.Unavailable, op, "the server is stopping").WithHint("try again in a minute")
	}
	x := &job{who: p, file: f, changed: make(chan struct{}), started: time.Now()}
	x.public = household.ImportJob{
		ID: newID(), Version: 1, Kind: r.Kind, File: f.public.Name, DryRun: r.DryRun, State: household.ImportQueued,
		Progress: household.ImportProgress{Stage: "wait", Total: f.public.Size}, Request: r, StartedAt: x.started,
	}
	x.dir = filepath.Join(j.spool, "job-"+x.public.ID)
	if err := os.Mkdir(x.dir, 0o700); err != nil {
		return none, cannotStore(err)
	}
	x.options = importers.Options{
		File: f.path, Kind: kind, Formats: j.o.Formats, CRS: r.CRS, Encoding: r.Encoding, Layer: r.Layer, HeaderRow: r.HeaderRow, Mapping: mappingOf(kind, r.Mapping),
		Mode: importers.Mode(r.Mode), DryRun: r.DryRun, SourceName: r.Source, Account: p.Name,
		RejectsPath: filepath.Join(x.dir, f.public.Name+".rejects.csv"),
	}
	ctx, cancel := context.WithCancel(j.ctx)
	x.cancel = cancel
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.jobs) >= maxJobs {
		cancel()
		_ = os.RemoveAll(x.dir)
		return none, household.Errorf(household.Conflict, op, "too many imports are remembered").WithHint("try again in an hour, or restart the service")
	}
	lane := j.lanes[family(kind)]
	if lane == nil {
		lane = make(chan struct{}, 1)
		j.lanes[family(kind)] = lane
	}
	f.uses++
	j.jobs[x.public.ID] = x
	j.wg.Go(func() { j.run(ctx, x, lane) })
	return x.public, nil
}

// mappingOf is nil when nothing is mapped.
func mappingOf(kind importers.Kind, columns map[string]string) *importers.Mapping {
	if len(columns) == 0 {
		return nil
	}
	text, _ := json.Marshal(columns) // texts always marshal
	return &importers.Mapping{Kind: kind, Columns: columns, Name: "web", SHA256: sha256.Sum256(text)}
}

// run waits for the lane and imports.
func (j *Jobs) run(ctx context.Context, x *job, lane chan struct{}) {
	defer x.cancel()
	var report importers.Report
	var err error
	select {
	case lane <- struct{}{}:
		j.change(x, func() { x.public.State, x.public.Progress.Stage = household.ImportRunning, string(importers.StageRead) })
		o, began := x.options, time.Now()
		o.Progress = func(p importers.Progress) {
			j.change(x, func() {
				x.public.Progress = household.ImportProgress{Stage: string(p.Stage), Read: min(p.Read, p.Total), Total: p.Total, Rows: p.Rows, Seconds: math.Round(time.Since(began).Seconds()*1000) / 1000}
			})
		}
		if err = ctx.Err(); err == nil {
			report, err = j.load(ctx, o)
		}
		<-lane
	case <-ctx.Done():
		err = ctx.Err()
	}
	j.end(ctx, x, report, err)
}

// load imports; a panic ends the job and not the server.
func (j *Jobs) load(ctx context.Context, o importers.Options) (report importers.Report, err error) {
	defer func() {
		if v := recover(); v != nil {
			j.o.Log.Error("an import panicked", "kind", o.Kind, "panic", v)
			err = household.Errorf(household.Internal, "importjobs", "panic")
		}
	}()
	return importers.Run(ctx, o, j.o.Store)
}

// end records the outcome, in the audit trail before anyone is told.
func (j *Jobs) end(ctx context.Context, x *job, report importers.Report, err error) {
	state := household.ImportDone
	switch {
	case err != nil && ctx.Err() != nil:
		state = household.ImportCancelled
	case err != nil:
		state = household.ImportFailed
	}
	action := "import"
	if x.public.DryRun {
		action = "import_dry_run"
	}
	note := j.o.Audit.Record(context.WithoutCancel(ctx), household.AuditEntry{
		Account: x.who.Name, Role: x.who.Role, Action: action, Subject: "job " + x.public.ID + " " + x.public.Kind, Result: state,
	})
	if note != nil {
		j.o.Log.Error("the audit trail could not be written", "action", action, "error", note)
	}
	_, statErr := os.Stat(x.options.RejectsPath)
	j.change(x, func() {
		x.public.State = state
		x.public.Rejects = statErr == nil && state != household.ImportCancelled
		if err == nil {
			x.public.Report = reportOf(report)
		} else if state == household.ImportFailed {
			x.public.Problem = j.failureOf(x, err)
		}
		x.file.uses--
		// A file that was loaded is not needed any more.
		if state == household.ImportDone && !x.public.DryRun && x.file.uses == 0 {
			delete(j.files, x.file.public.ID)
			_ = os.RemoveAll(x.file.dir)
		}
	})
}

// failureOf puts the error into words for the page, which knows no paths of
// the server.
func (j *Jobs) failureOf(x *job, err error) *household.ImportFailure {
	f := &household.ImportFailure{Code: household.CodeOf(err)}
	var known *household.Error
	if f.Code == household.Internal || !errors.As(err, &known) {
		j.o.Log.Error("an import failed", "kind", x.public.Kind, "error", err)
		f.Code, f.Detail, f.Hint = household.Internal, "something went wrong here; it has been logged", "try again; nothing was changed"
		return f
	}
	words := strings.NewReplacer(x.options.RejectsPath, "the file of rejected rows", x.options.File, x.public.File)
	f.Detail, f.Hint = words.Replace(known.Message), words.Replace(known.Hint)
	return f
}

func reportOf(r importers.Report) *household.ImportReport {
	out := &household.ImportReport{
		Batch: r.Batch, Read: r.Read, Created: r.Created, Updated: r.Updated, Unchanged: r.Unchanged, Rejected: r.Rejected,
		Seconds: math.Round(r.Elapsed.Seconds()*1000) / 1000, Notes: slices.Clone(r.Notes), Codes: map[string]int64{},
	}
	if out.Notes == nil {
		out.Notes = []string{}
	}
	out.NotesZh = inChinese(out.Notes)
	for c, n := range r.Codes {
		out.Codes[string(c)] = n
	}
	return out
}

// change alters the job and wakes those who watch it.
func (j *Jobs) change(x *job, alter func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	alter()
	x.public.Version++
	close(x.changed)
	x.changed = make(chan struct{})
}

func (j *Jobs) jobOf(p household.Principal, id string) (*job, error) {
	x, ok := j.jobs[id]
	if !ok || !p.Role.Valid() {
		return nil, household.Errorf(household.NotFound, "importjobs", "this job is not known here").
			WithHint("jobs are forgotten when the server starts anew; the history shows what was imported")
	}
	return x, nil
}

// Job returns the job as it is now. Every administrator may look at it.
func (j *Jobs) Job(p household.Principal, id string) (household.ImportJob, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	x, err := j.jobOf(p, id)
	if err != nil {
		return household.ImportJob{}, err
	}
	return x.public, nil
}

// Jobs lists the account's own jobs.
func (j *Jobs) Jobs(p household.Principal) []household.ImportJob {
	j.mu.Lock()
	defer j.mu.Unlock()
	list := []household.ImportJob{}
	for _, x := range j.jobs {
		if x.who.AccountID == p.AccountID {
			list = append(list, x.public)
		}
	}
	slices.SortFunc(list, func(a, b household.ImportJob) int {
		return cmp.Or(b.StartedAt.Compare(a.StartedAt), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// Watch waits for the job to change.
func (j *Jobs) Watch(ctx context.Context, p household.Principal, id string, version int64) (household.ImportJob, error) {
	for {
		j.mu.Lock()
		x, err := j.jobOf(p, id)
		if err != nil {
			j.mu.Unlock()
			return household.ImportJob{}, err
		}
		now, changed := x.public, x.changed
		j.mu.Unlock()
		if now.Version > version || now.Ended() {
			return now, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return now, ctx.Err()
		case <-j.ctx.Done():
			return now, context.Canceled
		}
	}
}

// Cancel stops the job.
func (j *Jobs) Cancel(p household.Principal, id string) (household.ImportJob, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	x, err := j.jobOf(p, id)
	if err != nil {
		return household.ImportJob{}, err
	}
	x.cancel()
	return x.public, nil
}

// Rejects opens the file of rejected rows. They may hold personal data, so
// only the account that handed them in gets them back.
func (j *Jobs) Rejects(p household.Principal, id string) (household.ImportRejects, error) {
	const op = "importjobs.Rejects"
	j.mu.Lock()
	defer j.mu.Unlock()
	x, err := j.jobOf(p, id)
	if err != nil {
		return household.ImportRejects{}, err
	}
	if x.who.AccountID != p.AccountID {
		return household.ImportRejects{}, household.Errorf(household.Forbidden, op, "another account ran this import").
			WithHint("only that account may have its rejected rows")
	}
	if !x.public.Rejects {
		return household.ImportRejects{}, household.Errorf(household.NotFound, op, "no rows were rejected").WithHint("there is nothing to mend")
	}
	f, err := os.Open(x.options.RejectsPath)
	if err != nil {
		return household.ImportRejects{}, household.Errorf(household.Internal, op, "the rejects cannot be read: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return household.ImportRejects{}, household.Errorf(household.Internal, op, "the rejects cannot be read: %w", err)
	}
	return household.ImportRejects{Name: filepath.Base(x.options.RejectsPath), Size: info.Size(), ReadCloser: f}, nil
}

// History lists the batches.
func (j *Jobs) History(ctx context.Context) ([]household.ImportBatch, error) {
	list, err := j.o.Store.Batches(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]household.ImportBatch, len(list))
	for i, b := range list {
		out[i] = household.ImportBatch{
			Batch: b.ID, Kind: string(b.Kind), File: b.FileName, Source: b.Source, Mode: string(b.Mode), Account: b.Account,
			StartedAt: b.StartedAt, FinishedAt: b.FinishedAt, Read: b.Read, Created: b.Created, Updated: b.Updated,
			Unchanged: b.Unchanged, Rejected: b.Rejected, SHA256: b.SHA256, Options: b.Options, UndoneAt: b.UndoneAt, Undoes: b.Undoes, Doubtful: b.Doubtful,
		}
	}
	return out, nil
}

// Undo takes a batch back, or plans it. Once begun it goes on when the asker
// leaves.
func (j *Jobs) Undo(ctx context.Context, p household.Principal, batch int64, plan bool) (household.ImportUndo, error) {
	var r importers.UndoResult
	var err error
	if plan {
		r, err = j.o.Store.PlanUndo(ctx, batch)
	} else {
		r, err = j.o.Store.Undo(context.WithoutCancel(ctx), batch, p.Name)
	}
	if err != nil {
		return household.ImportUndo{}, err
	}
	out := household.ImportUndo{
		Batch: r.Batch, Undo: r.Undo, Kind: string(r.Kind), File: r.FileName, Reversed: maps.Clone(r.Reversed), Kept: maps.Clone(r.Kept),
		Failed: maps.Clone(r.Failed), Reasons: []household.ImportUndoReason{}, Later: append([]int64{}, r.Later...),
	}
	for _, x := range r.Reasons {
		out.Reasons = append(out.Reasons, household.ImportUndoReason{
			Table: x.Table, Failed: x.Failed, Reason: x.Reason, Rows: x.Rows, Codes: append([]string{}, x.Codes...),
		})
	}
	return out, nil
}
