package access_test

import (
	"bufio"
	"compress/gzip"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"hearthmap/geo/coverage/access"
	"hearthmap/internal/testdata"
)

// cells is the published case of Belo Horizonte (ipea's accessibility): people,
// jobs and schools of hexagons, and minutes between them.
type cells struct {
	number                map[string]int32
	people, jobs, schools []float64
	from, to              []int32
	minutes               []float64
}

func readCells(t *testing.T) *cells {
	t.Helper()
	c := &cells{number: map[string]int32{}}
	float := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	land, err := os.Open(testdata.Path(t, "reference/ipea/land_use.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer land.Close()
	lines := bufio.NewScanner(land)
	for lines.Scan() {
		f := strings.Split(lines.Text(), ",")
		if f[0] == "id" {
			continue
		}
		c.number[f[0]] = int32(len(c.people))
		c.people, c.jobs, c.schools = append(c.people, float(f[1])), append(c.jobs, float(f[2])), append(c.schools, float(f[3]))
	}
	packed, err := os.Open(testdata.Path(t, "reference/ipea/travel_matrix.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	lines = bufio.NewScanner(z)
	for lines.Scan() {
		f := strings.Split(lines.Text(), ",")
		if f[0] == "from_id" {
			continue
		}
		c.from, c.to, c.minutes = append(c.from, c.number[f[0]]), append(c.to, c.number[f[1]]), append(c.minutes, float(f[2]))
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *cells) pairs(weight func(minutes float64) float64) []access.Pair {
	var list []access.Pair
	for k := range c.from {
		if w := weight(c.minutes[k]); w > 0 {
			list = append(list, access.Pair{Demand: c.from[k], Supply: c.to[k], Weight: w})
		}
	}
	return list
}

func within(limit float64) func(float64) float64 {
	return func(minutes float64) float64 {
		if minutes <= limit {
			return 1
		}
		return 0
	}
}

// TestIpea gives the published numbers: jobs within 30 minutes, schools by
// gravity e^(-0.2 t), jobs for each person by 2SFCA within 50 minutes.
func TestIpea(t *testing.T) {
	c := readCells(t)
	n := len(c.people)
	if got := access.Cumulative(n, c.jobs, c.pairs(within(30)))[c.number["89a881a5a2bffff"]]; got != 14561 {
		t.Errorf("jobs within 30 minutes: %v, want 14561", got)
	}
	gravity := access.Cumulative(n, c.schools, c.pairs(func(m float64) float64 { return access.Exponential(0.2, m) }))
	if got := gravity[c.number["89a88cdb57bffff"]]; math.Abs(got-0.03041853) > 5e-9 {
		t.Errorf("schools by gravity: %.8f, want 0.03041853", got)
	}
	jobs, reached := access.TwoStep(c.people, c.jobs, c.pairs(within(50)))
	if got := jobs[c.number["89a88cdb57bffff"]]; math.Abs(got-0.4278111) > 5e-8 {
		t.Errorf("2SFCA: %.7f, want 0.4278111", got)
	}
	sum := 0.0
	for i := range jobs {
		sum += jobs[i] * c.people[i]
	}
	if math.Abs(sum-reached) > 1e-6*reached {
		t.Errorf("Σ people·access = %v, supply reached %v", sum, reached)
	}
}
