-- Serves the clean-up: what was undone, the oldest first.
create index applications_released on applications (created_at) where state = 'released';
