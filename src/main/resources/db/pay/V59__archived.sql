-- what the payments of all archived orders amount to: with it the provider's ledger can still be compared
create table archived (
    one     integer primary key,
    orders  bigint not null,
    held    bigint not null,
    last_id bigint not null
);
insert into archived (one, orders, held, last_id) values (1, 0, 0, 0);
