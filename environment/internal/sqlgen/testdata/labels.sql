-- account t0 {t0.name+masked t0.ownerid+label+type t0.primarycontactid+label+type t0.owningbusinessunit+label+type t0.revenue+label+type t0.revenue_base+label+type t0.employees+label+type} order t0.accountid
== sqlite
SELECT NULL, t0."ownerid", t0."owneridtype", CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END, t0."primarycontactid", (SELECT l."fullname"
  FROM "contact" AS l
  WHERE l."contactid" = t0."primarycontactid"), t0."owningbusinessunit", NULL, t0."revenue", (SELECT l."currencysymbol"
  FROM "currency" AS l
  WHERE l."currencyid" = t0."transactioncurrencyid"), t0."revenue_base", (SELECT l."currencysymbol"
  FROM "currency" AS l
  WHERE l."currencyid" = (SELECT o."basecurrencyid"
  FROM "organization" AS o LIMIT 1)), t0."employees", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  ORDER BY t0."accountid"
--
-- cells: name=0/-1/-1 ownerid=1/2/3 primarycontactid=4/-1/5 owningbusinessunit=6/-1/7 revenue=8/-1/9 revenue_base=10/-1/11 employees=12/-1/-1 id=13 version=14 order=[13]
== postgres
SELECT NULL, t0."ownerid", t0."owneridtype", CASE t0."owneridtype" WHEN 8 THEN (SELECT l."fullname"
  FROM "user" AS l
  WHERE l."userid" = t0."ownerid") WHEN 9 THEN (SELECT l."name"
  FROM "team" AS l
  WHERE l."teamid" = t0."ownerid") END, t0."primarycontactid", (SELECT l."fullname"
  FROM "contact" AS l
  WHERE l."contactid" = t0."primarycontactid"), t0."owningbusinessunit", NULL, t0."revenue", (SELECT l."currencysymbol"
  FROM "currency" AS l
  WHERE l."currencyid" = t0."transactioncurrencyid"), t0."revenue_base", (SELECT l."currencysymbol"
  FROM "currency" AS l
  WHERE l."currencyid" = (SELECT o."basecurrencyid"
  FROM "organization" AS o LIMIT 1)), t0."employees", t0."accountid", t0."versionnumber"
  FROM "account" AS t0
  ORDER BY t0."accountid" NULLS FIRST
--
-- cells: name=0/-1/-1 ownerid=1/2/3 primarycontactid=4/-1/5 owningbusinessunit=6/-1/7 revenue=8/-1/9 revenue_base=10/-1/11 employees=12/-1/-1 id=13 version=14 order=[13]
