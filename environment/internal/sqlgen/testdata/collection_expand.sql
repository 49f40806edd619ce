-- account t0 {t0.name} order t0.accountid expand contacts many accountid parentcustomerid - - (contact t1 {t1.fullname} where (eq t1.fullname "x") order t1.fullname desc order t1.contactid limit 5)
== sqlite
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  ORDER BY t0."accountid"
--
-- cells: name=0/-1/-1 id=1 version=2 order=[1]
SELECT t0."parentcustomerid", t0."fullname", t0."contactid", t0."versionnumber"
  FROM "contact" AS t0
  WHERE t0."fullname" = ?
  AND t0."parentcustomeridtype" = 1
  AND t0."parentcustomerid" IN (?)
  ORDER BY t0."parentcustomerid", t0."fullname" DESC, t0."contactid" LIMIT 6
-- "x" 00000000-0000-0000-0000-00000000000a
SELECT t0."parentcustomerid", t0."fullname", t0."contactid", t0."versionnumber"
  FROM "contact" AS t0
  WHERE t0."fullname" = ?
  AND t0."parentcustomeridtype" = 1
  AND t0."parentcustomerid" IN (?, ?, ?, ?)
  ORDER BY t0."parentcustomerid", t0."fullname" DESC, t0."contactid"
-- "x" 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a
-- cells: fullname=1/-1/-1 id=2 version=3 order=[1 2]
== postgres
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  ORDER BY t0."accountid" NULLS FIRST
--
-- cells: name=0/-1/-1 id=1 version=2 order=[1]
SELECT t0."parentcustomerid", t0."fullname", t0."contactid", t0."versionnumber"
  FROM "contact" AS t0
  WHERE lower(t0."fullname") = $1
  AND t0."parentcustomeridtype" = 1
  AND t0."parentcustomerid" IN ($2::uuid)
  ORDER BY t0."parentcustomerid", lower(t0."fullname") DESC NULLS LAST, t0."contactid" NULLS FIRST LIMIT 6
-- "x" 00000000-0000-0000-0000-00000000000a
SELECT t0."parentcustomerid", t0."fullname", t0."contactid", t0."versionnumber"
  FROM "contact" AS t0
  WHERE lower(t0."fullname") = $1
  AND t0."parentcustomeridtype" = 1
  AND t0."parentcustomerid" IN ($2::uuid, $3::uuid, $4::uuid, $5::uuid)
  ORDER BY t0."parentcustomerid", lower(t0."fullname") DESC NULLS LAST, t0."contactid" NULLS FIRST
-- "x" 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000b 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a
-- cells: fullname=1/-1/-1 id=2 version=3 order=[1 2]
