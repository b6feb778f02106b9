-- Merging entry $2 into entry $1, and taking it back. The rows that a merge
-- touches are kept whole, as they were (before) and as it left them (after).

-- $1 kept, $2 gone: the rows of both, by table.
-- @snapshot
SELECT jsonb_build_object(
    'resident', (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.id) FROM resident t WHERE t.id IN ($1, $2) OR t.merged_into IN ($1, $2)),
    'residence', (SELECT coalesce(jsonb_agg(to_jsonb(t) - 'present' ORDER BY t.id), '[]') FROM residence t WHERE t.resident_id IN ($1, $2)),
    'tag', (SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY t.id), '[]') FROM tag t WHERE t.resident_id IN ($1, $2)),
    'alias', (SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY t.match_hash), '[]') FROM resident_alias t WHERE t.resident_id IN ($1, $2)),
    'pair', (SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY t.id), '[]') FROM people_pair t
              WHERE t.a_id = least($1::bigint, $2::bigint) AND t.b_id = greatest($1::bigint, $2::bigint)))

-- Homes: where both have a current one of the same presence, the kept
-- entry's stays and the other ends today.
-- @homes
UPDATE residence g SET valid_to = current_date
 WHERE g.resident_id = $2 AND g.valid_to IS NULL
   AND EXISTS (SELECT FROM residence k WHERE k.resident_id = $1 AND k.valid_to IS NULL AND k.present = g.present)
-- @move_homes
UPDATE residence SET resident_id = $1 WHERE resident_id = $2
-- @tags
UPDATE tag g SET valid_to = current_date
 WHERE g.resident_id = $2 AND g.valid_to IS NULL
   AND EXISTS (SELECT FROM tag k WHERE k.resident_id = $1 AND k.valid_to IS NULL AND (k.kind, k.source) = (g.kind, g.source))
-- @move_tags
UPDATE tag SET resident_id = $1 WHERE resident_id = $2

-- The match hashes: the kept entry goes by its own, or, when only the other
-- has an identity number, by that; the remaining one becomes an alias. The
-- merged row gets a hash that no file can have: it is shorter than theirs.
-- @aliases
UPDATE resident_alias SET resident_id = $1 WHERE resident_id = $2
-- @retire
UPDATE resident SET match_hash = convert_to('merged ' || id, 'UTF8'), merged_into = $1, ended_on = coalesce(ended_on, current_date)
 WHERE id = $2
-- @chain
UPDATE resident SET merged_into = $1 WHERE merged_into = $2
-- $3 hash and $4 cipher of the merged entry before it was retired.
-- @identify
UPDATE resident k SET
    match_hash   = CASE WHEN k.id_cipher IS NULL AND $4::bytea IS NOT NULL THEN $3::bytea ELSE k.match_hash END,
    id_cipher    = coalesce(k.id_cipher, $4::bytea),
    sex          = CASE WHEN k.sex = '' THEN g.sex ELSE k.sex END,
    birth_date   = coalesce(k.birth_date, g.birth_date),
    phone_cipher = CASE WHEN k.phone_hash IS NULL THEN g.phone_cipher ELSE k.phone_cipher END,
    phone_tail   = CASE WHEN k.phone_hash IS NULL THEN g.phone_tail ELSE k.phone_tail END,
    phone_hash   = coalesce(k.phone_hash, g.phone_hash)
  FROM resident g WHERE k.id = $1 AND g.id = $2
-- $1 kept, $2 the hash that is left over.
-- @alias
INSERT INTO resident_alias (match_hash, resident_id) VALUES ($2, $1)
-- @decide
INSERT INTO people_pair AS p (a_id, b_id, verdict, score, keys, reasons, state, decided_by, decided_at)
VALUES (least($1::bigint, $2::bigint), greatest($1::bigint, $2::bigint), 'same', 0, '{}', '[]', 'same', $3, now())
ON CONFLICT (a_id, b_id) DO UPDATE SET state = 'same', decided_by = excluded.decided_by, decided_at = now()

-- What the merge did to each row.
-- @delta
CREATE TEMP TABLE people_delta ON COMMIT DROP AS
SELECT t.entity, (b.doc ->> 'id')::bigint AS id, b.doc AS old, a.doc AS new
  FROM people_merge m, (VALUES ('resident'), ('residence'), ('tag')) t (entity),
       jsonb_array_elements(m.before -> t.entity) b (doc), jsonb_array_elements(m.after -> t.entity) a (doc)
 WHERE m.id = {merge} AND a.doc -> 'id' = b.doc -> 'id' AND a.doc <> b.doc;

-- The change log: one change for each row that differs, with its prior
-- values. $1 the merge, $2 the account.
-- @changes
INSERT INTO change (account, entity, entity_id, building_id, op, old, west, south, east, north)
SELECT $2, d.entity, d.id, b.id, 'update',
       jsonb_build_object('merge', $1::bigint) ||
       (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(d.old) e WHERE d.new -> e.key IS DISTINCT FROM e.value),
       ST_XMin(b.geom), ST_YMin(b.geom), ST_XMax(b.geom), ST_YMax(b.geom)
  FROM people_delta d LEFT JOIN building b ON b.id = (d.old ->> 'building_id')::bigint
 WHERE d.old <> d.new ORDER BY d.entity, d.id

-- Taking a merge back. people_back has each row that the merge changed as it
-- was, and whether nobody touched it since (clean); people_delta each as it
-- is now.
-- @back
CREATE TEMP TABLE people_back ON COMMIT DROP AS
SELECT d.entity, d.id, d.old AS was, n.doc AS old, d.new = n.doc AS clean
  FROM people_delta d
  JOIN LATERAL (
       SELECT to_jsonb(t) FROM resident t WHERE d.entity = 'resident' AND t.id = d.id
       UNION ALL SELECT to_jsonb(t) - 'present' FROM residence t WHERE d.entity = 'residence' AND t.id = d.id
       UNION ALL SELECT to_jsonb(t) FROM tag t WHERE d.entity = 'tag' AND t.id = d.id) n (doc) ON true;

-- Rows that nobody touched get every value back; of the others only what
-- says whose they are.
-- @restore
DELETE FROM resident_alias WHERE resident_id IN ({kept}, {gone});
UPDATE resident r SET match_hash = w.match_hash, id_cipher = w.id_cipher,
       name = CASE WHEN q.clean THEN w.name ELSE r.name END, sex = CASE WHEN q.clean THEN w.sex ELSE r.sex END,
       birth_date = CASE WHEN q.clean THEN w.birth_date ELSE r.birth_date END,
       phone_cipher = CASE WHEN q.clean THEN w.phone_cipher ELSE r.phone_cipher END,
       phone_hash = CASE WHEN q.clean THEN w.phone_hash ELSE r.phone_hash END,
       phone_tail = CASE WHEN q.clean THEN w.phone_tail ELSE r.phone_tail END,
       grams = CASE WHEN q.clean THEN w.grams ELSE r.grams END
  FROM people_back q, jsonb_populate_record(NULL::resident, q.was) w
 WHERE q.entity = 'resident' AND q.id = {kept} AND r.id = q.id;
UPDATE resident r SET match_hash = w.match_hash, id_cipher = w.id_cipher, merged_into = w.merged_into, ended_on = w.ended_on
  FROM people_back q, jsonb_populate_record(NULL::resident, q.was) w
 WHERE q.entity = 'resident' AND q.id <> {kept} AND r.id = q.id;
-- A household whose head was somebody else since keeps that head.
UPDATE residence r SET resident_id = w.resident_id, valid_to = CASE WHEN q.clean THEN w.valid_to ELSE r.valid_to END,
       relation = CASE WHEN r.valid_to IS NOT NULL AND r.relation = 'head' AND EXISTS (
           SELECT FROM residence o WHERE o.household_id = r.household_id AND o.id <> r.id AND o.valid_to IS NULL AND o.relation = 'head')
           THEN 'other' ELSE r.relation END
  FROM people_back q, jsonb_populate_record(NULL::residence, q.was) w
 WHERE q.entity = 'residence' AND r.id = q.id;
UPDATE tag r SET resident_id = w.resident_id, valid_to = CASE WHEN q.clean THEN w.valid_to ELSE r.valid_to END
  FROM people_back q, jsonb_populate_record(NULL::tag, q.was) w
 WHERE q.entity = 'tag' AND r.id = q.id;
INSERT INTO resident_alias SELECT w.* FROM people_merge m, jsonb_array_elements(m.before -> 'alias') a (doc),
       jsonb_populate_record(NULL::resident_alias, a.doc) w WHERE m.id = {merge};
DELETE FROM people_pair WHERE a_id = least({kept}, {gone}) AND b_id = greatest({kept}, {gone});
INSERT INTO people_pair OVERRIDING SYSTEM VALUE SELECT w.* FROM people_merge m, jsonb_array_elements(m.before -> 'pair') a (doc),
       jsonb_populate_record(NULL::people_pair, a.doc) w WHERE m.id = {merge};
UPDATE people_delta d SET old = q.old, new = n.doc
  FROM people_back q
  JOIN LATERAL (
       SELECT to_jsonb(t) FROM resident t WHERE q.entity = 'resident' AND t.id = q.id
       UNION ALL SELECT to_jsonb(t) - 'present' FROM residence t WHERE q.entity = 'residence' AND t.id = q.id
       UNION ALL SELECT to_jsonb(t) FROM tag t WHERE q.entity = 'tag' AND t.id = q.id) n (doc) ON true
 WHERE d.entity = q.entity AND d.id = q.id;
DELETE FROM people_delta d WHERE NOT EXISTS (SELECT FROM people_back q WHERE q.entity = d.entity AND q.id = d.id);
