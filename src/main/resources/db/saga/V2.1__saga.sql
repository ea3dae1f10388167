create table saga (
    lra      varchar(255) primary key,
    order_id bigint                   not null,
    state    varchar(20)              not null,
    since    timestamp with time zone not null,
    traceparent varchar(55)           not null
);
create index saga_open on saga (state, since);
