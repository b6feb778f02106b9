-- zh: 同一人可能以两条记录重复领取待遇
-- en: Perhaps one person drawing an allowance under two entries
SELECT x.resident_id AS a, y.resident_id AS b, concat_ws(' ', x.kind, x.source, y.kind, y.source) AS detail, l.verdict
  FROM people_link l
  JOIN people_tag x ON x.resident_id = l.a_id AND x.kind IN ('subsistence', 'extreme_poverty')
  JOIN people_tag y ON y.resident_id = l.b_id AND y.kind IN ('subsistence', 'extreme_poverty')
 WHERE l.a_id < l.b_id
