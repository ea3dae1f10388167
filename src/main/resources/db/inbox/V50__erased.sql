-- users who were erased: an event about an order before that one, which was sent before and arrives later, gets the pseudonym
create table erased (
    pseudonym    varchar(50) primary key,
    subject_hash varchar(64)              not null,
    before_id    bigint                   not null,
    erased_at    timestamp with time zone not null
);
