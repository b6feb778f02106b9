-- Units: their entrances are made where no map has told of them.
-- @stage
CREATE TEMP TABLE stage_unit (
    n bigint, row bigint, code text, building_code text, entrance text, floor smallint, room text,
    use text, area_m2 real
) ON COMMIT DROP;
-- @prepare
INSERT INTO entrance (code, building_id, number, created_batch)
SELECT DISTINCT b.code || '-' || s.entrance, b.id, s.entrance, {batch}
  FROM stage_unit s
  JOIN building b ON b.code = s.building_code AND b.ended_on IS NULL
 WHERE NOT EXISTS (SELECT FROM entrance e WHERE e.building_id = b.id AND e.number = s.entrance)
ON CONFLICT DO NOTHING;
-- @resolve
SELECT s.n, s.row, s.code, b.id AS building_id, e.id AS entrance_id, s.floor, s.room, s.use, s.area_m2,
       CASE WHEN b.id IS NULL THEN 'building'
            WHEN e.id IS NULL OR old.entrance_id <> e.id THEN 'collision'
       END AS problem
  FROM stage_unit s
  LEFT JOIN building b ON b.code = s.building_code AND b.ended_on IS NULL
  LEFT JOIN entrance e ON e.building_id = b.id AND e.number = s.entrance
  LEFT JOIN unit old ON old.code = s.code
