create table inbox (
    event_id varchar(36) primary key,
    at       timestamp with time zone not null
);
create index inbox_at on inbox (at);
