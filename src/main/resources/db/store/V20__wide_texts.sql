-- 100 characters are up to 200 of the units that HSQLDB counts in
alter table delivery alter column item set data type varchar(200);
