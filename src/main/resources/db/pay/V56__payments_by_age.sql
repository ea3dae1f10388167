-- old declined and rejected payments are deleted in steps; the index also serves queries by status alone
create index payment_by_age on payment (status, changed_at);
drop index payment_status;
