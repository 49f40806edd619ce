-- account t0 {t0.name} order t0.accountid count 0 expand primarycontactid one primarycontactid contactid - - (contact t1 {t1.fullname} where (not (null t1.fullname)) order t1.contactid expand parentcustomerid_account one parentcustomerid accountid - - (account t2 {t2.name} order t2.accountid))
== sqlite
SELECT t0."name", t0."accountid", t0."versionnumber", t1."fullname", t1."contactid", t1."versionnumber", t2."name", t2."accountid", t2."versionnumber"
  FROM "account" AS t0
  LEFT JOIN "contact" AS t1 ON t1."contactid" = t0."primarycontactid"
  AND NOT (t1."fullname" IS NULL)
  LEFT JOIN "account" AS t2 ON t2."accountid" = t1."parentcustomerid"
  AND t1."parentcustomeridtype" = 1
  ORDER BY t0."accountid"
--
-- cells: name=0/-1/-1 id=1 version=2 order=[1] primarycontactid(present=4 fullname=3/-1/-1 id=4 version=5 order=[4] parentcustomerid_account(present=7 name=6/-1/-1 id=7 version=8 order=[7]))
SELECT count(*)
  FROM (SELECT 1
  FROM "account" AS t0) AS n
--
== postgres
SELECT t0."name", t0."accountid", t0."versionnumber", t1."fullname", t1."contactid", t1."versionnumber", t2."name", t2."accountid", t2."versionnumber"
  FROM "account" AS t0
  LEFT JOIN "contact" AS t1 ON t1."contactid" = t0."primarycontactid"
  AND NOT (t1."fullname" IS NULL)
  LEFT JOIN "account" AS t2 ON t2."accountid" = t1."parentcustomerid"
  AND t1."parentcustomeridtype" = 1
  ORDER BY t0."accountid" NULLS FIRST
--
-- cells: name=0/-1/-1 id=1 version=2 order=[1] primarycontactid(present=4 fullname=3/-1/-1 id=4 version=5 order=[4] parentcustomerid_account(present=7 name=6/-1/-1 id=7 version=8 order=[7]))
SELECT count(*)
  FROM (SELECT 1
  FROM "account" AS t0) AS n
--
