INSERT INTO "account" ("accountid", "name", "ownerid", "owneridtype", "employees")
  VALUES (?, ?, ?, ?, ?)
-- 00000000-0000-0000-0000-00000000000a "Contoso" 00000000-0000-0000-0000-00000000000a 9 5
