create table idempotency (
    idempotency_key varchar(255) primary key,
    fingerprint     varchar(64)              not null,
    order_id        bigint                   not null,
    used_at         timestamp with time zone not null
);
create index idempotency_used on idempotency (used_at);
