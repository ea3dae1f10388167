create table history (
    order_id   bigint primary key,
    item       varchar(100),
    qty        integer,
    amount     bigint,
    progress   integer not null,
    ordered_at timestamp with time zone,
    updated_at timestamp with time zone not null
);
create index history_progress on history (progress, order_id);
create index history_item on history (item, order_id);

create table timeline (
    event_id       varchar(36) primary key,
    order_id       bigint                   not null,
    type           varchar(40)              not null,
    happened_at    timestamp with time zone not null,
    correlation_id varchar(32)              not null,
    reason         varchar(255)
);
create index timeline_order on timeline (order_id);
