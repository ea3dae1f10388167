create table payment (
    order_id         bigint primary key,
    item             varchar(100) not null,
    qty              integer      not null,
    amount           bigint       not null,
    status           varchar(20)  not null,
    resume_as        varchar(20),
    authorised_at    timestamp(6) with time zone,
    expires_at       timestamp(6) with time zone,
    capture_at       timestamp(6) with time zone,
    capture_attempts integer      not null,
    completed_at     timestamp(6) with time zone,
    reason           varchar(255),
    traceparent      varchar(55),
    version          integer      not null
);
create index payment_expires on payment (expires_at);
create index payment_capture on payment (capture_at);
