-- Buildings: what the file names must exist; what it leaves out is found by
-- the building's place, the lowest code first.
-- @stage
CREATE TEMP TABLE stage_building (
    n bigint, row bigint, code text, name text, address text, use text, floors smallint, height real,
    built_year smallint, area_code text, compound text, geom geometry, point geometry, grams text[]
) ON COMMIT DROP;
-- @resolve
SELECT s.n, s.row, s.code, s.name, s.address, s.use, s.floors, s.height, s.built_year,
       coalesce(g.id, around.id) AS area_id, grid.id AS grid_id,
       coalesce(c.id, named.id, estate.id) AS compound_id,
       s.area_code <> '' AS area_given, s.compound <> '' AS compound_given,
       s.geom, s.point, s.grams,
       CASE WHEN s.area_code <> '' AND g.id IS NULL THEN 'area'
            WHEN s.compound <> '' AND coalesce(c.id, named.id) IS NULL THEN 'compound'
       END AS problem
  FROM stage_building s
  LEFT JOIN area g ON g.code = s.area_code AND g.ended_on IS NULL
  LEFT JOIN compound c ON c.code = s.compound AND c.ended_on IS NULL
  LEFT JOIN (SELECT name, min(id) AS id FROM compound
              WHERE ended_on IS NULL AND name <> '' GROUP BY name HAVING count(*) = 1) named
         ON named.name = s.compound AND c.id IS NULL
  LEFT JOIN LATERAL (
       SELECT a.id FROM area a
        WHERE s.area_code = '' AND a.level = 'community' AND a.ended_on IS NULL AND ST_Covers(a.geom, s.point)
        ORDER BY a.code LIMIT 1) around ON true
  LEFT JOIN LATERAL (
       SELECT a.id FROM grid a WHERE a.ended_on IS NULL AND ST_Covers(a.geom, s.point)
        ORDER BY a.code LIMIT 1) grid ON true
  LEFT JOIN LATERAL (
       SELECT a.id FROM compound a WHERE s.compound = '' AND a.ended_on IS NULL AND ST_Covers(a.geom, s.point)
        ORDER BY a.code LIMIT 1) estate ON true
