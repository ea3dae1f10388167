-- the few that wait for the provider or for an operator are counted and listed often
create index payment_status on payment (status);
