-- the intent towards the provider: when it is next to be asked, and what the payment ends as
alter table payment add column ending varchar(20);
alter table payment add column confirmed boolean default false not null;
alter table payment add column authorisation integer default 1 not null;
alter table payment add column refund integer default 1 not null;
alter table payment add column due_at timestamp(6) with time zone;
alter table payment add column attempts integer default 0 not null;
alter table payment add column changed_at timestamp(6) with time zone;
update payment set confirmed = true where status = 'Completed' or resume_as = 'Completed' or capture_at is not null;
update payment set due_at = expires_at where status = 'Authorised' and capture_at is null;
update payment set status = 'Capturing', due_at = capture_at where status in ('Authorised', 'Expired') and capture_at is not null;
update payment set changed_at = coalesce(completed_at, authorised_at, current_timestamp);
alter table payment alter column changed_at set not null;
drop index payment_expires;
drop index payment_capture;
alter table payment drop column expires_at;
alter table payment drop column capture_at;
alter table payment drop column capture_attempts;
create index payment_due on payment (due_at);
