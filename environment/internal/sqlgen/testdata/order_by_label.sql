-- account t0 {t0.name} order t0.ownerid+label desc order t0.accountid after ["m" 00000000-0000-0000-0000-00000000000a]
== sqlite
SELECT t0."name", t0."accountid", t0."versionnumber", CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END
  FROM "account" AS t0
  WHERE ((CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END COLLATE NOCASE IS NULL)
  OR (CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END COLLATE NOCASE <= ?
  AND (CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END COLLATE NOCASE < ?
  OR t0."accountid" > ?)))
  ORDER BY CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END COLLATE NOCASE DESC, t0."accountid"
-- "m" "m" 00000000-0000-0000-0000-00000000000a
-- cells: name=0/-1/-1 id=1 version=2 order=[3 1]
== postgres
SELECT t0."name", t0."accountid", t0."versionnumber", CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END
  FROM "account" AS t0
  WHERE ((lower(CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END) IS NULL)
  OR (lower(CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END) <= $1::text COLLATE "C"
  AND (lower(CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END) < $2::text COLLATE "C"
  OR t0."accountid" > $3)))
  ORDER BY lower(CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END) DESC NULLS LAST, t0."accountid" NULLS FIRST
-- "m" "m" 00000000-0000-0000-0000-00000000000a
-- cells: name=0/-1/-1 id=1 version=2 order=[3 1]
