-- the customer; null for what was there before customers logged in
alter table orders add column owner varchar(255);
create index orders_owner on orders (owner, id);

-- each owner has keys of their own; those from before are nobody's
create table owned_key (
    owner           varchar(255) default '' not null,
    idempotency_key varchar(255)             not null,
    fingerprint     varchar(64)              not null,
    order_id        bigint                   not null,
    used_at         timestamp with time zone not null,
    primary key (owner, idempotency_key)
);
insert into owned_key (idempotency_key, fingerprint, order_id, used_at) select idempotency_key, fingerprint, order_id, used_at from idempotency;
drop table idempotency;
alter table owned_key rename to idempotency;
create index idempotency_used_at on idempotency (used_at);
