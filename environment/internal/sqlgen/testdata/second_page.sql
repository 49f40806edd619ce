-- account t0 {t0.name} where (eq t0.name "x") order t0.employees order t0.name desc order t0.accountid limit 10 after [5 "m" 00000000-0000-0000-0000-00000000000a]
== sqlite
SELECT t0."name", t0."accountid", t0."versionnumber", t0."employees"
  FROM "account" AS t0
  WHERE t0."name" = ?
  AND (t0."employees" >= ?
  AND (t0."employees" > ?
  OR ((t0."name" IS NULL)
  OR (t0."name" <= ?
  AND (t0."name" < ?
  OR t0."accountid" > ?)))))
  ORDER BY t0."employees", t0."name" DESC, t0."accountid" LIMIT 11
-- "x" 5 5 "m" "m" 00000000-0000-0000-0000-00000000000a
-- cells: name=0/-1/-1 id=1 version=2 order=[3 0 1]
== postgres
SELECT t0."name", t0."accountid", t0."versionnumber", t0."employees"
  FROM "account" AS t0
  WHERE lower(t0."name") = $1
  AND (t0."employees" >= $2
  AND (t0."employees" > $3
  OR ((lower(t0."name") IS NULL)
  OR (lower(t0."name") <= $4
  AND (lower(t0."name") < $5
  OR t0."accountid" > $6)))))
  ORDER BY t0."employees" NULLS FIRST, lower(t0."name") DESC NULLS LAST, t0."accountid" NULLS FIRST LIMIT 11
-- "x" 5 5 "m" "m" 00000000-0000-0000-0000-00000000000a
-- cells: name=0/-1/-1 id=1 version=2 order=[3 0 1]
