package postgis

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/csvfile"
)

// BenchmarkLoadMemory imports files of 100,000 and of 400,000 residents from
// CSV, reading, judging and loading as the command does, and reports the
// peak of this program's memory for each. It fails when the larger file needs
// much more: memory must not grow with the file.
func BenchmarkLoadMemory(b *testing.B) {
	for b.Loop() {
		var peaks []float64
		for _, people := range []int{100_000, 400_000} {
			db := openTown(b)
			benchTown(b, db, 180) // 60 units
			path := memoryFile(b, people)
			runtime.GC()
			stop, peak := make(chan struct{}), make(chan uint64)
			go func() {
				var most uint64
				for {
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					most = max(most, m.Sys-m.HeapReleased)
					select {
					case <-stop:
						peak <- most
						return
					case <-time.After(20 * time.Millisecond):
					}
				}
			}()
			report, err := importers.Run(b.Context(), importers.Options{
				File: path, Kind: importers.Residents, Formats: []importers.Format{csvfile.Format()},
				RejectsPath: filepath.Join(b.TempDir(), "rejects.csv"),
			}, db)
			close(stop)
			peaks = append(peaks, float64(<-peak)/(1<<20))
			if err != nil || report.Created != int64(people) {
				b.Fatalf("%d of %d loaded: %v", report.Created, people, err)
			}
		}
		b.ReportMetric(peaks[0], "MiB_100k")
		b.ReportMetric(peaks[1], "MiB_400k")
		if peaks[1] > peaks[0]+48 {
			b.Errorf("four times the rows took %.0f MiB instead of %.0f", peaks[1], peaks[0])
		}
	}
}

// memoryFile writes residents of the 60 units, no two the same.
func memoryFile(b *testing.B, people int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "residents.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "id_number,name,birth_date,phone,building_code,entrance,room,relation,residency")
	for i := range people {
		birth := time.Date(1940, 1, 1+i%20000, 0, 0, 0, 0, time.UTC)
		id, err := household.MakeResidentID(fmt.Sprintf("9900%02d", i/20000%100), birth, i%1000)
		if err != nil {
			b.Fatal(err)
		}
		fmt.Fprintf(w, "%s,赵试,%s,199%08d,B00000,%d,%d,other,resident\n", id, birth.Format("2006-01-02"), i, 1+i%60%3, 100+i%60)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	return path
}
