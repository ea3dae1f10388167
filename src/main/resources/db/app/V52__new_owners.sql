-- orders of guests that have another owner now, until pay and store have that owner, too
create table new_owner (
    order_id   bigint primary key,
    owner      varchar(255)             not null,
    changed_at timestamp with time zone not null
);
create index new_owner_changed_at on new_owner (changed_at);
