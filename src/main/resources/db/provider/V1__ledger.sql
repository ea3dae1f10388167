-- what the provider holds of one reservation; due_at: when a pending authorisation is decided
create table reservation (
    reference     varchar(64) primary key,
    order_id      bigint                      not null,
    item          varchar(100)                not null,
    authorised    bigint                      not null,
    authorised_at timestamp(6) with time zone,
    due_at        timestamp(6) with time zone,
    captured      bigint                      not null,
    refunded      bigint                      not null,
    closed        boolean                     not null,
    attempts      integer                     not null
);
create index reservation_order on reservation (order_id);
create index reservation_due on reservation (due_at);

create table operation (
    idempotency_key varchar(100) primary key,
    reference       varchar(64)                 not null,
    order_id        bigint                      not null,
    operation       varchar(20)                 not null,
    item            varchar(100)                not null,
    amount          bigint                      not null,
    outcome         varchar(20)                 not null,
    code            varchar(40),
    decided_at      timestamp(6) with time zone not null
);
create index operation_order on operation (order_id);
