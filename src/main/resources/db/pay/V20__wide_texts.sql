-- 100 characters are up to 200 of the units that HSQLDB counts in
alter table payment alter column item set data type varchar(200);
alter table payment alter column reason set data type varchar(500);
