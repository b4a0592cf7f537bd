-- Burials whose record may be read again: the latest thousand of a letter. One that is known already changes nothing,
-- so that a repeated record doesn't open a letter that was replayed meanwhile.
alter table dead_letters add column burial_ids uuid[] not null default '{}';
