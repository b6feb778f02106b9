package coverage_test

import (
	"cmp"
	"context"
	"os"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/geo/walk"
	"hearthmap/household"
	"hearthmap/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// routed is a city laid out for pgRouting: the graph's edges, split where
// buildings and facilities of one category join, each building and each
// facility a vertex of its own at the end of its access legs, and one vertex
// behind all facilities. Costs are decimetres, so that doubles are exact.
type routed struct {
	edges    [][]any // id, source, target, cost, reverse_cost
	building []int64 // vertex of each building
	behind   int64
	next     int64
}

func layOut(e *coverage.Engine, category household.Category, m walk.Mode) *routed {
	g, data := e.Graph(), e.Data()
	r := &routed{next: int64(g.NumNodes())}
	r.behind = r.vertex()
	type stop struct {
		vertex int64
		at     int32
	}
	onEdge := map[int32][]stop{}
	// join ties a vertex to the network at every place given.
	join := func(places []orb.Point, facility bool) int64 {
		v := r.vertex()
		for _, p := range places {
			j, miss := g.Snap(p, walk.SnapOptions{Mode: m})
			if miss != walk.Joined {
				continue
			}
			s := stop{r.vertex(), j.Offset}
			onEdge[j.Edge] = append(onEdge[j.Edge], s)
			if facility {
				r.edge(s.vertex, v, j.Leg, -1)
			} else {
				r.edge(v, s.vertex, j.Leg, -1)
			}
		}
		return v
	}
	doors := map[int64][]orb.Point{}
	for _, n := range data.Entrances {
		doors[n.BuildingID] = append(doors[n.BuildingID], n.Geom)
	}
	for _, b := range data.Buildings {
		places := doors[b.ID]
		if len(places) == 0 {
			places = []orb.Point{b.Point}
		}
		r.building = append(r.building, join(places, false))
	}
	for _, f := range data.Facilities {
		if f.Category == category {
			r.edge(join([]orb.Point{f.Geom}, true), r.behind, 0, -1)
		}
	}
	for i := range int32(g.NumEdges()) {
		edge := g.Edge(i)
		if m == walk.OnWheel && edge.Flags&(walk.Steps|walk.NoWheels) != 0 {
			continue
		}
		stops := append([]stop{{int64(edge.From), 0}}, onEdge[i]...)
		stops = append(stops, stop{int64(edge.To), edge.Weight})
		slices.SortStableFunc(stops, func(a, b stop) int { return cmp.Compare(a.at, b.at) })
		for k := 1; k < len(stops); k++ {
			w := stops[k].at - stops[k-1].at
			ahead, back := w, w
			if w > 0 && edge.Flags&walk.Forward == 0 {
				ahead = -1
			}
			if w > 0 && edge.Flags&walk.Backward == 0 {
				back = -1
			}
			r.edge(stops[k-1].vertex, stops[k].vertex, ahead, back)
		}
	}
	return r
}

func (r *routed) vertex() int64 { r.next++; return r.next - 1 }

func (r *routed) edge(from, to int64, cost, reverse int32) {
	r.edges = append(r.edges, []any{int64(len(r.edges) + 1), from, to, float64(cost), float64(reverse)})
}

// load puts the edges in the database.
func (r *routed) load(tb testing.TB, conn *pgx.Conn) {
	tb.Helper()
	ctx := context.Background()
	_, err := conn.Exec(ctx, `drop table if exists edge;
		create table edge (id bigint, source bigint, target bigint, cost float8, reverse_cost float8)`)
	if err != nil {
		tb.Fatal(err)
	}
	columns := []string{"id", "source", "target", "cost", "reverse_cost"}
	if _, err = conn.CopyFrom(ctx, pgx.Identifier{"edge"}, columns, pgx.CopyFromRows(r.edges)); err != nil {
		tb.Fatal(err)
	}
}

// distances asks pgRouting for the way from every vertex to the one behind
// the facilities: a search from there over the reversed edges.
func (r *routed) distances(tb testing.TB, conn *pgx.Conn, limit float64) map[int64]int32 {
	tb.Helper()
	rows, err := conn.Query(context.Background(), `select node, agg_cost from pgr_drivingDistance(
		'select id, source, target, reverse_cost as cost, cost as reverse_cost from edge', $1::bigint, $2::float8, true)`, r.behind, limit)
	if err != nil {
		tb.Fatal(err)
	}
	out := map[int64]int32{}
	var node int64
	var cost float64
	_, err = pgx.ForEachRow(rows, []any{&node, &cost}, func() error {
		if cost != float64(int32(cost)) {
			tb.Fatalf("pgRouting gives %v, which is no whole number", cost)
		}
		out[node] = int32(cost)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// TestAgainstPgRouting compares the distance of every building of real towns
// with pgRouting's, to the decimetre.
func TestAgainstPgRouting(t *testing.T) {
	conn := pgtest.Connect(t, pgtest.Database(t, "pgrouting"))
	for _, name := range []string{"monaco.osm.pbf", "hong_kong_tsim_sha_tsui.osm", "beijing_bupt.osm", "liechtenstein.osm.pbf"} {
		t.Run(name, func(t *testing.T) {
			data := extract(t, name)
			e := coverage.New(data)
			for _, category := range []household.Category{"restaurant", "kindergarten", "bus_stop"} {
				for profile, mode := range map[coverage.Profile]walk.Mode{coverage.ProfileStandard: walk.OnFoot, coverage.ProfileWheelchair: walk.OnWheel} {
					compare(t, conn, e, category, profile, mode)
				}
			}
		})
	}
}

func compare(t *testing.T, conn *pgx.Conn, e *coverage.Engine, category household.Category, profile coverage.Profile, mode walk.Mode) {
	t.Helper()
	result, err := e.Run(context.Background(), coverage.Request{Requirements: []string{string(category)}, Profile: profile})
	if err != nil {
		t.Fatal(err)
	}
	r := layOut(e, category, mode)
	r.load(t, conn)
	theirs := r.distances(t, conn, 1e9)
	reached, differ := 0, 0
	for b, x := range result.Reaches(0) {
		want, ok := theirs[r.building[b]]
		if !ok {
			want = -1
		} else {
			reached++
		}
		if x.Decimetres != want {
			if differ++; differ <= 5 {
				t.Errorf("%s, %s: building %s is %d dm away (%s), pgRouting says %d",
					category, profile, e.Data().Buildings[b].Code, x.Decimetres, x.Reason, want)
			}
		}
	}
	if differ > 5 {
		t.Errorf("%s, %s: %d buildings differ", category, profile, differ)
	}
	reasons := map[coverage.Reason]int{}
	for _, x := range result.Reaches(0) {
		reasons[x.Reason]++
	}
	t.Logf("%s, %s: %d of %d buildings reach one of %d; %v", category, profile, reached, len(r.building), count(e.Data(), category), reasons)
}

func count(d *cityindex.Data, c household.Category) (n int) {
	for i := range d.Facilities {
		if d.Facilities[i].Category == c {
			n++
		}
	}
	return n
}
