-- account t0 {grouped t0.ownerid+label week t0.employees quarter t0.employees count t0.accountid countvalues once t0.name sum t0.revenue+label average t0.revenue least t0.revenue greatest t0.revenue fiscalyear(7-1) t0.employees fiscalperiod(4-6,1) t0.employees} order t0.revenue output 6 desc order t0.ownerid output 1+label order t0.employees output 2 limit 10 count 50000
== sqlite
SELECT t0."ownerid", CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END, (CAST(strftime('%j', t0."employees", 'unixepoch') AS INTEGER) + 5 - CAST(strftime('%w', t0."employees", 'unixepoch') AS INTEGER)) / 7 + 1, (CAST(strftime('%m', t0."employees", 'unixepoch') AS INTEGER) + 2) / 3, count(*), count(DISTINCT t0."name"), CAST(sum(t0."revenue") AS BIGINT), (SELECT l."currencysymbol"
  FROM "currency" AS l
  WHERE l."currencyid" = (SELECT o."basecurrencyid"
  FROM "organization" AS o LIMIT 1)), CAST(sum(t0."revenue") / nullif(count(t0."revenue"), 0) AS BIGINT), min(t0."revenue"), max(t0."revenue"), (CAST(strftime('%Y', t0."employees", 'unixepoch') AS INTEGER) - CASE WHEN CAST(strftime('%m', t0."employees", 'unixepoch') AS INTEGER) < 7 THEN 1 ELSE 0 END), ((CAST(strftime('%m', t0."employees" - 432000, 'unixepoch') AS INTEGER) + 12 - 4) % 12 / 1 + 1), CAST(sum(count(*)) OVER () AS BIGINT)
  FROM "account" AS t0 GROUP BY t0."ownerid", t0."owneridtype", (CAST(strftime('%j', t0."employees", 'unixepoch') AS INTEGER) + 5 - CAST(strftime('%w', t0."employees", 'unixepoch') AS INTEGER)) / 7 + 1, (CAST(strftime('%m', t0."employees", 'unixepoch') AS INTEGER) + 2) / 3, (CAST(strftime('%Y', t0."employees", 'unixepoch') AS INTEGER) - CASE WHEN CAST(strftime('%m', t0."employees", 'unixepoch') AS INTEGER) < 7 THEN 1 ELSE 0 END), ((CAST(strftime('%m', t0."employees" - 432000, 'unixepoch') AS INTEGER) + 12 - 4) % 12 / 1 + 1)
  ORDER BY CAST(sum(t0."revenue") AS BIGINT) DESC, CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END COLLATE NOCASE, (CAST(strftime('%j', t0."employees", 'unixepoch') AS INTEGER) + 5 - CAST(strftime('%w', t0."employees", 'unixepoch') AS INTEGER)) / 7 + 1 LIMIT 11
--
-- cells: ownerid=0/-1/1 employees=2/-1/-1 employees=3/-1/-1 accountid=4/-1/-1 name=5/-1/-1 revenue=6/-1/7 revenue=8/-1/-1 revenue=9/-1/-1 revenue=10/-1/-1 employees=11/-1/-1 employees=12/-1/-1 id=-1 version=-1 order=[]
== postgres
SELECT t0."ownerid", CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END, (CAST(extract(doy
  FROM to_timestamp(t0."employees") AT TIME ZONE 'UTC') AS BIGINT) + 5 - CAST(extract(dow
  FROM to_timestamp(t0."employees") AT TIME ZONE 'UTC') AS BIGINT)) / 7 + 1, CAST(extract(quarter
  FROM to_timestamp(t0."employees") AT TIME ZONE 'UTC') AS BIGINT), count(*), count(DISTINCT lower(t0."name")), CAST(sum(t0."revenue") AS BIGINT), (SELECT l."currencysymbol"
  FROM "currency" AS l
  WHERE l."currencyid" = (SELECT o."basecurrencyid"
  FROM "organization" AS o LIMIT 1)), CAST(div(sum(t0."revenue"), nullif(count(t0."revenue"), 0)) AS BIGINT), min(t0."revenue"), max(t0."revenue"), (CAST(extract(year
  FROM to_timestamp(t0."employees") AT TIME ZONE 'UTC') AS BIGINT) - CASE WHEN CAST(extract(month
  FROM to_timestamp(t0."employees") AT TIME ZONE 'UTC') AS BIGINT) < 7 THEN 1 ELSE 0 END), ((CAST(extract(month
  FROM to_timestamp(t0."employees" - 432000) AT TIME ZONE 'UTC') AS BIGINT) + 12 - 4) % 12 / 1 + 1), CAST(sum(count(*)) OVER () AS BIGINT)
  FROM "account" AS t0 GROUP BY t0."ownerid", t0."owneridtype", (CAST(extract(doy
  FROM to_timestamp(t0."employees") AT TIME ZONE 'UTC') AS BIGINT) + 5 - CAST(extract(dow
  FROM to_timestamp(t0."employees") AT TIME ZONE 'UTC') AS BIGINT)) / 7 + 1, CAST(extract(quarter
  FROM to_timestamp(t0."employees") AT TIME ZONE 'UTC') AS BIGINT), (CAST(extract(year
  FROM to_timestamp(t0."employees") AT TIME ZONE 'UTC') AS BIGINT) - CASE WHEN CAST(extract(month
  FROM to_timestamp(t0."employees") AT TIME ZONE 'UTC') AS BIGINT) < 7 THEN 1 ELSE 0 END), ((CAST(extract(month
  FROM to_timestamp(t0."employees" - 432000) AT TIME ZONE 'UTC') AS BIGINT) + 12 - 4) % 12 / 1 + 1)
  ORDER BY CAST(sum(t0."revenue") AS BIGINT) DESC NULLS LAST, lower(CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END) NULLS FIRST, (CAST(extract(doy
  FROM to_timestamp(t0."employees") AT TIME ZONE 'UTC') AS BIGINT) + 5 - CAST(extract(dow
  FROM to_timestamp(t0."employees") AT TIME ZONE 'UTC') AS BIGINT)) / 7 + 1 NULLS FIRST LIMIT 11
--
-- cells: ownerid=0/-1/1 employees=2/-1/-1 employees=3/-1/-1 accountid=4/-1/-1 name=5/-1/-1 revenue=6/-1/7 revenue=8/-1/-1 revenue=9/-1/-1 revenue=10/-1/-1 employees=11/-1/-1 employees=12/-1/-1 id=-1 version=-1 order=[]
