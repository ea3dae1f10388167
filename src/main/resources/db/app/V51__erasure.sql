-- erasures in progress; the subject is deleted when all contexts have erased it
create table erasure (
    subject   varchar(255) primary key,
    pseudonym varchar(50)              not null,
    before_id bigint                   not null,
    begun_at  timestamp with time zone not null
);
