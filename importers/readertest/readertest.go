// Package readertest is the conformance suite of importers.Reader: every
// implementation runs it.
package readertest

import (
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/importers"
)

// Row is what Next returned: a record, kept beyond the next call, or a
// reject.
type Row struct {
	Record importers.Record
	Reject *importers.Reject
}

// ReadAll reads to the end and returns the rows and the error that ended the
// file, nil for io.EOF. It fails when the reader breaks the rules.
func ReadAll(tb testing.TB, r importers.Reader) ([]Row, error) {
	tb.Helper()
	var rows []Row
	last, lastRead := int64(0), int64(0)
	sheet := ""
	for {
		rec, err := r.Next()
		var bad *importers.RowError
		isRow := errors.As(err, &bad)
		read, total := r.Progress()
		if read < lastRead || read > total {
			tb.Errorf("progress went from %d to %d of %d", lastRead, read, total)
		}
		lastRead = read
		switch {
		case err == io.EOF:
			return rows, nil
		case err != nil && !isRow:
			return rows, err
		case isRow:
			if bad.Reject.Row == 0 || bad.Reject.Code == "" || bad.Reject.Reason == "" {
				tb.Errorf("a reject without row, code or reason: %+v", bad.Reject)
			}
			rec.Row, rec.Sheet = bad.Reject.Row, bad.Reject.Sheet
			reject := bad.Reject
			rows = append(rows, Row{Reject: &reject})
		default:
			if len(rec.Names) != len(rec.Values) {
				tb.Errorf("row %d has %d names and %d values", rec.Row, len(rec.Names), len(rec.Values))
			}
			rec.Values = slices.Clone(rec.Values)
			rows = append(rows, Row{Record: rec})
		}
		if rec.Row <= last && rec.Sheet == sheet {
			tb.Errorf("row %d follows row %d", rec.Row, last)
		}
		last, sheet = rec.Row, rec.Sheet
	}
}

// Run checks a reader of a sound file: open is called more than once and must
// return the same rows each time.
func Run(t *testing.T, open func(tb testing.TB) importers.Reader) {
	t.Run("end repeats", func(t *testing.T) {
		r := open(t)
		defer r.Close()
		if _, err := ReadAll(t, r); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := r.Next(); err != io.EOF {
				t.Errorf("after the end: %v, want io.EOF", err)
			}
		}
		if read, total := r.Progress(); read != total || total == 0 {
			t.Errorf("at the end %d of %d bytes are read", read, total)
		}
	})
	t.Run("same again", func(t *testing.T) {
		first, second := open(t), open(t)
		defer second.Close()
		a, errA := ReadAll(t, first)
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		b, errB := ReadAll(t, second)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if len(a) == 0 || len(a) != len(b) {
			t.Fatalf("%d rows, then %d", len(a), len(b))
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				t.Fatalf("row %d: %+v, then %+v", i, a[i], b[i])
			}
		}
	})
	t.Run("closed", func(t *testing.T) {
		r := open(t)
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Next(); err == nil {
			t.Error("a closed reader returns records")
		}
	})
}

func equal(a, b Row) bool {
	if (a.Reject == nil) != (b.Reject == nil) || a.Reject != nil && *a.Reject != *b.Reject {
		return false
	}
	if a.Record.Row != b.Record.Row || a.Record.Sheet != b.Record.Sheet ||
		!slices.Equal(a.Record.Names, b.Record.Names) || !slices.Equal(a.Record.Values, b.Record.Values) {
		return false
	}
	if a.Record.Geometry == nil || b.Record.Geometry == nil {
		return a.Record.Geometry == nil && b.Record.Geometry == nil
	}
	return orb.Equal(a.Record.Geometry, b.Record.Geometry)
}
