-- under which app asked for the payment: two orders with one id, as can happen after a restore, are told apart by it
alter table payment add column payment_key varchar(255);
