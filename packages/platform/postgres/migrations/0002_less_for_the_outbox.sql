-- Events are removed by the row's own id: one index less for each event that comes and goes.
alter table outbox drop constraint outbox_event_id_key;

-- No search depends on what is in them: to gather statistics of documents costs more than all else that is gathered.
alter table outbox alter column data set statistics 0;
alter table idempotency_keys alter column reply set statistics 0;
-- Nor on how many wait: the table is nearly always empty, and all its rows have changed a moment later.
alter table outbox set (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000000);
