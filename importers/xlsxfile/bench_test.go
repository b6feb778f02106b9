package xlsxfile

import (
	"io"
	"os/exec"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

const benchRows = 60_000

// BenchmarkRead reads a workbook of eight columns, mostly shared texts.
func BenchmarkRead(b *testing.B) {
	path := writeBig(b, benchRows)
	b.ReportAllocs()
	for b.Loop() {
		readBig(b, path)
	}
	b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkPeers reads the same workbook with this package, with excelize's
// row iterator and with ogr2ogr to CSV, by turns, and gives the ratios.
func BenchmarkPeers(b *testing.B) {
	path := writeBig(b, benchRows)
	tool, missing := exec.LookPath("ogr2ogr")
	var own, iterator, ogr time.Duration
	for b.Loop() {
		own += timed(func() { readBig(b, path) })
		iterator += timed(func() { readExcelize(b, path) })
		if missing == nil {
			ogr += timed(func() {
				if err := exec.Command(tool, "-f", "CSV", "/vsistdout/", path, "-oo", "HEADERS=FORCE", "-oo", "FIELD_TYPES=STRING").Run(); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
	rate := func(d time.Duration) float64 { return benchRows * float64(b.N) / d.Seconds() }
	b.ReportMetric(rate(own), "rows/s")
	b.ReportMetric(rate(iterator), "excelize-rows/s")
	b.ReportMetric(rate(own)/rate(iterator), "×excelize")
	if missing == nil {
		b.ReportMetric(rate(ogr), "ogr2ogr-rows/s")
		b.ReportMetric(rate(own)/rate(ogr), "×ogr2ogr")
	}
}

func timed(do func()) time.Duration {
	start := time.Now()
	do()
	return time.Since(start)
}

func readBig(b *testing.B, path string) {
	r := mustOpen(b, path)
	defer r.Close()
	n := 0
	for {
		_, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
		n++
	}
	if n != benchRows {
		b.Fatalf("%d rows", n)
	}
}

func readExcelize(b *testing.B, path string) {
	f, err := excelize.OpenFile(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	rows, err := f.Rows("表")
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		if _, err := rows.Columns(); err != nil {
			b.Fatal(err)
		}
		n++
	}
	if n != benchRows+1 {
		b.Fatalf("%d rows", n)
	}
}
