package tiles

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/paulmach/orb/encoding/wkt"
	"pgregory.net/rapid"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
	"hearthmap/internal/pgcluster/pgtest"
	"hearthmap/tiles/mvt"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// peer is a PostGIS database that holds the same things as a city.
type peer struct{ conn *pgx.Conn }

// randomCity makes things of odd shapes around the position, some of them
// across the edges of its tiles.
func randomCity(seed uint64, n int, at orb.Point, spread float64) *cityindex.Data {
	rnd := rand.New(rand.NewPCG(seed, 1))
	place := func() orb.Point {
		return orb.Point{at[0] + (rnd.Float64()-0.5)*spread, at[1] + (rnd.Float64()-0.5)*spread}
	}
	// star is a polygon, rarely convex, that does not cross itself.
	star := func(c orb.Point, r float64) orb.Ring {
		k := 3 + rnd.IntN(9)
		var ring orb.Ring
		for i := range k {
			a := 2 * math.Pi * (float64(i) + 0.8*rnd.Float64()) / float64(k)
			d := r * (0.35 + 0.65*rnd.Float64())
			ring = append(ring, orb.Point{c[0] + d*math.Cos(a), c[1] + d*math.Sin(a)})
		}
		return append(ring, ring[0])
	}
	d := &cityindex.Data{City: "random", Seq: 1}
	for i := range n {
		c := place()
		size := spread * 0.002 * math.Pow(40, rnd.Float64())
		var g orb.Geometry = orb.Polygon{star(c, size)}
		switch i % 9 {
		case 1: // with a hole
			g = orb.Polygon{star(c, size), star(c, size*0.2)}
		case 2: // wound the other way
			ring := star(c, size)
			ring.Reverse()
			g = orb.Polygon{ring}
		case 3:
			g = orb.MultiPolygon{{star(c, size)}, {star(orb.Point{c[0] + 3*size, c[1]}, size)}}
		case 4:
			g = c
		}
		d.Buildings = append(d.Buildings, cityindex.Building{
			ID: int64(i + 1), Code: fmt.Sprintf("B%05d", i), Name: []string{"", "一号楼", "二号楼"}[i%3], Use: household.UseResidential,
			Floors: int16(rnd.IntN(33)), Height: float32(rnd.IntN(900)) / 10, Geom: g, Point: c,
			Counts: cityindex.Counts{People: int32(rnd.IntN(400)), Units: int32(rnd.IntN(100))},
		})
		line := orb.LineString{c}
		for range 1 + rnd.IntN(8) {
			p := line[len(line)-1]
			line = append(line, orb.Point{p[0] + (rnd.Float64()-0.5)*size*4, p[1] + (rnd.Float64()-0.5)*size*4})
		}
		d.Streets = append(d.Streets, cityindex.Street{ID: int64(i + 1), Street: household.Street{
			Code: fmt.Sprint("S", i), Name: "街", Class: "primary", Foot: i%2 == 0, Bridge: i%5 == 0, Layer: int16(i%4 - 1), Geom: line,
		}})
		d.Facilities = append(d.Facilities, cityindex.Facility{
			ID: int64(i + 1), Code: fmt.Sprint("F", i), Name: "站", NameEn: "stop", Category: "bus_stop", Capacity: int32(i % 3), Geom: place(),
		})
	}
	return d
}

func newPeer(tb testing.TB, d *cityindex.Data) peer {
	tb.Helper()
	p := peer{pgtest.Connect(tb, pgtest.Database(tb))}
	ctx := context.Background()
	_, err := p.conn.Exec(ctx, `
		create table building (id bigint, code text, name text, floors int, height float8, use text, people int, units int, geom geometry);
		create table street (id bigint, class text, name text, bridge bool, tunnel bool, layer int, foot bool, geom geometry);
		create table facility (id bigint, code text, name text, name_en text, category text, capacity int, geom geometry)`)
	if err != nil {
		tb.Fatal(err)
	}
	batch := &pgx.Batch{}
	geom := func(g orb.Geometry) []byte { return wkb.MustMarshal(g) }
	for i := range d.Buildings {
		b := &d.Buildings[i]
		batch.Queue(`insert into building values ($1,$2,nullif($3,''),$4,$5,$6,$7,$8,ST_GeomFromWKB($9,4326))`,
			b.ID, b.Code, b.Name, b.Floors, height(b.Height, b.Floors, b.Use), string(b.Use), b.Counts.People, b.Counts.Units, geom(b.Geom))
	}
	for i := range d.Streets {
		s := &d.Streets[i]
		batch.Queue(`insert into street values ($1,$2,$3,$4,$5,$6,$7,ST_GeomFromWKB($8,4326))`,
			s.ID, s.Class, s.Name, s.Bridge, s.Tunnel, s.Layer, s.Foot, geom(s.Geom))
	}
	for i := range d.Facilities {
		f := &d.Facilities[i]
		batch.Queue(`insert into facility values ($1,$2,$3,$4,$5,nullif($6,0),ST_GeomFromWKB($7,4326))`,
			f.ID, f.Code, f.Name, f.NameEn, string(f.Category), f.Capacity, geom(f.Geom))
	}
	err = p.conn.SendBatch(ctx, batch).Close()
	if err == nil {
		_, err = p.conn.Exec(ctx, `create index on building using gist (geom); create index on street using gist (geom);
			create index on facility using gist (geom); analyze`)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// The queries of a tile server: one layer each, as ST_AsMVT makes it.
var peerQueries = map[Layer]string{
	Buildings:  peerQuery("building", "code,name,floors,height,use,people,units", "buildings"),
	Streets:    peerQuery("street", "class,name,bridge,tunnel,layer,foot", "streets"),
	Facilities: peerQuery("facility", "code,name,name_en,category,capacity", "facilities"),
}

func peerQuery(table, columns, layer string) string {
	return fmt.Sprintf(`with q as (select id,%s,ST_AsMVTGeom(ST_Transform(geom,3857),ST_TileEnvelope($1,$2,$3),4096,64,true) g from %s
		where geom && ST_Transform(ST_TileEnvelope($1,$2,$3,margin=>64.0/4096),4326)) select coalesce(ST_AsMVT(q,'%s',4096,'g','id'),'') from q where g is not null`,
		columns, table, layer)
}

func (p peer) tile(tb testing.TB, l Layer, z, x, y int) []byte {
	var b []byte
	if err := p.conn.QueryRow(context.Background(), peerQueries[l], z, x, y).Scan(&b); err != nil {
		tb.Fatal(err)
	}
	return b
}

// apart is how far two geometries of a kind are from one another: the area
// that only one of them covers, or the Hausdorff distance of lines.
func (p peer) apart(t *testing.T, a, b orb.Geometry, area bool) float64 {
	t.Helper()
	query := `select ST_HausdorffDistance(ST_GeomFromText($1),ST_GeomFromText($2))`
	if area {
		query = `select ST_Area(ST_SymDifference(ST_MakeValid(ST_GeomFromText($1),'method=structure'),ST_MakeValid(ST_GeomFromText($2),'method=structure')))`
	}
	var d float64
	if err := p.conn.QueryRow(t.Context(), query, wkt.MarshalString(a), wkt.MarshalString(b)).Scan(&d); err != nil {
		t.Fatal(err)
	}
	return d
}

// asOrb turns a decoded geometry into tile coordinates, moved by dx.
func asOrb(f mvt.Feature, dx float64) orb.Geometry {
	var parts []orb.LineString
	for _, part := range f.Geometry {
		var l orb.LineString
		for _, p := range part {
			l = append(l, orb.Point{float64(p[0]) + dx, float64(p[1])})
		}
		parts = append(parts, l)
	}
	switch f.Type {
	case mvt.PointType:
		return parts[0][0]
	case mvt.LineType:
		return orb.MultiLineString(parts)
	}
	var polygons orb.MultiPolygon
	for i, l := range parts {
		ring := append(orb.Ring(l), l[0])
		if mvt.SignedArea2(f.Geometry[i]) > 0 {
			polygons = append(polygons, orb.Polygon{ring})
		} else {
			polygons[len(polygons)-1] = append(polygons[len(polygons)-1], ring)
		}
	}
	return polygons
}

// perimeter is the length of all outlines.
func perimeter(f mvt.Feature) float64 {
	sum := 0.0
	for _, part := range f.Geometry {
		for i := range part {
			a, b := part[i], part[(i+1)%len(part)]
			sum += math.Hypot(float64(a[0]-b[0]), float64(a[1]-b[1]))
		}
	}
	return sum
}

var townHall = orb.Point{123.431, 41.803}

// Every feature of our tiles is in those of ST_AsMVT with the same id and
// properties and, up to snapping, the same geometry; and the other way round
// for all but slivers.
func TestTilesEqualAsMVT(t *testing.T) {
	d := randomCity(7, 300, townHall, 0.02)
	city, err := cityindex.New(d)
	if err != nil {
		t.Fatal(err)
	}
	s := NewService(cityindex.NewLive(city), nil, Options{})
	p := newPeer(t, d)
	compared := 0
	for z := 15; z <= 17; z++ {
		req := at(z, townHall)
		for dx := range 2 {
			for l := range peerQueries {
				one := Request{Layers: []Layer{l}, Z: z, X: req.X + dx, Y: req.Y}
				compared += compareWithPeer(t, s, p, one)
			}
		}
	}
	if compared < 300 {
		t.Errorf("only %d features were compared", compared)
	}
}

func compareWithPeer(t *testing.T, s *Service, p peer, req Request) int {
	t.Helper()
	l := req.Layers[0]
	tile, err := s.Tile(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("%s %d/%d/%d", l, req.Z, req.X, req.Y)
	ours := byID(decode(t, tile).Layer(string(l)))
	peerTile, err := mvt.Decode(p.tile(t, l, req.Z, req.X, req.Y))
	if err != nil {
		t.Fatalf("%s of ST_AsMVT is refused: %v", name, err)
	}
	theirs := byID(peerTile.Layer(string(l)))
	for id, f := range theirs {
		if _, ok := ours[id]; !ok && !(f.Type == mvt.PolygonType && areaOf(f) < 4) && !(f.Type == mvt.LineType && perimeter(f) < 4) {
			t.Errorf("%s: feature %d is missing: %v", name, id, f.Geometry)
		}
	}
	for id, f := range ours {
		g, ok := theirs[id]
		if !ok {
			if f.Type == mvt.PolygonType && areaOf(f) < 4 || f.Type == mvt.LineType && perimeter(f) < 4 {
				continue
			}
			t.Errorf("%s: feature %d is ours only: %v", name, id, f.Geometry)
			continue
		}
		sameProperties(t, name, f, g)
		if f.Type != g.Type {
			t.Errorf("%s: feature %d is of type %d, want %d", name, id, f.Type, g.Type)
			continue
		}
		limit := 1.5 // units: each side rounds to half a unit, in both directions
		if f.Type == mvt.PolygonType {
			limit = 2 + perimeter(f)
		}
		if apart := p.apart(t, asOrb(f, 0), asOrb(g, 0), f.Type == mvt.PolygonType); apart > limit {
			t.Errorf("%s: feature %d is %.1f apart, more than %.1f:\n%v\n%v", name, id, apart, limit, f.Geometry, g.Geometry)
		}
	}
	return len(ours)
}

func areaOf(f mvt.Feature) float64 {
	sum := int64(0)
	for _, ring := range f.Geometry {
		sum += mvt.SignedArea2(ring)
	}
	return float64(sum) / 2
}

func byID(l *mvt.DecodedLayer) map[uint64]mvt.Feature {
	m := map[uint64]mvt.Feature{}
	if l != nil {
		for _, f := range l.Features {
			m[f.ID] = f
		}
	}
	return m
}

func sameProperties(t *testing.T, name string, f, g mvt.Feature) {
	t.Helper()
	if len(f.Properties) != len(g.Properties) {
		t.Errorf("%s: feature %d has %v, want %v", name, f.ID, f.Properties, g.Properties)
	}
	for k, v := range g.Properties {
		if got := f.Properties[k]; fmt.Sprint(got) != fmt.Sprint(v) {
			t.Errorf("%s: feature %d: %s is %v, want %v", name, f.ID, k, got, v)
		}
	}
}

// What a polygon covers on both sides of the edge between two tiles is the
// same in both, up to a unit along its outline.
func TestNeighboursMeet(t *testing.T) {
	d := randomCity(11, 400, townHall, 0.02)
	city, err := cityindex.New(d)
	if err != nil {
		t.Fatal(err)
	}
	s := NewService(cityindex.NewLive(city), nil, Options{})
	p := newPeer(t, &cityindex.Data{})
	compared := 0
	for z := 13; z <= 16; z++ {
		req := at(z, townHall)
		req.Layers = []Layer{Buildings}
		left, err := s.Tile(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		req.X++
		right, err := s.Tile(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		theirs := byID(decode(t, right).Layer("buildings"))
		for id, f := range byID(decode(t, left).Layer("buildings")) {
			g, ok := theirs[id]
			if !ok || f.Type != mvt.PolygonType {
				continue
			}
			compared++
			const query = `with s as (select ST_MakeEnvelope(4064,0,4128,4096) s)
				select ST_Area(ST_SymDifference(ST_Intersection(ST_MakeValid(ST_GeomFromText($1),'method=structure'),s), ST_Intersection(ST_MakeValid(ST_GeomFromText($2),'method=structure'),s))) from s`
			var apart float64
			err := p.conn.QueryRow(t.Context(), query, wkt.MarshalString(asOrb(f, 0)), wkt.MarshalString(asOrb(g, mvt.Extent))).Scan(&apart)
			if err != nil {
				t.Fatal(err)
			}
			if limit := min(perimeter(f), 400) + 2; apart > limit {
				t.Errorf("zoom %d: building %d differs by %.1f at the seam, more than %.1f", z, id, apart, limit)
			}
		}
	}
	if compared < 20 {
		t.Errorf("only %d buildings lie on a seam", compared)
	}
}

// The area of a clipped ring is that of the intersection in PostGIS.
func TestClippedAreaEqualsPostGIS(t *testing.T) {
	p := newPeer(t, &cityindex.Data{})
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.Float64Range(-1000, 5000)
		at := vec{c.Draw(t, "x"), c.Draw(t, "y")}
		var ring []vec
		var text orb.Ring
		k := rapid.IntRange(3, 12).Draw(t, "corners")
		for i := range k {
			a := 2 * math.Pi * float64(i) / float64(k)
			r := rapid.Float64Range(1, 4000).Draw(t, "radius")
			v := vec{at.x + r*math.Cos(a), at.y + r*math.Sin(a)}
			ring = append(ring, v)
			text = append(text, orb.Point{v.x, v.y})
		}
		text = append(text, text[0])
		var want float64
		err := p.conn.QueryRow(context.Background(), `select ST_Area(ST_Intersection(ST_GeomFromText($1),ST_MakeEnvelope(-64,-64,4160,4160)))`,
			wkt.MarshalString(orb.Polygon{text})).Scan(&want)
		if err != nil {
			t.Fatal(err)
		}
		out, _, _ := clipRing(ring, nil, nil)
		got := 0.0
		for i := range out {
			a, b := out[i], out[(i+1)%len(out)]
			got += (a.x*b.y - b.x*a.y) / 2
			if a.x < windowMin-1e-9 || a.x > windowMax+1e-9 || a.y < windowMin-1e-9 || a.y > windowMax+1e-9 {
				t.Fatalf("the point %v lies outside the window", a)
			}
		}
		if math.Abs(math.Abs(got)-want) > 1e-6*math.Max(1, want) {
			t.Fatalf("area %f, want %f", got, want)
		}
	})
}
