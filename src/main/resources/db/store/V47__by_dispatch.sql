-- the order of the dealer's work: HSQLDB reads it from the index without sorting only if every column of the order is in it
create index delivery_by_dispatch on delivery (status, dispatch_at, order_id);
drop index delivery_due;
