package xlsxfile

import (
	"io"
	"os"
	"runtime"
	"testing"

	"hearthmap/importers"
)

// openLimited opens a file with a limit of its own for shared strings.
func openLimited(tb testing.TB, path string, limit int) *Reader {
	tb.Helper()
	a, err := openArchive(path)
	if err != nil {
		tb.Fatal(err)
	}
	r, err := open(a, importers.FileOptions{}, limit)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { r.Close() })
	return r.(headed).Reader
}

// wantBig reads a workbook of writeBig and compares every cell; it returns
// the most memory that was in use.
func wantBig(tb testing.TB, r importers.Reader, rows int) (peak uint64) {
	tb.Helper()
	var m runtime.MemStats
	for i := 0; ; i++ {
		rec, err := r.Next()
		if err == io.EOF {
			if i != rows {
				tb.Fatalf("%d rows, want %d", i, rows)
			}
			return peak
		}
		if err != nil {
			tb.Fatal(err)
		}
		if want := bigRow(i); len(rec.Values) != bigColumns || [bigColumns]string(rec.Values) != want || rec.Row != int64(i+2) {
			tb.Fatalf("row %d: %q, want %q", rec.Row, rec.Values, want)
		}
		if i%20_000 == 0 {
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
		}
	}
}

// Reading takes what the shared strings take and little more, and not even
// that once they are spilled.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("writes and reads 300,000 rows two times")
	}
	const rows = 300_000 / slow
	path := writeBig(t, rows)
	for _, k := range []struct {
		name  string
		limit int
		cap   uint64
	}{
		{"in memory", stringsInMemory, 80 << 20},
		{"spilled", 1 << 20 / slow, 48 << 20},
	} {
		t.Run(k.name, func(t *testing.T) {
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			r := openLimited(t, path, k.limit)
			if (r.book.strings.spill != nil) != (k.limit < stringsInMemory) {
				t.Error("spilled where it should not be, or the other way round")
			}
			peak := wantBig(t, r, rows)
			t.Logf("%d MiB in use at most, %d before; %d strings", peak>>20, before.HeapInuse>>20, r.book.strings.count)
			if peak > before.HeapInuse+k.cap {
				t.Errorf("%d MiB more than before, want at most %d", (peak-before.HeapInuse)>>20, k.cap>>20)
			}
		})
	}
}

// Spilled texts are the same texts, whatever the order they are asked for,
// and their file is gone at the end.
func TestSpill(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	const rows = 20_000
	path := writeBig(t, rows)
	r := openLimited(t, path, 0)
	whole := openLimited(t, path, stringsInMemory)
	n := r.book.strings.count
	if n != whole.book.strings.count || n < 2*rows {
		t.Fatalf("%d strings, %d", n, whole.book.strings.count)
	}
	cache := r.book.strings.cache
	r.book.strings.cache = cache[:2] // fewer than there are blocks
	if len(r.book.strings.blocks) < 5 {
		t.Fatalf("%d blocks", len(r.book.strings.blocks))
	}
	for i := range n / 100 {
		j := i * 7919 % n
		a, ok1, err1 := r.book.strings.get(j)
		b, ok2, err2 := whole.book.strings.get(j)
		if a != b || !ok1 || !ok2 || err1 != nil || err2 != nil {
			t.Fatalf("text %d: %q and %q, %v %v", j, a, b, err1, err2)
		}
	}
	for _, i := range []int{-1, n} {
		if _, ok, _ := r.book.strings.get(i); ok {
			t.Errorf("there is a text %d", i)
		}
	}
	r.book.strings.cache = cache
	wantBig(t, r, rows)
	r.Close()
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) != 0 {
		t.Errorf("%d temporary files are left, %v", len(left), err)
	}
}
