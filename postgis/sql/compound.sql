-- Compounds lie in the community the file names, else in the one around them.
-- @stage
CREATE TEMP TABLE stage_compound (
    n bigint, row bigint, code text, name text, name_en text, aliases text[], area_code text, walled boolean,
    geom geometry, grams text[]
) ON COMMIT DROP;
-- @resolve
SELECT s.n, s.row, s.code, s.name, s.name_en, s.aliases, coalesce(g.id, place.id) AS area_id, s.area_code <> '' AS area_given,
       s.walled, s.geom, s.grams,
       CASE WHEN s.area_code <> '' AND g.id IS NULL THEN 'area' END AS problem
  FROM stage_compound s
  LEFT JOIN area g ON g.code = s.area_code AND g.ended_on IS NULL
  LEFT JOIN LATERAL (
       SELECT a.id FROM area a
        WHERE s.area_code = '' AND a.level = 'community' AND a.ended_on IS NULL
          AND ST_Covers(a.geom, ST_PointOnSurface(s.geom))
        ORDER BY a.code LIMIT 1) place ON true
