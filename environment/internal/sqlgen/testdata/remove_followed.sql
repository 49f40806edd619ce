== sqlite
DELETE
  FROM "contact" AS t0
  WHERE t0."contactid" = ? RETURNING "contactid"
-- 00000000-0000-0000-0000-00000000000a
== postgres
DELETE
  FROM "contact" AS t0
  WHERE t0."contactid" = $1 RETURNING "contactid"
-- 00000000-0000-0000-0000-00000000000a
