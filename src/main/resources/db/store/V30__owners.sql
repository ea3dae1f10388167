-- the customer; null for what was there before customers logged in
alter table delivery add column owner varchar(255);
create index delivery_owner on delivery (owner, order_id);
