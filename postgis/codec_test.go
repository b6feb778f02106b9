package postgis

import (
	"errors"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"
	"github.com/twpayne/go-geom/encoding/wkt"

	"hearthmap/household"
	"hearthmap/internal/pgcluster/pgtest"
)

func shapes() map[string]orb.Geometry {
	ring := orb.Ring{{123.4, 41.8}, {123.5, 41.8}, {123.5, 41.9}, {123.4, 41.8}}
	hole := orb.Ring{{123.46, 41.81}, {123.48, 41.81}, {123.48, 41.82}, {123.46, 41.81}}
	line := orb.LineString{{-180, -90}, {0, 0}, {180, 90}}
	return map[string]orb.Geometry{
		"POINT(123.4 41.8)":                                orb.Point{123.4, 41.8},
		"LINESTRING(-180 -90,0 0,180 90)":                  line,
		"MULTIPOINT((1 2),(3 4))":                          orb.MultiPoint{{1, 2}, {3, 4}},
		"MULTILINESTRING((-180 -90,0 0,180 90),(1 1,2 2))": orb.MultiLineString{line, {{1, 1}, {2, 2}}},
		"POLYGON((123.4 41.8,123.5 41.8,123.5 41.9,123.4 41.8),(123.46 41.81,123.48 41.81,123.48 41.82,123.46 41.81))":                                                        orb.Polygon{ring, hole},
		"MULTIPOLYGON(((123.4 41.8,123.5 41.8,123.5 41.9,123.4 41.8),(123.46 41.81,123.48 41.81,123.48 41.82,123.46 41.81)),((123.4 41.8,123.5 41.8,123.5 41.9,123.4 41.8)))": orb.MultiPolygon{{ring, hole}, {ring}},
	}
}

// TestGeometryThroughPostGIS sends each shape to PostGIS, which says what it
// understood, and reads it back.
func TestGeometryThroughPostGIS(t *testing.T) {
	db := openTown(t)
	for text, g := range shapes() {
		b, err := appendGeom(nil, g)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		var back []byte
		var srid int
		err = db.Pool.QueryRow(t.Context(), "select ST_AsText($1::geometry), $1::geometry, ST_SRID($1::geometry)", b).Scan(&got, &back, &srid)
		if err != nil {
			t.Fatal(err)
		}
		// PostGIS 3.4 writes the points of a MULTIPOINT in parentheses, older ones do not.
		if strings.NewReplacer("(", "", ")", "").Replace(got) != strings.NewReplacer("(", "", ")", "").Replace(text) || srid != 4326 {
			t.Errorf("PostGIS understood %s (SRID %d), not %s", got, srid, text)
		}
		decoded, err := decodeGeom(back)
		if err != nil || !orb.Equal(decoded, g) {
			t.Errorf("%s came back as %v, %v", text, decoded, err)
		}
	}
}

// TestGeometryAgainstGoGeom compares the bytes with those of a library.
func TestGeometryAgainstGoGeom(t *testing.T) {
	for text, g := range shapes() {
		parsed, err := wkt.Unmarshal(text)
		if err != nil {
			t.Fatal(err)
		}
		if parsed, err = geom.SetSRID(parsed, srid); err != nil {
			t.Fatal(err)
		}
		want, err := ewkb.Marshal(parsed, ewkb.NDR)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := appendGeom([]byte("before"), g); err != nil || string(got) != "before"+string(want) {
			t.Errorf("%s: %x, want %x (%v)", text, got, want, err)
		}
	}
}

func TestGeometryThatCannotBeStored(t *testing.T) {
	if _, err := decodeGeom([]byte{1, 2, 3}); household.CodeOf(err) != household.Internal {
		t.Errorf("broken bytes: %v", err)
	}
	if _, err := appendGeom(nil, orb.Collection{}); err == nil {
		t.Error("a collection was stored")
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	for url, code := range map[string]household.ErrorCode{
		"postgres://nobody:secret@127.0.0.1:1/none": household.Unavailable,
		"::::": household.Invalid,
	} {
		_, err := Open(t.Context(), url, "town")
		if household.CodeOf(err) != code || household.HintOf(err) == "" || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", url, err)
		}
	}
	if _, err := Open(t.Context(), "postgres://localhost/x", "Not A City"); household.CodeOf(err) != household.Invalid {
		t.Errorf("a bad city name: %v", err)
	}
}

func TestOpenWithoutPostGIS(t *testing.T) {
	url := pgtest.Database(t)
	conn := pgtest.Connect(t, url)
	if _, err := conn.Exec(t.Context(), "drop extension postgis"); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), url, "town")
	var own *household.Error
	if !errors.As(err, &own) || !strings.Contains(own.Message, "PostGIS") {
		t.Errorf("a database without PostGIS: %v", err)
	}
}
