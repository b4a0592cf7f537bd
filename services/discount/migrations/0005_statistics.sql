-- No search depends on statistics of whole documents, and to gather them costs more than all else that is gathered.
alter table applications alter column quote set statistics 0;
