-- account t0 {t0.name} where (not (or (in t0.ownerid [00000000-0000-0000-0000-00000000000a]) (in t0.owningbusinessunit [00000000-0000-0000-0000-00000000000b]) (exists poa t1 {} where (and (eq t1.objectid t0.accountid) (in t1.principalid [00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a]) (eq t1.objecttypecode "account") (or (bits t1.mask 1) (bits t1.inherited 1)))))) order t0.accountid
== sqlite
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE NOT ((t0."ownerid" IN (?)
  OR t0."owningbusinessunit" IN (?)
  OR EXISTS (SELECT 1
  FROM "poa" AS t1
  WHERE t1."objectid" = t0."accountid"
  AND t1."principalid" IN (?, ?, ?, ?)
  AND t1."objecttypecode" = ?
  AND ((t1."mask" & ?) = ?
  OR (t1."inherited" & ?) = ?))))
  ORDER BY t0."accountid"
-- 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1
-- cells: name=0/-1/-1 id=1 version=2 order=[1]
== postgres
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE NOT ((t0."ownerid" IN ($1::uuid)
  OR t0."owningbusinessunit" IN ($2::uuid)
  OR EXISTS (SELECT 1
  FROM "poa" AS t1
  WHERE t1."objectid" = t0."accountid"
  AND t1."principalid" IN ($3::uuid, $4::uuid, $5::uuid, $6::uuid)
  AND lower(t1."objecttypecode") = $7
  AND ((t1."mask" & $8::bigint) = $9::bigint
  OR (t1."inherited" & $10::bigint) = $11::bigint))))
  ORDER BY t0."accountid" NULLS FIRST
-- 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1
-- cells: name=0/-1/-1 id=1 version=2 order=[1]
