-- why and when a dealer paused the delivery; 200 characters are up to 400 of the units that HSQLDB counts in
alter table delivery add column pause_reason varchar(400);
alter table delivery add column paused_at timestamp(6) with time zone;
