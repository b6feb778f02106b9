-- People across sources: which entries are worth comparing. The blocks are
-- those of importers/people (block.go), the oracle of these statements.

-- The entries, with the home where each lives (h_) and the one where it is
-- registered (g_).
-- @facts
CREATE TEMP TABLE people_fact ON COMMIT DROP AS
SELECT r.id, r.id_cipher, r.name, r.sex, r.birth_date, r.phone_hash, coalesce(r.created_batch, 0) AS file,
       h.unit_id AS h_unit, h.building_id AS h_building, hb.compound_id AS h_compound, hb.area_id AS h_area,
       h.household_id AS h_household, h.relation AS h_relation,
       g.unit_id AS g_unit, g.building_id AS g_building, gb.compound_id AS g_compound, gb.area_id AS g_area,
       g.household_id AS g_household, g.relation AS g_relation
  FROM resident r
  LEFT JOIN residence h ON h.resident_id = r.id AND h.valid_to IS NULL AND h.present
  LEFT JOIN building hb ON hb.id = h.building_id
  LEFT JOIN residence g ON g.resident_id = r.id AND g.valid_to IS NULL AND NOT g.present
  LEFT JOIN building gb ON gb.id = g.building_id
 WHERE r.ended_on IS NULL AND r.merged_into IS NULL;
ANALYZE people_fact (id, name, birth_date, phone_hash, h_area, h_unit);
CREATE TEMP TABLE people_candidate (a bigint, b bigint, kind smallint) ON COMMIT DROP;
CREATE TEMP TABLE people_block (kind smallint, blocks bigint, pairs bigint, largest bigint, oversized bigint, skipped bigint) ON COMMIT DROP;

-- The blocks, by the names that importers/people gives them: key, entry, and
-- whether it lacks a number.
-- @phone_year
SELECT hashtextextended(encode(phone_hash, 'hex') || extract(year FROM birth_date), 0) AS key, id, id_cipher IS NULL AS bare FROM people_fact
 WHERE phone_hash IS NOT NULL AND birth_date IS NOT NULL
-- @name_birth
SELECT hashtextextended(name || birth_date, 0) AS key, id, id_cipher IS NULL AS bare FROM people_fact WHERE birth_date IS NOT NULL
-- @name_building
SELECT hashtextextended(h_building || ' ' || name, 0) AS key, id, id_cipher IS NULL AS bare FROM people_fact WHERE h_building IS NOT NULL
UNION ALL
SELECT hashtextextended(g_building || ' ' || name, 0), id, id_cipher IS NULL FROM people_fact
 WHERE g_building IS NOT NULL AND g_building IS DISTINCT FROM h_building
-- @birth_community
SELECT hashtextextended(h_area || ' ' || birth_date, 0) AS key, id, id_cipher IS NULL AS bare FROM people_fact WHERE h_area IS NOT NULL AND birth_date IS NOT NULL
UNION ALL
SELECT hashtextextended(g_area || ' ' || birth_date, 0), id, id_cipher IS NULL FROM people_fact
 WHERE g_area IS NOT NULL AND birth_date IS NOT NULL AND g_area IS DISTINCT FROM h_area
-- @name_community_without_id
SELECT hashtextextended(h_area || ' ' || name, 0) AS key, id, id_cipher IS NULL AS bare FROM people_fact WHERE h_area IS NOT NULL
UNION ALL
SELECT hashtextextended(g_area || ' ' || name, 0), id, id_cipher IS NULL FROM people_fact WHERE g_area IS NOT NULL AND g_area IS DISTINCT FROM h_area
-- @unit_without_id
SELECT h_unit AS key, id, id_cipher IS NULL AS bare FROM people_fact WHERE h_unit IS NOT NULL
UNION ALL
SELECT g_unit, id, id_cipher IS NULL FROM people_fact WHERE g_unit IS NOT NULL AND g_unit IS DISTINCT FROM h_unit

-- One kind of blocks. Most entries are alone in theirs, and leave at the
-- first step; so do, for kinds that want an entry without a number, blocks
-- without one. Only oversized blocks are sorted.
-- @block
CREATE TEMP TABLE people_entry_key ON COMMIT DROP AS
SELECT key, id, bare FROM ({keys}
) k;
CREATE TEMP TABLE people_key ON COMMIT DROP AS
WITH shared AS (
    SELECT key, count(*) AS size FROM people_entry_key GROUP BY key HAVING count(*) > 1 AND (bool_or(bare) OR NOT {bare})
)
SELECT key, id, bare, size, NULL::bigint AS place FROM shared JOIN people_entry_key USING (key) WHERE size <= {block}
UNION ALL
SELECT key, id, e.bare, size, row_number() OVER (PARTITION BY key ORDER BY f.name COLLATE "C", f.birth_date NULLS FIRST, id)
  FROM shared JOIN people_entry_key e USING (key) JOIN people_fact f USING (id) WHERE size > {block};
DROP TABLE people_entry_key;
ANALYZE people_key;
INSERT INTO people_candidate
SELECT x.id, y.id, {kind} FROM people_key x JOIN people_key y ON y.key = x.key AND y.id > x.id
 WHERE x.size <= {block} AND (x.bare OR y.bare OR NOT {bare});
INSERT INTO people_candidate
SELECT least(x.id, y.id), greatest(x.id, y.id), {kind}
  FROM people_key x CROSS JOIN generate_series(1, {window}) step
  JOIN people_key y ON y.key = x.key AND y.place = x.place + step
 WHERE x.size > {block} AND (x.bare OR y.bare OR NOT {bare});
INSERT INTO people_block
SELECT {kind}, count(*), (SELECT count(*) FROM people_candidate WHERE kind = {kind}), coalesce(max(size), 0),
       count(*) FILTER (WHERE size > {block}),
       coalesce(sum(greatest(size - 1 - {window}, 0) * greatest(size - {window}, 0) / 2) FILTER (WHERE size > {block}), 0)
  FROM (SELECT DISTINCT key, size FROM people_key) b;
DROP TABLE people_key;

-- The pairs, each once, to be read through a cursor.
-- @pairs
CREATE TEMP TABLE people_name ON COMMIT DROP AS SELECT name, count(*) AS n FROM people_fact GROUP BY name HAVING count(*) > 1;
CREATE TEMP TABLE people_phone ON COMMIT DROP AS
SELECT phone_hash, count(*) AS n FROM people_fact WHERE phone_hash IS NOT NULL GROUP BY phone_hash HAVING count(*) > 1;
CREATE TEMP TABLE people_result (
    a bigint, b bigint, verdict text, score real, keys text[], reasons jsonb, capped text
) ON COMMIT DROP;
ANALYZE people_candidate;
ANALYZE people_name;
ANALYZE people_phone;
DECLARE people_cursor NO SCROLL CURSOR FOR
SELECT c.kinds,
       x.id, x.id_cipher, x.name, x.sex, x.birth_date, x.phone_hash, coalesce(xn.n, 1), coalesce(xp.n, 1), x.file,
       x.h_unit, x.h_building, x.h_compound, x.h_area, x.h_household, x.h_relation,
       x.g_unit, x.g_building, x.g_compound, x.g_area, x.g_household, x.g_relation,
       y.id, y.id_cipher, y.name, y.sex, y.birth_date, y.phone_hash, coalesce(yn.n, 1), coalesce(yp.n, 1), y.file,
       y.h_unit, y.h_building, y.h_compound, y.h_area, y.h_household, y.h_relation,
       y.g_unit, y.g_building, y.g_compound, y.g_area, y.g_household, y.g_relation
  FROM (SELECT a, b, bit_or(kind) AS kinds FROM people_candidate GROUP BY a, b) c
  JOIN people_fact x ON x.id = c.a
  JOIN people_fact y ON y.id = c.b
  LEFT JOIN people_name xn ON xn.name = x.name
  LEFT JOIN people_name yn ON yn.name = y.name
  LEFT JOIN people_phone xp ON xp.phone_hash = x.phone_hash
  LEFT JOIN people_phone yp ON yp.phone_hash = y.phone_hash;

-- The list is brought up to date: decisions stay, and so does what was
-- decided of an entry that has been merged since; open pairs that are no
-- longer found go.
-- @store
DELETE FROM people_result q USING people_pair d
  JOIN resident x ON x.id = d.a_id
  JOIN resident y ON y.id = d.b_id
 WHERE d.state = 'different' AND (x.merged_into IS NOT NULL OR y.merged_into IS NOT NULL)
   AND q.a = least(coalesce(x.merged_into, x.id), coalesce(y.merged_into, y.id))
   AND q.b = greatest(coalesce(x.merged_into, x.id), coalesce(y.merged_into, y.id));
DELETE FROM people_pair p WHERE state = 'open' AND NOT EXISTS (SELECT FROM people_result q WHERE q.a = p.a_id AND q.b = p.b_id);
INSERT INTO people_pair AS p (a_id, b_id, verdict, score, keys, reasons, capped)
SELECT a, b, verdict, score, keys, reasons, capped FROM people_result
ON CONFLICT (a_id, b_id) DO UPDATE
   SET verdict = excluded.verdict, score = excluded.score, keys = excluded.keys, reasons = excluded.reasons,
       capped = excluded.capped, found_at = now()
 WHERE p.state = 'open'
   AND (p.verdict, p.score, p.keys, p.reasons, p.capped)
       IS DISTINCT FROM (excluded.verdict, excluded.score, excluded.keys, excluded.reasons, excluded.capped);

-- The list as people read it.
-- @review
SELECT p.id, p.a_id, p.b_id, p.verdict, p.score, p.capped, p.state, p.reasons,
       x.name, coalesce(xu.code, ''), y.name, coalesce(yu.code, '')
  FROM people_pair p
  JOIN resident x ON x.id = p.a_id AND x.merged_into IS NULL AND x.ended_on IS NULL
  JOIN resident y ON y.id = p.b_id AND y.merged_into IS NULL AND y.ended_on IS NULL
  LEFT JOIN LATERAL (SELECT u.code FROM residence rc JOIN unit u ON u.id = rc.unit_id
                      WHERE rc.resident_id = x.id AND rc.valid_to IS NULL ORDER BY rc.present DESC LIMIT 1) xu ON true
  LEFT JOIN LATERAL (SELECT u.code FROM residence rc JOIN unit u ON u.id = rc.unit_id
                      WHERE rc.resident_id = y.id AND rc.valid_to IS NULL ORDER BY rc.present DESC LIMIT 1) yu ON true
 WHERE p.state = $1
 ORDER BY p.verdict DESC, p.score DESC, p.id LIMIT $2
