-- account t0 {t0.name} where (and (or) (and) (true) (in t0.name []) (ge t0.employees t0.revenue) (ne t0.name null) (not (or (null t0.name) (and (false) (false)))) (contains t0.name "50%_\\") (like t0.name "[A-C]*[^x]%") (endswith t0.name "[]")) order t0.accountid
== sqlite
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE FALSE
  AND TRUE
  AND TRUE
  AND FALSE
  AND t0."employees" >= t0."revenue"
  AND t0."name" <> ?
  AND NOT ((t0."name" IS NULL
  OR (FALSE
  AND FALSE)))
  AND t0."name" LIKE +? ESCAPE '\'
  AND lower(t0."name") GLOB +?
  AND (t0."name" IS NULL
  AND NULL)
  ORDER BY t0."accountid"
-- null "%50%_\\\\%" "[a-c][*][^x]*"
-- cells: name=0/-1/-1 id=1 version=2 order=[1]
== postgres
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE FALSE
  AND TRUE
  AND TRUE
  AND FALSE
  AND t0."employees" >= t0."revenue"
  AND lower(t0."name") <> $1
  AND NOT ((t0."name" IS NULL
  OR (FALSE
  AND FALSE)))
  AND lower(t0."name") LIKE $2 ESCAPE '\'
  AND lower(t0."name") ~ $3
  AND (t0."name" IS NULL
  AND NULL)
  ORDER BY t0."accountid" NULLS FIRST
-- null "%50%_\\\\%" "^[a-c]\\*[^x].*$"
-- cells: name=0/-1/-1 id=1 version=2 order=[1]
