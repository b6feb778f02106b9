-- Grids belong to the community the file names, else to the one they lie in.
-- @stage
CREATE TEMP TABLE stage_grid (
    n bigint, row bigint, code text, name text, parent_code text, geom geometry, grams text[]
) ON COMMIT DROP;
-- @resolve
SELECT s.n, s.row, s.code, s.name, coalesce(p.id, place.id) AS area_id, s.parent_code <> '' AS area_given,
       s.geom, s.grams,
       CASE WHEN s.parent_code <> '' AND p.id IS NULL THEN 'parent' END AS problem
  FROM stage_grid s
  LEFT JOIN area p ON p.code = s.parent_code AND p.ended_on IS NULL
  LEFT JOIN LATERAL (
       SELECT a.id FROM area a
        WHERE s.parent_code = '' AND a.level = 'community' AND a.ended_on IS NULL
          AND ST_Covers(a.geom, ST_PointOnSurface(s.geom))
        ORDER BY a.code LIMIT 1) place ON true
