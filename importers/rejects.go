package importers

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb/encoding/wkt"

	"hearthmap/geo/crs"
	"hearthmap/household"
	"hearthmap/importers/charset"
)

// sheet is the number of a sheet in order of appearance.
func (r *run) sheet(name string) int {
	i := slices.Index(r.sheets, name)
	if i < 0 {
		i = len(r.sheets)
		r.sheets = append(r.sheets, name)
	}
	return i
}

// place is where a row stands in the file's order.
func (r *run) place(sheet string, row int64) int64 { return RowKey(r.sheet(sheet), row) }

// sortRejects puts the rejects into the file's order.
func (r *run) sortRejects() {
	slices.SortStableFunc(r.rejects, func(a, b Reject) int {
		return cmp.Compare(r.place(a.Sheet, a.Row), r.place(b.Sheet, b.Row))
	})
}

// rejectsFile is a rejects file that has not its name yet.
type rejectsFile struct {
	temp, path string
	kept       bool
}

func (f *rejectsFile) keep() (string, error) {
	if err := os.Rename(f.temp, f.path); err != nil {
		return "", err
	}
	f.kept = true
	return f.path, nil
}

func (f *rejectsFile) discard() {
	if !f.kept {
		os.Remove(f.temp)
	}
}

// createRejects makes the temporary file, readable by its owner only: the
// rows may hold personal data.
func (r *run) createRejects() (*rejectsFile, *os.File, error) {
	paths := []string{r.o.RejectsPath}
	if r.o.RejectsPath == "" {
		name := filepath.Base(r.o.File) + ".rejects.csv"
		paths = []string{name, filepath.Join(filepath.Dir(r.o.File), name)}
	}
	var first error
	for _, p := range paths {
		f, err := os.CreateTemp(filepath.Dir(p), ".rejects-*.tmp") // mode 0600
		if err == nil {
			return &rejectsFile{temp: f.Name(), path: p}, f, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, nil, household.Errorf(household.Invalid, "importers.Run", "cannot write the rejects file: %w", first).
		WithHint("name a place you may write to with --rejects FILE.csv")
}

// writeRejects writes the rejected rows as they are in the file, with
// the columns of a rejects file behind them. It reads the file again and walks along the sorted rejects, so that memory stays bounded. Without
// rejects it returns nil.
func (r *run) writeRejects(ctx context.Context) (_ *rejectsFile, err error) {
	if len(r.rejects) == 0 {
		return nil, nil
	}
	file, f, err := r.createRejects()
	if err != nil {
		return nil, err
	}
	defer func() {
		if closeErr := f.Close(); err == nil && closeErr != nil {
			err = fmt.Errorf("importers: rejects file: %w", closeErr)
		}
		if err != nil {
			file.discard()
		}
	}()
	w := newRejectsWriter(f, r.reader)
	w.lang = r.o.Lang
	if hasPlaces(r.o.Kind) && !r.file.CRS.Same(crs.CRS{}) {
		w.crs = r.file.CRS.String()
	}
	w.sheets = slices.ContainsFunc(r.rejects, func(x Reject) bool { return x.Sheet != "" })
	if r.format.OpenReader == nil {
		w.header(nil, false)
		for i := range r.rejects {
			w.row(Record{}, &r.rejects[i])
		}
	} else if err := r.copyRejected(ctx, w); err != nil {
		return nil, err
	}
	if err := w.out.Flush(); err != nil {
		return nil, household.Errorf(household.Unavailable, "importers.Run", "cannot write the rejects file: %w", err).
			WithHint("check the space on the disk, or name another place with --rejects")
	}
	return file, nil
}

// copyRejected reads the input again and writes its rejected rows.
func (r *run) copyRejected(ctx context.Context, w *rejectsWriter) error {
	if h, ok := r.reader.(HeaderReader); ok {
		c, ok := h.(ShapeReader)
		w.header(h.Header(), ok && c.Shapes())
	} else {
		names, err := r.rejectedNames(ctx)
		if err != nil {
			return err
		}
		w.header(names, true)
	}
	next := 0
	err := r.again(ctx, func(rec Record) bool {
		at := r.place(rec.Sheet, rec.Row)
		for next < len(r.rejects) && r.placeOf(next) < at {
			w.row(Record{}, &r.rejects[next])
			next++
		}
		for next < len(r.rejects) && r.placeOf(next) == at {
			w.row(rec, &r.rejects[next])
			next++
		}
		return next < len(r.rejects)
	})
	if err != nil {
		return err
	}
	for ; next < len(r.rejects); next++ {
		w.row(Record{}, &r.rejects[next])
	}
	return nil
}

func (r *run) placeOf(reject int) int64 {
	return r.place(r.rejects[reject].Sheet, r.rejects[reject].Row)
}

// again reads the input once more, until each says enough.
func (r *run) again(ctx context.Context, each func(Record) (more bool)) error {
	in, err := r.format.OpenReader(r.o.File, r.file)
	if err != nil {
		return err
	}
	defer in.Close()
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		rec, err := in.Next()
		var bad *RowError
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &bad):
			rec = bad.Record
			rec.Row, rec.Sheet = bad.Reject.Row, bad.Reject.Sheet
		case err != nil:
			return err
		}
		if !each(rec) {
			return nil
		}
	}
}

// rejectedNames is the union of the property names of the rejected features,
// in order of appearance.
func (r *run) rejectedNames(ctx context.Context) ([]string, error) {
	const limit = 1000
	var names []string
	seen := map[string]bool{}
	next := 0
	err := r.again(ctx, func(rec Record) bool {
		at := r.place(rec.Sheet, rec.Row)
		for next < len(r.rejects) && r.placeOf(next) < at {
			next++
		}
		if next < len(r.rejects) && r.placeOf(next) == at {
			for _, n := range rec.Names {
				if !seen[n] && len(names) < limit {
					seen[n] = true
					names = append(names, n)
				}
			}
		}
		return next < len(r.rejects)
	})
	return names, err
}

// rejectsWriter writes CSV as the input is written.
type rejectsWriter struct {
	out   *bufio.Writer
	enc   charset.Encoding
	comma byte
	eol   string
	names map[string]int // of columns, for features; nil for tables
	width int
	// sheets says that the file is a workbook, whose sheets are named.
	sheets bool
	crs    string            // of its places, when it is not WGS 84
	lang   string            // of reasons; empty until the header is known
	said   map[string]string // reasons and suggestions in lang
	line   []byte
}

// maxSaid bounds the texts that are remembered in another language.
const maxSaid = 1000

// say is the text in the language of the file.
func (w *rejectsWriter) say(en string) string {
	if w.lang == "en" {
		return en
	}
	s, ok := w.said[en]
	if !ok {
		if len(w.said) >= maxSaid {
			clear(w.said)
		}
		s = TextOf(en).In(w.lang)
		w.said[en] = s
	}
	return s
}

func newRejectsWriter(f io.Writer, reader Reader) *rejectsWriter {
	w := &rejectsWriter{out: bufio.NewWriterSize(f, 1<<16), enc: charset.UTF8, comma: ',', eol: "\r\n"}
	text := TextFormat{Encoding: string(charset.UTF8), Comma: ',', BOM: true, CRLF: true} // as spreadsheets want it
	if t, ok := reader.(TextReader); ok {
		text = t.Text()
	}
	w.enc, w.comma = charset.Encoding(text.Encoding), text.Comma
	if !text.CRLF {
		w.eol = "\n"
	}
	if text.BOM {
		w.out.Write(charset.Encode("\uFEFF", w.enc))
	}
	return w
}

func (w *rejectsWriter) header(names []string, features bool) {
	w.width = len(names)
	w.lang, w.said = cmp.Or(w.lang, languageOf(names)), map[string]string{}
	if w.enc == charset.Big5 { // which lacks the simplified characters
		w.lang = "en"
	}
	all := slices.Clone(names)
	if features {
		w.names = make(map[string]int, len(names))
		for i, n := range names {
			w.names[n] = i
		}
		all = append(all, shapeColumn(names))
	}
	if w.sheets {
		all = append(all, ownSheet)
	}
	if w.crs != "" {
		all = append(all, ownCRS)
	}
	w.write(append(all, ownColumns...))
}

func (w *rejectsWriter) row(rec Record, x *Reject) {
	cells := make([]string, w.width, w.width+8)
	switch {
	case w.names != nil:
		for i, n := range rec.Names {
			if j, ok := w.names[n]; ok && i < len(rec.Values) {
				cells[j] = rec.Values[i]
			}
		}
		shape := ""
		if rec.Geometry != nil {
			shape = wkt.MarshalString(rec.Geometry)
		}
		cells = append(cells, shape)
	case w.width > 0:
		n := copy(cells, rec.Values)
		if n < len(rec.Values) { // more fields than columns: nothing is dropped
			cells[w.width-1] = strings.Join(rec.Values[n-1:], string(w.comma))
		}
	}
	if w.sheets {
		cells = append(cells, x.Sheet)
	}
	if w.crs != "" {
		cells = append(cells, w.crs)
	}
	w.write(append(cells, strconv.FormatInt(x.Row, 10), string(x.Code), w.say(x.Reason), w.say(x.Suggestion)))
}

// write writes one record. Errors stay in the buffered writer until Flush.
func (w *rejectsWriter) write(cells []string) {
	w.line = w.line[:0]
	for i, c := range cells {
		if i > 0 {
			w.line = append(w.line, w.comma)
		}
		if c == "" || !strings.ContainsAny(c, "\"\r\n \t;|,") {
			w.line = append(w.line, c...)
			continue
		}
		w.line = append(w.line, '"')
		w.line = append(w.line, strings.ReplaceAll(c, `"`, `""`)...)
		w.line = append(w.line, '"')
	}
	w.line = append(w.line, w.eol...)
	if w.enc == charset.UTF8 {
		w.out.Write(w.line)
		return
	}
	w.out.Write(charset.Encode(string(w.line), w.enc))
}
