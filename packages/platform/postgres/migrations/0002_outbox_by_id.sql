-- Events are removed by the row's own id: one index less for each event that comes and goes.
alter table outbox drop constraint outbox_event_id_key;
