-- account t0 {t0.name} order t0.employees order t0.name desc order t0.accountid after [null null 00000000-0000-0000-0000-00000000000a]
== sqlite
SELECT t0."name", t0."accountid", t0."versionnumber", t0."employees"
  FROM "account" AS t0
  WHERE (NOT (t0."employees" IS NULL)
  OR ((t0."name" IS NULL)
  AND t0."accountid" > ?))
  ORDER BY t0."employees", t0."name" DESC, t0."accountid"
-- 00000000-0000-0000-0000-00000000000a
-- cells: name=0/-1/-1 id=1 version=2 order=[3 0 1]
== postgres
SELECT t0."name", t0."accountid", t0."versionnumber", t0."employees"
  FROM "account" AS t0
  WHERE (NOT (t0."employees" IS NULL)
  OR ((lower(t0."name") IS NULL)
  AND t0."accountid" > $1))
  ORDER BY t0."employees" NULLS FIRST, lower(t0."name") DESC NULLS LAST, t0."accountid" NULLS FIRST
-- 00000000-0000-0000-0000-00000000000a
-- cells: name=0/-1/-1 id=1 version=2 order=[3 0 1]
