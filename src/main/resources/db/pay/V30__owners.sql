-- the customer; null for what was there before customers logged in
alter table payment add column owner varchar(255);
create index payment_owner on payment (owner, order_id);
