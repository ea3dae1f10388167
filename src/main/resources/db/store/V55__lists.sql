-- HSQLDB takes the index of which most columns are compared with a value or null; so a query that also asks for shipped_at null, which holds
-- for all but the shipped deliveries, takes this index instead of delivery_by_dispatch. Each statement copies the table there
create index delivery_by_status on delivery (status, shipped_at, order_id);
create index delivery_by_item on delivery (item, order_id);
create index delivery_by_time on delivery (dispatch_at, order_id);
