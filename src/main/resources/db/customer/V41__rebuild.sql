-- the view as the event logs alone tell it, built beside the one that is served
create table history_rebuilt as (select * from history) with no data;
alter table history_rebuilt add primary key (order_id);
create table timeline_rebuilt as (select event_id, order_id, type, happened_at, correlation_id, reason from timeline) with no data;
alter table timeline_rebuilt add primary key (event_id);
create index timeline_rebuilt_order on timeline_rebuilt (order_id);
-- up to which place the log of each context was read
create table rebuild (
    source varchar(20) primary key,
    place  bigint not null
);
