-- account t0 {t0.name} where (not (exists contact t1 {} where (and (eq t1.parentcustomerid t0.accountid) (eq t1.fullname "x")) rows ge 2)) order t0.accountid
== sqlite
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE NOT ((SELECT count(*)
  FROM "contact" AS t1
  WHERE t1."parentcustomerid" = t0."accountid"
  AND t1."fullname" = ?) >= ?)
  ORDER BY t0."accountid"
-- "x" 2
-- cells: name=0/-1/-1 id=1 version=2 order=[1]
== postgres
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE NOT ((SELECT count(*)
  FROM "contact" AS t1
  WHERE t1."parentcustomerid" = t0."accountid"
  AND lower(t1."fullname") = $1) >= $2::bigint)
  ORDER BY t0."accountid" NULLS FIRST
-- "x" 2
-- cells: name=0/-1/-1 id=1 version=2 order=[1]
