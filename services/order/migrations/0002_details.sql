-- Serves the clean-up: finished sagas whose details are still there, the oldest first.
create index sagas_detailed on sagas (finished_at) where finished_at is not null and steps <> '[]';
