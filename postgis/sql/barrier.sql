-- @stage
CREATE TEMP TABLE stage_barrier (n bigint, row bigint, code text, kind text, geom geometry) ON COMMIT DROP;
-- @resolve
SELECT s.n, s.row, s.code, s.kind, s.geom, NULL::text AS problem FROM stage_barrier s
