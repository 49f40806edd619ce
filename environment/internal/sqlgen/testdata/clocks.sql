-- account t0 {grouped month at America/New_York t0.employees fiscalyear(4-6) at Etc/GMT+12 t0.employees} where (quarter at Asia/Tokyo t0.employees 2) order t0.accountid limit 10
== sqlite
SELECT CAST(strftime('%m', shown(t0."employees", 'America/New_York'), 'unixepoch') AS INTEGER), (CAST(strftime('%Y', shown(t0."employees", 'Etc/GMT+12') - 432000, 'unixepoch') AS INTEGER) - CASE WHEN CAST(strftime('%m', shown(t0."employees", 'Etc/GMT+12') - 432000, 'unixepoch') AS INTEGER) < 4 THEN 1 ELSE 0 END)
  FROM "account" AS t0
  WHERE (CAST(strftime('%m', shown(t0."employees", 'Asia/Tokyo'), 'unixepoch') AS INTEGER) + 2) / 3 = ? GROUP BY CAST(strftime('%m', shown(t0."employees", 'America/New_York'), 'unixepoch') AS INTEGER), (CAST(strftime('%Y', shown(t0."employees", 'Etc/GMT+12') - 432000, 'unixepoch') AS INTEGER) - CASE WHEN CAST(strftime('%m', shown(t0."employees", 'Etc/GMT+12') - 432000, 'unixepoch') AS INTEGER) < 4 THEN 1 ELSE 0 END)
  ORDER BY t0."accountid" LIMIT 11
-- 2
-- cells: employees=0/-1/-1 employees=1/-1/-1 id=-1 version=-1 order=[]
== postgres
SELECT CAST(extract(month
  FROM to_timestamp(CAST(extract(epoch
  FROM to_timestamp(t0."employees") AT TIME ZONE 'America/New_York') AS BIGINT)) AT TIME ZONE 'UTC') AS BIGINT), (CAST(extract(year
  FROM to_timestamp(CAST(extract(epoch
  FROM to_timestamp(t0."employees") AT TIME ZONE 'Etc/GMT+12') AS BIGINT) - 432000) AT TIME ZONE 'UTC') AS BIGINT) - CASE WHEN CAST(extract(month
  FROM to_timestamp(CAST(extract(epoch
  FROM to_timestamp(t0."employees") AT TIME ZONE 'Etc/GMT+12') AS BIGINT) - 432000) AT TIME ZONE 'UTC') AS BIGINT) < 4 THEN 1 ELSE 0 END)
  FROM "account" AS t0
  WHERE CAST(extract(quarter
  FROM to_timestamp(CAST(extract(epoch
  FROM to_timestamp(t0."employees") AT TIME ZONE 'Asia/Tokyo') AS BIGINT)) AT TIME ZONE 'UTC') AS BIGINT) = $1::bigint GROUP BY CAST(extract(month
  FROM to_timestamp(CAST(extract(epoch
  FROM to_timestamp(t0."employees") AT TIME ZONE 'America/New_York') AS BIGINT)) AT TIME ZONE 'UTC') AS BIGINT), (CAST(extract(year
  FROM to_timestamp(CAST(extract(epoch
  FROM to_timestamp(t0."employees") AT TIME ZONE 'Etc/GMT+12') AS BIGINT) - 432000) AT TIME ZONE 'UTC') AS BIGINT) - CASE WHEN CAST(extract(month
  FROM to_timestamp(CAST(extract(epoch
  FROM to_timestamp(t0."employees") AT TIME ZONE 'Etc/GMT+12') AS BIGINT) - 432000) AT TIME ZONE 'UTC') AS BIGINT) < 4 THEN 1 ELSE 0 END)
  ORDER BY t0."accountid" NULLS FIRST LIMIT 11
-- 2
-- cells: employees=0/-1/-1 employees=1/-1/-1 id=-1 version=-1 order=[]
