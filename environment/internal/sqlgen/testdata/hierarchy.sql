-- account t0 {t0.name} where (or (under t0.primarycontactid 00000000-0000-0000-0000-00000000000a by t1.parentcustomerid contact t1 {} where (eq t1.fullname "x")) (not (above orself t0.primarycontactid 00000000-0000-0000-0000-00000000000a by t1.parentcustomerid contact t1 {} where (eq t1.fullname "x"))) (month t0.employees 2)) order t0.accountid
== sqlite
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE (t0."primarycontactid" IN (WITH RECURSIVE h(id) AS (SELECT t1."contactid"
  FROM "contact" AS t1
  WHERE t1."contactid" = ? UNION SELECT t1."contactid"
  FROM "contact" AS t1
  JOIN h ON t1."parentcustomerid" = h.id
  WHERE t1."fullname" = ?) SELECT id
  FROM h
  WHERE id <> ?)
  OR NOT (t0."primarycontactid" IN (WITH RECURSIVE h(id) AS (SELECT t2."contactid"
  FROM "contact" AS t2
  WHERE t2."contactid" = ? UNION SELECT t2."parentcustomerid"
  FROM "contact" AS t2
  JOIN h ON t2."contactid" = h.id
  AND NOT t2."parentcustomerid" IS NULL
  WHERE t2."fullname" = ?) SELECT id
  FROM h))
  OR CAST(strftime('%m', t0."employees", 'unixepoch') AS INTEGER) = ?)
  ORDER BY t0."accountid"
-- 00000000-0000-0000-0000-00000000000a "x" 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "x" 2
-- cells: name=0/-1/-1 id=1 version=2 order=[1]
== postgres
SELECT t0."name", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  WHERE (t0."primarycontactid" IN (WITH RECURSIVE h(id) AS (SELECT t1."contactid"
  FROM "contact" AS t1
  WHERE t1."contactid" = $1::uuid UNION SELECT t1."contactid"
  FROM "contact" AS t1
  JOIN h ON t1."parentcustomerid" = h.id
  WHERE lower(t1."fullname") = $2) SELECT id
  FROM h
  WHERE id <> $3::uuid)
  OR NOT (t0."primarycontactid" IN (WITH RECURSIVE h(id) AS (SELECT t2."contactid"
  FROM "contact" AS t2
  WHERE t2."contactid" = $4::uuid UNION SELECT t2."parentcustomerid"
  FROM "contact" AS t2
  JOIN h ON t2."contactid" = h.id
  AND NOT t2."parentcustomerid" IS NULL
  WHERE lower(t2."fullname") = $5) SELECT id
  FROM h))
  OR CAST(extract(month
  FROM to_timestamp(t0."employees") AT TIME ZONE 'UTC') AS BIGINT) = $6::bigint)
  ORDER BY t0."accountid" NULLS FIRST
-- 00000000-0000-0000-0000-00000000000a "x" 00000000-0000-0000-0000-00000000000a 00000000-0000-0000-0000-00000000000a "x" 2
-- cells: name=0/-1/-1 id=1 version=2 order=[1]
