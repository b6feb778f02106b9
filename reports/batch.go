package reports

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// MostReports is how many files one batch may make.
const MostReports = 2000

// ManifestName is the file that lists the others of a batch.
const ManifestName = "manifest.json"

// Batch says which reports to make of one city: one for each standard, area
// and level, in each format. The zero value of a field but Standards and
// Levels is the usual.
type Batch struct {
	Standards []*coverage.Standard
	Levels    []household.AreaLevel
	// Each makes a report for each area of this level besides; empty: the
	// whole city, or Areas.
	Each     household.AreaLevel
	Areas    []string // codes; empty: the whole city
	Formats  []Format // empty: XLSX
	Method   coverage.Method
	Profile  coverage.Profile
	Measures []string // as Coverage.Measure takes them
	Targets  []string
	Options  Options
}

// Planned is a file that a batch is to make.
type Planned struct {
	Name     string              `json:"name"`
	Standard string              `json:"standard"`
	Area     string              `json:"area,omitempty" doc:"code; empty: the whole city"`
	Level    household.AreaLevel `json:"level"`
	Format   Format              `json:"format"`
}

// Made is a file of a batch.
type Made struct {
	Planned
	Bytes       int64  `json:"bytes"`
	SHA256      string `json:"sha256" doc:"of the file"`
	InputSHA256 string `json:"input_sha256" doc:"of what it was computed from"`
}

// Manifest lists the files of a batch in their order.
type Manifest struct {
	City        string           `json:"city"`
	InputSHA256 string           `json:"input_sha256" doc:"of the city"`
	Method      coverage.Method  `json:"method"`
	Profile     coverage.Profile `json:"profile"`
	Files       []Made           `json:"files"`
}

// Plan lists the files in the order in which they are made, and finds what is
// wrong with the batch before any work. Errors are Invalid, NotFound for an
// area, and Unavailable for a PDF that no browser could print.
func (b *Batch) Plan(e *coverage.Engine) ([]Planned, error) {
	const op = "reports.Batch"
	if len(b.Standards) == 0 || len(b.Levels) == 0 {
		return nil, household.Errorf(household.Invalid, op, "a batch needs a standard and a level").
			WithHint("name standards and levels, or all")
	}
	for _, v := range append(slices.Clone(b.Levels), b.Each) {
		if v != "" && !slices.Contains(batchLevels, v) {
			return nil, household.Errorf(household.Invalid, op, "there are no areas of level %q", v).
				WithHint("one of: city, district, street, community, grid, hex8, hex9, hex10")
		}
	}
	for _, m := range b.Measures {
		if m != "all" && !slices.Contains(Sections, m) {
			return nil, noSection(m)
		}
	}
	for _, t := range b.Targets {
		if _, err := coverage.ParseTarget(t); err != nil {
			return nil, err
		}
	}
	formats := b.formats()
	if slices.Contains(formats, PDF) {
		if _, err := FindChromium(b.Options.Chromium); err != nil {
			return nil, err
		}
	}
	areas, err := b.areas(e)
	if err != nil {
		return nil, err
	}
	var list []Planned
	named, taken := map[Planned]bool{}, map[string]bool{}
	for _, s := range b.Standards {
		for _, area := range areas {
			for _, level := range b.Levels {
				for _, f := range formats {
					p := Planned{Standard: s.ID, Area: area, Level: level, Format: f}
					if named[p] {
						continue // twice
					}
					named[p] = true
					p.Name = p.name()
					for n := 2; taken[strings.ToLower(p.Name)]; n++ { // codes that differ in what names cannot hold
						p.Name = strconv.Itoa(n) + "_" + (Planned{Standard: s.ID, Area: area, Level: level, Format: f}).name()
					}
					taken[strings.ToLower(p.Name)] = true
					if list = append(list, p); len(list) > MostReports {
						return nil, household.Errorf(household.Invalid, op, "the batch would make more than %d files", MostReports).
							WithHint("ask for fewer standards, areas, levels or formats at a time")
					}
				}
			}
		}
	}
	return list, nil
}

// batchLevels are the levels that a report can have.
var batchLevels = append(slices.Clone(household.AreaLevels), coverage.LevelHex8, coverage.LevelHex9, coverage.LevelHex10)

func (b *Batch) formats() []Format {
	if len(b.Formats) == 0 {
		return []Format{XLSX}
	}
	return b.Formats
}

// areas are the codes of the areas that reports are made for; empty is the
// city.
func (b *Batch) areas(e *coverage.Engine) ([]string, error) {
	data := e.Data()
	list := slices.Clone(b.Areas)
	for _, code := range list {
		found := false
		for i := range data.Areas {
			found = found || data.Areas[i].Code == code
		}
		if !found {
			return nil, household.Errorf(household.NotFound, "reports.Batch", "there is no area %q", code).
				WithHint("hearthmap coverage run --level district lists codes of areas")
		}
	}
	if b.Each != "" {
		var each []string
		for i := range data.Areas {
			if data.Areas[i].Level == b.Each {
				each = append(each, data.Areas[i].Code)
			}
		}
		if len(each) == 0 {
			return nil, household.Errorf(household.NotFound, "reports.Batch", "the city has no areas of level %q", b.Each).
				WithHint("choose another level for a report of its own for each area, or leave it out")
		}
		slices.Sort(each)
		list = append(list, each...)
	}
	if len(list) == 0 {
		list = []string{""}
	}
	return list, nil
}

// name is safe on every file system: codes come out of imported files.
func (p Planned) name() string {
	parts := []string{p.Standard}
	if p.Area != "" {
		parts = append(parts, p.Area)
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '-', r == '_', r == '.', r > 0x7f:
			return r
		}
		return '-'
	}, strings.Join(append(parts, string(p.Level)), "_"))
	return strings.TrimLeft(name, ".-") + "." + string(p.Format)
}

// Step is how far a batch is.
type Step struct {
	Done  int // files
	Total int
	Now   string // what is worked on: a standard while it is computed, then a file
}

// Sink takes the files of a batch. It is called from several goroutines.
type Sink func(name string, content []byte) error

// Run makes the reports and hands each to the sink once it is whole, and the
// manifest after the last. Standards are computed one after the other, each on
// all processors; files are written two at a time. The same city makes the
// same bytes. Errors are those of Plan, of Engine.Run and WriteCoverage, the
// sink's, or ctx's; what the sink has by then is whole, and without a
// manifest.
func (b *Batch) Run(ctx context.Context, e *coverage.Engine, sink Sink, progress func(Step)) (*Manifest, error) {
	plan, err := b.Plan(e)
	if err != nil {
		return nil, err
	}
	r := &batchRun{b: b, plan: plan, made: make([]Made, len(plan)), sink: sink, progress: progress}
	for from := 0; from < len(plan); {
		to := from
		for to < len(plan) && plan[to].Standard == plan[from].Standard {
			to++
		}
		if err := r.standard(ctx, e, from, to); err != nil {
			return nil, err
		}
		from = to
	}
	m := &Manifest{City: e.Data().City, InputSHA256: e.InputSHA256(), Method: r.method, Profile: r.profile, Files: r.made}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	return m, sink(ManifestName, append(text, '\n'))
}

// batchRun is a batch at work.
type batchRun struct {
	b        *Batch
	plan     []Planned
	made     []Made // parallel to plan
	sink     Sink
	progress func(Step)
	method   coverage.Method
	profile  coverage.Profile

	mu   sync.Mutex
	done int
}

func (r *batchRun) tell(now string, more int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done += more
	if r.progress != nil {
		r.progress(Step{Done: r.done, Total: len(r.plan), Now: now})
	}
}

// standard makes the files from … to of the plan, which are of one standard.
func (r *batchRun) standard(ctx context.Context, e *coverage.Engine, from, to int) error {
	id := r.plan[from].Standard
	r.tell(id, 0)
	i := slices.IndexFunc(r.b.Standards, func(s *coverage.Standard) bool { return s.ID == id })
	result, err := e.Run(ctx, coverage.Request{Standard: r.b.Standards[i], Method: r.b.Method, Profile: r.b.Profile})
	if err != nil {
		return err
	}
	r.method, r.profile = result.Method, result.Profile
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(min(2, runtime.GOMAXPROCS(0)))
	for from < to {
		first, next := from, from
		// The formats of one area and level share their totals.
		for next < to && r.plan[next].Area == r.plan[first].Area && r.plan[next].Level == r.plan[first].Level {
			next++
		}
		g.Go(func() error { return r.report(ctx, result, first, next) })
		from = next
	}
	return g.Wait()
}

func (r *batchRun) report(ctx context.Context, result *coverage.Result, from, to int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c, err := NewCoverage(result, r.plan[from].Level, r.plan[from].Area)
	if err != nil {
		return err
	}
	if len(r.b.Measures) > 0 {
		if err := c.Measure(ctx, r.b.Measures, "", r.b.Targets); err != nil {
			return err
		}
	}
	for i := from; i < to; i++ {
		p := r.plan[i]
		r.tell(p.Name, 0)
		var text bytes.Buffer
		if err := WriteCoverage(ctx, &text, p.Format, c, r.b.Options); err != nil {
			return err
		}
		sum := sha256.Sum256(text.Bytes())
		if err := r.sink(p.Name, text.Bytes()); err != nil {
			return err
		}
		r.made[i] = Made{Planned: p, Bytes: int64(text.Len()), SHA256: hex.EncodeToString(sum[:]), InputSHA256: c.InputSHA256}
		r.tell(p.Name, 1)
	}
	return nil
}

// SaveTo is a sink that writes into a directory, which must exist; each file
// appears whole or not at all.
func SaveTo(dir string) Sink {
	return func(name string, content []byte) error {
		return replaceFile(filepath.Join(dir, name), content)
	}
}

// NewBatch is the batch that is asked for, by standards that are known. That
// the city has its areas and levels is found when it runs. Errors are Invalid
// and NotFound for what the request names.
func NewBatch(r household.ReportRequest, known *coverage.Library) (*Batch, error) {
	b := &Batch{
		Areas: r.Areas, Each: household.AreaLevel(r.Each), Method: coverage.Method(r.Method), Profile: coverage.Profile(r.Profile),
		Measures: r.Measures, Targets: r.Targets, Options: Options{Lang: Lang(r.Lang)},
	}
	for _, id := range r.Standards {
		if id == "all" {
			b.Standards = known.All()
			break
		}
		std, err := known.ByID(id)
		if err != nil {
			return nil, err
		}
		b.Standards = append(b.Standards, std)
	}
	for _, v := range r.Levels {
		b.Levels = append(b.Levels, household.AreaLevel(v))
	}
	for _, v := range r.Formats {
		f, err := FormatOf(v)
		if err != nil {
			return nil, err
		}
		b.Formats = append(b.Formats, f)
	}
	if len(b.Targets) > 0 {
		b.Measures = append(b.Measures, "targets")
	}
	return b, nil
}
