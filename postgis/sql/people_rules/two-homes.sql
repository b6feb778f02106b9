-- zh: 同一人在两处登记居住
-- en: One person recorded as living in two units
SELECT x.id AS a, y.id AS b, '' AS detail, l.verdict
  FROM people_link l
  JOIN people_entry x ON x.id = l.a_id AND x.present
  JOIN people_entry y ON y.id = l.b_id AND y.present
 WHERE l.a_id < l.b_id AND x.unit_id <> y.unit_id
