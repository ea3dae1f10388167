-- what is sent stays for a while as the log of events; the relay reads by this index what is not, however long the log is
alter table outbox add column sent boolean default false not null;
create index outbox_sent on outbox (sent, seq);
