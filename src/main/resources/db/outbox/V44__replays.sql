-- how often an event was sent again on request: the broker drops an event with an id that it has seen
alter table outbox add column replays integer default 0 not null;
