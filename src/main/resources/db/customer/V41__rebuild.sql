-- the view as the event logs alone tell it, built beside the one that is served
create table history_rebuilt as (select * from history) with no data;
alter table history_rebuilt add primary key (order_id);
create table timeline_rebuilt (
    event_id       varchar(36) primary key,
    order_id       bigint                   not null,
    type           varchar(40)              not null,
    happened_at    timestamp with time zone not null,
    correlation_id varchar(32)              not null,
    reason         varchar(255)
);
create index timeline_rebuilt_order on timeline_rebuilt (order_id);
-- up to which place the log of each context was read
create table rebuild (
    source varchar(20) primary key,
    place  bigint not null
);
