-- the rebuild that goes on; every step holds this row
create table rebuild_run (
    id  integer primary key,
    run varchar(36) not null
);
insert into rebuild_run (id, run) values (1, '');
