-- @stage
CREATE TEMP TABLE stage_land (n bigint, row bigint, code text, name text, kind text, geom geometry) ON COMMIT DROP;
-- @resolve
SELECT s.n, s.row, s.code, s.name, s.kind, s.geom, NULL::text AS problem FROM stage_land s
