create sequence order_id start with 1;

create table orders (
    id         bigint primary key,
    item       varchar(100)                not null,
    qty        integer                     not null,
    unit_price bigint                      not null,
    amount     bigint                      not null,
    status     varchar(20)                 not null,
    resume_as  varchar(20),
    ordered_at timestamp(6) with time zone not null,
    shipped_at timestamp(6) with time zone,
    reason     varchar(255),
    version    integer                     not null
);
