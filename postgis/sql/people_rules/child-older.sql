-- zh: 子女比户主年长，或父母比户主年轻
-- en: A child older than the head of the household, or a parent younger
SELECT DISTINCT x.id AS a, h.id AS b, x.relation AS detail, 'self' AS verdict
  FROM people_entry h
  JOIN people_entry x ON x.household_id = h.household_id AND x.id <> h.id
 WHERE h.relation = 'head'
   AND (x.relation = 'child' AND x.birth_date < h.birth_date OR x.relation = 'parent' AND x.birth_date > h.birth_date)
