-- account t0 {distinct t0.name} order t0.name count 5000
== sqlite
SELECT DISTINCT t0."name"
  FROM "account" AS t0
  ORDER BY t0."name"
--
-- cells: name=0/-1/-1 id=-1 version=-1 order=[]
SELECT count(*)
  FROM (SELECT DISTINCT t0."name"
  FROM "account" AS t0 LIMIT 5001) AS n
--
== postgres
SELECT min(t0."name")
  FROM "account" AS t0 GROUP BY lower(t0."name")
  ORDER BY lower(t0."name") NULLS FIRST
--
-- cells: name=0/-1/-1 id=-1 version=-1 order=[]
SELECT count(*)
  FROM (SELECT min(t0."name")
  FROM "account" AS t0 GROUP BY lower(t0."name") LIMIT 5001) AS n
--
