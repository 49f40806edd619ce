-- account t0 {t0.name} where (or (in t0.ownerid [00000000-0000-0000-0000-00000000000a]) (in t0.owningbusinessunit [00000000-0000-0000-0000-00000000000b]) (exists poa t1 {} where (and (eq t1.objectid t0.accountid) (in t1.principalid [00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a]) (eq t1.objecttypecode "account") (or (bits t1.mask 1) (bits t1.inherited 1))))) order t0.accountid limit 10 after [00000000-0000-0000-0000-00000000000a] count 5000
== sqlite
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE TRUE
  AND t0."ownerid" = ?
  AND t0."accountid" > ? UNION ALL SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE TRUE
  AND t0."owningbusinessunit" = ?
  AND (t0."ownerid" IN (?)) IS NOT TRUE
  AND t0."accountid" > ? UNION ALL SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE TRUE
  AND t0."accountid" IN (SELECT t1."objectid"
  FROM "poa" AS t1
  WHERE t1."principalid" IN (?, ?, ?, ?)
  AND t1."objecttypecode" = ?
  AND ((t1."mask" & ?) = ?
  OR (t1."inherited" & ?) = ?))
  AND (t0."ownerid" IN (?)) IS NOT TRUE
  AND (t0."owningbusinessunit" IN (?)) IS NOT TRUE
  AND t0."accountid" > ?
  ORDER BY 2 LIMIT 11
-- 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a
-- cells: name=0/-1/-1 id=1 version=2 order=[1]
SELECT count(*)
  FROM (SELECT 1
  FROM "account" AS t0
  WHERE (t0."ownerid" IN (?)
  OR t0."owningbusinessunit" IN (?)
  OR t0."accountid" IN (SELECT t1."objectid"
  FROM "poa" AS t1
  WHERE t1."principalid" IN (?, ?, ?, ?)
  AND t1."objecttypecode" = ?
  AND ((t1."mask" & ?) = ?
  OR (t1."inherited" & ?) = ?))) LIMIT 5001) AS n
-- 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1
== postgres
(SELECT t0."name", t0."accountid", t0."versionnumber", t0."accountid" AS k0
  FROM "account" AS t0
  WHERE TRUE
  AND t0."ownerid" = (SELECT $1::uuid)
  AND t0."accountid" > $2
  ORDER BY t0."accountid" NULLS FIRST LIMIT 11) UNION ALL (SELECT t0."name", t0."accountid", t0."versionnumber", t0."accountid" AS k0
  FROM "account" AS t0
  WHERE TRUE
  AND t0."owningbusinessunit" = (SELECT $3::uuid)
  AND (t0."ownerid" = (SELECT $4::uuid)) IS NOT TRUE
  AND t0."accountid" > $5
  ORDER BY t0."accountid" NULLS FIRST LIMIT 11) UNION ALL (SELECT t0."name", t0."accountid", t0."versionnumber", t0."accountid" AS k0
  FROM "account" AS t0
  WHERE TRUE
  AND t0."accountid" IN (SELECT t1."objectid"
  FROM "poa" AS t1
  WHERE t1."principalid" IN ((SELECT $6::uuid), (SELECT $7::uuid), (SELECT $8::uuid), (SELECT $9::uuid))
  AND lower(t1."objecttypecode") = (SELECT $10::text COLLATE "C")
  AND ((t1."mask" & (SELECT $11::bigint)) = (SELECT $12::bigint)
  OR (t1."inherited" & (SELECT $13::bigint)) = (SELECT $14::bigint)))
  AND (t0."ownerid" = (SELECT $15::uuid)) IS NOT TRUE
  AND (t0."owningbusinessunit" = (SELECT $16::uuid)) IS NOT TRUE
  AND t0."accountid" > $17
  ORDER BY t0."accountid" NULLS FIRST LIMIT 11)
  ORDER BY k0 NULLS FIRST LIMIT 11
-- 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a
-- cells: name=0/-1/-1 id=1 version=2 order=[1]
SELECT count(*)
  FROM (SELECT 1
  FROM "account" AS t0
  WHERE (t0."ownerid" IN ($1::uuid)
  OR t0."owningbusinessunit" IN ($2::uuid)
  OR t0."accountid" IN (SELECT t1."objectid"
  FROM "poa" AS t1
  WHERE t1."principalid" IN ($3::uuid, $4::uuid, $5::uuid, $6::uuid)
  AND lower(t1."objecttypecode") = $7
  AND ((t1."mask" & $8::bigint) = $9::bigint
  OR (t1."inherited" & $10::bigint) = $11::bigint))) LIMIT 5001) AS n
-- 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1
