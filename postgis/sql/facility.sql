-- @stage
CREATE TEMP TABLE stage_facility (
    n bigint, row bigint, code text, name text, name_en text, category text, capacity integer,
    address text, geom geometry, grams text[]
) ON COMMIT DROP;
-- @resolve
SELECT s.*, place.id AS area_id, NULL::text AS problem
  FROM stage_facility s
  LEFT JOIN LATERAL (
       SELECT a.id FROM area a
        WHERE a.level = 'community' AND a.ended_on IS NULL AND ST_Covers(a.geom, s.geom)
        ORDER BY a.code LIMIT 1) place ON true
