-- reservations that the provider did not find any more; a new reservation because the customer's bank does not answer is none
alter table payment add column lost integer default 0 not null;
