-- 100 characters are up to 200 of the units that HSQLDB counts in
alter table reservation alter column item set data type varchar(200);
alter table operation alter column item set data type varchar(200);
