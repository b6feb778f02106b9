-- Residents: persons, where they live or are registered, and their tags.
-- Identity numbers and phones arrive sealed and blinded. Where again is false
-- for all rows of a match_hash, the file has only one.
-- @stage
CREATE TEMP TABLE stage_resident (
    n bigint, row bigint, match_hash bytea, again boolean, id_cipher bytea, name text, sex text, birth_date date,
    phone_cipher bytea, phone_hash bytea, phone_tail bytea, grams text[], unit_code text,
    relation text, residency text, present boolean, tags text[]
) ON COMMIT DROP;

-- Rows of an entry that was merged into another are that other's. Then the
-- rows of persons who have several.
-- @multi
UPDATE stage_resident s SET match_hash = r.match_hash, again = true
  FROM resident_alias a JOIN resident r ON r.id = a.resident_id WHERE a.match_hash = s.match_hash;
CREATE TEMP TABLE multi ON COMMIT DROP AS
SELECT n, match_hash, occurrence, first_row FROM (
    SELECT n, match_hash, count(*) OVER (PARTITION BY match_hash) AS rows, row_number() OVER w AS occurrence, first_value(row) OVER w AS first_row
      FROM stage_resident
     WHERE match_hash IN (SELECT match_hash FROM stage_resident WHERE again)
    WINDOW w AS (PARTITION BY match_hash, present ORDER BY n)) q
 WHERE rows > 1;

-- Rows that say what the register has: they need nothing but counting. Only
-- the plain case is looked for, people with one home and no tags of this
-- source; all other rows are compared below. OFFSET 0 keeps the comparisons
-- out of the joins, whose sizes could else not be foretold.
-- @same
CREATE TEMP TABLE same ON COMMIT DROP AS
SELECT n, unit_id FROM (
    SELECT p.n, u.id AS unit_id, u.code = p.unit_code AND c.relation = p.relation AND c.residency = p.residency AS alike
      FROM (SELECT s.n, t.id, s.unit_code, s.relation, s.residency,
                   s.present AND s.tags IS NULL AND t.ended_on IS NULL
                   AND (t.name, t.sex, t.birth_date, t.phone_hash, t.grams)
                       IS NOT DISTINCT FROM (s.name, s.sex, s.birth_date, s.phone_hash, s.grams) AS alike
              FROM stage_resident s JOIN resident t ON t.match_hash = s.match_hash OFFSET 0) p
      JOIN residence c ON c.resident_id = p.id AND c.present AND c.valid_to IS NULL
      JOIN unit u ON u.id = c.unit_id AND u.ended_on IS NULL
     WHERE p.alike AND NOT {insert}
       AND NOT EXISTS (SELECT FROM residence o WHERE o.resident_id = p.id AND NOT o.present AND o.valid_to IS NULL)
       AND NOT EXISTS (SELECT FROM tag g WHERE g.resident_id = p.id AND g.source = {source} AND g.valid_to IS NULL)
       AND NOT EXISTS (SELECT FROM multi m WHERE m.n = p.n)
    OFFSET 0) q
 WHERE alike;

-- Where others change something in a unit, all its rows are looked at.
-- @neighbours
ANALYZE same (n, unit_id);
DELETE FROM same WHERE unit_id IN (
    SELECT u.id FROM stage_resident s JOIN unit u ON u.code = s.unit_code
     WHERE NOT EXISTS (SELECT FROM same x WHERE x.n = s.n));

-- Each row with its unit, the person it is (person; new ones get their id
-- here), that person's current spell of the same presence (spell_…) and, in
-- the same unit, of the other (other_…). A person may have one row for the
-- home she lives in and one for where she is registered; the first of them
-- leads and gives the person's own values, which stay in the staging table.
-- @merge
CREATE TEMP TABLE merge_resident ON COMMIT DROP AS
WITH joined AS (
    SELECT s.n, s.row, s.match_hash, s.relation, s.residency, s.present, s.tags,
           u.id AS unit_id, u.building_id, t.id AS old_id, m.n IS NOT NULL AS multi, m.first_row,
           t.id IS NOT NULL AND (t.ended_on IS NOT NULL
               OR (t.name, t.sex, t.birth_date, t.phone_hash, t.grams)
                  IS DISTINCT FROM (s.name, s.sex, s.birth_date, s.phone_hash, s.grams)) AS changed,
           c.id AS spell_id, c.unit_id AS spell_unit, c.household_id AS spell_household,
           c.relation AS spell_relation, c.residency AS spell_residency,
           o.id AS other_id, o.household_id AS other_household,
           CASE WHEN m.occurrence > 1 THEN 'duplicate'
                WHEN u.id IS NULL THEN 'unit'
                WHEN {insert} AND c.id IS NOT NULL THEN 'exists'
           END AS problem
      FROM stage_resident s
      LEFT JOIN multi m ON m.n = s.n
      LEFT JOIN unit u ON u.code = s.unit_code AND u.ended_on IS NULL
      LEFT JOIN resident t ON t.match_hash = s.match_hash
      LEFT JOIN residence c ON c.resident_id = t.id AND c.present = s.present AND c.valid_to IS NULL
      LEFT JOIN residence o ON o.resident_id = t.id AND o.present <> s.present AND o.valid_to IS NULL
                           AND o.unit_id = u.id
     WHERE NOT EXISTS (SELECT FROM same x WHERE x.n = s.n)
)
SELECT *, old_id IS NULL AS fresh, NOT multi AS leader,
       coalesce(old_id, CASE WHEN problem IS NULL AND NOT multi
                             THEN nextval({residents}) END) AS person
  FROM joined;
ANALYZE merge_resident (n, match_hash, unit_id, person, problem, spell_id);

-- The first unspoilt row of a person with several leads.
WITH first AS (
    SELECT match_hash, min(n) AS n, nextval({residents}) AS id
      FROM merge_resident WHERE multi AND problem IS NULL GROUP BY match_hash
)
UPDATE merge_resident m
   SET leader = m.n = first.n, changed = m.changed AND m.n = first.n, person = coalesce(m.old_id, first.id)
  FROM first
 WHERE m.multi AND m.problem IS NULL AND m.match_hash = first.match_hash;

-- Spells that this load ends: people who moved, and those whose presence in
-- the same unit turned over (living there ↔ registered there) without the
-- file giving both.
-- @leaving
CREATE TEMP TABLE leaving ON COMMIT DROP AS
SELECT spell_id AS id FROM merge_resident
 WHERE problem IS NULL AND spell_id IS NOT NULL AND spell_unit <> unit_id
UNION
SELECT m.other_id FROM merge_resident m
 WHERE m.problem IS NULL AND m.other_id IS NOT NULL
   AND NOT (m.multi AND EXISTS (
       SELECT FROM merge_resident b
        WHERE b.multi AND b.problem IS NULL AND b.match_hash = m.match_hash AND b.present <> m.present));

-- Households: in each unit where somebody needs one, in the file's order,
-- each head begins a household and the others join the last head before them.
-- People who live in the unit already keep theirs (prior). Who became head
-- keeps it too when nobody else remains its head.
-- @seats
CREATE TEMP TABLE seat ON COMMIT DROP AS
WITH asking AS (
    SELECT n, unit_id, relation = 'head' AS head,
           CASE WHEN spell_unit = unit_id THEN spell_household ELSE other_household END AS prior,
           spell_id IS NULL OR spell_unit <> unit_id OR (relation = 'head' AND spell_relation <> 'head') AS needs
      FROM merge_resident WHERE problem IS NULL
), walk AS (
    SELECT * FROM asking WHERE unit_id IN (SELECT unit_id FROM asking WHERE needs)
), claim AS ( -- heads who would keep a household in which they were no head
    SELECT n, row_number() OVER (PARTITION BY prior ORDER BY n) = 1 AND NOT EXISTS (
           SELECT FROM residence x
            WHERE x.household_id = walk.prior AND x.valid_to IS NULL AND x.present AND x.relation = 'head'
              AND x.id NOT IN (SELECT id FROM leaving)
              AND x.id NOT IN (SELECT spell_id FROM merge_resident
                                WHERE problem IS NULL AND spell_relation = 'head' AND relation <> 'head')) AS won
      FROM walk WHERE head AND needs AND prior IS NOT NULL
), mark AS (
    SELECT w.*, w.head AND w.needs AND w.n NOT IN (SELECT n FROM claim WHERE won) AS begins FROM walk w
), file AS ( -- the last head, the last that begins, and how many began
    SELECT *, max(n) FILTER (WHERE head) OVER u AS head_n, max(n) FILTER (WHERE begins) OVER u AS begun_n,
           count(*) FILTER (WHERE begins) OVER u AS begun
      FROM mark WINDOW u AS (PARTITION BY unit_id ORDER BY n)
), taken AS (
    SELECT unit_id, max(seq) AS seq FROM household
     WHERE unit_id IN (SELECT unit_id FROM mark WHERE begins) GROUP BY unit_id
)
SELECT f.n, f.unit_id,
       CASE WHEN NOT f.head AND f.prior IS NOT NULL THEN f.prior
            WHEN f.begun_n IS DISTINCT FROM f.head_n THEN h.prior END AS household_id,
       CASE WHEN NOT f.head AND f.prior IS NOT NULL THEN NULL
            WHEN f.head_n IS NULL THEN 1
            WHEN f.begun_n = f.head_n THEN coalesce(t.seq, 0) + f.begun END AS seq
  FROM file f
  LEFT JOIN taken t ON t.unit_id = f.unit_id
  LEFT JOIN mark h ON h.n = f.head_n AND NOT h.begins
 WHERE f.needs;
CREATE TEMP TABLE new_household ON COMMIT DROP AS
SELECT DISTINCT s.unit_id, s.seq FROM seat s
 WHERE s.household_id IS NULL
   AND NOT EXISTS (SELECT FROM household h WHERE h.unit_id = s.unit_id AND h.seq = s.seq);
INSERT INTO household (unit_id, seq, created_batch) SELECT unit_id, seq, {batch} FROM new_household ORDER BY unit_id, seq;
-- Homes that are new or change.
-- @spells
CREATE TEMP TABLE spell ON COMMIT DROP AS
SELECT m.n, m.person, m.building_id, m.unit_id, m.relation, m.residency, m.spell_id,
       coalesce(s.household_id, h.id, m.spell_household) AS household_id,
       CASE WHEN m.spell_id IS NULL OR m.spell_unit <> m.unit_id THEN 'new' ELSE 'changed' END AS act
  FROM merge_resident m
  LEFT JOIN seat s ON s.n = m.n
  LEFT JOIN household h ON s.household_id IS NULL AND h.unit_id = s.unit_id AND h.seq = s.seq
 WHERE m.problem IS NULL
   AND (m.spell_id IS NULL OR m.spell_unit <> m.unit_id OR m.relation <> m.spell_relation OR m.residency <> m.spell_residency
        OR coalesce(s.household_id, h.id, m.spell_household) <> m.spell_household);

-- What the tags of this source should be, against what they are.
-- @tags
CREATE TEMP TABLE tag_diff ON COMMIT DROP AS
WITH wanted AS (
    SELECT DISTINCT person, unnest(tags) AS kind FROM merge_resident
     WHERE problem IS NULL AND tags IS NOT NULL
), had AS (
    SELECT t.id, t.resident_id AS person, t.kind FROM tag t
     WHERE t.valid_to IS NULL AND t.source = {source}
       AND t.resident_id IN (SELECT old_id FROM merge_resident WHERE problem IS NULL)
)
SELECT w.person AS wanted, h.person AS had, coalesce(w.kind, h.kind) AS kind, h.id
  FROM wanted w FULL JOIN had h ON h.person = w.person AND h.kind = w.kind
 WHERE w.person IS NULL OR h.person IS NULL;

-- Persons.
-- @update_residents
INSERT INTO load_change (entity, entity_id, building_id, op, old)
SELECT 'resident', t.id, m.building_id, 'update',
       jsonb_build_object('updated_batch', t.updated_batch, 'ended_on', t.ended_on)
       || CASE WHEN t.name IS DISTINCT FROM s.name THEN jsonb_build_object('name', t.name) ELSE '{}' END
       || CASE WHEN t.grams IS DISTINCT FROM s.grams THEN jsonb_build_object('grams', t.grams) ELSE '{}' END
       || CASE WHEN t.sex IS DISTINCT FROM s.sex THEN jsonb_build_object('sex', t.sex) ELSE '{}' END
       || CASE WHEN t.birth_date IS DISTINCT FROM s.birth_date THEN jsonb_build_object('birth_date', t.birth_date) ELSE '{}' END
       || CASE WHEN t.phone_hash IS DISTINCT FROM s.phone_hash THEN jsonb_build_object(
              'phone_cipher', t.phone_cipher, 'phone_hash', t.phone_hash, 'phone_tail', t.phone_tail) ELSE '{}' END
  FROM merge_resident m JOIN stage_resident s ON s.n = m.n JOIN resident t ON t.id = m.old_id
 WHERE m.problem IS NULL AND m.changed;
-- Ciphers differ at every sealing; they are written only with a new value.
INSERT INTO resident AS t (match_hash, id_cipher, name, sex, birth_date, phone_cipher, phone_hash, phone_tail, grams)
SELECT match_hash, id_cipher, name, sex, birth_date, phone_cipher, phone_hash, phone_tail, grams
  FROM stage_resident WHERE n IN (SELECT n FROM merge_resident WHERE problem IS NULL AND changed)
ON CONFLICT (match_hash) DO UPDATE SET
    name = excluded.name, sex = excluded.sex, birth_date = excluded.birth_date, grams = excluded.grams,
    phone_cipher = CASE WHEN t.phone_hash IS DISTINCT FROM excluded.phone_hash
                        THEN excluded.phone_cipher ELSE t.phone_cipher END,
    phone_hash = excluded.phone_hash, phone_tail = excluded.phone_tail, ended_on = NULL, updated_batch = {batch};
-- @insert_residents
INSERT INTO resident (id, match_hash, id_cipher, name, sex, birth_date, phone_cipher, phone_hash, phone_tail, grams, created_batch)
OVERRIDING SYSTEM VALUE
SELECT m.person, s.match_hash, s.id_cipher, s.name, s.sex, s.birth_date, s.phone_cipher, s.phone_hash, s.phone_tail, s.grams, {batch}
  FROM stage_resident s JOIN merge_resident m ON m.n = s.n WHERE m.problem IS NULL AND m.fresh AND m.leader;

-- Spells: those that end make room before others come, and heads that step
-- down before others step up (see the index residence_head).
-- @update_spells
INSERT INTO load_change (entity, entity_id, building_id, op, old, west, south, east, north)
SELECT 'residence', r.id, r.building_id, 'end', jsonb_build_object('updated_batch', r.updated_batch, 'valid_to', NULL),
       ST_XMin(b.geom), ST_YMin(b.geom), ST_XMax(b.geom), ST_YMax(b.geom)
  FROM residence r JOIN building b ON b.id = r.building_id WHERE r.id IN (SELECT id FROM leaving);
UPDATE residence SET valid_to = current_date, updated_batch = {batch} WHERE id IN (SELECT id FROM leaving);
INSERT INTO load_change (entity, entity_id, building_id, op, old, west, south, east, north)
SELECT 'residence', r.id, r.building_id, 'update',
       jsonb_build_object('updated_batch', r.updated_batch)
       || CASE WHEN r.relation <> s.relation THEN jsonb_build_object('relation', r.relation) ELSE '{}' END
       || CASE WHEN r.residency <> s.residency THEN jsonb_build_object('residency', r.residency) ELSE '{}' END
       || CASE WHEN r.household_id <> s.household_id THEN jsonb_build_object('household_id', r.household_id) ELSE '{}' END,
       ST_XMin(b.geom), ST_YMin(b.geom), ST_XMax(b.geom), ST_YMax(b.geom)
  FROM spell s JOIN residence r ON r.id = s.spell_id JOIN building b ON b.id = r.building_id
 WHERE s.act = 'changed';
UPDATE residence r SET relation = s.relation, residency = s.residency, household_id = s.household_id, updated_batch = {batch}
  FROM spell s WHERE s.act = 'changed' AND r.id = s.spell_id AND s.relation <> 'head';
UPDATE residence r SET relation = s.relation, residency = s.residency, household_id = s.household_id, updated_batch = {batch}
  FROM spell s WHERE s.act = 'changed' AND r.id = s.spell_id AND s.relation = 'head';
-- @insert_spells
INSERT INTO residence (resident_id, building_id, unit_id, household_id, relation, residency, created_batch)
SELECT person, building_id, unit_id, household_id, relation, residency, {batch}
  FROM spell WHERE act = 'new' ORDER BY n;

-- A tag is sensitive unless it is known not to be.
-- @write_tags
INSERT INTO load_change (entity, entity_id, op, old)
SELECT 'tag', t.id, 'end', jsonb_build_object('updated_batch', t.updated_batch, 'valid_to', NULL)
  FROM tag t WHERE t.id IN (SELECT id FROM tag_diff WHERE wanted IS NULL);
UPDATE tag SET valid_to = current_date, updated_batch = {batch} WHERE id IN (SELECT id FROM tag_diff WHERE wanted IS NULL);
INSERT INTO tag (resident_id, kind, source, sensitive, created_batch)
SELECT wanted, kind, {source}, kind NOT IN ('subsistence', 'extreme_poverty', 'living_alone', 'veteran', 'party_member'), {batch}
  FROM tag_diff WHERE had IS NULL ORDER BY wanted, kind;

-- @loads
INSERT INTO load_change (entity, op)
SELECT 'resident', 'load' WHERE EXISTS (SELECT FROM merge_resident WHERE problem IS NULL AND fresh)
UNION ALL
SELECT 'tag', 'load' WHERE EXISTS (SELECT FROM tag_diff WHERE had IS NULL);
INSERT INTO load_change (entity, op, west, south, east, north)
SELECT e, 'load', min(ST_XMin(b.geom)), min(ST_YMin(b.geom)), max(ST_XMax(b.geom)), max(ST_YMax(b.geom))
  FROM building b, (VALUES ('household'), ('residence')) v (e)
 WHERE b.id IN (SELECT building_id FROM spell WHERE act = 'new')
   AND (e = 'residence' OR EXISTS (SELECT FROM new_household))
 GROUP BY e ORDER BY e;

-- What became of the rows.
-- @counts
SELECT count(*) FILTER (WHERE act = 'created'), count(*) FILTER (WHERE act = 'updated'), count(*) FILTER (WHERE act = 'same') + (SELECT count(*) FROM same)
  FROM (SELECT CASE WHEN m.fresh OR s.act = 'new' THEN 'created'
                    WHEN m.changed OR s.act = 'changed'
                      OR (m.leader AND m.person IN (SELECT coalesce(wanted, had) FROM tag_diff)) THEN 'updated'
                    ELSE 'same' END AS act
          FROM merge_resident m LEFT JOIN spell s ON s.n = m.n WHERE m.problem IS NULL) q;

-- Mode replace: homes that this source told of and the file lacks end, with
-- the source's tags of people who have none left, and those people.
-- @replace
CREATE TEMP TABLE gone ON COMMIT DROP AS
SELECT r.id, r.resident_id, r.building_id FROM residence r JOIN resident p ON p.id = r.resident_id
 WHERE r.valid_to IS NULL
   AND EXISTS (SELECT FROM import_batch b
                WHERE b.kind = {kind} AND b.source = {source} AND b.id <> {batch}
                  AND b.finished_at IS NOT NULL AND b.undone_at IS NULL
                  AND b.id IN (r.created_batch, r.updated_batch))
   AND NOT EXISTS (SELECT FROM stage_resident s WHERE s.match_hash = p.match_hash AND s.present = r.present);
INSERT INTO load_change (entity, entity_id, building_id, op, old, west, south, east, north)
SELECT 'residence', r.id, r.building_id, 'end', jsonb_build_object('updated_batch', r.updated_batch, 'valid_to', NULL),
       ST_XMin(b.geom), ST_YMin(b.geom), ST_XMax(b.geom), ST_YMax(b.geom)
  FROM gone g JOIN residence r ON r.id = g.id JOIN building b ON b.id = r.building_id;
UPDATE residence SET valid_to = current_date, updated_batch = {batch} WHERE id IN (SELECT id FROM gone);
DELETE FROM gone g WHERE EXISTS (SELECT FROM residence r WHERE r.resident_id = g.resident_id AND r.valid_to IS NULL);
INSERT INTO load_change (entity, entity_id, op, old)
SELECT 'tag', t.id, 'end', jsonb_build_object('updated_batch', t.updated_batch, 'valid_to', NULL)
  FROM tag t WHERE t.valid_to IS NULL AND t.source = {source} AND t.resident_id IN (SELECT resident_id FROM gone);
UPDATE tag SET valid_to = current_date, updated_batch = {batch}
 WHERE valid_to IS NULL AND source = {source} AND resident_id IN (SELECT resident_id FROM gone);
INSERT INTO load_change (entity, entity_id, building_id, op, old)
SELECT 'resident', p.id, min(g.building_id), 'end', jsonb_build_object('updated_batch', p.updated_batch, 'ended_on', NULL)
  FROM gone g JOIN resident p ON p.id = g.resident_id WHERE p.ended_on IS NULL GROUP BY p.id;
UPDATE resident SET ended_on = current_date, updated_batch = {batch}
 WHERE ended_on IS NULL AND id IN (SELECT resident_id FROM gone);
