-- archived orders that are deleted here, but perhaps not in the other contexts yet
create table archiving (
    order_id bigint primary key
);
