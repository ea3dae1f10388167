-- orders whose delivery a dealer has paused: they make no progress, but are not stuck
create table paused (
    order_id bigint primary key
);
