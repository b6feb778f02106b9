-- Areas from the city down to the community; loaded level by level, so that
-- parents of the same file are there when their parts come.
-- @stage
CREATE TEMP TABLE stage_area (
    n bigint, row bigint, code text, name text, name_en text, level text, parent_code text,
    geom geometry, grams text[]
) ON COMMIT DROP;
-- @resolve
SELECT s.n, s.row, s.code, s.name, s.name_en, s.level, p.id AS parent_id, s.geom, s.grams,
       CASE WHEN s.parent_code = '' THEN NULL
            WHEN array_position(r.ranks, f.level) >= array_position(r.ranks, s.level) THEN 'level'
            WHEN p.id IS NULL THEN 'parent'
            WHEN array_position(r.ranks, p.level) >= array_position(r.ranks, s.level) THEN 'level'
       END AS problem
  FROM stage_area s
  CROSS JOIN (SELECT '{city,district,street,community}'::text[] AS ranks) r
  LEFT JOIN (SELECT DISTINCT ON (code) code, level FROM stage_area ORDER BY code, n) f ON f.code = s.parent_code
  LEFT JOIN area p ON p.code = s.parent_code AND p.ended_on IS NULL
 WHERE s.level = '{level}'
