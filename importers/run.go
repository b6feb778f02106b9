package importers

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"hearthmap/household"
)

// Options say what to import and how.
type Options struct {
	File string
	Kind Kind
	// Formats are the formats a file may have; see package formats.
	Formats []Format

	CRS      string // as crs.Parse reads it; empty is what the file says, else WGS 84
	Encoding string // as charset.Parse reads it; empty is auto
	// Layer is the sheet or layer to read, HeaderRow the row that names the
	// columns, as in FileOptions.
	Layer     string
	HeaderRow int
	// Mapping says how the file is to be read; nil: as its header says. CRS,
	// Encoding, Layer and HeaderRow, when given, go before the mapping's.
	Mapping *Mapping
	// Categories are a city's own categories of facilities and words for them.
	Categories []household.CategoryInfo
	Mode       Mode // empty is Upsert
	DryRun     bool // compare and report, then leave everything as it was

	SourceName string // the department or system the file came from
	Account    string // who imports
	// RejectsPath is where the rejects file goes; empty: <file>.rejects.csv
	// in the working directory, or beside the file when that cannot be
	// written to.
	RejectsPath string
	// Lang is the language of the rejects file's reasons, "en" or "zh"; empty:
	// that of the columns' names.
	Lang string
	// Progress, if any, is called some ten times a second from a goroutine of
	// its own, and a last time before Run returns.
	Progress func(Progress)
}

// Progress is how far an import is.
type Progress struct {
	Stage       Stage
	Read, Total int64 // bytes
	Rows        int64
	Elapsed     time.Duration
}

// Stage is a part of an import.
type Stage string

// The stages, in their order.
const (
	StageRead   Stage = "read"   // reading, checking, copying to the database
	StageMerge  Stage = "merge"  // comparing and merging
	StageFinish Stage = "finish" // writing rejects, committing
)

const (
	stageItems = 8192
	stageBytes = 16 << 20
)

// MaxRejects bounds the rejects of a file that are kept one by one; more are
// counted.
const MaxRejects = 500_000

// run is one import under way.
type run struct {
	o       Options
	file    FileOptions
	format  Format
	source  Source
	reader  Reader
	report  Report
	rejects []Reject
	sheets  []string     // of a workbook, in order of appearance
	homes   *homes       // nil: addresses are not matched
	stage   atomic.Value // Stage
	started time.Time
}

// Run imports one file into the store: everything in one transaction, or, on
// an error, nothing. Rejected rows are no error; the report counts them and
// names the file they were written to.
//
// Errors that a user can mend are *household.Error with a hint.
func Run(ctx context.Context, o Options, store Store) (Report, error) {
	r := &run{o: o, started: time.Now()}
	r.report = Report{Kind: o.Kind, File: filepath.Base(o.File), DryRun: o.DryRun, Codes: map[RejectCode]int64{}}
	r.stage.Store(StageRead)
	if err := r.open(ctx, store); err != nil {
		return r.report, err
	}
	defer r.source.Close()
	stop := r.watch()
	defer stop()
	err := r.load(ctx, store)
	r.report.Elapsed = time.Since(r.started)
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = household.Errorf(household.Unavailable, "importers.Run", "the import was stopped; nothing was changed: %w", err)
	}
	return r.report, err
}

// open checks the options and opens the file.
func (r *run) open(ctx context.Context, store Store) error {
	const op = "importers.Run"
	switch r.o.Mode {
	case "":
		r.o.Mode = Upsert
	case Upsert, Insert, Replace:
	default:
		return household.Errorf(household.Invalid, op, "unknown mode %q", r.o.Mode).WithHint("use upsert, insert or replace")
	}
	ev, _ := store.(Evidence)
	ground, city, err := cityGround(ctx, ev, r.o.Kind)
	if err != nil {
		return err
	}
	r.file, err = r.o.fileOptions()
	r.file.Categories = r.o.Categories
	if err != nil {
		return err
	}
	if r.format, err = chooseFormat(r.o.File, r.o.Kind, r.o.Formats); err != nil {
		return err
	}
	m, err := r.o.Mapping.apply(r.o.Kind)
	if err != nil {
		return err
	}
	r.file.Fit = fitOf(r.o.Kind, m)
	if row := headerBelow(r.format, r.o.File, &r.file); row > 0 {
		r.report.Notes = append(r.report.Notes, fmt.Sprintf("the columns are named in row %d; what stands above it was passed over", row))
	}
	r.source, r.reader, err = openSource(r.o.File, r.o.Kind, r.format, r.file, r.o.Mapping, ground)
	if err != nil {
		return err
	}
	r.file.CRS = crsOf(r.reader, r.file)
	if err := r.carry(); err != nil {
		r.source.Close()
		return err
	}
	if t, ok := r.reader.(TextReader); ok { // what auto turned out to be
		r.file.Encoding = t.Text().Encoding
	}
	if err := r.judgePlaces(ctx, ev, city); err != nil {
		r.source.Close()
		return err
	}
	return nil
}

// carry takes the reference system that a rejects file carries.
func (r *run) carry() error {
	c, ok, err := carriedCRS(r.format, r.o.File, r.file, r.reader)
	if err != nil || !ok {
		return err
	}
	t := r.source.(*tabular) // of every Reader
	t.judge.crs, t.judge.carried = c, c.String()
	r.file.CRS, r.file.CRSGiven = c, true
	return nil
}

// load does the work between Begin and Commit.
func (r *run) load(ctx context.Context, store Store) (err error) {
	if r.report.SHA256, err = hashFile(ctx, r.format, r.o.File); err != nil {
		return err
	}
	load, err := store.Begin(ctx, Batch{
		Kind: r.o.Kind, FileName: r.report.File, SHA256: r.report.SHA256, Source: r.o.SourceName,
		Mode: r.o.Mode, Account: r.o.Account, Options: r.options(),
	})
	if err != nil {
		return err
	}
	defer func() {
		if undo := load.Rollback(context.WithoutCancel(ctx)); undo != nil && err == nil && r.o.DryRun {
			err = undo
		}
	}()
	r.matchHomes(ctx, store)
	if err := r.stageAll(ctx, load); err != nil {
		return err
	}
	if err := r.noteHomes(); err != nil {
		return err
	}
	r.stage.Store(StageMerge)
	if r.o.Mode == Replace && len(r.rejects) > 0 {
		return r.refuse(ctx)
	}
	merged, err := load.Merge(ctx)
	for i := range merged.Rejects {
		x := &merged.Rejects[i]
		sheet, row := SplitRow(x.Row)
		x.Row = row
		if sheet < len(r.sheets) {
			x.Sheet = r.sheets[sheet]
		}
		r.addReject(x)
	}
	for code, n := range merged.More {
		r.report.Codes[code] += n
		r.report.Rejected += n // beyond the list; countRejected adds the rest
	}
	if r.o.Mode == Replace && len(r.rejects) > 0 && (err == nil || household.CodeOf(err) == household.Conflict) {
		return r.refuse(ctx)
	}
	if err != nil {
		return err
	}
	r.report.addTables(merged.Tables)
	r.sortRejects()
	r.countRejected()
	r.stage.Store(StageFinish)
	return r.finish(ctx, load)
}

// refuse ends an import that would replace what is there by a file with
// rejected rows: what these describe would be ended, though it was handed
// over. The rejects file is written, so that they can be mended.
func (r *run) refuse(ctx context.Context) error {
	r.sortRejects()
	r.countRejected()
	file, err := r.writeRejects(ctx)
	if err != nil {
		return err
	}
	if r.report.RejectsFile, err = file.keep(); err != nil {
		file.discard()
		return household.Errorf(household.Internal, "importers.Run", "rejects file: %w", err).
			WithHint("name another place with --rejects and import the file again")
	}
	return household.Errorf(household.Conflict, "importers.Run",
		"mode replace ends what the file lacks, but %d of its %d rows cannot be used; nothing was changed", r.report.Rejected, r.report.Read).
		WithHint("see %s for the reasons and mend these rows in the file itself, or import it with --mode upsert", r.report.RejectsFile)
}

func (r *run) options() map[string]string {
	o := map[string]string{"format": r.format.Name, "crs": r.file.CRS.String()}
	if _, ok := r.reader.(TextReader); ok {
		o["encoding"] = r.file.Encoding
	}
	if r.file.Layer != "" {
		o["layer"] = r.file.Layer
	}
	if r.file.HeaderRow > 0 {
		o["header_row"] = strconv.Itoa(r.file.HeaderRow)
	}
	r.o.Mapping.history(o)
	return o
}

// finish writes the rejects file and commits. The file gets its name only
// after the commit, so that no rejects are left of an import that failed.
func (r *run) finish(ctx context.Context, load Load) error {
	file, err := r.writeRejects(ctx)
	if err != nil {
		return err
	}
	if file != nil {
		defer file.discard()
	}
	if !r.o.DryRun {
		if err := r.keepReviews(ctx, load); err != nil {
			return err
		}
		if r.report.Batch, err = load.Commit(ctx, r.report.Counts, r.rejects); err != nil {
			return err
		}
	}
	if file == nil {
		return nil
	}
	if r.report.RejectsFile, err = file.keep(); err != nil {
		r.report.Notes = append(r.report.Notes, "the rejects file could not be given its name; the import itself is complete")
		return household.Errorf(household.Internal, "importers.Run", "rejects file: %w", err).
			WithHint("name another place with --rejects and import the file again")
	}
	return nil
}

// stageAll reads the file in a goroutine and copies it to the database in
// this one.
func (r *run) stageAll(ctx context.Context, load Load) error {
	ctx, cancel := context.WithCancel(ctx)
	batches := make(chan []Item, 2)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	var readErr error // set before batches is closed
	wg.Go(func() {
		defer close(batches)
		b := batcher{ctx: ctx, out: batches}
		if readErr = r.source.Each(ctx, b.add); readErr == nil {
			readErr = b.flush()
		}
	})
	for items := range batches {
		for i := range items {
			if items[i].Reject != nil {
				r.addReject(items[i].Reject)
			}
			items[i].Row = RowKey(r.sheet(items[i].Sheet), items[i].Row)
		}
		if err := load.Stage(ctx, items); err != nil {
			return err
		}
	}
	if readErr != nil {
		return readErr
	}
	r.report.Read = r.source.Records()
	r.report.Notes = append(r.report.Notes, r.source.Notes()...)
	if r.report.Read == 0 {
		r.report.Notes = append(r.report.Notes, "the file holds no rows")
	}
	return nil
}

// batcher gathers items for Stage.
type batcher struct {
	ctx   context.Context
	out   chan<- []Item
	items []Item
	bytes int
}

func (b *batcher) add(item Item) error {
	if b.items == nil {
		b.items = make([]Item, 0, stageItems)
	}
	b.items = append(b.items, item)
	b.bytes += entityWeight(item.Entity)
	if len(b.items) == stageItems || b.bytes >= stageBytes {
		return b.flush()
	}
	return nil
}

func (b *batcher) flush() error {
	if len(b.items) == 0 {
		return nil
	}
	select {
	case b.out <- b.items:
		b.items, b.bytes = nil, 0
		return nil
	case <-b.ctx.Done():
		return b.ctx.Err()
	}
}

func entityWeight(e Entity) int {
	switch e := e.(type) {
	case household.Area:
		return weight(e.Geom)
	case household.Compound:
		return weight(e.Geom)
	case household.Land:
		return weight(e.Geom)
	case household.Barrier:
		return weight(e.Geom)
	case household.Street:
		return weight(e.Geom)
	case household.Building:
		return weight(e.Geom)
	}
	return 200
}

func (r *run) addReject(x *Reject) {
	r.report.Codes[x.Code]++
	if len(r.rejects) < MaxRejects {
		r.rejects = append(r.rejects, *x)
	} else if len(r.rejects) == MaxRejects {
		r.report.Rejected++ // beyond the list; countRejected adds the rest
	}
}

// countRejected sets Rejected to the number of rejected records. The rejects
// are sorted.
func (r *run) countRejected() {
	over := r.report.Rejected
	rows := int64(0)
	for i := range r.rejects {
		if i == 0 || r.rejects[i].Row != r.rejects[i-1].Row || r.rejects[i].Sheet != r.rejects[i-1].Sheet {
			rows++
		}
	}
	r.report.Rejected = rows + over
	if over > 0 {
		r.report.Notes = append(r.report.Notes,
			"only the first "+strconv.Itoa(MaxRejects)+" rejects are listed; the file is probably read with the wrong options")
	}
}

// watch reports progress until the returned function is called.
func (r *run) watch() (stop func()) {
	if r.o.Progress == nil {
		return func() {}
	}
	quit := make(chan struct{})
	var wg sync.WaitGroup
	tell := func() {
		read, total := r.source.Progress()
		r.o.Progress(Progress{
			Stage: r.stage.Load().(Stage), Read: read, Total: total, Rows: r.source.Records(), Elapsed: time.Since(r.started),
		})
	}
	wg.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				tell()
			case <-quit:
				tell()
				return
			}
		}
	})
	return func() {
		close(quit)
		wg.Wait()
	}
}
