-- zh: 16岁以下登记为户主
-- en: A child under 16 recorded as head of the household
SELECT DISTINCT id AS a, id AS b, age || '' AS detail, 'self' AS verdict
  FROM people_entry WHERE relation = 'head' AND age < 16
