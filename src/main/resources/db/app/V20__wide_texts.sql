-- 100 characters are up to 200 of the units that HSQLDB counts in
alter table orders alter column item set data type varchar(200);
alter table orders alter column reason set data type varchar(500);
