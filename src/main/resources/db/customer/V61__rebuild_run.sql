-- the rebuild that goes on; every step holds this row
create table rebuild_run (
    one integer primary key,
    run varchar(40) not null
);
insert into rebuild_run (one, run) values (1, '');
