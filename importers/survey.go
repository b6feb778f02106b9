package importers

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"hearthmap/household"
	"hearthmap/importers/charset"
)

// Survey is what a file looks like before it is imported. It holds no values
// of persons: see ColumnSurvey.
type Survey struct {
	File   string `json:"file"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	Format string `json:"format"`

	Kind        Kind            `json:"kind"` // given, or the likeliest; empty when nothing fits
	KindGiven   bool            `json:"kind_given"`
	KindCertain bool            `json:"kind_certain"`
	Kinds       []KindCandidate `json:"kinds"`

	Encoding        string              `json:"encoding"` // of text files, as it would be read
	EncodingCertain bool                `json:"encoding_certain"`
	Encodings       []charset.Candidate `json:"encodings"`
	Sheets          []string            `json:"sheets"`
	// Layers are what a file of several tables holds, Layer the one that was
	// looked at: as named, or the one that fits best. Of a workbook all
	// sheets that fit are, and Layer is empty. Without LayerCertain an
	// import needs the layer named.
	Layers       []Layer `json:"layers"`
	Layer        string  `json:"layer"`
	LayerCertain bool    `json:"layer_certain"`
	HeaderRow    int     `json:"header_row"`

	Columns []*ColumnSurvey `json:"columns"`
	Missing []string        `json:"missing"`

	Rows     int64            `json:"rows"`
	Good     int64            `json:"good"`
	Rejected int64            `json:"rejected"`
	Problems []*Problem       `json:"problems"`
	Entities map[string]int64 `json:"entities"` // of formats that give entities
	Notes    []string         `json:"notes"`

	CRS      string      `json:"crs"`
	CRSFrom  string      `json:"crs_from"` // given, file or default
	Datums   []Candidate `json:"crs_candidates"`
	Verdict  Verdict     `json:"crs_verdict"`
	Evidence bool        `json:"evidence"` // whether a city was asked
}

// Problem is a reason for which rows would be rejected.
type Problem struct {
	Code       RejectCode `json:"code"`
	ID         string     `json:"id"`     // of the reason, finer than Code; see TextOf
	Params     []string   `json:"params"` // of the reason
	Column     string     `json:"column,omitempty"`
	Reason     string     `json:"reason"`
	Suggestion string     `json:"suggestion,omitempty"`
	Count      int64      `json:"count"`
	Rows       []int64    `json:"first_rows"`
}

const (
	maxProblems  = 200
	problemRows  = 5
	guessRecords = 200
)

// surveyor is a survey under way.
type surveyor struct {
	o       Options
	s       *Survey
	file    FileOptions
	format  Format
	table   *tabular
	ground  *ground
	city    []orb.Bound
	sampler sampler
	columns surveyColumns
	places  int
}

// NewSurvey reads the whole file and judges it as an import of the kind would
// (o.Kind may be empty: then it is guessed), and changes nothing. ev may be
// nil. What would end an import, such as columns that are missing, is part of
// the survey and no error.
func NewSurvey(ctx context.Context, o Options, ev Evidence) (*Survey, error) {
	v := &surveyor{o: o, s: &Survey{File: filepath.Base(o.File), Kind: o.Kind, KindGiven: o.Kind != "", KindCertain: o.Kind != "", Evidence: ev != nil, Sheets: []string{}, Layers: []Layer{}, LayerCertain: true, Notes: []string{}, Problems: []*Problem{}, Missing: []string{}, Columns: []*ColumnSurvey{}, Datums: []Candidate{}}}
	if m := o.Mapping; m != nil && o.Kind == "" && m.Kind != "" {
		v.s.Kind, v.s.KindGiven, v.s.KindCertain = m.Kind, true, true
	}
	if err := v.open(ctx); err != nil {
		return nil, err
	}
	if v.format.OpenSource != nil {
		return v.s, v.entities(ctx)
	}
	if err := v.guess(ctx); err != nil {
		return nil, err
	}
	var err error
	if v.ground, v.city, err = cityGround(ctx, ev, v.s.Kind); err != nil {
		return nil, err
	}
	if err := v.rows(ctx); err != nil {
		return nil, err
	}
	return v.s, v.datums(ctx, ev)
}

// open finds the format and the encoding.
func (v *surveyor) open(ctx context.Context) (err error) {
	if v.file, err = v.o.fileOptions(); err != nil {
		return err
	}
	if v.format, err = chooseFormat(v.o.File, v.s.Kind, v.o.Formats); err != nil {
		return err
	}
	v.s.Format = v.format.Name
	info, err := os.Stat(v.o.File)
	if err != nil {
		return household.Errorf(household.Invalid, "importers.NewSurvey", "cannot read the file: %w", err).WithHint("check that you may read it")
	}
	v.s.Bytes = info.Size()
	sum, err := hashFile(ctx, v.format, v.o.File)
	v.s.SHA256 = hex.EncodeToString(sum[:])
	if err != nil || v.format.OpenReader == nil {
		return err
	}
	if err := v.layers(); err != nil {
		return err
	}
	r, err := v.format.OpenReader(v.o.File, v.file)
	if err != nil && v.format.Name == "csv" && charset.Encoding(v.file.Encoding) == charset.Auto {
		// The encoding cannot be told: go on with the likeliest to show it.
		head, whole, headErr := detectHead(v.o.File)
		if list := charset.Candidates(head, whole, KnownColumn); headErr == nil && len(list) > 0 {
			if _, ok := charset.Certain(list); !ok {
				v.s.Encodings, v.file.Encoding = list, string(list[0].Encoding)
				r, err = v.format.OpenReader(v.o.File, v.file)
			}
		}
	}
	if err != nil {
		return err
	}
	defer r.Close()
	v.s.CRSFrom = "default"
	if v.file.CRSGiven {
		v.s.CRSFrom = "given"
	} else if own, ok := r.(CRSReader); ok {
		if _, says := own.CRS(); says {
			v.s.CRSFrom = "file"
		}
	}
	v.file.CRS = crsOf(r, v.file)
	if c, ok, err := carriedCRS(v.format, v.o.File, v.file, r); err != nil {
		return err
	} else if ok {
		v.file.CRS, v.file.CRSGiven, v.s.CRSFrom = c, true, "file"
	}
	v.s.CRS = v.file.CRS.String()
	if t, ok := r.(TextReader); ok {
		return v.encoding(t)
	}
	return nil
}

// encoding lists the candidates of a text file.
func (v *surveyor) encoding(t TextReader) error {
	v.s.EncodingCertain = v.s.Encodings == nil
	if v.s.Encodings == nil {
		head, whole, err := detectHead(v.o.File)
		if err != nil {
			return err
		}
		v.s.Encodings = charset.Candidates(head, whole, KnownColumn)
	}
	v.s.Encoding = t.Text().Encoding
	v.file.Encoding = v.s.Encoding
	return nil
}

func detectHead(path string) (head []byte, whole bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false, household.Errorf(household.Invalid, "importers.NewSurvey", "cannot open the file: %w", err).WithHint("check that you may read it")
	}
	defer f.Close()
	head = make([]byte, charset.DetectBytes)
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return head[:n], true, nil
	}
	return head[:n], false, err
}

// guess finds the header's row and the kind.
func (v *surveyor) guess(ctx context.Context) error {
	headerBelow(v.format, v.o.File, &v.file)
	names, shapes, header, err := v.look(ctx, v.file)
	if err != nil {
		return err
	}
	if header && v.file.HeaderRow == 0 {
		best := countKnown(names)
		for row := 2; row <= maxHeaderRows && v.s.Encoding != "" && best < 2; row++ {
			o := v.file
			o.HeaderRow = row
			deeper, more, _, err := v.look(ctx, o)
			if err != nil {
				break // no table begins there
			}
			if n := countKnown(deeper); n >= 2 && n > best {
				v.file, names, shapes, best = o, deeper, more, n
			}
		}
	}
	v.headerRow()
	v.s.Kinds = guessKind(v.s.File, names, shapes)
	if v.s.KindGiven || len(v.s.Kinds) == 0 {
		return nil
	}
	if best := v.s.Kinds[0]; best.Known > 0 && best.Score >= 0.25 {
		v.s.Kind = best.Kind
		v.s.KindCertain = len(best.Missing) == 0 && (len(v.s.Kinds) == 1 || best.Score-v.s.Kinds[1].Score >= 0.1)
	}
	return nil
}

func countKnown(names []string) int {
	n := 0
	for _, name := range names {
		if KnownColumn(name) {
			n++
		}
	}
	return n
}

// look reads the names of the columns and some geometries.
func (v *surveyor) look(ctx context.Context, o FileOptions) (names []string, shapes map[string]int, header bool, err error) {
	r, err := v.format.OpenReader(v.o.File, o)
	if err != nil {
		return nil, nil, false, err
	}
	defer r.Close()
	h, header := r.(HeaderReader)
	if header {
		names = h.Header()
	}
	shapes = map[string]int{}
	for range guessRecords {
		rec, err := r.Next()
		var bad *RowError
		if errors.As(err, &bad) {
			continue
		}
		if err != nil {
			break // the survey itself says what is wrong
		}
		if !header {
			for _, n := range rec.Names {
				if !slices.Contains(names, n) && len(names) < 1000 {
					names = append(names, n)
				}
			}
		}
		if t := shapeType(rec.Geometry); t != "" {
			shapes[t]++
		}
	}
	return names, shapes, header, ctx.Err()
}

// rows judges every row.
func (v *surveyor) rows(ctx context.Context) error {
	r, err := v.format.OpenReader(v.o.File, v.file)
	if err != nil {
		return err
	}
	defer r.Close()
	t := &tabular{reader: r, kind: v.s.Kind, table: tableOf(v.s.Kind), layouts: map[string]*layout{}}
	t.judge = judge{kind: v.s.Kind, crs: v.file.CRS, words: newWords(), mends: &mends{}, ground: v.ground}
	if v.s.Kind != "" {
		if t.judge.mapping, err = v.o.Mapping.apply(v.s.Kind); err != nil {
			return err
		}
	}
	v.table, v.sampler = t, sampler{limit: surveyPlaces}
	v.columns = surveyColumns{kind: v.s.Kind, words: t.judge.words, mapping: t.judge.mapping, at: map[*layout][]*ColumnSurvey{}}
	if h, ok := r.(HeaderReader); ok {
		l, err := t.layout(h.Header())
		if err != nil {
			return err
		}
		v.columns.of(l)
		shapes := false
		if c, ok := r.(ShapeReader); ok {
			shapes = c.Shapes()
		}
		v.s.Missing = t.table.lacks(*l, t.judge.mapping, shapes)
	}
	if err := v.each(ctx, r); err != nil {
		return err
	}
	if _, ok := r.(HeaderReader); !ok && t.union != nil {
		v.s.Missing = t.table.lacks(*t.union, t.judge.mapping, v.places > 0 || t.shapes)
	}
	v.s.Columns = v.columns.finish()
	for _, n := range t.Notes() {
		if !strings.HasPrefix(n, unusedNote) { // the columns are listed
			v.s.Notes = append(v.s.Notes, n)
		}
	}
	return nil
}

func (v *surveyor) each(ctx context.Context, r Reader) error {
	var items []Item
	for {
		if v.s.Rows%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		rec, err := r.Next()
		var bad *RowError
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &bad):
			v.s.Rows++
			v.reject(&bad.Reject)
			continue
		case err != nil:
			return err
		}
		v.s.Rows++
		if rec.Sheet != "" && !slices.Contains(v.s.Sheets, rec.Sheet) && len(v.s.Sheets) < 100 {
			v.s.Sheets = append(v.s.Sheets, rec.Sheet)
		}
		l, err := v.table.layout(rec.Names)
		if err != nil {
			v.reject(&Reject{Row: rec.Row, Code: RejectSyntax, Reason: "two columns of the row mean the same", Suggestion: "remove one of them"})
			continue
		}
		v.columns.see(rec, l)
		v.place(rec, l)
		if items = v.table.judge.judge(items[:0], rec, l); len(items) > 0 && items[0].Reject != nil {
			v.reject(items[0].Reject)
		} else {
			v.s.Good++
		}
	}
}

// place keeps the row's place if it is one of the sample.
func (v *surveyor) place(rec Record, l *layout) {
	if !hasPlaces(v.s.Kind) || !v.sampler.wants() {
		return
	}
	row := row{Record: rec, layout: l, mapping: v.table.judge.mapping}
	if at, ok := row.place(); ok {
		v.places++
		v.sampler.keep(sampled{at, row.question(v.s.Kind)})
	}
}

func (v *surveyor) reject(x *Reject) {
	v.s.Rejected++
	i := slices.IndexFunc(v.s.Problems, func(p *Problem) bool {
		return p.Code == x.Code && p.Column == x.Column && p.Reason == x.Reason
	})
	if i < 0 {
		if len(v.s.Problems) >= maxProblems {
			return
		}
		i = len(v.s.Problems)
		t := TextOf(x.Reason)
		v.s.Problems = append(v.s.Problems, &Problem{Code: x.Code, ID: t.ID, Params: t.Params, Column: x.Column, Reason: x.Reason, Suggestion: x.Suggestion})
	}
	p := v.s.Problems[i]
	if p.Count++; len(p.Rows) < problemRows {
		p.Rows = append(p.Rows, x.Row)
	}
}

// datums weighs the reference systems.
func (v *surveyor) datums(ctx context.Context, ev Evidence) (err error) {
	slices.SortStableFunc(v.s.Problems, func(a, b *Problem) int { return int(b.Count - a.Count) })
	places := v.sampler.places()
	if ev == nil || len(v.city) == 0 || len(places) == 0 {
		if len(places) > 0 {
			v.s.Verdict = Verdict{Text: "no areas are loaded to compare the coordinates with"}
		}
		return nil
	}
	v.s.Datums, err = weighPlaces(ctx, ev, places, candidates(places, v.file.CRS, v.city))
	v.s.Verdict = Judge(v.s.Datums)
	return err
}

// entities counts what a format without records gives.
func (v *surveyor) entities(ctx context.Context) error {
	kind := v.s.Kind
	if kind == "" {
		kind = v.format.Kinds[0]
		v.s.Kind = kind
	}
	source, err := v.format.OpenSource(v.o.File, kind, v.file)
	if err != nil {
		return err
	}
	defer source.Close()
	v.s.Entities = map[string]int64{}
	err = source.Each(ctx, func(it Item) error {
		if it.Reject != nil {
			v.reject(it.Reject)
			return nil
		}
		v.s.Good++
		v.s.Entities[entityName(it.Entity)]++
		return nil
	})
	v.s.Rows, v.s.Notes = source.Records(), source.Notes()
	return err
}

func entityName(e Entity) string {
	switch e.(type) {
	case household.Area:
		return "area"
	case household.Compound:
		return "compound"
	case household.Gate:
		return "gate"
	case household.Barrier:
		return "barrier"
	case household.Land:
		return "land"
	case household.Street:
		return "street"
	case household.Building:
		return "building"
	case household.Entrance:
		return "entrance"
	case household.Unit:
		return "unit"
	case household.Resident:
		return "resident"
	}
	return "facility"
}
