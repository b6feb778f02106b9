-- Entrances: a row without a place does not take away the place that is known.
-- @stage
CREATE TEMP TABLE stage_entrance (
    n bigint, row bigint, number text, building_code text, kind text, node_id bigint, geom geometry, code text
) ON COMMIT DROP;
-- @resolve
SELECT s.n, s.row, s.code, b.id AS building_id, s.number, s.kind,
       CASE WHEN s.geom IS NULL THEN old.node_id ELSE s.node_id END AS node_id,
       coalesce(s.geom, old.geom) AS geom,
       CASE WHEN b.id IS NULL THEN 'building'
            WHEN old.building_id <> b.id THEN 'collision'
       END AS problem
  FROM stage_entrance s
  LEFT JOIN building b ON b.code = s.building_code AND b.ended_on IS NULL
  LEFT JOIN entrance old ON old.code = s.code
