== sqlite
INSERT INTO "account" ("accountid", "name", "ownerid", "owneridtype", "employees")
  VALUES (?, ?, ?, ?, ?)
-- 00000000-0000-0000-0000-00000000000a "Contoso" 00000000-0000-0000-0000-00000000000a 9 5
== postgres
INSERT INTO "account" ("accountid", "name", "ownerid", "owneridtype", "employees")
  VALUES ($1, $2, $3, $4, $5)
-- 00000000-0000-0000-0000-00000000000a "Contoso" 00000000-0000-0000-0000-00000000000a 9 5
