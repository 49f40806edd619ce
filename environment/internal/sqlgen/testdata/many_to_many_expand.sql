-- account t0 {t0.name} order t0.accountid expand members many - - accountid contactid (contact t1 {t1.fullname} order t1.contactid expand parentcustomerid_account one parentcustomerid accountid - - (account t2 {t2.name} order t2.accountid))
== sqlite
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  ORDER BY t0."accountid"
--
-- cells: name=0/-1/-1 id=1 version=2 order=[1]
SELECT x."accountid", t0."fullname", t0."contactid", t0."versionnumber", t1."name", t1."accountid", t1."versionnumber"
  FROM "member" AS x
  JOIN "contact" AS t0 ON t0."contactid" = x."contactid"
  LEFT JOIN "account" AS t1 ON t1."accountid" = t0."parentcustomerid"
  AND t0."parentcustomeridtype" = 1
  WHERE x."accountid" IN (?)
  ORDER BY x."accountid", t0."contactid"
-- 00000000-0000-0000-0000-00000000000a
SELECT x."accountid", t0."fullname", t0."contactid", t0."versionnumber", t1."name", t1."accountid", t1."versionnumber"
  FROM "member" AS x
  JOIN "contact" AS t0 ON t0."contactid" = x."contactid"
  LEFT JOIN "account" AS t1 ON t1."accountid" = t0."parentcustomerid"
  AND t0."parentcustomeridtype" = 1
  WHERE x."accountid" IN (?, ?, ?, ?)
  ORDER BY x."accountid", t0."contactid"
-- 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a
-- cells: fullname=1/-1/-1 id=2 version=3 order=[2] parentcustomerid_account(present=5 name=4/-1/-1 id=5 version=6 order=[5])
== postgres
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  ORDER BY t0."accountid" NULLS FIRST
--
-- cells: name=0/-1/-1 id=1 version=2 order=[1]
SELECT x."accountid", t0."fullname", t0."contactid", t0."versionnumber", t1."name", t1."accountid", t1."versionnumber"
  FROM "member" AS x
  JOIN "contact" AS t0 ON t0."contactid" = x."contactid"
  LEFT JOIN "account" AS t1 ON t1."accountid" = t0."parentcustomerid"
  AND t0."parentcustomeridtype" = 1
  WHERE x."accountid" IN ($1::uuid)
  ORDER BY x."accountid", t0."contactid" NULLS FIRST
-- 00000000-0000-0000-0000-00000000000a
SELECT x."accountid", t0."fullname", t0."contactid", t0."versionnumber", t1."name", t1."accountid", t1."versionnumber"
  FROM "member" AS x
  JOIN "contact" AS t0 ON t0."contactid" = x."contactid"
  LEFT JOIN "account" AS t1 ON t1."accountid" = t0."parentcustomerid"
  AND t0."parentcustomeridtype" = 1
  WHERE x."accountid" IN ($1::uuid, $2::uuid, $3::uuid, $4::uuid)
  ORDER BY x."accountid", t0."contactid" NULLS FIRST
-- 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a
-- cells: fullname=1/-1/-1 id=2 version=3 order=[2] parentcustomerid_account(present=5 name=4/-1/-1 id=5 version=6 order=[5])
