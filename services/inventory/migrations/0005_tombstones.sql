-- Serves the clean-up: what was given back, the oldest first.
create index reservations_released on reservations (created_at) where state = 'released';
