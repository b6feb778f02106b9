package ogc

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"hearthmap/geo/cityindex"
	"hearthmap/internal/pgcluster/pgtest"
)

// inPostGIS puts the buildings into a table with the names of the columns.
func inPostGIS(t *testing.T, c *cityindex.City) *pgx.Conn {
	t.Helper()
	db := pgtest.Connect(t, pgtest.Database(t, "postgis"))
	if _, err := db.Exec(t.Context(), `CREATE TABLE b (i int, code text, name text, use text, floors int, height_m float8, people int, area_code text, geometry geometry)`); err != nil {
		t.Fatal(err)
	}
	for i := range int32(buildings.len(c)) {
		row := []any{i}
		for _, name := range []string{"code", "name", "use", "floors", "height_m", "people", "area_code"} {
			k, _ := buildings.column(name)
			switch v := buildings.columns[k].value(c, i); {
			case v.null:
				row = append(row, nil)
			case buildings.columns[k].kind == textKind:
				row = append(row, v.text)
			case buildings.columns[k].kind == wholeKind:
				row = append(row, int(v.number))
			default:
				row = append(row, v.number)
			}
		}
		row = append(row, wkt.MarshalString(buildings.geometry(c, i)))
		if _, err := db.Exec(t.Context(), `INSERT INTO b VALUES ($1, $2, $3, $4, $5, $6, $7, $8, ST_GeomFromText($9))`, row...); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// drawFilter makes a filter and the same as SQL.
func drawFilter(rng *rand.Rand, depth int) (cql, sql string) {
	both := func(format string, args ...any) (string, string) {
		s := fmt.Sprintf(format, args...)
		return s, s
	}
	of := func(list ...string) string { return list[rng.IntN(len(list))] }
	kinds := 9
	if depth > 0 {
		kinds = 13
	}
	switch rng.IntN(kinds) {
	case 0:
		return both("floors %s %d", of("=", "<>", "<", "<=", ">", ">="), rng.IntN(9))
	case 1:
		return both("%s %s '%s'", of("use", "name", "code"), of("=", "<>", "<", ">="), of("residential", "花园1号楼", "O''Hara", "B0050", ""))
	case 2:
		return both("name %sLIKE '%s'", of("", "NOT "), of("花园%", "%号%", "_", "Tower \\%\\_x", "%", "%o%a", "", "back\\\\slash"))
	case 3:
		return both("people %sBETWEEN %d AND %d", of("", "not "), rng.IntN(100), rng.IntN(200))
	case 4:
		return both("%s %sIN ('%s', 'mixed', '990001')", of("use", "area_code", "name"), of("", "NOT "), of("office", "楼"))
	case 5:
		return both("%s IS %sNULL", of("name", "floors", "area_code", "height_m"), of("", "NOT "))
	case 6:
		return both("height_m > %g", float64(rng.IntN(50))/5)
	case 7:
		return both("floors < people")
	case 8:
		x, y, r := 123+rng.Float64(), 41+rng.Float64(), rng.Float64()*0.2
		if rng.IntN(2) == 0 {
			return fmt.Sprintf("S_INTERSECTS(geometry, BBOX(%g,%g,%g,%g))", x-r, y-r, x+r, y+r),
				fmt.Sprintf("ST_Intersects(geometry, ST_MakeEnvelope(%g,%g,%g,%g))", x-r, y-r, x+r, y+r)
		}
		shape := fmt.Sprintf("POLYGON((%g %g, %g %g, %g %g, %g %g))", x, y, x+r, y, x+r/3, y+r, x, y)
		return "S_INTERSECTS(geometry, " + shape + ")", "ST_Intersects(geometry, ST_GeomFromText('" + shape + "'))"
	case 9:
		a, b := drawFilter(rng, depth-1)
		return "NOT (" + a + ")", "NOT (" + b + ")"
	default:
		a, sa := drawFilter(rng, depth-1)
		b, sb := drawFilter(rng, depth-1)
		op := of(" AND ", " OR ")
		if rng.IntN(2) == 0 {
			return "(" + a + op + b + ")", "(" + sa + op + sb + ")"
		}
		return a + op + b, sa + op + sb
	}
}

func TestFiltersEqualPostGIS(t *testing.T) {
	city := madeCity(t, 300)
	db := inPostGIS(t, city)
	rng := rand.New(rand.NewPCG(5, 6))
	some := 0
	for range 600 {
		cql, sql := drawFilter(rng, 3)
		e, err := parseFilter(buildings, cql)
		if err != nil {
			t.Fatalf("%s: %v", cql, err)
		}
		got, matched, err := (&query{limit: 1000, filter: e}).find(t.Context(), buildings, city)
		if err != nil {
			t.Fatal(err)
		}
		want := ask(t, db, sql)
		if !slices.Equal(got, want) || matched != len(want) {
			t.Fatalf("%s: %d features, PostGIS has %d", cql, len(got), len(want))
		}
		if len(want) > 0 && len(want) < 300 {
			some++
		}
	}
	if some < 300 {
		t.Errorf("only %d of the filters told buildings apart", some)
	}
}

func TestBoxesEqualPostGIS(t *testing.T) {
	city := madeCity(t, 300)
	db := inPostGIS(t, city)
	rng := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		x, y := 123+rng.Float64(), 41+rng.Float64()
		b := orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + rng.Float64()*0.1, y + rng.Float64()*0.1}}
		got, _, err := (&query{limit: 1000, bbox: &b}).find(t.Context(), buildings, city)
		if err != nil {
			t.Fatal(err)
		}
		if want := ask(t, db, fmt.Sprintf("ST_Intersects(geometry, ST_MakeEnvelope(%v,%v,%v,%v))", b.Min[0], b.Min[1], b.Max[0], b.Max[1])); !slices.Equal(got, want) {
			t.Fatalf("%v: %v, PostGIS has %v", b, got, want)
		}
	}
}

func ask(t *testing.T, db *pgx.Conn, where string) []int32 {
	t.Helper()
	rows, err := db.Query(t.Context(), "SELECT i FROM b WHERE "+where+" ORDER BY i")
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int32])
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	return list
}

func TestQueryEndsWithItsClient(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e, err := parseFilter(buildings, "floors > 2")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := (&query{limit: 1, filter: e}).find(ctx, buildings, madeCity(t, 10)); err == nil {
		t.Error("a query goes on though its client left")
	}
}

func FuzzFilter(f *testing.F) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 30 {
		cql, _ := drawFilter(rng, 2)
		f.Add(cql)
	}
	city := madeCity(f, 20)
	f.Fuzz(func(t *testing.T, s string) {
		e, err := parseFilter(buildings, s)
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Error("an error without words")
			}
			return
		}
		for i := range int32(20) {
			if got := e(city, i); got != no && got != unknown && got != yes {
				t.Errorf("%q: %d", s, got)
			}
		}
	})
}
