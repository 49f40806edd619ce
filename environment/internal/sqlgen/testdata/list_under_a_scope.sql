-- account t0 {t0.name} where (and (startswith t0.name "Con") (or (in t0.ownerid [00000000-0000-0000-0000-00000000000a]) (in t0.owningbusinessunit [00000000-0000-0000-0000-00000000000b]) (exists poa t1 {} where (and (eq t1.objectid t0.accountid) (in t1.principalid [00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a]) (eq t1.objecttypecode "account") (or (bits t1.mask 1) (bits t1.inherited 1)))))) order t0.name order t0.accountid limit 50
== sqlite
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE (t0."name" >= ?
  AND t0."name" < ?
  AND t0."name" LIKE +? ESCAPE '\')
  AND TRUE
  AND t0."ownerid" = ? UNION ALL SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE (t0."name" >= ?
  AND t0."name" < ?
  AND t0."name" LIKE +? ESCAPE '\')
  AND TRUE
  AND t0."owningbusinessunit" = ?
  AND (t0."ownerid" IN (?)) IS NOT TRUE UNION ALL SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE (t0."name" >= ?
  AND t0."name" < ?
  AND t0."name" LIKE +? ESCAPE '\')
  AND TRUE
  AND t0."accountid" IN (SELECT t1."objectid"
  FROM "poa" AS t1
  WHERE t1."principalid" IN (?, ?, ?, ?)
  AND t1."objecttypecode" = ?
  AND ((t1."mask" & ?) = ?
  OR (t1."inherited" & ?) = ?))
  AND (t0."ownerid" IN (?)) IS NOT TRUE
  AND (t0."owningbusinessunit" IN (?)) IS NOT TRUE
  ORDER BY 1, 2 LIMIT 51
-- "Con" "coo" "Con%" 00000000-0000-0000-0000-00000000000a "Con" "coo" "Con%" 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a "Con" "coo" "Con%" 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b
-- cells: name=0/-1/-1 id=1 version=2 order=[0 1]
== postgres
(SELECT t0."name", t0."accountid", t0."versionnumber", lower(t0."name") AS k0, t0."accountid" AS k1
  FROM "account" AS t0
  WHERE (lower(t0."name") >= $1
  AND lower(t0."name") < $2
  AND lower(t0."name") LIKE $3 ESCAPE '\')
  AND TRUE
  AND t0."ownerid" = (SELECT $4::uuid)
  ORDER BY lower(t0."name") NULLS FIRST, t0."accountid" NULLS FIRST LIMIT 51) UNION ALL (SELECT t0."name", t0."accountid", t0."versionnumber", lower(t0."name") AS k0, t0."accountid" AS k1
  FROM "account" AS t0
  WHERE (lower(t0."name") >= $5
  AND lower(t0."name") < $6
  AND lower(t0."name") LIKE $7 ESCAPE '\')
  AND TRUE
  AND t0."owningbusinessunit" = (SELECT $8::uuid)
  AND (t0."ownerid" = (SELECT $9::uuid)) IS NOT TRUE
  ORDER BY lower(t0."name") NULLS FIRST, t0."accountid" NULLS FIRST LIMIT 51) UNION ALL (SELECT t0."name", t0."accountid", t0."versionnumber", lower(t0."name") AS k0, t0."accountid" AS k1
  FROM "account" AS t0
  WHERE (lower(t0."name") >= $10
  AND lower(t0."name") < $11
  AND lower(t0."name") LIKE $12 ESCAPE '\')
  AND TRUE
  AND t0."accountid" IN (SELECT t1."objectid"
  FROM "poa" AS t1
  WHERE t1."principalid" IN ((SELECT $13::uuid), (SELECT $14::uuid), (SELECT $15::uuid), (SELECT $16::uuid))
  AND lower(t1."objecttypecode") = (SELECT $17::text COLLATE "C")
  AND ((t1."mask" & (SELECT $18::bigint)) = (SELECT $19::bigint)
  OR (t1."inherited" & (SELECT $20::bigint)) = (SELECT $21::bigint)))
  AND (t0."ownerid" = (SELECT $22::uuid)) IS NOT TRUE
  AND (t0."owningbusinessunit" = (SELECT $23::uuid)) IS NOT TRUE
  ORDER BY lower(t0."name") NULLS FIRST, t0."accountid" NULLS FIRST LIMIT 51)
  ORDER BY k0 NULLS FIRST, k1 NULLS FIRST LIMIT 51
-- "con" "coo" "con%" 00000000-0000-0000-0000-00000000000a "con" "coo" "con%" 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a "con" "coo" "con%" 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b
-- cells: name=0/-1/-1 id=1 version=2 order=[0 1]
