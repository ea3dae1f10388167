-- 100 characters are up to 200 of the units that HSQLDB counts in
alter table history alter column item set data type varchar(200);
alter table timeline alter column reason set data type varchar(500);
