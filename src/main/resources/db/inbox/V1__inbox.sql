create table inbox (
    event_id varchar(36) primary key,
    seen_at  timestamp with time zone not null
);
create index inbox_seen on inbox (seen_at);
