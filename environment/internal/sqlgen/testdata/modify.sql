== sqlite
UPDATE "account" AS t0
  SET "name" = ?, "ownerid" = ?, "owneridtype" = ?
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
-- "Contoso" null null 00000000-0000-0000-0000-00000000000a 7 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1
== postgres
UPDATE "account" AS t0
  SET "name" = $1, "ownerid" = $2, "owneridtype" = $3
  WHERE t0."accountid" = $4
  AND t0."versionnumber" = $5
  AND (t0."ownerid" IN ($6::uuid)
  OR t0."owningbusinessunit" IN ($7::uuid)
  OR EXISTS (SELECT 1
  FROM "poa" AS t1
  WHERE t1."objectid" = t0."accountid"
  AND t1."principalid" IN ($8::uuid, $9::uuid, $10::uuid, $11::uuid)
  AND lower(t1."objecttypecode") = $12
  AND ((t1."mask" & $13::bigint) = $14::bigint
  OR (t1."inherited" & $15::bigint) = $16::bigint)))
-- "Contoso" null null 00000000-0000-0000-0000-00000000000a 7 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1
