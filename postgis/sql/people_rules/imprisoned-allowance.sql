-- zh: 在押人员仍在领取低保或特困供养
-- en: Recorded as imprisoned in one register, drawing an allowance in another
SELECT d.resident_id AS a, t.resident_id AS b, concat_ws(' ', d.source, t.kind, t.source) AS detail, l.verdict
  FROM people_tag d JOIN people_link l ON l.a_id = d.resident_id
  JOIN people_tag t ON t.resident_id = l.b_id AND t.kind IN ('subsistence', 'extreme_poverty')
 WHERE d.kind = 'imprisoned'
