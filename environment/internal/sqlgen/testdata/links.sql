-- account t0 {t0.name t1.fullname as "c.fullname" t3.name} where (null t3.name) inner (eq t1.contactid t0.primarycontactid)(contact t1 {} where (or (in t0.ownerid [00000000-0000-0000-0000-00000000000a]) (in t0.owningbusinessunit [00000000-0000-0000-0000-00000000000b]) (exists poa t2 {} where (and (eq t2.objectid t0.accountid) (in t2.principalid [00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a]) (eq t2.objecttypecode "account") (or (bits t2.mask 1) (bits t2.inherited 1))))) first (eq t3.accountid t1.parentcustomerid)(account t3 {} where (eq t3.name "x"))) order t0.name order t0.accountid offset 20 limit 10 count 0
== sqlite
SELECT t0."name", t1."fullname", t2."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  JOIN "contact" AS t1 ON t1."contactid" = t0."primarycontactid"
  AND (t0."ownerid" IN (?)
  OR t0."owningbusinessunit" IN (?)
  OR EXISTS (SELECT 1
  FROM "poa" AS t3
  WHERE t3."objectid" = t0."accountid"
  AND t3."principalid" IN (?, ?, ?, ?)
  AND t3."objecttypecode" = ?
  AND ((t3."mask" & ?) = ?
  OR (t3."inherited" & ?) = ?)))
  LEFT JOIN "account" AS t2 ON t2."accountid" = (SELECT t4."accountid"
  FROM "account" AS t4
  WHERE t4."accountid" = t1."parentcustomerid"
  AND t4."name" = ?
  ORDER BY t4."accountid" LIMIT 1)
  WHERE t2."name" IS NULL
  ORDER BY t0."name", t0."accountid" LIMIT 11 OFFSET 20
-- 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1 "x"
-- cells: name=0/-1/-1 fullname=1/-1/-1 name=2/-1/-1 id=3 version=4 order=[0 3]
SELECT count(*)
  FROM (SELECT 1
  FROM "account" AS t0
  JOIN "contact" AS t1 ON t1."contactid" = t0."primarycontactid"
  AND (t0."ownerid" IN (?)
  OR t0."owningbusinessunit" IN (?)
  OR EXISTS (SELECT 1
  FROM "poa" AS t3
  WHERE t3."objectid" = t0."accountid"
  AND t3."principalid" IN (?, ?, ?, ?)
  AND t3."objecttypecode" = ?
  AND ((t3."mask" & ?) = ?
  OR (t3."inherited" & ?) = ?)))
  LEFT JOIN "account" AS t2 ON t2."accountid" = (SELECT t4."accountid"
  FROM "account" AS t4
  WHERE t4."accountid" = t1."parentcustomerid"
  AND t4."name" = ?
  ORDER BY t4."accountid" LIMIT 1)
  WHERE t2."name" IS NULL) AS n
-- 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1 "x"
== postgres
SELECT t0."name", t1."fullname", t2."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  JOIN "contact" AS t1 ON t1."contactid" = t0."primarycontactid"
  AND (t0."ownerid" IN ($1::uuid)
  OR t0."owningbusinessunit" IN ($2::uuid)
  OR EXISTS (SELECT 1
  FROM "poa" AS t3
  WHERE t3."objectid" = t0."accountid"
  AND t3."principalid" IN ($3::uuid, $4::uuid, $5::uuid, $6::uuid)
  AND lower(t3."objecttypecode") = $7
  AND ((t3."mask" & $8::bigint) = $9::bigint
  OR (t3."inherited" & $10::bigint) = $11::bigint)))
  LEFT JOIN "account" AS t2 ON t2."accountid" = (SELECT t4."accountid"
  FROM "account" AS t4
  WHERE t4."accountid" = t1."parentcustomerid"
  AND lower(t4."name") = $12
  ORDER BY t4."accountid" LIMIT 1)
  WHERE t2."name" IS NULL
  ORDER BY lower(t0."name") NULLS FIRST, t0."accountid" NULLS FIRST LIMIT 11 OFFSET 20
-- 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1 "x"
-- cells: name=0/-1/-1 fullname=1/-1/-1 name=2/-1/-1 id=3 version=4 order=[0 3]
SELECT count(*)
  FROM (SELECT 1
  FROM "account" AS t0
  JOIN "contact" AS t1 ON t1."contactid" = t0."primarycontactid"
  AND (t0."ownerid" IN ($1::uuid)
  OR t0."owningbusinessunit" IN ($2::uuid)
  OR EXISTS (SELECT 1
  FROM "poa" AS t3
  WHERE t3."objectid" = t0."accountid"
  AND t3."principalid" IN ($3::uuid, $4::uuid, $5::uuid, $6::uuid)
  AND lower(t3."objecttypecode") = $7
  AND ((t3."mask" & $8::bigint) = $9::bigint
  OR (t3."inherited" & $10::bigint) = $11::bigint)))
  LEFT JOIN "account" AS t2 ON t2."accountid" = (SELECT t4."accountid"
  FROM "account" AS t4
  WHERE t4."accountid" = t1."parentcustomerid"
  AND lower(t4."name") = $12
  ORDER BY t4."accountid" LIMIT 1)
  WHERE t2."name" IS NULL) AS n
-- 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "account" 1 1 1 1 "x"
