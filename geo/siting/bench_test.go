package siting

import (
	"context"
	"testing"
	"time"
)

// naive is greedy choice as it is usually written: all gains anew each time.
func naive(p *Problem, k int) (total int64) {
	best := make([]int64, len(p.People))
	for range k {
		most, site := int64(0), -1
		for j := range p.Sites {
			s, g := &p.Sites[j], int64(0)
			for a, i := range s.Demands {
				v := int64(1)
				if s.Values != nil {
					v = int64(s.Values[a])
				}
				if v > best[i] {
					g += (v - best[i]) * p.People[i]
				}
			}
			if g > most {
				most, site = g, j
			}
		}
		if site < 0 {
			return total
		}
		total += most
		for a, i := range p.Sites[site].Demands {
			v := int64(1)
			if p.Sites[site].Values != nil {
				v = int64(p.Sites[site].Values[a])
			}
			best[i] = max(best[i], v)
		}
	}
	return total
}

// BenchmarkDistrict chooses 10 of 5,000 sites for 100,000 buildings, and lets
// naive greedy choice do the same, in turns in one run.
func BenchmarkDistrict(b *testing.B) {
	for _, c := range []struct {
		name   string
		valued bool
	}{{"mclp", false}, {"pmedian", true}} {
		b.Run(c.name, func(b *testing.B) {
			p := townProblem(5000, 100_000, 80, c.valued, 1)
			b.ReportMetric(float64(p.arcs()), "pairs")
			var ours, theirs, greedy time.Duration
			var s *Solution
			var peer int64
			for b.Loop() {
				start := time.Now()
				var err error
				if s, err = Maximise(context.Background(), p, 10, Options{}); err != nil {
					b.Fatal(err)
				}
				ours += time.Since(start)
				start = time.Now()
				peer = naive(p, 10)
				theirs += time.Since(start)
				n, err := newInstance(p)
				if err != nil {
					b.Fatal(err)
				}
				start = time.Now()
				n.greedy(10, 1<<62)
				greedy += time.Since(start)
			}
			b.ReportMetric(theirs.Seconds()/greedy.Seconds(), "x-naive-greedy")
			b.ReportMetric(ours.Seconds()/float64(b.N), "s-with-proof")
			b.ReportMetric(100*s.Gap(), "gap-%")
			b.ReportMetric(100*float64(s.Worth-peer)/float64(peer), "better-%")
			b.ReportMetric(float64(s.Nodes), "nodes")
		})
	}
}
