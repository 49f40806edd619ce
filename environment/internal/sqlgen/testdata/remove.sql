== sqlite
DELETE
  FROM "account" AS t0
  WHERE t0."accountid" = ?
  AND t0."versionnumber" = ?
  AND (t0."ownerid" IN (?)
  OR t0."owningbusinessunit" IN (?)
  OR EXISTS (SELECT 1
  FROM "poa" AS t1
  WHERE t1."objectid" = t0."accountid"
  AND t1."principalid" IN (?, ?, ?, ?)
  AND t1."objecttypecode" = ?
  AND ((t1."mask" & ?) = ?
  OR (t1."inherited" & ?) = ?)))
-- 00000000-0000-0000-0000-00000000000a 7 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1
== postgres
DELETE
  FROM "account" AS t0
  WHERE t0."accountid" = $1
  AND t0."versionnumber" = $2
  AND (t0."ownerid" IN ($3::uuid)
  OR t0."owningbusinessunit" IN ($4::uuid)
  OR EXISTS (SELECT 1
  FROM "poa" AS t1
  WHERE t1."objectid" = t0."accountid"
  AND t1."principalid" IN ($5::uuid, $6::uuid, $7::uuid, $8::uuid)
  AND lower(t1."objecttypecode") = $9
  AND ((t1."mask" & $10::bigint) = $11::bigint
  OR (t1."inherited" & $12::bigint) = $13::bigint)))
-- 00000000-0000-0000-0000-00000000000a 7 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1
