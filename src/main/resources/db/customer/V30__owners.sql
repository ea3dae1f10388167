-- the customer; null for what was there before customers logged in
alter table history add column owner varchar(255);
create index history_owner on history (owner, order_id);
