-- @stage
CREATE TEMP TABLE stage_street (
    n bigint, row bigint, code text, name text, name_en text, class text, foot boolean, steps boolean,
    bridge boolean, tunnel boolean, layer smallint, foot_oneway smallint,
    crossing text, no_wheels boolean, node_ids bigint[], geom geometry
) ON COMMIT DROP;
-- @resolve
SELECT s.*, NULL::text AS problem FROM stage_street s
