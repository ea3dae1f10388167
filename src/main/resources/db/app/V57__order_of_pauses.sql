-- a pause that arrives after its end must not mark the order again, so the end is kept as long as the order is under way
alter table paused add column ended boolean default false not null;
alter table paused add column event_time timestamp with time zone;
