-- orders that did not come to an end in their time; how often their events were sent again, and when they will be next
create table stuck (
    order_id bigint primary key,
    asked    integer                  not null,
    ask_at   timestamp with time zone not null
);
-- up to which place of the log it was looked for them; whoever looks holds this row
create table stuck_watch (
    id    integer primary key,
    place bigint not null
);
insert into stuck_watch (id, place) values (1, -1);
