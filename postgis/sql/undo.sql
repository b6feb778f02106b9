-- Undoing a batch ({undone}). Two rules make the order of undoing free:
-- 1. A value goes back to what it was after the last change before the batch's
--    own that still counts; rows accepted later may lie between others'. Changes do not count when their batch was undone, or
--    is an undo.
-- 2. Rows made by any undone batch go as soon as nothing holds them.
-- @begin
CREATE TEMP TABLE undo_void ON COMMIT DROP AS -- batches whose changes do not count
SELECT id, undoes IS NULL AS load FROM import_batch
 WHERE undone_at IS NOT NULL OR undoes IS NOT NULL OR id = {undone};
CREATE TEMP TABLE undo_made (entity text, id bigint, own boolean, edited boolean, why text) ON COMMIT DROP;
CREATE TEMP TABLE undo_gone (entity text, id bigint, geom geometry) ON COMMIT DROP;
CREATE TEMP TABLE undo_failed (entity text, id bigint, reason text) ON COMMIT DROP;
CREATE TEMP TABLE undo_later (batch bigint) ON COMMIT DROP;
-- Each row that the batch changed, with the values to restore (was) and
-- whether it was edited since. Where things were found by place is not an
-- edit: those changes leave the row's batch alone. An update leaves no end, so
-- that the end it found is a change only where there was one.
CREATE TEMP TABLE undo_row ON COMMIT DROP AS
WITH mine AS (
    SELECT DISTINCT entity, entity_id FROM change WHERE batch_id = {undone} AND entity_id IS NOT NULL AND old IS NOT NULL
), touch AS (
    SELECT c.entity, c.entity_id, c.seq, c.batch_id, f.key AS field, f.value,
           c.batch_id IS NULL OR c.batch_id NOT IN (SELECT id FROM undo_void) AS counts,
           c.batch_id IS NOT NULL AND NOT c.old ? 'updated_batch' AS by_place
      FROM mine JOIN change c USING (entity, entity_id) CROSS JOIN LATERAL jsonb_each(c.old) f
     WHERE c.old IS NOT NULL AND NOT (c.op = 'update' AND f.key = 'ended_on' AND f.value = 'null')
), own AS (
    SELECT entity, entity_id, field, max(seq) AS last FROM touch WHERE batch_id = {undone} GROUP BY 1, 2, 3
), around AS (
    SELECT o.entity, o.entity_id, o.field,
           coalesce(max(t.seq) FILTER (WHERE t.counts AND t.seq < o.last), 0) AS base,
           bool_or(t.counts AND t.seq > o.last) AS later,
           bool_or(t.counts AND t.seq > o.last AND NOT t.by_place) AS edited
      FROM own o JOIN touch t USING (entity, entity_id, field) GROUP BY 1, 2, 3
), value AS (
    SELECT DISTINCT ON (a.entity, a.entity_id, a.field) a.*, t.value
      FROM around a JOIN touch t USING (entity, entity_id, field)
     WHERE t.seq > a.base ORDER BY a.entity, a.entity_id, a.field, t.seq
)
SELECT entity, entity_id AS id, jsonb_object_agg(field, value) FILTER (WHERE NOT later) AS was,
       bool_or(edited AND field <> 'updated_batch') AS kept
  FROM value GROUP BY entity, entity_id;

-- What became of each row, once. A row whose edited values were kept counts
-- as kept, though others of its values went back.
-- @outcome
INSERT INTO undo_later
SELECT c.batch_id FROM undo_row r JOIN change c ON c.entity = r.entity AND c.entity_id = r.id
 WHERE r.kept AND c.batch_id <> {undone}
   AND c.seq > (SELECT max(o.seq) FROM change o WHERE o.batch_id = {undone} AND o.entity = r.entity AND o.entity_id = r.id)
UNION
SELECT c.batch_id FROM undo_made m JOIN change c ON c.entity = m.entity AND c.entity_id = m.id
 WHERE m.own AND m.edited AND c.batch_id <> {undone};
CREATE TEMP TABLE undo_outcome ON COMMIT DROP AS
SELECT DISTINCT ON (entity, id) entity, id, bucket, reason FROM (
    SELECT entity, id, 1 AS rank, 'failed' AS bucket, reason FROM undo_failed
    UNION ALL SELECT entity, id, 2, 'kept', 'edited since' FROM undo_row WHERE kept
    UNION ALL SELECT entity, id, 2, 'kept', why FROM undo_made WHERE own AND why IS NOT NULL
    UNION ALL SELECT entity, id, 3, 'reversed', '' FROM undo_gone
    UNION ALL SELECT entity, id, 3, 'reversed', '' FROM undo_row WHERE NOT kept AND was IS NOT NULL) q
 ORDER BY entity, id, rank;

-- Homes and tags that cannot come back, because a newer one is current.
-- @blocked_residence
INSERT INTO undo_failed
SELECT 'residence', u.id, 'the person has a newer home' FROM undo_residence u
 WHERE u.valid_to IS NULL AND EXISTS (
       SELECT FROM residence x
        WHERE x.resident_id = u.resident_id AND x.present = (u.residency <> 'registered') AND x.valid_to IS NULL
          AND x.id NOT IN (SELECT id FROM undo_residence));
DELETE FROM undo_residence WHERE id IN (SELECT id FROM undo_failed WHERE entity = 'residence');
INSERT INTO undo_failed
SELECT 'residence', u.id, 'the household has a newer head' FROM undo_residence u
 WHERE u.valid_to IS NULL AND u.relation = 'head' AND u.residency <> 'registered' AND EXISTS (
       SELECT FROM residence x
        WHERE x.household_id = u.household_id AND x.relation = 'head' AND x.present AND x.valid_to IS NULL
          AND x.id NOT IN (SELECT id FROM undo_residence));
DELETE FROM undo_residence WHERE id IN (SELECT id FROM undo_failed WHERE entity = 'residence');

-- @blocked_tag
INSERT INTO undo_failed
SELECT 'tag', u.id, 'the person has the tag again' FROM undo_tag u
 WHERE u.valid_to IS NULL AND EXISTS (
       SELECT FROM tag x
        WHERE x.resident_id = u.resident_id AND x.kind = u.kind AND x.source = u.source AND x.valid_to IS NULL
          AND x.id NOT IN (SELECT id FROM undo_tag));
DELETE FROM undo_tag WHERE id IN (SELECT id FROM undo_failed WHERE entity = 'tag');
