package osmfile

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
)

// line makes positions of coordinates given as x, y, x, y …
func line(xy ...int32) []pos {
	var l []pos
	for i := 0; i+1 < len(xy); i += 2 {
		l = append(l, pos{xy[i], xy[i+1]})
	}
	return l
}

// measure returns the number of polygons, of holes, and twice the area.
func measure(mp orb.MultiPolygon) (polys, holes int, size float64) {
	for _, p := range mp {
		polys++
		holes += len(p) - 1
		for _, r := range p {
			corners := make([]pos, 0, len(r))
			for _, c := range r[:len(r)-1] {
				corners = append(corners, posOf(c))
			}
			size += area2(corners)
		}
	}
	return polys, holes, size
}

func TestAreaOfHandDrawnOutlines(t *testing.T) {
	square := func(x, y, d int32) []pos { return line(x, y, x+d, y, x+d, y+d, x, y+d, x, y) }
	for _, c := range []struct {
		name         string
		lines        [][]pos
		polys, holes int
		size         float64 // twice the area
		err          error
	}{
		{"closed way", [][]pos{square(0, 0, 10)}, 1, 0, 200, nil},
		{"clockwise way", [][]pos{line(0, 0, 0, 10, 10, 10, 10, 0, 0, 0)}, 1, 0, 200, nil},
		{"outer in three pieces, unsorted and turned", [][]pos{line(10, 10, 0, 10), line(0, 0, 10, 0, 10, 10), line(0, 0, 0, 10)}, 1, 0, 200, nil},
		{"hole", [][]pos{square(0, 0, 10), square(2, 2, 3)}, 1, 1, 182, nil},
		{"hole listed first", [][]pos{square(2, 2, 3), square(0, 0, 10)}, 1, 1, 182, nil},
		{"island in a hole", [][]pos{square(0, 0, 20), square(2, 2, 10), square(4, 4, 4)}, 2, 1, 800 - 200 + 32, nil},
		{"two outers", [][]pos{square(0, 0, 10), square(20, 0, 10)}, 2, 0, 400, nil},
		{"outers that touch in a corner", [][]pos{square(0, 0, 10), square(10, 10, 10)}, 2, 0, 400, nil},
		{"outers that share an edge", [][]pos{square(0, 0, 10), square(10, 0, 10)}, 1, 0, 400, nil},
		{"holes that share an edge", [][]pos{square(0, 0, 20), square(2, 2, 4), square(6, 2, 4)}, 1, 1, 800 - 64, nil},
		{"hole that touches the outer in a corner", [][]pos{line(0, 0, 10, 0, 10, 10, 0, 10, 0, 0), line(0, 0, 4, 2, 2, 4, 0, 0)}, 1, 1, 200 - 12, nil},
		{"hole that touches the outer twice", [][]pos{line(0, 0, 10, 0, 10, 10, 0, 10, 0, 0), line(0, 0, 6, 4, 10, 10, 4, 6, 0, 0)}, 2, 0, 200 - 40, nil},
		{"figure of eight at a node", [][]pos{line(0, 0, 4, 0, 2, 2, 4, 4, 0, 4, 2, 2, 0, 0)}, 2, 0, 16, nil},
		{"spike", [][]pos{line(0, 0, 10, 0, 10, 10, 15, 15, 10, 10, 0, 10, 0, 0)}, 1, 0, 200, nil},
		{"node twice in a row", [][]pos{line(0, 0, 10, 0, 10, 0, 10, 10, 0, 10, 0, 0)}, 1, 0, 200, nil},
		{"open", [][]pos{line(0, 0, 10, 0, 10, 10)}, 0, 0, 0, errOpenRing},
		{"one piece missing", [][]pos{line(0, 0, 10, 0), line(10, 10, 0, 10, 0, 0)}, 0, 0, 0, errOpenRing},
		{"bow tie", [][]pos{line(0, 0, 10, 10, 10, 0, 0, 10, 0, 0)}, 0, 0, 0, errCrossing},
		{"hole that crosses the outer", [][]pos{square(0, 0, 10), square(5, 5, 10)}, 0, 0, 0, errCrossing},
		{"there and back", [][]pos{line(0, 0, 10, 0, 0, 0)}, 0, 0, 0, errNoArea},
		{"same way twice", [][]pos{square(0, 0, 10), square(0, 0, 10)}, 0, 0, 0, errNoArea},
		{"nothing", nil, 0, 0, 0, errNoArea},
	} {
		t.Run(c.name, func(t *testing.T) {
			mp, err := area(c.lines)
			if !errors.Is(err, c.err) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if err != nil {
				return
			}
			polys, holes, size := measure(mp)
			if polys != c.polys || holes != c.holes || size != c.size {
				t.Errorf("%d polygons, %d holes, area %v; want %d, %d, %v\n%v", polys, holes, size, c.polys, c.holes, c.size, mp)
			}
			checkRings(t, mp)
		})
	}
}

// checkRings fails unless rings are closed, run the right way and pass no
// corner twice.
func checkRings(t *testing.T, mp orb.MultiPolygon) {
	t.Helper()
	for _, p := range mp {
		for i, r := range p {
			if len(r) < 4 || r[0] != r[len(r)-1] {
				t.Fatalf("ring not closed: %v", r)
			}
			want := orb.CCW
			if i > 0 {
				want = orb.CW
			}
			if r.Orientation() != want {
				t.Errorf("ring %d runs the wrong way: %v", i, r)
			}
			seen := map[orb.Point]bool{}
			for _, c := range r[1:] {
				if seen[c] {
					t.Errorf("ring passes %v twice: %v", c, r)
				}
				seen[c] = true
			}
		}
	}
}

// TestAreaAgainstCells compares random figures on squared paper with their
// definition: a cell is inside if an odd number of the squares cover it.
func TestAreaAgainstCells(t *testing.T) {
	const n = 7
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 3000 {
		var cells [n][n]bool
		var lines [][]pos
		for range 1 + rng.IntN(14) {
			x, y := rng.Int32N(n), rng.Int32N(n)
			cells[x][y] = !cells[x][y]
			l := line(x, y, x+1, y, x+1, y+1, x, y+1, x, y)
			k := rng.IntN(4) // in pieces, turned
			if k > 0 {
				lines = append(lines, l[:k+1])
			}
			rest := append([]pos(nil), l[k:]...)
			for i, j := 0, len(rest)-1; i < j; i, j = i+1, j-1 {
				rest[i], rest[j] = rest[j], rest[i]
			}
			lines = append(lines, rest)
		}
		rng.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		want := 0.0
		for x := range cells {
			for y := range cells[x] {
				if cells[x][y] {
					want += 2
				}
			}
		}
		mp, err := area(lines)
		if want == 0 {
			if !errors.Is(err, errNoArea) {
				t.Fatalf("round %d: %v, want errNoArea", round, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if _, _, got := measure(mp); got != want {
			t.Fatalf("round %d: area %v, want %v", round, got, want)
		}
		checkRings(t, mp)
		for x := range cells {
			for y := range cells[x] {
				c := orb.Point{(float64(x) + 0.5) / 1e7, (float64(y) + 0.5) / 1e7}
				if got := contains(mp, c); got != cells[x][y] {
					t.Fatalf("round %d: cell %d,%d inside %v, want %v\n%v", round, x, y, got, cells[x][y], mp)
				}
			}
		}
	}
}

// TestSimpleRingAgainstTrace compares the short cut for plain closed ways
// with the general way.
func TestSimpleRingAgainstTrace(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	simple := 0
	for range 20000 {
		var l []pos
		for range 3 + rng.IntN(4) {
			l = append(l, pos{rng.Int32N(5), rng.Int32N(5)})
		}
		l = append(l, l[0])
		r := simpleRing(l)
		if r == nil {
			continue
		}
		simple++
		segs := segments([][]pos{l})
		if err := crossings(segs); err != nil {
			t.Fatalf("%v: %v", l, err)
		}
		rings, err := trace(segs)
		if err != nil || len(rings) != 1 {
			t.Fatalf("%v: %v %v", l, rings, err)
		}
		_, _, got := measure(orb.MultiPolygon{{r}})
		if got != area2(rings[0]) || got <= 0 {
			t.Fatalf("%v: area %v, traced %v", l, got, area2(rings[0]))
		}
	}
	if simple < 1000 {
		t.Fatalf("only %d simple rings were tried", simple)
	}
}
