package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"hearthmap/importers"
)

var _ importers.Evidence = (*DB)(nil)

// CityBoxes implements importers.Evidence: the boxes of the districts and of
// all areas that belong to no other.
func (db *DB) CityBoxes(ctx context.Context) ([]orb.Bound, error) {
	const op = "postgis.CityBoxes"
	rows, err := db.Pool.Query(ctx, `SELECT ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom)
		FROM area WHERE ended_on IS NULL AND (parent_id IS NULL OR level IN ('city', 'district')) AND NOT ST_IsEmpty(geom)`)
	if err != nil {
		return nil, loadError(op, err)
	}
	boxes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b orb.Bound, err error) {
		err = row.Scan(&b.Min[0], &b.Min[1], &b.Max[0], &b.Max[1])
		return b, err
	})
	return boxes, loadError(op, err)
}

// placesSQL answers questions about places. Distances are on the spheroid;
// the box of 0.003 degrees, which holds a hundred metres up to 70 degrees of
// latitude, lets the index find what is near.
const placesSQL = `
WITH asked AS (
	SELECT n, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS p, area, compound, building
	  FROM unnest($1::int[], $2::float8[], $3::float8[], $4::text[], $5::text[], $6::text[])
	       AS t (n, lon, lat, area, compound, building))
SELECT q.n,
	EXISTS (SELECT 1 FROM area a WHERE a.ended_on IS NULL AND ST_Intersects(a.geom, q.p)),
	coalesce(a.id, g.id) IS NOT NULL,
	coalesce(ST_Intersects(coalesce(a.geom, g.geom), q.p), false),
	c.id IS NOT NULL, coalesce(ST_Intersects(c.geom, q.p), false),
	b.id IS NOT NULL, coalesce(ST_DWithin(b.geom::geography, q.p::geography, 50), false),
	EXISTS (SELECT 1 FROM building f WHERE f.ended_on IS NULL AND ST_Intersects(f.geom, q.p)),
	EXISTS (SELECT 1 FROM building f WHERE f.ended_on IS NULL AND f.geom && ST_Expand(q.p, 0.003)
	           AND ST_DWithin(f.geom::geography, q.p::geography, 100))
  FROM asked q
  LEFT JOIN area a ON a.code = q.area AND a.ended_on IS NULL
  LEFT JOIN grid g ON g.code = q.area AND g.ended_on IS NULL
  LEFT JOIN compound c ON c.code = q.compound AND c.ended_on IS NULL
  LEFT JOIN building b ON b.code = q.building AND b.ended_on IS NULL
 ORDER BY q.n`

// Places implements importers.Evidence.
func (db *DB) Places(ctx context.Context, asked []importers.PlaceQuestion) ([]importers.PlaceAnswer, error) {
	const op = "postgis.Places"
	n := make([]int32, len(asked))
	lon, lat := make([]float64, len(asked)), make([]float64, len(asked))
	area, compound, building := make([]string, len(asked)), make([]string, len(asked)), make([]string, len(asked))
	for i, q := range asked {
		n[i], lon[i], lat[i] = int32(i), q.At[0], q.At[1]
		area[i], compound[i], building[i] = q.AreaCode, q.CompoundCode, q.BuildingCode
	}
	rows, err := db.Pool.Query(ctx, placesSQL, n, lon, lat, area, compound, building)
	if err != nil {
		return nil, loadError(op, err)
	}
	answers := make([]importers.PlaceAnswer, len(asked))
	var i int32
	var a importers.PlaceAnswer
	_, err = pgx.ForEachRow(rows, []any{
		&i, &a.InCity, &a.AreaKnown, &a.InArea, &a.CompoundKnown, &a.InNamed, &a.BuildingKnown, &a.AtNamed, &a.OnFootprint, &a.NearBuilding,
	}, func() error {
		answers[i] = a
		return nil
	})
	return answers, loadError(op, err)
}
