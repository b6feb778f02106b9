-- Residents of a file that comes first, into an empty register whose indexes
-- are away: nobody is known yet, nothing is compared. It gives what resident.sql
-- gives, household by household. Persons and homes get {person} and {home}
-- plus the row's number as ids, households are numbered from {household} on.
-- @merge
CREATE TEMP TABLE merge_resident ON COMMIT DROP AS
SELECT s.n, s.row, u.id AS unit_id, u.building_id, {person} + s.n AS person, m.n IS NULL AS leader, s.relation, s.residency, m.first_row,
       CASE WHEN m.occurrence > 1 THEN 'duplicate'
            WHEN u.id IS NULL THEN 'unit'
       END AS problem
  FROM stage_resident s
  LEFT JOIN multi m ON m.n = s.n
  LEFT JOIN unit u ON u.code = s.unit_code AND u.ended_on IS NULL;

-- The first unspoilt row of a person with several leads.
-- @leaders
WITH first AS (
    SELECT m.match_hash, min(r.n) AS n FROM merge_resident r JOIN multi m ON m.n = r.n WHERE r.problem IS NULL GROUP BY m.match_hash
)
UPDATE merge_resident r SET person = {person} + first.n, leader = r.n = first.n
  FROM multi m JOIN first ON first.match_hash = m.match_hash WHERE m.n = r.n AND r.problem IS NULL;

-- @persons
INSERT INTO resident (id, match_hash, id_cipher, name, sex, birth_date, phone_cipher, phone_hash, phone_tail, grams, created_batch)
OVERRIDING SYSTEM VALUE
SELECT {person} + s.n, s.match_hash, s.id_cipher, s.name, s.sex, s.birth_date, s.phone_cipher, s.phone_hash, s.phone_tail, s.grams, {batch}
  FROM stage_resident s
 WHERE NOT EXISTS (SELECT FROM merge_resident m WHERE m.n = s.n AND (m.problem IS NOT NULL OR NOT m.leader));

-- In each unit, in the file's order, each head begins a household and the
-- others join the last head before them; those before the first head join him.
-- @homes
WITH walk AS (
    SELECT n, unit_id, building_id, person, relation, residency, row_number() OVER w AS i,
           count(*) FILTER (WHERE relation = 'head') OVER w AS heads
      FROM merge_resident WHERE problem IS NULL
    WINDOW w AS (PARTITION BY unit_id ORDER BY n ROWS UNBOUNDED PRECEDING)
), seat AS MATERIALIZED (
    SELECT *, i = 1 OR relation = 'head' AND heads > 1 AS begins,
           {household} + count(*) FILTER (WHERE i = 1 OR relation = 'head' AND heads > 1)
               OVER (ORDER BY unit_id, n ROWS UNBOUNDED PRECEDING) AS household_id
      FROM walk
), made AS (
    INSERT INTO household (id, unit_id, seq, created_batch) OVERRIDING SYSTEM VALUE
    SELECT household_id, unit_id, greatest(heads, 1), {batch} FROM seat WHERE begins
)
INSERT INTO residence (id, resident_id, building_id, unit_id, household_id, relation, residency, created_batch)
OVERRIDING SYSTEM VALUE
SELECT {home} + n, person, building_id, unit_id, household_id, relation, residency, {batch} FROM seat;

-- @tags
INSERT INTO tag (resident_id, kind, source, sensitive, created_batch)
SELECT DISTINCT m.person, t.kind, {source}, t.kind NOT IN ('subsistence', 'extreme_poverty', 'living_alone', 'veteran', 'party_member'), {batch}
  FROM stage_resident s JOIN merge_resident m ON m.n = s.n CROSS JOIN unnest(s.tags) t (kind)
 WHERE s.tags IS NOT NULL AND m.problem IS NULL ORDER BY 1, 2;

-- @loads
INSERT INTO load_change (entity, op)
SELECT 'resident', 'load' WHERE EXISTS (SELECT FROM resident)
UNION ALL
SELECT 'tag', 'load' WHERE EXISTS (SELECT FROM tag);
INSERT INTO load_change (entity, op, west, south, east, north)
SELECT e, 'load', west, south, east, north
  FROM (SELECT min(ST_XMin(geom)) AS west, min(ST_YMin(geom)) AS south, max(ST_XMax(geom)) AS east, max(ST_YMax(geom)) AS north
          FROM building WHERE id IN (SELECT building_id FROM merge_resident WHERE problem IS NULL)) b, (VALUES ('household'), ('residence')) v (e)
 WHERE b.west IS NOT NULL ORDER BY e;
