-- account t0 {t0.name} order t0.name order t0.accountid limit 50
== sqlite
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  ORDER BY t0."name", t0."accountid" LIMIT 51
--
-- cells: name=0/-1/-1 id=1 version=2 order=[0 1]
== postgres
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  ORDER BY lower(t0."name") NULLS FIRST, t0."accountid" NULLS FIRST LIMIT 51
--
-- cells: name=0/-1/-1 id=1 version=2 order=[0 1]
