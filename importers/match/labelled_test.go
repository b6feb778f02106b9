package match_test

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"hearthmap/household/address"
	"hearthmap/importers/match"
)

// tally counts what became of labelled addresses.
type tally struct {
	positives, right, wrong, negatives, linked int
}

func (t tally) precision() float64 {
	if t.right+t.wrong+t.linked == 0 {
		return 1
	}
	return float64(t.right) / float64(t.right+t.wrong+t.linked)
}

func (t tally) recall() float64 {
	if t.positives == 0 {
		return 1
	}
	return float64(t.right) / float64(t.positives)
}

func (t *tally) add(l label, r match.Result) (bad bool) {
	certain := r.Decision == match.Certain
	if l.code == "" {
		t.negatives++
		if certain {
			t.linked++
		}
		return certain
	}
	t.positives++
	switch {
	case certain && r.Candidates[0].Code == l.code:
		t.right++
		return false
	case certain:
		t.wrong++
	}
	return true
}

// TestLabelled publishes precision and recall and holds them to the aims. Run
// with -v for the table of docs/address-matching.md.
func TestLabelled(t *testing.T) {
	n := 20_000
	if testing.Short() {
		n = 4_000
	}
	cities := []struct {
		preset string
		city   uint64
		seeds  []uint64
	}{{"town", 1, []uint64{1, 2}}, {"town", 2, []uint64{3}}, {"village", 1, []uint64{4}}}
	for _, c := range cities {
		city := loadCity(t, c.preset, c.city)
		x := city.index()
		for _, seed := range c.seeds {
			var all tally
			kinds := map[string]*tally{}
			shown := map[string]int{}
			start := time.Now()
			labels := city.labels(n, seed)
			made := time.Since(start)
			start = time.Now()
			for _, l := range labels {
				a := address.Parse(l.text)
				r := x.Match(&a)
				if kinds[l.kind] == nil {
					kinds[l.kind] = &tally{}
				}
				key := l.kind + r.Decision.String()
				if all.add(l, r) && shown[key] < 4 {
					shown[key]++
					t.Logf("%s: %q → %v %s %v", l.kind, l.text, r.Decision, r.Reason, first(r))
				}
				kinds[l.kind].add(l, r)
			}
			t.Logf("%s %d, %d buildings, seed %d: precision %.4f, recall %.4f of %d addresses (made in %v, matched in %v)",
				c.preset, c.city, x.Len(), seed, all.precision(), all.recall(), len(labels), made, time.Since(start))
			t.Log("\n" + table(kinds))
			if p, r := all.precision(), all.recall(); p < 0.995 || r < 0.97 {
				t.Errorf("%s %d seed %d: precision %.4f, recall %.4f; want 0.995 and 0.97", c.preset, c.city, seed, p, r)
			}
		}
	}
}

// BenchmarkMatch measures parsing and matching together, as an import does.
func BenchmarkMatch(b *testing.B) {
	city := loadCity(b, "town", 1)
	x := city.index()
	labels := city.labels(5000, 1)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		a := address.Parse(labels[i%len(labels)].text)
		x.Match(&a)
		i++
	}
	b.ReportMetric(float64(i)/b.Elapsed().Seconds(), "addresses/s")
}

// BenchmarkBuild measures the index of half a million buildings.
func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		m := match.NewBuilder()
		for i := range 500_000 {
			compound := fmt.Sprintf("%c%c%c花园", rune(0x4E10+i/20%800), rune(0x5010+i/20%1400), rune(0x6010+i/20/7%900))
			m.Add(match.Building{
				Code: fmt.Sprintf("B%07d", i), Name: fmt.Sprintf("%d号楼", i%20+1), Address: fmt.Sprintf("%c%c路%d号%s%d号楼", rune(0x5020+i/200%60), rune(0x6020+i/200), i/20%300+1, compound, i%20+1),
				CompoundCode: fmt.Sprintf("C%06d", i/20), CompoundName: compound,
				Areas: []string{"试验市", fmt.Sprintf("第%d区", i/40000), fmt.Sprintf("甲%d街道", i/3000), fmt.Sprintf("乙%d社区", i/200)},
			})
		}
		x := m.Build()
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB")
		b.ReportMetric(float64(x.Len()), "buildings")
	}
}

func first(r match.Result) string {
	if len(r.Candidates) == 0 {
		return ""
	}
	c := r.Candidates[0]
	return fmt.Sprintf("%s %.2f (%s)", c.Code, c.Score, c.Explain())
}

func table(kinds map[string]*tally) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		v := kinds[k]
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d |\n", k, v.positives, v.right, v.wrong, v.negatives, v.linked)
	}
	return b.String()
}
