-- zh: 年龄超过110岁
-- en: Older than 110 years
SELECT DISTINCT id AS a, id AS b, age || '' AS detail, 'self' AS verdict
  FROM people_entry WHERE age > 110
