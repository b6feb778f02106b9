-- @stage
CREATE TEMP TABLE stage_gate (
    n bigint, row bigint, code text, name text, compound_code text, kind text, open boolean, hours text,
    node_id bigint, geom geometry
) ON COMMIT DROP;
-- @resolve
SELECT s.n, s.row, s.code, s.name, c.id AS compound_id, s.kind, s.open, s.hours, s.node_id, s.geom,
       CASE WHEN s.compound_code <> '' AND c.id IS NULL THEN 'compound' END AS problem
  FROM stage_gate s
  LEFT JOIN compound c ON c.code = s.compound_code AND c.ended_on IS NULL
