create table delivery (
    order_id    bigint primary key,
    item        varchar(100)                not null,
    qty         integer                     not null,
    status      varchar(20)                 not null,
    received_at timestamp(6) with time zone,
    dispatch_at timestamp(6) with time zone,
    shipped_at  timestamp(6) with time zone,
    traceparent varchar(55)                 not null,
    version     integer                     not null
);
create index delivery_due on delivery (status, dispatch_at);
