package siting

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"

	"hearthmap/internal/testdata"
)

// sanFrancisco reads the case of spopt: 16 stores, 205 census tracts with
// their people, walking distance in metres. It has three p-median and four
// covering optima that others published.
func sanFrancisco(t testing.TB) (people []int64, metres [][]float64) {
	f, err := os.Open(testdata.Path(t, "reference/spopt_sf/SF_network_distance_candidateStore_16_censusTract_205_new.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	tracts, stores := map[string]int{}, map[string]int{}
	for _, row := range rows[1:] {
		d, err := strconv.ParseFloat(row[0], 64)
		if err != nil {
			t.Fatal(err)
		}
		j, ok := stores[row[1]]
		if !ok {
			j = len(stores)
			stores[row[1]] = j
			metres = append(metres, make([]float64, 205))
		}
		i, ok := tracts[row[2]]
		if !ok {
			i = len(tracts)
			tracts[row[2]] = i
			n, err := strconv.ParseInt(row[3], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			people = append(people, n)
		}
		metres[j][i] = d
	}
	if len(stores) != 16 || len(tracts) != 205 {
		t.Fatalf("%d stores, %d tracts", len(stores), len(tracts))
	}
	return people, metres
}

func TestMaximalCoveringSanFrancisco(t *testing.T) {
	people, metres := sanFrancisco(t)
	p := &Problem{People: people}
	for j := range metres {
		s := Site{}
		for i, d := range metres[j] {
			if d <= 5000 {
				s.Demands = append(s.Demands, int32(i))
			}
		}
		p.Sites = append(p.Sites, s)
	}
	greedy := []int64{448255, 0, 788863, 872611} // 0: not published
	for k, want := range []int64{448255, 671938, 791499, 875247} {
		s, err := Maximise(context.Background(), p, k+1, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if s.Worth != want || s.Bound != want || !s.Optimal {
			t.Errorf("p = %d: %d of at most %d, optimal %v; want %d", k+1, s.Worth, s.Bound, s.Optimal, want)
		}
		if greedy[k] > 0 && s.Greedy != greedy[k] {
			t.Errorf("p = %d: greedy choice finds %d, published %d", k+1, s.Greedy, greedy[k])
		}
	}
}

// median makes the p-median of a matrix of lengths: what somebody saves is
// measured from one more than the longest way to them.
func median(people []int64, length [][]int32) (p *Problem, base int64) {
	p = &Problem{People: people}
	far := make([]int32, len(people))
	for i, w := range people {
		for j := range length {
			far[i] = max(far[i], length[j][i]+1)
		}
		base += w * int64(far[i])
	}
	for j := range length {
		s := Site{}
		for i := range people {
			s.Demands = append(s.Demands, int32(i))
			s.Values = append(s.Values, far[i]-length[j][i])
		}
		p.Sites = append(p.Sites, s)
	}
	return p, base
}

func TestMedianSanFrancisco(t *testing.T) {
	people, metres := sanFrancisco(t)
	length := make([][]int32, len(metres))
	for j := range metres {
		for _, d := range metres[j] {
			length[j] = append(length[j], int32(math.Round(d*1e4)))
		}
	}
	p, _ := median(people, length)
	for k, want := range map[int]float64{1: 5731159103.675, 2: 4009098972.135, 4: 2848268129.7145} {
		s, err := Maximise(context.Background(), p, k, Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := 0.0
		for i, w := range people {
			d := math.Inf(1)
			for _, j := range s.Sites {
				d = min(d, metres[j][i])
			}
			got += float64(w) * d
		}
		if math.Abs(got-want) > 1e-3 || !s.Optimal {
			t.Errorf("p = %d: %.4f, optimal %v; want %.4f", k, got, s.Optimal, want)
		}
	}
}

// TestMedianORLibrary solves pmed1 of Beasley's OR-Library: 100 vertices, 5 of
// them chosen.
func TestMedianORLibrary(t *testing.T) {
	f, err := os.Open(testdata.Path(t, "reference/orlib/pmed1.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := bufio.NewReader(f)
	var n, edges, k int
	if _, err := fmt.Fscan(r, &n, &edges, &k); err != nil {
		t.Fatal(err)
	}
	length := make([][]int32, n)
	for i := range length {
		length[i] = make([]int32, n)
		for j := range length[i] {
			if i != j {
				length[i][j] = 1 << 28
			}
		}
	}
	for range edges {
		var a, b int
		var d int32
		if _, err := fmt.Fscan(r, &a, &b, &d); err != nil {
			t.Fatal(err)
		}
		length[a-1][b-1], length[b-1][a-1] = d, d // the last of duplicates counts
	}
	for m := range n {
		for i := range n {
			for j := range n {
				length[i][j] = min(length[i][j], length[i][m]+length[m][j])
			}
		}
	}
	people := make([]int64, n)
	for i := range people {
		people[i] = 1
	}
	p, base := median(people, length)
	s, err := Maximise(context.Background(), p, k, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := base - s.Worth; got != 5819 || !s.Optimal {
		t.Errorf("%d, at least %d, optimal %v; want 5819", got, base-s.Bound, s.Optimal)
	}
}
