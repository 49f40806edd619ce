-- account t0 {t0.name} where (and (eq t0.accountid 00000000-0000-0000-0000-00000000000a) (or (in t0.ownerid [00000000-0000-0000-0000-00000000000a]) (in t0.owningbusinessunit [00000000-0000-0000-0000-00000000000b]) (exists poa t1 {} where (and (eq t1.objectid t0.accountid) (in t1.principalid [00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a]) (eq t1.objecttypecode "account") (or (bits t1.mask 1) (bits t1.inherited 1))))))
== sqlite
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE t0."accountid" = ?
  AND (t0."ownerid" IN (?)
  OR t0."owningbusinessunit" IN (?)
  OR EXISTS (SELECT 1
  FROM "poa" AS t1
  WHERE t1."objectid" = t0."accountid"
  AND t1."principalid" IN (?, ?, ?, ?)
  AND t1."objecttypecode" = ?
  AND ((t1."mask" & ?) = ?
  OR (t1."inherited" & ?) = ?)))
-- 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1
-- cells: name=0/-1/-1 id=1 version=2 order=[]
== postgres
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE t0."accountid" = $1
  AND (t0."ownerid" IN ($2::uuid)
  OR t0."owningbusinessunit" IN ($3::uuid)
  OR EXISTS (SELECT 1
  FROM "poa" AS t1
  WHERE t1."objectid" = t0."accountid"
  AND t1."principalid" IN ($4::uuid, $5::uuid, $6::uuid, $7::uuid)
  AND lower(t1."objecttypecode") = $8
  AND ((t1."mask" & $9::bigint) = $10::bigint
  OR (t1."inherited" & $11::bigint) = $12::bigint)))
-- 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1
-- cells: name=0/-1/-1 id=1 version=2 order=[]
